//! Reads and writes dates and times in the form of RFC 3339.
//!
//! This is done here and not by a crate, because it must work without the features `chrono`, `jiff` and `time`, and
//! because their parsers do not agree: each accepts texts that are not RFC 3339 (another character for the `T`, a time
//! zone in brackets, another sign for minus), not the same ones, and they treat digits beyond nanoseconds differently.

/// An instant that was read from a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant<'a> {
    /// The whole seconds since 1970-01-01T00:00:00Z, rounded down. For a leap second, those of the second before it.
    pub(super) seconds: i64,
    /// The digits after the second as they were written, without zeros at the end.
    fraction: &'a str,
    /// Whether the text has 60 as its second.
    #[allow(dead_code, reason = "only the type of chrono has leap seconds")]
    pub(super) is_leap_second: bool,
    /// The offset from UTC of the text, in seconds; positive to the east.
    #[allow(dead_code, reason = "only the types of chrono and time have an offset")]
    pub(super) offset: i32,
}

impl<'a> Instant<'a> {
    /// Reads a text. `None` if it does not have the form of RFC 3339 or its date does not exist.
    ///
    /// A leap second (60) is accepted in every minute, because no list of them can be complete.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (start, _) = text.as_bytes().split_first_chunk::<19>()?;
        #[rustfmt::skip]
        let &[y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T' | b't', h1, h2, b':', mi1, mi2, b':', s1, s2] = start
        else {
            return None;
        };
        let year = pair(y1, y2, 0..=99)? * 100 + pair(y3, y4, 0..=99)?;
        let month = pair(mo1, mo2, 1..=12)?;
        let day = pair(d1, d2, 1..=days_of_month(year, month))?;
        let (hour, minute, second) = (pair(h1, h2, 0..=23)?, pair(mi1, mi2, 0..=59)?, pair(s1, s2, 0..=60)?);
        // All of the first 19 bytes are ASCII, so this does not split a character.
        let rest = text.get(19..)?;
        let (fraction, offset) = match rest.strip_prefix('.') {
            None => ("", rest),
            Some(rest) => {
                let (digits, offset) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
                (!digits.is_empty()).then_some((digits, offset))?
            }
        };
        let offset = match *offset.as_bytes() {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let minutes = pair(h1, h2, 0..=23)? * 60 + pair(m1, m2, 0..=59)?;
                if sign == b'-' { -60 * minutes } else { 60 * minutes }
            }
            _ => return None,
        };
        let local = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second.min(59);
        Some(Self {
            seconds: local - offset,
            fraction: fraction.trim_end_matches('0'),
            is_leap_second: second == 60,
            offset: i32::try_from(offset).ok()?,
        })
    }

    /// What instants are compared by: all digits count, however many there are.
    ///
    /// Digits after the point have the order of text, as long as no zeros are at their end.
    pub(super) fn order(&self) -> impl Ord + 'a {
        (self.seconds, self.fraction)
    }

    /// The nanoseconds after the second, without the digits beyond.
    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    pub(super) fn nanoseconds(&self) -> u32 {
        let digits = self.fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
        digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    }
}

/// Writes an instant in UTC, with these digits after the second; with none if `fraction` is empty.
///
/// A year before 0 or after 9999 is written with a sign and six digits or more. That is not RFC 3339, which has no form
/// for such years, and [`Instant::read`] refuses it.
pub(super) fn write(seconds: i64, fraction: &str) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date_of(days);
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}Z")
}

/// The number that two digits form, if they are digits and it is in the range.
fn pair(tens: u8, ones: u8, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let number = digit(tens)? * 10 + digit(ones)?;
    range.contains(&number).then_some(number)
}

/// How many days a month has, in the Gregorian calendar.
fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// The days of 400 years, after which the calendar repeats.
const DAYS_OF_400_YEARS: i64 = 146_097;

/// The days from 1970-01-01 to a date.
///
/// The year is counted from March on: so the leap day is its last day, and each month starts at the same day of it.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - DAYS_TO_1970
}

/// The year, month and day of so many days after 1970-01-01: the reverse of [`days_since_1970`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (period, day) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
    // Without its leap days, each year has 365 days. There is one after each 1460 days, but none after each 36524 days,
    // and one at the end of the period.
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (period * 400 + year, month, day)
}
