//! The doc comment of an operation.

use crate::build::plan::{ErrorAnswer, Operation};

/// Summary, description, the request, the errors the document names, and the example.
pub fn operation(operation: &Operation, errors: &[ErrorAnswer], example: &str) -> String {
    let mut parts = Vec::new();
    if let Some(summary) = &operation.summary {
        parts.push(format!("{}.", summary.trim_end_matches('.')));
    }
    parts.extend(operation.description.clone());
    let method = operation.method.to_uppercase();
    let again = match (operation.repeatable, operation.pages) {
        (true, true) => " Safe to repeat; pages.",
        (true, false) => " Safe to repeat.",
        (false, true) => " Not safe to repeat; pages.",
        (false, false) => " Not safe to repeat.",
    };
    parts.push(format!("`{method} {}`.{again}", operation.path));
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
            Some(code) => format!("{} (`{code}`)", error.status),
            None => error.status.to_string(),
        })
        .collect();
    format!("The document names {}; {any}", named.join(", "))
}
