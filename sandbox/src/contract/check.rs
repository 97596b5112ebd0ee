//! Compiles schemas for validation, each when it is first needed, and checks values against them.
//!
//! What all schemas refer to is compiled into one registry. A schema is added to it as a resource of its own, and the
//! validator is built from a schema that has a reference to this resource and nothing else. The reason is the time of
//! the first check: jsonschema validates the schema that it is given against the meta-schema of its draft, which cannot
//! be turned off. The validator for the meta-schema of 2020-12 takes three times as long to build as that of draft 7,
//! and a schema of one reference is valid in both. The schemas behind the reference are compiled by the rules of
//! 2020-12.

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use super::Contract;
use super::operation::{Operation, Parameter};
use super::references::target;
use super::resolve::Resolved;
use super::schema::Schema;
use super::validate::Conversion;
use super::violation::{self, Violation};

/// The names of resources in the registry. With this scheme, which is the default one of jsonschema, the validator does
/// not compute an absolute URI for each place.
const REFERENCED: &str = "json-schema:///referenced";
const CHECKED: &str = "json-schema:///checked";

/// A schema that is compiled for validation, or the reason why it cannot be.
pub(super) struct Checker(Result<Validator, String>);

impl Checker {
    pub fn is_valid(&self, value: &Value) -> bool {
        self.0.as_ref().is_ok_and(|validator| validator.is_valid(value))
    }

    fn violations(&self, value: &Value) -> Vec<Violation> {
        let validator = match &self.0 {
            Ok(validator) => validator,
            Err(reason) => return vec![Violation::new("", reason)],
        };
        violation::of(validator, value)
    }
}

impl Contract {
    /// What is wrong with a value, by a schema of this contract. Empty if nothing is.
    ///
    /// If the schema itself is invalid, such as one with a pattern that is no regular expression, there is one
    /// violation, of the value as a whole, that says so.
    pub fn check(&self, schema: &Schema, value: &Value) -> Vec<Violation> {
        schema.checker(|| self.compile(schema.value())).violations(value)
    }

    /// What is wrong with the body of a request. An operation that takes no JSON body refuses every one.
    pub fn check_body(&self, operation: &Operation, body: &Value) -> Vec<Violation> {
        match &operation.body {
            Some(schema) => self.check(schema, body),
            None => vec![Violation::new("", "is not taken by this operation")],
        }
    }

    /// The value of a parameter, read from its text by the type of its schema and then checked. The items of a list are
    /// separated by commas.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, if anything. The place is the name of the parameter.
    pub fn check_parameter(&self, parameter: &Parameter, text: &str) -> Result<Value, Violation> {
        let wrong = |what: &str| Violation::new(&parameter.name, what);
        let value = match parameter.is_json {
            true => serde_json::from_str(text).map_err(|_| wrong("has to be JSON"))?,
            false => self.parsed(&self.resolve(parameter.schema.value()), text).map_err(wrong)?,
        };
        match self.check(&parameter.schema, &value).into_iter().next() {
            None => Ok(value),
            Some(Violation { pointer, what }) => Err(Violation::new(format!("{}{pointer}", parameter.name), what)),
        }
    }

    /// Reads the text of a parameter by its type. The error says what it has to be.
    fn parsed(&self, schema: &Resolved<'_>, text: &str) -> Result<Value, &'static str> {
        match schema.kind() {
            Some("integer") => text.parse::<i64>().map(Value::from).map_err(|_| "has to be an integer"),
            Some("number") => {
                let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                number.map(Value::Number).ok_or("has to be a number")
            }
            Some("boolean") => text.parse::<bool>().map(Value::Bool).map_err(|_| "has to be true or false"),
            Some("array") => {
                let items = self.resolve(schema.items());
                let texts = text.split(',').filter(|_| !text.is_empty());
                let values: Result<Vec<_>, _> = texts.map(|text| self.parsed(&items, text)).collect();
                values.map(Value::Array).map_err(|_| "has an item of the wrong type")
            }
            _ => Ok(text.into()),
        }
    }

    /// Whether the value of a property is valid, by an object schema of this contract. Properties that the schema does
    /// not name are not.
    pub(super) fn is_valid_member(&self, schema: &Schema, name: &str, value: &Value) -> bool {
        let compile = || Some(self.compile(self.resolve(schema.value()).property(name)?));
        schema.member(name, compile).is_some_and(|checker| checker.is_valid(value))
    }

    fn compile(&self, schema: &Value) -> Checker {
        Checker(self.compiled(schema).map_err(|reason| format!("cannot be checked, the document is wrong: {reason}")))
    }

    fn compiled(&self, schema: &Value) -> Result<Validator, String> {
        let referenced = self.referenced.get_or_init(|| self.registry()).as_ref().map_err(Clone::clone)?;
        let plain = Conversion::new(self, &|reference| self.renamed(reference)).plain(schema);
        let checked = referenced.add(CHECKED, Draft::Draft202012.create_resource(plain));
        let registry = checked.and_then(|registry| registry.prepare()).map_err(|e| e.to_string())?;
        let options = jsonschema::options().with_draft(Draft::Draft7).with_registry(&registry).offline();
        options.should_validate_formats(true).build(&json!({"$ref": CHECKED})).map_err(|e| e.to_string())
    }

    /// What the references of the document point to, as one resource with a member for each reference.
    fn registry(&self) -> Result<Registry<'static>, String> {
        let rename = |reference: &str| self.renamed(reference);
        let mut conversion = Conversion::new(self, &rename);
        let targets = self.references.iter().zip(0..).filter_map(|(reference, position)| {
            Some((position.to_string(), conversion.plain(target(&self.document, reference)?)))
        });
        let resource = Draft::Draft202012.create_resource(Value::Object(targets.collect::<Map<_, _>>()));
        let registry = Registry::new().draft(Draft::Draft202012).add(REFERENCED, resource);
        registry.and_then(|registry| registry.prepare()).map_err(|e| e.to_string())
    }

    /// What a reference of the document is called in the registry.
    fn renamed(&self, reference: &str) -> Option<String> {
        let position = self.references.binary_search_by(|found| found.as_str().cmp(reference)).ok()?;
        Some(format!("{REFERENCED}#/{position}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::{contract_with, contract_with_schemas};
    use super::*;

    fn violations(schemas: Value, value: Value) -> Vec<(String, String)> {
        let contract = contract_with_schemas(schemas);
        let found = contract.check(contract.named("A").unwrap(), &value);
        found.into_iter().map(|one| (one.pointer, one.what)).collect()
    }

    fn one(schema: Value, value: Value) -> String {
        let found = violations(json!({"A": schema}), value);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].1.clone()
    }

    #[test]
    fn all_that_is_wrong_is_found_with_its_place() {
        let schemas = json!({
            "A": {"type": "object", "required": ["customer_id", "list"], "properties": {
                "customer_id": {"type": "string"},
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/B"}},
            }},
            "B": {"properties": {"n": {"type": "integer", "nullable": true}, "b": {"$ref": "#/components/schemas/B"}}},
        });
        let value = json!({"list": [{"n": null}, {"n": "x", "b": {"b": {"n": true}}}]});
        let mut found = violations(schemas.clone(), value);
        found.sort();
        let expected = [
            ("/customer_id", "is required"),
            ("/list/1/b/b/n", "has to be an integer or null"),
            ("/list/1/n", "has to be an integer or null"),
        ];
        assert_eq!(found, expected.map(|(pointer, what)| (pointer.to_owned(), what.to_owned())));
        assert!(violations(schemas, json!({"customer_id": "c", "list": []})).is_empty());
    }

    #[test]
    fn every_kind_of_violation_has_words_and_none_has_the_value() {
        let secret = "4242-secret";
        for (schema, value, what) in [
            (json!({"type": "integer"}), json!(secret), "has to be an integer"),
            (json!({"type": ["integer", "null"]}), json!(secret), "has to be an integer or null"),
            (json!({"type": "string"}), json!({secret: 1}), "has to be text"),
            (json!({"type": "object"}), json!([secret]), "has to be an object"),
            (json!({"type": "array"}), json!(secret), "has to be a list"),
            (json!({"type": "boolean"}), json!(secret), "has to be true or false"),
            (json!({"type": "number"}), json!(secret), "has to be a number"),
            (json!({"enum": ["A", "B"]}), json!(secret), "has to be one of A, B"),
            (json!({"const": 1}), json!(secret), "has to be 1"),
            (json!({"format": "email"}), json!(secret), "is not a well-formed email address"),
            (json!({"format": "date-time"}), json!(secret), "is not a time such as 2025-02-13T19:08:07Z"),
            (json!({"format": "date"}), json!(secret), "is not a date such as 2025-02-13"),
            (json!({"format": "uuid"}), json!(secret), "is not a well-formed UUID"),
            (json!({"format": "ipv4"}), json!(secret), "is not in the format ipv4"),
            (json!({"pattern": "^a+$"}), json!(secret), "has to match the pattern ^a+$"),
            (json!({"minimum": 9}), json!(4), "has to be at least 9"),
            (json!({"maximum": 3}), json!(4), "has to be at most 3"),
            (json!({"exclusiveMinimum": 9}), json!(4), "has to be greater than 9"),
            (json!({"exclusiveMaximum": 3}), json!(4), "has to be less than 3"),
            (json!({"multipleOf": 3}), json!(4), "has to be a multiple of 3"),
            (json!({"minLength": 20}), json!(secret), "has to have at least 20 characters"),
            (json!({"maxLength": 1}), json!(secret), "has to have at most 1 character"),
            (json!({"minItems": 2}), json!([secret]), "has to have at least 2 items"),
            (json!({"maxItems": 0}), json!([secret]), "has to have at most 0 items"),
            (json!({"minProperties": 2}), json!({"a": secret}), "has to have at least 2 fields"),
            (json!({"maxProperties": 0}), json!({"a": secret}), "has to have at most 0 fields"),
            (json!({"uniqueItems": true}), json!([secret, secret]), "has the same item twice"),
            (json!({"contains": {"type": "null"}}), json!([secret]), "lacks an item that the document demands"),
            (json!({"not": {}}), json!(secret), "has a form that the document excludes"),
            (json!({"additionalProperties": false}), json!({"a": secret}), "has a field, and the document allows none"),
            (
                json!({"additionalProperties": false, "properties": {"b": {}}}),
                json!({"a": secret}),
                "is not a known field",
            ),
            (json!({"oneOf": [{}, true]}), json!(secret), "has more than one of the forms of which it may have one"),
            (json!({"anyOf": [{"type": "null"}, {"type": "integer"}]}), json!(secret), "has to be an integer or null"),
            (
                json!({"anyOf": [{"const": 1}, {"const": 2}]}),
                json!(secret),
                "has none of the forms that the document allows here",
            ),
        ] {
            assert_eq!(one(schema, value), what);
        }
    }

    #[test]
    fn what_is_wrong_within_the_only_fitting_alternative_is_said() {
        let schemas = json!({
            "A": {"properties": {"b": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true}}},
            "B": {"type": "object", "required": ["id"]  , "properties": {"id": {"type": "string"}}},
        });
        assert_eq!(violations(schemas, json!({"b": {}})), [("/b/id".to_owned(), "is required".to_owned())]);
    }

    #[test]
    fn a_schema_that_cannot_be_compiled_is_said_to_be_wrong() {
        for schema in [json!({"pattern": "("}), json!({"properties": {"a": {"minimum": "x"}}}), json!({"required": 1})]
        {
            let what = one(schema.clone(), json!({"a": 1}));
            assert!(what.starts_with("cannot be checked, the document is wrong: "), "{schema}: {what}");
        }
    }

    #[test]
    fn schemas_are_compiled_by_the_rules_of_2020_12() {
        // In draft 7 what stands beside a reference is ignored.
        let schemas = json!({"A": {"$ref": "#/components/schemas/B", "maxLength": 1}, "B": {"type": "string"}});
        assert_eq!(violations(schemas, json!("ab")).len(), 1);
        assert_eq!(one(json!({"prefixItems": [{"type": "null"}]}), json!([1])), "has to be null");
    }

    #[test]
    fn parameters_are_read_by_their_type() {
        let parameter = |schema: Value| json!({"name": "p", "in": "query", "schema": schema});
        let by_content =
            json!({"name": "p", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}});
        let check = |parameter: Value, text: &str| {
            let contract = contract_with(json!({"parameters": [parameter]}), json!({}));
            contract.check_parameter(&contract.operation("op").unwrap().parameters[0], text)
        };
        let limit = parameter(json!({"type": "integer", "minimum": 1}));
        assert_eq!(check(limit.clone(), "10"), Ok(json!(10)));
        assert_eq!(check(limit.clone(), "ten"), Err(Violation::new("p", "has to be an integer")));
        assert_eq!(check(limit.clone(), "1.5"), Err(Violation::new("p", "has to be an integer")));
        assert_eq!(check(limit, "0"), Err(Violation::new("p", "has to be at least 1")));
        assert_eq!(check(parameter(json!({"type": "string"})), "7"), Ok(json!("7")));
        assert_eq!(check(parameter(json!({"type": "boolean"})), "true"), Ok(json!(true)));
        assert_eq!(check(parameter(json!({"type": "boolean"})), "1").unwrap_err().what, "has to be true or false");
        assert_eq!(check(parameter(json!({"type": "number"})), "1.5"), Ok(json!(1.5)));
        assert_eq!(check(parameter(json!({"type": "number"})), "NaN").unwrap_err().what, "has to be a number");
        let list = parameter(json!({"type": "array", "items": {"type": "integer", "maximum": 9}}));
        assert_eq!(check(list.clone(), "1,2"), Ok(json!([1, 2])));
        assert_eq!(check(list.clone(), ""), Ok(json!([])));
        assert_eq!(check(list.clone(), "1,x").unwrap_err().what, "has an item of the wrong type");
        assert_eq!(check(list, "1,10").unwrap_err().dotted(), "p[1]");
        assert_eq!(check(by_content.clone(), "{\"a\":1}"), Ok(json!({"a": 1})));
        assert_eq!(check(by_content, "{").unwrap_err().what, "has to be JSON");
    }

    #[test]
    fn a_body_where_none_is_declared_is_refused() {
        let contract = contract_with(json!({}), json!({}));
        let operation = contract.operation("op").unwrap();
        assert_eq!(contract.check_body(operation, &json!({}))[0].dotted(), "body");
    }

    #[test]
    fn the_bodies_of_all_operations_are_checked() {
        let contract = Contract::shared();
        let mut checked = 0;
        for operation in contract.operations() {
            let Some(schema) = &operation.body else { continue };
            let body = contract.compose(schema, super::super::PropertySet::All);
            assert_eq!(contract.check_body(operation, &body), [], "{}", operation.id);
            assert_ne!(contract.check_body(operation, &json!(7)), [], "{}", operation.id);
            checked += 1;
        }
        assert!(checked > 10);
    }
}
