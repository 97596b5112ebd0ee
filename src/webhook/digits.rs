//! Writes integers that do not fit into 64 bits as texts, so that they keep their digits.
//!
//! serde_json reads such a number into a double, so two different numbers may become the same one.

/// The fewest digits that an integer beyond 64 bits has.
const LONG: usize = 19;

/// The same JSON with quotes around the integers that fit neither an `i64` nor a `u64`; `None` if it has no such
/// integer.
pub(super) fn quoted(json: &[u8]) -> Option<Vec<u8>> {
    // Looks at every 19th byte only: a run of 19 digits covers one of them. Nearly every body has no such run, and is
    // not read further.
    let mut places = (LONG - 1..json.len()).step_by(LONG).filter(|at| json[*at].is_ascii_digit());
    if !places.any(|at| run_around(json, at) >= LONG) {
        return None;
    }
    let (mut kept, mut at, mut copied) = (Vec::new(), 0, 0);
    while at < json.len() {
        let start = at;
        match json[at] {
            b'"' => {
                at += 1;
                while at < json.len() && json[at] != b'"' {
                    at += if json[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                at += json[at..].iter().take_while(|byte| is_of_a_number(**byte)).count();
                if is_long(&json[start..at]) {
                    kept.extend_from_slice(&json[copied..start]);
                    kept.push(b'"');
                    kept.extend_from_slice(&json[start..at]);
                    kept.push(b'"');
                    copied = at;
                }
            }
            _ => at += 1,
        }
    }
    kept.extend_from_slice(&json[copied..]);
    (copied > 0).then_some(kept)
}

fn run_around(json: &[u8], at: usize) -> usize {
    let after = json[at..].iter().take(LONG).take_while(|byte| byte.is_ascii_digit()).count();
    let before = json[..at].iter().rev().take(LONG).take_while(|byte| byte.is_ascii_digit()).count();
    before + after
}

fn is_of_a_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn is_long(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let is_integer = digits.len() >= LONG && digits.iter().all(u8::is_ascii_digit);
    let fits = |text: &str| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    is_integer && !std::str::from_utf8(number).is_ok_and(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        quoted(json.as_bytes()).map(|kept| String::from_utf8(kept).unwrap())
    }

    #[test]
    fn integers_beyond_64_bits_become_texts() {
        for before in 0..40 {
            let blanks = " ".repeat(before);
            for number in ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"] {
                let json = format!(r#"{blanks}{{"a\"1":[{number}, {number}],"18446744073709551616":{number}}}"#);
                let kept = format!(r#"{blanks}{{"a\"1":["{number}", "{number}"],"18446744073709551616":"{number}"}}"#);
                assert_eq!(text(&json), Some(kept));
            }
        }
    }

    /// Wherever the only long number begins, one of the places that are looked at is in it.
    #[test]
    fn a_single_number_is_found_at_every_place() {
        for before in 0..60 {
            for number in ["-9223372036854775809", "18446744073709551616"] {
                let json = format!("{}{number}", " ".repeat(before));
                assert_eq!(text(&json), Some(format!("{}\"{number}\"", " ".repeat(before))), "{before}");
            }
        }
    }

    #[test]
    fn all_else_stays() {
        for json in [
            "",
            "0",
            r#"{"a": 18446744073709551615, "b": -9223372036854775808}"#,
            "[1.8446744073709551616, 18446744073709551616.5, 18446744073709551616e1, 1e30]",
            r#"["18446744073709551616", "\"18446744073709551616"]"#,
            r#"["123456789012345678901234567890", "\"123456789012345678901234567890"]"#,
            r#"["18446744073709551616"#,
            r#"["18446744073709551616\"#,
        ] {
            assert_eq!(text(json), None, "{json}");
        }
    }
}
