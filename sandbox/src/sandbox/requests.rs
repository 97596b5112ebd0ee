//! The requests that an account received, for a test to look at and to wait for.

mod assertions;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::log::{Dropped, DroppedCounts, Request};
use crate::world::Account;

use super::Sandbox;

pub(super) use assertions::number;

/// How long [`Requests::wait_for`] waits.
const WAIT: Duration = Duration::from_secs(10);

/// Requests, the oldest first. It can be iterated like a list, narrowed down, and asserted about.
///
/// It is what the log kept when [`Sandbox::requests`] was called; [`wait_for`](Self::wait_for) asks for more. If the log
/// has dropped older records ([`Builder::log_size`](crate::Builder::log_size)), the list has the rest alone, and
/// [`dropped`](Self::dropped) says how many are missing; the assertions count those too, or fail and say that they cannot.
#[derive(Clone)]
pub struct Requests {
    account: Arc<Account>,
    filters: Vec<Filter>,
    records: Vec<Request>,
    dropped: DroppedCounts,
}

#[derive(Clone)]
enum Filter {
    To(String),
    Method(String),
    Status(u16),
    Matching(Arc<dyn Fn(&Request) -> bool + Send + Sync>),
}

impl Sandbox {
    /// The requests that the account received. Those without a valid key are counted to the first account.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.client().search_customers().partner_customer_id("PARTNER_USER_456").await?;
    /// let searches = sandbox.requests().to("searchCustomers");
    /// searches.assert_count(1);
    /// assert_eq!(searches[0].status, 200);
    /// sandbox.requests().assert_no_refusals();
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Requests {
        Requests::of(&self.account, Vec::new())
    }
}

impl Requests {
    fn of(account: &Arc<Account>, filters: Vec<Filter>) -> Self {
        let (mut records, mut dropped) = account.log.all();
        records.retain(|request| filters.iter().all(|filter| filter.keeps(request)));
        dropped.retain(|kind, _| filters.iter().all(|filter| filter.may_keep(kind)));
        Self { account: Arc::clone(account), filters, records, dropped }
    }

    /// Those to an operation, named by its `operationId`.
    ///
    /// # Panics
    ///
    /// If the document has no such operation: an assertion about none would always hold. The message names the operation
    /// that is most like it.
    #[must_use]
    #[track_caller]
    pub fn to(self, operation: &str) -> Self {
        self.account.known_operation(operation);
        self.only(Filter::To(operation.to_owned()))
    }

    /// Those with a method, in upper case.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        self.only(Filter::Method(method.to_owned()))
    }

    /// Those that were answered with a status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.only(Filter::Status(status))
    }

    /// Those that a condition holds for. Records that were dropped cannot be looked at, so that assertions about what is
    /// left fail if there were any.
    #[must_use]
    pub fn matching(self, condition: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        self.only(Filter::Matching(Arc::new(condition)))
    }

    /// How many requests are missing here, or may be, because the log dropped their records.
    pub fn dropped(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Waits until the account has received at least so many requests of this kind, those included that came before, and
    /// then gives them all. It waits for 10 seconds at most.
    ///
    /// A request counts when its answer is made, and one that is left hanging when it begins to hang.
    ///
    /// # Errors
    ///
    /// If the time is over. The error lists those that came.
    pub async fn wait_for(&self, count: u64) -> Result<Self, TooFew> {
        self.wait_for_within(count, WAIT).await
    }

    /// [`wait_for`](Self::wait_for), for this long at most.
    pub(crate) async fn wait_for_within(&self, count: u64, patience: Duration) -> Result<Self, TooFew> {
        let mut added = self.account.log.watch();
        let enough = async {
            loop {
                added.mark_unchanged();
                let now = Self::of(&self.account, self.filters.clone());
                // What was dropped counts, unless nobody knows whether it matches.
                let dropped = if now.is_exact() { now.dropped() } else { 0 };
                if now.records.len() as u64 + dropped >= count {
                    return Some(now);
                }
                // The error is that the log is gone, and this has a share in its account.
                added.changed().await.ok()?;
            }
        };
        match timeout(patience, enough).await {
            Ok(Some(now)) => Ok(now),
            Ok(None) | Err(_) => {
                let requests = Self::of(&self.account, self.filters.clone());
                Err(TooFew { wanted: count, patience, requests })
            }
        }
    }

    /// Whether it is known of every record that was dropped whether it belongs here.
    fn is_exact(&self) -> bool {
        !self.filters.iter().any(|filter| matches!(filter, Filter::Matching(_)))
    }

    fn only(mut self, filter: Filter) -> Self {
        self.records.retain(|request| filter.keeps(request));
        self.dropped.retain(|kind, _| filter.may_keep(kind));
        self.filters.push(filter);
        self
    }
}

impl Filter {
    fn keeps(&self, request: &Request) -> bool {
        match self {
            Self::To(operation) => request.operation.as_ref() == Some(operation),
            Self::Method(method) => request.method == *method,
            Self::Status(status) => request.status == *status,
            Self::Matching(condition) => condition(request),
        }
    }

    /// Whether a request of this kind passes, or may.
    fn may_keep(&self, kind: &Dropped) -> bool {
        match self {
            Self::To(operation) => kind.operation.as_ref() == Some(operation),
            Self::Method(method) => kind.method == *method,
            Self::Status(status) => kind.status == *status,
            Self::Matching(_) => true,
        }
    }
}

impl Deref for Requests {
    type Target = [Request];

    fn deref(&self) -> &[Request] {
        &self.records
    }
}

impl IntoIterator for Requests {
    type Item = Request;
    type IntoIter = std::vec::IntoIter<Request>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests")
            .field("records", &self.records)
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

/// Fewer requests came than were waited for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TooFew {
    /// How many were waited for.
    pub wanted: u64,
    /// How long they were waited for.
    pub patience: Duration,
    /// Those that came.
    pub requests: Requests,
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let came = self.requests.len() as u64 + self.requests.dropped();
        write!(f, "waited {} seconds for {}", self.patience.as_secs(), number(self.wanted))?;
        write!(f, "{}, and {came} came{}", self.requests.about(), self.requests.listed())
    }
}

impl std::error::Error for TooFew {}
