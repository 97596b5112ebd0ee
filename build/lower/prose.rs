//! Makes the document's prose safe for rustdoc: HTML-like tags and brackets would be taken for markup, bare URLs are
//! warned about, and code blocks would be compiled as doctests.

use serde_json::Value;

use super::Lowering;
use crate::build::{problem::Problem, walk};

pub fn apply(lowering: &mut Lowering) -> Result<(), Problem> {
    let clean = |value: &mut Value, key: &str| {
        if let Some(text) = value.get(key).and_then(Value::as_str) {
            let safe = safe(text);
            value[key] = Value::String(safe);
        }
    };
    walk::schemas(&mut lowering.document, &mut |schema, _| {
        clean(schema, "description");
        Ok(())
    })?;
    walk::operations(&mut lowering.document, &mut |operation| {
        for key in ["summary", "description"] {
            if let Some(text) = operation.value.get(key).and_then(Value::as_str) {
                let text = Value::String(safe(text));
                operation.value.insert(key.into(), text);
            }
        }
        for parameter in operation.value.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            clean(parameter, "description");
        }
        Ok(())
    })
}

/// The text as Markdown that says the same and that rustdoc takes literally.
pub fn safe(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").chars().filter_map(printable).collect();
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.trim_end().lines() {
        let trimmed = line.trim_start();
        let (marker, content) = list_item(trimmed);
        let mark = ["```", "~~~"].into_iter().find(|mark| content.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                lines.push(format!("{marker}{mark}text"));
            }
            (Some(open), _) if trimmed.trim_end() == open || (mark == Some(open) && marker.is_empty()) => {
                fence = None;
                lines.push(open.to_string());
            }
            (Some(_), _) => lines.push(line.to_string()),
            (None, None) => {
                // Four columns of indent make a code block, which rustdoc would compile.
                let indent = if line.len() > trimmed.len() && !marker.is_empty() { "  " } else { "" };
                lines.push(format!("{indent}{marker}{}", inline(content.trim_end())));
            }
        }
    }
    if let Some(open) = fence {
        lines.push(open.to_string());
    }
    while lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    lines.join("\n")
}

/// Characters that rustc refuses in comments, or that would end a line: a lone carriage return, and those that turn the
/// direction of writing.
fn printable(c: char) -> Option<char> {
    match c {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => None,
        '\n' => Some(c),
        c if c.is_control() => Some(' '),
        c => Some(c),
    }
}

/// The marker of a list item with one space behind it (five make a code block), and what the item says.
fn list_item(line: &str) -> (String, &str) {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let end = match line[digits..].chars().next() {
        Some('.' | ')') if (1..=9).contains(&digits) => digits + 1,
        Some('-' | '*' | '+') if digits == 0 => 1,
        _ => return (String::new(), line),
    };
    let (marker, content) = line.split_at(end);
    if content.starts_with(' ') { (format!("{marker} "), content.trim_start()) } else { (String::new(), line) }
}

/// One line outside of code blocks.
fn inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '\\' && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            // Escaped already.
            out.push_str(&rest[..2]);
            2
        } else if first == '`' {
            code_span(rest, &mut out)
        } else if let Some(url) = rest.strip_prefix('<').and_then(url)
            && rest[1 + url.len()..].starts_with('>')
        {
            out.push_str(&rest[..url.len() + 2]);
            url.len() + 2
        } else if let Some(url) = url(rest) {
            out.push_str(&format!("<{url}>"));
            url.len()
        } else if let Some(link) = link(rest) {
            out.push_str(link);
            link.len()
        } else {
            if matches!(first, '<' | '>' | '[' | ']') {
                out.push('\\');
            }
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// A span of code as it is, or a lone backtick made literal; answers how much was taken.
fn code_span(rest: &str, out: &mut String) -> usize {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let (open, after) = rest.split_at(ticks);
    match after.find(open) {
        Some(end) => {
            let whole = ticks + end + ticks;
            out.push_str(&rest[..whole]);
            whole
        }
        None => {
            out.push_str(&"\\`".repeat(ticks));
            ticks
        }
    }
}

fn url(rest: &str) -> Option<&str> {
    ["https://", "http://"].iter().find(|scheme| rest.starts_with(**scheme))?;
    let end = rest.find(|c: char| c.is_whitespace() || "<>\"`)]".contains(c)).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']))
}

/// `[text](https://…)` stays a link.
fn link(rest: &str) -> Option<&str> {
    let text = rest.strip_prefix('[')?;
    let (text, target) = text.split_once("](")?;
    if text.contains(['[', ']', '<', '>', '`']) {
        return None;
    }
    let end = target.find(')')?;
    let target = &target[..end];
    (url(target)? == target).then(|| &rest[..1 + text.len() + 2 + end + 1])
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn markup_of_rustdoc_is_taken_literally() {
        let cases = [
            ("Bearer <api_key>", r"Bearer \<api_key\>"),
            ("one of [a, b]", r"one of \[a, b\]"),
            ("see https://docs.imprint.co/x.", "see <https://docs.imprint.co/x>."),
            ("see <https://docs.imprint.co>", "see <https://docs.imprint.co>"),
            ("[docs](https://docs.imprint.co) here", "[docs](https://docs.imprint.co) here"),
            ("[docs](other-page)", r"\[docs\](other-page)"),
            ("`Vec<T>` and `a[0]`", "`Vec<T>` and `a[0]`"),
            ("a lone ` tick <b>", r"a lone \` tick \<b\>"),
            (r"\`a <b> `", r"\`a \<b\> \`"),
            ("a\rb\u{202e}c\0", "a bc"),
        ];
        for (text, expected) in cases {
            assert_eq!(safe(text), expected, "{text}");
        }
    }

    #[test]
    fn no_block_is_compiled_as_a_doctest() {
        assert_eq!(safe("Send\n\n    let x = 1;\n\tlet y = 2;"), "Send\n\nlet x = 1;\nlet y = 2;");
        assert_eq!(safe("Send\n```json\n{\"a\": [1]}\n```\nthen"), "Send\n```text\n{\"a\": [1]}\n```\nthen");
        assert_eq!(safe("Send\n  ```\n  <open>"), "Send\n```text\n  <open>\n```");
        assert_eq!(safe("~~~rust\nfn main() {}\n~~~"), "~~~text\nfn main() {}\n~~~");
        assert_eq!(safe("- a\n    - b"), "- a\n  - b");
        assert_eq!(safe("-      let x;\n12)     let y;"), "- let x;\n12) let y;");
        assert_eq!(safe("+ ~~~\n  let x;\n  ~~~\nthen"), "+ ~~~text\n  let x;\n~~~\nthen");
    }
}
