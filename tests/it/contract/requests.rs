//! The server receives exactly the arguments of the caller, in the form that the document declares.

use imprint_client::Error;
use serde_json::{Map, Value, json};

use crate::mock_api::{MockApi, RecordedRequest, decode};
use crate::table::{Arguments, entry};
use imprint_sandbox::contract::{Contract, Operation, Parameter, PropertySet, Schema, ValueKind};

#[tokio::test]
async fn all_arguments_arrive() {
    let fields = check_all_requests(|operation| Arguments::of(operation, PropertySet::All), true).await;
    assert!(fields > 120, "{fields} arguments are fewer than the document has");
}

#[tokio::test]
async fn only_required_arguments_arrive() {
    let fields = check_all_requests(|operation| Arguments::of(operation, PropertySet::Required), true).await;
    assert!(fields > 30, "{fields} arguments are fewer than the document requires");
}

/// Sends text that must be escaped, unknown enum values and the largest numbers. The document's limits may forbid them;
/// the client leaves that check to the API.
#[tokio::test]
async fn unusual_arguments_arrive_unchanged() {
    let fields = check_all_requests(
        |operation| {
            let mut arguments = Arguments::of(operation, PropertySet::All);
            for parameter in &operation.parameters {
                let value = &mut arguments.parameters[&parameter.name];
                // Every `limit` is an int32.
                *value = match parameter.location.as_str() {
                    _ if value.is_number() => json!(i32::MAX),
                    "path" => unusual_segment(&parameter.name),
                    _ => unusual_text(&parameter.name),
                };
            }
            if let (Some(schema), Some(body)) = (&operation.body, &mut arguments.body) {
                for place in Contract::shared().places(schema, body) {
                    let value = body.pointer_mut(&place.pointer).expect("a place");
                    match place.kind {
                        ValueKind::Text | ValueKind::Time | ValueKind::Enum(_) => *value = unusual_text(&place.name),
                        ValueKind::Integer if place.name == "limit" => *value = json!(i32::MAX),
                        ValueKind::Integer => *value = json!(i64::MIN),
                        ValueKind::FreeForm => {
                            *value = json!({"a": [1.5, null, {"b": {}}, [], u64::MAX], "": null, "\u{e4}\n": ""})
                        }
                        _ => {}
                    }
                }
            }
            arguments
        },
        false,
    )
    .await;
    assert!(fields > 120, "{fields} arguments are fewer than the document has");
}

fn unusual_text(name: &str) -> Value {
    json!(format!(" {name}=a/b\\c?d&e#f+g%20%2e;\u{e4}\u{1f4b3}\"\n"))
}

/// The same without the characters that a path parameter must not contain.
fn unusual_segment(name: &str) -> Value {
    json!(format!(" {name}=a?d&e#f+g%20%2e:\u{e4}\u{1f4b3}\""))
}

/// Calls every operation in both ways of the table, checks the received request, and counts the arguments.
async fn check_all_requests(arguments: impl Fn(&Operation) -> Arguments, is_valid: bool) -> usize {
    let api = MockApi::start().await;
    let mut count = 0;
    for operation in Contract::shared().operations() {
        let given = arguments(operation);
        let (status, schema) = operation.success();
        let answer = schema.map(|schema| Contract::shared().compose(schema, PropertySet::All));
        api.respond_with(status, answer.as_ref());
        for call in [entry(&operation.id).call, entry(&operation.id).call_by_setters] {
            call(&api.client, &given).await.unwrap_or_else(|e| panic!("{e}"));
            check(operation, &given, &api.only_request(), is_valid);
        }
        count += given.parameters.len() + given.body.iter().filter_map(Value::as_object).map(Map::len).sum::<usize>();
    }
    count
}

fn check(operation: &Operation, given: &Arguments, arrived: &RecordedRequest, is_valid: bool) {
    let id = &operation.id;
    assert_eq!(arrived.method, operation.method, "{id}");
    assert_eq!(
        path_values(&operation.path, &arrived.path),
        expected(operation, given, "path"),
        "{id}: {}",
        arrived.path
    );
    assert_eq!(sorted(arrived.query.clone()), sorted(expected(operation, given, "query")), "{id}");
    assert_eq!(arrived.header("accept"), Some("application/json"), "{id}");
    match &given.body {
        Some(body) => {
            let sent: Value = serde_json::from_slice(&arrived.body).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert_eq!(sent, *body, "{id}");
            assert_eq!(arrived.header("content-type"), Some("application/json"), "{id}");
        }
        None => {
            assert!(arrived.body.is_empty(), "{id} has no body");
            assert_eq!(arrived.header("content-type"), None, "{id}");
        }
    }
    if is_valid {
        validate(operation, arrived);
    }
}

/// Validates the received request against the schemas of the document, independently of the given arguments.
fn validate(operation: &Operation, arrived: &RecordedRequest) {
    let contract = Contract::shared();
    let values = path_values(&operation.path, &arrived.path).into_iter().map(|pair| ("path", pair));
    let values = values.chain(arrived.query.iter().cloned().map(|pair| ("query", pair)));
    for (location, (name, text)) in values {
        let declared = |parameter: &&Parameter| parameter.location == location && parameter.name == name;
        let parameter = operation.parameters.iter().find(declared);
        let parameter = parameter.unwrap_or_else(|| panic!("{} has no {location} parameter {name}", operation.id));
        // A value that is not text is written as in JSON.
        let is_text = !matches!(contract.argument(parameter), Value::Number(_) | Value::Bool(_));
        let value = if is_text { json!(text) } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
        assert_valid(contract, operation, &parameter.schema, &value);
    }
    if let Some(schema) = &operation.body {
        let body = serde_json::from_slice(&arrived.body).expect("JSON");
        assert_valid(contract, operation, schema, &body);
    }
}

fn assert_valid(contract: &Contract, operation: &Operation, schema: &Schema, value: &Value) {
    let faults = contract.check(schema, value);
    assert!(faults.is_empty(), "{} sends {value}: {faults:?}", operation.id);
}

#[tokio::test]
async fn a_missing_argument_is_reported_before_anything_is_sent() {
    let api = MockApi::start().await;
    api.respond_with(200, Some(&json!({})));
    let mut count = 0;
    for operation in Contract::shared().operations() {
        let complete = Arguments::of(operation, PropertySet::Required);
        let parameters = complete.parameters.keys();
        let fields = complete.body.iter().filter_map(Value::as_object).flat_map(Map::keys);
        for (name, is_parameter) in parameters.map(|name| (name, true)).chain(fields.map(|name| (name, false))) {
            let mut given = complete.clone();
            let removed = if is_parameter {
                given.parameters.remove(name)
            } else {
                given.body.as_mut().and_then(Value::as_object_mut).and_then(|body| body.remove(name))
            };
            assert!(removed.is_some());
            let error = (entry(&operation.id).call_by_setters)(&api.client, &given).await;
            let Err(Error::InvalidRequest(error)) = error else {
                panic!("{} without {name}: {error:?}", operation.id);
            };
            assert_eq!(error.missing(), [name.as_str()], "{}", operation.id);
            assert_eq!(error.operation_id(), Some(operation.id.as_str()));
            count += 1;
        }
    }
    assert!(count > 30, "{count} are fewer than the document requires");
    assert!(api.take_requests().is_empty(), "an incomplete request was sent");
}

/// The given parameters of one location (`path` or `query`) as text, in the order of the document.
fn expected(operation: &Operation, given: &Arguments, location: &str) -> Vec<(String, String)> {
    let here = operation.parameters.iter().filter(|parameter| parameter.location == location);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    here.filter_map(|Parameter { name, .. }| Some((name.clone(), text(given.parameters.get(name)?)))).collect()
}

/// The values of a path by the names in its template. If the path does not match the template, the result says so and
/// equals no expected value.
fn path_values(template: &str, path: &str) -> Vec<(String, String)> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let is_variable = |segment: &str| segment.starts_with('{');
    let fits = template.iter().zip(&path).all(|(expected, found)| is_variable(expected) || expected == found);
    if !fits || template.len() != path.len() {
        return vec![("the path does not fit its template".into(), path.join("/"))];
    }
    let variables = template.iter().zip(&path).filter(|(expected, _)| is_variable(expected));
    variables.map(|(name, value)| (name.trim_matches(['{', '}']).to_owned(), decode(value))).collect()
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort();
    pairs
}
