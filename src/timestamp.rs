//! Points in time, as the API writes them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time of the API: RFC 3339 text, kept exactly as it came.
///
/// The text is kept and converted on demand, because the API writes it in several ways (`2025-02-13T19:08:07.000Z`,
/// `…07Z`, `…07+00:00`) and one odd text must not cost the page of results it stands on. Two timestamps are equal when
/// their texts are; convert them to compare instants. There is no order for the same reason.
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

    /// The instant as [`chrono`] sees it, with the offset that the text has.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is not an RFC 3339 date and time.
    #[cfg(feature = "chrono")]
    #[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
    pub fn to_chrono(&self) -> Result<chrono::DateTime<chrono::FixedOffset>, TimestampError> {
        chrono::DateTime::parse_from_rfc3339(&self.0).map_err(|_| TimestampError { _private: () })
    }

    /// The instant as [`jiff`] sees it.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is not an RFC 3339 date and time.
    #[cfg(feature = "jiff")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
    pub fn to_jiff(&self) -> Result<jiff::Timestamp, TimestampError> {
        self.0.parse().map_err(|_| TimestampError { _private: () })
    }
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

crate::string_schema!(Timestamp);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}

/// The text of a [`Timestamp`] is not an RFC 3339 date and time. [`Timestamp::as_str`] has the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError {
    // What stood there is not repeated: it may be anything but a date.
    _private: (),
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not an RFC 3339 date and time")
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_went_in() {
        for text in ["2025-02-13T19:08:07.000Z", "2025-02-13T19:08:07Z", "2025-01-20T18:18:22.923+00:00", "soon", ""] {
            let json = format!("\"{text}\"");
            let read: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(read, text);
            assert_eq!(read.to_string(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(String::from(read), text);
        }
        assert_ne!(Timestamp::from("2025-02-13T19:08:07Z"), Timestamp::from("2025-02-13T19:08:07.000Z"));
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_there_and_back() {
        let at = Timestamp::from("2025-02-13T20:08:07.120+01:00").to_chrono().unwrap();
        assert_eq!(at, Timestamp::from("2025-02-13T19:08:07.12Z").to_chrono().unwrap());
        assert_eq!(at.offset().local_minus_utc(), 3600);
        assert_eq!(Timestamp::from(at), "2025-02-13T19:08:07.120Z");
        for text in ["", "soon", "2025-02-30T00:00:00Z", "2025-02-13"] {
            let error = Timestamp::from(text).to_chrono().unwrap_err();
            assert_eq!(error.to_string(), "the text is not an RFC 3339 date and time");
        }
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_there_and_back() {
        let at = Timestamp::from("2025-02-13T20:08:07.120+01:00").to_jiff().unwrap();
        assert_eq!(at, Timestamp::from("2025-02-13T19:08:07.12Z").to_jiff().unwrap());
        assert_eq!(Timestamp::from(at), "2025-02-13T19:08:07.12Z");
        for text in ["", "soon", "2025-02-30T00:00:00Z"] {
            assert!(Timestamp::from(text).to_jiff().is_err(), "{text}");
        }
    }
}
