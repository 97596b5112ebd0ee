//! Makes one attempt with the HTTP client of reqwest: sends the request once, and reads the answer up to a limit.

mod http;
mod runtime;
#[cfg(test)]
pub(crate) mod stand_in;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode, Url};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::http::default_http_client;
pub(crate) use self::runtime::check as check_runtime;
use crate::error::{ApiError, ConfigError, Error, Problems, ResponseTooLargeError, sources};
use crate::error::{TimeoutError, TimeoutPhase, TransportError};
use crate::operation::Operation;

/// The most memory that is reserved because of a `Content-Length` alone, which may be false.
const MAX_RESERVED: usize = 1 << 20;

/// The deadline, from now, of a timeout that is too long for the clock to count: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The most that is read of a body where the API document has none.
const MAX_UNEXPECTED: usize = 64 << 10;

#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    #[cfg(test)]
    stand_in: Option<std::sync::Arc<dyn stand_in::StandIn>>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    max_response_bytes: usize,
}

/// A 2xx answer whose body is not decoded yet.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) attempts: u32,
    /// The values of headers that interceptors set on the attempts of the call: no error may show them.
    pub(crate) set_by_hooks: Vec<HeaderValue>,
}

/// How long an attempt may take, and how its body is read.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Replaces the transport's own timeout of an attempt.
    pub(crate) attempt: Option<Duration>,
    /// The whole call.
    pub(crate) call: Duration,
    /// The time that is left for the call.
    pub(crate) remaining: Duration,
    /// Whether a body that the API document does not have is read as any other: up to the limit, and completely.
    pub(crate) any_body: bool,
}

/// How reading a body ended.
enum BodyEnd {
    Complete,
    TooLarge,
    Broken(Broken),
}

/// Why an attempt did not get its answer, or not all of it.
enum Broken {
    Http(reqwest::Error),
    /// The time of the attempt is over.
    TimedOut,
}

impl Answer {
    fn new(status: StatusCode, headers: HeaderMap, body: Vec<u8>, attempts: u32) -> Self {
        Self { status, headers, body, attempts, set_by_hooks: Vec::new() }
    }
}

impl Transport {
    pub(crate) fn new(
        http: reqwest::ClientBuilder,
        base: &Url,
        connect_timeout: Duration,
        attempt_timeout: Duration,
        max_response_bytes: usize,
    ) -> Result<Self, ConfigError> {
        let http = http::build(http, base, connect_timeout)?;
        Ok(Self {
            http,
            #[cfg(test)]
            stand_in: None,
            connect_timeout,
            attempt_timeout,
            max_response_bytes,
        })
    }

    /// A request that is never sent; it is used to make headers with the HTTP stack.
    pub(crate) fn empty_request(&self, base: &Url) -> reqwest::RequestBuilder {
        self.http.get(base.clone())
    }

    /// Sends a request once and reads the answer.
    ///
    /// `attempts` counts this attempt too.
    pub(crate) async fn attempt(
        &self,
        operation: &'static Operation,
        request: reqwest::Request,
        limits: Limits,
        attempts: u32,
    ) -> Result<Answer, Error> {
        let attempt_timeout = limits.attempt.unwrap_or(self.attempt_timeout);
        let (phase, limit) = if limits.remaining < attempt_timeout {
            (TimeoutPhase::Call, limits.call)
        } else {
            (TimeoutPhase::Attempt, attempt_timeout)
        };
        let time = attempt_timeout.min(limits.remaining);
        let end = Instant::now().checked_add(time).unwrap_or_else(|| Instant::now() + FAR);
        let failure = |status, broken| -> Error {
            let Broken::Http(error) = broken else {
                return TimeoutError::new(operation, phase, limit, status, attempts).into();
            };
            if error.is_builder() {
                let mut problems = Problems::default();
                problems.invalid("the request", "cannot be put into an HTTP message");
                Error::invalid_request(operation, problems)
            } else if lacks_tls(&error) {
                let problem = "this build has no TLS: turn on the feature `rustls` of imprint-client, or `native-tls`";
                ConfigError::new("rustls", problem).in_call(operation, attempts - 1).into()
            } else if is_client_timeout(&error) && error.is_connect() {
                let limit = self.connect_timeout;
                TimeoutError::new(operation, TimeoutPhase::Connect, limit, status, attempts).into()
            } else {
                // With any other timeout, the caller's own HTTP settings have ended the connection.
                TransportError::new(operation, status, attempts, error).into()
            }
        };

        #[cfg(test)]
        if let Some(stand_in) = &self.stand_in {
            let response = stand_in::execute(&**stand_in, request, time).await;
            let response = response.map_err(|no_answer| no_answer.into_error(operation, (phase, limit), attempts))?;
            return self.receive(operation, response, end, (attempts, limits.any_body), failure).await;
        }
        runtime::check().map_err(|problem| problem.in_call(operation, attempts - 1))?;
        let response = within(end, self.http.execute(request)).await.map_err(|broken| failure(None, broken))?;
        self.receive(operation, response, end, (attempts, limits.any_body), failure).await
    }

    /// Reads the answer, until `end` at the latest.
    async fn receive(
        &self,
        operation: &'static Operation,
        mut response: Response,
        end: Instant,
        (attempts, any_body): (u32, bool),
        failure: impl Fn(Option<StatusCode>, Broken) -> Error,
    ) -> Result<Answer, Error> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        if !status.is_success() {
            // The status is reported even if the body breaks off.
            let (body, ended) = read(&mut response, self.max_response_bytes, end).await;
            let complete = matches!(ended, BodyEnd::Complete);
            return Err(ApiError::new(operation, status, headers, attempts, body, complete).into());
        }
        if operation.empty && !any_body {
            // No body is expected. If there is one, it may report a failure, so a short body is read. A body that is
            // too long or breaks off is ignored: the status reports success.
            let body = match read(&mut response, self.max_response_bytes.min(MAX_UNEXPECTED), end).await {
                (body, BodyEnd::Complete) => body,
                (_, BodyEnd::TooLarge | BodyEnd::Broken(_)) => Vec::new(),
            };
            return Ok(Answer::new(status, headers, body, attempts));
        }
        if response.content_length().is_some_and(|length| length > self.max_response_bytes as u64) {
            return Err(ResponseTooLargeError::new(operation, status, self.max_response_bytes, attempts).into());
        }
        match read(&mut response, self.max_response_bytes, end).await {
            (body, BodyEnd::Complete) => Ok(Answer::new(status, headers, body, attempts)),
            (_, BodyEnd::TooLarge) => {
                Err(ResponseTooLargeError::new(operation, status, self.max_response_bytes, attempts).into())
            }
            (_, BodyEnd::Broken(broken)) => Err(failure(Some(status), broken)),
        }
    }
}

/// Whether a timeout of this client expired. A timeout of the operating system, which gives up an unresponsive peer,
/// counts as a broken connection instead.
fn is_client_timeout(error: &reqwest::Error) -> bool {
    let of_the_system = |io: &std::io::Error| io.raw_os_error().is_some();
    error.is_timeout() && !sources(error).any(|error| error.downcast_ref().is_some_and(of_the_system))
}

/// Whether the HTTP stack refused https because it was built without TLS. Only the text of its error shows this.
fn lacks_tls(error: &reqwest::Error) -> bool {
    sources(error).any(|error| error.to_string() == "invalid URL, scheme is not http")
}

/// Waits for the HTTP stack until `end`. This is done here, because reqwest's own timeout of a request costs each of them
/// eight allocations.
async fn within<T>(end: Instant, work: impl Future<Output = reqwest::Result<T>>) -> Result<T, Broken> {
    match timeout_at(end, work).await {
        Ok(done) => done.map_err(Broken::Http),
        Err(_) => Err(Broken::TimedOut),
    }
}

/// Reads a body up to a limit of bytes, whatever its `Content-Length` says, and until `end` at the latest.
async fn read(response: &mut Response, limit: usize, end: Instant) -> (Vec<u8>, BodyEnd) {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut body = Vec::with_capacity(announced.min(limit).min(MAX_RESERVED));
    loop {
        match within(end, response.chunk()).await {
            Ok(Some(chunk)) => {
                let room = limit - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    return (body, BodyEnd::TooLarge);
                }
                // A body that never makes its reader wait does not give the timer its turn.
                if Instant::now() >= end {
                    return (body, BodyEnd::Broken(Broken::TimedOut));
                }
            }
            Ok(None) => return (body, BodyEnd::Complete),
            Err(broken) => return (body, BodyEnd::Broken(broken)),
        }
    }
}
