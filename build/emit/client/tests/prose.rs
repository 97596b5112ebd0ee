//! No text of the document becomes code that `cargo test --doc` would run.

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use quote::ToTokens;
use serde_json::json;
use syn::{LitStr, Meta};

use super::{document, run};

const HOSTILE: &str = "HOSTILE`\n\n- ```rust\n  HOSTILE\n  ```\n\n    HOSTILE\n```\nHOSTILE";

/// The doc comments in a source, inside of macros as well.
pub(super) fn comments(tokens: TokenStream, comments: &mut Vec<String>) {
    let mut comment = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => continue,
            TokenTree::Group(group) => {
                let doc: Option<LitStr> = match syn::parse2(group.stream()) {
                    Ok(Meta::NameValue(pair)) if pair.path.is_ident("doc") => {
                        syn::parse2(pair.value.to_token_stream()).ok()
                    }
                    _ => None,
                };
                if let Some(doc) = doc {
                    let line = doc.value();
                    comment.push(line.strip_prefix(' ').unwrap_or(&line).to_owned());
                    continue;
                }
                self::comments(group.stream(), comments);
            }
            _ => {}
        }
        comments.extend((!comment.is_empty()).then(|| std::mem::take(&mut comment).join("\n")));
    }
}

/// The blocks of code in a comment: what they say that they are, and what they hold.
pub(super) fn blocks(comment: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut block = None;
    for event in Parser::new(comment) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.to_string(), String::new()))
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => block = Some((String::new(), String::new())),
            Event::Text(text) => block.iter_mut().for_each(|(_, held)| held.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => blocks.extend(block.take()),
            _ => {}
        }
    }
    blocks
}

#[test]
fn no_text_of_the_document_becomes_code_that_is_run() {
    let body = |schema: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        json!({"description": HOSTILE, "content": {"application/json": {"schema": schema}}})
    };
    let text = json!({"type": "string", "description": HOSTILE, "title": "Title", "example": HOSTILE});
    let kind = json!({"type": "string", "description": HOSTILE, "enum": ["A", HOSTILE]});
    let mut document = document(
        json!({
            "S": {"type": "object", "description": HOSTILE, "required": ["a"], "properties": {
                "a": text, "kind": kind, "thing_id": text, "part": {"type": "object", "description": HOSTILE},
            }},
            "Id": {"type": "string", "description": HOSTILE},
            "E": {"type": "object", "properties": {"type": {"type": "string", "example": HOSTILE}}},
            "P": {"type": "object", "description": HOSTILE, "properties": {
                "object": {"type": "string", "enum": ["E"]},
                "data": {"type": "object", "title": "Data", "description": HOSTILE, "properties": {
                    "s": {"$ref": "#/components/schemas/S"},
                }},
            }},
        }),
        json!({"/one/`\u{b}```/{p}": {"post": {
            "operationId": "one",
            "summary": HOSTILE,
            "description": HOSTILE,
            "parameters": [
                {"name": "p", "in": "path", "required": true, "description": HOSTILE, "schema": text},
                {"name": "q", "in": "query", "schema": text},
            ],
            "requestBody": body("S"),
            "responses": {"200": body("S"), "404": body("E")},
        }}}),
    );
    document["info"]["description"] = json!(HOSTILE);
    document["webhooks"] = json!({"Thing": {"post": {
        "operationId": "hookThing", "description": HOSTILE, "requestBody": body("P"),
    }}});
    let code = run(document, &|_| true).unwrap_or_else(|problem| panic!("{problem}"));
    let mut comments = Vec::new();
    self::comments(code.parse().unwrap(), &mut comments);
    assert!(comments.iter().filter(|comment| comment.contains("HOSTILE")).count() > 15, "{code}");
    let mut examples = 0;
    for comment in &comments {
        for (info, held) in blocks(comment) {
            match info.as_str() {
                "text" => assert_eq!(held, "HOSTILE\n", "{comment}"),
                // The one of the operation: what is of the document stands in a literal there.
                "no_run" => {
                    examples += 1;
                    assert!(held.contains("client") && held.lines().all(|line| line != "HOSTILE"), "{comment}");
                }
                _ => panic!("{info:?} {held:?} in\n{comment}"),
            }
        }
    }
    assert_eq!(examples, 1, "{code}");
}
