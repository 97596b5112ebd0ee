//! Playing Imprint, which closes the account of a customer.

use std::time::SystemTime;

use crate::instant::Instant;
use crate::operations::closing;

use super::{Refused, Sandbox};

impl Sandbox {
    /// Closes the account of a customer for good: the status of the program becomes `CLOSED`, and each payment method
    /// `CANCELED`. There is an `ACCOUNT_STATUS` event, then a `PAYMENT_METHOD` event for each method that changes.
    ///
    /// The closing takes effect at `effective`, which the event shows as its `updated_at`. It is now, by
    /// [`now`](Self::now), or a time before: Imprint closes accounts with effect from the past as well, for example after
    /// their debt was sold.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let customer = sandbox.customer("PARTNER_USER_456").approved().await?;
    /// sandbox.close_account(&customer.customer_id, sandbox.now()).await?;
    /// let closed = sandbox.client().get_customer().customer_id(&customer.customer_id).await?;
    /// assert_eq!(closed.statuses["Sandbox Card"].as_str(), "CLOSED");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such customer, the customer has no open account, or `effective` is later than now.
    pub async fn close_account(&self, customer_id: impl AsRef<str>, effective: SystemTime) -> Result<(), Refused> {
        let id = customer_id.as_ref();
        let known = self.account.read(|state| state.customers.get(id).cloned());
        let merchant_key = known.as_ref().map(|customer| customer.product.as_str());
        self.control(merchant_key, |tx| closing::close(tx, id, Instant::of(effective)))
    }
}
