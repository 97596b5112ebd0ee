//! The errors for connections that could not be made, broke, or took too long.

use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

use super::{Context, sources};
use crate::operation::Operation;
use crate::repeat::{AttemptOutcome, may_be_repeated};
use crate::value::error_debug::{DebugError, fmt_error, texts_of};

/// The connection to the API could not be made, or broke before the answer was complete.
///
/// The [`source`](std::error::Error::source) is the error of the HTTP stack, without the URL.
pub struct TransportError(Box<TransportDetails>);

struct TransportDetails {
    context: Context,
    /// False when no connection was made, and so nothing was sent.
    connected: bool,
    /// The reason why neither this nor any other attempt can make a connection, if there is one.
    obstacle: Option<Obstacle>,
    source: reqwest::Error,
}

/// Why no connection can be made until somebody changes something: another attempt would fail in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    ProxyCredentials,
    ProxyRefusal,
    OpenFiles,
    Permission,
}

impl Obstacle {
    fn of(source: &reqwest::Error) -> Option<Self> {
        sources(source).find_map(|error| match error.downcast_ref::<io::Error>() {
            Some(error) if too_many_open_files(error) => Some(Self::OpenFiles),
            Some(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(Self::Permission),
            Some(_) => None,
            // The type of these errors is not public, so they are recognised by their texts. A test with a real proxy
            // fails if the texts change.
            None => match error.to_string().as_str() {
                "tunnel error: proxy authorization required" => Some(Self::ProxyCredentials),
                "tunnel error: unsuccessful" => Some(Self::ProxyRefusal),
                _ => None,
            },
        })
    }

    fn what_to_do(self) -> &'static str {
        match self {
            Self::ProxyCredentials => {
                "the proxy answered 407: it wants a user name and a password, or others than those it got"
            }
            Self::ProxyRefusal => {
                "the proxy did not open a connection to the host: its rules may forbid it, or it could not reach the host"
            }
            Self::OpenFiles => {
                "too many open files: raise the limit of the process or of the system, or find what keeps files open"
            }
            Self::Permission => {
                "permission denied: a firewall, a sandbox or a policy of this machine forbids the connection"
            }
        }
    }
}

/// Whether the process or the whole system has too many open files. The standard library has no error kind for this, so
/// it is recognised by the error numbers of the operating system.
fn too_many_open_files(error: &io::Error) -> bool {
    let numbers: &[i32] = if cfg!(windows) { &[10024] } else { &[24, 23] };
    error.raw_os_error().is_some_and(|number| numbers.contains(&number))
}

impl TransportError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
    }

    /// Whether the connection was never made: the name was not found, the connection was refused, the TLS handshake
    /// failed, or a proxy in between refused it. Nothing was sent in these cases.
    ///
    /// The client tries again, unless another attempt would fail for the same reason: a proxy requires credentials
    /// (407) or refuses the host, too many files are open, or the permission is missing. The text of the error gives
    /// the reason.
    pub fn is_connect(&self) -> bool {
        !self.0.connected
    }

    /// The status, if the connection broke after it had come.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.context.status
    }

    /// How many times the client sent the request, or tried to send it.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    pub(crate) fn new(
        operation: &'static Operation,
        status: Option<StatusCode>,
        attempts: u32,
        source: reqwest::Error,
    ) -> Self {
        let connected = !source.is_connect();
        let obstacle = if connected { None } else { Obstacle::of(&source) };
        // The URL carries the query, and the query may carry personal data.
        let source = source.without_url();
        let context = Context::new(operation, status, attempts);
        Self(Box::new(TransportDetails { context, connected, obstacle, source }))
    }

    /// Whether repeating this very call is harmless and may help; see
    /// [`Error::is_retryable`](crate::Error::is_retryable).
    pub fn is_retryable(&self) -> bool {
        may_be_repeated(self.0.context.operation, self.outcome())
    }

    pub(super) fn outcome(&self) -> AttemptOutcome {
        match (self.0.connected, self.0.obstacle) {
            (true, _) => AttemptOutcome::Lost,
            (false, None) => AttemptOutcome::NeverConnected,
            (false, Some(_)) => AttemptOutcome::Final,
        }
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    pub(super) fn context_mut(&mut self) -> &mut Context {
        &mut self.0.context
    }

    /// Whether the API may have acted on the call; see
    /// [`Error::may_have_been_processed`](crate::Error::may_have_been_processed).
    pub fn may_have_been_processed(&self) -> bool {
        self.0.connected || self.0.context.may_have_been_processed
    }

    /// The obstacle and what to do about it, or else the message of the operating system or the TLS library, if there
    /// is one.
    fn reason(&self) -> Option<String> {
        if let Some(obstacle) = self.0.obstacle {
            return Some(obstacle.what_to_do().to_owned());
        }
        self.system_message()
    }

    /// The message of the operating system or the TLS library.
    fn system_message(&self) -> Option<String> {
        use io::ErrorKind::{
            AddrNotAvailable, BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable,
            InvalidData, NetworkUnreachable, TimedOut, UnexpectedEof,
        };

        let message = sources(&self.0.source).find_map(|error| {
            let io = error.downcast_ref::<io::Error>();
            match io.map(io::Error::kind) {
                Some(
                    kind @ (ConnectionRefused | ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof
                    | HostUnreachable | NetworkUnreachable | AddrNotAvailable | TimedOut),
                ) => Some(kind.to_string()),
                // The TLS handshake failed: this is the message of the TLS library, for example about a certificate
                // that is not trusted.
                Some(InvalidData) if !self.0.connected => {
                    io.and_then(io::Error::get_ref).map(|message| format!("TLS: {message}"))
                }
                _ if error.to_string() == "dns error" => Some("the name of the host was not found".to_owned()),
                _ => None,
            }
        });
        message.or_else(|| self.message_of_native_tls())
    }

    /// Why the TLS library of the operating system made no connection, for example about a certificate that is not
    /// trusted. Its errors are of a type of their own, where those of rustls are inside an `io::Error`, which the search
    /// above finds. On Windows and macOS it may be the text of a connection that broke within the handshake as well.
    fn message_of_native_tls(&self) -> Option<String> {
        #[cfg(all(feature = "native-tls", not(target_arch = "wasm32")))]
        if !self.0.connected {
            let refusal = sources(&self.0.source).find_map(|error| error.downcast_ref::<native_tls::Error>());
            return refusal.map(|message| format!("TLS: {message}"));
        }
        None
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.0.connected, self.0.context.status) {
            (false, _) => "could not be made",
            (true, None) => "broke before an answer came",
            (true, Some(_)) => "broke within the answer",
        };
        write!(f, "{}: the connection", self.0.context.operation.id)?;
        self.0.context.write_host(f, "to")?;
        write!(f, " {what}")?;
        // The source has all the details. The reason is shown here too, because people look for it first.
        if let Some(reason) = self.reason() {
            write!(f, " ({reason})")?;
        }
        self.0.context.write_attempts(f)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for TransportError {
    fn causes(&self) -> Vec<String> {
        texts_of(&self.0.source)
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TransportDetails { context, connected, obstacle, source } = &*self.0;
        f.debug_struct("TransportError")
            .field("context", context)
            .field("connected", connected)
            .field("obstacle", obstacle)
            .field("source", source)
            .finish()
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0.source)
    }
}

/// No complete answer came in time.
pub struct TimeoutError(Box<TimeoutDetails>);

struct TimeoutDetails {
    context: Context,
    phase: TimeoutPhase,
    limit: Duration,
}

/// Which of the timeouts of [`ClientBuilder`](crate::ClientBuilder) ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// [`connect_timeout`](crate::ClientBuilder::connect_timeout): no connection was made, so nothing was sent.
    Connect,
    /// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout): the request was sent, or was being sent; or the
    /// connection was still being made, if making it may take longer than an attempt. It is not known which of these is
    /// the case.
    Attempt,
    /// [`timeout`](crate::ClientBuilder::timeout) or [`with_timeout`](crate::Client::with_timeout): the whole call.
    Call,
}

impl TimeoutError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
    }

    /// Which timeout ran out.
    pub fn phase(&self) -> TimeoutPhase {
        self.0.phase
    }

    /// How long this timeout was.
    pub fn limit(&self) -> Duration {
        self.0.limit
    }

    /// The status, if the time ran out after it had come.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.context.status
    }

    /// How many times the client sent the request, or tried to send it.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    pub(crate) fn new(
        operation: &'static Operation,
        phase: TimeoutPhase,
        limit: Duration,
        status: Option<StatusCode>,
        attempts: u32,
    ) -> Self {
        let context = Context::new(operation, status, attempts);
        Self(Box::new(TimeoutDetails { context, phase, limit }))
    }

    /// Whether repeating this very call is harmless and may help; see
    /// [`Error::is_retryable`](crate::Error::is_retryable).
    pub fn is_retryable(&self) -> bool {
        may_be_repeated(self.0.context.operation, self.outcome())
    }

    pub(super) fn outcome(&self) -> AttemptOutcome {
        if self.0.phase == TimeoutPhase::Connect { AttemptOutcome::NeverConnected } else { AttemptOutcome::Lost }
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    pub(super) fn context_mut(&mut self) -> &mut Context {
        &mut self.0.context
    }

    /// Whether the API may have acted on the call; see
    /// [`Error::may_have_been_processed`](crate::Error::may_have_been_processed).
    pub fn may_have_been_processed(&self) -> bool {
        // If there was no attempt, the time ran out before anything was sent.
        let may_be_sent = self.0.phase != TimeoutPhase::Connect && self.0.context.attempts > 0;
        may_be_sent || self.0.context.may_have_been_processed
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TimeoutDetails { context, phase, limit } = &*self.0;
        if self.0.context.attempts == 0 {
            return write!(f, "{}: no time was left of {limit:?} to send it; nothing was sent", context.operation.id);
        }
        let (what, word, which) = match phase {
            TimeoutPhase::Connect => ("no connection", "to", "connect timeout"),
            TimeoutPhase::Attempt => ("no complete answer", "from", "attempt timeout"),
            TimeoutPhase::Call => ("no complete answer", "from", "timeout of the call"),
        };
        write!(f, "{}: {what}", context.operation.id)?;
        context.write_host(f, word)?;
        write!(f, " within {limit:?} ({which})")?;
        self.0.context.write_attempts(f)
    }
}

impl fmt::Debug for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for TimeoutError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TimeoutDetails { context, phase, limit } = &*self.0;
        f.debug_struct("TimeoutError").field("context", context).field("phase", phase).field("limit", limit).finish()
    }
}

impl std::error::Error for TimeoutError {}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    static PAY: Operation = Operation::undocumented("payThing", Method::POST, "/v2/things", false);

    #[test]
    fn a_broken_connection_tells_what_is_known_of_the_call() {
        // This error of the HTTP stack is none of making a connection.
        let source = || reqwest::Proxy::all("no URL").unwrap_err();
        for (status, words) in [
            (None, "payThing: the connection broke before an answer came, after 3 attempts"),
            (Some(StatusCode::CREATED), "payThing: the connection broke within the answer, after 3 attempts"),
        ] {
            let error = TransportError::new(&PAY, status, 3, source());
            assert_eq!((error.operation_id(), error.status(), error.attempts()), ("payThing", status, 3));
            assert!(!error.is_connect() && error.may_have_been_processed() && !error.is_retryable());
            assert_eq!(error.to_string(), words);
            let debug = format!("{error:?}");
            assert!(
                debug.contains("; caused by: ") && debug.contains("; fields: TransportError { context: "),
                "{debug}"
            );
            assert!(std::error::Error::source(&crate::error::Error::from(error)).is_some());
        }
    }

    #[test]
    fn a_timeout_may_have_been_processed_if_anything_was_sent() {
        let limit = Duration::from_millis(100);
        for (phase, attempts, processed, words) in [
            (TimeoutPhase::Connect, 1, false, "payThing: no connection within 100ms (connect timeout)"),
            (TimeoutPhase::Attempt, 1, true, "payThing: no complete answer within 100ms (attempt timeout)"),
            (
                TimeoutPhase::Call,
                2,
                true,
                "payThing: no complete answer within 100ms (timeout of the call), after 2 attempts",
            ),
            (TimeoutPhase::Call, 0, false, "payThing: no time was left of 100ms to send it; nothing was sent"),
        ] {
            let error = TimeoutError::new(&PAY, phase, limit, Some(StatusCode::OK), attempts);
            assert_eq!((error.operation_id(), error.phase(), error.limit()), ("payThing", phase, limit));
            assert_eq!((error.status(), error.attempts()), (Some(StatusCode::OK), attempts));
            assert_eq!((error.may_have_been_processed(), error.to_string().as_str()), (processed, words));
            let debug = format!("{error:?}");
            assert!(debug.starts_with(&format!("{words}; fields: TimeoutError {{ context: ")), "{debug}");
        }
    }
}
