//! Hardening on small documents: from OpenAPI to the text of the client.

mod lists;
mod nested;
mod pages;
mod prose;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{PASSES, harden, harden_with};
use crate::build::{generate::generate, lower::lower, problem::Problem};

pub(super) fn document(schemas: Value, paths: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api"}],
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// `POST /one`, called `one`, that sends and answers `S`.
fn one(schema: Value) -> Value {
    let s =
        json!({"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}});
    document(
        json!({ "S": schema }),
        json!({"/one": {"post": {"operationId": "one", "requestBody": s, "responses": {"200": s}}}}),
    )
}

fn object(properties: Value) -> Value {
    one(json!({"type": "object", "properties": properties}))
}

fn call(operation: Value) -> Value {
    let mut operation = operation;
    let responses = json!({"200": {"description": "d"}});
    operation.as_object_mut().unwrap().entry("responses").or_insert(responses);
    let path = if operation["parameters"][0]["in"] == "path" { "/one/{p}" } else { "/one" };
    document(json!({}), json!({path: {"get": operation}}))
}

pub(super) fn run(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<String, Problem> {
    let lowered = lower(document)?;
    harden_with(generate(&lowered.document)?, &lowered.plan, keep)
}

/// The client without the freedom of white space.
fn squeezed(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn client(document: Value) -> String {
    squeezed(&run(document, &|_| true).unwrap_or_else(|problem| panic!("{problem}")))
}

struct Case {
    pass: &'static str,
    document: Value,
    /// What the client says with the pass and does not say without it.
    says: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |pass, document, says| Case { pass, document, says };
    let text = json!({"type": "string"});
    let values = |values: Value| object(json!({"kind": {"type": "string", "enum": values}}));
    let query =
        |name: &str| call(json!({"operationId": "one", "parameters": [{"name": name, "in": "query", "schema": text}]}));
    vec![
        case(
            "personal data",
            object(json!({"email": text})),
            r#".field( "email", &self.email.iter().next().map(|_| crate::secret::Redacted), )"#,
        ),
        case(
            "personal data",
            object(json!({"email": text})),
            "pub email: ::std::option::Option<::std::string::String>",
        ),
        case("personal data", query("email"), r#"&self.email.iter().next().map(|_| crate::secret::Redacted)"#),
        case(
            "empty collections",
            one(json!({
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "array", "items": text}, "id": text},
            })),
            r#"a : List = "a","#,
        ),
        case(
            "empty collections",
            object(json!({"a": {"type": ["array", "null"], "items": text}})),
            "pub a: ::std::vec::Vec<::std::string::String>",
        ),
        case(
            "empty collections",
            object(json!({"a": {"type": "object"}})),
            r#"crate::decode::object! { S { a : Free = "a", } }"#,
        ),
        case(
            "empty collections",
            object(json!({"a": {"type": "object", "additionalProperties": text}})),
            r#"crate::decode::object! { S { a : Map = "a", } }"#,
        ),
        case("lists answered", pages::list(), r#"data : Listed = "data","#),
        case("variant names", values(json!(["", "x"])), r#"Empty = """#),
        case(
            "variant names",
            values(json!(["BUSINESS OWNER", "SELF-EMPLOYED"])),
            r#"BusinessOwner = "BUSINESS OWNER""#,
        ),
        case("variant names", values(json!(["a-b", "a_b", "A B"])), r#"AB3 = "A B""#),
        case("variant names", values(json!(["UNRECOGNIZED"])), r#"Unrecognized2 = "UNRECOGNIZED""#),
        case("variant names", values(json!(["self", "1ST", "+"])), r#"Self_ = "self""#),
        case("setter names", object(json!({"build": text})), "pub fn build_<V, M>"),
        case("setter names", query("send"), "pub fn send_<V, M>"),
        case("method names", call(json!({"operationId": "new"})), "pub fn new_(&self)"),
        case("method names", call(json!({"operationId": "with_timeout"})), "pub fn with_timeout_(&self)"),
        case("pages", pages::list(), "pub fn stream(self) -> crate::Items<types::Thing>"),
        case("examples", call(json!({"operationId": "one", "summary": "Do it"})), "/// Do it."),
    ]
}

#[test]
fn every_pass_does_its_work_and_is_missed_when_it_is_left_out() {
    for case in cases() {
        let label = format!("{}: {}", case.pass, case.says);
        let code = client(case.document.clone());
        assert!(code.contains(case.says), "{label}\n{code}");
        if let Ok(without) = run(case.document, &|name| name != case.pass) {
            assert!(!squeezed(&without).contains(case.says), "{label}: there without the pass");
        }
    }
}

#[test]
fn every_pass_has_a_case() {
    let mut tested: BTreeSet<&str> = cases().iter().map(|case| case.pass).collect();
    // Their cases are the refusals below.
    tested.extend(["secrets counted", "personal data counted", "unique names", "every operation"]);
    let all: BTreeSet<&str> = PASSES.iter().map(|pass| pass.name).collect();
    assert_eq!(tested, all);
}

/// serde's derive collects unknown properties, and reads such a struct from objects only.
#[test]
fn an_object_that_keeps_unknown_properties_is_read_by_the_derive() {
    let whole = json!({"type": "integer"});
    let code = client(one(json!({
        "type": "object",
        "required": ["a"],
        "properties": {"a": whole, "b": whole, "list": {"type": "array", "items": {"type": "string"}}, "name": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    })));
    for part in [
        "#[derive(::serde::Deserialize, ::serde::Serialize, Clone",
        r#"#[serde( deserialize_with = "crate::decode::with::<crate::decode::Integer, _, _>", )] pub a: i64,"#,
        r#"default, deserialize_with = "crate::decode::with::<crate::decode::Integer, _, _>", skip_serializing_if"#,
        r#"default, deserialize_with = "crate::decode::with::<crate::decode::List, _, _>", skip_serializing_if"#,
        "#[serde(flatten)] pub extra:",
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
    assert!(!code.contains("crate::decode::object!"), "{code}");
}

/// Hardens what progenitor makes of `document`, after `change` has spoilt the plan or the source.
fn spoilt(document: Value, pass: &str, change: &dyn Fn(&mut crate::build::lower::Lowering)) -> Problem {
    let mut lowered = lower(document).unwrap();
    let tokens = generate(&lowered.document).unwrap();
    change(&mut lowered);
    assert!(harden_with(tokens.clone(), &lowered.plan, &|name| name != pass).is_ok(), "{pass}: refused without it");
    harden(tokens, &lowered.plan).unwrap_err()
}

#[test]
fn a_marked_secret_that_is_no_secret_in_rust_stops_the_build() {
    let mark = crate::build::plan::Mark { name: "pin".into(), pointer: "/components/schemas/S/properties/pin".into() };
    let document = object(json!({"pin": {"type": "string"}}));
    let problem = spoilt(document, "secrets counted", &|lowering| lowering.plan.secrets.push(mark.clone()));
    assert_eq!(problem.place, "/components/schemas/S/properties/pin");
    assert!(problem.message.contains("`pin` is a secret that would be a plain string"), "{problem}");
}

#[test]
fn a_personal_place_that_debug_would_show_stops_the_build() {
    let mark =
        crate::build::plan::Mark { name: "nick".into(), pointer: "/components/schemas/S/properties/nick".into() };
    let document = object(json!({"nick": {"type": "string"}}));
    let problem = spoilt(document, "personal data counted", &|lowering| lowering.plan.personal.push(mark.clone()));
    assert!(problem.message.contains("`nick` is personal data that Debug would show"), "{problem}");
}

#[test]
fn an_operation_without_a_call_stops_the_build() {
    let document = call(json!({"operationId": "one"}));
    let problem = spoilt(document, "every operation", &|lowering| {
        let mut lost = lowering.plan.operations["one"].clone();
        lost.id = "lost".into();
        lost.path = "/lost".into();
        lowering.plan.operations.insert("lost".into(), lost);
    });
    assert_eq!(problem.operation.as_deref(), Some("lost"));
}

#[test]
fn two_things_of_one_rust_name_stop_the_build() {
    let schemas = json!({"SKind": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let mut types =
        object(json!({"kind": {"type": "string", "enum": ["A"]}, "other": {"$ref": "#/components/schemas/SKind"}}));
    types["components"]["schemas"]["SKind"] = schemas["SKind"].clone();
    let calls = document(
        json!({}),
        json!({
            "/a": {"get": {"operationId": "getThing", "responses": {"200": {"description": "d"}}}},
            "/b": {"get": {"operationId": "get_thing", "responses": {"200": {"description": "d"}}}},
        }),
    );
    for (document, name) in [(types, "SKind"), (calls, "get_thing")] {
        let problem = run(document, &|_| true).unwrap_err();
        assert!(problem.message.contains(name), "{problem}");
        assert!(problem.advice.contains("overlay"), "{problem}");
    }
}

#[test]
fn source_of_another_shape_stops_the_build() {
    let lowered = lower(call(json!({"operationId": "one"}))).unwrap();
    let source = generate(&lowered.document).unwrap().to_string();
    for (from, to) in [
        ("let info", "surprise () ; let info"),
        ("pub async fn send", "pub async fn dispatch"),
        (". headers (header_map)", ". timeout (x) . headers (header_map)"),
        ("pub mod types {", "pub mod types { pub const SURPRISE : u8 = 1 ;"),
        ("\"{}/one\"", "\"{}/two\""),
    ] {
        let changed = source.replacen(from, to, 1);
        assert_ne!(changed, source, "{from} is not in the source");
        let problem = harden(changed.parse().unwrap(), &lowered.plan).err().unwrap_or_else(|| panic!("{to} is taken"));
        assert!(problem.message.contains("unexpected"), "{problem}");
        assert!(problem.advice.contains("read.rs"), "{problem}");
    }
}

#[test]
fn enums_are_open_and_ids_are_their_own_types() {
    let code = client(object(json!({"kind": {"type": "string", "enum": ["A"]}, "order_id": {"type": "string"}})));
    assert!(code.contains("crate::open_enum!"), "{code}");
    assert!(code.contains("crate::opaque_string!"), "{code}");
    assert!(!code.contains("progenitor"), "a name of progenitor is public");
}

#[test]
fn structs_are_non_exhaustive_and_builders_owned() {
    let code = client(one(
        json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}),
    ));
    assert!(code.contains(r#"derive(::schemars::JsonSchema))] #[non_exhaustive] pub struct S"#), "{code}");
    assert!(code.contains("client: crate::Client"), "{code}");
    assert!(!code.contains("'a"), "a builder borrows its client: {code}");
    assert!(code.contains(r#"let __given = [("a", a.is_some()), ("b", b.is_some())]"#), "{code}");
}

#[test]
fn secrets_keep_their_type_whatever_stands_beside_them() {
    let code = client(object(json!({
        "pan": {"type": "string", "minLength": 12, "description": "The card number.", "example": "4"},
        "cvv": {"type": ["string", "null"], "maxLength": 4},
    })));
    assert!(code.contains("/// The card number. #[serde(skip_serializing_if = \"::std::option::Option::is_none\")] pub pan: ::std::option::Option<crate::Secret>"), "{code}");
    assert!(code.contains("pub cvv: ::std::option::Option<crate::Secret>"), "{code}");
}

#[test]
fn secrets_in_lists_and_maps_are_secrets() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    let code = client(object(
        json!({"tokens": list, "ssn": list, "client_secret": {"type": "object", "additionalProperties": text}}),
    ));
    for field in [
        "pub tokens: ::std::vec::Vec<crate::Secret>",
        "pub ssn: ::std::vec::Vec<crate::Secret>",
        "pub client_secret: ::std::collections::BTreeMap< ::std::string::String, crate::Secret, >",
    ] {
        assert!(code.contains(field), "{field}\n{code}");
    }
}

#[test]
fn personal_data_of_any_shape_is_redacted() {
    let code = client(object(json!({
        "emails": {"type": "array", "items": {"type": "string"}},
        "address": {"type": "object", "additionalProperties": true},
        "city": {},
        "state": {"type": "string", "enum": ["CA"]},
        "phone": {"type": "boolean"},
        "date_of_birth": {"type": "object", "additionalProperties": {"type": "string"}},
    })));
    for field in ["emails", "address", "city", "state", "phone", "date_of_birth"] {
        let redacted = format!("self.{field}.iter().next().map(|_| crate::secret::Redacted)");
        assert!(code.contains(&redacted), "{field}\n{code}");
    }
}

#[test]
fn required_and_nullable_is_an_option_that_is_always_sent() {
    let code =
        client(one(json!({"type": "object", "required": ["a"], "properties": {"a": {"type": ["string", "null"]}}})));
    assert!(code.contains("pub struct S { pub a: ::std::option::Option<::std::string::String>, }"), "{code}");
    let pan = json!({"type": "object", "required": ["pan"], "properties": {"pan": {"type": ["string", "null"]}}});
    assert!(client(one(pan)).contains("pub pan: ::std::option::Option<crate::Secret>"));
}

#[test]
fn a_nullable_reference_is_one_option_with_its_doc_comment() {
    let mut document =
        object(json!({"other": {"$ref": "#/components/schemas/Other", "description": "The other.", "nullable": true}}));
    document["components"]["schemas"]["Other"] = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let code = client(document);
    assert!(code.contains("pub other: ::std::option::Option<Other>"), "{code}");
    assert!(code.contains("/// The other."), "{code}");
}

#[test]
fn an_alias_is_a_type_alias() {
    let mut document = one(json!({"allOf": [{"$ref": "#/components/schemas/Base"}]}));
    document["components"]["schemas"]["Base"] = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    assert!(client(document).contains("pub type S = Base;"));
}

#[test]
fn a_call_sends_its_arguments_the_way_the_document_says() {
    let code = client(call(json!({
        "operationId": "one",
        "parameters": [
            {"name": "p", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "customer_id", "in": "query", "required": true, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "format": "int32", "minimum": 1}},
        ],
    })));
    for line in [
        r#"request.path("p", self.p.as_ref());"#,
        r#"request.required_query("customer_id", self.customer_id.as_ref());"#,
        r#"request.at_least("limit", self.limit, 1i64);"#,
        r#"request.query("limit", self.limit.as_ref());"#,
        "self.client.call(&super::operation::ONE, request).await",
        "repeatable: true, pages: false, empty: true, answer: &[], list: &[],",
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
}

#[test]
fn the_page_limit_of_a_body_is_checked_required_or_not() {
    let limit = json!({"type": "integer", "format": "int32", "minimum": 1});
    for (required, reads) in [(json!([]), "and_then(|body| body.limit)"), (json!(["limit"]), "map(|body| body.limit)")]
    {
        let code = client(one(json!({"type": "object", "required": required, "properties": {"limit": limit}})));
        assert!(code.replace(' ', "").contains(&reads.replace(' ', "")), "{reads}\n{code}");
    }
}

#[test]
fn an_operation_may_be_called_like_a_keyword_or_begin_with_a_digit() {
    for (id, method) in [("match", "match_"), ("gen", "gen_"), ("self", "self_"), ("1st", "v1st")] {
        let code = client(call(json!({ "operationId": id })));
        assert!(code.contains(&format!("pub fn {method}(&self)")), "{code}");
    }
}

#[test]
fn deprecated_operations_and_parameters_say_so() {
    let code = client(call(json!({
        "operationId": "one",
        "deprecated": true,
        "parameters": [{"name": "q", "in": "query", "deprecated": true, "schema": {"type": "string"}}],
    })));
    assert!(code.contains(r#"#[deprecated = "Imprint has deprecated this operation."] pub fn one"#), "{code}");
    assert!(code.contains(r#"#[deprecated = "Imprint has deprecated this parameter."] pub fn q"#), "{code}");
}

#[test]
fn what_has_no_description_says_where_it_belongs() {
    let body = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}});
    let answer = json!({"200": {"description": "d", "content": body["content"]}});
    let code = client(document(
        json!({}),
        json!({"/one": {"post": {"operationId": "one", "requestBody": body, "responses": answer}}}),
    ));
    assert!(code.contains("/// Body of [`Client::one`](crate::Client::one)."), "{code}");
    assert!(code.contains("/// Answer of [`Client::one`](crate::Client::one)."), "{code}");
}

#[test]
fn an_example_of_a_lookup_shows_its_one_parameter() {
    let parameter = json!({"name": "partner_id", "in": "query", "schema": {"type": "string"}});
    let code = client(call(json!({"operationId": "one", "parameters": [parameter]})));
    assert!(code.contains(r#".partner_id("PARTNER_ID")"#), "{code}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = object(json!({"b": {"type": "string"}, "a": {"type": "string", "enum": ["X"]}}));
    assert_eq!(run(document.clone(), &|_| true).unwrap(), run(document, &|_| true).unwrap());
}
