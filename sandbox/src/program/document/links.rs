//! Links between operations: the ids in the answers of one are the arguments of others. With them a tool can make sequences
//! of calls; Imprint's document has none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::METHODS;

/// Adds a link to each answer that has the id of a resource, for each operation whose path takes such an id.
///
/// The names decide: `/v2/customers` answers resources whose id is the argument `customer_id`, either one of them or a list
/// under `data`.
pub fn add(document: &mut Value) {
    let takers = takers(document);
    let whole = document.clone();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (path, item) in paths {
        let Some(name) = id_of_resource(path) else { continue };
        let operations =
            item.as_object_mut().into_iter().flatten().filter(|(name, _)| METHODS.contains(&name.as_str()));
        for (_, operation) in operations {
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
            for (_, response) in responses.filter(|(status, _)| status.starts_with('2')) {
                let Some(pointer) = place_of_id(&whole, response, &name) else { continue };
                let links: Map<String, Value> = takers
                    .iter()
                    .filter(|(argument, _)| name.ends_with(argument.as_str()))
                    .flat_map(|(argument, operations)| operations.iter().map(move |id| (argument, id)))
                    .map(|(argument, id)| {
                        let source = format!("$response.body#{pointer}");
                        (id.clone(), json!({ "operationId": id, "parameters": { argument: source } }))
                    })
                    .collect();
                if !links.is_empty() {
                    response["links"] = links.into();
                }
            }
        }
    }
}

/// The operations by the arguments of their paths.
fn takers(document: &Value) -> BTreeMap<String, Vec<String>> {
    let mut takers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let operations = item.as_object().into_iter().flatten().filter(|(name, _)| METHODS.contains(&name.as_str()));
        let ids: Vec<&str> = operations.filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
        for argument in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            takers.entry(argument.to_owned()).or_default().extend(ids.iter().map(|id| (*id).to_owned()));
        }
    }
    takers
}

/// `customer_id` for `/v2/customers` and for `/v2/customers/{customer_id}`.
fn id_of_resource(path: &str) -> Option<String> {
    let last = path.split('/').rfind(|part| !part.is_empty() && !part.starts_with('{'))?;
    Some(format!("{}_id", last.strip_suffix('s')?))
}

/// The JSON pointer of the id in an answer: of the one resource, or of the first of a list.
fn place_of_id(document: &Value, response: &Value, name: &str) -> Option<String> {
    let schema = resolved(document, response.pointer("/content/application~1json/schema")?);
    let id_in = |schema: &Value| ["id", name].into_iter().find(|id| defines(document, schema, id)).map(str::to_owned);
    if let Some(item) = schema.pointer("/properties/data/items") {
        return Some(format!("/data/0/{}", id_in(resolved(document, item))?));
    }
    Some(format!("/{}", id_in(schema)?))
}

/// Whether a schema, or one that it is composed of, defines a property.
fn defines(document: &Value, schema: &Value, property: &str) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    schema.pointer(&format!("/properties/{property}")).is_some()
        || parts.map(|part| resolved(document, part)).any(|part| defines(document, part, property))
}

/// What a schema is, or what its reference names.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    named.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use imprint_client::openapi::DOCUMENT;

    use super::*;

    #[test]
    fn the_ids_of_answers_lead_to_the_operations_that_take_them() {
        let mut document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
        add(&mut document);
        for (place, link, argument, source) in [
            ("/v2~1customers/get/responses/200", "getCustomer", "customer_id", "$response.body#/data/0/id"),
            ("/v2~1orders/post/responses/200", "putOrder", "order_id", "$response.body#/id"),
            ("/v2~1transaction_intents/post/responses/200", "getTransactionIntent", "intent_id", "$response.body#/id"),
            (
                "/v2~1customers~1{customer_id}~1rewards/get/responses/200",
                "patchReward",
                "reward_id",
                "$response.body#/data/0/id",
            ),
        ] {
            let pointer = format!("/paths/~1{}/links/{link}", place.trim_start_matches('/'));
            let parameters = document.pointer(&pointer).map(|link| link["parameters"].clone());
            assert_eq!(parameters, Some(json!({ argument: source })), "{pointer}");
        }
    }
}
