//! Playing the customer who links their account in an app.

use crate::operations::links;

use super::{Refused, Sandbox};

impl Sandbox {
    /// Links a customer as the Account Linker does. Unlike a link that is made by the API it has a `CUSTOMER_LINK` event.
    ///
    /// # Errors
    ///
    /// If there is no such customer, or a link is in the way: the code is `CUSTOMER_ALREADY_LINKED`.
    pub async fn link_in_app(&self, customer_id: impl AsRef<str>, partner_customer_id: &str) -> Result<(), Refused> {
        let id = customer_id.as_ref();
        let known = self.account.read(|state| state.customers.get(id).cloned());
        let merchant_key = known.as_ref().map(|customer| customer.product.as_str());
        self.control(merchant_key, |tx| links::link_in_app(tx, id, partner_customer_id))
    }
}
