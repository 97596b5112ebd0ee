//! The request that a builder makes: the values of path, query and body, and all problems with them.

use std::borrow::Cow;
use std::fmt::Display;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::RawBody;
use super::conventions::Style;
use super::headers::{self, RefusedHeader};
use super::parameter::{self, Pairs};
use super::path;
use super::trace;
use super::upload::{self, RequestBody, Upload};
use crate::error::{Build, Error, Problems};
use crate::operation::Operation;
use crate::value::fields::FreeForm;
use crate::value::integer::Integer;
use crate::value::{Doubtful, Secret};

/// A builder of a call. The generated code implements this trait for the builder of each operation.
pub(crate) trait IntoRequest: Sized {
    /// The client that sends the call.
    type Client;

    /// The client and the request.
    fn into_request(self) -> (Self::Client, Request);
}

/// A request that is being built.
///
/// Problems are collected instead of returned one by one, so that the error lists all of them at once. If there is any
/// problem, nothing is sent.
pub(crate) struct Request {
    path: Vec<(&'static str, String)>,
    query: Pairs,
    headers: HeaderMap,
    /// The values of headers that no error may show.
    secrets: Vec<HeaderValue>,
    /// Whether a header makes a request that is sent twice be carried out once.
    has_key: bool,
    body: Option<RequestBody>,
    content_type: Cow<'static, str>,
    files: Vec<(&'static str, Upload)>,
    /// The URL of a page, as another page gave it, in the place of path and query.
    next: Option<String>,
    problems: Problems,
}

/// A request that can be sent.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) url: Url,
    /// The headers that the call sets beside those of the client.
    pub(crate) headers: HeaderMap,
    /// The values of those that no error may show.
    pub(crate) secrets: Vec<HeaderValue>,
    /// The body and its media type.
    pub(crate) body: Option<(Cow<'static, str>, RequestBody)>,
}

/// The URL that a page gave for the next one. It has to be one of the API: the key goes there.
fn followed(base: &Url, from: &Url, next: &str, problems: &mut Problems) -> Option<Url> {
    let url = from.join(next).ok();
    let is_ours = |url: &Url| url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    let url = url.filter(is_ours);
    if url.is_none() {
        problems.invalid("the URL of the next page", "is not one of the API, and the key is sent nowhere else");
    }
    url
}

/// The style that a form has for one of its properties.
fn style_of(name: &str, styles: &[(&str, Style)]) -> Option<Style> {
    styles.iter().find(|(known, _)| *known == name).map(|(_, style)| *style)
}

/// The media type of a body unless the API document says another one.
const JSON: &str = "application/json";

#[allow(dead_code, reason = "which of these the generated code calls depends on the API document")]
impl Request {
    pub(crate) fn new() -> Self {
        Self {
            path: Vec::new(),
            query: Pairs::default(),
            headers: HeaderMap::new(),
            secrets: Vec::new(),
            has_key: false,
            body: None,
            content_type: Cow::Borrowed(JSON),
            files: Vec::new(),
            next: None,
            problems: Problems::default(),
        }
    }

    /// The operation as it is for this request: with an idempotency key sending the request twice does no more than
    /// sending it once, so what is known of its repetition is another.
    pub(crate) fn operation(&self, operation: &'static Operation) -> &'static Operation {
        operation.keyed.filter(|_| self.has_key).unwrap_or(operation)
    }

    /// Takes the URL that a page gave for the next one, in the place of path and query. It may be relative to this request's own.
    pub(crate) fn follow(&mut self, url: String) {
        self.next = Some(url);
    }

    /// Notes a required value that is missing.
    pub(crate) fn needs(&mut self, name: &'static str, given: bool) {
        if !given {
            self.problems.missing(name);
        }
    }

    /// A value of the path; `None` is a missing one.
    pub(crate) fn path<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        match value {
            Some(value) => self.path.push((name, value.to_string())),
            None => self.problems.missing(name),
        }
    }

    /// An optional value of the query; `None` leaves it out.
    pub(crate) fn query<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.query.add(name, &value.to_string());
        }
    }

    /// A required value of the query; `None` is a missing one.
    pub(crate) fn required_query<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        match value {
            Some(value) => self.query.add(name, &value.to_string()),
            None => self.problems.missing(name),
        }
    }

    /// A value of the path that may be of any shape by its type; it has to be a single one.
    pub(crate) fn path_as<T: Serialize + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        match self.as_json(name, value).map(|value| parameter::scalar(&value)) {
            Some(Ok(Some(text))) => self.path.push((name, text)),
            Some(Ok(None)) => self.problems.missing(name),
            Some(Err(reason)) => self.problems.invalid(name, reason),
            None => {}
        }
    }

    /// A value of the query that may be a list or an object; `None` leaves it out.
    pub(crate) fn query_as<T: Serialize + ?Sized>(&mut self, name: &'static str, style: Style, value: Option<&T>) {
        if let Some(value) = self.as_json(name, value)
            && let Err(reason) = self.query.add_value(name, style, &value)
        {
            self.problems.invalid(name, reason);
        }
    }

    /// A header; `None` leaves it out.
    pub(crate) fn header<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.set_header(name, &value.to_string());
        }
    }

    /// A header whose value may be a list; `None` leaves it out.
    pub(crate) fn header_as<T: Serialize + ?Sized>(&mut self, name: &'static str, style: Style, value: Option<&T>) {
        match self.as_json(name, value).map(|value| parameter::text(style, &value)) {
            Some(Ok(Some(text))) => self.set_header(name, &text),
            Some(Err(reason)) => self.problems.invalid(name, reason),
            Some(Ok(None)) | None => {}
        }
    }

    /// A header that no error may show; `None` leaves it out.
    pub(crate) fn secret_header(&mut self, name: &'static str, value: Option<&Secret>) {
        if let Some(value) = value {
            self.set_header(name, value.expose());
            let name: Option<HeaderName> = name.parse().ok();
            self.secrets.extend(name.and_then(|name| self.headers.get(name)).cloned());
        }
    }

    /// The header by which the API tells that a request is the same as an earlier one; `None` leaves it out. Every attempt of the call sends
    /// the same value.
    pub(crate) fn idempotency_key<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        let Some(value) = value.map(ToString::to_string) else { return };
        if value.trim().is_empty() {
            // Servers treat an empty key as none, and would carry out each attempt.
            self.problems.invalid(name, "is empty");
            return;
        }
        self.set_header(name, &value);
        self.has_key = true;
    }

    fn set_header(&mut self, name: &'static str, value: &str) {
        match headers::settable(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(RefusedHeader::Unsendable) => {
                self.problems
                    .invalid(name, "cannot be sent in a header, a line end or another control character perhaps");
            }
            Err(_) => self.problems.invalid(name, "is a header that the client sets itself"),
        }
    }

    /// A value as JSON; `None` if there is none, or if it cannot be written, which is noted.
    fn as_json<T: Serialize + ?Sized>(&mut self, name: &'static str, value: Option<&T>) -> Option<serde_json::Value> {
        let value = serde_json::to_value(value?);
        if value.is_err() {
            // serde's own text may quote the value.
            self.problems.invalid(name, "cannot be written as JSON");
        }
        value.ok()
    }

    /// A nested value, if it was given and nothing that is required is missing in it.
    pub(crate) fn nested<B: Build>(&mut self, name: &'static str, builder: Option<B>) -> Option<B::Built> {
        self.problems.nested(name, builder)
    }

    /// The items of a list in which nothing that is required is missing.
    pub(crate) fn all_nested<B: Build>(&mut self, name: &'static str, builders: Vec<B>) -> Vec<B::Built> {
        self.problems.all_nested(name, builders)
    }

    /// A free-form map that the caller gave.
    pub(crate) fn free_form<M: Default>(&mut self, name: &'static str, value: FreeForm<M>) -> M {
        self.problems.free_form(name, value)
    }

    /// Notes whether this version understands the values of a list.
    pub(crate) fn doubt_each<V: Doubtful>(&mut self, name: &'static str, values: &[V]) {
        self.problems.doubt_each(name, values);
    }

    /// Checks a lower bound that the API declares.
    pub(crate) fn at_least<V: Into<i64>>(&mut self, name: &'static str, value: Option<V>, least: i64) {
        if value.is_some_and(|value| value.into() < least) {
            self.problems.invalid(name, format!("must be at least {least}"));
        }
    }

    /// Checks that an integer fits.
    pub(crate) fn fits<T>(&mut self, name: &'static str, value: Integer<T>) {
        self.problems.integer(name, value);
    }

    /// Notes whether this version understands a value.
    pub(crate) fn doubt<V: Doubtful>(&mut self, name: &'static str, value: Option<&V>) {
        self.problems.doubt(name, value);
    }

    /// Finishes the body. The problems of its builder are added to the others.
    pub(crate) fn build<B: Build>(&mut self, body: B) -> Option<B::Built> {
        body.finish(&mut self.problems)
    }

    /// Sets the JSON body; `None` is one that could not be finished, whose problems are known already.
    pub(crate) fn json<T: Serialize + ?Sized>(&mut self, body: Option<&T>) {
        match body.map(serde_json::to_vec) {
            Some(Ok(json)) => self.body = Some(RequestBody::Memory(json)),
            // serde's own text may quote the value.
            Some(Err(_)) => self.problems.invalid("body", "cannot be written as JSON"),
            None => {}
        }
    }

    /// Sets the body of a form; `None` is one that could not be finished, whose problems are known already. Lists repeat the
    /// name of their property, and properties of nested objects have their names in brackets, unless `styles` has another style for
    /// a property.
    pub(crate) fn form<T: Serialize + ?Sized>(&mut self, body: Option<&T>, styles: &[(&str, Style)]) {
        let Some(value) = self.as_json("body", body) else { return };
        let mut pairs = Pairs::default();
        for (name, value) in self.properties(&value) {
            let style = style_of(name, styles).unwrap_or(Style::Repeated);
            if value.is_null() {
                continue;
            }
            if let Err(reason) = pairs.add_value(name, style, value) {
                self.problems.invalid(name.clone(), reason);
            }
        }
        self.body = Some(RequestBody::Memory(pairs.into_string().into_bytes()));
        self.content_type = Cow::Borrowed("application/x-www-form-urlencoded");
    }

    /// The properties of a form. It has nothing else, whatever shape its schema allows.
    fn properties<'a>(
        &mut self,
        body: &'a serde_json::Value,
    ) -> impl Iterator<Item = (&'a String, &'a serde_json::Value)> + use<'a> {
        if !body.is_object() && !body.is_null() {
            self.problems.invalid("body", "is no object, and a form can hold nothing else");
        }
        body.as_object().into_iter().flatten()
    }

    /// Adds files to the form that `multipart` makes.
    pub(crate) fn files(&mut self, name: &'static str, files: impl IntoIterator<Item = Upload>) {
        self.files.extend(files.into_iter().map(|file| (name, file)));
    }

    /// Sets the body of a form of several parts, which has the files as well; `None` is one without other parts, or one that could not
    /// be finished, whose problems are known already. A list is a part for each item, unless `styles` has the style of JSON for it.
    pub(crate) fn multipart<T: Serialize + ?Sized>(&mut self, body: Option<&T>, styles: &[(&str, Style)]) {
        let value = self.as_json("body", body).unwrap_or_default();
        let properties = self.properties(&value);
        if !self.problems.is_empty() {
            // The content of a file can be taken once, and nothing will be sent.
            return;
        }
        let mut form = upload::Form::new();
        for (name, value) in properties {
            if style_of(name, styles) == Some(Style::Json) && !value.is_null() {
                form.add_json(name, value);
                continue;
            }
            let items =
                if let serde_json::Value::Array(items) = value { &items[..] } else { std::slice::from_ref(value) };
            for item in items {
                match parameter::scalar(item) {
                    Ok(Some(text)) => form.add_text(name, &text),
                    Ok(None) => {}
                    Err(_) => form.add_json(name, item),
                }
            }
        }
        for (name, file) in std::mem::take(&mut self.files) {
            if let Err(reason) = form.add_file(name, file) {
                self.problems.invalid(name, reason);
            }
        }
        let (media, body) = form.finish();
        self.body = Some(body);
        self.content_type = Cow::Owned(media);
    }

    /// Sets a body of bytes; `None` leaves it out.
    pub(crate) fn bytes(&mut self, body: Option<RawBody>) {
        self.body = body.map(|body| RequestBody::Memory(body.into()));
    }

    /// The media type of the body, where it is not JSON.
    pub(crate) fn content_type(&mut self, media: &'static str) {
        self.content_type = Cow::Borrowed(media);
    }

    /// The request to send. Values that this version does not understand are logged, and refused if `strict`
    /// is true.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] with all problems, in the API's names.
    pub(crate) fn finish(
        self,
        operation: &'static Operation,
        template: &str,
        base: &Url,
        strict: bool,
    ) -> Result<Ready, Error> {
        let Self { path, query, headers, secrets, body, content_type, next, mut problems, .. } = self;
        let url = path::fill(base, template, &path, &mut problems);
        let is_next = next.is_some();
        let url = match (url, next) {
            (Some(url), Some(next)) => followed(base, &url, &next, &mut problems),
            (url, _) => url,
        };
        if strict {
            problems.refuse_doubtful();
        }
        match url {
            Some(mut url) if problems.is_empty() => {
                problems.doubts().for_each(|doubt| trace::log_doubt(&doubt));
                if !query.is_empty() && !is_next {
                    url.set_query(Some(&query.into_string()));
                }
                Ok(Ready { url, headers, secrets, body: body.map(|body| (content_type, body)) })
            }
            _ => Err(Error::invalid_request(operation, problems)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static OPERATION: Operation =
        Operation::undocumented("linkThing", reqwest::Method::POST, "/v2/things/{thing_id}/link", false);

    /// A body that can be sent again, and its media type.
    fn in_memory(body: Option<(Cow<'static, str>, RequestBody)>) -> Option<(String, String)> {
        let (media, body) = body?;
        let RequestBody::Memory(body) = body else { panic!("it can be sent once") };
        Some((media.into_owned(), String::from_utf8(body).unwrap()))
    }

    fn base() -> Url {
        Url::parse("https://api.example.com").unwrap()
    }

    #[test]
    fn values_end_up_where_they_belong() {
        let mut request = Request::new();
        request.path("thing_id", Some("a b"));
        request.query("email", Some("a+b@example.com & co"));
        request.query("limit", None::<&i64>);
        request.required_query("customer_id", Some(&7));
        request.at_least("limit", Some(1_i32), 1);
        request.at_least("limit", None::<i64>, 1);
        request.json(Some(&serde_json::json!({"a": 1})));
        let Ready { url, body, .. } = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap();
        assert_eq!(
            url.as_str(),
            "https://api.example.com/v2/things/a%20b/link?email=a%2Bb%40example.com+%26+co&customer_id=7"
        );
        assert_eq!(in_memory(body), Some(("application/json".to_owned(), "{\"a\":1}".to_owned())));
    }

    #[test]
    fn without_values_there_is_no_query_and_no_body() {
        let mut request = Request::new();
        request.path("thing_id", Some("x"));
        let Ready { url, body, .. } = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap();
        assert_eq!(url.as_str(), "https://api.example.com/v2/things/x/link");
        assert!(body.is_none());
    }

    #[test]
    fn headers_and_a_key_are_set_and_what_cannot_be_sent_is_named() {
        static KEYED: Operation = Operation::undocumented("keyed", reqwest::Method::POST, "/x", true);
        static PLAIN: LazyLock<Operation> = LazyLock::new(|| {
            let plain = Operation::undocumented("plain", reqwest::Method::POST, "/x", false);
            Operation { keyed: Some(&KEYED), ..plain }
        });
        let mut request = Request::new();
        request.header("X-A", None::<&str>);
        request.header("X-B", Some(&7));
        request.header_as("X-C", Style::Simple, Some(&["a", "b"]));
        request.header_as("X-D", Style::Json, Some(&["a"]));
        request.idempotency_key("Idempotency-Key", None::<&str>);
        assert!(!request.operation(&PLAIN).repeatable);
        request.idempotency_key("Idempotency-Key", Some("k"));
        assert!(request.operation(&PLAIN).repeatable);
        let ready = request.finish(&PLAIN, PLAIN.path, &base(), false).unwrap();
        let headers: Vec<_> =
            ready.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(headers, [("x-b", "7"), ("x-c", "a,b"), ("x-d", "[\"a\"]"), ("idempotency-key", "k")]);
        assert!(ready.headers.values().all(HeaderValue::is_sensitive));

        let mut request = Request::new();
        request.header("X-A", Some("a\r\nb"));
        request.header("Authorization", Some("mine"));
        request.idempotency_key("Idempotency-Key", Some(""));
        request.path_as("thing_id", Some(&["a"]));
        request.query_as("q", Style::Form, Some(&[["a"]]));
        request.needs("X-E", false);
        let Err(Error::InvalidRequest(error)) = request.finish(&OPERATION, OPERATION.path, &base(), false) else {
            panic!("it would be sent")
        };
        assert_eq!(error.invalid().collect::<Vec<_>>(), ["X-A", "Authorization", "Idempotency-Key", "thing_id", "q"]);
        assert_eq!(error.missing(), ["X-E"]);
    }

    #[test]
    fn forms_and_bytes_have_their_media_type() {
        let sent = |change: &dyn Fn(&mut Request)| {
            let mut request = Request::new();
            request.path("thing_id", Some("x"));
            change(&mut request);
            in_memory(request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap().body)
        };
        let is = |media: &str, body: &str| Some((media.to_owned(), body.to_owned()));
        let form = serde_json::json!({"a": "b c", "list": [1, 2], "o": {"p": true}, "none": null});
        let expected = is("application/x-www-form-urlencoded", "a=b+c&list=1&list=2&o%5Bp%5D=true");
        assert_eq!(sent(&|request| request.form(Some(&form), &[])), expected);
        let pdf = sent(&|request| {
            request.bytes(Some(RawBody::new(b"%PDF".to_vec())));
            request.content_type("application/pdf");
        });
        assert_eq!(pdf, is("application/pdf", "%PDF"));
        assert_eq!(sent(&|request| request.bytes(None)), None);
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let mut request = Request::new();
        request.path("thing_id", None::<&str>);
        request.required_query("customer_id", None::<&str>);
        request.at_least("limit", Some(0_i32), 1);
        request.fits("amount", Integer::<i64>::OutOfRange);
        request.required_query("amount", Integer::<i64>::OutOfRange.value().as_ref());
        let body = request.build(Body);
        request.json(body.as_ref());
        let error = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "linkThing needs thing_id, customer_id and name, and limit must be at least 1, \
             and amount must fit into a signed integer of 64 bits; nothing was sent"
        );
        let Error::InvalidRequest(error) = error else { panic!("{error:?}") };
        assert_eq!(error.operation_id(), Some("linkThing"));
        assert_eq!(error.missing(), ["thing_id", "customer_id", "name"]);
        assert_eq!(error.invalid().collect::<Vec<_>>(), ["limit", "amount"]);
    }

    /// A builder of a body that misses two of its fields, and whose kind is unknown.
    struct Body;

    impl Build for Body {
        type Built = ();
        const NAME: &'static str = "Body";

        fn finish(self, problems: &mut Problems) -> Option<()> {
            problems.require(&[("name", false), ("kind", true), ("thing_id", false)]);
            problems.doubt("kind", Some(&Kind));
            None
        }
    }

    struct Kind;

    impl Doubtful for Kind {
        fn doubt(&self) -> Option<&'static str> {
            Some("is odd")
        }
    }

    #[test]
    fn what_is_doubtful_is_sent_unless_requests_are_strict() {
        let request = || {
            let mut request = Request::new();
            request.path("thing_id", Some("x"));
            request.doubt("kind", Some(&Kind));
            request.doubt("other", None::<&Kind>);
            request
        };
        request().finish(&OPERATION, OPERATION.path, &base(), false).unwrap();
        let error = request().finish(&OPERATION, OPERATION.path, &base(), true).unwrap_err();
        assert_eq!(error.to_string(), "linkThing: kind is odd; nothing was sent");
    }

    #[test]
    fn a_bad_path_value_joins_the_other_problems() {
        let mut request = Request::new();
        request.path("thing_id", Some(".."));
        request.required_query("customer_id", None::<&str>);
        let message = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap_err().to_string();
        assert!(message.contains("customer_id") && message.contains("thing_id"), "{message}");
    }

    #[test]
    fn a_body_that_cannot_be_written_is_not_quoted() {
        struct Bad;
        impl Serialize for Bad {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("4111111592341815"))
            }
        }
        let mut request = Request::new();
        request.path("thing_id", Some("x"));
        request.json(Some(&Bad));
        let error = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap_err();
        assert_eq!(error.to_string(), "linkThing: body cannot be written as JSON; nothing was sent");
        assert!(!format!("{error:?}").contains("4111"));
    }
}
