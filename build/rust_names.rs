//! Names of the API as names that Rust accepts.

use heck::ToUpperCamelCase;
use proc_macro2::Ident;

/// The Rust type of a named schema, as typify spells it.
pub fn type_name(schema: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let text: String = schema.chars().filter(|c| *c != '\'').map(|c| if is_part(c) { c } else { '-' }).collect();
    let name = text.to_upper_camel_case();
    if name.starts_with(char::is_alphabetic) { identifier(&name) } else { format!("X{name}") }
}

/// The text as an identifier: with an underscore where Rust keeps the word for itself, and with a V before a digit.
pub fn identifier(text: &str) -> String {
    // `gen` is reserved since edition 2024, which syn does not know.
    let is_valid = |text: &str| text != "gen" && syn::parse_str::<Ident>(text).is_ok();
    let before_digit = if text.contains(char::is_uppercase) { 'V' } else { 'v' };
    let spelled = [text.to_string(), format!("{text}_"), format!("{before_digit}{text}")];
    spelled.into_iter().find(|text| is_valid(text)).unwrap_or_else(|| "Value".to_string())
}
