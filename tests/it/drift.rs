//! What the API sends next year: the answers of the document, each changed in ways that no document announces.
//!
//! Every operation is called for every change. Nothing that is still understandable may cost the call, and what comes
//! out is what went in.

mod lists;
mod shapes;

use imprint_client::StatusCode;
use serde_json::{Value, json};

use super::spec::{Answer, Kind, Operation, Place, Schema, Spec, Which, remove};
use super::stage::Stage;
use super::table::call;
use super::wire::Wire;

/// Runs the cases of one kind of change over all operations and collects what goes wrong.
struct Drift {
    stage: Stage,
    cases: usize,
    faults: Vec<String>,
}

/// The answer of an operation, as the document has it.
struct Subject {
    operation: &'static Operation,
    status: u16,
    schema: &'static Schema,
    raw: Value,
    places: Vec<Place>,
}

impl Drift {
    async fn start() -> Self {
        Self { stage: Stage::start().await, cases: 0, faults: Vec::new() }
    }

    /// Answers `sent` and expects `expected`; both as changes of the document's answer.
    async fn check(&mut self, subject: &Subject, what: &str, sent: &Value, expected: &Value) {
        self.check_status(subject, subject.status, what, sent, expected).await;
    }

    async fn check_status(&mut self, subject: &Subject, status: u16, what: &str, sent: &Value, expected: &Value) {
        self.cases += 1;
        self.stage.answer(status, Some(sent));
        let id = &subject.operation.id;
        let fault = match call(&self.stage.client, subject.operation).await {
            Err(error) => error.to_string(),
            Ok(answer) => {
                assert_eq!(answer.status().as_u16(), status, "{id}");
                let canonical = |value: &Value| Spec::get().canonical(subject.schema, value.clone());
                let (got, expected) = (canonical(&answer), canonical(expected));
                if got == expected {
                    return;
                }
                format!("sent {sent}\n  got {got}\n  not {expected}")
            }
        };
        self.faults.push(format!("{id}, {what}: {fault}"));
    }

    /// Fails if anything went wrong, or if there were fewer cases than there are places for them.
    fn finish(self, least: usize) {
        assert!(self.faults.is_empty(), "{} of {}:\n{}", self.faults.len(), self.cases, self.faults.join("\n"));
        assert!(self.cases >= least, "{} cases are fewer than {least}: what did they all miss?", self.cases);
    }
}

impl Subject {
    /// One for every answer that has a body.
    fn all() -> Vec<Self> {
        let successes = |operation: &'static Operation| operation.successes().map(move |success| (operation, success));
        let subject = |(operation, success): (&'static Operation, &'static Answer)| {
            let schema = success.schema.as_ref()?;
            let raw = Spec::get().compose(schema, Which::All);
            let places = Spec::get().places(schema, &raw);
            Some(Self { operation, status: success.status, schema, raw, places })
        };
        Spec::get().operations().iter().flat_map(successes).filter_map(subject).collect()
    }

    /// The answer with one value in each place that `choose` has one for.
    fn with(&self, mut choose: impl FnMut(&Place) -> Option<Value>) -> Value {
        let mut value = self.raw.clone();
        for place in &self.places {
            if let Some(new) = choose(place) {
                *value.pointer_mut(&place.pointer).expect("a place in the answer") = new;
            }
        }
        value
    }

    /// The list that the operation answers, which is the one list that has to be there.
    fn list(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.pointer == "/data" && Spec::get().is_list(self.schema))
    }

    fn is_list(&self, place: &Place) -> bool {
        self.list().is_some_and(|list| list.pointer == place.pointer)
    }

    fn optional(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| place.optional)
    }

    /// The answer without these places; those within one that is gone are gone with it.
    fn without<'a>(&self, places: impl IntoIterator<Item = &'a Place>) -> Value {
        let mut value = self.raw.clone();
        for place in places {
            if value.pointer(&place.pointer).is_some() {
                remove(&mut value, &place.pointer);
            }
        }
        value
    }
}

fn null(value: &Value, place: &Place) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(&place.pointer).expect("a place in the answer") = Value::Null;
    value
}

#[tokio::test]
async fn one_optional_field_is_null_or_absent() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for place in subject.optional() {
            let without = subject.without([place]);
            drift.check(&subject, &format!("{} is null", place.pointer), &null(&subject.raw, place), &without).await;
            if !subject.is_list(place) {
                drift.check(&subject, &format!("{} is absent", place.pointer), &without, &without).await;
            }
        }
    }
    drift.finish(700);
}

#[tokio::test]
async fn all_optional_fields_are_null_or_absent() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        let without = subject.without(subject.optional());
        let mut sent = without.clone();
        if subject.list().is_some() {
            sent["data"] = Value::Null;
        }
        drift.check(&subject, "what is optional is absent", &sent, &without).await;
        // The outermost ones: what is in them went with them.
        let nulls = subject.optional().fold(subject.raw.clone(), |value, place| {
            if value.pointer(&place.pointer).is_some() { null(&value, place) } else { value }
        });
        drift.check(&subject, "what is optional is null", &nulls, &without).await;
        // The innermost ones: everything is there and holds nothing.
        let leaves = || subject.optional().filter(|place| place.kind != Kind::Object && !holds(place, &subject.places));
        let nulls = leaves().fold(subject.raw.clone(), |value, place| null(&value, place));
        drift.check(&subject, "all is there and null within", &nulls, &subject.without(leaves())).await;
    }
    drift.finish(100);
}

/// Whether one of `places` is within `place`.
fn holds(place: &Place, places: &[Place]) -> bool {
    let below = format!("{}/", place.pointer);
    places.iter().any(|other| other.pointer.starts_with(&below))
}

#[tokio::test]
async fn lists_and_maps_are_empty_in_every_way() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for place in subject.optional() {
            let empty = match place.kind {
                Kind::List => json!([]),
                Kind::Map | Kind::FreeForm => json!({}),
                _ => continue,
            };
            let sent = subject.with(|other| (other.pointer == place.pointer).then(|| empty.clone()));
            drift.check(&subject, &format!("{} is empty", place.pointer), &sent, &subject.without([place])).await;
        }
    }
    drift.finish(50);
}

#[tokio::test]
async fn an_enum_has_a_value_nobody_knows() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        let all = subject.with(|place| matches!(place.kind, Kind::Enum(_)).then(|| json!("SOMETHING_NEW")));
        drift.check(&subject, "all enums are unknown", &all, &all).await;
        for place in &subject.places {
            let Kind::Enum(values) = &place.kind else { continue };
            let known = values.iter().cloned();
            let odd = values.iter().flat_map(|value| [value.to_lowercase(), format!("{value} "), format!("{value}AL")]);
            let others = ["", " ", "Unrecognized", "null", "REQUIRES_CONFIRMATION", "\u{e4}\u{1f4b3}\n\""];
            for text in known.chain(odd).chain(others.map(str::to_owned)) {
                let sent = subject.with(|other| (other.pointer == place.pointer).then(|| json!(text)));
                drift.check(&subject, &format!("{} is {text:?}", place.pointer), &sent, &sent).await;
            }
        }
    }
    drift.finish(500);
}

#[tokio::test]
async fn fields_nobody_knows_are_everywhere() {
    // Names that sort before and after all others, and those of our own code.
    let names = ["", "0", "__field", "ignore", "type_", "unrecognized", "x_new", "~/z"];
    let news = [json!("text"), json!(null), json!({"id": [{"type": 1}]}), json!([[], {}]), json!(1e300)];
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for new in &news {
            let mut sent = subject.raw.clone();
            for place in subject.places.iter().filter(|place| place.kind == Kind::Object) {
                let object = sent.pointer_mut(&place.pointer).and_then(Value::as_object_mut).expect("an object");
                object.extend(names.map(|name| (name.to_owned(), new.clone())));
            }
            assert_ne!(sent, subject.raw);
            drift.check(&subject, &format!("unknown fields are {new}"), &sent, &subject.raw).await;
        }
    }
    drift.finish(150);
}

#[tokio::test]
async fn data_of_the_partner_is_kept_to_the_letter() {
    let free = json!({
        "": i64::MIN, "a": null, "b": [], "c": {}, "d": [1, 1.5, "", {"e": u64::MAX}], "type": "T", "\u{e4}": " "
    });
    let texts = json!({"": "", "a b/~c": "\u{1f4b3}\n", "null": "null"});
    let mut drift = Drift::start().await;
    for subject in Subject::all().into_iter().filter(|subject| subject.optional().any(is_of_the_partner)) {
        let sent = subject.with(|place| match place.kind {
            Kind::FreeForm => Some(free.clone()),
            Kind::Map => Some(texts.clone()),
            _ => None,
        });
        drift.check(&subject, "free-form data", &sent, &sent).await;
    }
    drift.finish(20);
}

fn is_of_the_partner(place: &Place) -> bool {
    matches!(place.kind, Kind::FreeForm | Kind::Map)
}

#[tokio::test]
async fn text_is_empty_or_long_or_strange() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for text in ["", " ", "0", "null", &"x".repeat(70_000), "\u{e4}\u{1f4b3}\u{0}\u{7f}\u{2028}\r\n\t\\\"/"] {
            let sent = subject.with(|place| is_text(place).then(|| json!(text)));
            let shown: String = text.chars().take(10).collect();
            drift.check(&subject, &format!("all text is {shown:?}"), &sent, &sent).await;
        }
    }
    drift.finish(200);
}

fn is_text(place: &Place) -> bool {
    matches!(place.kind, Kind::Text | Kind::Time | Kind::Enum(_))
}

/// Examples repeat themselves, so that two fields that changed places would not be seen by them.
#[tokio::test]
async fn every_text_stays_in_its_place_and_every_item_in_its_order() {
    let mut drift = Drift::start().await;
    for mut subject in Subject::all() {
        let lists = subject.places.iter().filter(|place| place.kind == Kind::List).rev();
        for place in lists {
            let list = subject.raw.pointer_mut(&place.pointer).and_then(Value::as_array_mut).expect("a list");
            let twice = list.clone();
            list.extend(twice);
        }
        subject.places = Spec::get().places(subject.schema, &subject.raw);
        let sent = subject.with(|place| is_text(place).then(|| json!(place.pointer)));
        drift.check(&subject, "all text is different", &sent, &sent).await;
        let mut number = 0;
        let sent = subject.with(|place| {
            number += 1;
            (place.kind == Kind::Integer).then(|| json!(number))
        });
        drift.check(&subject, "all numbers are different", &sent, &sent).await;
        let flags = subject.with(|place| (place.kind == Kind::Boolean).then_some(Value::Bool(false)));
        drift.check(&subject, "nothing is true", &flags, &flags).await;
    }
    drift.finish(90);
}

#[tokio::test]
async fn ids_are_spelled_in_other_ways() {
    let spellings: [fn(&str) -> String; 7] = [
        str::to_lowercase,
        str::to_uppercase,
        |id| format!("CSMR-v1-{id}"),
        |id| format!(" {id} "),
        |id| id.replace('-', ""),
        |id| format!("{{{id}}}"),
        |id| format!("urn:uuid:{id}/../%2e"),
    ];
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for spell in spellings {
            let sent = subject.with(|place| {
                let is_id = place.name == "id" || place.name.ends_with("_id");
                let id = subject.raw.pointer(&place.pointer).and_then(Value::as_str);
                id.filter(|_| is_id).map(|id| json!(spell(id)))
            });
            drift.check(&subject, &format!("ids are as {}", spell("AbC-d")), &sent, &sent).await;
        }
    }
    drift.finish(200);
}

#[tokio::test]
async fn times_are_written_in_other_ways() {
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
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for form in forms {
            let sent = subject.with(|place| (place.kind == Kind::Time).then(|| json!(form)));
            drift.check(&subject, &format!("times are {form:?}"), &sent, &sent).await;
        }
    }
    drift.finish(500);
}

#[tokio::test]
async fn numbers_are_at_their_limits() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for number in [i64::MAX, i64::MIN, i64::from(i32::MAX) + 1, 0, -1] {
            let sent = subject.with(|place| (place.kind == Kind::Integer).then(|| json!(number)));
            drift.check(&subject, &format!("numbers are {number}"), &sent, &sent).await;
        }
    }
    drift.finish(150);
}

#[tokio::test]
async fn one_success_stands_for_another() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for status in [200, 201, 202, 203, 206, 299] {
            let raw = subject.raw.clone();
            drift.check_status(&subject, status, &format!("with {status}"), &raw, &raw).await;
        }
    }
    drift.finish(180);
}

/// With a body that nobody announced, or without one that is no news.
#[tokio::test]
async fn a_success_without_a_body_is_one_whatever_comes() {
    let stage = Stage::start().await;
    let mut cases = 0;
    for operation in Spec::get().operations().iter().filter(|operation| operation.success().schema.is_none()) {
        for (status, body) in
            [(200, None), (202, None), (204, None), (200, Some(json!({"id": 1}))), (201, Some(json!([])))]
        {
            stage.answer(status, body.as_ref());
            let answer = call(&stage.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!((answer.status(), &*answer), (StatusCode::from_u16(status).expect("a status"), &Value::Null));
            cases += 1;
        }
    }
    assert!(cases >= 10);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let wire = Wire::start().await;
    let client = wire.client();
    for subject in Subject::all() {
        for content_type in ["text/plain", "application/vnd.imprint+json; charset=latin1", "text/html", "", "nonsense"]
        {
            wire.answer(subject.status, &[("content-type", content_type)], subject.raw.to_string().as_bytes());
            let answer = call(&client, subject.operation).await;
            assert_eq!(*answer.unwrap_or_else(|e| panic!("{content_type}: {e}")), subject.raw);
        }
        wire.answer(subject.status, &[], subject.raw.to_string().as_bytes());
        let answer = call(&client, subject.operation).await;
        assert_eq!(*answer.unwrap_or_else(|e| panic!("{e}")), subject.raw);
    }
}

#[tokio::test]
async fn null_is_no_item_and_no_entry() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for place in &subject.places {
            let mut sent = subject.raw.clone();
            let value = sent.pointer_mut(&place.pointer).expect("a place in the answer");
            match (&place.kind, value) {
                (Kind::List, Value::Array(items)) => {
                    items.insert(0, Value::Null);
                    items.push(Value::Null);
                }
                (Kind::Map, Value::Object(entries)) => {
                    entries.insert("nothing".to_owned(), Value::Null);
                }
                _ => continue,
            }
            drift.check(&subject, &format!("{} holds null", place.pointer), &sent, &subject.raw).await;
        }
    }
    drift.finish(25);
}

#[tokio::test]
async fn integers_have_a_fraction_of_nothing() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        let sent = subject.with(|place| {
            let value = subject.raw.pointer(&place.pointer).expect("a place in the answer");
            value.as_i64().map(|integer| json!(integer as f64))
        });
        if sent != subject.raw {
            drift.check(&subject, "integers are written as fractions", &sent, &subject.raw).await;
        }
    }
    drift.finish(15);
}
