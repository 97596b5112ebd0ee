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

/// The name of a variant for a text: `Empty` of none, and a sign before a number is a word. Between a letter and a digit a hyphen is a
/// sign only if `has_signs`: `GMT-1`, but not `SHA-1`.
pub fn variant(text: &str, has_signs: bool) -> String {
    let mut words = String::new();
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_sign = characters.peek().is_some_and(char::is_ascii_digit);
        match c {
            '+' if is_sign => words.push_str(" Plus "),
            '-' if is_sign && (before == ' ' || has_signs && before.is_alphabetic()) => words.push_str(" Minus "),
            c => words.push(if c.is_alphanumeric() { c } else { ' ' }),
        }
        before = c;
    }
    match words.to_upper_camel_case() {
        camel if camel.starts_with(char::is_numeric) => format!("V{camel}"),
        camel if !camel.is_empty() => identifier(&camel),
        _ if text.is_empty() => "Empty".to_string(),
        _ => "Value".to_string(),
    }
}

/// Whether one of several texts has a plus before a number.
pub fn has_signs<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    texts.any(|text| text.split('+').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

/// The text as an identifier: with an underscore where Rust keeps the word for itself, and with a V before a digit.
pub fn identifier(text: &str) -> String {
    // `gen` is reserved since edition 2024, which syn does not know.
    let is_valid = |text: &str| text != "gen" && syn::parse_str::<Ident>(text).is_ok();
    let before_digit = if text.contains(char::is_uppercase) { 'V' } else { 'v' };
    let spelled = [text.to_string(), format!("{text}_"), format!("{before_digit}{text}")];
    spelled.into_iter().find(|text| is_valid(text)).unwrap_or_else(|| "Value".to_string())
}
