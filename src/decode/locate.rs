//! Finds the path to a position in a JSON text, such as `data[3].card.network`, for errors to name.

use std::fmt::Write as _;

/// A list or an object that is open at the position, with the index or the key.
enum Frame<'a> {
    List(usize),
    Object(Option<&'a [u8]>),
}

/// The path to the value that ends at or begins after a position, such as `data[3].card.network`; empty for the root.
///
/// The text before the position has been parsed already, so it is assumed to be valid. For an invalid text the path is
/// wrong, but there is no panic.
pub(super) fn path(json: &[u8], (line, column): (usize, usize)) -> String {
    let end = offset(json, line, column);
    let mut frames = Vec::new();
    let mut at = 0;
    while at < end {
        match json[at] {
            b'{' => frames.push(Frame::Object(None)),
            b'[' => frames.push(Frame::List(0)),
            b'}' | b']' => {
                frames.pop();
            }
            b',' => match frames.last_mut() {
                Some(Frame::List(index)) => *index += 1,
                Some(Frame::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                let start = at + 1;
                at = string_end(json, start);
                if let Some(Frame::Object(key @ None)) = frames.last_mut() {
                    *key = Some(&json[start..at]);
                }
            }
            _ => {}
        }
        at += 1;
    }
    write(&frames)
}

/// The offset of a position as serde_json counts: lines from 1, bytes after the last line end.
fn offset(json: &[u8], line: usize, column: usize) -> usize {
    let before: usize = json.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    before.saturating_add(column).min(json.len())
}

/// The index of the closing quote.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < json.len() && json[at] != b'"' {
        at += if json[at] == b'\\' { 2 } else { 1 };
    }
    at.min(json.len())
}

fn write(frames: &[Frame<'_>]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::List(index) => {
                let _ = write!(path, "[{index}]");
            }
            Frame::Object(None) => {}
            Frame::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(match std::str::from_utf8(key) {
                    Ok(name) if is_name(key) => name,
                    _ => "*",
                });
            }
        }
    }
    path
}

/// Whether a key looks like the name of a field. Any other key comes from the data, and may be the name or a number of
/// a person, so errors do not show it.
pub(super) fn is_name(key: &[u8]) -> bool {
    key.len() <= 64
        && matches!(key.first(), Some(b'a'..=b'z' | b'_'))
        && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && key.iter().filter(|byte| byte.is_ascii_digit()).count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let json = br#"{"a":[1,{"b":"x\"]}","c d":{}}],"e1":null}"#;
        for (until, expected) in [
            ("", ""),
            (r#"{"a":"#, "a"),
            (r#"{"a":[1"#, "a[0]"),
            (r#"{"a":[1,{"b":"x\"]}""#, "a[1].b"),
            (r#"{"a":[1,{"b":"x\"]}","c d":"#, "a[1].*"),
            (r#"{"a":[1,{"b":"x\"]}","c d":{}}"#, "a[1]"),
            (r#"{"a":[1,{"b":"x\"]}","c d":{}}],"e1":null"#, "e1"),
            (r#"{"a":[1,{"b":"x\"]}","c d":{}}],"e1":null}"#, ""),
        ] {
            assert!(json.starts_with(until.as_bytes()));
            assert_eq!(path(json, (1, until.len())), expected, "{until}");
        }
        assert_eq!(path(b"{\n\"a\"\n:[\n1,2", (4, 3)), "a[1]");
        assert_eq!(path(b"[[[", (1, 3)), "[0][0][0]");
    }

    #[test]
    fn nothing_makes_it_fail() {
        for json in [&b""[..], b"\"", b"\"\\", b"}}]]", b"{,:", b"\xff[\"\xff\":", b"{\"\xff\":1"] {
            for line in 0..3 {
                for column in [0, 1, 5, usize::MAX] {
                    path(json, (line, column));
                }
            }
        }
    }

    #[test]
    fn names() {
        for name in ["a", "street_line1", "ssn4", "_x", "has_more", "deviceId"] {
            assert!(is_name(name.as_bytes()), "{name}");
        }
        for key in ["", "1a", "Alice", "a b", "a.b", "a-b", "é", "4111111592341815", "a123456789"] {
            assert!(!is_name(key.as_bytes()), "{key}");
        }
        assert!(!is_name("a".repeat(65).as_bytes()));
    }
}
