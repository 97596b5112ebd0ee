//! JSON texts that are not quite Unicode.
//!
//! JSON is UTF-8 without a byte order mark, but some servers write one, some put a Latin-1 byte into a name, and some
//! cut a text in the middle of a surrogate pair. None of this says anything about the fields beside it, so it costs
//! nothing but the character: U+FFFD, the replacement character, takes the place of what is not Unicode.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use zeroize::Zeroizing;

/// Half of a surrogate pair needs its other half behind it.
const REPLACEMENT: &[u8; 6] = b"\\uFFFD";

/// Reads a JSON text, with U+FFFD in the place of what is not Unicode.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut text = Text::new(text);
    loop {
        match serde_json::from_slice(text.json()) {
            Err(error) if text.repair(&error) => {}
            result => return result,
        }
    }
}

/// A JSON text, first as it came, and then, if that cannot be read, as Unicode.
pub(crate) struct Text<'a> {
    /// Without the byte order mark.
    original: &'a [u8],
    has_mark: bool,
    /// Wiped when it is dropped: it may hold a card number.
    repaired: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let without = bytes.strip_prefix(MARK);
        Self { original: without.unwrap_or(bytes), has_mark: without.is_some(), repaired: None }
    }

    /// What is to be read.
    pub(crate) fn json(&self) -> &[u8] {
        self.repaired.as_ref().map_or(self.original, |repaired| repaired)
    }

    /// Makes another text of one that could not be read, if what was wrong with it may be that it is not Unicode.
    ///
    /// It is called after a failure only: a text that can be read is not looked at twice.
    #[cold]
    pub(crate) fn repair(&mut self, error: &serde_json::Error) -> bool {
        // What is not Unicode is an error of syntax to serde_json, or stands where the text ends too early.
        if self.repaired.is_some() || !matches!(error.classify(), Category::Syntax | Category::Eof) {
            return false;
        }
        let mut json = Zeroizing::new(Vec::with_capacity(self.original.len()));
        for chunk in self.original.utf8_chunks() {
            json.extend_from_slice(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                json.extend_from_slice(char::REPLACEMENT_CHARACTER.encode_utf8(&mut [0; 3]).as_bytes());
            }
        }
        replace_halves(&mut json);
        let differs = json.as_slice() != self.original;
        self.repaired = differs.then_some(json);
        differs
    }

    /// A position in the text that was read (line from 1, and bytes in the line) as one in the text that came.
    pub(crate) fn position(&self, (line, column): (usize, usize)) -> (usize, usize) {
        let mark = if line == 1 && self.has_mark { MARK.len() } else { 0 };
        if self.repaired.is_none() {
            return (line, mark + column);
        }
        // Neither a line end nor an escape changes its length, so only bytes that are no UTF-8 count, and only those in
        // the line.
        let original = self.original.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let (mut came, mut read) = (0, 0);
        for chunk in original.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
            if column <= read + valid {
                break;
            }
            read += valid + if invalid == 0 { 0 } else { char::REPLACEMENT_CHARACTER.len_utf8() };
            came += valid + invalid;
        }
        (line, mark + came + column.saturating_sub(read))
    }
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Puts U+FFFD in the place of each `\u` escape that is half of a surrogate pair without the other half.
///
/// An escape begins at a backslash that is not itself escaped. Outside of strings there is no backslash in JSON.
fn replace_halves(json: &mut [u8]) {
    let mut at = 0;
    while let Some(next) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        let Some(unit) = escaped(&json[at..]) else {
            // The backslash and what it escapes, which may be another backslash.
            at = (at + 2).min(json.len());
            continue;
        };
        let is_pair = matches!(unit, 0xD800..=0xDBFF)
            && escaped(&json[at + REPLACEMENT.len()..]).is_some_and(|low| matches!(low, 0xDC00..=0xDFFF));
        if is_pair {
            at += 2 * REPLACEMENT.len();
            continue;
        }
        if matches!(unit, 0xD800..=0xDFFF) {
            json[at..at + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
        }
        at += REPLACEMENT.len();
    }
}

/// The UTF-16 code unit of the `\u` escape at the start of a text.
fn escaped(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = (*digit as char).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn text(json: &[u8]) -> Option<String> {
        read(json).ok()
    }

    #[test]
    fn what_is_not_unicode_becomes_one_character_where_it_stands() {
        for (json, expected) in [
            // Half of a pair: the first, the second, both in the wrong order, before another escape, at the end.
            (&br#""a\ud83dz""#[..], "a\u{FFFD}z"),
            (br#""a\udE00z""#, "a\u{FFFD}z"),
            (br#""\udE00\ud83d""#, "\u{FFFD}\u{FFFD}"),
            (br#""\ud83d\n\u00e9""#, "\u{FFFD}\n\u{e9}"),
            (br#""\ud83d\u00e9""#, "\u{FFFD}\u{e9}"),
            (br#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
            (br#""\ud83d\ude00\ude00""#, "\u{1F600}\u{FFFD}"),
            (br#""\uD83D""#, "\u{FFFD}"),
            (br#""\ud83d\\""#, "\u{FFFD}\\"),
            (br#""\ud83du""#, "\u{FFFD}u"),
            // These are backslashes and letters, beside one that is half of a pair.
            (br#""\\ud83d\ud83d""#, "\\ud83d\u{FFFD}"),
            (br#""\\\ud83d""#, "\\\u{FFFD}"),
            (br#""\\\\ud83d\udc00""#, "\\\\ud83d\u{FFFD}"),
            // Latin-1, a character that is cut, one that is too long, a surrogate in UTF-8, bytes beside an escape.
            (b"\"caf\xE9\"", "caf\u{FFFD}"),
            (b"\"\xE9\"", "\u{FFFD}"),
            (b"\"M\xFCller\xDF\"", "M\u{FFFD}ller\u{FFFD}"),
            (b"\"a\xF0\x9F\x98\"", "a\u{FFFD}"),
            (b"\"a\xC0\xA2b\"", "a\u{FFFD}\u{FFFD}b"),
            (b"\"\xED\xA0\xBD\"", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\"\\\"\xE9\\\\\"", "\"\u{FFFD}\\"),
            (b"\"\xFF\\ud83d\"", "\u{FFFD}\u{FFFD}"),
        ] {
            assert_eq!(text(json).as_deref(), Some(expected), "{}", json.escape_ascii());
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        assert_eq!(text(b"\xEF\xBB\xBF\"a\"").as_deref(), Some("a"));
        assert_eq!(text(b"\xEF\xBB\xBF\"\xE9\"").as_deref(), Some("\u{FFFD}"));
        assert_eq!(text(b"\"\xEF\xBB\xBF\"").as_deref(), Some("\u{FEFF}"));
        for json in
            [&b"\xEF\xBB\xBF\xEF\xBB\xBF\"a\""[..], b" \xEF\xBB\xBF\"a\"", b"\xEF\xBB\"a\"", b"\"a\"\xEF\xBB\xBF"]
        {
            assert_eq!(text(json), None, "{}", json.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for json in [
            &b""[..],
            b"\xFF",
            b"\"\xFF",
            b"\"a\"\xFF",
            b"{\xFF}",
            b"{\"a\xFF\"}",
            br#""\ud83"#,
            br#""\ud83""#,
            br#""\ud8zz""#,
            br#""\x""#,
            br#""\u""#,
            br#""\"#,
            br"\ud83d",
            b"\"\xFF\n\"",
        ] {
            assert_eq!(read::<Value>(json).ok(), None, "{}", json.escape_ascii());
        }
    }

    #[test]
    fn keys_and_neighbours_are_kept() {
        let read: Value = read(b"{\"a\xE9\":\"\xE9\",\"\\ud83d\":[1,\"\\udc00\",{\"\xC3\xA9\":2.5}]}").unwrap();
        assert_eq!(read, json!({"a\u{FFFD}": "\u{FFFD}", "\u{FFFD}": [1, "\u{FFFD}", {"\u{e9}": 2.5}]}));
    }

    #[test]
    fn positions_are_those_of_the_text_that_came() {
        for (json, expected) in [
            (&b"{\"a\":\"\xE9\",\"b\":x}"[..], (1, 14)),
            (b"\xEF\xBB\xBF{\"a\":x}", (1, 9)),
            (b"\xEF\xBB\xBF{\"a\":\"\xE9\xE9\",\n\"\xE9\xE9\xC3\xA9\":\"\xE9\",\"b\":x}", (2, 16)),
            (b"{\"a\":\"\\ud83d\",\n\"\xE9\":1,x}", (2, 7)),
            (b"{\"a\":\"\xE9", (1, 7)),
        ] {
            let mut text = Text::new(json);
            let error = loop {
                match serde_json::from_slice::<Value>(text.json()) {
                    Err(error) if text.repair(&error) => {}
                    result => break result.unwrap_err(),
                }
            };
            let position = text.position((error.line(), error.column()));
            assert_eq!(position, expected, "{}", json.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn unicode_is_read_as_it_is(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(read::<String>(json.as_bytes()).unwrap(), text);
        }

        /// The standard library replaces what is no UTF-8 in the same way, and has a decoder of UTF-16 of its own.
        #[test]
        fn what_is_not_unicode_is_what_others_say(bytes in any::<Vec<u8>>(), units in prop::collection::vec(
            prop_oneof![any::<u16>(), 0xD800..0xE000_u16], 0..8,
        )) {
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte >= b' ' && !b"\"\\".contains(byte)).collect();
            let json = [b"\"", &bytes[..], b"\""].concat();
            prop_assert_eq!(text(&json).unwrap(), String::from_utf8_lossy(&bytes));
            let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            prop_assert_eq!(text(format!("\"{escapes}\"").as_bytes()).unwrap(), String::from_utf16_lossy(&units));
        }

        #[test]
        fn nothing_makes_it_panic(bytes in any::<Vec<u8>>(), text in "[\\\\u\"d8c0{}:, ]{0,30}") {
            for json in [&bytes[..], text.as_bytes()] {
                if let Err(error) = read::<Value>(json) {
                    let mut text = Text::new(json);
                    text.repair(&error);
                    text.position((error.line(), error.column()));
                    text.position((usize::MAX, usize::MAX));
                }
            }
        }
    }
}
