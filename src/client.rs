//! The client: it holds the state that all calls share (URL, headers, limits, budget, clock), and sends all calls.
//!
//! This module imports the lower layers (`value`, `operation`, `error`, `call`) and no generated type: the methods of
//! the operations are generated, those of the helpers are in `ext`.
//!
//! | module | what it does |
//! |---|---|
//! | `builder`, `check` | builds a client, and refuses settings that cannot work |
//! | `auth` | sends the API key; other schemes are to be added there |
//! | `options`, `call_options` | settings for single calls, and the methods of builders that make them |
//! | `raw` | calls of operations that the API document does not have |
//! | `environment` | the environments of the API |
//! | `variables` | the environment variables, and those that are misnamed |
//! | `locks` | makes calls that record the same thing wait for each other |

mod auth;
mod builder;
mod call_options;
mod check;
mod environment;
mod locks;
mod options;
mod raw;
mod variables;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;

use crate::call::answer;
use crate::call::headers::MERCHANT_KEY;
use crate::call::interceptor::Interceptors;
use crate::call::retry::{self, Budget, RetryContext};
use crate::call::trace;
use crate::call::{Answer, Clock, Limits, RawBody, Request, RequestBody, Response, RetryPolicy, Transport};
use crate::error::{ConfigError, Error, InterceptorError, is_for_logs};
use crate::operation::Operation;
use crate::value::{OwnSecrets, Secret};

use auth::Auth;
pub use builder::ClientBuilder;
pub use call_options::AnyClient;
#[cfg(feature = "blocking")]
pub(crate) use call_options::sealed;
pub(crate) use call_options::{awaitable, call_options};
pub use environment::{Environment, ParseEnvironmentError};
pub(crate) use locks::{Doubt, EarlierCalls, RecordLock, RecordLocks};
pub use options::CallOptions;
use options::RefusedSetting;
pub use raw::RawRequest;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A client of the Imprint API. It has a method for each operation, which returns a builder of the call.
///
/// Make one and keep it: it holds a pool of connections. Clones are cheap and share the pool, as do the variants by
/// [`with_merchant_key`](Client::with_merchant_key) and [`with_timeout`](Client::with_timeout).
///
/// # Runtimes
///
/// Calls need a tokio runtime with its time and I/O drivers enabled, such as the runtime of `#[tokio::main]`. Without
/// it, a call is an [`Error::Config`]. (With `panic = "abort"`, a runtime without these drivers ends the process: tokio
/// panics when the client checks for them, and that panic cannot be caught then.)
///
/// Use a client in one runtime only. A connection is driven by the runtime that made it, but the pool gives it to calls
/// of any runtime:
///
/// - When a runtime ends, its connections end with it. Later calls make new ones, but a call of another runtime that
///   uses such a connection at that moment fails as with a broken connection.
/// - While a runtime exists but does not run (a single-threaded one, outside of its `block_on`), a call of another
///   runtime may get one of its connections. That request is not sent, and the call waits until its
///   [`attempt_timeout`](ClientBuilder::attempt_timeout). As with any timeout, a GET is then made again on another
///   connection, and a POST is an error that may have been processed.
/// - Multi-threaded runtimes that all keep running do not disturb each other.
///
/// ```no_run
/// use imprint_client::{Client, types};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::from_env()?;
/// let link = client
///     .link_customer_account()
///     .customer_id("BBB815E9-F654-438D-9AD3-3F7BB8136FC0")
///     .partner_customer_id("PARTNER_USER_456")
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
    /// Host and port of the base URL, for errors.
    host: Arc<str>,
    auth: Auth,
    /// The headers of every request, including the key.
    headers: HeaderMap,
    /// Options that cannot be used. `with_options` cannot return an error, so each call returns it.
    refused: Vec<RefusedSetting>,
    timeout: Duration,
    /// Replaces the attempt timeout of the transport.
    attempt_timeout: Option<Duration>,
    retry: RetryPolicy,
    /// Whether values of a request that this version does not understand are refused.
    strict_requests: bool,
    /// Shared by all clients that come from one builder, whatever their options.
    budget: Arc<Budget>,
    clock: Arc<dyn Clock>,
    /// Calls that record the same thing wait for each other. Shared like the budget.
    record_locks: Arc<RecordLocks>,
    interceptors: Interceptors,
}

/// # Clients and variants of them
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
    /// | `IMPRINT_BASE_URL` | another URL in place of an environment |
    /// | `IMPRINT_MERCHANT_KEY` | the product, for partners with several |
    ///
    /// An empty variable counts as not set. While one of these is not set, a variable with nearly its name is an error
    /// that names both: with `IMPRINT_ENV=production`, for example, which is not read, calls would go to the sandbox.
    /// Other variables that begin with `IMPRINT_` are left to the application.
    ///
    /// [`ClientBuilder::from_env`] does the same, and returns a builder for
    /// further settings in code.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] as by [`ClientBuilder::build`], naming the variable.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// The same client for another product of the partner: sends `x-imprint-merchant-key` with every call.
    ///
    /// It shares the connection pool. If the key cannot be sent in a header, every call is an [`Error::Config`].
    ///
    /// ```
    /// # let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").build()?;
    /// let travel = client.with_merchant_key("acme-travel");
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_merchant_key(&self, key: impl AsRef<str>) -> Self {
        self.with_options(CallOptions::new().merchant_key(key))
    }

    /// The same client with another time limit for a whole call. It shares the connection pool.
    ///
    /// One attempt still ends after [`attempt_timeout`](ClientBuilder::attempt_timeout); see
    /// [`CallOptions::attempt_timeout`] to change that as well.
    ///
    /// ```
    /// # let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").build()?;
    /// let patient = client.with_timeout(std::time::Duration::from_secs(120));
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_options(CallOptions::new().timeout(timeout))
    }

    /// The same client with other options for its calls. It shares the connection pool.
    ///
    /// Options of the client that `options` does not set stay. If an option cannot be used, every call is an
    /// [`Error::Config`].
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_options(&self, options: CallOptions) -> Self {
        let mut variant = self.clone();
        variant.apply(options);
        variant
    }

    /// The URL to which calls are sent. Log it at start: each environment refuses the keys of the other one.
    pub fn base_url(&self) -> &str {
        self.inner.base.as_str()
    }

    /// Starts a call that this version of the crate does not know: an operation, or an answer, that Imprint has added
    /// since.
    ///
    /// `path` begins with a slash and may hold `{name}`s, which [`RawRequest::path`] fills.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), &method, path.into())
    }
}

// Methods for the other modules of this crate.
impl Client {
    fn new(
        transport: Transport,
        base: Url,
        (auth, headers): (Auth, impl Iterator<Item = (HeaderName, HeaderValue)>),
        timeout: Duration,
        (retry, strict_requests): (RetryPolicy, bool),
        clock: Arc<dyn Clock>,
        interceptors: Interceptors,
    ) -> Self {
        let inner = Inner {
            transport,
            host: check::host_and_port(&base).into(),
            base,
            auth,
            headers: headers.chain([(ACCEPT, JSON)]).collect(),
            refused: Vec::new(),
            timeout,
            attempt_timeout: None,
            retry,
            strict_requests,
            budget: Arc::new(Budget::new()),
            clock,
            record_locks: Arc::default(),
            interceptors,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Changes the options of this client. Its state is copied only while it is shared.
    pub(crate) fn apply(&mut self, options: CallOptions) {
        let inner = Arc::make_mut(&mut self.inner);
        inner.timeout = options.timeout.unwrap_or(inner.timeout);
        inner.attempt_timeout = options.attempt_timeout.or(inner.attempt_timeout);
        inner.refused = options.still_refused(&inner.refused);
        if let Some(retry) = options.retry {
            inner.retry = retry;
        }
        for (name, value) in options.headers {
            inner.headers.insert(name, value);
        }
    }

    /// The same client with another API key, which is sent in the same way. It shares the connection pool.
    pub(crate) fn with_key(&self, key: &Secret) -> Result<Self, ConfigError> {
        let mut inner = (*self.inner).clone();
        let key = check::api_key(Some(key))?;
        let header = inner.auth.header(inner.transport.empty_request(&inner.base), key)?;
        inner.headers.insert(AUTHORIZATION, header);
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether this client sends this key.
    pub(crate) fn sends_key(&self, key: &Secret) -> bool {
        let authorization = |client: &Self| client.inner.headers.get(AUTHORIZATION).cloned();
        self.with_key(key).is_ok_and(|same| authorization(&same) == authorization(self))
    }

    /// The product of the calls, as it is sent in the header; empty if there is none.
    pub(crate) fn product(&self) -> &[u8] {
        self.inner.headers.get(MERCHANT_KEY).map_or(&[], HeaderValue::as_bytes)
    }

    /// How long a whole call may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    pub(crate) fn record_locks(&self) -> &RecordLocks {
        &self.inner.record_locks
    }

    /// The same settings for a test without a network: `stand_in` answers, and nothing is shared with other clients.
    #[cfg(test)]
    pub(crate) fn with_stand_in(
        &self,
        stand_in: Arc<dyn crate::call::stand_in::StandIn>,
        clock: Arc<dyn Clock>,
        retry: RetryPolicy,
    ) -> Self {
        let mut inner = (*self.inner).clone();
        inner.transport = inner.transport.with_stand_in(stand_in);
        inner.clock = clock;
        inner.budget = Arc::new(Budget::new());
        inner.record_locks = Arc::default();
        inner.retry = retry;
        Self { inner: Arc::new(inner) }
    }

    /// Makes a call. All generated builders send their calls by this method.
    ///
    /// The future is boxed, here as in `call_raw_at` and `call_at`: callers hold it in futures of their own, and tasks move it.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> impl Future<Output = Result<Response<T>, Error>> {
        Box::pin(self.call_with(operation, operation.path, request, move |answer| answer::response(operation, answer)))
    }

    /// Makes a call of an operation whose path the caller gave, and whose answer may or may not have a body.
    fn call_at<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        path: &str,
        request: Request,
    ) -> impl Future<Output = Result<Response<T>, Error>> {
        Box::pin(self.call_with(operation, path, request, move |answer| answer::raw_response(operation, answer)))
    }

    /// Makes a call and returns the body of a 2xx answer as it came.
    ///
    /// All generated builders send their raw calls by this method.
    pub(crate) fn call_raw(
        &self,
        operation: &'static Operation,
        request: Request,
    ) -> impl Future<Output = Result<Response<RawBody>, Error>> {
        self.call_raw_at(operation, operation.path, request)
    }

    /// Makes a call of a path that the caller gave, and returns the body of a 2xx answer as it came.
    fn call_raw_at(
        &self,
        operation: &'static Operation,
        path: &str,
        request: Request,
    ) -> impl Future<Output = Result<Response<RawBody>, Error>> {
        Box::pin(self.make(operation, path, (request, true), |answer| Ok(answer::bytes(answer))))
    }

    /// Makes a call and reads its success answer by `read`.
    ///
    /// Only `read` depends on the type; the rest is compiled once.
    pub(crate) async fn call_with<T>(
        &self,
        operation: &'static Operation,
        path: &str,
        request: Request,
        read: impl FnOnce(Answer) -> Result<Response<T>, Error>,
    ) -> Result<Response<T>, Error> {
        self.make(operation, path, (request, false), read).await
    }

    /// Makes a call. `any_body` is whether a body is read completely where the API document has none.
    async fn make<T>(
        &self,
        operation: &'static Operation,
        path: &str,
        (request, any_body): (Request, bool),
        read: impl FnOnce(Answer) -> Result<Response<T>, Error>,
    ) -> Result<Response<T>, Error> {
        let operation = request.operation(operation);
        let call = self.begin(operation);
        let mut set_by_hooks = Vec::new();
        let answer = call.span.around(self.exchange(operation, path, (request, any_body), &mut set_by_hooks)).await;
        let result = match answer {
            Ok(answer) => read(Answer { set_by_hooks: set_by_hooks.clone(), ..answer }),
            Err(error) => Err(error),
        };
        self.end(call, result, &set_by_hooks)
    }

    fn begin(&self, operation: &'static Operation) -> BegunCall {
        let Inner { base, clock, interceptors, .. } = &*self.inner;
        let span = trace::CallSpan::begin(operation, base, &**clock);
        BegunCall { operation, span, begun: interceptors.now(&**clock) }
    }

    /// The texts that no error may show: the key in each form in which it is sent, the headers that are kept out of
    /// logs, and the values of those that interceptors set on the attempts of the call.
    pub(crate) fn own_secrets(&self, set_by_hooks: &[HeaderValue]) -> OwnSecrets {
        let mut own = OwnSecrets::default();
        let secret = |(name, value): &(&HeaderName, &HeaderValue)| value.is_sensitive() && !is_for_logs(name);
        for (name, value) in self.inner.headers.iter().filter(secret) {
            if name == AUTHORIZATION {
                self.inner.auth.add_secrets(value.as_bytes(), &mut own);
            } else {
                own.add_other(value.as_bytes());
            }
        }
        set_by_hooks.iter().for_each(|value| own.add_other(value.as_bytes()));
        own
    }

    /// Ends a call. Every error of a call passes through here, where the secrets that it must not show are removed, and
    /// where it learns the host that it names.
    /// Errors of single items do not pass through here; the code that makes them hides the secrets by
    /// [`own_secrets`](Client::own_secrets).
    fn end<T>(
        &self,
        call: BegunCall,
        mut result: Result<Response<T>, Error>,
        set_by_hooks: &[HeaderValue],
    ) -> Result<Response<T>, Error> {
        let Inner { clock, interceptors, .. } = &*self.inner;
        if let Err(error) = &mut result {
            error.hide(&self.own_secrets(set_by_hooks));
            error.note_host(&self.inner.host);
        }
        let (status, attempts, error) = match &result {
            Ok(response) => (Some(response.status()), response.attempts(), None),
            Err(error) => (error.status(), error.attempts(), Some(error)),
        };
        let BegunCall { operation, span, begun } = call;
        let request_id = || match &result {
            Ok(response) => response.request_id(),
            Err(Error::Api(error)) => error.request_id(),
            Err(Error::Decode(error)) => error.request_id(),
            Err(_) => None,
        };
        span.record_request_id(request_id, || self.own_secrets(set_by_hooks));
        span.end(&**clock, status, attempts, error);
        interceptors.after_call(operation, (begun, &**clock), (status, attempts, error));
        result
    }

    /// Makes the attempts of a call. The values of the headers that interceptors set are added to `set_by_hooks`.
    async fn exchange(
        &self,
        operation: &'static Operation,
        path: &str,
        (request, any_body): (Request, bool),
        set_by_hooks: &mut Vec<HeaderValue>,
    ) -> Result<Answer, Error> {
        let Inner { transport, base, headers, refused, timeout, attempt_timeout, retry, budget, clock, .. } =
            &*self.inner;
        let (clock, interceptors) = (&**clock, &self.inner.interceptors);
        if let Some(&RefusedSetting { setting, problem }) = refused.first() {
            return Err(ConfigError::new(setting, problem).in_call(operation, 0).into());
        }
        let ready = request.finish(operation, path, base, self.inner.strict_requests)?;
        set_by_hooks.extend(ready.secrets);
        let mut request = reqwest::Request::new(operation.method.clone(), ready.url);
        // Those that are for this call alone; each attempt adds them to a clone of those of the client.
        *request.headers_mut() = ready.headers;
        if operation.accept != JSON
            && let Ok(accept) = HeaderValue::from_str(operation.accept)
        {
            request.headers_mut().insert(ACCEPT, accept);
        }
        let mut once = None;
        if let Some((media, body)) = ready.body {
            if let Ok(media) = HeaderValue::from_str(&media) {
                request.headers_mut().insert(CONTENT_TYPE, media);
            }
            match body {
                RequestBody::Memory(body) => *request.body_mut() = Some(body.into()),
                RequestBody::Once(body) => once = Some(body),
            }
        }
        // A body that can be sent once is sent once.
        let off = RetryPolicy::off();
        let retry = if once.is_some() { &off } else { retry };
        let context = RetryContext { operation, policy: retry, budget, clock, timeout: *timeout };
        retry::run(context, |attempts, remaining| {
            let limits = Limits { attempt: *attempt_timeout, call: *timeout, remaining, any_body };
            let mut request = request.try_clone().expect("its body is bytes and no stream");
            let of_call = std::mem::replace(request.headers_mut(), headers.clone());
            request.headers_mut().extend(of_call);
            if let Some(body) = once.take() {
                *request.body_mut() = Some(body);
            }
            let hooks_began = interceptors.now(clock);
            let allowed = interceptors.before_attempt(operation, attempts, &mut request, set_by_hooks);
            let begun = interceptors.now(clock);
            // The time of the hooks is time of the call.
            let taken = hooks_began.zip(begun).map(|(from, to)| to.saturating_duration_since(from)).unwrap_or_default();
            let limits = Limits { remaining: remaining.saturating_sub(taken), ..limits };
            async move {
                allowed?;
                if !taken.is_zero() && limits.remaining.is_zero() {
                    let problem = "the interceptors took all the time that was left for the call";
                    let source = ConfigError::new("interceptor", problem);
                    return Err(InterceptorError::new(operation, attempts, source.into()).into());
                }
                let result = transport.attempt(operation, request, limits, attempts).await;
                interceptors.after_attempt(operation, attempts, (begun, clock), &result);
                result
            }
        })
        .await
    }
}

/// A call that has begun.
struct BegunCall {
    operation: &'static Operation,
    span: trace::CallSpan,
    /// When it began, if an interceptor may ask how long it took.
    begun: Option<Instant>,
}

/// Shows the client without the keys.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .field("timeout", &self.inner.timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
