//! Makes the success answer of an operation from the document's examples and from what was sent.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::Contract;
use super::compose::PropertySet;
use super::operation::Operation;
use super::schema::Schema;

/// What a request had.
#[derive(Clone, Copy, Default)]
pub struct Sent<'a> {
    /// The path parameters, decoded.
    pub path: &'a [(String, String)],
    /// The query parameters, decoded.
    pub query: &'a [(String, String)],
    /// The body.
    pub body: Option<&'a Value>,
}

/// Without values, which may be personal data.
impl fmt::Debug for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Sent")
            .field("path", &names(self.path))
            .field("query", &names(self.query))
            .field("body", &self.body.is_some())
            .finish()
    }
}

impl Contract {
    /// The status and the body of success, composed of the document's examples with all properties. A list has one
    /// item, and no further page.
    ///
    /// What was sent comes back: path and query parameters and fields of the body in fields of the same name, and the
    /// last path parameter in `id` if the path ends with it. In a list they are fields of the item. A value that would
    /// make the answer invalid is left out.
    pub fn example(&self, operation: &Operation, sent: &Sent<'_>) -> (u16, Option<Value>) {
        let (status, schema) = operation.success();
        let Some(schema) = schema else { return (status, None) };
        let mut answer = self.compose(schema, PropertySet::All);
        let is_list = self.is_list(schema);
        if is_list {
            if let Some(items) = answer.get_mut("data").and_then(Value::as_array_mut) {
                items.truncate(1);
            }
            for (name, value) in [("has_more", json!(false)), ("total", json!(1))] {
                self.put(schema, &mut answer, "", name, value);
            }
        }
        let place = if is_list { "/data/0" } else { "" };
        for (name, value) in self.fields(operation, sent) {
            self.put(schema, &mut answer, place, name, value);
        }
        if let (Some((name, value)), false) = (sent.path.last(), is_list)
            && operation.path.ends_with(&format!("{{{name}}}"))
        {
            self.put(schema, &mut answer, "", "id", value.clone().into());
        }
        (status, Some(answer))
    }

    /// What was sent, by its names. If a name occurs several times the path counts most, and the body least.
    fn fields<'a>(&self, operation: &'a Operation, sent: &Sent<'a>) -> BTreeMap<&'a str, Value> {
        let mut fields = BTreeMap::new();
        for (name, value) in sent.body.and_then(Value::as_object).into_iter().flatten() {
            fields.insert(name.as_str(), value.clone());
        }
        for (location, sent) in [("query", sent.query), ("path", sent.path)] {
            for (name, text) in sent {
                let mut parameters = operation.parameters.iter();
                let parameter = parameters.find(|one| one.location == location && one.name == *name);
                if let Some(value) = parameter.and_then(|one| self.check_parameter(one, text).ok()) {
                    fields.insert(name.as_str(), value);
                }
            }
        }
        fields
    }

    /// Puts a value into a field that the object at `place` has, unless that makes the answer less valid.
    fn put(&self, schema: &Schema, answer: &mut Value, place: &str, name: &str, value: Value) {
        let Some(field) = answer.pointer(place).and_then(|object| object.get(name)) else { return };
        if *field == value {
            return;
        }
        let before = self.check(schema, answer).len();
        let former = replace(answer, place, name, value);
        if let (Some(former), true) = (former, self.check(schema, answer).len() > before) {
            replace(answer, place, name, former);
        }
    }
}

/// Replaces a field of the object at `place`, and returns its former value.
fn replace(answer: &mut Value, place: &str, name: &str, value: Value) -> Option<Value> {
    Some(std::mem::replace(answer.pointer_mut(place)?.get_mut(name)?, value))
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::{content, contract_with};
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_operation_of_the_document_has_a_valid_example() {
        let contract = Contract::shared();
        for operation in contract.operations() {
            let (status, body) = contract.example(operation, &Sent::default());
            assert_eq!(contract.check_answer(operation, status, body.as_ref()), Ok(vec![]), "{}", operation.id);
        }
    }

    #[test]
    fn what_was_sent_comes_back_where_it_is_valid() {
        let answer = json!({"properties": {
            "id": {"type": "string"}, "thing_id": {"type": "string"}, "limit": {"type": "integer"},
            "name": {"type": "string", "maxLength": 4}, "kind": {"type": "string", "enum": ["A", "B"]},
            "inner": {"properties": {"a": {"type": "integer", "example": 1}}},
        }});
        let parameters = json!([
            {"name": "thing_id", "in": "path", "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        ]);
        let contract =
            contract_with(json!({"parameters": parameters, "responses": {"201": content(answer)}}), json!({}));
        let body = json!({"name": "Name", "kind": "C", "inner": {"a": 2}, "thing_id": "not this", "unnamed": 1});
        let sent = Sent {
            path: &pairs(&[("thing_id", "T")]),
            query: &pairs(&[("limit", "5"), ("kind", "B")]),
            body: Some(&body),
        };
        let (status, answer) = contract.example(contract.operation("op").unwrap(), &sent);
        assert_eq!(status, 201);
        let expected = json!({
            "id": "T", "thing_id": "T", "limit": 5, "name": "Name", "kind": "A", "inner": {"a": 2},
        });
        assert_eq!(answer, Some(expected));
    }

    #[test]
    fn lists_have_one_item_and_no_further_page() {
        let contract = Contract::shared();
        let sent = Sent { query: &pairs(&[("partner_customer_id", "P"), ("limit", "3")]), ..Sent::default() };
        let (_, answer) = contract.example(contract.operation("searchCustomers").unwrap(), &sent);
        let answer = answer.unwrap();
        assert_eq!(answer["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(answer["data"][0]["partner_customer_id"], "P");
        assert_eq!((&answer["has_more"], &answer["total"]), (&json!(false), &json!(1)));
    }

    #[test]
    fn debug_output_has_no_values() {
        let (path, body) = (pairs(&[("thing_id", "secret")]), json!({"pan": "secret"}));
        let sent = format!("{:?}", Sent { path: &path, query: &[], body: Some(&body) });
        assert!(sent.contains("thing_id") && !sent.contains("secret"), "{sent}");
    }

    #[test]
    fn answers_without_a_body_have_no_example() {
        let contract = Contract::shared();
        let operation = contract.operation("deleteOrder").unwrap();
        assert_eq!(contract.example(operation, &Sent::default()), (204, None));
    }
}
