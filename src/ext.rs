//! The client: the thin layer between the generated builders and the transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde::de::DeserializeOwned;

use crate::config::{self, ClientBuilder};
use crate::decode;
use crate::error::{ConfigError, DecodeError, Error};
use crate::operation::Operation;
use crate::request::Request;
use crate::response::Response;
use crate::transport::{Answer, Transport};

/// Selects one of several products of a partner. It is in Imprint's guide but not in its OpenAPI document.
const MERCHANT_KEY: HeaderName = HeaderName::from_static("x-imprint-merchant-key");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A client of the Imprint API: a method for each operation, which starts a builder of the call.
///
/// Make one and keep it: it holds a pool of connections. Clones are cheap and share the pool, as do the variants by
/// [`with_merchant_key`](Client::with_merchant_key) and [`with_timeout`](Client::with_timeout). Calls need a tokio
/// runtime with its time and I/O drivers on.
///
/// ```no_run
/// use imprint_client::{Client, types};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder().api_key(std::env::var("IMPRINT_API_KEY")?).build()?;
/// let link = client
///     .link_customer_account()
///     .customer_id("BBB815E9-F654-438D-9AD3-3F7BB8136FC0")
///     .body_map(|body| body.partner_customer_id("PARTNER_USER_456"))
///     .send()
///     .await?;
/// assert_eq!(link.status, types::CustomerLinkStatus::Active);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    transport: Transport,
    base: Url,
    /// What every request carries.
    headers: HeaderMap,
    /// A merchant key that cannot be sent. `with_merchant_key` cannot fail, so the call does.
    merchant_key_is_bad: bool,
    timeout: Duration,
}

impl Client {
    /// A builder of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client from environment variables:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `IMPRINT_API_KEY` | the API key; required |
    /// | `IMPRINT_ENVIRONMENT` | `sandbox` (the default) or `production` |
    /// | `IMPRINT_BASE_URL` | another URL in the place of an environment |
    /// | `IMPRINT_MERCHANT_KEY` | the product, for partners with several |
    ///
    /// An empty variable counts as not set.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] as by [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::new().variables(std::env::var)?.build()
    }

    /// The same client for another product of the partner: sends `x-imprint-merchant-key` with every call.
    ///
    /// It shares the connection pool. A key that cannot stand in a header makes every call an [`Error::Config`].
    ///
    /// ```
    /// # let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").build()?;
    /// let travel = client.with_merchant_key("acme-travel");
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_merchant_key(&self, key: impl AsRef<str>) -> Self {
        let mut inner = (*self.inner).clone();
        match config::merchant_key(key.as_ref()) {
            Ok(value) => {
                inner.headers.insert(MERCHANT_KEY, value);
                inner.merchant_key_is_bad = false;
            }
            // Without the header the calls would work on another product.
            Err(_) => inner.merchant_key_is_bad = true,
        }
        Self { inner: Arc::new(inner) }
    }

    /// The same client with another time limit for a whole call. It shares the connection pool.
    ///
    /// ```
    /// # let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").build()?;
    /// let patient = client.with_timeout(std::time::Duration::from_secs(120));
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { inner: Arc::new(Inner { timeout, ..(*self.inner).clone() }) }
    }

    pub(crate) fn new(
        transport: Transport,
        base: Url,
        authorization: HeaderValue,
        user_agent: HeaderValue,
        merchant_key: Option<HeaderValue>,
        timeout: Duration,
    ) -> Self {
        let mut headers =
            HeaderMap::from_iter([(ACCEPT, JSON), (AUTHORIZATION, authorization), (USER_AGENT, user_agent)]);
        headers.extend(merchant_key.map(|value| (MERCHANT_KEY, value)));
        Self { inner: Arc::new(Inner { transport, base, headers, merchant_key_is_bad: false, timeout }) }
    }

    /// Makes a call: the one way from a generated builder to the API and back.
    ///
    /// Only the decoding depends on the type; all else is compiled once.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Response<T>, Error> {
        let Answer { status, headers, body, attempts } = self.exchange(operation, request).await?;
        // An operation without a body answers `()`, which JSON writes as null.
        let body = if operation.empty { b"null" } else { body.as_slice() };
        match decode::body(body) {
            Ok(value) => Ok(Response::new(status, headers, attempts, value)),
            Err(finding) => Err(DecodeError::new(operation, status, attempts, finding).into()),
        }
    }

    async fn exchange(&self, operation: &'static Operation, request: Request) -> Result<Answer, Error> {
        let Inner { transport, base, headers, merchant_key_is_bad, timeout } = &*self.inner;
        if *merchant_key_is_bad {
            let problem =
                "the key given to with_merchant_key() is empty or holds what cannot be sent; nothing was sent";
            return Err(ConfigError::new("merchant_key", problem).into());
        }
        let (url, body) = request.finish(operation, base)?;
        let mut request = reqwest::Request::new(operation.method.clone(), url);
        *request.headers_mut() = headers.clone();
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
            *request.body_mut() = Some(body.into());
        }
        // The one place where an attempt is made: whatever repeats one goes around this line.
        transport.attempt(operation, request, *timeout, 1).await
    }
}

/// Without the keys.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base.as_str())
            .field("timeout", &self.inner.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
