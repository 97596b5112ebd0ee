//! The doc comment of an operation.

use proc_macro2::Ident;

use super::model::code;
use crate::build::plan::{ErrorAnswer, Operation};

/// Summary, description, the request, the errors the document names, and the example.
pub fn operation(operation: &Operation, errors: &[ErrorAnswer], pages: Option<&Ident>, example: &str) -> String {
    let mut parts = Vec::new();
    if let Some(summary) = &operation.summary {
        parts.push(format!("{}.", summary.trim_end_matches('.')));
    }
    parts.extend(operation.description.clone());
    let method = operation.method.to_uppercase();
    let again = if operation.repeatable { "Safe" } else { "Not safe" };
    let pages = pages.map_or_else(String::new, |builder| {
        format!(" Comes in pages: [`stream`](crate::builder::{builder}::stream) follows them.")
    });
    parts.push(format!("{}. {again} to repeat.{pages}", code(&format!("{method} {}", operation.path))));
    parts.push(format!("# Errors\n\n{}", documented(errors)));
    parts.push(format!("# Example\n\n{example}"));
    parts.join("\n\n")
}

fn documented(errors: &[ErrorAnswer]) -> String {
    let any = "any other status may come as well, as [`Error::Api`](crate::Error::Api).";
    if errors.is_empty() {
        return format!("The document names none; {any}");
    }
    let named: Vec<String> = errors
        .iter()
        .map(|error| match &error.code {
            Some(text) => format!("{} ({})", error.status, code(text)),
            None => error.status.to_string(),
        })
        .collect();
    format!("The document names {}; {any}", named.join(", "))
}
