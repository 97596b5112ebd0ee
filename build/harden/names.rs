//! Names that Rust, or a method of ours, has taken.

use heck::ToUpperCamelCase;
use proc_macro2::Ident;
use quote::format_ident;

use super::model::Code;
use crate::build::{plan::Plan, problem::Problem};

/// The client's own methods; an operation of the same name gets an underscore.
pub const CLIENT_METHODS: &[&str] = &[
    "authorization",
    "base_url",
    "begin",
    "builder",
    "call",
    "call_at",
    "call_with",
    "clone",
    "confirm",
    "confirm_deducted",
    "confirm_issued",
    "confirm_reward",
    "create_order_once",
    "end",
    "end_key",
    "ensure_linked",
    "exchange",
    "find_customer",
    "find_order",
    "find_order_event",
    "from_env",
    "has_key",
    "new",
    "new_key",
    "own_secrets",
    "post_order_event_once",
    "product",
    "prove",
    "read_something",
    "request",
    "rotate_key",
    "with_key",
    "with_merchant_key",
    "with_options",
    "with_timeout",
];
/// The methods of an operation's builder beside its setters.
const CALL_METHODS: [&str; 9] =
    ["body", "body_map", "clone", "new", "pages", "send", "stream", "with_options", "client"];
/// The methods of a type's builder beside its setters.
const BUILD_METHODS: [&str; 2] = ["build", "clone"];

/// The Rust type of a named schema.
pub fn type_name(schema: &str) -> Ident {
    safe(&schema.to_upper_camel_case())
}

/// The text as an identifier, with an underscore where Rust keeps the word for itself and a V before a digit.
pub fn safe(text: &str) -> Ident {
    // Reserved since edition 2024, which syn does not know of.
    let valid = |text: &str| text != "gen" && syn::parse_str::<Ident>(text).is_ok();
    let before_digit = if text.contains(char::is_uppercase) { 'V' } else { 'v' };
    let spelled = [text.to_string(), format!("{text}_"), format!("{before_digit}{text}")];
    match spelled.iter().find(|text| valid(text)) {
        Some(text) => format_ident!("{text}"),
        None => format_ident!("Value"),
    }
}

/// Names enum variants after the real text: `""` is Empty, collisions are numbered, Unrecognized is ours.
pub fn variants(code: &mut Code, _: &Plan) -> Result<(), Problem> {
    for item in &mut code.enums {
        let mut taken = vec!["Unrecognized".to_string()];
        for variant in &mut item.values {
            let words: String = variant.text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
            let base = match words.to_upper_camel_case() {
                camel if !camel.is_empty() => safe(&camel).to_string(),
                _ if variant.text.is_empty() => "Empty".to_string(),
                _ => "Value".to_string(),
            };
            let mut name = base.clone();
            for number in 2.. {
                if !taken.contains(&name) {
                    break;
                }
                name = format!("{base}{number}");
            }
            variant.ident = format_ident!("{name}");
            taken.push(name);
        }
    }
    Ok(())
}

fn apart(setter: &mut Ident, taken: &[&str]) {
    if taken.iter().any(|name| setter == name) {
        *setter = format_ident!("{setter}_");
    }
}

/// A field called `build` must not take the place of `build()`.
pub fn setters(code: &mut Code, _: &Plan) -> Result<(), Problem> {
    for field in code.structs.iter_mut().flat_map(|structure| &mut structure.fields) {
        apart(&mut field.setter, &BUILD_METHODS);
    }
    for call in &mut code.calls {
        for argument in &mut call.arguments {
            apart(&mut argument.setter, &CALL_METHODS);
            // Fields of the builder that are ours.
            apart(&mut argument.ident, &["client", "body"]);
        }
    }
    Ok(())
}

/// An operation called like a method of the client.
pub fn methods(code: &mut Code, _: &Plan) -> Result<(), Problem> {
    for call in &mut code.calls {
        apart(&mut call.method, CLIENT_METHODS);
        apart(&mut call.constant, &["ALL", "SERVERS"]);
    }
    Ok(())
}
