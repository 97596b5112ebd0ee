//! The requests that an account received, for a test to look at.

use std::ops::Deref;

use crate::log::Request;

use super::Sandbox;

/// Requests, the oldest first. It can be iterated like a list, and narrowed down.
#[derive(Clone, Debug)]
pub struct Requests(Vec<Request>);

impl Sandbox {
    /// The requests that the account received. Those without a valid key are counted to the first account.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.client().search_customers().partner_customer_id("PARTNER_USER_456").await?;
    /// let searches = sandbox.requests().to("searchCustomers");
    /// assert_eq!(searches.len(), 1);
    /// assert_eq!(searches[0].status, 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Requests {
        Requests(self.account.log.all())
    }
}

impl Requests {
    /// Those to an operation, named by its `operationId`.
    #[must_use]
    pub fn to(self, operation: &str) -> Self {
        self.only(|request| request.operation.as_deref() == Some(operation))
    }

    /// Those with a method, in upper case.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        self.only(|request| request.method == method)
    }

    /// Those that were answered with a status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.only(|request| request.status == status)
    }

    fn only(mut self, keep: impl Fn(&Request) -> bool) -> Self {
        self.0.retain(keep);
        self
    }
}

impl Deref for Requests {
    type Target = [Request];

    fn deref(&self) -> &[Request] {
        &self.0
    }
}

impl IntoIterator for Requests {
    type Item = Request;
    type IntoIter = std::vec::IntoIter<Request>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
