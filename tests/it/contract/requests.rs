//! What arrives is what was given, in the form of the document, and nothing else.

use imprint_client::Error;
use serde_json::{Map, Value, json};

use crate::spec::{Kind, Operation, Parameter, Schema, Spec, Which};
use crate::stage::{Arrived, Stage, decode};
use crate::table::{Arguments, entry};

#[tokio::test]
async fn all_arguments_arrive() {
    let fields = arrive(|operation| Arguments::of(operation, Which::All), true).await;
    assert!(fields > 120, "{fields} arguments are fewer than the document has");
}

#[tokio::test]
async fn required_arguments_arrive_alone() {
    let fields = arrive(|operation| Arguments::of(operation, Which::Required), true).await;
    assert!(fields > 30, "{fields} arguments are fewer than the document requires");
}

/// Text that has to be escaped, enum values that the document lacks, the largest numbers. The document's own limits may
/// not allow them: the API decides about that.
#[tokio::test]
async fn odd_arguments_arrive_unchanged() {
    let fields = arrive(
        |operation| {
            let mut arguments = Arguments::of(operation, Which::All);
            for parameter in &operation.parameters {
                let value = &mut arguments.parameters[&parameter.name];
                // Every limit is an int32.
                *value = match parameter.location.as_str() {
                    _ if value.is_number() => json!(i32::MAX),
                    "path" => odd_segment(&parameter.name),
                    _ => odd(&parameter.name),
                };
            }
            if let (Some(schema), Some(body)) = (&operation.body, &mut arguments.body) {
                for place in Spec::get().places(schema, body) {
                    let value = body.pointer_mut(&place.pointer).expect("a place");
                    match place.kind {
                        Kind::Text | Kind::Time | Kind::Enum(_) => *value = odd(&place.name),
                        Kind::Integer if place.name == "limit" => *value = json!(i32::MAX),
                        Kind::Integer => *value = json!(i64::MIN),
                        Kind::FreeForm => {
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

fn odd(name: &str) -> Value {
    json!(format!(" {name}=a/b\\c?d&e#f+g%20%2e;\u{e4}\u{1f4b3}\"\n"))
}

/// The same without what no segment of a path may hold.
fn odd_segment(name: &str) -> Value {
    json!(format!(" {name}=a?d&e#f+g%20%2e:\u{e4}\u{1f4b3}\""))
}

/// Calls every operation both ways, checks what arrives, and counts the arguments.
async fn arrive(arguments: impl Fn(&Operation) -> Arguments, is_valid: bool) -> usize {
    let stage = Stage::start().await;
    let mut count = 0;
    for operation in Spec::get().operations() {
        let given = arguments(operation);
        let success = operation.success();
        let answer = success.schema.as_ref().map(|schema| Spec::get().compose(schema, Which::All));
        stage.answer(success.status, answer.as_ref());
        for call in [entry(&operation.id).call, entry(&operation.id).call_by_setters] {
            call(&stage.client, &given).await.unwrap_or_else(|e| panic!("{e}"));
            check(operation, &given, &stage.only_request(), is_valid);
        }
        count += given.parameters.len() + given.body.iter().filter_map(Value::as_object).map(Map::len).sum::<usize>();
    }
    count
}

fn check(operation: &Operation, given: &Arguments, arrived: &Arrived, is_valid: bool) {
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

/// Holds what arrived against the schemas of the document: it alone says what is right here, not what was given.
fn validate(operation: &Operation, arrived: &Arrived) {
    let spec = Spec::get();
    let values = path_values(&operation.path, &arrived.path).into_iter().map(|pair| ("path", pair));
    let values = values.chain(arrived.query.iter().cloned().map(|pair| ("query", pair)));
    for (location, (name, text)) in values {
        let declared = |parameter: &&Parameter| parameter.location == location && parameter.name == name;
        let parameter = operation.parameters.iter().find(declared);
        let parameter = parameter.unwrap_or_else(|| panic!("{} has no {location} parameter {name}", operation.id));
        // What is no text is written as JSON writes it.
        let is_text = !matches!(spec.argument(parameter), Value::Number(_) | Value::Bool(_));
        let value = if is_text { json!(text) } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
        is_as_declared(spec, operation, &parameter.schema, &value);
    }
    if let Some(schema) = &operation.body {
        let body = serde_json::from_slice(&arrived.body).expect("JSON");
        is_as_declared(spec, operation, schema, &body);
    }
}

fn is_as_declared(spec: &Spec, operation: &Operation, schema: &Schema, value: &Value) {
    let validator = spec.validator(schema);
    let faults: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{} sends {value}: {faults:?}", operation.id);
}

#[tokio::test]
async fn what_is_required_is_asked_for_before_anything_is_sent() {
    let stage = Stage::start().await;
    stage.answer(200, Some(&json!({})));
    let mut count = 0;
    for operation in Spec::get().operations() {
        let complete = Arguments::of(operation, Which::Required);
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
            let error = (entry(&operation.id).call_by_setters)(&stage.client, &given).await;
            let Err(Error::InvalidRequest(error)) = error else {
                panic!("{} without {name}: {error:?}", operation.id);
            };
            assert_eq!(error.missing(), [name.as_str()], "{}", operation.id);
            assert_eq!(error.operation_id(), Some(operation.id.as_str()));
            count += 1;
        }
    }
    assert!(count > 30, "{count} are fewer than the document requires");
    assert!(stage.arrived().is_empty(), "a request without what it needs was sent");
}

/// The given values of one location as text, in the order of the document.
fn expected(operation: &Operation, given: &Arguments, location: &str) -> Vec<(String, String)> {
    let here = operation.parameters.iter().filter(|parameter| parameter.location == location);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    here.filter_map(|Parameter { name, .. }| Some((name.clone(), text(given.parameters.get(name)?)))).collect()
}

/// The values of a path by the names in its template, or what fits no template if it is no path of that one.
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
