//! Which headers code outside of the client may set on a request: one rule for the options of a call and for
//! interceptors.

use reqwest::header::{HeaderName, HeaderValue};

use super::conventions::{OF_CONNECTION, OF_PROXY, OVERRIDES, SET_BY_CLIENT};

/// Selects one of several products of a partner. The header is in Imprint's guide but not in its OpenAPI document.
pub(crate) const MERCHANT_KEY: HeaderName = HeaderName::from_static("x-imprint-merchant-key");

/// Why a header is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusedHeader {
    /// It has its own setting, or may have only the value that the client gives it.
    SetByClient,
    /// It describes the connection, or how messages are coded or cut.
    OfConnection,
    /// It asks a gateway to treat the request as one with another method, path or host.
    Overrides,
    /// Its name or its value cannot be sent.
    Unsendable,
}

/// Reads a header that code outside of the client sets. Its value is marked as sensitive, which keeps it out of logs.
pub(crate) fn settable(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), RefusedHeader> {
    let name: HeaderName = name.parse().map_err(|_| RefusedHeader::Unsendable)?;
    let given = name.as_str();
    if SET_BY_CLIENT.contains(&given) {
        return Err(RefusedHeader::SetByClient);
    }
    if OF_CONNECTION.contains(&given) || given.starts_with(OF_PROXY) {
        return Err(RefusedHeader::OfConnection);
    }
    if OVERRIDES.contains(&given) {
        return Err(RefusedHeader::Overrides);
    }
    let mut value = HeaderValue::from_str(value).map_err(|_| RefusedHeader::Unsendable)?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// The headers that no HTTP client given by the caller may send by default: they change where a request goes, which
/// operation it calls, or where it ends. Those that this client sets on each request need not be among them.
pub(crate) fn refused_as_default() -> impl Iterator<Item = &'static str> {
    ["host", "content-length"].into_iter().chain(OF_CONNECTION).chain(OVERRIDES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_the_product_is_left_to_the_client() {
        assert!(SET_BY_CLIENT.contains(&MERCHANT_KEY.as_str()));
    }

    #[test]
    fn what_the_client_sets_and_what_describes_the_connection_is_refused() {
        for name in [
            "accept",
            "authorization",
            "AUTHORIZATION",
            "Content-Length",
            "content-type",
            "Host",
            "user-agent",
            "x-imprint-merchant-key",
        ] {
            assert_eq!(settable(name, "x"), Err(RefusedHeader::SetByClient), "{name}");
        }
        for name in [
            "Connection",
            "keep-alive",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "HTTP2-Settings",
            "Expect",
            "Proxy-Authorization",
            "Proxy-Authenticate",
            "Proxy-Connection",
            "proxy-anything",
            "Content-Encoding",
            "Accept-Encoding",
            "Accept-Charset",
            "Content-Range",
            "Range",
            "If-Range",
        ] {
            assert_eq!(settable(name, "x"), Err(RefusedHeader::OfConnection), "{name}");
        }
        for name in
            ["X-HTTP-Method-Override", "x-method-override", "X-Original-URL", "x-rewrite-url", "X-Forwarded-Host"]
        {
            assert_eq!(settable(name, "x"), Err(RefusedHeader::Overrides), "{name}");
        }
        for (name, value) in [("bad name", "x"), ("", "x"), ("x-a", "a\r\nb: c")] {
            assert_eq!(settable(name, value), Err(RefusedHeader::Unsendable), "{name}");
        }
        for name in ["x-request-id", "traceparent", "accept-language", "via", "forwarded", "cookie", "if-match"] {
            assert!(settable(name, "x").is_ok_and(|(_, value)| value.is_sensitive()), "{name}");
        }
    }
}
