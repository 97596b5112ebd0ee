//! The `Retry-After` header.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// How long the server asks to wait: a number of seconds, or the time until a date.
///
/// A date is measured against the server's own `Date` where it sends one, so that a wrong clock here does no harm. One
/// in the past means now.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to be read is a wait too long to be made, and not none.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = date(headers, DATE).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        read(&headers)
    }

    #[test]
    fn seconds() {
        assert_eq!(after("120", None), Some(Duration::from_secs(120)));
        assert_eq!(after(" 0 ", None), Some(Duration::ZERO));
        assert_eq!(after("99999999999999999999999", None), Some(Duration::from_secs(u64::MAX)));
        for text in ["", "-1", "+1", "1.5", "soon"] {
            assert_eq!(after(text, None), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }

    #[test]
    fn dates() {
        let now = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(after("Wed, 21 Oct 2015 07:28:30 GMT", Some(now)), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 21 Oct 2015 07:27:00 GMT", Some(now)), Some(Duration::ZERO));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:30 GMT", None), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        let wait = after(&soon, Some("nonsense")).unwrap();
        assert!(wait > Duration::from_secs(90) && wait <= Duration::from_secs(100), "{wait:?}");
    }
}
