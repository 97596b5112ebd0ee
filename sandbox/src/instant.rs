//! A point in the time of an account, and how the API writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Milliseconds since 1970, within the years that RFC 3339 can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Instant(i64);

/// A snapshot may have any number; differences of instants outside the years that can be written could overflow.
impl TryFrom<i64> for Instant {
    type Error = &'static str;

    fn try_from(milliseconds: i64) -> Result<Self, Self::Error> {
        if (0..=LAST).contains(&milliseconds) { Ok(Self(milliseconds)) } else { Err("no time from 1970 to 9999") }
    }
}

/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;

impl Instant {
    /// 2026-01-01T00:00:00Z, at which a frozen clock starts.
    pub const START: Self = Self(1_767_225_600_000);

    /// The instant of a time of the system; one that RFC 3339 cannot write becomes the nearest that it can.
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(LAST).min(LAST))
    }

    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.unsigned_abs())
    }

    /// This instant and a duration, at most the end of the year 9999.
    pub fn plus(self, duration: Duration) -> Self {
        let more = i64::try_from(duration.as_millis()).unwrap_or(LAST);
        Self(self.0.saturating_add(more).min(LAST))
    }

    /// This instant moved by so many milliseconds, which may be negative, within the years that can be written.
    pub fn shifted(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds).clamp(0, LAST))
    }

    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// As most resources have it: `2026-01-01T00:00:00.000Z`.
    pub fn text(self) -> String {
        self.written(true, "Z")
    }

    /// As orders and the closing of an account have it: `2026-01-01T00:00:00Z`. The milliseconds are dropped.
    pub fn text_in_seconds(self) -> String {
        self.written(false, "Z")
    }

    /// As errors have it: `2026-01-01T00:00:00.000+00:00`.
    pub fn text_with_offset(self) -> String {
        self.written(true, "+00:00")
    }

    /// Date and time in the form of RFC 3339, with this text for the offset. Almost every answer has several times, and a
    /// formatter that reads a description of the form takes most of the time that it takes to make such an answer; so the
    /// digits are written one by one.
    fn written(self, with_milliseconds: bool, offset: &str) -> String {
        let nanoseconds = i128::from(self.0) * 1_000_000;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let mut text = String::with_capacity("2026-01-01T00:00:00.000+00:00".len());
        digits(&mut text, year.unsigned_abs(), 1_000);
        for (before, number) in [('-', u8::from(month)), ('-', day), ('T', hour), (':', minute), (':', second)] {
            text.push(before);
            digits(&mut text, number.into(), 10);
        }
        if with_milliseconds {
            text.push('.');
            digits(&mut text, at.millisecond().into(), 100);
        }
        text.push_str(offset);
        text
    }
}

/// Adds the decimal digits of a number, from the one that counts `place` to the ones.
fn digits(text: &mut String, number: u32, mut place: u32) {
    while place > 0 {
        let digit = number / place % 10;
        text.extend(char::from_digit(digit, 10));
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_with_and_without_milliseconds() {
        assert_eq!(Instant::START.text(), "2026-01-01T00:00:00.000Z");
        assert_eq!(Instant::START.plus(Duration::from_millis(61_007)).text(), "2026-01-01T00:01:01.007Z");
        assert_eq!(Instant::START.plus(Duration::from_millis(61_999)).text_in_seconds(), "2026-01-01T00:01:01Z");
        assert_eq!(Instant::START.text_with_offset(), "2026-01-01T00:00:00.000+00:00");
    }

    #[test]
    fn every_day_and_second_is_written_as_a_formatter_of_rfc_3339_does() {
        use time::format_description::well_known::Rfc3339;
        let steps = (0..=LAST).step_by(86_399_999 * 31).chain((0..LAST / 10_000).step_by(40_000_999));
        for milliseconds in steps {
            let text = Instant(milliseconds).text();
            let at = OffsetDateTime::parse(&text, &Rfc3339).expect("a time in the form of RFC 3339");
            assert_eq!(at.unix_timestamp_nanos(), i128::from(milliseconds) * 1_000_000, "{text}");
            assert_eq!(text.len(), "2026-01-01T00:00:00.000Z".len());
        }
    }

    #[test]
    fn it_ends_with_the_year_9999() {
        let last = Instant::START.plus(Duration::MAX);
        assert_eq!(last.text(), "9999-12-31T23:59:59.999Z");
        assert_eq!(last.plus(Duration::from_secs(1)), last);
        assert_eq!(Instant::of(Instant::START.system_time()), Instant::START);
        for (text, is_read) in [("0", true), ("253402300799999", true), ("253402300800000", false), ("-1", false)] {
            assert_eq!(serde_json::from_str::<Instant>(text).is_ok(), is_read, "{text}");
        }
    }
}
