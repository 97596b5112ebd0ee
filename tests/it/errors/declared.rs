//! The error responses that the document declares, read as it declares them.

use serde_json::Value;

use super::expect_api_error;
use crate::mock_api::MockApi;
use imprint_sandbox::contract::{Contract, PropertySet};

#[tokio::test]
async fn every_declared_error_is_read() {
    let api = MockApi::start().await;
    let contract = Contract::shared();
    let mut count = 0;
    for operation in contract.operations() {
        for failure in operation.failures() {
            let what = format!("{} {}", operation.id, failure.status);
            let raw = failure.schema.as_ref().map(|schema| contract.compose(schema, PropertySet::All));
            if let (Some(schema), Some(raw)) = (&failure.schema, &raw) {
                assert!(contract.check(schema, raw).is_empty(), "{what}: {raw} was composed against the document");
            }
            api.respond_with(failure.status, raw.as_ref());
            let error = expect_api_error(&api.client, operation).await;
            assert_eq!(error.status().as_u16(), failure.status, "{what}");
            let raw = raw.unwrap_or_default();
            let says = if raw["error"].is_object() { &raw["error"] } else { &raw };
            assert_eq!(error.code(), says["type"].as_str(), "{what}");
            assert_eq!(error.param(), says["param"].as_str(), "{what}");
            let message = [&says["message"], &says["error"]].into_iter().find_map(Value::as_str);
            assert_eq!(Some(error.message()), message.or(error.status().canonical_reason()), "{what}");
            let details: Vec<_> = says["details"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            assert_eq!(error.details(), details, "{what}");
            let link = error.existing_link().map(|link| serde_json::to_value(link).expect("a link is JSON"));
            assert_eq!(link.unwrap_or_default(), says["existing_link"], "{what}");
            count += 1;
        }
    }
    assert!(count >= 30, "{count} errors are fewer than the document declares");
}
