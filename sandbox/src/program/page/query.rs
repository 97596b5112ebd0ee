//! The parameters of the addresses of pages. Links to a page come from elsewhere, so nothing in them is an error: what is not
//! known is ignored, and of what is there twice the first counts.

use http::request::Parts;

/// The first value of a parameter.
pub fn first(parts: &Parts, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}
