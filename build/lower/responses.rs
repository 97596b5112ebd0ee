//! What an operation answers: one success type; errors are read by structure at run time, for every operation alike.

use serde_json::{Map, Value};

use super::{Lowering, resolve};
use crate::build::{
    plan::{ErrorAnswer, Webhook},
    problem::Problem,
    walk::{self, component_name, escape},
};

/// Webhooks are no calls of ours: they leave, and the table of them is kept.
pub fn webhooks(lowering: &mut Lowering) -> Result<(), Problem> {
    let Some(Value::Object(webhooks)) =
        lowering.document.as_object_mut().and_then(|document| document.remove("webhooks"))
    else {
        return Ok(());
    };
    for (name, item) in webhooks {
        let pointer = format!("/webhooks/{}/post", escape(&name));
        let reference = item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let Some(schema) = reference.and_then(|r| component_name(r, "schemas")) else {
            return Err(Problem::new(
                pointer,
                "a webhook whose JSON body is not a `$ref` to a named schema",
                "name its payload under `components/schemas` by an overlay action",
            ));
        };
        let payload = &lowering.document["components"]["schemas"][schema];
        let object = payload["properties"]["object"]["enum"][0].as_str().map(str::to_string);
        let operation = item["post"]["operationId"].as_str().map(str::to_string);
        let Some((object, operation)) = object.zip(operation) else {
            return Err(Problem::new(
                pointer,
                format!("the event type of `{schema}` is unknown: it needs an `object` property with one enum value"),
                "add the enum value (and an operationId for the webhook) by an overlay action",
            ));
        };
        let dedupe = field_names(schema, payload, DEDUPE)?;
        let dedupe_also = field_names(schema, payload, DEDUPE_ALSO)?;
        if dedupe.is_empty() && !dedupe_also.is_empty() {
            return Err(Problem::new(
                format!("/components/schemas/{}/{DEDUPE_ALSO}", escape(schema)),
                format!("further fields that tell events apart, without `{DEDUPE}`: all fields do so then"),
                format!("name the fields without which no event can be told by `{DEDUPE}`"),
            ));
        }
        let schema = schema.to_string();
        lowering.plan.webhooks.push(Webhook { name, operation, object, schema, dedupe, dedupe_also });
    }
    Ok(())
}

/// The mark on a payload that names the fields which are the same in two deliveries of one event, and in no two events.
/// An event that lacks one of them is told by all that it says.
const DEDUPE: &str = "x-imprint-dedupe";

/// The mark for fields that belong to these where an event has them.
const DEDUPE_ALSO: &str = "x-imprint-dedupe-also";

fn field_names(schema: &str, payload: &Value, mark: &str) -> Result<Vec<String>, Problem> {
    let place = || format!("/components/schemas/{}/{mark}", escape(schema));
    let Some(mark) = payload.get(mark) else { return Ok(Vec::new()) };
    let names = mark.as_array().into_iter().flatten().map(|name| name.as_str().map(str::to_string));
    match names.collect::<Option<Vec<String>>>() {
        Some(names) if !names.is_empty() => Ok(names),
        _ => Err(Problem::new(
            place(),
            "a mark that is not a list of the names of fields",
            "name the fields of the payload's `data`, such as `[reward_id, status]`",
        )),
    }
}

fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Two error types in one operation make progenitor panic, and any error may come from anywhere anyhow: they leave, and
/// what the document says of them is kept for the docs.
pub fn errors(lowering: &mut Lowering) -> Result<(), Problem> {
    let schemas = lowering.document.clone();
    let errors = &mut lowering.plan.errors;
    walk::operations(&mut lowering.document, &mut |operation| {
        let Some(id) = operation.id else { return Ok(()) };
        let Some(responses) = operation.value.get_mut("responses").and_then(Value::as_object_mut) else {
            return Ok(());
        };
        let gone: Vec<String> = responses.keys().filter(|status| !is_success(status)).cloned().collect();
        if gone.len() == responses.len() {
            let problem = Problem::new(
                format!("{}/responses", operation.pointer),
                "no success response is declared",
                "declare the 2xx answer by an overlay action",
            );
            return Err(problem.in_operation(id));
        }
        for status in gone {
            let Some(response) = responses.remove(&status) else { continue };
            // `default` says nothing a caller could use.
            let Ok(status) = status.parse() else { continue };
            let code = error_code(&schemas, &response["content"]["application/json"]["schema"]);
            errors.entry(id.to_string()).or_default().push(ErrorAnswer { status, code });
        }
        Ok(())
    })
}

/// The error `type` the document gives as an example, in either of its two shapes.
fn error_code(document: &Value, schema: &Value) -> Option<String> {
    let properties = &resolve(document, schema)["properties"];
    let flat = &properties["type"];
    let nested = &resolve(document, &properties["error"])["properties"]["type"];
    [flat, nested].into_iter().find_map(|at| at["example"].as_str().or(at["enum"][0].as_str())).map(str::to_string)
}

/// Success codes become one `2XX`: a 201 for a documented 200 is no error.
pub fn success_codes(lowering: &mut Lowering) -> Result<(), Problem> {
    walk::operations(&mut lowering.document, &mut |operation| {
        let Some(Value::Object(responses)) = operation.value.remove("responses") else {
            return Err(operation.problem("/responses", "no responses", "declare the 2xx answer by an overlay action"));
        };
        let (mut success, rest): (Vec<_>, Vec<_>) = responses.into_iter().partition(|(status, _)| is_success(status));
        let Some((_, kept)) = success.pop() else {
            operation.value.insert("responses".into(), Value::Object(rest.into_iter().collect()));
            return Ok(());
        };
        let shape = |response: &Value| response.get("content").cloned();
        if let Some((other, _)) = success.iter().find(|(_, response)| shape(response) != shape(&kept)) {
            return Err(operation.problem(
                &format!("/responses/{}", escape(other)),
                "two success codes that answer different bodies",
                "a call has one success type: remove one of the two answers by an overlay action",
            ));
        }
        let rest: Map<String, Value> = rest.into_iter().chain([("2XX".to_string(), kept)]).collect();
        operation.value.insert("responses".into(), Value::Object(rest));
        Ok(())
    })
}
