//! Reads the `Retry-After` header.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// How long the server asks to wait: a number of seconds, or the time until a date.
///
/// HTTP allows whole seconds, in one header. Servers also send a fraction (`0.503`), and a gateway that joins the
/// headers of several servers sends a list (`2, 2`) or the header more than once. A fraction is rounded up and the
/// longest of several waits is used, because a retry that comes too early is refused again. Values that cannot be read
/// are ignored.
///
/// The wait until a date is counted from the server's own `Date` if it sends one, so that a wrong local clock does no
/// harm. A date in the past means no wait.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| wait(value.to_str().ok()?, headers)).max()
}

/// The longest wait that one header asks for.
fn wait(text: &str, headers: &HeaderMap) -> Option<Duration> {
    let mut longest = None;
    let mut parts = text.split(',').map(str::trim);
    while let Some(part) = parts.next() {
        // A comma after a weekday is part of a date and does not separate two values.
        let until = if DAYS.iter().any(|day| part.starts_with(day)) && !part.contains(' ') {
            httpdate::parse_http_date(&format!("{part}, {}", parts.next().unwrap_or_default()))
        } else {
            httpdate::parse_http_date(part)
        };
        let asked = match until {
            Ok(until) => {
                let now = date(headers, DATE).unwrap_or_else(SystemTime::now);
                Some(until.duration_since(now).unwrap_or(Duration::ZERO))
            }
            Err(_) => seconds(part),
        };
        longest = longest.max(asked);
    }
    longest
}

/// Reads seconds in decimal digits, with a fraction or without, and rounds up.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    // A number that is too large for 64 bits is read as the longest wait, so that the caller does not retry at once.
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    let part = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(whole.saturating_add(part)))
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
        for text in ["", "-1", "+1", "soon", "1e3", "NaN", "inf", ".", "1.", ".5", "1.5s", "1.-5", "1.5.2", ",", "1:2"]
        {
            assert_eq!(after(text, None), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }

    #[test]
    fn fractions_are_rounded_up() {
        for (text, seconds) in [
            ("2.0", 2),
            ("2.000", 2),
            ("0.503", 1),
            ("0.0", 0),
            ("1.5", 2),
            ("59.0000000000000000000000000001", 60),
            ("18446744073709551615.9", u64::MAX),
            ("99999999999999999999999.1", u64::MAX),
        ] {
            assert_eq!(after(text, None), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn the_longest_of_several_counts() {
        for (text, seconds) in [("2, 2", 2), ("2,5", 5), ("5, 2", 5), ("0.1, 0", 1), ("soon, 3", 3), ("3, ", 3)] {
            assert_eq!(after(text, None), Some(Duration::from_secs(seconds)), "{text}");
        }
        let mut headers = HeaderMap::new();
        for value in ["7", "soon", "12", "3"] {
            headers.append(RETRY_AFTER, value.parse().unwrap());
        }
        assert_eq!(read(&headers), Some(Duration::from_secs(12)));
        headers.append(RETRY_AFTER, "Wed, 21 Oct 2015 07:28:30 GMT".parse().unwrap());
        headers.insert(DATE, "Wed, 21 Oct 2015 07:28:00 GMT".parse().unwrap());
        assert_eq!(read(&headers), Some(Duration::from_secs(30)));
    }

    #[test]
    fn dates() {
        let now = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(after("Wed, 21 Oct 2015 07:28:30 GMT", Some(now)), Some(Duration::from_secs(30)));
        assert_eq!(after("Wed, 21 Oct 2015 07:27:00 GMT", Some(now)), Some(Duration::ZERO));
        assert_eq!(after("Wed, 21 Oct 2015 07:28:30 GMT", None), Some(Duration::ZERO));
        let both = "3, Wed, 21 Oct 2015 07:28:30 GMT, Wed, 21 Oct 2015 07:28:20 GMT";
        assert_eq!(after(both, Some(now)), Some(Duration::from_secs(30)));
        assert_eq!(after("Wednesday, 21-Oct-15 07:28:09 GMT, 4", Some(now)), Some(Duration::from_secs(9)));
        assert_eq!(after("Wed", Some(now)), None);
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        let wait = after(&soon, Some("nonsense")).unwrap();
        assert!(wait > Duration::from_secs(90) && wait <= Duration::from_secs(100), "{wait:?}");
    }
}
