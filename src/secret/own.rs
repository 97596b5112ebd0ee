//! Finding the secrets of this side in texts that the other side wrote.

use reqwest::header::{AUTHORIZATION, HeaderMap};
use zeroize::Zeroizing;

/// A part of a secret with this many characters is hidden like the whole of it.
const STRETCH: usize = 12;

/// Shorter keys and tokens are not looked for: they are no secrets, and would be found in every word.
const SHORTEST: usize = 4;

/// Shorter values of other headers, and halves of a key, are not looked for: they may be everyday words.
const SHORTEST_OTHER: usize = 8;

/// Secrets that this client sends, or that a verifier checks signatures with.
///
/// A server may repeat in its error what it was sent. So the texts of errors are searched for these, whole and in parts
/// of at least [`STRETCH`] characters, also in percent encoding, with the escapes of JSON and in the other letter case.
#[derive(Clone, Default)]
pub(crate) struct OwnSecrets(Vec<Zeroizing<Vec<u8>>>);

impl OwnSecrets {
    /// What stands in the headers of a request that are marked as sensitive: the key in each form in which it is sent,
    /// the merchant key, and the headers that call options add.
    pub(crate) fn sent(headers: &HeaderMap) -> Self {
        let mut own = Self::default();
        for (name, value) in headers.iter().filter(|(_, value)| value.is_sensitive()) {
            let value = value.as_bytes();
            if name != AUTHORIZATION {
                own.add(value, SHORTEST_OTHER);
                continue;
            }
            let scheme_end = value.iter().position(|byte| *byte == b' ').map_or(0, |at| at + 1);
            let (scheme, value) = value.split_at(scheme_end);
            let value = value.trim_ascii();
            if scheme.eq_ignore_ascii_case(b"Basic ") {
                let pair = Zeroizing::new(from_base64(value));
                let (user, password) = match pair.iter().position(|byte| *byte == b':') {
                    Some(at) => (&pair[..at], &pair[at + 1..]),
                    None => (&pair[..], &[][..]),
                };
                if password.is_empty() {
                    own.add(user, SHORTEST);
                } else {
                    own.add(&pair, SHORTEST);
                    own.add(user, SHORTEST_OTHER);
                    own.add(password, SHORTEST_OTHER);
                }
                // The last characters of base64 depend on what follows.
                let unpadded = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
                own.add(&value[..unpadded], SHORTEST);
            } else {
                own.add(value, SHORTEST);
            }
        }
        own
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

    /// The text without them.
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

/// The bytes that a text in base64 stands for; what is no base64 in it is passed over.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use reqwest::header::HeaderValue;

    use super::*;

    const KEY: &str = "4eC39HqLyjWDarjtT1zdp7dc";

    fn sent(headers: &[(&'static str, &str)]) -> OwnSecrets {
        let headers = headers.iter().map(|(name, value)| {
            let mut value = HeaderValue::from_str(value).unwrap();
            value.set_sensitive(*name != "accept");
            (reqwest::header::HeaderName::from_static(name), value)
        });
        OwnSecrets::sent(&headers.collect())
    }

    fn hidden(own: &OwnSecrets, text: &str) -> String {
        own.hide(text.to_owned())
    }

    #[test]
    fn a_key_is_found_whole_and_in_parts_and_in_every_spelling() {
        let own = sent(&[("authorization", &format!("Bearer {KEY}")), ("accept", "application/json")]);
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
            assert_eq!(hidden(&own, &text), shown, "{text}");
        }
    }

    #[test]
    fn escapes_of_json_and_of_forms_are_seen_through() {
        let own = sent(&[("authorization", r#"Bearer a/b "c\d e"#)]);
        for text in [r#"a/b "c\d e"#, r#"a\/b \"c\\d e"#, "a%2Fb+%22c%5Cd%20e"] {
            assert_eq!(hidden(&own, text), "[REDACTED]", "{text}");
        }
    }

    #[test]
    fn basic_is_looked_for_as_it_is_sent_and_as_what_it_stands_for() {
        for (pair, secrets) in [
            (format!("{KEY}:"), vec![KEY]),
            ("some-key-id:the-password".to_owned(), vec!["some-key-id", "the-password", "some-key-id:the-password"]),
        ] {
            let encoded = STANDARD.encode(&pair);
            assert_eq!(from_base64(encoded.as_bytes()), pair.as_bytes());
            let own = sent(&[("authorization", &format!("Basic {encoded}"))]);
            for secret in secrets.into_iter().chain([encoded.trim_end_matches('='), encoded.as_str()]) {
                let shown = hidden(&own, &format!("<{secret}>"));
                assert!(!shown.contains(secret.trim_end_matches('=')) && shown.starts_with("<[REDACTED]"), "{shown}");
            }
        }
    }

    #[test]
    fn short_values_are_no_secrets() {
        let own =
            sent(&[("authorization", "Bearer key"), ("x-request-id", "7f3a"), ("x-imprint-merchant-key", "acme")]);
        assert_eq!(hidden(&own, "the key of acme is unknown: 7f3a"), "the key of acme is unknown: 7f3a");
        let own = sent(&[("authorization", "Bearer the-key"), ("x-imprint-merchant-key", "acme-travel")]);
        assert_eq!(hidden(&own, "the-key, acme-travel"), "[REDACTED], [REDACTED]");
    }
}
