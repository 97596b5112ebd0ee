//! Conversions between [`Timestamp`] and the types of chrono, jiff and time, each behind a feature of its name.

use super::{Timestamp, TimestampError};

impl Timestamp {
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
        let at = self.instant()?;
        // chrono writes a leap second as the second before it, with a billion nanoseconds more.
        let leap = if at.is_leap_second { 1_000_000_000 } else { 0 };
        let utc = chrono::DateTime::from_timestamp(at.seconds, at.nanoseconds() + leap);
        let offset = chrono::FixedOffset::east_opt(at.offset);
        utc.zip(offset).map(|(utc, offset)| utc.with_timezone(&offset)).ok_or(TimestampError::OUT_OF_RANGE)
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
        let at = self.instant()?;
        let nanoseconds = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanoseconds());
        jiff::Timestamp::from_nanosecond(nanoseconds).map_err(|_| TimestampError::OUT_OF_RANGE)
    }

    /// The instant as a type of [`time`], with the offset that the text has. Digits beyond nanoseconds are cut off, and
    /// a leap second becomes the second before it.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] when the text is not an RFC 3339 date and time, in the same form as `to_chrono` accepts, or
    /// when the instant is later than the year 9999 in UTC, which `time` cannot convert to UTC.
    #[cfg(feature = "time")]
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn to_time(&self) -> Result<time::OffsetDateTime, TimestampError> {
        let at = self.instant()?;
        let nanoseconds = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanoseconds());
        let utc = time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
        let offset = time::UtcOffset::from_whole_seconds(at.offset).ok();
        utc.zip(offset).and_then(|(utc, offset)| utc.checked_to_offset(offset)).ok_or(TimestampError::OUT_OF_RANGE)
    }
}

/// Written in UTC, with as many digits after the second as the value needs.
#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl<Tz: chrono::TimeZone> From<chrono::DateTime<Tz>> for Timestamp {
    fn from(at: chrono::DateTime<Tz>) -> Self {
        Self::from(at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// Written in UTC, with as many digits after the second as the value needs.
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self::from(at.to_string())
    }
}

/// Written in UTC, with as many digits after the second as the value needs.
#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl From<time::OffsetDateTime> for Timestamp {
    fn from(at: time::OffsetDateTime) -> Self {
        let digits = format!("{:09}", at.nanosecond());
        Self::from(super::rfc3339::write(at.unix_timestamp(), digits.trim_end_matches('0')))
    }
}
