//! Which parameters a call can set and under which names, path templates, and which media types are used.

use serde_json::json;

use super::*;

fn keys(parameters: Value) -> Vec<(String, Option<String>)> {
    let operation = json!({ "parameters": parameters });
    let found = super::parameters(operation.as_object().unwrap());
    found.into_iter().map(|parameter| (parameter.key, parameter.named)).collect()
}

#[test]
fn no_two_parameters_share_a_name_and_none_has_that_of_a_variable() {
    let one = |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "string"}});
    let found = keys(json!([
        one("id", "path"),
        one("id", "query"),
        one("ID", "query"),
        one("Id", "header"),
        one("client", "query"),
        one("Request", "header"),
        one("filter[a]", "query"),
        one("filter_a", "query"),
        one("limit", "query"),
        one("$", "query"),
        one("query", "query"),
        one("%", "query"),
        one("session", "cookie"),
        one("Authorization", "header"),
    ]));
    let expected = [
        ("id", None),
        ("query id", Some("query_id")),
        ("query id 2", Some("query_id_2")),
        ("header id", Some("header_id")),
        ("client parameter", Some("client")),
        ("request parameter", Some("request")),
        ("filter[a]", None),
        ("query filter a", Some("query_filter_a")),
        ("limit", None),
        ("$", None),
        ("query", None),
        ("query x", Some("query_x")),
    ];
    assert_eq!(found, expected.map(|(key, named)| (key.to_string(), named.map(str::to_string))));
}

#[test]
fn templates_have_parameters_in_the_midst_of_segments() {
    use Piece::{Parameter, Text};
    for (path, expected) in [
        ("/a/{b}", Some(vec![Text("/a/"), Parameter("b")])),
        ("/a/{b}:reverse", Some(vec![Text("/a/"), Parameter("b"), Text(":reverse")])),
        ("/{a}..{b}/c", Some(vec![Text("/"), Parameter("a"), Text(".."), Parameter("b"), Text("/c")])),
        ("/{a", None),
        ("/a}", None),
        ("/{a/b}", None),
        ("/{}", None),
        ("/{a{b}}", None),
    ] {
        assert_eq!(template(path), expected, "{path}");
    }
    assert_eq!(names("/x/{a}..{b}/{c}.pdf"), ["a", "b", "c"]);
}

#[test]
fn json_is_chosen_among_media_types() {
    let schema = json!({"schema": {"type": "object"}});
    let text = json!({"schema": {"type": "string"}});
    for (content, form, sent) in [
        (json!({"application/json": schema, "application/xml": schema}), Form::Json, "application/json"),
        (json!({"application/json; charset=utf-8": schema}), Form::Json, "application/json; charset=utf-8"),
        (json!({"application/vnd.api+json": schema, "text/plain": text}), Form::Json, "application/vnd.api+json"),
        (json!({"application/a+json": schema, "application/json": schema}), Form::Json, "application/json"),
        (json!({"*/*": schema}), Form::Json, "application/json"),
        (json!({"*/*": text}), Form::Bytes, "application/octet-stream"),
        (json!({"application/pdf": {}}), Form::Bytes, "application/pdf"),
        (json!({"text/csv": text, "application/pdf": text}), Form::Bytes, "application/pdf"),
        (
            json!({"application/x-www-form-urlencoded": schema, "application/xml": schema}),
            Form::Urlencoded,
            "application/x-www-form-urlencoded",
        ),
        (json!({"multipart/form-data": schema, "application/xml": schema}), Form::Multipart, "multipart/form-data"),
    ] {
        let holder = json!({ "content": content });
        let media = media(&holder).unwrap();
        assert_eq!((media.form, media.sent()), (form, sent), "{content}");
    }
    assert!(media(&json!({"content": {}})).is_none() && media(&json!({})).is_none());
}

#[test]
fn the_answers_of_all_successes_are_one() {
    let body = |schema: Value| json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    let (one, two) = (json!({"type": "object"}), json!({"type": "array"}));
    let none = json!({"description": "d"});
    let pdf = json!({"content": {"application/pdf": {}}});
    let of = |responses: Value| {
        let operation = json!({ "responses": responses });
        let answers = answers(&operation);
        (answers.form, answers.schemas.len(), answers.may_be_empty)
    };
    for (responses, expected) in [
        (json!({"200": body(one.clone())}), (Some(Form::Json), 1, false)),
        (json!({"200": body(one.clone()), "201": body(one.clone())}), (Some(Form::Json), 1, false)),
        (json!({"200": body(one.clone()), "202": body(two.clone())}), (Some(Form::Json), 2, false)),
        (json!({"200": body(one.clone()), "204": none}), (Some(Form::Json), 1, true)),
        // A 204 has no body, whatever is declared.
        (json!({"200": body(one.clone()), "204": body(two)}), (Some(Form::Json), 1, true)),
        (json!({"200": pdf, "204": none}), (Some(Form::Bytes), 0, false)),
        (json!({"200": pdf, "201": body(one.clone())}), (Some(Form::Bytes), 0, false)),
        (json!({"204": none, "404": body(one.clone())}), (None, 0, false)),
        // It stands for failures as well, so that a success may come without it.
        (json!({"default": body(one.clone()), "404": none}), (Some(Form::Json), 1, true)),
        (json!({"default": body(one.clone()), "302": none}), (None, 0, false)),
        (json!({"default": body(one), "200": none}), (None, 0, false)),
        (json!({"302": none}), (None, 0, false)),
    ] {
        assert_eq!(of(responses.clone()), expected, "{responses}");
    }
}

#[test]
fn the_files_of_a_form_are_found_as_both_versions_write_them() {
    let document =
        json!({"components": {"schemas": {"Scan": {"type": "string", "format": "binary", "description": "A scan."}}}});
    let schema = json!({"type": "object", "required": ["scan"], "properties": {
        "scan": {"$ref": "#/components/schemas/Scan"},
        "image": {"type": "string", "contentMediaType": "image/png"},
        "any": {"contentMediaType": "application/octet-stream"},
        "Several-Files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "text": {"type": "string"},
        "in base 64": {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
        "byte": {"type": "string", "format": "byte"},
        "texts": {"type": "array", "items": {"type": "string"}},
    }});
    let mut found = files(&document, &schema);
    found.sort_by(|one, other| one.wire.cmp(&other.wire));
    let file = |wire: &str, named: &str, description: Option<&str>, required, many| File {
        wire: wire.into(),
        named: named.into(),
        description: description.map(str::to_string),
        required,
        many,
    };
    let expected = [
        file("Several-Files", "several_files", None, false, true),
        file("any", "any", None, false, false),
        file("image", "image", None, false, false),
        file("scan", "scan", Some("A scan."), true, false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_form_is_written_as_its_encoding_says_or_refused() {
    let document = json!({"components": {"schemas": {"Part": {"type": "object"}, "List": {"type": "array", "items": {"type": "integer"}}}}});
    let part = json!({"$ref": "#/components/schemas/Part"});
    let properties = json!({
        "text": {"type": "string"}, "list": {"$ref": "#/components/schemas/List"}, "part": part,
        "parts": {"type": "array", "items": part}, "file": {"type": "string", "format": "binary"},
    });
    let more = json!({"properties": {"of_variant": {"type": "array"}, "of_part": {}}});
    let (parts, url) = ("multipart/form-data", "application/x-www-form-urlencoded");
    let json = json!({"contentType": "application/vnd.x+json; charset=utf-8"});
    let text = json!({"contentType": "text/plain"});
    let xml = json!({"contentType": "application/xml"});
    let commas = json!({"style": "form", "explode": false});
    let needed = json!({"headers": {"X-Part": {"required": true, "schema": {"type": "string"}}}});
    let offered = json!({"headers": {"X-Part": {"schema": {"type": "string"}}}});
    for (media, name, encoding, expected) in [
        (url, "list", &commas, Ok(Some(Style::Commas))),
        (url, "list", &json!({"style": "spaceDelimited"}), Ok(Some(Style::Spaces))),
        (url, "list", &json!({"explode": true}), Ok(Some(Style::Form))),
        (url, "part", &json, Ok(Some(Style::Json))),
        (
            url,
            "part",
            &json!({"style": "deepObject", "explode": true, "contentType": "application/xml"}),
            Ok(Some(Style::Deep)),
        ),
        (url, "parts", &json!({"style": "deepObject"}), Ok(Some(Style::Deep))),
        (url, "parts", &commas, Err("single values alone")),
        (url, "part", &json!({"style": "matrix"}), Err("not supported in a form")),
        (url, "part", &xml, Err("neither JSON nor plain text")),
        (url, "part", &text, Err("plain text by its `contentType`")),
        (url, "text", &text, Ok(None)),
        (url, "text", &json!({}), Ok(None)),
        (url, "unknown", &xml, Ok(None)),
        (parts, "list", &json, Ok(Some(Style::Json))),
        (parts, "list", &json!({"style": "form"}), Ok(None)),
        (parts, "list", &commas, Err("a form of several parts")),
        (parts, "file", &json!({"contentType": "image/png"}), Ok(None)),
        (parts, "text", &json!({"contentType": "image/png"}), Err("neither JSON nor plain text")),
        (parts, "text", &offered, Ok(None)),
        (parts, "file", &needed, Err("headers of its own")),
        (url, "of_variant", &commas, Ok(Some(Style::Commas))),
        (url, "of_part", &xml, Err("neither JSON nor plain text")),
        ("application/json", "part", &xml, Ok(None)),
    ] {
        let one = json!({"type": "object", "properties": properties});
        let all = json!({"allOf": [one, {"oneOf": [{}, more]}]});
        let value = json!({"schema": all, "encoding": {name: encoding}});
        let holder = json!({"content": {media: value}});
        let found = super::encoding(&document, super::media(&holder).unwrap());
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!(
                    found,
                    expected.map(|style| (name.to_string(), style)).into_iter().collect::<Vec<_>>(),
                    "{name} {encoding}"
                );
            }
            (Err((of, what)), Err(expected)) => {
                assert!(of == name && what.contains(expected), "{name} {encoding}: {what}")
            }
            (found, _) => panic!("{name} {encoding}: {found:?}"),
        }
    }
}

#[test]
fn a_body_of_json_that_requires_nothing_is_sent_with_every_call_that_changes_something() {
    let document = json!({"components": {"schemas": {
        "Free": {"type": "object", "properties": {"a": {"type": "string"}}},
        "Demanding": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
        "Answered": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "readOnly": true}}},
    }}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let all = |names: [&str; 2]| json!({"allOf": names.map(reference)});
    let body = |media: &str, schema: Value| json!({"content": {media: {"schema": schema}}});
    let json = "application/json";
    for (method, media, schema, expected) in [
        ("post", json, reference("Free"), true),
        ("delete", json, reference("Free"), false),
        ("post", "application/x-www-form-urlencoded", reference("Free"), false),
        ("post", json, reference("Demanding"), false),
        ("post", json, reference("Answered"), true),
        ("patch", json, all(["Free", "Answered"]), true),
        ("patch", json, all(["Free", "Demanding"]), false),
        ("put", json, json!({"allOf": [reference("Free")], "required": ["a"]}), false),
        ("put", json, json!({"allOf": [reference("Free"), {"required": ["a"]}]}), false),
        ("put", json, json!({"type": "object"}), false),
    ] {
        let mut body = body(media, schema);
        assert_eq!(body_is_required(&document, method, &body), expected, "{method} {body}");
        body["required"] = json!(true);
        assert!(body_is_required(&document, method, &body));
    }
}
