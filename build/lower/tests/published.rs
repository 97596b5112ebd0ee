//! The marks of the published document, one small document for each way in which a place can have one.

use serde_json::{Value, json};

use super::{document, json_body, lower, named, schema};
use crate::build::{lower::published::published, walk};

/// The pointers to the places with a mark that is true, in the order of the document; without the places by which
/// `document` uses each schema.
fn marked(document: &Value, mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk::schemas_anywhere(&mut published(document).unwrap(), &mut |schema, place| {
        if schema[mark] == json!(true) && !place.pointer.contains("/uses ") {
            found.push(place.pointer.clone());
        }
        Ok(())
    })
    .unwrap();
    found
}

fn secrets(document: &Value) -> Vec<String> {
    marked(document, "x-imprint-secret")
}

fn personal(document: &Value) -> Vec<String> {
    marked(document, "x-imprint-personal")
}

fn of_s(property: &str) -> String {
    format!("/components/schemas/S/properties/{property}")
}

/// The marks are where lowering finds them as well.
fn assert_lowered(document: &Value, secrets: &[String], personal: &[String]) {
    let marks = lower(document.clone()).unwrap().marks;
    for (marks, expected) in [(marks.secrets, secrets), (marks.personal, personal)] {
        assert_eq!(marks.into_iter().map(|mark| mark.pointer).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_name_makes_a_secret_and_the_schema_keeps_what_it_says() {
    let document = named("ssn", json!({"type": "string", "minLength": 9}));
    assert_eq!(secrets(&document), [of_s("ssn")]);
    assert_eq!(personal(&document), [""; 0]);
    let schema = published(&document).unwrap().pointer(&of_s("ssn")).cloned();
    assert_eq!(schema, Some(json!({"type": "string", "minLength": 9, "x-imprint-secret": true})));
    assert_lowered(&document, &[of_s("ssn")], &[]);
}

#[test]
fn a_name_makes_personal_data_whatever_its_type() {
    for schema in [
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "string", "enum": ["A"]}),
        json!({"type": "object"}),
    ] {
        let document = named("email", schema);
        assert_eq!(personal(&document), [of_s("email")], "{document}");
        assert_lowered(&document, &[], &[of_s("email")]);
    }
}

#[test]
fn a_mark_of_the_document_decides() {
    for (name, schema) in [
        ("ssn", json!({"type": "string", "x-imprint-secret": false})),
        ("city", json!({"type": "string", "x-imprint-personal": false})),
    ] {
        let document = named(name, schema.clone());
        assert_eq!((secrets(&document), personal(&document)), (vec![], vec![]));
        assert_eq!(published(&document).unwrap().pointer(&of_s(name)), Some(&schema), "a false mark stays");
    }
    let document = named("a", json!({"type": "string", "x-imprint-secret": true}));
    assert_eq!(secrets(&document), [of_s("a")]);
    let document = named("a", json!({"type": "string", "x-imprint-personal": true}));
    assert_eq!(personal(&document), [of_s("a")]);
}

#[test]
fn of_a_list_or_map_of_scalars_the_place_is_marked_and_not_its_values() {
    for (name, schema) in [
        ("tokens", json!({"type": "array", "items": {"type": "string"}})),
        ("tokens", json!({"type": ["array", "null"], "items": {"type": "string"}})),
        ("token", json!({"type": "object", "additionalProperties": {"type": "string"}})),
    ] {
        let document = named(name, schema);
        assert_eq!(secrets(&document), [of_s(name)], "{document}");
        assert_lowered(&document, &[of_s(name)], &[]);
    }
    for (name, schema, values) in [
        ("emails", json!({"type": "array", "items": {"type": "string"}}), "/items"),
        ("address", json!({"type": "object", "additionalProperties": {"type": "string"}}), "/additionalProperties"),
        ("emails", json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}), "/items/items"),
    ] {
        let document = named(name, schema);
        assert_eq!(personal(&document), [of_s(name)], "{document}");
        assert_lowered(&document, &[], &[format!("{}{values}", of_s(name))]);
    }
    // The values of a list of secrets are no personal data, although the list is in a personal object.
    let document = named(
        "address",
        json!({"type": "object", "properties": {"tokens": {"type": "array", "items": {"type": "string"}}}}),
    );
    let tokens = format!("{}/properties/tokens", of_s("address"));
    assert_eq!((secrets(&document), personal(&document)), (vec![tokens.clone()], vec![]));
    assert_lowered(&document, &[tokens], &[]);
    // Values that say that they are none.
    let document = named("emails", json!({"type": "array", "items": {"type": "string", "x-imprint-personal": false}}));
    assert_eq!(personal(&document), [""; 0]);
    assert_lowered(&document, &[], &[]);
}

#[test]
fn in_objects_and_lists_of_objects_the_properties_are_marked() {
    let part = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}});
    for (name, schema, below) in
        [("address", part.clone(), ""), ("states", json!({"type": "array", "items": part.clone()}), "/items")]
    {
        let document = named(name, schema);
        let expected = ["a", "b"].map(|property| format!("{}{below}/properties/{property}", of_s(name)));
        assert_eq!(personal(&document), expected);
        assert_lowered(&document, &[], &expected);
    }
    // A secret of the name of a list of objects is a property in it.
    let document = named("tokens", json!({"type": "array", "items": part}));
    assert_eq!(secrets(&document), [""; 0]);
    assert_lowered(&document, &[], &[]);
}

#[test]
fn the_properties_of_a_schema_are_marked_that_a_personal_name_refers_to() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let born = json!({"type": "object", "properties": {"year": {"type": "integer"}}});
    let year = ["/components/schemas/Born/properties/year".to_string()];
    let direct = json!({"Born": born, "S": {"type": "object", "properties": {"date_of_birth": reference("Born")}}});
    let direct = document(direct, json!({}));
    assert_eq!(personal(&direct), year);
    assert_lowered(&direct, &[], &year);
    // By a name for the name, and where the document lets the value be null.
    let nullable = json!({"anyOf": [reference("Alias"), {"type": "null"}]});
    let schemas = json!({
        "Alias": {"allOf": [reference("Born")]},
        "Born": {"allOf": [born, {"description": "d"}]},
        "S": {"type": "object", "properties": {"date_of_birth": nullable}},
    });
    let indirect = document(schemas, json!({}));
    assert_eq!(personal(&indirect), ["/components/schemas/Born/allOf/0/properties/year"]);
    assert_lowered(&indirect, &[], &year);
}

#[test]
fn a_named_list_or_number_is_marked_where_it_is_used() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let schemas = json!({
        "Emails": {"type": "array", "items": {"type": "string"}},
        "Tokens": {"type": "array", "items": {"type": "string"}},
        "Phone": {"type": "integer", "x-imprint-personal": true},
        "S": {"type": "object", "properties": {
            "emails": reference("Emails"), "tokens": reference("Tokens"), "a": reference("Phone"),
            "phones": {"type": "array", "items": reference("Emails")},
        }},
    });
    let document = document(schemas, json!({}));
    assert_eq!(secrets(&document), [of_s("tokens")]);
    assert_eq!(
        personal(&document),
        ["/components/schemas/Phone".to_string(), of_s("a"), of_s("emails"), of_s("phones")]
    );
    let marks = lower(document).unwrap().marks;
    let pointers = |marks: Vec<super::super::Mark>| marks.into_iter().map(|mark| mark.pointer).collect::<Vec<_>>();
    assert!(pointers(marks.secrets).contains(&of_s("tokens")));
    let personal = pointers(marks.personal);
    for pointer in [of_s("a"), of_s("emails/items"), of_s("phones/items/items")] {
        assert!(personal.contains(&pointer), "{pointer} is not among {personal:?}");
    }
}

#[test]
fn the_owner_of_a_property_is_found_through_a_single_all_of() {
    let key = json!({"type": "object", "properties": {"key": {"type": "string"}}});
    let plain = document(json!({"Key": key}), json!({}));
    assert_eq!(secrets(&plain), ["/components/schemas/Key/properties/key"]);
    let wrapped = document(json!({"Key": {"allOf": [{"description": "d"}, key]}}), json!({}));
    assert_eq!(secrets(&wrapped), ["/components/schemas/Key/allOf/1/properties/key"]);
    assert_lowered(&wrapped, &["/components/schemas/Key/properties/key".to_string()], &[]);
    let other = document(json!({"Other": {"allOf": [key]}}), json!({}));
    assert_eq!(secrets(&other), [""; 0]);
}

#[test]
fn the_parts_of_a_merged_all_of_are_found_where_the_document_has_them() {
    let part = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let document = document(
        json!({
            "Place": {"allOf": [part("block"), part("floor")]},
            "Key": {"allOf": [part("key"), part("name")]},
            "S": {"type": "object", "properties": {"address": {"$ref": "#/components/schemas/Place"}}},
        }),
        json!({}),
    );
    let parts = [(0, "block"), (1, "floor")];
    let expected = parts.map(|(index, name)| format!("/components/schemas/Place/allOf/{index}/properties/{name}"));
    assert_eq!(personal(&document), expected);
    assert_eq!(secrets(&document), ["/components/schemas/Key/allOf/0/properties/key"]);
}

#[test]
fn a_format_of_a_password_and_a_value_that_may_be_null_are_found() {
    for schema in [json!({"type": ["string", "null"]}), json!({"oneOf": [{"type": "string"}, {"type": "null"}]})] {
        let document = named("api_key", schema);
        assert_eq!(secrets(&document), [of_s("api_key")]);
        assert_lowered(&document, &[of_s("api_key")], &[]);
    }
    let document = named("a", json!({"type": "string", "format": "password"}));
    assert_eq!(secrets(&document), [of_s("a")]);
}

#[test]
fn parts_that_lowering_inlines_or_drops_have_their_marks() {
    let body = |name: &str| json_body(json!({"type": "object", "properties": {name: {"type": "string"}}}));
    let mut document = schema(json!({"type": "object"}));
    document["components"]["parameters"] = json!({"E": {"name": "email", "in": "query", "schema": {"type": "string"}}});
    document["components"]["requestBodies"] = json!({"B": body("ssn")});
    document["components"]["responses"] = json!({"R": body("client_secret")});
    document["webhooks"] = json!({"E": {"post": {"operationId": "hookE", "requestBody": body("token")}}});
    document["paths"]["/keep"]["parameters"] = json!([{"name": "city", "in": "query", "schema": {"type": "string"}}]);
    let inline = "content/application~1json/schema/properties";
    assert_eq!(
        secrets(&document),
        [
            format!("/components/requestBodies/B/{inline}/ssn"),
            format!("/components/responses/R/{inline}/client_secret"),
            format!("/webhooks/E/post/requestBody/{inline}/token"),
        ]
    );
    let parameters = ["/components/parameters/E/schema", "/paths/~1keep/parameters/0/schema"];
    assert_eq!(personal(&document), parameters);
}

#[test]
fn nothing_but_the_marks_and_the_order_of_keys_changes() {
    let mut document = schema(json!({
        "type": ["object", "null"],
        "required": ["z"],
        "properties": {"z": {"type": "string", "default": "x"}, "email": true, "b": {"const": 1, "examples": [1]}},
    }));
    document["x-other"] = json!({"z": 1, "a": {"email": {"type": "string"}}});
    let mut expected = document.clone();
    expected["components"]["schemas"]["S"]["properties"]["email"] = json!({"x-imprint-personal": true});
    let published = published(&document).unwrap();
    assert_eq!(published, expected);
    assert_eq!(published.to_string(), crate::build::document::sorted(expected).to_string());
}
