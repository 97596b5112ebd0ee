//! Values of another JSON type than the document declares, and text that is not valid Unicode.

use imprint_client::Error;
use serde_json::{Value, json};

use super::super::raw_server::RawServer;
use super::super::table::call;
use super::{DriftTest, ResponseCase, is_text};
use imprint_sandbox::contract::{Contract, ValueKind};

/// Converts a JSON pointer into a path as errors write it: `/data/0/card` becomes `data[0].card`.
fn path(pointer: &str) -> String {
    let segments = pointer.split('/').skip(1).map(|segment| match segment.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{segment}"),
    });
    segments.collect::<String>().trim_start_matches('.').to_owned()
}

/// An array of six strings must not be read as an address, and an empty array not as an object of optional fields.
#[tokio::test]
async fn an_array_in_the_place_of_an_object_is_a_decode_error() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for place in case.places.iter().filter(|place| place.kind == ValueKind::Object) {
            let object = case.raw.pointer(&place.pointer).and_then(Value::as_object).expect("an object");
            for list in [object.values().cloned().collect(), json!([])] {
                test.cases += 1;
                let sent = case.with(|other| (other.pointer == place.pointer).then(|| list.clone()));
                test.api.respond_with(case.status, Some(&sent));
                match call(&test.api.client, case.operation).await {
                    Err(Error::Decode(error)) if error.path() == path(&place.pointer) => {
                        assert!(error.to_string().contains(" is a list, not an object (line 1, column "), "{error}");
                    }
                    other => panic!("{} with a list at {:?}: {other:?}", case.operation.id, place.pointer),
                }
            }
        }
    }
    test.finish(150);
}

/// PHP writes an empty map as `[]`.
#[tokio::test]
async fn an_empty_array_is_read_as_an_empty_map() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for place in case.places.iter().filter(|place| matches!(place.kind, ValueKind::Map | ValueKind::FreeForm)) {
            let sent = case.with(|other| (other.pointer == place.pointer).then(|| json!([])));
            let expected = case.with(|other| (other.pointer == place.pointer).then(|| json!({})));
            test.check(&case, &format!("{} is []", place.pointer), &sent, &expected).await;
        }
    }
    test.finish(20);
}

#[tokio::test]
async fn a_number_in_the_place_of_a_time_is_kept_as_text() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        for (number, text) in [
            (json!(1_739_473_687), "1739473687"),
            (json!(1_739_473_687_123_i64), "1739473687123"),
            (json!(1_739_473_687.25), "1739473687.25"),
            (json!(0), "0"),
            (json!(-1), "-1"),
        ] {
            let sent = case.with(|place| (place.kind == ValueKind::Time).then(|| number.clone()));
            let expected = case.with(|place| (place.kind == ValueKind::Time).then(|| json!(text)));
            test.check(&case, &format!("times are {number}"), &sent, &expected).await;
        }
    }
    test.finish(150);
}

#[tokio::test]
async fn null_in_the_place_of_a_time_is_none_or_empty_text() {
    let mut test = DriftTest::start().await;
    for case in ResponseCase::all() {
        let sent = case.with(|place| (place.kind == ValueKind::Time).then_some(Value::Null));
        let times = || case.places.iter().filter(|place| place.kind == ValueKind::Time);
        let mut expected = case.with(|place| (place.kind == ValueKind::Time).then(|| json!("")));
        for place in times().filter(|place| place.optional) {
            assert!(super::remove(&mut expected, &place.pointer).is_some(), "nothing at {}", place.pointer);
        }
        test.check(&case, "times are null", &sent, &expected).await;
    }
    test.finish(30);
}

#[tokio::test]
async fn invalid_unicode_is_replaced_and_the_rest_is_kept() {
    let server = RawServer::start().await;
    let client = server.client();
    let mut cases = 0;
    for case in ResponseCase::all() {
        let with = |text: &str| case.with(|place| is_text(place).then(|| json!(text)));
        let sent = with("M@@ller").to_string().into_bytes();
        let canonical = |value: &Value| Contract::shared().canonical(case.schema, value.clone());
        for (mark, bytes, text) in [
            (&b""[..], &b"\xFC"[..], "M\u{FFFD}ller"),
            (b"", b"\\ud83d", "M\u{FFFD}ller"),
            (b"", b"\\ude00\xE2\x82", "M\u{FFFD}\u{FFFD}ller"),
            (b"\xEF\xBB\xBF", b"\xC3\xBC", "M\u{FC}ller"),
            (b"\xEF\xBB\xBF", b"\xFC\\\\ud83d", "M\u{FFFD}\\ud83dller"),
        ] {
            let body = replaced(&sent, b"@@", bytes);
            server.respond_with(case.status, &[], &[mark, &body].concat());
            let answer = call(&client, case.operation).await.unwrap_or_else(|e| panic!("{e}: {}", body.escape_ascii()));
            assert_eq!(canonical(&answer), canonical(&with(text)), "{}", case.operation.id);
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
