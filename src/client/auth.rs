//! Makes the `Authorization` header from the API key. Only this module knows the schemes of that header.
//!
//! To add a scheme, add a variant here, and a method of [`ClientBuilder`](super::ClientBuilder) that chooses it.

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use zeroize::Zeroizing;

use crate::error::ConfigError;
use crate::value::{OwnSecrets, Secret};

/// The scheme of the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// `Bearer <key>`.
    Bearer,
    /// HTTP Basic: the key as the user name with an empty password, or the two halves of `id:secret`.
    Basic,
}

impl Auth {
    /// The header for a key that has been checked. It is marked as sensitive.
    ///
    /// `request` is an empty request that is not sent: it is only used to write the base64 of HTTP Basic.
    pub(super) fn header(self, request: RequestBuilder, key: &Secret) -> Result<HeaderValue, ConfigError> {
        let request = match self {
            Self::Bearer => request.header(AUTHORIZATION, &*Zeroizing::new(format!("Bearer {}", key.expose()))),
            Self::Basic => {
                let (user, password) = key.expose().split_once(':').unwrap_or((key.expose(), ""));
                request.basic_auth(user, Some(password))
            }
        };
        let problem = "the API key cannot be put into a request";
        let mut request = request.build().map_err(|error| ConfigError::transport(problem, error))?;
        let mut header = request.headers_mut().remove(AUTHORIZATION).expect("it has just been set");
        header.set_sensitive(true);
        Ok(header)
    }

    /// Adds the texts of a header made by [`header`](Self::header) that no error may show: the key itself, and each
    /// form in which the header contains it.
    pub(super) fn add_secrets(self, header: &[u8], own: &mut OwnSecrets) {
        let scheme_end = header.iter().position(|byte| *byte == b' ').map_or(0, |at| at + 1);
        let value = header[scheme_end..].trim_ascii();
        match self {
            Self::Bearer => own.add_key(value),
            Self::Basic => {
                let pair = Zeroizing::new(from_base64(value));
                let (user, password) = match pair.iter().position(|byte| *byte == b':') {
                    Some(at) => (&pair[..at], &pair[at + 1..]),
                    None => (&pair[..], &[][..]),
                };
                if password.is_empty() {
                    own.add_key(user);
                } else {
                    own.add_key(&pair);
                    own.add_other(user);
                    own.add_other(password);
                }
                // The last characters of base64 depend on what follows.
                let unpadded = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
                own.add_key(&value[..unpadded]);
            }
        }
    }
}

/// Decodes base64 text; characters that are not base64 are skipped.
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

    use super::*;

    const KEY: &str = "4eC39HqLyjWDarjtT1zdp7dc";

    fn header(auth: Auth, key: &str) -> HeaderValue {
        let request = reqwest::Client::new().get("https://api.example.com");
        auth.header(request, &Secret::from(key)).unwrap()
    }

    fn own(auth: Auth, key: &str) -> OwnSecrets {
        let mut own = OwnSecrets::default();
        auth.add_secrets(header(auth, key).as_bytes(), &mut own);
        own
    }

    #[test]
    fn each_scheme_makes_its_header() {
        for (auth, key, expected) in [
            (Auth::Bearer, KEY, format!("Bearer {KEY}")),
            (Auth::Bearer, "id:secret", "Bearer id:secret".to_owned()),
            (Auth::Basic, KEY, format!("Basic {}", STANDARD.encode(format!("{KEY}:")))),
            (Auth::Basic, "id:se:cret", format!("Basic {}", STANDARD.encode("id:se:cret"))),
        ] {
            let header = header(auth, key);
            assert_eq!(header.as_bytes(), expected.as_bytes(), "{auth:?} {key}");
            assert!(header.is_sensitive());
        }
    }

    #[test]
    fn a_bearer_token_is_hidden_with_its_scheme_left_as_it_is() {
        assert_eq!(own(Auth::Bearer, KEY).hide(format!("Bearer {KEY}")), "Bearer [REDACTED]");
        // Shorter keys could be ordinary words, so they are not hidden.
        assert_eq!(own(Auth::Bearer, "key").hide("the key".to_owned()), "the key");
        assert_eq!(own(Auth::Bearer, "the-key").hide("the-key".to_owned()), "[REDACTED]");
    }

    #[test]
    fn basic_is_looked_for_as_it_is_sent_and_as_what_it_stands_for() {
        for (key, secrets) in [
            (KEY, vec![KEY]),
            ("some-key-id:the-password", vec!["some-key-id", "the-password", "some-key-id:the-password"]),
        ] {
            let pair = if key.contains(':') { key.to_owned() } else { format!("{key}:") };
            let encoded = STANDARD.encode(&pair);
            assert_eq!(from_base64(encoded.as_bytes()), pair.as_bytes());
            let own = own(Auth::Basic, key);
            for secret in secrets.into_iter().chain([encoded.trim_end_matches('='), encoded.as_str()]) {
                let shown = own.hide(format!("<{secret}>"));
                assert!(!shown.contains(secret.trim_end_matches('=')) && shown.starts_with("<[REDACTED]"), "{shown}");
            }
        }
    }
}
