//! Puts what was sent into an answer, where the document has a place for it.

use serde_json::{Map, Value};

use super::Contract;
use super::schema::Schema;

impl Contract {
    /// Puts each member of `sent` into `view` that `view` lacks, that the object schema names, and that is valid as the
    /// property of this name.
    pub fn echo<'s>(
        &self,
        schema: &Schema,
        sent: impl IntoIterator<Item = (impl AsRef<str>, &'s Value)>,
        view: &mut Map<String, Value>,
    ) {
        for (name, value) in sent {
            let name = name.as_ref();
            if !view.contains_key(name) && self.is_valid_member(schema, name, value) {
                view.insert(name.to_owned(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::contract_with_schemas;

    #[test]
    fn what_the_answer_names_comes_back_if_it_is_valid() {
        let contract = contract_with_schemas(json!({
            "A": {"allOf": [{"$ref": "#/components/schemas/B"}], "properties": {"list": {"type": "array"}, "kept": {}}},
            "B": {"properties": {"text": {"type": "string"}, "other": {"$ref": "#/components/schemas/C"}}},
            "C": {"type": "integer"},
        }));
        let sent = json!({"text": "t", "other": "wrong", "list": [1], "kept": 2, "unnamed": 3});
        let mut view = json!({"kept": 1, "own": 4});
        for _ in 0..2 {
            contract.echo(contract.named("A").unwrap(), sent.as_object().unwrap(), view.as_object_mut().unwrap());
            assert_eq!(view, json!({"text": "t", "list": [1], "kept": 1, "own": 4}));
        }
    }
}
