//! The members that the document declares for the objects of an answer.

use serde_json::Value;

use super::Contract;
use super::operation::Operation;
use super::places::{ValueKind, Visit};
use super::references::member;
use super::similar;

impl Contract {
    /// The objects of an answer whose members the document names, as JSON pointers: what a later version may add members
    /// to. Maps and free-form data are none of them. `None` if the document declares no JSON for the status.
    pub fn objects_of_answer(&self, operation: &Operation, status: u16, body: &Value) -> Option<Vec<String>> {
        let schema = operation.answer(status)?.schema.as_ref()?;
        let places = self.places(schema, body).into_iter();
        Some(places.filter(|place| place.kind == ValueKind::Object).map(|place| place.pointer).collect())
    }

    /// Whether the document declares a member of an object of an answer. The object is there; the member need not be.
    pub fn declares_member(&self, operation: &Operation, status: u16, body: &Value, pointer: &str) -> bool {
        let Some(schema) = operation.answer(status).and_then(|answer| answer.schema.as_ref()) else { return false };
        let mut is_declared = false;
        self.walk(schema.value(), body, &mut |Visit { pointer: object, schema, .. }| {
            let mut names = schema.properties().into_keys();
            is_declared |= names.any(|name| member(object, name) == pointer);
            true
        });
        is_declared
    }

    /// The id of the operation that is most like this one, if it is near enough to have been meant.
    pub fn nearest_operation(&self, id: &str) -> Option<&str> {
        similar::nearest(id, self.operations().iter().map(|operation| operation.id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{content, contract_with};
    use super::*;

    #[test]
    fn declared_members_are_known_and_maps_are_no_objects() {
        let item = json!({"type": "object", "properties": {"a/b": {"type": "string"}}});
        let schema = json!({"type": "object", "properties": {
            "data": {"type": "array", "items": item},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
        }});
        let contract = contract_with(json!({"responses": {"200": content(schema)}}), json!({}));
        let operation = contract.operation("op").unwrap();
        let body = json!({"data": [{}, {"a/b": "x"}], "map": {"k": "v"}, "more": {}});
        let objects = contract.objects_of_answer(operation, 200, &body);
        assert_eq!(objects, Some(vec!["".into(), "/data/0".into(), "/data/1".into()]));
        assert_eq!(contract.objects_of_answer(operation, 404, &body), None);
        for (pointer, declared) in
            [("/data/0/a~1b", true), ("/map", true), ("/more", false), ("/map/k", false), ("/data/7/a~1b", false)]
        {
            assert_eq!(contract.declares_member(operation, 200, &body, pointer), declared, "{pointer}");
        }
    }

    #[test]
    fn the_nearest_operation_is_found() {
        let contract = Contract::shared();
        assert_eq!(contract.nearest_operation("creatOrder"), Some("createOrder"));
        assert_eq!(contract.nearest_operation("create_session"), Some("createSession"));
        assert_eq!(contract.nearest_operation("x"), None);
    }
}
