//! Finds secrets and personal data in a body, for the redaction of what is logged.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Contract;
use super::operation::Parameter;
use super::places::{ValueKind, Visit};
use super::references::{Within, member, subschemas};
use super::resolve::Resolved;
use super::schema::Schema;

const SECRET: &str = "x-imprint-secret";
const PERSONAL: &str = "x-imprint-personal";

/// The places of a value that are marked in the document, as JSON pointers. Nothing within a marked place is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// Places with secrets.
    pub secret: Vec<String>,
    /// Places with personal data that is no secret.
    pub personal: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Personal,
    Secret,
}

/// The names of the properties that are marked anywhere in the document.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Mark>);

impl Contract {
    /// The places of a value that are marked as secrets or as personal data, through references, parts, alternatives,
    /// lists and maps.
    ///
    /// Bodies may be wrong, and what is wrong is logged as well. So where the schema says nothing about a member, or
    /// something that the value does not have the form of, a member counts as marked if a property of this name is
    /// marked anywhere in the document.
    pub fn secret_places(&self, schema: &Schema, value: &Value) -> Marked {
        let mut marked = Marked::default();
        self.mark(schema.value(), value, String::new(), &mut marked);
        for places in [&mut marked.secret, &mut marked.personal] {
            places.sort();
            places.dedup();
        }
        marked.personal.retain(|place| marked.secret.binary_search(place).is_err());
        marked
    }

    /// Whether a parameter is marked as a secret or as personal data.
    pub fn is_secret_parameter(&self, parameter: &Parameter) -> bool {
        let schema = self.resolve(parameter.schema.value());
        parameter.marked || mark_of(&schema).is_some()
    }

    /// Whether a property of this name is marked anywhere in the document. A parameter of its name holds the same.
    pub fn is_marked_name(&self, name: &str) -> bool {
        let Names(names) = self.marked_names.get_or_init(|| self.names());
        names.contains_key(name)
    }

    fn mark(&self, schema: &Value, value: &Value, pointer: String, marked: &mut Marked) {
        self.walk_from(schema, value, (pointer, "", true), &mut |Visit { pointer, schema, kind, value, .. }| {
            if let Some(mark) = mark_of(schema) {
                marked.add(mark, pointer);
                return false;
            }
            for alternative in &schema.alternatives {
                self.mark(alternative, value, pointer.clone(), marked);
            }
            match (kind, value) {
                (ValueKind::Object, Value::Object(map)) => {
                    for (name, part) in map.iter().filter(|(name, _)| schema.property(name).is_none()) {
                        self.mark_by_name(Some(name), part, member(pointer, name), marked);
                    }
                }
                (ValueKind::Map, Value::Object(_)) | (ValueKind::List, Value::Array(_)) => {}
                _ => self.mark_by_name(None, value, pointer.clone(), marked),
            }
            true
        });
    }

    /// Marks what no schema describes, by the names of its members.
    fn mark_by_name(&self, name: Option<&str>, value: &Value, pointer: String, marked: &mut Marked) {
        let Names(names) = self.marked_names.get_or_init(|| self.names());
        if let Some(mark) = name.and_then(|name| names.get(name)) {
            return marked.add(*mark, &pointer);
        }
        match value {
            Value::Object(map) => {
                for (name, part) in map {
                    self.mark_by_name(Some(name), part, member(&pointer, name), marked);
                }
            }
            Value::Array(items) => {
                for (part, index) in items.iter().zip(0..) {
                    self.mark_by_name(None, part, format!("{pointer}/{index}"), marked);
                }
            }
            _ => {}
        }
    }

    fn names(&self) -> Names {
        let mut names = Names::default();
        for schema in self.named.keys().filter_map(|name| self.named(name)).chain(self.webhooks.values()) {
            self.collect(schema.value(), &mut names);
        }
        for operation in &self.operations {
            let answers = operation.answers.iter().filter_map(|answer| answer.schema.as_ref());
            for schema in operation.body.iter().chain(answers) {
                self.collect(schema.value(), &mut names);
            }
            for parameter in operation.parameters.iter().filter(|parameter| self.is_secret_parameter(parameter)) {
                names.add(&parameter.name, Mark::Personal);
            }
        }
        names
    }

    fn collect(&self, schema: &Value, names: &mut Names) {
        subschemas(schema, &mut |keyword, within, part| {
            if let ("properties", Within::Part(name)) = (keyword, within)
                && let Some(mark) = mark_of(&self.resolve(part))
            {
                names.add(name, mark);
            }
            self.collect(part, names);
        });
    }
}

impl Marked {
    fn add(&mut self, mark: Mark, pointer: &str) {
        let places = match mark {
            Mark::Secret => &mut self.secret,
            Mark::Personal => &mut self.personal,
        };
        places.push(pointer.to_owned());
    }
}

impl Names {
    /// Adds a name. One that is a secret somewhere counts as a secret everywhere.
    fn add(&mut self, name: &str, mark: Mark) {
        let known = self.0.entry(name.to_owned()).or_insert(mark);
        *known = (*known).max(mark);
    }
}

fn mark_of(schema: &Resolved<'_>) -> Option<Mark> {
    match (schema.is_marked(SECRET), schema.is_marked(PERSONAL)) {
        (true, _) => Some(Mark::Secret),
        (false, true) => Some(Mark::Personal),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{contract_with, contract_with_schemas};
    use super::*;

    fn contract() -> Contract {
        contract_with_schemas(json!({
            "A": {"allOf": [{"$ref": "#/components/schemas/Part"}], "properties": {
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                "map": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Secret"}},
                "either": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Part"}, {"type": "array"}]},
                "own": {"type": "object", "x-imprint-personal": true, "properties": {"pan": {"type": "string"}}},
                "free": {"type": "object"},
            }},
            "Part": {"properties": {
                "pan": {"$ref": "#/components/schemas/Secret"},
                "email": {"type": "string", "x-imprint-personal": true},
                "plain": {"type": "string"},
            }},
            "Secret": {"type": "string", "x-imprint-secret": true},
        }))
    }

    fn places(value: Value) -> (Vec<String>, Vec<String>) {
        let contract = contract();
        let Marked { secret, personal } = contract.secret_places(contract.named("A").unwrap(), &value);
        (secret, personal)
    }

    fn texts(places: &[&str]) -> Vec<String> {
        places.iter().map(|place| (*place).to_owned()).collect()
    }

    #[test]
    fn marks_are_found_through_everything() {
        let value = json!({
            "pan": "1", "email": "e", "plain": "p", "list": [{"pan": "1"}, {"plain": "p"}], "map": {"a/b": "s"},
            "either": {"pan": "1", "email": "e"}, "own": {"pan": "1"},
        });
        let (secret, personal) = places(value);
        assert_eq!(secret, texts(&["/either/pan", "/list/0/pan", "/map/a~1b", "/pan"]));
        assert_eq!(personal, texts(&["/either/email", "/email", "/own"]));
    }

    #[test]
    fn where_the_schema_says_nothing_names_count() {
        let value = json!({
            "unknown": {"pan": "1", "inner": [{"email": "e"}]}, "free": {"pan": "1"}, "list": {"pan": "1"},
            "plain": {"pan": "1"},
        });
        let (secret, personal) = places(value);
        assert_eq!(secret, texts(&["/free/pan", "/list/pan", "/plain/pan", "/unknown/pan"]));
        assert_eq!(personal, texts(&["/unknown/inner/0/email"]));
        assert_eq!(places(json!([{"pan": "1"}])).0, texts(&["/0/pan"]));
    }

    #[test]
    fn the_marks_of_the_document_are_found() {
        let contract = Contract::shared();
        let of = |name: &str| {
            let schema = contract.named(name).unwrap();
            contract.secret_places(schema, &contract.compose(schema, super::super::PropertySet::All))
        };
        let method = of("PaymentMethod").secret;
        for place in ["/card/pci_details/pan", "/card/pci_details/cvv", "/bank_account/routing_number"] {
            assert!(method.iter().any(|found| found == place), "{place}: {method:?}");
        }
        assert!(!of("Customer").personal.is_empty());
        // A body that is wrong is searched by names.
        let schema = contract.operation("createSession").and_then(|operation| operation.body.as_ref()).unwrap();
        let marked = contract.secret_places(schema, &json!([{"card": {"pan": "4242"}}]));
        assert_eq!(marked.secret, ["/0/card/pan"]);
    }

    #[test]
    fn parameters_are_marked_by_themselves_or_by_their_schema() {
        let parameters = json!([
            {"name": "a", "in": "query", "schema": {"x-imprint-secret": true}},
            {"name": "b", "in": "query", "x-imprint-personal": true, "schema": {}},
            {"name": "c", "in": "query", "schema": {}},
        ]);
        let contract = contract_with(json!({"parameters": parameters}), json!({}));
        let parameters = &contract.operation("op").unwrap().parameters;
        let marked: Vec<_> = parameters.iter().map(|one| contract.is_secret_parameter(one)).collect();
        assert_eq!(marked, [true, true, false]);
    }
}
