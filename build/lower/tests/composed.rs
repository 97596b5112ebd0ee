//! What is made of several schemas: `allOf`, unions, references with something beside them, and the names of types.

use serde_json::{Value, json};

use super::{A, Case, S, at, case, document, json_body, lower, object, operation, properties, reference, schema, text};
use crate::build::lower::{normal, unions};

/// A document with a base `B` and a schema `S` with this `allOf`.
fn all_of(parts: Value) -> Value {
    let base = json!({"type": "object", "title": "b", "description": "The base.", "required": ["a"], "properties": {
        "a": text(), "kind": {"type": "string", "enum": ["X", "Y"]},
    }});
    document(json!({"B": base, "S": {"allOf": parts}}), json!({}))
}

/// Two shapes with the tag `kind`, and a property `a` that is one of them.
fn tagged(union: Value) -> Value {
    let kind = |value: &str| properties(json!({"kind": {"type": "string", "enum": [value]}, "x": text()}));
    let schemas = json!({"Card": kind("card"), "Bank": kind("bank"), "S": properties(json!({"a": union}))});
    document(schemas, json!({}))
}

/// A base `Pet`, which a discriminator leads from, three schemas that are made of it, one of them by another, and a property `a` that
/// is one of them.
fn base(mapping: Option<Value>) -> Value {
    let mut discriminator = json!({"propertyName": "kind"});
    if let Some(mapping) = mapping {
        discriminator["mapping"] = mapping;
    }
    let pet = json!({"type": "object", "discriminator": discriminator, "properties": {"kind": text(), "name": text()}});
    let made_of = |base: &str, more: Value| json!({"allOf": [reference(base), properties(more)]});
    document(
        json!({
            "Pet": pet,
            "Cat": made_of("Pet", json!({"claws": {"type": "integer"}})),
            "Dog": made_of("Pet", json!({"tail": text(), "kind": {"enum": ["dog"]}})),
            "Lion": made_of("Cat", json!({"mane": text()})),
            "S": properties(json!({"a": reference("Pet")})),
        }),
        json!({}),
    )
}

/// One operation that takes and answers a schema in which one direction requires what the other does not have.
fn directions() -> Value {
    let mut both = operation(json!({
        "requestBody": json_body(reference("S")),
        "responses": {"200": json_body(reference("S"))},
    }));
    both["components"]["schemas"]["S"] = json!({
        "type": "object",
        "required": ["id", "name", "pin_code"],
        "properties": {"id": {"type": "string", "readOnly": true}, "name": text(), "pin_code": {"type": "string", "writeOnly": true}},
    });
    both
}

pub fn cases() -> Vec<Case> {
    let loan = json!({"title": "Thing", "type": "object", "properties": {"rate": text()}});
    let card = json!({"title": "Thing", "type": "object", "properties": {"network": text()}});
    let named = document(
        json!({"foo_bar": properties(json!({"a": text()})), "FooBar": properties(json!({"b": text()}))}),
        json!({}),
    );
    let union = json!({"oneOf": [reference("Card"), reference("Bank")]});
    vec![
        case(
            "say the type that keywords imply",
            object(json!({"properties": {"b": text()}})),
            format!("{A}/type"),
            json!("object"),
        ),
        case("say the type that keywords imply", object(json!({"enum": [1, 2]})), A, json!({"type": "integer"})),
        case(
            "rewrite type lists with null",
            object(json!({"type": ["string", "integer", "null"]})),
            format!("{A}/nullable"),
            json!(true),
        ),
        case(
            "merge allOf",
            all_of(json!([reference("B"), {"required": ["kind"]}])),
            format!("{S}/required"),
            json!(["a", "kind"]),
        ),
        case(
            "merge allOf",
            all_of(json!([reference("B"), properties(json!({"b": text()}))])),
            format!("{S}/properties/b"),
            text(),
        ),
        case(
            "merge allOf",
            all_of(json!([reference("B"), properties(json!({"kind": {"enum": ["Y"]}}))])),
            format!("{S}/properties/kind/enum"),
            json!([super::token("Y")]),
        ),
        case(
            "merge allOf",
            object(json!({"allOf": [properties(json!({"b": text()}))], "required": ["b"]})),
            format!("{A}/required"),
            json!(["b"]),
        ),
        case(
            "remove unions that only validate",
            object(
                json!({"type": "object", "properties": {"b": text(), "c": text()}, "oneOf": [{"required": ["b"]}, {"required": ["c"]}]}),
            ),
            format!("{A}/properties/c"),
            text(),
        ),
        case("write bases as unions", base(None), "/components/schemas/Pet/properties/v1", reference("Cat")),
        case("require nothing of the other direction", directions(), format!("{S}/required"), json!(["name"])),
        case(
            "settle unions",
            tagged(json!({"anyOf": [text(), {"type": "string", "enum": ["X"]}]})),
            format!("{A}/enum"),
            json!([super::token("X")]),
        ),
        case(
            "settle unions",
            object(json!({"oneOf": [{"type": "integer"}, {"type": "number"}]})),
            A,
            json!({"type": "number"}),
        ),
        case("write unions as objects", tagged(union.clone()), format!("{A}/properties/v1"), reference("Bank")),
        case(
            "name inline types",
            document(json!({"S": properties(json!({"a": loan, "b": card}))}), json!({})),
            "/components/schemas/S_b/properties/network",
            text(),
        ),
        case("keep types of one name apart", named, "/components/schemas/foo_bar2/properties/a", text()),
        case(
            "mark secrets",
            document(
                json!({"S": properties(json!({"client_secret": {"oneOf": [text(), {"type": "integer"}]}}))}),
                json!({}),
            ),
            "/components/schemas/S/properties/client_secret/properties/v0",
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "remove limits",
            object(json!({"type": "object", "propertyNames": {"pattern": "x"}, "additionalProperties": text()})),
            A,
            json!({"type": "object", "additionalProperties": text()}),
        ),
    ]
}

/// The union that the property `a` of `S` is.
fn union_of(document: Value) -> unions::Union {
    let lowered = lower(document).unwrap_or_else(|problem| panic!("{problem}"));
    lowered.unions.get("S_a").cloned().unwrap_or_else(|| panic!("no union: {:?}", lowered.unions))
}

fn said(union: &unions::Union) -> Vec<(&str, Vec<&str>)> {
    union
        .variants
        .iter()
        .map(|variant| (variant.name.as_str(), variant.values.iter().map(String::as_str).collect()))
        .collect()
}

#[test]
fn a_base_is_the_union_of_what_is_made_of_it() {
    let union = |mapping| {
        let lowered = lower(base(mapping)).unwrap_or_else(|problem| panic!("{problem}"));
        let union = lowered.unions.get("Pet").cloned().unwrap_or_else(|| panic!("no union: {:?}", lowered.unions));
        assert_eq!(union.tag.as_deref(), Some("kind"));
        (union, lowered.document["components"]["schemas"].clone())
    };
    // The value is the name of the schema, unless the schema itself says another one.
    let (pet, schemas) = union(None);
    assert_eq!(said(&pet), [("PetBase", vec![]), ("Cat", vec!["Cat"]), ("Dog", vec!["dog"]), ("Lion", vec!["Lion"])]);
    let names = |schema: &str| schemas[schema]["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names("Lion"), ["claws", "kind", "mane", "name"]);
    // A mapping decides. It may lead to the base itself, which is also what has a value that nobody knows.
    let (pet, schemas) = union(Some(json!({"c": "Cat", "any": "#/components/schemas/Pet", "l": "Lion"})));
    assert_eq!(said(&pet), [("PetBase", vec![]), ("Cat", vec!["c"]), ("Dog", vec!["dog"]), ("Lion", vec!["l"])]);
    assert_eq!(schemas["PetBase"]["properties"].as_object().unwrap().len(), 2);
    // A base of which nothing is made stays what it is.
    let schemas = base(None)["components"]["schemas"].clone();
    let alone = document(json!({"Pet": schemas["Pet"], "S": schemas["S"]}), json!({}));
    let lowered = lower(alone).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(lowered.unions.is_empty());
    assert_eq!(lowered.document["components"]["schemas"]["Pet"]["properties"].as_object().unwrap().len(), 2);
}

#[test]
fn what_tells_the_variants_of_a_union_apart_is_found() {
    let members = json!([reference("Card"), reference("Bank")]);
    // By the values that each has of a property; by a mapping; by the names of schemas.
    let union = union_of(tagged(json!({"oneOf": members})));
    assert_eq!(
        (union.tag.as_deref(), said(&union)),
        (Some("kind"), vec![("Card", vec!["card"]), ("Bank", vec!["bank"])])
    );
    let mapping = json!({"debit": "#/components/schemas/Card", "credit": "Card", "iban": "Bank"});
    let union = union_of(tagged(json!({"oneOf": members, "discriminator": {"propertyName": "x", "mapping": mapping}})));
    let expected = vec![("Card", vec!["credit", "debit"]), ("Bank", vec!["iban"])];
    assert_eq!((union.tag.as_deref(), said(&union)), (Some("x"), expected));
    // Where the type does not keep the value, there is a variant for each.
    let union = union_of(tagged(json!({"oneOf": members, "discriminator": {"propertyName": "y", "mapping": mapping}})));
    let expected = vec![("Credit", vec!["credit"]), ("Debit", vec!["debit"]), ("Bank", vec!["iban"])];
    assert_eq!((union.tag.as_deref(), said(&union)), (Some("y"), expected));
    let union = union_of(tagged(json!({"anyOf": members, "discriminator": {"propertyName": "x"}})));
    assert_eq!((union.tag.as_deref(), said(&union)), (Some("x"), vec![("Card", vec!["Card"]), ("Bank", vec!["Bank"])]));
    let union = union_of(tagged(json!({"anyOf": [reference("Card"), text(), {"type": "integer"}, {"type": "null"}]})));
    assert_eq!(
        (union.tag.as_deref(), said(&union)),
        (None, vec![("Card", vec![]), ("Text", vec![]), ("Integer", vec![])])
    );
}

#[test]
fn a_union_within_a_union_is_spread_and_what_stands_beside_is_part_of_each_variant() {
    let mut document = tagged(json!({"oneOf": [reference("Both"), text()], "nullable": true}));
    document["components"]["schemas"]["Both"] = json!({
        "oneOf": [reference("Card"), reference("Bank")], "type": "object", "properties": {"id_of_both": text()},
    });
    let lowered = lower(document).unwrap();
    let union = &lowered.unions["S_a"];
    assert_eq!(said(union).iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Card", "Bank", "Text"]);
    let object = &lowered.document["components"]["schemas"]["S_a"]["properties"];
    let card = object["v0"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    let properties = lowered.document["components"]["schemas"][card]["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["id_of_both", "kind", "x"]);
}

#[test]
fn inline_types_of_one_shape_are_one_type() {
    let thing = json!({"title": "Thing", "type": "object", "properties": {"rate": text()}});
    let mut other = thing.clone();
    other["description"] = json!("Another one.");
    let lowered = lower(document(json!({"S": properties(json!({"a": thing, "b": other}))}), json!({}))).unwrap();
    for property in ["a", "b"] {
        let schema = &lowered.document["components"]["schemas"]["S"]["properties"][property];
        let target = schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str());
        assert_eq!(target, Some("#/components/schemas/Thing"), "{schema}");
    }
}

/// A comparison of two documents starts from the normal form, and sees no change where an object is split into an `allOf`.
#[test]
fn an_all_of_says_the_same_as_what_it_is_merged_into() {
    let whole = properties(json!({"a": text(), "b": {"type": "integer"}}));
    let one = document(json!({"S": whole}), json!({}));
    let mut other = document(
        json!({"S": {"allOf": [reference("Base"), properties(json!({"b": {"type": "integer"}}))]}}),
        json!({}),
    );
    other["components"]["schemas"]["Base"] = properties(json!({"a": text()}));
    let normal = |document: Value| normal(document).unwrap()["components"]["schemas"]["S"].clone();
    assert_eq!(normal(one), normal(other));
}

#[test]
fn words_are_those_of_the_schema_itself() {
    let described = |parts: Value| at(&lower(all_of(parts)).unwrap(), &format!("{S}/description"));
    assert_eq!(described(json!([reference("B"), {"required": ["kind"]}])), json!("The base."));
    let own = json!({"description": "Its own.", "type": "object", "properties": {"b": text()}});
    assert_eq!(described(json!([own, reference("B")])), json!("Its own."));
}

/// What nobody uses, and what only errors use, stops nothing.
#[test]
fn what_nobody_uses_is_not_refused() {
    let bad = json!({"not": {"type": "string"}, "$ref": "#/components/schemas/Gone"});
    let mut document = schema(properties(json!({"a": text()})));
    document["components"]["schemas"]["Unused"] = bad.clone();
    document["components"]["schemas"]["Contradiction"] = json!({"allOf": [{"type": "string"}, {"type": "integer"}]});
    document["paths"]["/keep"]["get"]["responses"]["404"] = json_body(bad);
    let lowered = lower(document).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(at(&lowered, "/components/schemas/Unused"), Value::Null);
}
