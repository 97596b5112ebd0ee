//! Paths: templates filled with values, and the guard that a value can lead nowhere but to its own operation.
//!
//! `..` would call another endpoint, an empty value the list, and `..\keys` has been seen to delete the API key. A list
//! of bad values is never complete, so the guard also looks at the URL that comes out: it must be the template and our
//! encoding of the values, to the byte.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::error::Problems;

/// Everything but the unreserved characters of RFC 3986 is encoded, so that a value stays one segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL of `template` under `base`, or `None` and the reasons in `problems`.
pub(crate) fn fill(
    base: &Url,
    template: &str,
    values: &[(&'static str, String)],
    problems: &mut Problems,
) -> Option<Url> {
    if !template.starts_with('/') {
        problems.invalid("path", "must begin with a slash");
        return None;
    }
    if template.contains(['?', '#']) {
        problems.invalid("path", "must not hold a query or a fragment; give parameters by query()");
        return None;
    }
    let mut complete = true;
    let mut text = base.as_str().trim_end_matches('/').to_owned();
    let root = text.len();
    for segment in template.split('/').skip(1) {
        text.push('/');
        let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            text.push_str(segment);
            continue;
        };
        match values.iter().find(|(given, _)| *given == name) {
            Some((name, value)) => match objection(value) {
                None => text.extend(utf8_percent_encode(value, ENCODED)),
                Some(objection) => {
                    problems.invalid(*name, objection);
                    complete = false;
                }
            },
            None => {
                // A generated builder has reported it already, by its name.
                if problems.is_empty() {
                    problems.invalid("path", "has a {name} without a value");
                }
                complete = false;
            }
        }
    }
    for (name, _) in values.iter().filter(|(name, _)| !template.contains(&format!("{{{name}}}"))) {
        problems.invalid(*name, "has no place in the path");
        complete = false;
    }
    if !complete {
        return None;
    }
    let path = &text[root..];
    let url = Url::parse(&text).ok().filter(|url| leads_to(url, base, path));
    if url.is_none() {
        // Of a generated template it can only be a value, of a caller's own one the template itself.
        for name in values.iter().map(|(name, _)| *name).chain(values.is_empty().then_some("path")) {
            problems.invalid(name, "would change where the request goes");
        }
    }
    url
}

/// Whether `url` is `base` and `path` and nothing else: no segment more or fewer, none rewritten by the parser.
fn leads_to(url: &Url, base: &Url, path: &str) -> bool {
    url.origin() == base.origin()
        && url.path().strip_prefix(base.path().trim_end_matches('/')) == Some(path)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Why a value may not stand in a path, without quoting it.
///
/// Servers and proxies differ in how often they decode a path and in what they take for a slash, so the value is looked
/// at decoded to the end, piece by piece.
fn objection(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("is empty");
    }
    decode_to_the_end(value.as_bytes())
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|piece| matches!(piece, b"" | b"." | b".."))
        .then_some("would change where the request goes")
}

/// Decodes percent escapes until none is left, in one pass: a byte that completes an escape is folded at once, and may
/// complete the next one.
fn decode_to_the_end(value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    for &byte in value {
        decoded.push(byte);
        while let [.., b'%', high, low] = decoded[..] {
            let (Some(high), Some(low)) = (hex(high), hex(low)) else { break };
            decoded.truncate(decoded.len() - 3);
            decoded.push(high << 4 | low);
        }
    }
    decoded
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "/v2/customers/{customer_id}/link";

    fn fill_one(base: &str, value: &str) -> Result<String, String> {
        let mut problems = Problems::default();
        let base = Url::parse(base).unwrap();
        match fill(&base, TEMPLATE, &[("customer_id", value.to_owned())], &mut problems) {
            Some(url) => {
                assert!(problems.is_empty());
                Ok(url.to_string())
            }
            None => Err(problems.to_string()),
        }
    }

    #[test]
    fn values_are_encoded_into_one_segment() {
        for (value, encoded) in [
            ("2EE24580", "2EE24580"),
            ("a b", "a%20b"),
            ("a/b", "a%2Fb"),
            ("x\\link", "x%5Clink"),
            ("?a=b#c", "%3Fa%3Db%23c"),
            ("a%b", "a%25b"),
            ("100%", "100%25"),
            ("a%2", "a%252"),
            ("a;b:c@d&e=f+g$h,i", "a%3Bb%3Ac%40d%26e%3Df%2Bg%24h%2Ci"),
            ("ü/漢", "%C3%BC%2F%E6%BC%A2"),
            ("\ta\n", "%09a%0A"),
            ("...", "..."),
            ("a..b", "a..b"),
            ("-._~", "-._~"),
            ("{customer_id}", "%7Bcustomer_id%7D"),
        ] {
            let expected = format!("https://api.example.com/v2/customers/{encoded}/link");
            assert_eq!(fill_one("https://api.example.com", value), Ok(expected), "{value:?}");
        }
    }

    #[test]
    fn values_that_lead_elsewhere_are_refused_and_not_quoted() {
        for value in [
            ".",
            "..",
            "%2e%2e",
            "%2E.",
            ".%2e",
            "%252e%252e",
            "%25252e%25252e",
            "%2%65%2e",
            "..\\keys",
            "..%5Ckeys",
            "../keys",
            "a/../../keys",
            "a%2f..%2f..%2fkeys",
            "a/.",
            "/",
            "//",
            "%2F",
            "\\",
            "a//b",
            "a/",
        ] {
            let problem = fill_one("https://api.example.com", value).unwrap_err();
            assert_eq!(problem, "customer_id would change where the request goes", "{value}");
        }
        assert_eq!(fill_one("https://api.example.com", "").unwrap_err(), "customer_id is empty");
    }

    #[test]
    fn a_base_path_is_kept() {
        for base in ["https://example.com/imprint/api", "https://example.com/imprint/api/"] {
            assert_eq!(fill_one(base, "a").unwrap(), "https://example.com/imprint/api/v2/customers/a/link", "{base}");
            assert!(fill_one(base, "..").is_err());
        }
    }

    #[test]
    fn the_url_itself_is_checked() {
        let base = Url::parse("https://api.example.com/base").unwrap();
        let check = |url: &str, path: &str| leads_to(&Url::parse(url).unwrap(), &base, path);
        assert!(check("https://api.example.com/base/v2/a", "/v2/a"));
        for url in [
            "https://api.example.com/base/v2/a/../b",
            "https://api.example.com/base/v2/a/..",
            "https://api.example.com/base/v2/a/b",
            "https://api.example.com/v2/a",
            "https://api.example.com/base/v2/a?x",
            "https://api.example.com/base/v2/a#x",
            "https://u@api.example.com/base/v2/a",
            "https://other.example.com/base/v2/a",
            "http://api.example.com/base/v2/a",
            "https://api.example.com:444/base/v2/a",
        ] {
            assert!(!check(url, "/v2/a"), "{url}");
        }
    }

    #[test]
    fn decoding_ends_and_is_linear() {
        assert_eq!(decode_to_the_end(b"%%32%35%2"), b"%%2");
        assert_eq!(decode_to_the_end(b"%zz%"), b"%zz%");
        let nested = format!("%{}2e", "25".repeat(500_000));
        assert_eq!(decode_to_the_end(nested.as_bytes()), b".");
    }

    #[test]
    fn a_missing_value_gives_no_url() {
        let mut problems = Problems::default();
        let base = Url::parse("https://api.example.com").unwrap();
        assert!(fill(&base, TEMPLATE, &[], &mut problems).is_none());
    }
}
