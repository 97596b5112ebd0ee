//! JSON without white space and with sorted keys, which is what the documentation's example signs.
//!
//! Two texts must not have one canonical form if a parser may take them for two things. So an object with a key twice
//! has none, nor has a number in a spelling that a sender's `json.Marshal` may have changed. What is left is spelled
//! in exactly one way: keys in the order of their bytes, numbers as they are, strings with the fewest escapes.
//!
//! This work is done before anybody knows who sent the body. So it is bounded: a body that is larger than
//! [`MAX_BYTES`], or has more than [`MAX_NODES`] values, has no canonical form.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

/// The largest body that has a canonical form. Events are a few kilobytes.
pub(super) const MAX_BYTES: usize = 128 << 10;

/// As many values, those within others counted, as a body with a canonical form may have. Events have some dozens.
pub(super) const MAX_NODES: usize = 10_000;

/// As deep as serde_json reads.
const MAX_DEPTH: usize = 128;

/// How strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Only what JSON asks for: quotes, backslashes and control characters.
    Few,
    /// As Go does it: `<`, `>`, `&`, U+2028 and U+2029, too.
    Go,
}

/// A JSON value whose spelling is settled but for the escapes.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'a> {
    /// A number, `true`, `false` or `null`.
    Plain(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    /// Sorted by key, no key twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads a JSON text; `None` when it is none, or has no canonical form.
    pub(super) fn parse(json: &'a [u8]) -> Option<Self> {
        if json.len() > MAX_BYTES {
            return None;
        }
        let text = std::str::from_utf8(json).ok()?;
        // The scanner below reads valid JSON only.
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        Scanner { text, at: 0, nodes: MAX_NODES }.value(MAX_DEPTH)
    }

    /// The same of a value: it has no key twice, and its numbers are spelled already.
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

fn write_text(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    let mut rest = text;
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
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escapes == Escapes::Go,
        _ => false,
    }
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
            // What is left is below U+0020.
            let code = u32::from(c);
            out.push_str(if code < 16 { r"\u000" } else { r"\u001" });
            out.extend(char::from_digit(code & 15, 16));
            return;
        }
    });
}

/// Reads a text that is known to be JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// How many more values may come.
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

    /// The next byte that is no white space.
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
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += 1;
        while *bytes.get(self.at)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        let inner = &quoted[1..quoted.len() - 1];
        if inner.contains('\\') {
            // Half of a surrogate pair is refused here: it has no one text.
            return serde_json::from_str::<String>(quoted).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }
}

/// Whether every writer of JSON spells the number like this: integers of 64 bits, and the shortest decimals without an
/// exponent.
fn is_settled(number: &str) -> bool {
    // JSON allows no other spelling of an integer than the shortest, but for this one.
    if number != "-0" && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok()) {
        return true;
    }
    // Go writes an exponent outside of these bounds.
    number.parse::<f64>().is_ok_and(|n| (1e-6..1e21).contains(&n.abs()) && n.to_string() == number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn few(json: &str) -> Option<String> {
        Node::parse(json.as_bytes()).map(|node| node.write(Escapes::Few))
    }

    fn go(json: &str) -> String {
        Node::parse(json.as_bytes()).unwrap().write(Escapes::Go)
    }

    #[test]
    fn the_example_of_the_documentation() {
        assert_eq!(few(r#"{"hello": "world", "amount": 5000}"#).unwrap(), r#"{"amount":5000,"hello":"world"}"#);
    }

    #[test]
    fn white_space_goes_and_keys_are_sorted_by_their_bytes_at_every_depth() {
        let json = "\t{ \"b\" : [ 1 , { \"z\" : null , \"a\" : true } , [ ] , { } ] ,\r\n \"B\":\"x\", \"é\":1, \"z\":2, \"\":3 } ";
        assert_eq!(few(json).unwrap(), "{\"\":3,\"B\":\"x\",\"b\":[1,{\"a\":true,\"z\":null},[],{}],\"z\":2,\"é\":1}");
        // By bytes U+FF5E comes before U+1F600; by UTF-16 units it would come after.
        assert_eq!(few("{\"\u{1F600}\":1,\"\u{FF5E}\":2}").unwrap(), "{\"\u{FF5E}\":2,\"\u{1F600}\":1}");
    }

    #[test]
    fn strings_have_the_fewest_escapes_or_those_of_go() {
        let json = r#""<a> & \u003cb\u003e \/ \u00e9 \" \\ \n \t \u0001 \u2028\u2029 \ud83d\ude00""#;
        assert_eq!(few(json).unwrap(), "\"<a> & <b> / é \\\" \\\\ \\n \\t \\u0001 \u{2028}\u{2029} \u{1F600}\"");
        assert_eq!(
            go(json),
            "\"\\u003ca\\u003e \\u0026 \\u003cb\\u003e / é \\\" \\\\ \\n \\t \\u0001 \\u2028\\u2029 \u{1F600}\""
        );
        assert_eq!(go(r#"{"<":1}"#), r#"{"\u003c":1}"#);
    }

    #[test]
    fn every_character_is_escaped_as_serde_json_does_it() {
        for code in (0..0x300).chain([0x2028, 0x2029, 0xD7FF, 0xFFFF, 0x1F600]) {
            let text: String = ['a', char::from_u32(code).unwrap(), 'b'].iter().collect();
            let mut written = String::new();
            write_text(&mut written, &text, Escapes::Few);
            assert_eq!(written, serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn a_body_beyond_the_bounds_has_none() {
        let sized = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        assert_eq!(few(&sized(MAX_BYTES)), Some(sized(MAX_BYTES)));
        assert_eq!(few(&sized(MAX_BYTES + 1)), None);
        // The list is a value itself.
        let list = |items: usize| format!("[0{}]", ",{}".repeat(items - 1));
        assert_eq!(few(&list(MAX_NODES - 1)), Some(list(MAX_NODES - 1)));
        assert_eq!(few(&list(MAX_NODES)), None);
    }

    #[test]
    fn a_key_twice_has_no_canonical_form() {
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, r#"[{"x":{"a":1,"a":2}}]"#] {
            assert_eq!(few(json), None, "{json}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        let settled = ["0", "5000", "-1", "9007199254740993", "18446744073709551615", "-9223372036854775808"];
        for number in settled.into_iter().chain(["5.89", "-0.5", "0.000001", "123456789.25", "100000000000000000000"]) {
            assert_eq!(few(number).as_deref(), Some(number));
        }
        for number in
            ["-0", "1.0", "5.890", "1e2", "1E2", "1e-7", "0.0000001", "-0.0", "1e999", "1000000000000000000000"]
        {
            assert_eq!(few(number), None, "{number}");
            assert_eq!(few(&format!("{{\"a\":[{number}]}}")), None, "{number}");
        }
        // More digits than a double holds.
        assert_eq!(few("0.1234567890123456789"), None);
        assert_eq!(few("18446744073709551617"), None);
    }

    #[test]
    fn what_is_no_json_has_none() {
        for json in
            ["", " ", "{", "{\"a\":1,}", "[1,]", "[,1]", "{\"a\" 1}", "01", "\"\u{1}\"", "nul", "1 2", "\"\\x\""]
        {
            assert_eq!(few(json), None, "{json:?}");
        }
        assert_eq!(few(r#""\ud83d""#), None, "half of a pair");
        assert!(Node::parse(b"\"\xff\"").is_none());
        assert!(few(&"[".repeat(100_000)).is_none());
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(few(&deep(127)).is_some());
        assert!(few(&deep(200)).is_none());
    }

    /// Any JSON value without floats.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..8).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_meaning_stays_and_the_form_is_one(value in value()) {
            for spelled in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let node = Node::parse(spelled.as_bytes()).unwrap();
                prop_assert_eq!(&node, &Node::of(&value));
                for escapes in [Escapes::Few, Escapes::Go] {
                    let written = node.write(escapes);
                    prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
                    prop_assert_eq!(Node::parse(written.as_bytes()).unwrap().write(escapes), written);
                }
            }
        }

        #[test]
        fn nothing_makes_it_panic(json in any::<Vec<u8>>(), text in "[\\[\\]{}\",:0-9a\\\\ .eE+-]{0,40}") {
            let _ = Node::parse(&json);
            // What has a canonical form is JSON, and means the same.
            if let Some(node) = Node::parse(text.as_bytes()) {
                let value: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(serde_json::from_str::<Value>(&node.write(Escapes::Few)).unwrap(), value);
            }
        }
    }
}
