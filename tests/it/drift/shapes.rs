//! Values of another shape than the document's.

use imprint_client::Error;
use serde_json::{Value, json};

use super::super::spec::Kind;
use super::super::table::call;
use super::{Drift, Subject};

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
