//! The type of timestamps. It keeps the text that the API wrote, and converts it on demand.

#[cfg(any(feature = "chrono", feature = "jiff"))]
use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use super::error_debug::{DebugError, fmt_error};
use super::lenient;

/// A point in time of the API: RFC 3339 text, kept exactly as it came.
///
/// The text is kept and converted on demand, because the API writes it in several ways (`2025-02-13T19:08:07.000Z`,
/// `…07Z`, `…07+00:00`), and because one text that cannot be converted must not make the whole page of results fail.
/// Two timestamps are equal if their texts are equal; convert them to compare instants. For this reason timestamps have
/// no order either.
///
/// A number in the place of a timestamp does not fail either, but is kept as its text: `1739473687` becomes
/// `"1739473687"`. Its unit is not known, so it is not converted. If a required timestamp is `null`, it becomes the
/// empty text.
///
/// With the feature `chrono` (on by default) there are `to_chrono` and `From<chrono::DateTime<_>>`, with the feature
/// `jiff` `to_jiff` and `From<jiff::Timestamp>`.
///
/// ```
/// use imprint_client::Timestamp;
///
/// let at = Timestamp::from("2025-02-13T19:08:07.000Z");
/// assert_eq!(at.as_str(), "2025-02-13T19:08:07.000Z");
/// # #[cfg(feature = "chrono")]
/// assert_eq!(at.to_chrono()?.timestamp(), 1_739_473_687);
/// # Ok::<(), imprint_client::TimestampError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text, exactly as it came or was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The instant as a type of [`chrono`], with the offset that the text has. Digits beyond nanoseconds are cut off.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is not an RFC 3339 date and time: `2025-02-13T19:08:07Z`, with or without a
    /// fraction of the second, with an offset (`+01:00`) or `Z`. The letters may be lowercase. Nothing else is
    /// accepted: no space in the place of the `T`, no time without seconds or without an offset.
    #[cfg(feature = "chrono")]
    #[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
    pub fn to_chrono(&self) -> Result<chrono::DateTime<chrono::FixedOffset>, TimestampError> {
        let text = rfc3339(&self.0).ok_or(TimestampError { _private: () })?;
        chrono::DateTime::parse_from_rfc3339(&text).map_err(|_| TimestampError { _private: () })
    }

    /// The instant as a type of [`jiff`]. Digits beyond nanoseconds are cut off, and a leap second becomes the second
    /// before it.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is not an RFC 3339 date and time, in the same form as `to_chrono` accepts, or
    /// later than [`jiff::Timestamp::MAX`], which is 22:00 UTC on 30 December 9999.
    #[cfg(feature = "jiff")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
    pub fn to_jiff(&self) -> Result<jiff::Timestamp, TimestampError> {
        let text = rfc3339(&self.0).ok_or(TimestampError { _private: () })?;
        text.parse().map_err(|_| TimestampError { _private: () })
    }
}

/// The text, if it has the form of RFC 3339, with the fraction cut to nine digits.
///
/// chrono and jiff also accept texts that are not RFC 3339, and not the same ones: a space for the `T`, a time zone in
/// brackets, other signs for minus. They also treat digits beyond the ninth differently. So the form is checked here;
/// the libraries check whether the date exists.
#[cfg(any(feature = "chrono", feature = "jiff"))]
fn rfc3339(text: &str) -> Option<Cow<'_, str>> {
    // Whether the text is two digits that form a number up to `largest`.
    let pair = |text: &str, largest: u8| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits && text.parse().is_ok_and(|number: u8| number <= largest)
    };
    let at = |index: usize, largest| text.get(index..index + 2).is_some_and(|text| pair(text, largest));
    let is_date = at(0, 99) && at(2, 99) && at(5, 12) && at(8, 31);
    // 60 is a leap second.
    let is_time = at(11, 23) && at(14, 59) && at(17, 60);
    let between = [4, 7, 10, 13, 16].map(|index| text.as_bytes().get(index).map(u8::to_ascii_uppercase));
    if !is_date || !is_time || between != [b'-', b'-', b'T', b':', b':'].map(Some) {
        return None;
    }
    let (second, rest) = text.split_at(19);
    let (fraction, offset) = match rest.strip_prefix('.') {
        None => ("", rest),
        Some(rest) => {
            let (digits, offset) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
            (!digits.is_empty()).then_some((digits, offset))?
        }
    };
    let is_offset = match offset.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':')) {
        None => offset.eq_ignore_ascii_case("z"),
        Some((hours, minutes)) => pair(hours, 23) && pair(minutes, 59),
    };
    let shortened = fraction.get(..9).filter(|digits| digits.len() < fraction.len());
    is_offset.then(|| shortened.map_or(text.into(), |digits| format!("{second}.{digits}{offset}").into()))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Timestamp {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&String> for Timestamp {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<&Self> for Timestamp {
    fn from(same: &Self) -> Self {
        same.clone()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

/// Written in UTC, with as many digits after the second as the value needs.
#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl<Tz: chrono::TimeZone> From<chrono::DateTime<Tz>> for Timestamp {
    fn from(at: chrono::DateTime<Tz>) -> Self {
        Self(at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// Written in UTC, with as many digits after the second as the value needs.
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.to_string())
    }
}

impl PartialEq<str> for Timestamp {
    fn eq(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl PartialEq<&str> for Timestamp {
    fn eq(&self, text: &&str) -> bool {
        self.0 == *text
    }
}

crate::value::string_schema!(Timestamp);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

/// Reads a text, a number or null.
struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        Ok(Timestamp::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Timestamp, E> {
        Ok(Timestamp(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Timestamp, E> {
        Ok(Timestamp(String::new()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Timestamp, E> {
        Ok(Timestamp(number.to_string()))
    }

    // serde_json calls these two for numbers beyond 64 bits if `arbitrary_precision` is on. If it is off, it calls
    // `visit_f64`.
    fn visit_i128<E: Error>(self, number: i128) -> Result<Timestamp, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Timestamp, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Timestamp, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::invalid_type(Unexpected::Float(number), &self))?;
        Ok(Timestamp(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Timestamp, A::Error> {
        Err(lenient::not_a_list(items, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Timestamp, A::Error> {
        let Some(number) = lenient::number(members) else { return Err(A::Error::invalid_type(Unexpected::Map, &self)) };
        // The number's own text is not used, because it would differ from the text without `arbitrary_precision`.
        if let Some(number) = number.as_i64() {
            self.visit_i64(number)
        } else if let Some(number) = number.as_u64() {
            self.visit_u64(number)
        } else {
            self.visit_f64(number.as_f64().unwrap_or(f64::INFINITY))
        }
    }
}

/// The text of a [`Timestamp`] is not an RFC 3339 date and time. [`Timestamp::as_str`] has the text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError {
    // The text is not kept here: it is no date, so it may be anything.
    _private: (),
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not an RFC 3339 date and time")
    }
}

impl fmt::Debug for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for TimestampError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimestampError")
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests;
