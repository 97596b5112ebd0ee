//! What documents write loosely, and references of other forms.

use serde_json::{Value, json};

use super::{
    A, Case, ONE, S, at, case, document, json_body, lower, object, operation, properties, reference, schema, text,
};
use crate::build::lower::unions;

/// An object with a property that refers to `T`, in a document of OpenAPI 3.0.
fn of_3_0(property: Value) -> Value {
    let mut document =
        document(json!({"T": properties(json!({"x": text()})), "S": properties(json!({"a": property}))}), json!({}));
    document["openapi"] = json!("3.0.3");
    document
}

/// Two operations: one answers a list, the other something that has such a list.
fn lists() -> Value {
    let mut document = document(
        json!({"Pets": properties(json!({"data": {"type": "array", "items": text()}})), "S": properties(json!({"a": reference("Pets")}))}),
        json!({}),
    );
    document["paths"]["/one"] =
        json!({"get": {"operationId": "one", "responses": {"200": json_body(reference("Pets"))}}});
    document
}

pub fn cases() -> Vec<Case> {
    let rule = "name what references lead to";
    let mut deep = object(json!({"$ref": "#/components/schemas/S/$defs/P"}));
    deep["components"]["schemas"]["S"]["$defs"] = json!({"P": properties(json!({"q": {"$ref": "#/definitions/Y"}}))});
    deep["definitions"] = json!({"Y": properties(json!({"r": text()}))});
    let named = |name: &str, reference: &str| {
        let schemas =
            json!({name: properties(json!({"x": text()})), "S": properties(json!({"a": {"$ref": reference}}))});
        let mut document =
            operation(json!({"responses": {"200": json_body(json!({"$ref": "#/components/schemas/S"}))}}));
        document["paths"].as_object_mut().unwrap().remove("/keep");
        document["components"]["schemas"] = schemas;
        document
    };
    let null = document(
        json!({"Nothing": {"const": null}, "S": properties(json!({"a": {"oneOf": [text(), reference("Nothing")]}}))}),
        json!({}),
    );
    let patterns = json!({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false});
    let pair = json!({"type": "array", "prefixItems": [{"type": "integer"}, text()], "items": false});
    let condition = json!({"properties": {"b": text()}, "not": {"required": ["b"]}, "if": {"properties": {"b": {"const": "x"}}}, "then": {"required": ["b"]}});
    let any = json!({});
    vec![
        case("read what is missing as any value", object(json!(true)), A, any.clone()),
        case("read what is missing as any value", object(json!(null)), A, any.clone()),
        case(
            "read what is missing as any value",
            object(json!({"type": "array", "items": true})),
            A,
            json!({"type": "array", "items": {}}),
        ),
        case(
            "drop `required` that is a boolean",
            object(json!({"type": "integer", "required": true})),
            A,
            json!({"type": "integer"}),
        ),
        case(
            "remove what gives a reference no other shape",
            of_3_0(
                json!({"$ref": "#/components/schemas/T", "type": "string", "properties": {"x": {"type": "integer"}}}),
            ),
            A,
            reference("T"),
        ),
        case(
            "read patterns as maps and lists",
            object(patterns),
            A,
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        ),
        case("read patterns as maps and lists", object(pair), A, json!({"type": "array", "items": {}})),
        case(rule, deep.clone(), A, reference("SP")),
        case(rule, deep, "/components/schemas/SP/properties/q", reference("Y")),
        case(rule, named("List<Foo>", "#/components/schemas/List%3CFoo%3E"), A, reference("List<Foo>")),
        case(rule, named("a/b", "#/components/schemas/a~1b"), "/components/schemas/AB/properties/x", text()),
        case("write what is only null in one way", null.clone(), format!("{A}/nullable"), json!(true)),
        case("write what is only null in one way", null, format!("{A}/type"), json!("string")),
        case(
            "write what is only null in one way",
            object(json!({"anyOf": [{"type": "integer"}, {"type": ["null"]}]})),
            A,
            json!({"type": "integer", "nullable": true}),
        ),
        // Without quotation marks, as YAML reads it.
        case(
            "read what is missing as any value",
            object(json!({"anyOf": [text(), {"type": null}]})),
            A,
            json!({"type": "string", "nullable": true}),
        ),
        case(
            "read patterns as maps and lists",
            object(json!({"type": "object", "patternProperties": {"^S_": text()}, "additionalProperties": true})),
            format!("{A}/additionalProperties"),
            any.clone(),
        ),
        case(
            "leave out cookies that may be left out",
            operation(json!({"parameters": [{"name": "c", "in": "cookie", "schema": text()}]})),
            format!("{ONE}/parameters"),
            json!([]),
        ),
        case("let null be any value", object(json!({"enum": [null]})), A, json!({"nullable": true})),
        case("remove conditions that only validate", object(condition), A, properties(json!({"b": text()}))),
        case(
            "write enum values as tokens",
            object(json!({"type": "integer", "enum": ["1", "2"]})),
            A,
            json!({"type": "integer"}),
        ),
        case(
            "keep lists that are answers apart",
            lists(),
            format!("{ONE}/responses/2XX/content/application~1json/schema"),
            reference("PetsAnswer"),
        ),
        // The other rules of this topic.
        case(
            "merge allOf",
            document(
                json!({
                    "N": {"type": "object", "properties": {"q": text()}, "nullable": true},
                    "S": properties(json!({"a": {"allOf": [reference("N"), {"properties": {"z": text()}}]}})),
                }),
                json!({}),
            ),
            format!("{A}/nullable"),
            json!(true),
        ),
        case("settle unions", object(json!({"anyOf": [text(), {}]})), A, json!({})),
        case("name ids", without_schemas(), format!("{ONE}/parameters/0/schema"), reference("CustomerId")),
        case("require nothing of the other direction", read_only(), format!("{S}/required"), json!(["name"])),
    ]
}

/// An id in a document that has no schemas.
fn without_schemas() -> Value {
    let mut document = operation(json!({"parameters": [{"name": "customer_id", "in": "query", "schema": text()}]}));
    document["paths"].as_object_mut().unwrap().remove("/keep");
    document.as_object_mut().unwrap().remove("components");
    document
}

/// A body with a property that refers to what only answers have.
fn read_only() -> Value {
    let mut document = operation(json!({"requestBody": json_body(reference("S"))}));
    document["paths"].as_object_mut().unwrap().remove("/keep");
    let required = json!(["audit", "name"]);
    document["components"]["schemas"] = json!({
        "S": {"type": "object", "required": required, "properties": {"audit": reference("Audit"), "name": text()}},
        "Audit": {"type": "object", "readOnly": true, "properties": {"by": text()}},
    });
    document
}

/// The variants of a schema, each with its values.
fn variants(document: Value, name: &str) -> Vec<(String, Vec<String>)> {
    let lowered = lower(document).unwrap_or_else(|problem| panic!("{problem}"));
    let unions::Union { variants, .. } =
        lowered.unions.get(name).cloned().unwrap_or_else(|| panic!("no union: {:?}", lowered.unions));
    variants.into_iter().map(|variant| (variant.name, variant.values)).collect()
}

fn said(variants: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    variants.iter().map(|(name, values)| (name.to_string(), texts(values))).collect()
}

#[test]
fn what_maps_values_to_schemas_names_them_as_references_do() {
    let mut by_mapping = object(json!({
        "oneOf": [{"$ref": "#/components/schemas/S/$defs/Cat"}, {"$ref": "#/components/schemas/S/$defs/Dog"}],
        "discriminator": {"propertyName": "t", "mapping": {
            "cat": "#/components/schemas/S/$defs/Cat", "dog": "#/components/schemas/S/$defs/Dog",
        }},
    }));
    let animal = |property: &str| properties(json!({"t": text(), property: text()}));
    by_mapping["components"]["schemas"]["S"]["$defs"] = json!({"Cat": animal("purrs"), "Dog": animal("barks")});
    assert_eq!(variants(by_mapping, "S_a"), said(&[("SCat", &["cat"]), ("SDog", &["dog"])]));
}

#[test]
fn the_values_of_a_base_may_be_in_a_schema_of_their_own() {
    let values = json!({"type": "string", "enum": ["card", "sepa"]});
    let inline = variants(base(values.clone(), json!({}), reference("P")), "P");
    for kind in [reference("Kind"), json!({"allOf": [reference("Kind")], "description": "d"})] {
        let mut named = base(kind, json!({}), reference("P"));
        named["components"]["schemas"]["Kind"] = values.clone();
        assert_eq!(variants(named, "P"), inline);
    }
}

#[test]
fn a_condition_that_describes_a_property_is_not_lost_beside_others() {
    let with = |one: Value, other: Value| {
        let condition = |then: Value| json!({"if": {"required": ["a"]}, "then": then});
        let whole = properties(json!({"a": text(), "b": properties(json!({"c": text()}))}));
        lower(schema(json!({"allOf": [whole, condition(one), condition(other)]})))
    };
    let (validates, describes) = (json!({"required": ["b"]}), properties(json!({"extra": text()})));
    let within = properties(json!({"b": properties(json!({"new": text()}))}));
    assert!(with(validates.clone(), properties(json!({"b": properties(json!({"c": text()}))}))).is_ok());
    for describes in [describes, within] {
        assert!(with(describes.clone(), validates.clone()).is_err());
        assert!(with(validates.clone(), describes).is_err());
    }
}

/// A base `P` with this property `kind`, and two schemas that are made of it; `S` is this.
fn base(kind: Value, mapping: Value, s: Value) -> Value {
    let made = |property: &str| json!({"allOf": [reference("P"), properties(json!({property: text()}))]});
    let mut p = properties(json!({ "kind": kind }));
    p["discriminator"] = json!({"propertyName": "kind", "mapping": mapping});
    document(json!({"P": p, "CardP": made("pan4"), "SepaP": made("iban"), "S": s}), json!({}))
}

#[test]
fn what_tells_apart_the_schemas_of_a_base_is_what_the_base_says() {
    let union = json!({"oneOf": [reference("CardP"), reference("SepaP")]});
    let mapping = json!({"card": "CardP", "sepa": "#/components/schemas/SepaP"});
    let document = base(text(), mapping.clone(), union.clone());
    assert_eq!(variants(document.clone(), "S"), said(&[("CardP", &["card"]), ("SepaP", &["sepa"])]));
    assert_eq!(variants(document, "P"), said(&[("PBase", &[]), ("CardP", &["card"]), ("SepaP", &["sepa"])]));
    // The values that are listed are not the names of the schemas.
    let listed = json!({"type": "string", "enum": ["card", "sepa"]});
    assert_eq!(
        variants(base(listed.clone(), json!({}), json!({})), "P"),
        said(&[("PBase", &[]), ("CardP", &[]), ("SepaP", &[])])
    );
    let listed = json!({"type": "string", "enum": ["CardP", "sepa"]});
    assert_eq!(variants(base(listed, mapping, union), "S"), said(&[("CardP", &["card"]), ("SepaP", &["sepa"])]));
}

#[test]
fn a_mapping_may_name_files_and_leave_out_values_that_a_schema_lists() {
    let kind = |values: Value| properties(json!({"t": {"type": "string", "enum": values}}));
    let union = |mapping: Value| json!({"oneOf": [reference("Cat"), reference("Dog")], "discriminator": {"propertyName": "t", "mapping": mapping}});
    let of = |cat: Value, dog: Value, mapping: Value| {
        document(json!({"Cat": cat, "Dog": dog, "S": union(mapping)}), json!({}))
    };
    let listed = of(kind(json!(["cat"])), kind(json!(["dog", "wolf"])), json!({"cat": "Cat", "dog": "Dog"}));
    assert_eq!(variants(listed, "S"), said(&[("Cat", &["cat"]), ("Dog", &["dog", "wolf"])]));
    let dog = properties(json!({"t": text(), "b": text()}));
    let files = of(
        properties(json!({"t": text()})),
        dog,
        json!({"one": "Cat.yaml", "two": "./models/Dog.json", "three": "Gone"}),
    );
    assert_eq!(variants(files, "S"), said(&[("Cat", &["one"]), ("Dog", &["two"])]));
}

#[test]
fn numbers_and_booleans_tell_apart_as_texts_do() {
    let kind = |value: Value| properties(json!({"code": {"const": value}, "a": text()}));
    let union = json!({"oneOf": [kind(json!(1)), kind(json!(-2)), kind(json!(true))]});
    assert_eq!(variants(schema(union), "S"), said(&[("V1", &["1"]), ("Minus2", &["-2"]), ("True", &["true"])]));
}

#[test]
fn a_reference_that_leads_nowhere_is_still_refused() {
    let problem = lower(object(json!({"$ref": "#/components/schemas/Gone/properties/x"}))).unwrap_err().to_string();
    assert!(problem.contains("does not resolve"), "{problem}");
}

#[test]
fn names_that_are_unmistakable_are_those_of_secrets() {
    let list = json!({"type": "array", "items": text()});
    let document =
        schema(properties(json!({"secret": text(), "secrets": list, "password": text(), "has": {"type": "boolean"}})));
    let lowered = lower(document).unwrap();
    for (place, format) in [("secret", "password"), ("password", "password"), ("secrets/items", "password")] {
        assert_eq!(at(&lowered, &format!("{S}/properties/{place}/format")), json!(format), "{place}");
    }
    // A flag tells whether there is one.
    let flag = lower(object(properties(json!({"secret": {"type": "boolean"}})))).unwrap();
    assert_eq!(at(&flag, &format!("{A}/properties/secret")), json!({"type": "boolean"}));
}
