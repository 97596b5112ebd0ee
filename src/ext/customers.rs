//! The helper `find_customer`: looks a customer up by the partner's own id.

use super::evidence::{Evidence, Findable, Question, ask};
use super::find::{FindError, not_empty};
use crate::client::Client;
use crate::operation::SEARCH_CUSTOMERS;
use crate::types::{Customer, PartnerCustomerId};
use crate::value::IntoValue;

/// # Helpers for customers
impl Client {
    /// Finds the customer with this id of the partner; returns `None` if there is no such customer.
    ///
    /// Sends `searchCustomers` with the filter `partner_customer_id` and a `limit` of 2. When the answer holds one
    /// customer and its `has_more` is `true`, the helper requests the next page as well.
    ///
    /// The helper returns `None` only if the answer proves it: the answer has a list, the list is empty, and the answer
    /// does not contradict itself. The id of each returned customer is compared with the requested id exactly,
    /// including letter case. Without this comparison, a server that ignored the filter could make the helper return a
    /// different customer.
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
    /// - [`FindError::Call`]: the call failed, or its answer cannot be read or has no list. An empty id is an
    ///   [`Error::InvalidRequest`](crate::Error::InvalidRequest), and nothing is sent.
    /// - [`FindError::Several`]: several customers have this id; it holds those of the pages that were read.
    /// - [`FindError::Unreliable`]: the answer holds a customer without this id, or it contradicts itself.
    pub async fn find_customer(
        &self,
        partner_customer_id: impl IntoValue<PartnerCustomerId>,
    ) -> Result<Option<Customer>, FindError<Customer>> {
        let wanted = partner_customer_id.into_value();
        not_empty(&SEARCH_CUSTOMERS, "partner_customer_id", wanted.as_str())?;
        let question = Question {
            operation: &SEARCH_CUSTOMERS,
            filter: "partner_customer_id",
            wanted: wanted.as_str(),
            pages: true,
            moves_money: false,
        };
        let evidence: Evidence<Customer> = ask(self, &question).await;
        evidence.into_result()
    }
}

impl Findable for Customer {
    fn id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }

    fn partner_id(&self) -> Option<&str> {
        self.partner_customer_id.as_ref().map(PartnerCustomerId::as_str)
    }
}
