//! The canonical form of a body: JSON without white space and with sorted keys. The documentation's example signs it.
//!
//! Two texts must not have the same canonical form if a parser may read them as different values. So an object that has
//! a key twice has no canonical form, and neither has a number in a spelling that a sender's `json.Marshal` may have
//! changed. All other values are spelled in exactly one way: keys in the order of their bytes, numbers as they are,
//! strings with the fewest escapes (or with those of Go).
//!
//! The form is made before it is known who sent the body. So the work is bounded: a body that is larger than
//! [`MAX_BYTES`], or has more than [`MAX_NODES`] values, has no canonical form.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

/// The largest body that has a canonical form. Events are a few kilobytes.
pub(super) const MAX_BYTES: usize = 128 << 10;

/// The most values that a body with a canonical form may have; nested values count too. Events have some dozens.
pub(super) const MAX_NODES: usize = 10_000;

/// How deep values may be nested. It is the limit of serde_json.
const MAX_DEPTH: usize = 128;

/// How strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Only the escapes that JSON requires: quotes, backslashes and control characters.
    Few,
    /// The escapes that Go writes: `<`, `>`, `&`, U+2028 and U+2029, too.
    Go,
}

/// A JSON value that is spelled in one way only, except for the escapes in its strings.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'a> {
    /// A number, `true`, `false` or `null`.
    Plain(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    /// The members, sorted by key. No key is there twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads a JSON text; `None` when the text is not JSON, or has no canonical form.
    pub(super) fn parse(json: &'a [u8]) -> Option<Self> {
        if json.len() > MAX_BYTES {
            return None;
        }
        let text = std::str::from_utf8(json).ok()?;
        // The scanner relies on valid JSON, so the text is checked first.
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        Scanner { text, at: 0, nodes: MAX_NODES }.value(MAX_DEPTH)
    }

    /// The node of a value, which cannot have a key twice. Its numbers are spelled as serde_json writes them.
    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Plain(value.to_string().into()),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(map) => {
                let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.into(), Self::of(value))).collect();
                sort(&mut pairs);
                Self::Object(pairs)
            }
        }
    }

    /// The canonical text.
    pub(super) fn write(&self, escapes: Escapes) -> String {
        let mut out = String::new();
        self.write_to(&mut out, escapes);
        out
    }

    fn write_to(&self, out: &mut String, escapes: Escapes) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => write_text(out, text, escapes),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_to(out, escapes);
                }
                out.push(']');
            }
            Self::Object(pairs) => {
                out.push('{');
                for (index, (key, value)) in pairs.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(out, key, escapes);
                    out.push(':');
                    value.write_to(out, escapes);
                }
                out.push('}');
            }
        }
    }
}

/// Sorts by the bytes of the keys.
fn sort(pairs: &mut [(Cow<'_, str>, Node<'_>)]) {
    pairs.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
}

/// Whether a text has a character that only Go escapes. A canonical text has them in its strings alone, so one without them is
/// the same in both forms.
pub(super) fn differs_in_go(text: &str) -> bool {
    // U+2028 and U+2029 begin with 0xe2, and few other characters do.
    has_byte(text, |byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2)) && text.contains(is_escaped_by_go)
}

/// Whether a text has a byte of some kind. All bytes are looked at, without a branch, which is faster than a search
/// that ends at the first one.
fn has_byte(text: &str, is: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | is(byte))
}

fn write_text(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    let mut rest = text;
    // Nearly every text is written as it is.
    if escapes == Escapes::Few && !has_byte(text, |byte| matches!(byte, b'"' | b'\\' | ..b' ')) {
        out.push_str(text);
        rest = "";
    }
    while let Some(at) = rest.find(|c| is_escaped(c, escapes)) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut chars = after.chars();
        if let Some(escaped) = chars.next() {
            write_escape(out, escaped);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn is_escaped(c: char, escapes: Escapes) -> bool {
    match c {
        '"' | '\\' | '\0'..='\x1f' => true,
        _ => escapes == Escapes::Go && is_escaped_by_go(c),
    }
}

fn is_escaped_by_go(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}

fn write_escape(out: &mut String, c: char) {
    out.push_str(match c {
        '"' => r#"\""#,
        '\\' => r"\\",
        '\x08' => r"\b",
        '\t' => r"\t",
        '\n' => r"\n",
        '\x0c' => r"\f",
        '\r' => r"\r",
        '<' => r"\u003c",
        '>' => r"\u003e",
        '&' => r"\u0026",
        '\u{2028}' => r"\u2028",
        '\u{2029}' => r"\u2029",
        _ => {
            // All other characters that are escaped are below U+0020.
            let code = u32::from(c);
            out.push_str(if code < 16 { r"\u000" } else { r"\u001" });
            out.extend(char::from_digit(code & 15, 16));
            return;
        }
    });
}

/// Reads a text that has been checked to be JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// How many more values may be read.
    nodes: usize,
}

impl<'a> Scanner<'a> {
    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        let depth = depth.checked_sub(1)?;
        self.nodes = self.nodes.checked_sub(1)?;
        match self.peek()? {
            b'"' => self.string().map(Node::Text),
            b'[' => {
                let mut items = Vec::new();
                self.at += 1;
                while self.peek()? != b']' {
                    items.push(self.value(depth)?);
                    self.skip(b',')?;
                }
                self.at += 1;
                Some(Node::List(items))
            }
            b'{' => {
                let mut pairs = Vec::new();
                self.at += 1;
                while self.peek()? != b'}' {
                    let key = self.string()?;
                    self.skip(b':')?;
                    pairs.push((key, self.value(depth)?));
                    self.skip(b',')?;
                }
                self.at += 1;
                sort(&mut pairs);
                let twice = pairs.windows(2).any(|pair| pair[0].0 == pair[1].0);
                (!twice).then_some(Node::Object(pairs))
            }
            first => {
                let rest = &self.text[self.at..];
                let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
                self.at += end;
                let text = &rest[..end];
                (first.is_ascii_alphabetic() || is_settled(text)).then_some(Node::Plain(text.into()))
            }
        }
    }

    /// Skips white space and returns the byte behind it.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at)?, b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) -> Option<()> {
        if self.peek()? == byte {
            self.at += 1;
        }
        Some(())
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.peek()?;
        let start = self.at + 1;
        let plain = self.text[start..].split_once('"')?.0;
        if !plain.contains('\\') {
            self.at = start + plain.len() + 1;
            return Some(Cow::Borrowed(plain));
        }
        let bytes = self.text.as_bytes();
        self.at = start;
        while *bytes.get(self.at)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        // serde_json refuses half of a surrogate pair, which stands for no character.
        serde_json::from_str::<String>(&self.text[start - 1..self.at]).ok().map(Cow::Owned)
    }
}

/// Whether every JSON library writes the number in this spelling. This is so for integers of 64 bits, and for decimals
/// that are as short as possible and have no exponent.
fn is_settled(number: &str) -> bool {
    // JSON allows only the shortest spelling of an integer, except that zero may also be `-0`.
    if number != "-0" && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok()) {
        return true;
    }
    // Go writes numbers outside of these bounds with an exponent.
    number.parse::<f64>().is_ok_and(|n| (1e-6..1e21).contains(&n.abs()) && n.to_string() == number)
}

#[cfg(test)]
mod tests;
