//! Hardening on small documents: from OpenAPI to the text of the client.

mod docs;
mod hostile;
mod lists;
mod lost;
mod nested;
mod pages;
mod prose;
mod redacted;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{HandWritten, Helper, PASSES, write};
use crate::build::{api, api_with, generate::generate, lower, problem::Problem};

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
    let body = json!({"required": true, "content": s["content"]});
    document(
        json!({ "S": schema }),
        json!({"/one": {"post": {"operationId": "one", "requestBody": body, "responses": {"200": s}}}}),
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

/// All files of the client, one behind the other.
pub(super) fn run(document: Value, keep: &dyn Fn(&str) -> bool) -> Result<String, Problem> {
    let helper = Helper { path: "Client::once".into(), about: "Does it once.".into() };
    let hand_written = HandWritten {
        client_methods: ["new", "with_timeout"].map(String::from).into(),
        helpers: [("one".to_string(), vec![helper])].into(),
    };
    let files = write(api_with(document, keep)?, &hand_written, keep)?;
    Ok(files.into_iter().map(|file| file.code).collect())
}

/// The client with a single space in the place of each white space.
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
            "make collections empty by default",
            one(json!({
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"type": "array", "items": text}, "id": text},
            })),
            r#"a: List = "a","#,
        ),
        case(
            "make collections empty by default",
            object(json!({"a": {"type": ["array", "null"], "items": text}})),
            "pub a: Vec<String>",
        ),
        case(
            "make collections empty by default",
            object(json!({"a": {"type": "object"}})),
            r#"crate::value::object!(S { a: Free = "a", });"#,
        ),
        case(
            "make collections empty by default",
            object(json!({"a": {"type": "object", "additionalProperties": text}})),
            r#"crate::value::object!(S { a: Map = "a", });"#,
        ),
        case("require the list of an answer", pages::list(), r#"data: Listed = "data","#),
        case("find how operations page", pages::list(), "pub fn stream(self) -> Items<types::Thing>"),
        case("find how other lists go on", pages::followed(), "pub fn stream(self) -> Items<types::Thing>"),
        case("find what webhooks carry", events(), "Thing(ThingPayload) {"),
        case("name enum variants after their values", values(json!(["", "x"])), r#"Empty = "","#),
        case(
            "name enum variants after their values",
            values(json!(["BUSINESS OWNER", "SELF-EMPLOYED"])),
            r#"BusinessOwner = "BUSINESS OWNER""#,
        ),
        case("name enum variants after their values", values(json!(["a-b", "a_b", "A B"])), r#"AB3 = "A B""#),
        case(
            "name enum variants after their values",
            values(json!(["UNRECOGNIZED"])),
            r#"Unrecognized2 = "UNRECOGNIZED""#,
        ),
        case("name enum variants after their values", values(json!(["self", "1ST", "+"])), r#"Self_ = "self""#),
        case("keep parameters apart from fields of the builder", query("body"), "body_: Option<String>"),
        case(
            "keep builders apart from their type parameters",
            call(json!({"operationId": "c"})),
            "pub struct C_<C = Client> {",
        ),
        case(
            "make prose safe for rustdoc",
            object(json!({"a": {"type": "string", "description": "a <tag>"}})),
            r"/// a \<tag\>",
        ),
        case(
            "make prose safe for rustdoc",
            call(json!({"operationId": "one", "summary": "see [x]"})),
            r"/// see \[x\].",
        ),
        case(
            "link the names of operations",
            call(json!({"operationId": "one", "description": "See `one`."})),
            "/// See [`one`](crate::Client::one).",
        ),
        case(
            "describe fields as their types",
            {
                let inner = json!({"type": "object", "description": "The inner.", "properties": {"x": text}});
                let mut document = object(json!({"a": {"$ref": "#/components/schemas/Inner"}}));
                document["components"]["schemas"]["Inner"] = inner;
                document
            },
            "/// The inner. #[serde(skip_serializing_if = \"Option::is_none\")] pub a: Option<Inner>",
        ),
        case("describe bodies and answers", undescribed(), "/// Body of [`Client::one`](crate::Client::one)."),
        case("describe bodies and answers", undescribed(), "/// Answer of [`Client::one`](crate::Client::one)."),
    ]
}

/// A document with a webhook.
fn events() -> Value {
    let object = json!({"type": "string", "enum": ["THING"]});
    let payload = json!({"type": "object", "properties": {"object": object, "a": {"type": "string"}}});
    let mut document = document(json!({ "ThingPayload": payload }), json!({}));
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/ThingPayload"}}});
    document["webhooks"] = json!({"Thing": {"post": {"operationId": "hook", "requestBody": {"content": content}}}});
    document
}

/// A document whose body and answer are inline and have no description.
fn undescribed() -> Value {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let body = json!({"content": {"application/json": {"schema": schema}}});
    let answer = json!({"200": {"description": "d", "content": body["content"]}});
    document(json!({}), json!({"/one": {"post": {"operationId": "one", "requestBody": body, "responses": answer}}}))
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
    tested.extend([
        "check that nothing is lost",
        "check that every secret is redacted",
        "check that personal data is redacted",
        "check that every operation is generated",
        "refuse examples of what is not there",
        "refuse two things of one name",
    ]);
    let all = PASSES.iter().map(|pass| pass.name).chain(api::PASSES.iter().map(|pass| pass.name));
    assert_eq!(tested, all.collect());
}

#[test]
fn setters_and_methods_keep_apart_from_ours() {
    let query = |name: &str| {
        let parameter = json!({"name": name, "in": "query", "schema": {"type": "string"}});
        call(json!({"operationId": "one", "parameters": [parameter]}))
    };
    for (document, says) in [
        (object(json!({"build": {"type": "string"}})), "pub fn build_<V, M>"),
        (query("send"), "pub fn send_<V, M>"),
        (query("body"), "pub fn body_<V, M>"),
        (call(json!({"operationId": "new"})), "pub fn new_(&self)"),
        (call(json!({"operationId": "with_timeout"})), "pub fn with_timeout_(&self)"),
    ] {
        let code = client(document);
        assert!(code.contains(says), "{says}\n{code}");
    }
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
        "PartialEq, Deserialize, Serialize)]",
        r#"deserialize_with = "crate::value::lenient::with::<crate::value::lenient::Integer, _, _>", )] pub a: i64,"#,
        r#"default, deserialize_with = "crate::value::lenient::with::<crate::value::lenient::Integer, _, _>", skip_serializing_if"#,
        r#"default, deserialize_with = "crate::value::lenient::with::<crate::value::lenient::List, _, _>", skip_serializing_if"#,
        "#[serde(flatten)] pub extra:",
    ] {
        assert!(code.contains(part), "{part}\n{code}");
    }
    assert!(!code.contains("crate::value::object!(S "), "{code}");
}

/// Reads what progenitor makes of `document`, after `change` has spoilt what was declared or marked.
fn spoilt(document: Value, pass: &str, change: &dyn Fn(&mut Value, &mut lower::Lowered)) -> Problem {
    let mut normal = lower::normal(document).unwrap();
    let mut lowered = lower::client(normal.clone()).unwrap();
    let tokens = generate(&lowered.document).unwrap();
    change(&mut normal, &mut lowered);
    assert!(api::read(&normal, &lowered, tokens.clone(), &|name| name != pass).is_ok(), "{pass}: refused without it");
    api::read(&normal, &lowered, tokens, &|_| true).unwrap_err()
}

#[test]
fn an_operation_that_is_not_generated_stops_the_build() {
    let document = call(json!({"operationId": "one"}));
    let problem = spoilt(document, "check that every operation is generated", &|normal, _| {
        let mut lost = normal["paths"]["/one"].clone();
        lost["get"]["operationId"] = json!("lost");
        normal["paths"]["/lost"] = lost;
    });
    assert_eq!(problem.operation.as_deref(), Some("lost"));
}

#[test]
fn two_things_of_one_rust_name_stop_the_build() {
    let schemas = json!({"SKind": {"type": "object", "properties": {"x": {"type": "string"}}}});
    // A name that only stands for another one.
    let mut types = object(
        json!({"kind": {"$ref": "#/components/schemas/s_kind"}, "other": {"$ref": "#/components/schemas/SKind"}}),
    );
    types["components"]["schemas"]["SKind"] = schemas["SKind"].clone();
    types["components"]["schemas"]["s_kind"] = json!({"$ref": "#/components/schemas/S"});
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
    let normal = lower::normal(call(json!({"operationId": "one"}))).unwrap();
    let lowered = lower::client(normal.clone()).unwrap();
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
        let read = api::read(&normal, &lowered, changed.parse().unwrap(), &|_| true);
        let problem = read.err().unwrap_or_else(|| panic!("{to} is taken"));
        assert!(problem.message.contains("unexpected"), "{problem}");
        assert!(problem.advice.contains("progenitor.rs"), "{problem}");
    }
}

#[test]
fn enums_are_open_and_ids_are_their_own_types() {
    let code = client(object(json!({"kind": {"type": "string", "enum": ["A"]}, "order_id": {"type": "string"}})));
    assert!(code.contains("crate::value::open_enum!(SKind"), "{code}");
    assert!(code.contains("pub struct OrderId(String); crate::value::opaque_string!(OrderId);"), "{code}");
    assert!(!code.contains("progenitor"), "a name of progenitor is public");
}

#[test]
fn structs_are_non_exhaustive_and_builders_owned() {
    let code = client(one(
        json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}),
    ));
    assert!(code.contains(r#"derive(::schemars::JsonSchema))] #[non_exhaustive] pub struct S"#), "{code}");
    assert!(code.contains("pub struct One<C = Client> { client: C, body: types::builder::SBuilder, }"), "{code}");
    assert!(!code.contains("'a"), "a builder borrows its client: {code}");
    assert!(code.contains(r#"__problems.require(&[("a", a.is_some()), ("b", b.is_some())]);"#), "{code}");
}

#[test]
fn the_fields_of_a_body_are_setters_of_the_call_where_their_names_are_free() {
    let text = json!({"type": "string"});
    let mut document = object(json!({
        "name": text, "p": text, "send": text, "timeout": text, "retry": text, "header": text, "body": text,
        "build": text, "finish": text,
    }));
    let post = document["paths"]["/one"]["post"].take();
    document["paths"] = json!({"/one/{p}": {
        "post": post,
        "parameters": [{"name": "p", "in": "path", "required": true, "schema": text}],
    }});
    let code = run(document, &|_| true).unwrap();
    let calls = &code[code.find("pub struct One").unwrap()..];
    let setter = |name: &str| calls.matches(&format!("pub fn {name}<V, M>")).count();
    // The parameter keeps its name. What the builder means something else by is set by `body_map`.
    assert_eq!((setter("name"), setter("p"), setter("build_"), setter("finish_")), (1, 1, 1, 1), "{calls}");
    for taken in ["send", "timeout", "retry", "header", "body"] {
        assert_eq!(setter(taken), 0, "{taken}\n{calls}");
    }
    assert!(squeezed(calls).contains("self.body = self.body.name(value); self }"), "{calls}");
}

#[test]
fn what_may_be_unknown_is_noted() {
    let kind = json!({"type": "string", "enum": ["A"]});
    let at = json!({"type": "string", "format": "date-time"});
    let mut document = object(json!({
        "kind": kind, "at": at, "kinds": {"type": "array", "items": kind}, "name": {"type": "string"},
    }));
    document["paths"]["/one"]["post"]["parameters"] = json!([{"name": "status", "in": "query", "schema": kind}, {"name": "q", "in": "query", "schema": {"type": "string"}}]);
    let code = client(document);
    for line in [
        r#"__problems.doubt("kind", kind.as_ref());"#,
        r#"__problems.doubt("at", at.as_ref());"#,
        r#"__problems.doubt_each("kinds", &kinds);"#,
        r#"request.doubt("status", self.status.as_ref());"#,
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
    assert_eq!(code.matches(".doubt").count(), 4, "{code}");
}

#[test]
fn required_and_nullable_is_an_option_that_is_always_sent() {
    let code =
        client(one(json!({"type": "object", "required": ["a"], "properties": {"a": {"type": ["string", "null"]}}})));
    assert!(code.contains("pub struct S { pub a: Option<String>, }"), "{code}");
    let pan = json!({"type": "object", "required": ["pan"], "properties": {"pan": {"type": ["string", "null"]}}});
    assert!(client(one(pan)).contains("pub pan: Option<Secret>"));
}

#[test]
fn a_nullable_reference_is_one_option_with_its_doc_comment() {
    let mut document =
        object(json!({"other": {"$ref": "#/components/schemas/Other", "description": "The other.", "nullable": true}}));
    document["components"]["schemas"]["Other"] = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let code = client(document);
    assert!(code.contains("pub other: Option<Other>"), "{code}");
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
        "limit: Integer<i32>,",
        "V: IntoInteger<i32, M>, { self.limit = crate::value::integer::kept(value); self }",
        r#"request.fits("limit", self.limit);"#,
        r#"request.at_least("limit", self.limit.value(), 1i64);"#,
        r#"request.query("limit", self.limit.value().as_ref());"#,
        "client.call(&operation::ONE, request).await",
        "crate::client::awaitable!(One -> ());",
        "repeatable: true, pages: false, empty: true, answer: &[], list: &[],",
    ] {
        assert!(code.contains(line), "{line}\n{code}");
    }
}

#[test]
fn what_is_known_of_an_operation_says_what_it_takes_and_answers() {
    let text = json!({"type": "string"});
    let content = |media: &str| json!({media: {"schema": text}});
    let answers = |content: Value| json!({"200": {"description": "d", "content": content}});
    let key = json!({"name": "Idempotency-Key", "in": "header", "schema": text});
    let mut document = call(json!({"operationId": "one", "responses": answers(content("text/csv"))}));
    let mut post =
        json!({"operationId": "two", "parameters": [key], "responses": answers(content("application/json"))});
    post["responses"]["204"] = json!({"description": "d"});
    post["requestBody"] = json!({"required": true, "content": content("text/plain")});
    document["paths"]["/two"] = json!({"post": post, "get": {"operationId": "three"}});
    let code = client(document);
    for line in [
        // Answered as bytes.
        "pub async fn send(self) -> Result<Response<RawBody>, Error> {",
        "client.call_raw(&operation::ONE, request).await",
        r#"empty: false, answer: &[], list: &[], may_be_empty: false, accept: "text/csv", keyed: None,"#,
        "- **Answer**: 200 with bytes (`text/csv`): d",
        // Answered with or without a body, and repeated with a key.
        "crate::client::awaitable!(Two -> ::std::option::Option<::std::string::String>);",
        r#"request.idempotency_key("Idempotency-Key", self.idempotency_key.as_ref());"#,
        "repeatable: false, pages: false,",
        r#"may_be_empty: true, accept: "application/json", keyed: { static KEYED: Operation = Operation { id: "two","#,
        "Safe to repeat with an idempotency key.",
        "- **Answer**: 200 or 204 with `String`, or without a body, which is `None`: d",
        // Takes text.
        r#"request.needs("body", self.body.is_some()); request.bytes(self.body); request.content_type("text/plain");"#,
        // Declares no answer.
        "- **Answer**: the document declares no success",
    ] {
        assert!(code.replace(" /// ", " ").contains(line), "{line}\n{code}");
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
fn the_same_document_gives_the_same_bytes() {
    let document = object(json!({"b": {"type": "string"}, "a": {"type": "string", "enum": ["X"]}}));
    assert_eq!(run(document.clone(), &|_| true).unwrap(), run(document, &|_| true).unwrap());
}
