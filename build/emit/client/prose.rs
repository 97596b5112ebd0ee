//! Makes the document's prose safe for rustdoc: HTML-like tags and brackets would be taken for markup, bare URLs are
//! warned about, and code blocks would be compiled as doctests and run by `cargo test --doc`.
//!
//! The only code blocks that are left are fenced ones that say that they hold `text`. Markdown has many ways to make
//! another: an indent of four columns, in a list item or outside; a fence whose end does not belong to its list item
//! and so begins a block of its own; tags such as `<pre>`. The tests compare with the parser that rustdoc uses.

use super::HandWritten;
use crate::build::{api::Api, problem::Problem};

/// Makes every text of the document safe.
pub fn apply(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    each_text(api, &mut |text, in_line| *text = if in_line { one_line(text) } else { safe(text) });
    Ok(())
}

/// Calls `change` for every text of the document that stands in a comment. Its second argument is whether the text
/// stands in one line with other words.
pub fn each_text(api: &mut Api, change: &mut dyn FnMut(&mut String, bool)) {
    for operation in &mut api.operations {
        let facts = &mut operation.facts;
        let answers = facts.errors.iter_mut().map(|error| &mut error.description);
        let in_line = answers.chain([&mut facts.summary, &mut facts.success.description]);
        in_line.flatten().for_each(|text| change(text, true));
        let parameters = operation.parameters.iter_mut().map(|parameter| &mut parameter.facts.description);
        parameters.chain([&mut facts.description]).flatten().for_each(|text| change(text, false));
    }
    for structure in &mut api.structs {
        change(&mut structure.description, false);
        structure.fields.iter_mut().for_each(|field| change(&mut field.description, false));
    }
    api.enums.iter_mut().for_each(|item| change(&mut item.description, false));
    api.texts.iter_mut().for_each(|item| change(&mut item.description, false));
    api.unions.iter_mut().for_each(|item| change(&mut item.description, false));
}

/// A block of code that has begun.
struct Fence {
    /// What ends it, or a longer one of the same.
    mark: String,
    /// The columns of the list item that it is in. A line that has fewer would end the item, and the block with it.
    indent: String,
}

/// The text as Markdown that says the same and that rustdoc takes literally.
pub fn safe(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").chars().filter_map(printable).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<Fence> = None;
    for line in text.trim_end().lines() {
        let trimmed = line.trim_start();
        if let Some(Fence { mark, indent }) = &fence {
            if ends(trimmed, mark) {
                lines.push(format!("{indent}{mark}"));
                fence = None;
            } else {
                lines.push(within(line, indent));
            }
            continue;
        }
        let (markers, content) = list_item(trimmed);
        // Four columns of indent make a code block, which rustdoc would compile. Two make a list within a list.
        let indent = if line.len() > trimmed.len() && !markers.is_empty() { "  " } else { "" };
        let Some(mark) = begins(content) else {
            lines.push(format!("{indent}{markers}{}", inline(content.trim_end())));
            continue;
        };
        // In the middle of a paragraph not every marker begins a list item: `2.` does not.
        if !markers.is_empty() && lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        lines.push(format!("{indent}{markers}{mark}text"));
        fence = Some(Fence { mark: mark.to_string(), indent: " ".repeat(indent.len() + markers.len()) });
    }
    if let Some(Fence { mark, indent }) = fence {
        lines.push(format!("{indent}{mark}"));
    }
    while lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    lines.join("\n")
}

/// The same in one line, and without a block of code.
pub fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = text.as_str();
    // What stands behind a fence may begin with another one.
    while let (_, content) = list_item(rest)
        && begins(content).is_some()
    {
        rest = content.trim_start_matches(['`', '~', ' ']);
    }
    safe(rest)
}

/// What a line has behind the markers of list items.
pub fn content(line: &str) -> &str {
    list_item(line).1
}

/// The fence that a line begins with, behind the markers of list items.
pub fn fence(line: &str) -> Option<&str> {
    begins(content(line))
}

/// The fence that a line begins with: three or more backticks or tildes.
fn begins(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let (fence, rest) = line.split_at(line.len() - line.trim_start_matches(mark).len());
    // Backticks further on make it a span of code.
    (fence.len() >= 3 && !(mark == '`' && rest.contains(mark))).then_some(fence)
}

/// Whether a line ends the block that began with `mark`.
pub fn ends(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.trim_start_matches(&mark[..1]).trim().is_empty())
}

/// A line of a block of code, moved to where its list item begins.
fn within(line: &str, indent: &str) -> String {
    let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
    let line = &line[spaces.min(indent.len())..];
    if line.is_empty() { String::new() } else { format!("{indent}{line}") }
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

/// The markers of list items that a line begins with, one space behind each (five make a code block), and the rest.
fn list_item(line: &str) -> (String, &str) {
    let mut markers = String::new();
    let mut rest = line;
    while let Some((marker, content)) = marker(rest) {
        markers.push_str(marker);
        markers.push(' ');
        rest = content;
    }
    (markers, rest)
}

fn marker(line: &str) -> Option<(&str, &str)> {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let end = match line[digits..].chars().next()? {
        '.' | ')' if (1..=9).contains(&digits) => digits + 1,
        '-' | '*' | '+' if digits == 0 => 1,
        _ => return None,
    };
    let (marker, content) = line.split_at(end);
    content.starts_with(' ').then(|| (marker, content.trim_start()))
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
    use proptest::prelude::*;
    use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

    use super::{one_line, safe};

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
        for (text, expected) in [
            ("Send\n\n    let x = 1;\n\tlet y = 2;", "Send\n\nlet x = 1;\nlet y = 2;"),
            ("Send\n```json\n{\"a\": [1]}\n```\nthen", "Send\n```text\n{\"a\": [1]}\n```\nthen"),
            ("Send\n  ```\n  <open>", "Send\n```text\n  <open>\n```"),
            ("~~~rust\nfn main() {}\n~~~", "~~~text\nfn main() {}\n~~~"),
            ("````\n```rust\n```\n````\nthen", "````text\n```rust\n```\n````\nthen"),
            ("```\n```rust\n`````  \nthen", "```text\n```rust\n```\nthen"),
            ("```x``` is a span", "```x``` is a span"),
            ("- a\n    - b", "- a\n  - b"),
            ("-      let x;\n12)     let y;", "- let x;\n12) let y;"),
            ("- 1.      let x;", "- 1. let x;"),
            ("-\n      let x;", "-\nlet x;"),
            ("+ ~~~\n  let x;\n  ~~~\nthen", "+ ~~~text\n  let x;\n  ~~~\nthen"),
            ("- ```rust\nlet x;\n\n    let y;\n```\nthen", "- ```text\n  let x;\n\n    let y;\n  ```\nthen"),
            ("Do:\n2. ~~~\n   let x;\nthen", "Do:\n\n2. ~~~text\n   let x;\n   then\n   ~~~"),
            ("- a\n    - - ~~~\n      let x;\n      ~~~", "- a\n\n  - - ~~~text\n      let x;\n      ~~~"),
            ("> ```rust\n> let x;\n> ```", "\\> \\`\\`\\`rust\n\\> let x;\n\\> \\`\\`\\`"),
            ("<pre><code>let x;\n\n    y</code></pre>", "\\<pre\\>\\<code\\>let x;\n\ny\\</code\\>\\</pre\\>"),
        ] {
            assert_eq!(safe(text), expected, "{text}");
            assert_eq!(blocks(expected), ["text"].repeat(blocks(expected).len()), "{text}");
        }
    }

    #[test]
    fn a_summary_is_one_line() {
        for (text, expected) in [
            ("Create  a\n\tkey.", "Create a key."),
            ("Create\n\n```rust\nfn main() {}\n```", "Create ```rust fn main() {} ```"),
            ("~~~\nlet x;", "let x;"),
            ("- ```rust\nlet x;", "rust let x;"),
            ("``` - ~~~ rust", "rust"),
            ("- Do it", "- Do it"),
            ("", ""),
        ] {
            assert_eq!(one_line(text), expected, "{text}");
            assert_eq!(blocks(&format!("{expected}.")), [""; 0], "{text}");
        }
    }

    /// What the blocks of code in a text say that they are, as rustdoc reads it.
    fn blocks(text: &str) -> Vec<String> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        let info = |event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Some(info.to_string()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some("an indented one".to_string()),
            Event::Start(Tag::HtmlBlock) => Some("HTML".to_string()),
            _ => None,
        };
        Parser::new_ext(text, options).filter_map(info).collect()
    }

    /// Lines made of what Markdown gives a meaning to.
    fn markdown() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "```",
            "~~~",
            "````",
            "~~~~~",
            "```rust",
            "~~~ rust",
            "`",
            "``",
            "- ",
            "* ",
            "+ ",
            "1. ",
            "2. ",
            "10) ",
            "123456789. ",
            "-",
            "1.",
            "> ",
            ">",
            " ",
            "  ",
            "   ",
            "    ",
            "     ",
            "\t",
            "let x;",
            "let x;",
            "word",
            "<pre>",
            "</pre>",
            "<script>",
            "<!--",
            "-->",
            "<a",
            "\\",
            "|",
            "|-|",
            "---",
            "===",
            "***",
            "# ",
            "[a]: /b",
            "[^1]: ",
            "[^1]",
            "[ ] ",
            "&gt; ",
            "https://a.b/c",
            "<https://a.b>",
            "\r",
            "\u{a0}",
            "\u{3000}",
            "\u{2028}",
            "\u{b}",
        ]);
        // Some lines are long enough to be wrapped.
        let piece = prop_oneof![9 => piece.prop_map(str::to_string), 1 => "[a-z ]{60,110}"];
        let line = prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat());
        prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_text_is_rustdoc_finds_no_code_to_run(text in markdown()) {
            // As it is written into the source.
            let clean = super::super::docs::wrapped(&safe(&text)).join("\n");
            for info in blocks(&clean) {
                prop_assert_eq!(info, "text", "{}", clean);
            }
            // What is open at the end would swallow what follows, and its end would begin another block.
            let followed = format!("{clean}\n\n# Example\n\n```no_run\nlet x;\n```");
            let found = blocks(&followed);
            prop_assert_eq!(found.last().map(String::as_str), Some("no_run"), "{}", followed);
            prop_assert!(found.iter().filter(|info| *info != "text").count() == 1, "{}", followed);
            prop_assert_eq!(blocks(&format!("{}.", one_line(&text))), [""; 0]);
        }
    }
}
