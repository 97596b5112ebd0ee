//! The error for an answer of the API that is not a success: its status, its code and message, and its body.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use super::envelope::ErrorEnvelope;
use super::mask::Masked;
use super::request_id::{request_id, write_request_id};
use super::{Context, retry_after};
use crate::operation::Operation;
use crate::repeat::{AttemptOutcome, may_be_repeated};
use crate::value::OwnSecrets;
use crate::value::error_debug::{DebugError, fmt_error};

/// The most details that `Debug` shows.
const MAX_DETAILS: usize = 20;

/// The API answered with a status that is no success, redirects included: they are not followed.
///
/// An answer whose status is a success and whose body is that of an error is an `ApiError` too, for every operation.
/// [`status`](ApiError::status) is the status that came and [`kind`](ApiError::kind) is [`ErrorKind::Other`]. Such an
/// answer contradicts itself, so the call is not repeated, and a call that changes something
/// [may have been processed](ApiError::may_have_been_processed).
///
/// The body is read by its structure, for every operation and every status, because the API documents several forms of
/// errors and does not keep to them. An accessor gives `None` if the body does not have its value.
///
/// The server may repeat in its messages data that was sent to it. `Display` and `Debug` show `[REDACTED]` in the place
/// of the key and the other secrets that this client sent, of numbers that may be card or social security numbers, of
/// e-mail addresses and of phone numbers. The accessors, and the body, give the texts as they came: keep them out of
/// logs.
pub struct ApiError(Box<Inner>);

/// An `existing_link` that was read, whatever its type.
type ReadLink = Box<dyn Any + Send + Sync + UnwindSafe + RefUnwindSafe>;

struct Inner {
    context: Context,
    status: StatusCode,
    headers: HeaderMap,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    complete: bool,
    envelope: ErrorEnvelope,
    /// The link that [`existing_link_as`](ApiError::existing_link_as) has read from the envelope.
    existing_link: OnceLock<Option<ReadLink>>,
    /// The secrets that the client sent with the call, which must not be shown.
    own: OwnSecrets,
}

/// The class of an [`ApiError`], by its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400: the request is malformed or a value is not allowed; see [`ApiError::param`] and [`ApiError::details`].
    BadRequest,
    /// 401: the API key is wrong, or it belongs to the other environment (the sandbox is the default). If neither is
    /// the case, try [`basic_auth`](crate::ClientBuilder::basic_auth): by default the key is sent as a bearer token,
    /// but Imprint's page on authentication names HTTP Basic first.
    Unauthorized,
    /// 403: the key may not do this, or not in this environment.
    Forbidden,
    /// 404: the thing that was asked for does not exist, or not for this key; or the path does not exist, if the answer
    /// comes from a gateway or the base URL is wrong. [`optional`](crate::OptionalExt::optional) tells the two apart.
    NotFound,
    /// 409: the request conflicts with something that exists already; see [`ApiError::existing_link`].
    Conflict,
    /// 429: too many requests; see [`ApiError::retry_after`].
    RateLimited,
    /// 500 to 599: the API failed.
    Server,
    /// Any other status, including that of a success: see [`ApiError`].
    Other,
}

impl ApiError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The class of the error, by its status.
    pub fn kind(&self) -> ErrorKind {
        match self.0.status.as_u16() {
            400 => ErrorKind::BadRequest,
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Other,
        }
    }

    /// The API's code for the error, such as `CUSTOMER_NOT_FOUND_ERROR`: its field `type`.
    ///
    /// The codes are free text: new ones come without notice.
    pub fn code(&self) -> Option<&str> {
        self.0.envelope.code.as_deref()
    }

    /// The API's message about the error, or the name of the status if there is no message. It is for people, not for
    /// programs.
    pub fn message(&self) -> &str {
        self.0.envelope.message.as_deref().unwrap_or_else(|| self.reason())
    }

    /// The parameter or field that the error is about.
    pub fn param(&self) -> Option<&str> {
        self.0.envelope.param.as_deref()
    }

    /// More lines about the error, such as one for each field that is not allowed.
    pub fn details(&self) -> &[String] {
        &self.0.envelope.details
    }

    /// The `operationId` of the call, as the API document writes it.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The id by which the server can find the request in its logs; support asks for it. It is that of the first of
    /// these headers that holds visible text: `x-request-id`, `request-id`, `x-amzn-requestid`, `x-amzn-trace-id`,
    /// `x-correlation-id`, `x-amz-cf-id` and `cf-ray`.
    ///
    /// `Display` shows it as well, with the same texts hidden as in the messages.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.0.headers)
    }

    /// How long the API asks to wait before the next try: the header `Retry-After`, in seconds or as a date, from the
    /// time of the answer.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// The body as it came, JSON or not. It may hold personal data: keep it out of logs.
    ///
    /// It is cut at [`max_response_bytes`](crate::ClientBuilder::max_response_bytes), and it ends where the connection
    /// broke, if it did; see [`is_body_complete`](Self::is_body_complete).
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Whether [`body`](Self::body) is the whole body.
    pub fn is_body_complete(&self) -> bool {
        self.0.complete
    }

    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        attempts: u32,
        body: Vec<u8>,
        complete: bool,
    ) -> Self {
        let retry_after = retry_after::read(&headers);
        let envelope = ErrorEnvelope::read(&body);
        Self(Box::new(Inner {
            context: Context::new(operation, Some(status), attempts),
            status,
            headers,
            retry_after,
            body,
            complete,
            envelope,
            existing_link: OnceLock::new(),
            own: OwnSecrets::default(),
        }))
    }

    /// The `existing_link` of the body, read as `T` when this is called first. This module does not know the types of
    /// the API, so the caller chooses the type. It has to be the same type in each call, because the first result is
    /// kept.
    pub(crate) fn existing_link_as<T>(&self) -> Option<&T>
    where
        T: DeserializeOwned + Any + Send + Sync + UnwindSafe + RefUnwindSafe,
    {
        let read = || {
            let link = self.0.envelope.existing_links.iter().find_map(|link| T::deserialize(link).ok())?;
            Some(Box::new(link) as ReadLink)
        };
        let link: &dyn Any = &**self.0.existing_link.get_or_init(read).as_ref()?;
        link.downcast_ref()
    }

    /// Whether the code is one by which the API reports that the thing that was asked for does not exist.
    ///
    /// New codes come without notice, so this checks the form of the code: capital letters, and `_FOUND_ERROR` at the
    /// end. It does not require `NOT_FOUND_ERROR`, because two of the documented codes lack the `NOT`. Gateways and web
    /// servers have codes of other forms, such as `NOT_FOUND` or `ResourceNotFound`, or none.
    pub(crate) fn says_not_found(&self) -> bool {
        let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let of_the_api = |code: &str| code.ends_with("_FOUND_ERROR") && code.bytes().all(capital);
        self.code().is_some_and(of_the_api)
    }

    /// Whether repeating this very call is harmless and may help; see
    /// [`Error::is_retryable`](crate::Error::is_retryable).
    pub fn is_retryable(&self) -> bool {
        may_be_repeated(self.0.context.operation, self.outcome())
    }

    pub(super) fn outcome(&self) -> AttemptOutcome {
        AttemptOutcome::Status(self.0.status, self.0.retry_after)
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
        let by_status = match self.0.status.as_u16() {
            // A proxy, or the server in the middle of its work, has given up waiting, so the call may have been done.
            408 | 499 => true,
            400..=499 => false,
            _ => true,
        };
        by_status || self.0.context.may_have_been_processed
    }

    /// The status as text, for traces and metrics.
    pub(crate) fn status_text(&self) -> &str {
        self.0.status.as_str()
    }

    /// Sets the secrets that the texts of this error must not show. Only the client knows them, and it gets the error
    /// after the attempt.
    pub(super) fn hide(&mut self, own: OwnSecrets) {
        self.0.own = own;
    }

    fn masked<'a>(&'a self, text: &'a str) -> Masked<'a> {
        Masked { text, own: &self.0.own }
    }

    /// Writes where the request was sent, and what may be wrong with that place, for the statuses that may come from the
    /// wrong one.
    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.0.status.as_u16() {
            401 => "; check that the API key belongs to this environment",
            403 => "; check that the API key may do this, and belongs to this environment",
            300..=399 => "",
            _ => return Ok(()),
        };
        if let Some(host) = &self.0.context.host {
            write!(f, " (sent to {host}{advice})")?;
        }
        if !self.0.status.is_redirection() {
            return Ok(());
        }
        f.write_str("; the client does not follow redirects")?;
        match redirect_host(&self.0.headers) {
            Some(host) => {
                write!(f, ", and this one leads to {}: if that is the API, set its URL by base_url", self.masked(&host))
            }
            None => f.write_str(": check the base_url"),
        }
    }

    fn reason(&self) -> &'static str {
        self.0.status.canonical_reason().unwrap_or("status without a name")
    }
}

/// The host to which the header `Location` leads, with the port if it names one; `None` if it names no host. Everything
/// else in it may be private: the path, the query, a user name.
fn redirect_host(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    // The base makes `//host/path` a URL as well, and shows which URLs are relative.
    let base = Url::parse("https://relative.invalid").expect("a URL");
    let url = base.join(location).ok()?;
    let host = url.host_str().filter(|host| Some(*host) != base.host_str() && !host.is_empty())?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {} {}", self.operation_id(), self.0.status.as_u16(), self.reason())?;
        if let Some(code) = self.code() {
            write!(f, ": {}", self.masked(code))?;
        }
        if self.message() != self.reason() {
            write!(f, ": {}", self.masked(self.message()))?;
        }
        if let Some(param) = self.param() {
            write!(f, " (param {})", self.masked(param))?;
        }
        if !self.details().is_empty() {
            write!(f, ": {}", self.masked(&self.details().join("; ")))?;
        }
        self.write_advice(f)?;
        self.0.context.write_attempts(f)?;
        write_request_id(f, self.request_id(), &self.0.own)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for ApiError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Shows only the first of the details, because there may be any number of them.
    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.details().iter().take(MAX_DETAILS);
        f.debug_struct("ApiError")
            .field("operation_id", &self.operation_id())
            .field("host", &self.0.context.host)
            .field("status", &self.0.status.as_u16())
            .field("kind", &self.kind())
            .field("code", &self.code().map(|code| self.masked(code)))
            .field("message", &self.masked(self.message()))
            .field("param", &self.param().map(|param| self.masked(param)))
            .field("details", &details.map(|line| self.masked(line)).collect::<Vec<_>>())
            .field("existing_link_in_body", &self.0.envelope.existing_links.iter().any(|link| !link.is_null()))
            .field("retry_after", &self.0.retry_after)
            .field("attempts", &self.0.context.attempts)
            .field("body_bytes", &self.0.body.len())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::Method;

    use super::*;
    use crate::error::Error;

    static SEARCH: Operation = operation("searchThings", Method::GET, true);
    static CREATE: Operation = operation("createThing", Method::POST, false);
    static DELETE: Operation = operation("deleteThing", Method::DELETE, false);

    const fn operation(id: &'static str, method: Method, repeatable: bool) -> Operation {
        Operation::undocumented(id, method, "/v2/things", repeatable)
    }

    fn error(operation: &'static Operation, status: u16, retry_after: bool, body: &str) -> ApiError {
        let mut headers = HeaderMap::new();
        if retry_after {
            headers.insert(reqwest::header::RETRY_AFTER, "7".parse().unwrap());
        }
        ApiError::new(operation, StatusCode::from_u16(status).unwrap(), headers, 1, body.into(), true)
    }

    #[test]
    fn only_codes_of_the_api_say_that_a_thing_does_not_exist() {
        for (code, says) in [
            ("CUSTOMER_NOT_FOUND_ERROR", true),
            ("TRANSACTION_FOUND_ERROR", true),
            ("V2_LOAN_NOT_FOUND_ERROR", true),
            ("NOT_FOUND", false),
            ("ResourceNotFound", false),
            ("Customer_NOT_FOUND_ERROR", false),
            ("NO ROUTE_FOUND_ERROR", false),
            ("CUSTOMER_NOT_FOUND_ERROR_", false),
            ("UNAUTHORIZED_ERROR", false),
        ] {
            let body = format!(r#"{{"type":"{code}","message":"m"}}"#);
            assert_eq!(error(&SEARCH, 404, false, &body).says_not_found(), says, "{code}");
        }
        assert!(!error(&SEARCH, 404, false, "{}").says_not_found());
    }

    #[test]
    fn kinds() {
        for (status, kind) in [
            (302, ErrorKind::Other),
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Conflict),
            (418, ErrorKind::Other),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (599, ErrorKind::Server),
            (999, ErrorKind::Other),
        ] {
            assert_eq!(error(&SEARCH, status, false, "").kind(), kind, "{status}");
        }
    }

    #[test]
    fn display_is_one_useful_line() {
        for (status, body, line) in [
            (
                404,
                r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"not found: CSMR-v1-123","param":"customer_id"}"#,
                "searchThings answered 404 Not Found: CUSTOMER_NOT_FOUND_ERROR: not found: CSMR-v1-123 (param customer_id)",
            ),
            (
                400,
                r#"{"error":"Bad Request","status":400,"details":["email: must be well-formed","a\nb"]}"#,
                "searchThings answered 400 Bad Request: email: must be well-formed; a b",
            ),
            (401, "", "searchThings answered 401 Unauthorized"),
            (502, "<html>4111111592341815</html>", "searchThings answered 502 Bad Gateway"),
            (599, "", "searchThings answered 599 status without a name"),
        ] {
            assert_eq!(error(&SEARCH, status, false, body).to_string(), line);
        }
    }

    #[test]
    fn statuses_of_a_wrong_place_name_the_host() {
        let host: Arc<str> = "dev.sbx.imprint.co:443".into();
        for (status, location, ending) in [
            (
                401,
                None,
                "401 Unauthorized: no (sent to dev.sbx.imprint.co:443; check that the API key belongs to this environment)",
            ),
            (
                403,
                None,
                "403 Forbidden: no (sent to dev.sbx.imprint.co:443; check that the API key may do this, and belongs to this \
                 environment)",
            ),
            (400, Some("https://other.example.com"), "400 Bad Request: no"),
            (404, None, "404 Not Found: no"),
            (500, None, "500 Internal Server Error: no"),
        ] {
            assert_eq!(told(status, location, &host), format!("searchThings answered {ending}"));
        }
    }

    #[test]
    fn redirects_name_the_host_that_they_lead_to_and_nothing_else_of_it() {
        let host: Arc<str> = "gateway.example.com:8443".into();
        let start = "answered 308 Permanent Redirect: no (sent to gateway.example.com:8443); the client does not follow \
                     redirects";
        for (location, leads_to) in [
            ("https://api.example.com/v2/things/4111?pan=hunter2#hunter2", "api.example.com"),
            ("http://hunter2:hunter2@api.example.com:8080/hunter2", "api.example.com:8080"),
            ("HTTPS://API.EXAMPLE.COM:443", "api.example.com"),
            ("//api.example.com/hunter2", "api.example.com"),
            ("https://[::1]:8443/hunter2", "[::1]:8443"),
            ("https://the-key-of-the-client.example.com", "[REDACTED].example.com"),
        ] {
            let expected = format!(
                "searchThings {start}, and this one leads to {leads_to}: if that is the API, set its URL by base_url"
            );
            assert_eq!(told(308, Some(location), &host), expected);
        }
        for location in
            [None, Some("/hunter2"), Some("hunter2?a=b"), Some(""), Some("mailto:hunter2"), Some("https://")]
        {
            assert_eq!(told(308, location, &host), format!("searchThings {start}: check the base_url"), "{location:?}");
        }
        for status in 300..400 {
            let text = told(status, None, &host);
            assert!(text.contains("does not follow redirects") && text.contains("gateway.example.com:8443"), "{text}");
        }
    }

    /// The text of an error for a call to a host, which answered with a `Location`. The text and `Debug` must not show
    /// `hunter2`.
    fn told(status: u16, location: Option<&str>, host: &Arc<str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(location) = location {
            headers.insert(LOCATION, location.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        let mut error: Error = ApiError::new(&SEARCH, status, headers, 1, br#"{"message":"no"}"#.to_vec(), true).into();
        let mut own = OwnSecrets::default();
        own.add_key(b"the-key-of-the-client");
        error.hide(&own);
        error.note_host(host);
        let debug = format!("{error:?}");
        assert!(!debug.contains("hunter2") && debug.contains(&format!("host: Some({host:?})")), "{debug}");
        error.to_string()
    }

    #[test]
    fn numbers_of_cards_and_people_are_masked_but_kept() {
        let body = r#"{"error":{"type":"T4111111592341815","message":"ssn 123456789 is taken","param":"4111 1115 9234 1815"},
            "details":["pan 4111111592341815"]}"#;
        let error = error(&SEARCH, 400, false, body);
        for shown in [error.to_string(), format!("{error:?}"), format!("{:#?}", Error::from(ApiError(error.0)))] {
            for number in ["4111", "123456789", "9234"] {
                assert!(!shown.contains(number), "{shown}");
            }
        }
    }

    #[test]
    fn accessors_give_the_words_as_they_came() {
        let body = r#"{"error":{"type":"T","message":"ssn 123456789 is taken"}}"#;
        let error = error(&CREATE, 429, true, body);
        assert_eq!(error.message(), "ssn 123456789 is taken");
        assert_eq!((error.code(), error.param()), (Some("T"), None));
        assert_eq!(error.body(), body.as_bytes());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.headers()["retry-after"], "7");
        assert_eq!(
            (error.status(), error.attempts(), error.operation_id()),
            (StatusCode::TOO_MANY_REQUESTS, 1, "createThing")
        );
        let cut = ApiError::new(&CREATE, StatusCode::BAD_GATEWAY, HeaderMap::new(), 3, b"{".to_vec(), false);
        assert_eq!((cut.attempts(), cut.is_body_complete(), error.is_body_complete()), (3, false, true));
    }

    #[test]
    fn what_may_be_repeated() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(Error::from(error(&SEARCH, status, false, "")).is_retryable(), "{status}");
            assert!(!Error::from(error(&CREATE, status, false, "")).is_retryable(), "{status}");
            assert!(!Error::from(error(&DELETE, status, true, "")).is_retryable(), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 409, 422, 501, 505] {
            assert!(!Error::from(error(&SEARCH, status, true, "")).is_retryable(), "{status}");
        }
        assert!(Error::from(error(&CREATE, 429, true, "")).is_retryable());
        assert!(!Error::from(error(&CREATE, 503, true, "")).is_retryable());
    }

    #[test]
    fn what_may_have_been_processed() {
        for status in [303, 408, 499, 500, 502, 503, 504] {
            assert!(Error::from(error(&CREATE, status, false, "")).may_have_been_processed(), "{status}");
        }
        for status in [400, 401, 403, 404, 409, 422, 429] {
            assert!(!Error::from(error(&CREATE, status, false, "")).may_have_been_processed(), "{status}");
        }
    }
}
