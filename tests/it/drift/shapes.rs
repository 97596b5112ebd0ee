//! Values of another shape than the document's, and texts that are not Unicode.

use imprint_client::Error;
use serde_json::{Value, json};

use super::super::spec::{Kind, Spec};
use super::super::table::call;
use super::super::wire::Wire;
use super::{Drift, Subject, is_text};

/// A place as errors name it: `/data/0/card` is `data[0].card`.
fn path(pointer: &str) -> String {
    let segments = pointer.split('/').skip(1).map(|segment| match segment.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{segment}"),
    });
    segments.collect::<String>().trim_start_matches('.').to_owned()
}

/// Six strings are no address, whatever their order, and an empty list is no object whose fields are all optional.
#[tokio::test]
async fn an_object_is_never_read_from_a_list() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for place in subject.places.iter().filter(|place| place.kind == Kind::Object) {
            let object = subject.raw.pointer(&place.pointer).and_then(Value::as_object).expect("an object");
            for list in [object.values().cloned().collect(), json!([])] {
                drift.cases += 1;
                let sent = subject.with(|other| (other.pointer == place.pointer).then(|| list.clone()));
                drift.stage.answer(subject.status, Some(&sent));
                match call(&drift.stage.client, subject.operation).await {
                    Err(Error::Decode(error)) if error.path() == path(&place.pointer) => {
                        assert!(error.to_string().contains(" is a list, not an object (line 1, column "), "{error}");
                    }
                    other => panic!("{} with a list at {:?}: {other:?}", subject.operation.id, place.pointer),
                }
            }
        }
    }
    drift.finish(150);
}

/// As PHP writes it.
#[tokio::test]
async fn an_empty_map_is_an_empty_list() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for place in subject.places.iter().filter(|place| matches!(place.kind, Kind::Map | Kind::FreeForm)) {
            let sent = subject.with(|other| (other.pointer == place.pointer).then(|| json!([])));
            let expected = subject.with(|other| (other.pointer == place.pointer).then(|| json!({})));
            drift.check(&subject, &format!("{} is []", place.pointer), &sent, &expected).await;
        }
    }
    drift.finish(20);
}

#[tokio::test]
async fn a_number_in_the_place_of_a_time_is_kept_as_its_text() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        for (number, text) in [
            (json!(1_739_473_687), "1739473687"),
            (json!(1_739_473_687_123_i64), "1739473687123"),
            (json!(1_739_473_687.25), "1739473687.25"),
            (json!(0), "0"),
            (json!(-1), "-1"),
        ] {
            let sent = subject.with(|place| (place.kind == Kind::Time).then(|| number.clone()));
            let expected = subject.with(|place| (place.kind == Kind::Time).then(|| json!(text)));
            drift.check(&subject, &format!("times are {number}"), &sent, &expected).await;
        }
    }
    drift.finish(150);
}

#[tokio::test]
async fn null_in_the_place_of_a_time_is_none_or_the_empty_text() {
    let mut drift = Drift::start().await;
    for subject in Subject::all() {
        let sent = subject.with(|place| (place.kind == Kind::Time).then_some(Value::Null));
        let times = || subject.places.iter().filter(|place| place.kind == Kind::Time);
        let mut expected = subject.with(|place| (place.kind == Kind::Time).then(|| json!("")));
        for place in times().filter(|place| place.optional) {
            super::remove(&mut expected, &place.pointer);
        }
        drift.check(&subject, "times are null", &sent, &expected).await;
    }
    drift.finish(30);
}

#[tokio::test]
async fn what_is_not_unicode_costs_the_character_and_nothing_else() {
    let wire = Wire::start().await;
    let client = wire.client();
    let mut cases = 0;
    for subject in Subject::all() {
        let with = |text: &str| subject.with(|place| is_text(place).then(|| json!(text)));
        let sent = with("M@@ller").to_string().into_bytes();
        let canonical = |value: &Value| Spec::get().canonical(subject.schema, value.clone());
        for (mark, bytes, text) in [
            (&b""[..], &b"\xFC"[..], "M\u{FFFD}ller"),
            (b"", b"\\ud83d", "M\u{FFFD}ller"),
            (b"", b"\\ude00\xE2\x82", "M\u{FFFD}\u{FFFD}ller"),
            (b"\xEF\xBB\xBF", b"\xC3\xBC", "M\u{FC}ller"),
            (b"\xEF\xBB\xBF", b"\xFC\\\\ud83d", "M\u{FFFD}\\ud83dller"),
        ] {
            let body = replaced(&sent, b"@@", bytes);
            wire.answer(subject.status, &[], &[mark, &body].concat());
            let answer =
                call(&client, subject.operation).await.unwrap_or_else(|e| panic!("{e}: {}", body.escape_ascii()));
            assert_eq!(canonical(&answer), canonical(&with(text)), "{}", subject.operation.id);
            cases += 1;
        }
    }
    assert!(cases >= 100, "{cases}");
}

fn replaced(bytes: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(what.len()).position(|window| window == what) {
        out.extend([&rest[..at], by].concat());
        rest = &rest[at + what.len()..];
    }
    [&out, rest].concat()
}
