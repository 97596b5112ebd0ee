//! The request that a builder makes: the values of path, query and body, and all problems with them.

use std::fmt::Display;

use reqwest::Url;
use serde::Serialize;

use super::path;
use super::trace;
use crate::error::{Build, Error, Problems};
use crate::operation::Operation;
use crate::value::Doubtful;
use crate::value::integer::Integer;

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
    query: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    problems: Problems,
}

#[allow(dead_code, reason = "which of these the generated code calls depends on the API document")]
impl Request {
    pub(crate) fn new() -> Self {
        Self { path: Vec::new(), query: Vec::new(), body: None, problems: Problems::default() }
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
            self.query.push((name, value.to_string()));
        }
    }

    /// A required value of the query; `None` is a missing one.
    pub(crate) fn required_query<T: Display + ?Sized>(&mut self, name: &'static str, value: Option<&T>) {
        match value {
            Some(value) => self.query.push((name, value.to_string())),
            None => self.problems.missing(name),
        }
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
            Some(Ok(json)) => self.body = Some(json),
            // serde's own text may quote the value.
            Some(Err(_)) => self.problems.invalid("body", "cannot be written as JSON"),
            None => {}
        }
    }

    /// The URL and the body to send. Values that this version does not understand are logged, and refused if `strict`
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
    ) -> Result<(Url, Option<Vec<u8>>), Error> {
        let Self { path, query, body, mut problems } = self;
        let url = path::fill(base, template, &path, &mut problems);
        if strict {
            problems.refuse_doubtful();
        }
        match url {
            Some(mut url) if problems.is_empty() => {
                problems.doubts().for_each(|doubt| trace::log_doubt(&doubt));
                if !query.is_empty() {
                    url.query_pairs_mut().extend_pairs(query);
                }
                Ok((url, body))
            }
            _ => Err(Error::invalid_request(operation, problems)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static OPERATION: Operation =
        Operation::undocumented("linkThing", reqwest::Method::POST, "/v2/things/{thing_id}/link", false);

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
        let (url, body) = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap();
        assert_eq!(
            url.as_str(),
            "https://api.example.com/v2/things/a%20b/link?email=a%2Bb%40example.com+%26+co&customer_id=7"
        );
        assert_eq!(body.unwrap(), b"{\"a\":1}");
    }

    #[test]
    fn without_values_there_is_no_query_and_no_body() {
        let mut request = Request::new();
        request.path("thing_id", Some("x"));
        let (url, body) = request.finish(&OPERATION, OPERATION.path, &base(), false).unwrap();
        assert_eq!(url.as_str(), "https://api.example.com/v2/things/x/link");
        assert!(body.is_none());
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
