//! Words of the server, made fit for a log.

use std::fmt;

/// Longer texts are cut: one line must stay one line.
const MAX_CHARS: usize = 300;

/// Digit groups of cards (the first with a year beside it) and of social security numbers, as people write them with a
/// space or a dash between. The longest comes first.
const LAYOUTS: &[&[usize]] = &[&[4, 4, 4, 4, 4], &[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[3, 2, 4]];

/// A text of the server whose `Display` and `Debug` are one line without card or social security numbers.
///
/// The server may echo what it was sent. A run of 9 digits may be a social security number, one of 13 to 19 a card
/// number; both are replaced, also when they are split as on the card. Control characters become spaces, so that a
/// message cannot forge a line of a log.
pub(super) struct Masked<'a>(pub(super) &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(self.0))
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&mask(self.0), f)
    }
}

fn mask(text: &str) -> String {
    let mut line = String::new();
    let mut at = 0;
    for (start, end) in numbers(text.as_bytes()) {
        line.push_str(&text[at..start]);
        line.push_str("[REDACTED]");
        at = end;
    }
    line.push_str(&text[at..]);
    let mut chars = line.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c });
    let mut cut: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        cut.push('…');
    }
    cut
}

/// Where the numbers to hide are, in order and apart from each other.
fn numbers(text: &[u8]) -> Vec<(usize, usize)> {
    let groups = digit_groups(text);
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(&(start, end)) = groups.get(index) {
        if let Some(count) = layout_at(text, &groups[index..]) {
            found.push((start, groups[index + count - 1].1));
            index += count;
        } else {
            if matches!(end - start, 9 | 13..=19) {
                found.push((start, end));
            }
            index += 1;
        }
    }
    found
}

fn digit_groups(text: &[u8]) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match groups.last_mut() {
            Some((_, end)) if *end == at => *end = at + 1,
            _ => groups.push((at, at + 1)),
        }
    }
    groups
}

/// How many of the groups make one number, if they stand as on a card.
fn layout_at(text: &[u8], groups: &[(usize, usize)]) -> Option<usize> {
    LAYOUTS
        .iter()
        .find(|layout| {
            groups.len() >= layout.len()
                && groups.iter().zip(**layout).all(|((start, end), length)| end - start == *length)
                && groups[..layout.len()].windows(2).all(|pair| matches!(text[pair[0].1..pair[1].0], [b' ' | b'-']))
        })
        .map(|layout| layout.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hidden() {
        for (text, shown) in [
            ("pan 4111111592341815 is unknown", "pan [REDACTED] is unknown"),
            ("4111111592341815", "[REDACTED]"),
            ("ssn:123456789,", "ssn:[REDACTED],"),
            ("4222222222222 and 6304000000000000000", "[REDACTED] and [REDACTED]"),
            ("x4111111592341815y", "x[REDACTED]y"),
            ("pan 4111 1115 9234 1815 2027", "pan [REDACTED]"),
            ("pan 4111 1115 9234 1815 20 27", "pan [REDACTED] 20 27"),
            ("6304-0000-0000-0000-000", "[REDACTED]"),
            ("3782 822463 10005", "[REDACTED]"),
            ("3056 930902 5904", "[REDACTED]"),
            ("123-45-6789", "[REDACTED]"),
            ("ü 123456789 ü", "ü [REDACTED] ü"),
            ("5 4111111592341815 2027 12", "5 [REDACTED] 2027 12"),
        ] {
            assert_eq!(Masked(text).to_string(), shown);
            assert_eq!(format!("{:?}", Masked(text)), format!("{shown:?}"));
        }
    }

    #[test]
    fn other_digits_stay() {
        for text in [
            "",
            "12345678",
            "1234567890",
            "123456789012",
            "12345678901234567890",
            "2025-02-13T19:08:07.000Z",
            "2EE24580-ABCD-4821-9AD3-3F7BB8136FC0",
            "+1 212-555-1234",
            "limit must be 1 to 100",
            "1111 2222 3333",
            "4111  1115  9234  1815",
        ] {
            assert_eq!(Masked(text).to_string(), text);
        }
    }

    #[test]
    fn it_is_one_line_of_bounded_length() {
        assert_eq!(Masked("a\nERROR b\r\u{1b}[1m\u{2028}").to_string(), "a ERROR b  [1m ");
        let long = Masked(&"ü".repeat(1000)).to_string();
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
        // A number that stands across the cut must be hidden before the cut is made.
        let across = format!("{}4111111592341815", "x".repeat(MAX_CHARS - 8));
        assert!(!Masked(&across).to_string().contains("4111"));
    }
}
