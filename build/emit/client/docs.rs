//! Doc comments: the document's words, what can be known of every call, and comments as tokens.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Reserved, names::Names, prose};
use crate::build::{
    api::{Api, ErrorAnswer, Operation, Type},
    problem::Problem,
};

/// The columns that the text of a comment may have: lines have 120, of which the indent and the slashes take up to
/// twelve.
const DOC_WIDTH: usize = 108;

/// A doc comment, an attribute for each line: prettyplease would write a text with line ends as a block, which `*/`
/// ends.
pub fn comment(text: &str) -> TokenStream {
    let lines = wrapped(text).into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The same as text, for what stands within the call of a macro.
pub fn comment_text(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let lines = wrapped(text).into_iter();
    lines.map(|line| if line.is_empty() { format!("{pad}///\n") } else { format!("{pad}/// {line}\n") }).collect()
}

/// A name or value of the API as a span of code.
pub fn span(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c == '`' || c.is_control() { '\'' } else { c }).collect();
    format!("`{plain}`")
}

/// The comment of a setter, with a sentence that says whether it has to be called.
pub fn need(text: &str, required: bool) -> String {
    let sentence = if required { "Required." } else { "Optional." };
    if text.ends_with(sentence) { text.to_string() } else { format!("{text}\n\n{sentence}") }
}

/// The lines of a text in Markdown, long ones wrapped where that means the same.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(open) = &fence {
            lines.push(line.to_string());
            if prose::ends(trimmed, open) {
                fence = None;
            }
            continue;
        }
        fence = prose::fence(trimmed).map(str::to_string);
        // A span of code with three backticks is no fence while its end stands on the same line.
        let begins_with_span = prose::content(trimmed).starts_with("```");
        if fence.is_some() || begins_with_span || trimmed.starts_with(['|', '#']) {
            lines.push(line.to_string());
        } else {
            wrap(line, &mut lines);
        }
    }
    lines
}

/// Wraps one line of a paragraph or list item.
fn wrap(line: &str, lines: &mut Vec<String>) {
    let start = line.len() - line.trim_start().len();
    let marker = line[start..].split(' ').next().unwrap_or_default();
    let is_item =
        matches!(marker, "-" | "*" | "+") || marker.ends_with(['.', ')']) && marker.len() < 4 && begins(marker);
    let indent = " ".repeat(start + if is_item { marker.len() + 1 } else { 0 });
    // Words that must not begin a line stay with the word before them.
    let mut units: Vec<String> = Vec::new();
    for word in line[start..].split(' ') {
        match units.last_mut() {
            Some(unit) if begins(word) => *unit = format!("{unit} {word}"),
            _ => units.push(word.to_string()),
        }
    }
    let mut current = format!("{}{}", &line[..start], units.first().map_or("", String::as_str));
    for unit in units.iter().skip(1) {
        if current.chars().count() + 1 + unit.chars().count() > DOC_WIDTH {
            lines.push(std::mem::replace(&mut current, format!("{indent}{unit}")));
        } else {
            current = format!("{current} {unit}");
        }
    }
    lines.push(current);
}

/// Whether a word at the beginning of a line could be read as the mark of a list, a heading, a quotation or a block.
fn begins(word: &str) -> bool {
    word.is_empty()
        || word.starts_with(['-', '+', '*', '#', '>', '=', '|', '~'])
        || word.starts_with("```")
        || word.starts_with('<') && !word.starts_with("<http")
        || word.starts_with('[') && word.ends_with(':')
        || word.starts_with(|c: char| c.is_ascii_digit())
}

/// What has no words of its own in the document says at least where it belongs.
pub fn describe(api: &mut Api, reserved: &Reserved) -> Result<(), Problem> {
    let names = Names::new(reserved);
    let Api { operations, structs, .. } = api;
    for operation in operations {
        let body = operation.body.as_ref().map(|body| body.name.as_str());
        let answer = operation.answer.as_ref().and_then(Type::named);
        for (name, what) in [(body, "Body"), (answer, "Answer")] {
            let structure = structs.iter_mut().find(|structure| Some(structure.name.as_str()) == name);
            if let Some(structure) = structure.filter(|structure| structure.description.is_empty()) {
                let method = names.method(operation);
                structure.description = format!("{what} of [`Client::{method}`](crate::Client::{method}).");
            }
        }
    }
    Ok(())
}

/// The comment of an operation: summary, description, the request, the errors that the document names, and an example.
pub fn operation(operation: &Operation, example: &str) -> String {
    let mut parts = Vec::new();
    if let Some(summary) = &operation.facts.summary {
        parts.push(format!("{}.", summary.trim_end_matches('.')));
    }
    parts.extend(operation.facts.description.clone());
    let method = operation.facts.method.to_uppercase();
    let again = if operation.facts.repeatable { "Safe" } else { "Not safe" };
    let pages = operation.paging.as_ref().map_or_else(String::new, |_| {
        format!(" Comes in pages: [`stream`](crate::calls::{}::stream) follows them.", operation.name)
    });
    parts.push(format!("{}. {again} to repeat.{pages}", span(&format!("{method} {}", operation.facts.path))));
    parts.push(format!("# Errors\n\n{}", declared(&operation.facts.errors)));
    parts.push(format!("# Example\n\n{example}"));
    parts.join("\n\n")
}

fn declared(errors: &[ErrorAnswer]) -> String {
    let any = "any other status may come as well, as [`Error::Api`](crate::Error::Api).";
    if errors.is_empty() {
        return format!("The document names none; {any}");
    }
    let named: Vec<String> = errors
        .iter()
        .map(|error| match &error.code {
            Some(text) => format!("{} ({})", error.status, span(text)),
            None => error.status.to_string(),
        })
        .collect();
    format!("The document names {}; {any}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_where_it_means_the_same() {
        let words = "word ".repeat(30);
        let wrapped = wrapped(&format!("{words}\n- {words}\n\n```text\n{words}\n```\n| {words} |"));
        assert!(wrapped[0].chars().count() <= DOC_WIDTH && wrapped[1].starts_with("word"), "{wrapped:#?}");
        let item = wrapped.iter().position(|line| line.starts_with("- ")).unwrap();
        assert!(wrapped[item + 1].starts_with("  word"), "{wrapped:#?}");
        assert_eq!(wrapped.iter().filter(|line| line.chars().count() > DOC_WIDTH).count(), 2, "{wrapped:#?}");
    }

    /// Broken in two, its first line would be a fence, and the rest of the comment would be code.
    #[test]
    fn a_span_of_code_with_many_backticks_is_not_wrapped() {
        let text = format!("```` {} ````", "word ".repeat(30));
        assert_eq!(wrapped(&text), std::slice::from_ref(&text));
        assert_eq!(wrapped(&format!("- {text}")), [format!("- {text}")]);
    }

    #[test]
    fn no_line_begins_with_what_would_be_markup() {
        let text = format!("{} a 2. - # > + words follow here", "a".repeat(DOC_WIDTH - 4));
        let lines = wrapped(&text);
        assert!(lines[1..].iter().all(|line| line.starts_with("a 2.") || line.starts_with("words")), "{lines:#?}");
        assert_eq!(lines.join(" "), text);
    }
}
