//! What an interceptor sees of a request before it is sent, and the headers that it sets.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request};

use crate::call::headers::{self, RefusedHeader};
use crate::error::ConfigError;
use crate::operation::Operation;

/// An attempt that is about to be sent; see [`Interceptor::before_attempt`](crate::Interceptor::before_attempt).
pub struct Attempt<'a> {
    operation: &'static Operation,
    number: u32,
    request: &'a Request,
    /// The headers that interceptors have set for this attempt.
    set: HeaderMap,
}

impl<'a> Attempt<'a> {
    /// The operation. That of a [raw request](crate::Client::request) has the id `request` and an empty path template.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The number of this attempt among those of the call, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The HTTP method.
    pub fn method(&self) -> &'a Method {
        self.request.method()
    }

    /// The scheme of the URL: `https`; `http` only on this machine and for the hosts of
    /// [`allow_plain_http_to`](crate::ClientBuilder::allow_plain_http_to).
    pub fn scheme(&self) -> &'a str {
        self.request.url().scheme()
    }

    /// The host as the header `Host` has it: with the port, if it is not that of the scheme.
    pub fn host(&self) -> String {
        let url = self.request.url();
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The path as it is sent: with all values filled in, and percent-encoded. It holds the ids of customers and
    /// others: keep it out of logs.
    pub fn path(&self) -> &'a str {
        self.request.url().path()
    }

    /// The query as it is sent, percent-encoded and without the question mark; `None` if there is none. It may hold
    /// personal data: keep it out of logs.
    pub fn query(&self) -> Option<&'a str> {
        self.request.url().query()
    }

    /// The bytes of the body; none if there is no body. It may hold card data and personal data: keep it out of logs.
    pub fn body(&self) -> &'a [u8] {
        self.request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default()
    }

    /// The headers that are sent and that are no secret, and those that interceptors have set for this attempt.
    ///
    /// Left out are `Authorization`, the merchant key and the headers of [`CallOptions`](crate::CallOptions). Headers
    /// of the connection, such as `Host` and `Content-Length`, are added later.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        let replaced = |name: &HeaderName| self.set.contains_key(name);
        let own = self.request.headers().iter();
        own.filter(move |(name, value)| !is_secret(name, value) && !replaced(name)).chain(&self.set)
    }

    /// Whether a header is sent, secret or not. It tells, for example, whether the options of the call set a trace
    /// header already.
    pub fn has_header(&self, name: &str) -> bool {
        self.set.contains_key(name) || self.request.headers().contains_key(name)
    }

    /// Sets a header of this attempt, and replaces one of the same name. The value is kept out of logs and errors.
    ///
    /// # Errors
    ///
    /// The header is refused for the reasons that [`CallOptions::header`](crate::CallOptions::header) names, or because
    /// its name or value cannot be sent. The error holds neither. The attempt stays as it was; return the error to stop
    /// the call.
    pub fn set_header(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Result<(), ConfigError> {
        let problem = match headers::settable(name.as_ref(), value.as_ref()) {
            Ok((name, value)) => {
                self.set.insert(name, value);
                return Ok(());
            }
            Err(RefusedHeader::SetByClient) => "it set a header that the client sets itself",
            Err(RefusedHeader::OfConnection) => {
                "it set a header that describes the connection, or how messages are coded or cut, which is for the HTTP \
                 client to do"
            }
            Err(RefusedHeader::Overrides) => {
                "it set a header that asks a gateway for another method, path or host, which would change the operation that \
                 is called"
            }
            Err(RefusedHeader::Unsendable) => {
                "it set a header whose name or value cannot be sent, a line end in it perhaps"
            }
        };
        Err(ConfigError::new("interceptor", problem))
    }

    pub(super) fn new(operation: &'static Operation, number: u32, request: &'a Request) -> Self {
        Self { operation, number, request, set: HeaderMap::new() }
    }

    /// The headers that interceptors have set.
    pub(super) fn into_set(self) -> HeaderMap {
        self.set
    }
}

fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || name == AUTHORIZATION
}

/// Shows neither the URL, nor the body, nor the value of any header.
impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("operation_id", &self.operation.id())
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
