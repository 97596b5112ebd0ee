//! Converts times to UTC, so that each point in time has exactly one spelling in a dedupe key.

/// The same instant in UTC, with no more digits after the second than needed: `2025-02-13T19:08:07Z` for
/// `2025-02-13T20:08:07.000+01:00`. `None` for a text that is not RFC 3339, and for a leap second.
pub(super) fn in_utc(text: &str) -> Option<String> {
    let (time, zone) = text.split_at_checked(19)?;
    let [year, month, day, hour, minute, second] = fields(time)?;
    let (fraction, zone) = match zone.strip_prefix('.') {
        None => ("", zone),
        Some(rest) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = &rest[..rest.len() - zone.len()];
            if digits.is_empty() {
                return None;
            }
            (digits.trim_end_matches('0'), zone)
        }
    };
    let in_bounds = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !in_bounds || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset(zone)?;
    let (year, month, day) = date(minutes.div_euclid(24 * 60));
    let (hour, minute) = (minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60));
    if !(0..=9999).contains(&year) {
        return None;
    }
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}Z"))
}

/// The numbers of `2025-02-13T19:08:07`.
fn fields(time: &str) -> Option<[i64; 6]> {
    let shape = b"####-##-##T##:##:##";
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'#' => byte.is_ascii_digit(),
        _ => byte.to_ascii_uppercase() == *shape,
    };
    if !time.bytes().zip(shape).all(fits) {
        return None;
    }
    let mut numbers = [0; 6];
    for (number, range) in numbers.iter_mut().zip([0..4, 5..7, 8..10, 11..13, 14..16, 17..19]) {
        *number = time[range].parse().ok()?;
    }
    Some(numbers)
}

/// How many minutes the clocks of a zone are ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, time) = match zone.as_bytes() {
        b"Z" | b"z" => return Some(0),
        [b'+', ..] => (1, &zone[1..]),
        [b'-', ..] => (-1, &zone[1..]),
        _ => return None,
    };
    let [hours @ 0..=23, minutes @ 0..=59] = fields(&format!("0000-00-00T{time}:00"))?[3..5] else { return None };
    (time.len() == 5).then_some(sign * (hours * 60 + minutes))
}

fn days_of(year: i64, month: i64) -> i64 {
    let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
    next - days(year, month, 1)
}

/// The days from 1 March of the year 0 to a date, in the Gregorian calendar. Years are counted from March, so that the
/// leap day is the last day of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day - 1
}

/// The year, month and day that is `days_since` days after 1 March of the year 0.
fn date(days_since: i64) -> (i64, i64, i64) {
    // 146,097 days are 400 years. The estimate may be one year off.
    let estimate = (days_since * 400).div_euclid(146_097);
    let begins_by_then = |year: &i64| days(*year, 3, 1) <= days_since;
    let year = [estimate + 1, estimate].into_iter().find(begins_by_then).unwrap_or(estimate - 1);
    let of_year = days_since - days(year, 3, 1);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_has_one_spelling() {
        for (text, utc) in [
            ("2025-02-13T19:08:07Z", "2025-02-13T19:08:07Z"),
            ("2025-02-13T19:08:07.000Z", "2025-02-13T19:08:07Z"),
            ("2025-02-13t19:08:07.120z", "2025-02-13T19:08:07.12Z"),
            ("2025-02-13T19:08:07+00:00", "2025-02-13T19:08:07Z"),
            ("2025-02-13T19:08:07-00:00", "2025-02-13T19:08:07Z"),
            ("2025-02-13T20:38:07.5+01:30", "2025-02-13T19:08:07.5Z"),
            ("2024-12-31T23:30:00-00:45", "2025-01-01T00:15:00Z"),
            ("2024-03-01T00:00:00+00:01", "2024-02-29T23:59:00Z"),
            ("2023-03-01T00:00:00+00:01", "2023-02-28T23:59:00Z"),
            ("1969-12-31T23:59:59.999999999999Z", "1969-12-31T23:59:59.999999999999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(in_utc(text).as_deref(), Some(utc), "{text}");
            assert_eq!(in_utc(utc).as_deref(), Some(utc));
        }
    }

    #[test]
    fn what_is_no_time_is_left_alone() {
        for text in [
            "",
            "soon",
            "2025-02-13",
            "2025-02-13 19:08:07Z",
            "2025-02-13T19:08:07",
            "2025-02-13T19:08:07.Z",
            "2025-02-13T19:08:07,5Z",
            "2025-02-13T19:08:07+0100",
            "2025-02-13T19:08:07+1:000",
            "2025-02-13T19:08:07+24:00",
            "2025-02-13T19:08:07+01:60",
            "2025-02-13T19:08:07Z ",
            "2025-02-29T19:08:07Z",
            "2025-13-01T19:08:07Z",
            "2025-00-01T19:08:07Z",
            "2025-01-00T19:08:07Z",
            "2025-02-13T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "٢٠٢٥-02-13T19:08:07Z",
            "2025-02-13T19:08:0éZ",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
        ] {
            assert_eq!(in_utc(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_hundred_years_is_found_again() {
        for day in days(1600, 1, 1)..days(2400, 1, 1) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!((1..=12).contains(&month) && (1..=days_of(year, month)).contains(&of_month));
        }
        assert_eq!(days(1970, 1, 1) - days(1600, 1, 1), 135_140);
    }
}
