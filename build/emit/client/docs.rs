//! Doc comments: the document's words, what can be known of every call, and comments as tokens.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    HandWritten, Helper,
    names::{self, Names},
    prose,
};
use crate::build::{
    api::{Api, Body, BodyType, ErrorAnswer, Operation, Shape, Type},
    needs::spelled,
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

/// The comment of a setter. It begins with whether the setter has to be called, where the eye finds it.
pub fn need(text: &str, required: bool) -> String {
    let word = if required { "**Required.**" } else { "**Optional.**" };
    // The document says it at the end of some texts.
    let text = if required { text.strip_suffix(" Required.").unwrap_or(text) } else { text };
    // What begins a list or another block does not behind other words.
    let is_block = text.split(' ').next().is_some_and(begins);
    format!("{word}{}{text}", if is_block { "\n\n" } else { " " })
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
pub fn describe(api: &mut Api, hand_written: &HandWritten) -> Result<(), Problem> {
    let names = Names::new(hand_written);
    let Api { operations, structs, .. } = api;
    for operation in operations {
        let body = operation.body.as_ref().and_then(Body::structure);
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

/// Makes links of the names of operations that stand as code in a text: the document names them by their ids, and users
/// of the client look for its methods.
pub fn link_operations(api: &mut Api, hand_written: &HandWritten) -> Result<(), Problem> {
    let names = Names::new(hand_written);
    let methods = api.operations.iter().map(|operation| (operation.facts.id.clone(), names.method(operation)));
    let methods: BTreeMap<String, String> = methods.collect();
    prose::each_text(api, &mut |text, _| *text = with_links(text, &methods));
    Ok(())
}

/// The text with a link for each span of code that is the id of an operation.
fn with_links(text: &str, methods: &BTreeMap<String, String>) -> String {
    // Within a block of code a link would be shown as it is written.
    if text.lines().any(|line| prose::fence(line.trim_start()).is_some()) {
        return text.to_string();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        let ticks = from.len() - from.trim_start_matches('`').len();
        let (open, after) = from.split_at(ticks);
        let Some(end) = after.find(open).filter(|_| !before.ends_with('\\')) else {
            out.push_str(&rest[..at + ticks]);
            rest = after;
            continue;
        };
        let (content, whole) = (&after[..end], ticks + end + ticks);
        out.push_str(before);
        match methods.get(content).filter(|_| ticks == 1) {
            Some(method) => out.push_str(&format!("[`{method}`](crate::Client::{method})")),
            None => out.push_str(&from[..whole]),
        }
        rest = &from[whole..];
    }
    out + rest
}

/// A field without words of its own has those of its type: the description of an inline object goes to its type.
pub fn describe_fields(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    let structs = api.structs.iter().map(|item| (&item.name, &item.description));
    let enums = api.enums.iter().map(|item| (&item.name, &item.description));
    let unions = api.unions.iter().map(|item| (&item.name, &item.description));
    let types = structs.chain(enums).chain(unions).chain(api.texts.iter().map(|item| (&item.name, &item.description)));
    let first = types.map(|(name, text)| (name.clone(), text.split("\n\n").next().unwrap_or_default().to_string()));
    let is_whole = |text: &str| !text.lines().any(|line| prose::fence(line.trim_start()).is_some());
    let descriptions: BTreeMap<String, String> = first.filter(|(_, text)| is_whole(text)).collect();
    for field in api.structs.iter_mut().flat_map(|item| &mut item.fields).filter(|field| field.description.is_empty()) {
        let ty = if let Type::Boxed(inner) = &field.ty { inner } else { &field.ty };
        let found = ty.named().and_then(|name| descriptions.get(name));
        field.description = found.cloned().unwrap_or_default();
    }
    Ok(())
}

/// The comment of an operation: summary, description, what is required, what is answered, which helpers there are, the
/// request, the errors that the document names, and an example.
pub fn operation(api: &Api, names: &Names<'_>, operation: &Operation, helpers: &[Helper], example: &str) -> String {
    let (summary, description) = told_once(operation.facts.summary.as_deref(), operation.facts.description.as_deref());
    let mut parts: Vec<String> = summary.into_iter().chain(description).collect();
    let mut facts = vec![required(api, operation), answer(operation)];
    facts.extend(helpers.iter().map(helper));
    let method = operation.facts.method.to_uppercase();
    let again = match (operation.facts.repeatable, operation.facts.has_key) {
        (true, _) => "Safe to repeat",
        (false, true) => "Safe to repeat with an idempotency key",
        (false, false) => "Not safe to repeat",
    };
    let pages = operation.paged_item().map_or_else(String::new, |_| {
        format!(" Comes in pages: [`stream`](crate::calls::{}::stream) follows them.", operation.name)
    });
    let constant = names.constant(operation);
    let request = span(&format!("{method} {}", operation.facts.path));
    facts.push(format!("**Request**: [{request}](crate::operation::{constant}). {again}.{pages}"));
    parts.push(facts.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n"));
    parts.push(format!("# Errors\n\n{}", declared(&operation.facts.errors)));
    parts.push(format!("# Example\n\n{example}"));
    parts.join("\n\n")
}

/// Summary and description. A description that begins with the summary says it once.
fn told_once(summary: Option<&str>, description: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(summary) = summary.map(|summary| summary.trim_end_matches('.')).filter(|summary| !summary.is_empty())
    else {
        return (None, description.map(str::to_string));
    };
    let rest = description.map(|text| {
        let end = [". ", ".\n"].iter().filter_map(|end| text.find(end)).min().map_or(text.len(), |end| end + 1);
        let first = text[..end].trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" ");
        if first.eq_ignore_ascii_case(summary) { text[end..].trim_start() } else { text }
    });
    (Some(format!("{summary}.")), rest.filter(|rest| !rest.is_empty()).map(str::to_string))
}

/// What a call has to set, with links to the setters.
fn required(api: &Api, operation: &Operation) -> String {
    let call = &operation.name;
    let of_call = |setter: String| format!("[`{setter}`](crate::calls::{call}::{setter})");
    let parameters = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut required: Vec<String> = parameters.map(|parameter| of_call(names::parameter_setter(parameter))).collect();
    let files = operation.files().iter().filter(|file| file.required);
    // What an optional body requires is required where a part of it is set.
    let is_sent = operation.body.as_ref().is_none_or(|body| body.facts.required);
    let in_body = |setter: String| if is_sent { setter } else { format!("{setter} where a body is sent") };
    required.extend(files.map(|file| in_body(of_call(names::file_setter(file)))));
    let whole = operation.body.as_ref().filter(|body| matches!(body.ty, BodyType::Value(_) | BodyType::Bytes));
    let needs_whole = whole.is_some_and(|body| body.facts.required);
    required.extend(needs_whole.then(|| of_call("body".to_string())));
    let body = operation.body.as_ref().and_then(|body| api.structure(body.structure()?));
    let fields = body.map_or(&[][..], |body| body.fields.as_slice());
    for field in fields.iter().filter(|field| field.shape == Shape::Required) {
        let setter = names::field_setter(field);
        let is_flat = body.is_some_and(|body| names::body_fields(operation, body).any(|flat| flat.name == field.name));
        required.push(match body.filter(|_| !is_flat) {
            None => in_body(of_call(setter)),
            // Its name means something else in the call.
            Some(body) => {
                let builder = names::builder(&body.name);
                in_body(format!("[`{setter}`](crate::types::builder::{builder}::{setter}) of the body"))
            }
        });
    }
    let others = operation.parameters.len() + fields.len() + usize::from(whole.is_some());
    let others = others + operation.files().len() - required.len();
    match (required.is_empty(), others) {
        (true, 0) => "**Required**: nothing.".to_string(),
        (true, _) => format!("**Required**: nothing. Optional: the setters of [`{call}`](crate::calls::{call})."),
        (false, 0) => format!("**Required**: {}.", required.join(", ")),
        (false, _) => {
            let required = required.join(", ");
            format!("**Required**: {required}. Optional: the other setters of [`{call}`](crate::calls::{call}).")
        }
    }
}

/// What a successful call returns.
fn answer(operation: &Operation) -> String {
    let success = &operation.facts.success;
    let body = match (&operation.answer, operation.answers_bytes()) {
        (Some(answer), _) => linked(answer),
        (None, true) => format!("bytes ({})", span(success.accept.as_deref().unwrap_or("application/json"))),
        (None, false) => "no body".to_string(),
    };
    let body = if success.may_be_empty { format!("{body}, or without a body, which is `None`") } else { body };
    if success.status.is_empty() {
        return "**Answer**: the document declares no success; whatever body one has is not read.".to_string();
    }
    let about = success.description.as_ref().map_or_else(String::new, |text| format!(": {text}"));
    let end = if about.is_empty() { "." } else { "" };
    let status = if success.status == "default" { "any 2xx" } else { &success.status };
    format!("**Answer**: {status} with {body}{about}{end}")
}

/// A type, with a link where it is one of the API.
fn linked(ty: &Type) -> String {
    match ty {
        Type::Named(name) => format!("[`{name}`](crate::types::{name})"),
        Type::List(item) => format!("a list of {}", linked(item)),
        Type::Map(value) => format!("a map of {}", linked(value)),
        Type::Boxed(inner) | Type::Nullable(inner) => linked(inner),
        Type::FreeObject => "any JSON object".to_string(),
        Type::Any => "any JSON value".to_string(),
        scalar => span(&spelled(scalar, false)),
    }
}

fn helper(helper: &Helper) -> String {
    let Helper { path, about } = helper;
    let name = path.strip_prefix("Client::").unwrap_or_else(|| {
        let start = path.rsplit("::").nth(1).and_then(|owner| path.find(&format!("{owner}::")));
        &path[start.unwrap_or_default()..]
    });
    format!("**Helper**: [`{name}`](crate::{path}): {about}")
}

fn declared(errors: &[ErrorAnswer]) -> String {
    let any = "ny other status may come as well, as [`Error::Api`](crate::Error::Api).";
    if errors.is_empty() {
        return format!("The document names none; a{any}");
    }
    let named = errors.iter().map(|ErrorAnswer { status, code, description }| {
        let code = code.as_ref().map_or_else(String::new, |code| format!(" ({})", span(code)));
        let about = description.as_ref().map_or_else(String::new, |text| format!(": {text}"));
        format!("- {status}{code}{about}\n")
    });
    format!("The document names these:\n\n{}\nA{any}", named.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setter_says_first_and_once_whether_it_has_to_be_called() {
        for (text, required, expected) in [
            ("The id.", true, "**Required.** The id."),
            ("The id.", false, "**Optional.** The id."),
            ("The id. Required.", true, "**Required.** The id."),
            ("The id. Required.", false, "**Optional.** The id. Required."),
            ("- a\n- b", true, "**Required.**\n\n- a\n- b"),
            ("```text\na\n```", false, "**Optional.**\n\n```text\na\n```"),
        ] {
            assert_eq!(need(text, required), expected);
        }
    }

    #[test]
    fn what_the_summary_says_the_description_does_not_say_again() {
        let both = |summary, description| {
            let (summary, description) = told_once(Some(summary), Some(description));
            (summary.unwrap_or_default(), description.unwrap_or_default())
        };
        for (summary, description, rest) in [
            ("Create a key", "Create a key.", ""),
            ("Create a key.", "create a\nkey", ""),
            ("Create a key", "Create a key. It works\nat once.", "It works\nat once."),
            ("Create a key", "Create a key.\n\nMore.", "More."),
            ("Create a key", "Create a keyring. More.", "Create a keyring. More."),
            ("Create a key", "Makes one. Create a key.", "Makes one. Create a key."),
        ] {
            assert_eq!(both(summary, description), ("Create a key.".to_string(), rest.to_string()), "{description}");
        }
        assert_eq!(told_once(None, Some("Text.")), (None, Some("Text.".to_string())));
        assert_eq!(told_once(Some("Text"), None), (Some("Text.".to_string()), None));
    }

    #[test]
    fn the_id_of_an_operation_in_a_span_of_code_is_a_link() {
        let methods = BTreeMap::from([("getThing".to_string(), "get_thing".to_string())]);
        let link = "[`get_thing`](crate::Client::get_thing)";
        for (text, expected) in [
            ("Use `getThing`, not `id` or getThing.", format!("Use {link}, not `id` or getThing.")),
            ("`getThing` `getThing`", format!("{link} {link}")),
            ("`` `getThing` `` is code", "`` `getThing` `` is code".to_string()),
            ("a lone \\` and `getThing`", format!("a lone \\` and {link}")),
            ("```text\n`getThing`\n```", "```text\n`getThing`\n```".to_string()),
        ] {
            assert_eq!(with_links(text, &methods), expected);
        }
    }

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
