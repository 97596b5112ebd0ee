//! The id by which a server can find a request in its logs. Support asks for it.

use std::fmt;

use http::{HeaderMap, HeaderName};

use super::mask::Masked;
use crate::value::OwnSecrets;

/// The headers in which servers, gateways and proxies send the id, those of the server itself first.
const NAMES: [&str; 7] =
    ["x-request-id", "request-id", "x-amzn-requestid", "x-amzn-trace-id", "x-correlation-id", "x-amz-cf-id", "cf-ray"];

/// Headers by which the parts of a distributed call are found in logs.
const TRACE_NAMES: [&str; 5] = ["traceparent", "tracestate", "b3", "x-b3-traceid", "x-cloud-trace-context"];

/// Whether a header has an id for finding a request in logs. Its value is shown, although the caller has set it.
pub(crate) fn is_for_logs(name: &HeaderName) -> bool {
    NAMES.contains(&name.as_str()) || TRACE_NAMES.contains(&name.as_str())
}

/// A longer text is not taken for an id, so that logs stay readable.
const LONGEST: usize = 200;

/// The id of the first of the known headers whose value can be one: visible text of a bounded length.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let ids = NAMES.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    ids.map(str::trim).find(|id| (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_visible))
}

fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' '
}

/// Shows an id in a text of an error or a log. The server wrote it, so secrets and personal data are replaced.
pub(crate) fn shown_request_id<'a>(id: &'a str, own: &'a OwnSecrets) -> impl fmt::Display + 'a {
    Masked { text: id, own }
}

/// Adds the id of the request to the text of an error, if there is one.
pub(super) fn write_request_id(f: &mut fmt::Formatter<'_>, id: Option<&str>, own: &OwnSecrets) -> fmt::Result {
    id.map_or(Ok(()), |id| write!(f, ", request id {}", shown_request_id(id, own)))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(given: &[(&'static str, &[u8])]) -> HeaderMap {
        given.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap())).collect()
    }

    #[test]
    fn each_header_of_the_table_is_read() {
        for name in NAMES {
            assert_eq!(request_id(&headers(&[("date", b"x"), (name, b"the-id")])), Some("the-id"), "{name}");
        }
        assert_eq!(request_id(&headers(&[("date", b"x"), ("x-request-identity", b"the-id")])), None);
    }

    #[test]
    fn the_first_header_that_can_be_an_id_counts() {
        let long = [b'a'; LONGEST + 1];
        for (first, expected) in [
            (&b"first"[..], "first"),
            (b" first ", "first"),
            (b"Root=1-67891233-abcdef;Sampled=1", "Root=1-67891233-abcdef;Sampled=1"),
            (&long[1..], std::str::from_utf8(&long[1..]).unwrap()),
            (b"", "second"),
            (b"  ", "second"),
            (b"a\tb", "second"),
            ("é".as_bytes(), "second"),
            (b"\xff\xfe", "second"),
            (&long, "second"),
        ] {
            // The order in which the server sends them does not matter.
            let headers = headers(&[("cf-ray", b"third"), ("x-correlation-id", b"second"), ("x-request-id", first)]);
            assert_eq!(request_id(&headers), Some(expected), "{first:?}");
        }
    }

    #[test]
    fn usual_ids_are_shown_and_secrets_are_not() {
        let mut own = OwnSecrets::default();
        own.add_key(b"the-key-of-the-client");
        for (id, shown) in [
            ("7f3a9c1e-2b4d-4e6f-8a9b-0c1d2e3f4a5b", "7f3a9c1e-2b4d-4e6f-8a9b-0c1d2e3f4a5b"),
            ("req_Ab3dE6gH9jK2", "req_Ab3dE6gH9jK2"),
            ("8d1f2b3c4d5e6f70-FRA", "8d1f2b3c4d5e6f70-FRA"),
            ("the-key-of-the-client", "[REDACTED]"),
            ("4111111592341815", "[REDACTED]"),
            ("someone@example.com", "[REDACTED]"),
        ] {
            assert_eq!(shown_request_id(id, &own).to_string(), shown);
        }
    }
}
