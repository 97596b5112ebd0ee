//! The handle of a sandbox: starting it, clients for it, and what a test does that no operation of the API does.

mod applications;
mod builder;
mod chaos;
mod closing;
mod customers;
mod deliveries;
mod events;
mod faults;
mod in_process;
mod links;
#[cfg(feature = "program")]
mod overview;
mod payment_methods;
mod receivers;
mod requests;
mod rewards;
mod seeds;
#[cfg(feature = "program")]
mod serving;
mod settle;
mod snapshot;
mod state;
mod streaks;
mod time;
mod verify;
mod webhooks;

use std::fmt;
use std::sync::Arc;

use imprint_client::{Client, ClientBuilder, Secret};

use crate::bugs::Bug;
use crate::refusal::Refusal;
use crate::server::{Listening, reachable};
use crate::settings::Permissions;
use crate::world::{Account, Tx};

pub use applications::{Application, Decision, HasClientSecret, Outcome};
#[cfg(feature = "program")]
pub(crate) use builder::{Bound, FIRST_KEY};
pub use builder::{Builder, StartError};
pub use chaos::Chaos;
pub use customers::{ApprovedCustomer, CustomerSetup};
pub use deliveries::{AcknowledgedReward, Delivery};
pub use events::Event;
pub use faults::{Fault, FaultPlace, Faults};
#[doc(hidden)]
pub use in_process::Moment;
#[cfg(feature = "program")]
pub(crate) use overview::{
    ApplicationLine, Attention, CustomerLine, DeliveryLine, PaymentMethodLine, TransactionLine, Who,
};
pub use payment_methods::{PaymentMethodControl, TokenKind};
pub use receivers::check_receiver;
pub use requests::{Requests, TooFew};
#[cfg(feature = "program")]
pub(crate) use serving::{EventMark, EventsAfter};
pub use settle::Undelivered;
pub use snapshot::{Snapshot, SnapshotError};
pub use streaks::{Streak, StreakSetup};
pub use verify::Unverified;
pub use webhooks::{Endpoint, EndpointSetup, RegisteredEndpoint};

/// A stateful imitation of the Imprint API that listens on loopback.
///
/// It starts empty, on a port of its own, in milliseconds, so each test can have one. A clone is a handle of the same
/// sandbox; when the last one is dropped, the server stops and its connections end. It needs a tokio runtime; for code
/// without one there is [`blocking`](Self::blocking).
///
/// ```
/// use imprint_sandbox::{Outcome, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let client = sandbox.client();
///
/// let session = client.create_session().body_map(|b| b.partner_customer_id("PARTNER_USER_456")).await?;
/// let outcome = sandbox.apply(&session).last_name("approve").complete().await?;
/// let Outcome::Approved { customer_id, .. } = outcome else { panic!("{outcome:?}") };
///
/// let methods = client.get_payment_methods().customer_id(&customer_id).await?;
/// assert_eq!(methods.data.len(), 1);
/// sandbox.verify()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sandbox {
    listening: Arc<Listening>,
    account: Arc<Account>,
    key: Secret,
}

impl Sandbox {
    /// Starts a sandbox with the default settings.
    ///
    /// # Errors
    ///
    /// If no port can be listened at.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// The settings of a sandbox that is to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where the sandbox listens: `http://127.0.0.1:41873`.
    pub fn url(&self) -> String {
        format!("http://{}", reachable(self.listening.address()))
    }

    /// The API key of the account. It opens nothing but this sandbox.
    pub fn key(&self) -> &Secret {
        &self.key
    }

    /// A client of the account.
    ///
    /// # Panics
    ///
    /// If the client cannot be built, which no setting of a sandbox leads to.
    pub fn client(&self) -> Client {
        self.client_builder().build().unwrap_or_else(|e| panic!("a client of the sandbox cannot be built: {e}"))
    }

    /// A client of the account before it is built, to set timeouts, retries or a merchant key.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().api_key(self.key.clone()).base_url(self.url())
    }

    /// Another account of this server, which is opened on first use: with its own key, customers, clock and log. What
    /// one account has does not exist for another. The first account has the name `sandbox`.
    ///
    /// [`key`](Self::key) of the handle is the key that the account was opened with.
    pub fn account(&self, name: &str) -> Self {
        let account = self.listening.server.accounts.open(name);
        let key = account.first_key.clone();
        Self { listening: Arc::clone(&self.listening), account, key }
    }

    /// Makes another key of the account, with permissions of its own and a text that no key of the server has. The log
    /// shows its label. Two keys may have the same label: they are different keys all the same.
    ///
    /// ```
    /// use imprint_sandbox::{Permissions, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let key = sandbox.add_key("reports", Permissions::READ_ONLY);
    /// let reports = sandbox.client_builder().api_key(key).build()?;
    /// assert!(reports.search_customers().await?.data.is_empty());
    /// let refused = reports.create_session().await.unwrap_err();
    /// assert_eq!(refused.status().map(|status| status.as_u16()), Some(403));
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_key(&self, label: &str, permissions: Permissions) -> Secret {
        self.listening.server.accounts.add_key(&self.account, label, permissions)
    }

    /// The bugs of the sandbox that were found so far, in all accounts: the first thousand at most.
    pub fn bugs(&self) -> Vec<Bug> {
        self.listening.server.bugs.all()
    }

    /// The runtime that the server runs in.
    pub(crate) fn runtime(&self) -> &tokio::runtime::Handle {
        self.listening.runtime()
    }

    /// Runs a transaction about a product that no request was made for.
    fn control<T>(
        &self,
        merchant_key: Option<&str>,
        run: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refused> {
        let product = self.account.settings.product(merchant_key);
        let product = product.ok_or_else(|| Refused::new("no product has this merchant key"))?;
        self.account.transact(product, run).0.map_err(|refusal| Refused::of(&refusal))
    }
}

/// A transaction that panics is taken back, so a test may catch a panic, that of an assertion for example, and go on.
impl std::panic::UnwindSafe for Sandbox {}
impl std::panic::RefUnwindSafe for Sandbox {}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url()).field("account", &self.account.name).finish_non_exhaustive()
    }
}

/// Why the sandbox did not do what a test told it to. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status of the answer if a request had been refused for this, and the code.
    refusal: Option<(u16, &'static str)>,
    message: String,
}

impl Refused {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { refusal: None, message: message.into() }
    }

    fn of(refusal: &Refusal) -> Self {
        Self { refusal: Some((refusal.status, refusal.kind.text)), message: refusal.message.clone() }
    }

    /// The code, such as `INVALID_CLIENT_SECRET`, if there is one.
    pub fn code(&self) -> Option<&str> {
        self.refusal.map(|(_, code)| code)
    }

    /// The status and the code of the refusal, for the control API.
    #[cfg(feature = "program")]
    pub(crate) fn refusal(&self) -> Option<(u16, &'static str)> {
        self.refusal
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}
