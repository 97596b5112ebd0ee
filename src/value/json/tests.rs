//! Tests reading texts with a byte order mark, bytes that are not UTF-8, and halves of surrogate pairs.

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
        // These are escaped backslashes followed by letters, next to an escape that is half of a pair.
        (br#""\\ud83d\ud83d""#, "\\ud83d\u{FFFD}"),
        (br#""\\\ud83d""#, "\\\u{FFFD}"),
        (br#""\\\\ud83d\udc00""#, "\\\\ud83d\u{FFFD}"),
        // Latin-1, a character that is cut, one in an overlong encoding, a surrogate in UTF-8, bytes next to an escape.
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
    for json in [&b"\xEF\xBB\xBF\xEF\xBB\xBF\"a\""[..], b" \xEF\xBB\xBF\"a\"", b"\xEF\xBB\"a\"", b"\"a\"\xEF\xBB\xBF"] {
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

    /// Compares with the standard library, which replaces bytes that are not UTF-8 in the same way, and has its own
    /// decoder of UTF-16.
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
