//! Responses that differ from the document, as the API may send them after a change: new enum values, missing fields,
//! other formats.
//!
//! Every operation is called with every change. A response that can still be understood must not make the call fail,
//! and the decoded value must equal what was sent.

mod lists;
mod shapes;

use imprint_client::StatusCode;
use serde_json::{Value, json};

use super::mock_api::MockApi;
use super::raw_server::RawServer;
use super::table::call;
use imprint_sandbox::contract::{Answer, Contract, Operation, Place, PropertySet, Schema, ValueKind, remove};

/// Runs one kind of change over all operations and collects the failures.
struct DriftTest {
    api: MockApi,
    cases: usize,
    failures: Vec<String>,
}

/// A success response of an operation, made of the document's examples.
struct ResponseCase {
    operation: &'static Operation,
    status: u16,
    schema: &'static Schema,
    raw: Value,
    places: Vec<Place>,
}

impl DriftTest {
    async fn start() -> Self {
        Self { api: MockApi::start().await, cases: 0, failures: Vec::new() }
    }

    /// Responds with `sent` and expects that the call returns `expected`.
    async fn check(&mut self, case: &ResponseCase, what: &str, sent: &Value, expected: &Value) {
        self.check_status(case, case.status, what, sent, expected).await;
    }

    async fn check_status(&mut self, case: &ResponseCase, status: u16, what: &str, sent: &Value, expected: &Value) {
        self.cases += 1;
        self.api.respond_with(status, Some(sent));
        let id = &case.operation.id;
        let failure = match call(&self.api.client, case.operation).await {
            Err(error) => error.to_string(),
            Ok(answer) => {
                assert_eq!(answer.status().as_u16(), status, "{id}");
                let canonical = |value: &Value| Contract::shared().canonical(case.schema, value.clone());
                let (got, expected) = (canonical(&answer), canonical(expected));
                if got == expected {
                    return;
                }
                format!("sent {sent}\n  got {got}\n  not {expected}")
            }
        };
        self.failures.push(format!("{id}, {what}: {failure}"));
    }

    /// Fails if any case failed, or if fewer cases than `least` were run, so that a test cannot pass without testing
    /// anything.
    fn finish(self, least: usize) {
        assert!(self.failures.is_empty(), "{} of {}:\n{}", self.failures.len(), self.cases, self.failures.join("\n"));
        assert!(self.cases >= least, "only {} cases were run, at least {least} were expected", self.cases);
    }
}

impl ResponseCase {
    /// One for every success response that has a body.
    fn all() -> Vec<Self> {
        let successes = |operation: &'static Operation| operation.successes().map(move |success| (operation, success));
        let case = |(operation, success): (&'static Operation, &'static Answer)| {
            let schema = success.schema.as_ref()?;
            let raw = Contract::shared().compose(schema, PropertySet::All);
            let places = Contract::shared().places(schema, &raw);
            Some(Self { operation, status: success.status, schema, raw, places })
        };
        Contract::shared().operations().iter().flat_map(successes).filter_map(case).collect()
    }

    /// The response with a new value in each place for which `choose` returns one.
    fn with(&self, mut choose: impl FnMut(&Place) -> Option<Value>) -> Value {
        let mut value = self.raw.clone();
        for place in &self.places {
            if let Some(new) = choose(place) {
                *value.pointer_mut(&place.pointer).expect("a place in the answer") = new;
            }
        }
        value
    }

    /// The list that a list operation returns. It is the only list that must not be missing.
    fn list(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.pointer == "/data" && Contract::shared().is_list(self.schema))
    }

    fn is_list(&self, place: &Place) -> bool {
        self.list().is_some_and(|list| list.pointer == place.pointer)
    }

    fn optional(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| place.optional)
    }

    /// The response without these places and everything inside them.
    fn without<'a>(&self, places: impl IntoIterator<Item = &'a Place>) -> Value {
        let mut value = self.raw.clone();
        for place in places {
            if value.pointer(&place.pointer).is_some() {
                assert!(remove(&mut value, &place.pointer).is_some(), "{} is no member of an object", place.pointer);
            }
        }
        value
    }
}

fn with_null(value: &Value, place: &Place) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(&place.pointer).expect("a place in the answer") = Value::Null;
    value
}

#[tokio::test]
async fn an_optional_field_may_be_null_or_absent() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for place in case.optional() {
            let without = case.without([place]);
            test.check(&case, &format!("{} is null", place.pointer), &with_null(&case.raw, place), &without).await;
            if !case.is_list(place) {
                test.check(&case, &format!("{} is absent", place.pointer), &without, &without).await;
            }
        }
    }
    test.finish(700);
}

#[tokio::test]
async fn all_optional_fields_may_be_null_or_absent() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        let without = case.without(case.optional());
        let mut sent = without.clone();
        if case.list().is_some() {
            sent["data"] = Value::Null;
        }
        test.check(&case, "all optional fields are absent", &sent, &without).await;
        // Set the outermost optional values to null, which also removes everything inside them.
        let nulls = case.optional().fold(case.raw.clone(), |value, place| {
            if value.pointer(&place.pointer).is_some() { with_null(&value, place) } else { value }
        });
        test.check(&case, "all optional fields are null", &nulls, &without).await;
        // Set only the innermost optional values to null, so that all objects are present and empty.
        let leaves = || {
            case.optional().filter(|place| place.kind != ValueKind::Object && !contains_another(place, &case.places))
        };
        let nulls = leaves().fold(case.raw.clone(), |value, place| with_null(&value, place));
        test.check(&case, "all objects are present and empty", &nulls, &case.without(leaves())).await;
    }
    test.finish(100);
}

/// Whether one of `places` is inside `place`.
fn contains_another(place: &Place, places: &[Place]) -> bool {
    let below = format!("{}/", place.pointer);
    places.iter().any(|other| other.pointer.starts_with(&below))
}

#[tokio::test]
async fn an_empty_list_or_map_equals_an_absent_one() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for place in case.optional() {
            let empty = match place.kind {
                ValueKind::List => json!([]),
                ValueKind::Map | ValueKind::FreeForm => json!({}),
                _ => continue,
            };
            let sent = case.with(|other| (other.pointer == place.pointer).then(|| empty.clone()));
            test.check(&case, &format!("{} is empty", place.pointer), &sent, &case.without([place])).await;
        }
    }
    test.finish(50);
}

#[tokio::test]
async fn an_unknown_enum_value_is_kept() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        let all = case.with(|place| matches!(place.kind, ValueKind::Enum(_)).then(|| json!("SOMETHING_NEW")));
        test.check(&case, "all enums are unknown", &all, &all).await;
        for place in &case.places {
            let ValueKind::Enum(values) = &place.kind else { continue };
            let known = values.iter().cloned();
            let odd = values.iter().flat_map(|value| [value.to_lowercase(), format!("{value} "), format!("{value}AL")]);
            let others = ["", " ", "Unrecognized", "null", "REQUIRES_CONFIRMATION", "\u{e4}\u{1f4b3}\n\""];
            for text in known.chain(odd).chain(others.map(str::to_owned)) {
                let sent = case.with(|other| (other.pointer == place.pointer).then(|| json!(text)));
                test.check(&case, &format!("{} is {text:?}", place.pointer), &sent, &sent).await;
            }
        }
    }
    test.finish(500);
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    // Names that sort before and after all others, and names that the generated code uses itself.
    let names = ["", "0", "__field", "ignore", "type_", "unrecognized", "x_new", "~/z"];
    let news = [json!("text"), json!(null), json!({"id": [{"type": 1}]}), json!([[], {}]), json!(1e300)];
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for new in &news {
            let mut sent = case.raw.clone();
            for place in case.places.iter().filter(|place| place.kind == ValueKind::Object) {
                let object = sent.pointer_mut(&place.pointer).and_then(Value::as_object_mut).expect("an object");
                object.extend(names.map(|name| (name.to_owned(), new.clone())));
            }
            assert_ne!(sent, case.raw);
            test.check(&case, &format!("unknown fields are {new}"), &sent, &case.raw).await;
        }
    }
    test.finish(150);
}

#[tokio::test]
async fn free_form_data_is_kept_unchanged() {
    let free = json!({
        "": i64::MIN, "a": null, "b": [], "c": {}, "d": [1, 1.5, "", {"e": u64::MAX}], "type": "T", "\u{e4}": " "
    });
    let texts = json!({"": "", "a b/~c": "\u{1f4b3}\n", "null": "null"});
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all().into_iter().filter(|case| case.optional().any(is_free_form)) {
        let sent = case.with(|place| match place.kind {
            ValueKind::FreeForm => Some(free.clone()),
            ValueKind::Map => Some(texts.clone()),
            _ => None,
        });
        test.check(&case, "free-form data", &sent, &sent).await;
    }
    test.finish(20);
}

fn is_free_form(place: &Place) -> bool {
    matches!(place.kind, ValueKind::FreeForm | ValueKind::Map)
}

#[tokio::test]
async fn empty_long_and_unusual_text_is_kept() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for text in ["", " ", "0", "null", &"x".repeat(70_000), "\u{e4}\u{1f4b3}\u{0}\u{7f}\u{2028}\r\n\t\\\"/"] {
            let sent = case.with(|place| is_text(place).then(|| json!(text)));
            let shown: String = text.chars().take(10).collect();
            test.check(&case, &format!("all text is {shown:?}"), &sent, &sent).await;
        }
    }
    test.finish(200);
}

fn is_text(place: &Place) -> bool {
    matches!(place.kind, ValueKind::Text | ValueKind::Time | ValueKind::Enum(_))
}

/// The document's examples contain equal values, which would not show that two fields were swapped. So every value is
/// different here.
#[tokio::test]
async fn values_are_not_swapped_and_items_keep_their_order() {
    let mut test = DriftTest::start().await;
    for mut case in ResponseCase::all() {
        let lists = case.places.iter().filter(|place| place.kind == ValueKind::List).rev();
        for place in lists {
            let list = case.raw.pointer_mut(&place.pointer).and_then(Value::as_array_mut).expect("a list");
            let twice = list.clone();
            list.extend(twice);
        }
        case.places = Contract::shared().places(case.schema, &case.raw);
        let sent = case.with(|place| is_text(place).then(|| json!(place.pointer)));
        test.check(&case, "all text is different", &sent, &sent).await;
        let mut number = 0;
        let sent = case.with(|place| {
            number += 1;
            (place.kind == ValueKind::Integer).then(|| json!(number))
        });
        test.check(&case, "all numbers are different", &sent, &sent).await;
        let flags = case.with(|place| (place.kind == ValueKind::Boolean).then_some(Value::Bool(false)));
        test.check(&case, "all booleans are false", &flags, &flags).await;
    }
    test.finish(90);
}

#[tokio::test]
async fn ids_in_other_formats_are_kept() {
    let spellings: [fn(&str) -> String; 7] = [
        str::to_lowercase,
        str::to_uppercase,
        |id| format!("CSMR-v1-{id}"),
        |id| format!(" {id} "),
        |id| id.replace('-', ""),
        |id| format!("{{{id}}}"),
        |id| format!("urn:uuid:{id}/../%2e"),
    ];
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for spell in spellings {
            let sent = case.with(|place| {
                let is_id = place.name == "id" || place.name.ends_with("_id");
                let id = case.raw.pointer(&place.pointer).and_then(Value::as_str);
                id.filter(|_| is_id).map(|id| json!(spell(id)))
            });
            test.check(&case, &format!("ids are as {}", spell("AbC-d")), &sent, &sent).await;
        }
    }
    test.finish(200);
}

#[tokio::test]
async fn times_in_other_formats_are_kept() {
    let forms = [
        "2025-02-13T19:08:07Z",
        "2025-02-13T19:08:07.000Z",
        "2025-02-13T19:08:07.123456789+05:30",
        "2025-01-20T18:18:22.923+00:00",
        "2025-02-13t19:08:07z",
        "2025-02-13 19:08:07",
        "2025-02-13T19:08:07",
        "2025-02-13",
        "20250213T190807Z",
        "2025-02-30T25:61:61Z",
        "2016-12-31T23:59:60Z",
        "+012025-02-13T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "1739473687",
        "Thu, 13 Feb 2025 19:08:07 GMT",
        "",
        "soon",
    ];
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for form in forms {
            let sent = case.with(|place| (place.kind == ValueKind::Time).then(|| json!(form)));
            test.check(&case, &format!("times are {form:?}"), &sent, &sent).await;
        }
    }
    test.finish(500);
}

#[tokio::test]
async fn the_largest_and_smallest_numbers_are_kept() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for number in [i64::MAX, i64::MIN, i64::from(i32::MAX) + 1, 0, -1] {
            let sent = case.with(|place| (place.kind == ValueKind::Integer).then(|| json!(number)));
            test.check(&case, &format!("numbers are {number}"), &sent, &sent).await;
        }
    }
    test.finish(150);
}

#[tokio::test]
async fn any_2xx_status_is_a_success() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for status in [200, 201, 202, 203, 206, 299] {
            let raw = case.raw.clone();
            test.check_status(&case, status, &format!("with {status}"), &raw, &raw).await;
        }
    }
    test.finish(180);
}

/// If the document declares no body, the call succeeds with a body and without one.
#[tokio::test]
async fn an_operation_without_a_response_body_succeeds_with_any_body() {
    let api = MockApi::start().await;
    let mut cases = 0;
    for operation in Contract::shared().operations().iter().filter(|operation| operation.success_body().is_none()) {
        for (status, body) in
            [(200, None), (202, None), (204, None), (200, Some(json!({"id": 1}))), (201, Some(json!([])))]
        {
            api.respond_with(status, body.as_ref());
            let answer = call(&api.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!((answer.status(), &*answer), (StatusCode::from_u16(status).expect("a status"), &Value::Null));
            cases += 1;
        }
    }
    assert!(cases >= 10);
}

#[tokio::test]
async fn the_content_type_is_ignored() {
    let server = RawServer::start().await;
    let client = server.client();
    for case in ResponseCase::all() {
        for content_type in ["text/plain", "application/vnd.imprint+json; charset=latin1", "text/html", "", "nonsense"]
        {
            server.respond_with(case.status, &[("content-type", content_type)], case.raw.to_string().as_bytes());
            let answer = call(&client, case.operation).await;
            assert_eq!(*answer.unwrap_or_else(|e| panic!("{content_type}: {e}")), case.raw);
        }
        server.respond_with(case.status, &[], case.raw.to_string().as_bytes());
        let answer = call(&client, case.operation).await;
        assert_eq!(*answer.unwrap_or_else(|e| panic!("{e}")), case.raw);
    }
}

#[tokio::test]
async fn null_items_and_entries_are_left_out() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for place in &case.places {
            let mut sent = case.raw.clone();
            let value = sent.pointer_mut(&place.pointer).expect("a place in the answer");
            match (&place.kind, value) {
                (ValueKind::List, Value::Array(items)) => {
                    items.insert(0, Value::Null);
                    items.push(Value::Null);
                }
                (ValueKind::Map, Value::Object(entries)) => {
                    entries.insert("nothing".to_owned(), Value::Null);
                }
                _ => continue,
            }
            test.check(&case, &format!("{} holds null", place.pointer), &sent, &case.raw).await;
        }
    }
    test.finish(25);
}

#[tokio::test]
async fn integers_with_a_zero_fraction_are_read() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        let sent = case.with(|place| {
            let value = case.raw.pointer(&place.pointer).expect("a place in the answer");
            value.as_i64().map(|integer| json!(integer as f64))
        });
        if sent != case.raw {
            test.check(&case, "integers are written as fractions", &sent, &case.raw).await;
        }
    }
    test.finish(15);
}
