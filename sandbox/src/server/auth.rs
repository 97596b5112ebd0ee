//! Which key a request shows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use imprint_client::Secret;

use crate::settings::BasicPair;

/// What the header `authorization` holds.
pub enum Shown {
    /// A key, as `Bearer` or as the user name of `Basic`.
    Key(Secret),
    /// An id and a secret that the sandbox was told of.
    Pair,
    /// Nothing that can be accepted.
    Nothing,
}

/// Reads `Bearer KEY`, `Basic` of `KEY:`, and `Basic` of a pair that is known.
pub fn shown(headers: &HeaderMap, pairs: &[BasicPair]) -> Shown {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, rest)) = value.and_then(|value| value.split_once(' ')) else { return Shown::Nothing };
    if scheme.eq_ignore_ascii_case("bearer") {
        return Shown::Key(rest.trim().into());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Shown::Nothing;
    }
    let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((key, "")) => Shown::Key(key.into()),
        Some((id, secret)) if pairs.iter().any(|pair| pair.id == id && pair.secret.expose() == secret) => Shown::Pair,
        _ => Shown::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> String {
        let pairs = [BasicPair { id: "id".into(), secret: "secret".into() }];
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().expect("a header"))]);
        match shown(&headers, &pairs) {
            Shown::Key(key) => key.expose().to_owned(),
            Shown::Pair => "the pair".into(),
            Shown::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn a_key_is_read_from_both_schemes_and_a_pair_only_if_it_is_known() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (value, key) in [
            ("Bearer abc".to_owned(), "abc"),
            ("bearer abc".into(), "abc"),
            (basic("abc:"), "abc"),
            (basic("id:secret"), "the pair"),
            (basic("id:other"), "nothing"),
            (basic("abc"), "nothing"),
            ("Basic !".into(), "nothing"),
            ("Digest abc".into(), "nothing"),
            ("abc".into(), "nothing"),
        ] {
            assert_eq!(read(&value), key, "{value}");
        }
        assert!(matches!(shown(&HeaderMap::new(), &[]), Shown::Nothing));
    }
}
