//! Where webhooks are sent to: endpoints, and the token that their signatures are made with.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use imprint_client::Secret;
use imprint_client::webhook::Reading;

use crate::ids::Ids;
use crate::model::endpoint::Endpoint as Row;
use crate::model::target::Target;
use crate::operations::endpoints::{self, Wanted};
use crate::world::Account;

use super::{Refused, Sandbox};

/// An endpoint, for [`Builder::endpoint`](crate::Builder::endpoint) or [`Sandbox::register`].
///
/// ```
/// use imprint_sandbox::Endpoint;
///
/// let rewards = Endpoint::at("http://127.0.0.1:9000/rewards").token("a made-up token").only(["REWARD"]);
/// ```
#[derive(Clone)]
#[must_use = "an endpoint takes nothing before it is registered"]
pub struct Endpoint {
    url: String,
    token: Option<Secret>,
    only: Option<Vec<String>>,
    merchant_keys: Option<Vec<String>>,
    reading: Reading,
    milliseconds: bool,
}

impl Endpoint {
    /// An endpoint at a URL, which takes all events. The query of the URL is sent as well, and is not shown anywhere.
    pub fn at(url: impl Into<String>) -> Self {
        let (token, only, merchant_keys) = (None, None, None);
        Self { url: url.into(), token, only, merchant_keys, reading: Reading::default(), milliseconds: false }
    }

    /// The signing token. The default is that of the account, [`Sandbox::webhook_token`].
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Takes only events of these kinds, named as `object` has them: `REWARD`.
    pub fn only<T: Into<String>>(mut self, kinds: impl IntoIterator<Item = T>) -> Self {
        self.only = Some(kinds.into_iter().map(Into::into).collect());
        self
    }

    /// Takes only events about products with these merchant keys.
    pub fn merchant_keys<T: Into<String>>(mut self, keys: impl IntoIterator<Item = T>) -> Self {
        self.merchant_keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Signs under this reading of Imprint's documentation. The default is the likeliest.
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Writes the timestamps of signatures in milliseconds, which Imprint's documentation has besides seconds.
    pub fn milliseconds(mut self) -> Self {
        self.milliseconds = true;
        self
    }
}

/// Shows neither the token nor the query of the URL.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, token: _, only, merchant_keys, reading, milliseconds } = self;
        let target =
            Target::parse(url).map_or_else(|_| "[no URL of a receiver]".to_owned(), |target| target.to_string());
        f.debug_struct("Endpoint")
            .field("url", &target)
            .field("only", only)
            .field("merchant_keys", merchant_keys)
            .field("reading", reading)
            .field("milliseconds", milliseconds)
            .finish_non_exhaustive()
    }
}

/// An endpoint that takes webhooks, until it is removed. Dropping this handle does not remove it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = imprint_sandbox::Sandbox::start().await?;
/// let endpoint = sandbox.webhook("http://127.0.0.1:9/imprint")?;
/// sandbox.customer("PARTNER_USER_456").approved().await?;
/// assert!(sandbox.settled().await.is_err(), "nothing listens there");
///
/// endpoint.remove();
/// sandbox.settled().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RegisteredEndpoint {
    account: Arc<Account>,
    row: Arc<Row>,
}

impl RegisteredEndpoint {
    /// Whether it is sent to this address.
    pub(super) fn is_at(&self, target: &Target) -> bool {
        self.row.target == *target
    }

    /// The id, which no other endpoint of the account has.
    pub fn id(&self) -> &str {
        &self.row.id
    }

    /// The URL, without its query.
    pub fn url(&self) -> String {
        self.row.target.to_string()
    }

    /// The kinds that it takes, in alphabetical order. None if it takes all.
    pub fn kinds(&self) -> Option<&[String]> {
        self.row.only.as_deref()
    }

    /// The merchant keys of the products that it takes events of, in alphabetical order. None if it takes those of all.
    pub fn merchant_keys(&self) -> Option<&[String]> {
        self.row.merchant_keys.as_deref()
    }

    /// How its signatures are made, and whether their timestamps count milliseconds.
    pub fn signature(&self) -> (Reading, bool) {
        (self.row.reading, self.row.milliseconds)
    }

    /// Removes the endpoint: it takes no event any more, and its deliveries that were not acknowledged, dead ones included,
    /// are dropped. They are no failure for [`Sandbox::settled`] and [`Sandbox::verify`]. What is on its way to the
    /// receiver at this moment may still arrive.
    ///
    /// Nothing happens if it was removed before, or is no part of the state that the account was put back to.
    pub fn remove(&self) {
        // It is about all products, so any will do.
        let product = self.account.settings.product(None).unwrap_or_default();
        let (Ok(()), _) = self.account.transact(product, |tx| {
            // Ids begin anew when the state is replaced, so the id alone may be that of another endpoint.
            let known = tx.state.endpoints.get(&self.row.id).filter(|known| known.target == self.row.target);
            if let Some(endpoint) = known.filter(|known| !known.is_removed).map(Arc::clone) {
                tx.state.remove_endpoint(&endpoint, tx.settings);
            }
            Ok::<(), Infallible>(())
        });
    }
}

/// Shows no query of the URL.
impl fmt::Debug for RegisteredEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredEndpoint").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// An endpoint of a sandbox that is to be registered: the settings are those of [`Endpoint`].
#[derive(Clone, Debug)]
#[must_use = "an endpoint takes nothing before `register`"]
pub struct EndpointSetup {
    sandbox: Sandbox,
    endpoint: Endpoint,
}

impl EndpointSetup {
    /// [`Endpoint::token`].
    pub fn token(self, token: impl Into<Secret>) -> Self {
        Self { endpoint: self.endpoint.token(token), ..self }
    }

    /// [`Endpoint::only`].
    pub fn only<T: Into<String>>(self, kinds: impl IntoIterator<Item = T>) -> Self {
        Self { endpoint: self.endpoint.only(kinds), ..self }
    }

    /// [`Endpoint::merchant_keys`].
    pub fn merchant_keys<T: Into<String>>(self, keys: impl IntoIterator<Item = T>) -> Self {
        Self { endpoint: self.endpoint.merchant_keys(keys), ..self }
    }

    /// [`Endpoint::reading`].
    pub fn reading(self, reading: Reading) -> Self {
        Self { endpoint: self.endpoint.reading(reading), ..self }
    }

    /// [`Endpoint::milliseconds`].
    pub fn milliseconds(self) -> Self {
        Self { endpoint: self.endpoint.milliseconds(), ..self }
    }

    /// Registers it.
    ///
    /// # Errors
    ///
    /// Those of [`Sandbox::register`].
    pub fn register(self) -> Result<RegisteredEndpoint, Refused> {
        self.sandbox.register(self.endpoint)
    }
}

impl Sandbox {
    /// The token that webhooks of the account are signed with, unless an endpoint has one of its own. It follows from the
    /// seed and the name of the account, and is good for nothing else.
    pub fn webhook_token(&self) -> Secret {
        const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let text = Ids::new(self.account.settings.seed, &self.account.name).text("webhook_token", ALPHABET, 32);
        Secret::from(format!("sandbox_{text}"))
    }

    /// Sends the webhooks of the account to a receiver from now on, signed with [`webhook_token`](Self::webhook_token).
    ///
    /// The receiver has to be near: on loopback, at a private address, or under a name without a dot, as services in a
    /// network of containers have; names that end with `.internal` or `.localhost` are accepted as well. It is reached by
    /// http, without TLS.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// sandbox.webhook("http://127.0.0.1:9/imprint")?;
    /// sandbox.customer("PARTNER_USER_456").approved().await?;
    /// let error = sandbox.settled().await.unwrap_err();
    /// assert!(error.to_string().contains("nothing listens at 127.0.0.1:9"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`register`](Self::register).
    pub fn webhook(&self, url: impl Into<String>) -> Result<RegisteredEndpoint, Refused> {
        self.register(Endpoint::at(url))
    }

    /// An endpoint with settings of its own, which takes webhooks when it is registered.
    ///
    /// ```no_run
    /// # fn example(sandbox: &imprint_sandbox::Sandbox) -> Result<(), imprint_sandbox::Refused> {
    /// sandbox.endpoint("http://localhost:9000/rewards").only(["REWARD"]).milliseconds().register()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn endpoint(&self, url: impl Into<String>) -> EndpointSetup {
        EndpointSetup { sandbox: self.clone(), endpoint: Endpoint::at(url) }
    }

    /// Registers an endpoint: it takes the events that happen from now on.
    ///
    /// # Errors
    ///
    /// If the URL is not that of a receiver nearby, if the document has no webhook of a kind that it is to take, if its
    /// token is empty, or if there is an endpoint with this URL that takes some of the same events: kinds and merchant keys
    /// of both overlap. To replace an endpoint, [remove](RegisteredEndpoint::remove) it first.
    pub fn register(&self, endpoint: Endpoint) -> Result<RegisteredEndpoint, Refused> {
        let Endpoint { url, token, only, merchant_keys, reading, milliseconds } = endpoint;
        let token = &token.unwrap_or_else(|| self.webhook_token());
        let wanted = Wanted { url: &url, token, only, merchant_keys, reading, milliseconds };
        let row = self.control(None, |tx| endpoints::register(tx, wanted))?;
        self.listening.deliver(Arc::clone(&self.account), row.id.clone());
        Ok(RegisteredEndpoint { account: Arc::clone(&self.account), row: Arc::new(row) })
    }

    /// The endpoints of the account that take webhooks, in the order in which they were registered.
    pub fn endpoints(&self) -> Vec<RegisteredEndpoint> {
        let registered =
            |row: &Arc<Row>| RegisteredEndpoint { account: Arc::clone(&self.account), row: Arc::clone(row) };
        self.account.read(|state| state.endpoints.find("all", "").map(|(_, row)| registered(row)).collect())
    }

    /// The row that an endpoint would have, without an id. None if its URL is not that of a receiver nearby.
    pub(super) fn row_of(&self, endpoint: Endpoint) -> Option<Row> {
        let Endpoint { url, token, only, merchant_keys, reading, milliseconds } = endpoint;
        let target = Target::parse(&url).ok()?;
        let token = token.unwrap_or_else(|| self.webhook_token());
        let id = String::new();
        Some(Row { id, target, token, only, merchant_keys, reading, milliseconds, is_removed: false })
    }
}
