//! Finds the secrets of the client or verifier (keys, tokens) in texts that the server wrote, to keep them out of
//! errors and logs.

use zeroize::Zeroizing;

/// A part of a secret is hidden as well if it has at least this many characters.
const STRETCH: usize = 12;

/// Shorter keys and tokens are not searched for: they are no secrets, and would be found within ordinary words.
const SHORTEST: usize = 4;

/// Shorter values of other headers, and shorter halves of a key, are not searched for: they may be ordinary words.
const SHORTEST_OTHER: usize = 8;

/// Secrets that this client sends, or that a verifier checks signatures with.
///
/// A server may repeat in its error data that was sent to it. So the texts of errors are searched for these secrets and
/// for parts of them with at least [`STRETCH`] characters, also in percent encoding, with the escapes of JSON and in
/// the other letter case.
#[derive(Clone, Default)]
pub(crate) struct OwnSecrets(Vec<Zeroizing<Vec<u8>>>);

impl OwnSecrets {
    /// Adds an API key or a token.
    pub(crate) fn add_key(&mut self, key: &[u8]) {
        self.add(key, SHORTEST);
    }

    /// Adds the value of another header, or a half of a key.
    pub(crate) fn add_other(&mut self, value: &[u8]) {
        self.add(value, SHORTEST_OTHER);
    }

    #[cfg(feature = "webhooks")]
    pub(crate) fn of_tokens(tokens: &[super::Secret]) -> Self {
        let mut own = Self::default();
        tokens.iter().for_each(|token| own.add(token.expose().as_bytes(), SHORTEST));
        own
    }

    fn add(&mut self, value: &[u8], shortest: usize) {
        if value.len() >= shortest {
            self.0.push(Zeroizing::new(value.to_vec()));
        }
    }

    /// Where the secret that begins at `at` ends, if one does.
    pub(crate) fn end_at(&self, text: &str, at: usize) -> Option<usize> {
        let ends = self.0.iter().filter_map(|secret| stretch(&text.as_bytes()[at..], secret));
        let mut end = at + ends.max()?;
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Some(end)
    }

    /// The text with `[REDACTED]` in the place of each secret.
    pub(crate) fn hide(&self, text: String) -> String {
        let mut shown = String::new();
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            if let Some(end) = self.end_at(&text, at) {
                shown.push_str("[REDACTED]");
                at = end;
            } else {
                shown.push(next);
                at += next.len_utf8();
            }
        }
        shown
    }
}

/// How many bytes of the text, from its start, are the secret or a long enough part of it.
fn stretch(text: &[u8], secret: &[u8]) -> Option<usize> {
    let least = secret.len().min(STRETCH);
    (0..=secret.len() - least)
        .filter_map(|from| {
            let (mut end, mut count) = (0, 0);
            for byte in &secret[from..] {
                let Some(length) = spelled(&text[end..], *byte) else { break };
                end += length;
                count += 1;
            }
            (count >= least).then_some(end)
        })
        .max()
}

/// How many bytes of the text, from its start, stand for this byte.
fn spelled(text: &[u8], byte: u8) -> Option<usize> {
    let hex = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let code = Some(u32::from(byte));
    match *text {
        [b'%', first, second, ..] if hex(&[first, second]) == code => Some(3),
        [b'\\', b'u', a, b, c, d, ..] if hex(&[a, b, c, d]) == code => Some(6),
        [b'\\', escaped @ (b'"' | b'\\' | b'/'), ..] if escaped == byte => Some(2),
        [b'+', ..] if byte == b' ' => Some(1),
        [first, ..] if first.eq_ignore_ascii_case(&byte) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "4eC39HqLyjWDarjtT1zdp7dc";

    fn hidden(key: &str, text: &str) -> String {
        let mut own = OwnSecrets::default();
        own.add_key(key.as_bytes());
        own.hide(text.to_owned())
    }

    #[test]
    fn a_key_is_found_whole_and_in_parts_and_in_every_spelling() {
        for (text, shown) in [
            (format!("no key {KEY}!"), "no key [REDACTED]!"),
            (format!("Bearer {KEY}"), "Bearer [REDACTED]"),
            (format!("{KEY}{KEY}"), "[REDACTED][REDACTED]"),
            (KEY.to_lowercase(), "[REDACTED]"),
            (format!("a {}… b", &KEY[..12]), "a [REDACTED]… b"),
            (format!("…{}", &KEY[10..]), "…[REDACTED]"),
            (format!("é{}é", &KEY[5..20]), "é[REDACTED]é"),
            ("4eC39HqLyj".to_owned(), "4eC39HqLyj"),
            (KEY.bytes().map(|byte| format!("%{byte:02x}")).collect(), "[REDACTED]"),
            (KEY.bytes().map(|byte| format!("\\u{byte:04X}")).collect(), "[REDACTED]"),
            ("application/json".to_owned(), "application/json"),
            (String::new(), ""),
        ] {
            assert_eq!(hidden(KEY, &text), shown, "{text}");
        }
    }

    #[test]
    fn escapes_of_json_and_of_forms_are_seen_through() {
        for text in [r#"a/b "c\d e"#, r#"a\/b \"c\\d e"#, "a%2Fb+%22c%5Cd%20e"] {
            assert_eq!(hidden(r#"a/b "c\d e"#, text), "[REDACTED]", "{text}");
        }
    }

    #[test]
    fn short_values_are_no_secrets() {
        let mut own = OwnSecrets::default();
        own.add_key(b"key");
        own.add_other(b"7f3a");
        own.add_other(b"acme");
        let text = "the key of acme is unknown: 7f3a";
        assert_eq!(own.hide(text.to_owned()), text);
        own.add_key(b"the-key");
        own.add_other(b"acme-travel");
        assert_eq!(own.hide("the-key, acme-travel".to_owned()), "[REDACTED], [REDACTED]");
    }
}
