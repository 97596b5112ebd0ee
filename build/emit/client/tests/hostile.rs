//! No name of the document becomes Rust code: a name is refused with advice, or it stands in the client as one plain
//! identifier and as text.

use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};

use super::{document, prose, run};

/// In each of them `injected` is no word of its own for anybody who makes one identifier of the whole name.
const NAMES: &[&str] = &[
    r#"x"; pub fn injected() {} //"#,
    r##"x"#; pub fn injected() {} //"##,
    r#"x\"; pub fn injected() {} //"#,
    "x */ pub fn injected() {} /*",
    "x\npub fn injected() {}",
    "x\u{2028}pub fn injected() {}",
    "x', injected!(), '",
    "x {} fn injected() {}",
    "x}}}} fn injected() {} mod y {{{{",
    "x#[injected]",
    "x::injected",
    "x $injected ${x_injected}",
    "x = include_str!(\"injected\")",
    "x\u{202e}injected",
    "x\u{0}injected",
    "x\u{200b}injected",
    "crate",
    "self",
    "Self",
    "fn",
    "gen",
    "r#type",
    "_",
    "",
    "1",
    "\u{0}",
    "ünïcode",
    "日本語",
    "a\u{301}",
    "😀",
    "String",
    "Option",
    "Client",
];

/// A document that has the name in one kind of place. It is used by an operation, so nothing of it is left out.
fn at(place: &str, name: &str) -> Value {
    let text = json!({"type": "string"});
    let mut schemas = json!({"S": {"type": "object", "properties": {"a": text}}});
    let mut path = "/one".to_owned();
    let mut parameters = json!([]);
    let mut id = "one";
    let mut schema = "S";
    match place {
        "property" => schemas["S"]["properties"][name] = text,
        "nested property" => {
            schemas["S"]["properties"][name] = json!({"type": "object", "properties": {"b": text}});
        }
        "required property" => {
            schemas["S"]["properties"][name] = text;
            schemas["S"]["required"] = json!([name]);
        }
        "schema" => {
            schemas[name] = schemas["S"].take();
            schemas.as_object_mut().unwrap().remove("S");
            schema = name;
        }
        "operation" => id = name,
        "query parameter" => parameters = json!([{"name": name, "in": "query", "schema": text}]),
        "path parameter" => {
            parameters = json!([{"name": name, "in": "path", "required": true, "schema": text}]);
            path = format!("/one/{{{name}}}");
        }
        "path" => path = format!("/{name}"),
        "enum value" => schemas["S"]["properties"]["a"] = json!({"type": "string", "enum": [name, "B"]}),
        "title" => {
            schemas["S"]["properties"]["a"] = json!({"type": "object", "title": name, "properties": {"b": text}})
        }
        other => panic!("{other}"),
    }
    let pointer = schema.replace('~', "~0").replace('/', "~1");
    let body = json!({"description": "d", "content": {"application/json": {
        "schema": {"$ref": format!("#/components/schemas/{pointer}")},
    }}});
    let operation = json!({
        "operationId": id, "parameters": parameters, "requestBody": body, "responses": {"200": body},
        "tags": [name],
    });
    let mut document = document(schemas, json!({path: {"post": operation}}));
    document["info"]["title"] = json!(name);
    document["tags"] = json!([{"name": name}]);
    document
}

/// The texts of all literals, and whether an identifier is `injected`.
fn read(tokens: TokenStream, texts: &mut Vec<String>) -> bool {
    let mut injected = false;
    for token in tokens {
        injected |= match token {
            TokenTree::Group(group) => read(group.stream(), texts),
            TokenTree::Ident(ident) => ident == "injected",
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                texts.extend(text.map(|text| text.value()));
                false
            }
            TokenTree::Punct(_) => false,
        };
    }
    injected
}

#[test]
fn hostile_names_become_plain_identifiers_or_stop_the_build() {
    let places = [
        "property",
        "nested property",
        "required property",
        "schema",
        "operation",
        "query parameter",
        "path parameter",
        "path",
        "enum value",
        "title",
    ];
    let mut refused = Vec::new();
    for place in places {
        for name in NAMES {
            let what = format!("{name:?} as {place}");
            let code = match run(at(place, name), &|_| true) {
                Ok(code) => code,
                Err(problem) => {
                    assert!(problem.message.len() > 10 && problem.advice.len() > 10, "{what}: {problem}");
                    refused.push(what);
                    continue;
                }
            };
            let tokens: TokenStream = code.parse().unwrap_or_else(|e| panic!("{what}: {e}\n{code}"));
            let mut texts = Vec::new();
            assert!(!read(tokens.clone(), &mut texts), "{what} is code:\n{code}");
            // What is sent and read has the name as it is, whatever Rust calls it.
            let on_the_wire = !matches!(place, "schema" | "operation" | "title" | "path" | "path parameter");
            let is_identifier = syn::parse_str::<syn::Ident>(name).is_ok();
            assert!(!on_the_wire || is_identifier || texts.iter().any(|text| text == name), "{what}:\n{code}");
            // Examples are code as well, that `cargo test --doc` compiles.
            let mut comments = Vec::new();
            prose::comments(tokens, &mut comments);
            for (info, held) in comments.iter().flat_map(|comment| prose::blocks(comment)) {
                if info != "text" {
                    let shown: String =
                        held.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
                    let example = shown.parse().unwrap_or_else(|e| panic!("{what}: {e}\n{held}"));
                    assert!(!read(example, &mut Vec::new()), "{what} is code of an example:\n{held}");
                }
            }
        }
    }
    // Most names are taken as they are: a test in which each is refused would show nothing.
    let tried = places.len() * NAMES.len();
    assert!(refused.len() < tried / 4, "{} of {tried}: {refused:#?}", refused.len());
}
