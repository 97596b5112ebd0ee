//! What the caller gets is what the server sent.

use serde_json::{Value, json};

use crate::spec::{Spec, Which};
use crate::stage::Stage;
use crate::table::call;

#[tokio::test]
async fn every_declared_success_reaches_the_caller_whole() {
    let stage = Stage::start().await;
    let spec = Spec::get();
    let mut places = 0;
    for operation in spec.operations() {
        for success in operation.successes() {
            for which in [Which::All, Which::Required] {
                let mut raw = success.schema.as_ref().map(|schema| spec.compose(schema, which));
                // The list of an answer is there whether the document requires it or not.
                if success.schema.as_ref().is_some_and(|schema| spec.is_list(schema)) {
                    raw.as_mut().and_then(Value::as_object_mut).expect("a page").entry("data").or_insert(json!([]));
                }
                if let (Some(schema), Some(raw)) = (&success.schema, &raw) {
                    let validator = spec.validator(schema);
                    let faults: Vec<_> = validator.iter_errors(raw).map(|e| e.to_string()).collect();
                    assert!(faults.is_empty(), "{}: {raw} was composed against the document: {faults:?}", operation.id);
                    places += spec.places(schema, raw).len();
                }
                stage.answer(success.status, raw.as_ref());
                let answer = call(&stage.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
                assert_eq!((answer.status().as_u16(), answer.attempts()), (success.status, 1), "{}", operation.id);
                // An answer without a body is `()`, which JSON writes as null.
                assert_eq!(*answer, raw.unwrap_or_default(), "{}", operation.id);
            }
        }
    }
    assert!(places > 500, "{places} places are fewer than the answers have");
}
