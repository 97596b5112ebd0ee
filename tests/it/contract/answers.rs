//! The decoded response contains everything that the server sent.

use serde_json::{Value, json};

use crate::mock_api::MockApi;
use crate::table::call;
use imprint_sandbox::contract::{Contract, PropertySet};

#[tokio::test]
async fn every_declared_success_is_decoded_completely() {
    let api = MockApi::start().await;
    let contract = Contract::shared();
    let mut places = 0;
    for operation in contract.operations() {
        for success in operation.successes() {
            for which in [PropertySet::All, PropertySet::Required] {
                let mut raw = success.schema.as_ref().map(|schema| contract.compose(schema, which));
                // A list operation must return its list even if the document does not require it.
                if success.schema.as_ref().is_some_and(|schema| contract.is_list(schema)) {
                    raw.as_mut().and_then(Value::as_object_mut).expect("a page").entry("data").or_insert(json!([]));
                }
                if let (Some(schema), Some(raw)) = (&success.schema, &raw) {
                    let faults = contract.check(schema, raw);
                    assert!(faults.is_empty(), "{}: {raw} was composed against the document: {faults:?}", operation.id);
                    places += contract.places(schema, raw).len();
                }
                api.respond_with(success.status, raw.as_ref());
                let answer = call(&api.client, operation).await.unwrap_or_else(|e| panic!("{e}"));
                assert_eq!((answer.status().as_u16(), answer.attempts()), (success.status, 1), "{}", operation.id);
                // A response without a body is `()`, which serializes as null.
                assert_eq!(*answer, raw.unwrap_or_default(), "{}", operation.id);
            }
        }
    }
    assert!(places > 500, "{places} places are fewer than the answers have");
}
