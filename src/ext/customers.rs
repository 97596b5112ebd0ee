//! Customers by the id that the partner knows them by.

use super::Client;
use super::find::{FindError, not_empty, only};
use crate::operation::SEARCH_CUSTOMERS;
use crate::types::{Customer, CustomerId, CustomerListResponse, PartnerCustomerId};
use crate::{Error, Response};

impl Client {
    /// The customer that the partner knows by this id, or `None` when there is none.
    ///
    /// Sends `searchCustomers` with the filter `partner_customer_id` and a `limit` of 2. When the answer holds one
    /// customer and still says that there are more, it asks for those as well.
    ///
    /// What comes back is compared with what was asked for, exactly and letter case included: a server that ignored the
    /// filter would otherwise pass somebody else off as this customer.
    ///
    /// ```no_run
    /// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// match client.find_customer("PARTNER_USER_456").await? {
    ///     Some(customer) => println!("known to Imprint as {}", customer.id),
    ///     None => println!("not linked yet"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`FindError::Call`]: the call failed. An empty id is an [`Error::InvalidRequest`], and nothing is sent.
    /// - [`FindError::Several`]: several customers have this id; it holds those of the first page.
    /// - [`FindError::Unreliable`]: the answer holds a customer without this id.
    pub async fn find_customer(
        &self,
        partner_customer_id: impl Into<PartnerCustomerId>,
    ) -> Result<Option<Customer>, FindError<Customer>> {
        let wanted = partner_customer_id.into();
        not_empty(&SEARCH_CUSTOMERS, "partner_customer_id", wanted.as_str())?;
        let CustomerListResponse { mut data, has_more, .. } = self.customers_of(&wanted, None).await?.into_inner();
        if let [first] = &data[..]
            && has_more == Some(true)
        {
            let first = first.id.clone();
            let more = self.customers_of(&wanted, Some(&first)).await?.into_inner();
            data.extend(more.data.into_iter().filter(|customer| customer.id != first));
        }
        only(data, has_more, |customer| customer.partner_customer_id.as_ref() == Some(&wanted))
    }

    async fn customers_of(
        &self,
        wanted: &PartnerCustomerId,
        after: Option<&CustomerId>,
    ) -> Result<Response<CustomerListResponse>, Error> {
        self.search_customers().partner_customer_id(wanted).limit(2).starting_after(after).send().await
    }
}
