//! Tests that timestamps keep their text, that only RFC 3339 is accepted, and that chrono, jiff and time see the instants
//! that are compared here.

use std::time::Duration;

use super::*;

/// Texts that are RFC 3339.
const VALID: [&str; 10] = [
    "2025-02-13T19:08:07Z",
    "2025-02-13t19:08:07z",
    "2025-02-13T19:08:07.0Z",
    "2025-02-13T19:08:07.123456789+23:59",
    "2025-02-13T19:08:07.12345678987654321-00:00",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5Z",
    "2024-02-29T00:00:00+14:00",
    "2000-02-29T00:00:00-23:59",
    "0000-01-01T00:00:00Z",
];

/// Texts that are not RFC 3339, each of which some library accepts or looks like it.
const INVALID: [&str; 47] = [
    "",
    "soon",
    "2025-02-13",
    "2025-02-13T19:08Z",
    "2025-02-13T19:08:07",
    "2025-02-13 19:08:07Z",
    "2025-02-13T19:08:07 Z",
    " 2025-02-13T19:08:07Z",
    "2025-02-13T19:08:07Z ",
    "2025-02-13T19:08:07Z[Europe/Paris]",
    "2025-02-13T19:08:07+01:00[Europe/Paris]",
    "2025-02-13T19:08:07[Europe/Paris]",
    "2025-02-13T19:08:07Z[u-ca=iso8601]",
    "2025-02-13T19:08:07+01",
    "2025-02-13T19:08:07+0100",
    "2025-02-13T19:08:07+01:00:00",
    "2025-02-13T19:08:07+1:00",
    "2025-02-13T19:08:07+24:00",
    "2025-02-13T19:08:07+01:60",
    "2025-02-13T19:08:07++1:00",
    "2025-02-13T19:08:07\u{2212}01:00",
    "2025-02-13T19:08:07.Z",
    "2025-02-13T19:08:07,5Z",
    "2025-02-13T19:08:61Z",
    "2025-02-13T19:60:07Z",
    "2025-02-13T24:00:00Z",
    "2025-02-30T00:00:00Z",
    "2025-00-13T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-02-00T00:00:00Z",
    "2025-2-13T19:08:07Z",
    "+2025-02-13T19:08:07Z",
    "+002025-02-13T19:08:07Z",
    "-002025-02-13T19:08:07Z",
    "20250213T190807Z",
    "20250213T19:08:07Z",
    "2025-02-13T19-08-07Z",
    "2025-02-13T1\u{e9}:08:07Z",
    "2025-02-13T19:08:07\u{e9}",
    "1739473687",
    "Thu, 13 Feb 2025 19:08:07 GMT",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-02-13T19:08:07+01:00Z",
    "2025-02-13T19:08:07.5",
    "0x25-02-13T19:08:07Z",
];

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
        assert_eq!(error.to_string(), "the text is not an RFC 3339 date and time such as 2025-02-13T19:08:07Z");
    }
}

#[test]
fn a_number_is_kept_as_its_text_and_null_as_the_empty_one() {
    for (json, expected) in [
        ("1739473687", "1739473687"),
        ("1739473687123", "1739473687123"),
        ("-1", "-1"),
        ("18446744073709551615", "18446744073709551615"),
        ("1739473687.25", "1739473687.25"),
        ("1739473687.50", "1739473687.5"),
        ("1739473687.0", "1739473687.0"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("null", ""),
    ] {
        assert_eq!(serde_json::from_str::<Timestamp>(json).unwrap(), expected, "{json}");
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::from_value::<Timestamp>(value.clone()).unwrap(), expected, "{json}");
        let optional: Option<Timestamp> = serde_json::from_value(value).unwrap();
        assert_eq!(optional.map(String::from), (json != "null").then(|| expected.to_owned()), "{json}");
    }
    for json in ["true", "[]", "[1739473687]", "{}", r#"{"seconds":1739473687}"#, "1e400", "-"] {
        assert!(serde_json::from_str::<Timestamp>(json).is_err(), "{json}");
    }
}

#[cfg(feature = "jiff")]
#[test]
fn jiff_there_and_back() {
    let at = Timestamp::from("2025-02-13T20:08:07.120+01:00").to_jiff().unwrap();
    assert_eq!(at, Timestamp::from("2025-02-13T19:08:07.12Z").to_jiff().unwrap());
    assert_eq!(Timestamp::from(at), "2025-02-13T19:08:07.12Z");
    assert_eq!(
        Timestamp::from("2016-12-31T23:59:60.5Z").to_jiff(),
        Timestamp::from("2016-12-31T23:59:59.5Z").to_jiff()
    );
    assert_eq!(Timestamp::from("1969-12-31T23:59:59.25Z").to_jiff().unwrap().as_nanosecond(), -750_000_000);
    for text in ["", "soon", "2025-02-30T00:00:00Z"] {
        assert_eq!(Timestamp::from(text).to_jiff(), Err(TimestampError::FORM), "{text}");
    }
    let late = Timestamp::from("9999-12-31T00:00:00Z").to_jiff().unwrap_err();
    assert_eq!(late.to_string(), "the time is later than the type it should be converted to can hold");
}

#[cfg(feature = "time")]
#[test]
fn time_there_and_back() {
    let at = Timestamp::from("2025-02-13T20:08:07.120+01:00").to_time().unwrap();
    assert_eq!(at, Timestamp::from("2025-02-13T19:08:07.12Z").to_time().unwrap());
    assert_eq!((at.offset().whole_seconds(), at.hour()), (3600, 20));
    assert_eq!(Timestamp::from(at), "2025-02-13T19:08:07.12Z");
    assert_eq!(Timestamp::from(at.replace_nanosecond(0).unwrap()), "2025-02-13T19:08:07Z");
    assert_eq!(Timestamp::from(at.replace_nanosecond(1).unwrap()), "2025-02-13T19:08:07.000000001Z");
    assert_eq!(
        Timestamp::from("2016-12-31T23:59:60.5Z").to_time(),
        Timestamp::from("2016-12-31T23:59:59.5Z").to_time()
    );
    let early = Timestamp::from("0000-01-01T00:00:00+23:59").to_time().unwrap();
    assert_eq!(Timestamp::from(early), "-000001-12-31T00:01:00Z");
    for text in ["", "soon", "2025-02-30T00:00:00Z"] {
        assert_eq!(Timestamp::from(text).to_time(), Err(TimestampError::FORM), "{text}");
    }
    // A value of `time` in this offset would panic when it is converted to UTC.
    assert_eq!(Timestamp::from("9999-12-31T23:59:59-00:01").to_time(), Err(TimestampError::OUT_OF_RANGE));
}

#[test]
fn only_rfc_3339_is_parsed_and_compared() {
    for text in VALID {
        assert_eq!(text.parse::<Timestamp>().unwrap(), text);
        assert!(Timestamp::from(text).is_valid(), "{text}");
    }
    let valid = Timestamp::from(VALID[0]);
    for text in INVALID {
        assert_eq!(text.parse::<Timestamp>(), Err(TimestampError::FORM), "{text}");
        let invalid = Timestamp::from(text);
        assert!(!invalid.is_valid(), "{text}");
        assert_eq!(valid.cmp_instant(&invalid), Err(TimestampError::FORM), "{text}");
        assert_eq!(invalid.cmp_instant(&valid), Err(TimestampError::FORM), "{text}");
    }
    let secret = "2025-02-13T19:08:07 4111111592341815";
    let error = secret.parse::<Timestamp>().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("4111"), "{error:?}");
}

#[test]
fn instants_are_compared_whatever_the_offsets_and_digits() {
    // Each group has one instant, and the groups are in the order of time.
    let groups: [&[&str]; 12] = [
        &["0000-01-01T00:00:00+23:59", "0000-01-01t00:00:00.00+23:59"],
        &["0000-01-01T00:00:00Z"],
        &["1969-12-31T23:59:59.999Z", "1970-01-01T00:59:59.999000+01:00"],
        &["1970-01-01T00:00:00Z", "1969-12-31T23:00:00-01:00"],
        &["2025-02-13T19:08:07Z", "2025-02-13T20:08:07.0+01:00", "2025-02-13T19:08:07.000000000000Z"],
        &["2025-02-13T19:08:07.1234567890Z", "2025-02-13T19:08:07.123456789Z"],
        &["2025-02-13T19:08:07.1234567891Z", "2025-02-13t18:38:07.12345678910-00:30"],
        &["2025-02-13T19:08:07.12345678911Z"],
        &["2025-02-13T19:08:07.2z", "2025-02-13T19:08:07.20-00:00"],
        &["2025-02-13T19:08:59.5Z", "2025-02-13T19:08:60.5Z"],
        &["2025-02-13T19:09:00Z"],
        &["9999-12-31T23:59:59.999999999999-23:59"],
    ];
    for (one, texts) in groups.iter().enumerate() {
        for (other, others) in groups.iter().enumerate() {
            for (text, with) in texts.iter().flat_map(|text| others.iter().map(move |with| (*text, *with))) {
                let compared = Timestamp::from(text).cmp_instant(&Timestamp::from(with));
                assert_eq!(compared, Ok(one.cmp(&other)), "{text} {with}");
            }
        }
    }
}

#[test]
fn now_is_the_time_of_the_system_in_milliseconds() {
    let before = SystemTime::now();
    let now = Timestamp::now();
    let after = SystemTime::now();
    assert!(now.is_valid());
    assert_eq!((now.as_str().len(), &now.as_str()[19..20], &now.as_str()[23..]), (24, ".", "Z"), "{now}");
    for (earlier, later) in
        [(Timestamp::of_system_time(before), &now), (now.clone(), &Timestamp::of_system_time(after))]
    {
        assert_ne!(earlier.cmp_instant(later), Ok(Ordering::Greater), "{earlier} {later}");
    }
    for (at, text) in [
        (UNIX_EPOCH, "1970-01-01T00:00:00.000Z"),
        (UNIX_EPOCH + Duration::from_micros(1_739_473_687_120_999), "2025-02-13T19:08:07.120Z"),
        (UNIX_EPOCH - Duration::from_millis(1), "1969-12-31T23:59:59.999Z"),
        (UNIX_EPOCH - Duration::from_micros(1_001), "1969-12-31T23:59:59.998Z"),
        (UNIX_EPOCH + Duration::from_secs(253_402_300_799), "9999-12-31T23:59:59.000Z"),
        (UNIX_EPOCH + Duration::from_secs(253_402_300_800), "+010000-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(Timestamp::of_system_time(at), text);
    }
}

#[cfg(all(feature = "chrono", feature = "jiff", feature = "time"))]
mod against_other_libraries {
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    /// The instant of an accepted text in nanoseconds, or `None` if the text is refused. The test fails if the types of
    /// two libraries show other instants, or if the library's own parser reads another instant than this one.
    fn instant(text: &str) -> Option<i128> {
        let timestamp = Timestamp::from(text);
        let (chrono, jiff, time) = (timestamp.to_chrono(), timestamp.to_jiff(), timestamp.to_time());
        assert_eq!(chrono.is_ok(), timestamp.is_valid(), "{text}");
        let Ok(chrono) = chrono else {
            assert_eq!((jiff, time), (Err(TimestampError::FORM), Err(TimestampError::FORM)), "{text}");
            return None;
        };
        // chrono counts a leap second as the second before it, with a billion nanoseconds or more.
        let nanoseconds = chrono.timestamp_subsec_nanos();
        assert_eq!(&text[17..19] == "60", nanoseconds >= 1_000_000_000, "{text}");
        let instant = i128::from(chrono.timestamp()) * 1_000_000_000 + i128::from(nanoseconds % 1_000_000_000);
        match &jiff {
            Ok(jiff) => assert_eq!(jiff.as_nanosecond(), instant, "{text}"),
            Err(error) => {
                assert_eq!(*error, TimestampError::OUT_OF_RANGE, "{text}");
                assert!(instant > jiff::Timestamp::MAX.as_nanosecond(), "{text}");
            }
        }
        match time {
            Ok(time) => {
                assert_eq!(time.unix_timestamp_nanos(), instant, "{text}");
                assert_eq!(time.offset().whole_seconds(), chrono.offset().local_minus_utc(), "{text}");
            }
            Err(error) => {
                assert_eq!(error, TimestampError::OUT_OF_RANGE, "{text}");
                assert!(instant >= 253_402_300_800 * 1_000_000_000, "{text}");
            }
        }
        let digits = text[19..].bytes().skip(1).take_while(u8::is_ascii_digit).count();
        if !text[19..].starts_with('.') || digits <= 9 {
            assert_eq!(chrono::DateTime::parse_from_rfc3339(text), Ok(chrono), "{text}");
            let read = text.parse::<jiff::Timestamp>().ok().map(|at| at.as_nanosecond());
            assert_eq!(read, jiff.ok().map(|at| at.as_nanosecond()), "{text}");
            // `time` accepts leap seconds at the end of a month only, and reads another instant for them.
            if &text[17..19] != "60" {
                let read = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap();
                assert_eq!(read.unix_timestamp_nanos(), instant, "{text}");
            }
        }
        Some(instant)
    }

    #[test]
    fn all_accept_it_and_nothing_else() {
        for text in VALID {
            assert!(instant(text).is_some(), "{text}");
        }
        for text in INVALID {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_is_that_of_chrono() {
        let start = NaiveDate::from_ymd_opt(1799, 12, 31).unwrap();
        for date in start.iter_days().take_while(|date| date.year() <= 2200) {
            let text = format!("{date}T00:00:00Z");
            let seconds = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
            assert_eq!(rfc3339::write(seconds, ""), text);
            assert_eq!(rfc3339::write(seconds - 1, "9"), format!("{}T23:59:59.9Z", date.pred_opt().unwrap()));
            assert_eq!(Instant::read(&text).map(|at| at.seconds), Some(seconds), "{text}");
        }
    }

    prop_compose! {
        /// A text of the form, whose date and time may not exist.
        fn text()(
            year in prop_oneof![0..=9999_u32, Just(1900_u32), Just(2000), Just(2024), Just(9999)],
            (month, day, hour, minute, second) in (0..=13_u32, prop_oneof![0..=32_u32, 28..=31_u32], 0..=24_u32, 0..=60_u32, 0..=61_u32),
            t in "[Tt]",
            fraction in "(\\.[0-9]{1,30})?",
            offset in "[Zz]|[+-](0[0-9]|1[0-9]|2[0-4]):[0-6][0-9]",
        ) -> (String, [u32; 6], String) {
            let text = format!("{year:04}-{month:02}-{day:02}{t}{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
            (text, [year, month, day, hour, minute, second], offset)
        }
    }

    proptest! {
        #[test]
        fn exactly_the_dates_and_times_that_exist_are_accepted((text, parts, offset) in text()) {
            let [year, month, day, hour, minute, second] = parts;
            let date = NaiveDate::from_ymd_opt(year as i32, month, day);
            let exists = second <= 60 && date.is_some_and(|date| date.and_hms_opt(hour, minute, second.min(59)).is_some());
            let offset_exists = offset.len() == 1 || (&offset[1..3] <= "23" && &offset[4..] <= "59");
            prop_assert_eq!(instant(&text).is_some(), exists && offset_exists, "{}", text);
        }

        #[test]
        fn a_text_with_an_error_is_refused_or_read_as_all_libraries_read_it(
            text in "[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,12})?([Zz]|[+-][0-2][0-9]:?[0-6][0-9])?(\\[UTC\\])?",
            cut in 0..40_usize,
        ) {
            instant(&text);
            if cut < text.len() {
                let mut short = text.clone();
                short.remove(cut);
                instant(&short);
            }
        }

        #[test]
        fn any_text_can_be_read_without_a_panic(text in "\\PC{0,40}", start in 0..30_usize) {
            instant(&text);
            let mut mixed = String::from("2025-02-13T19:08:07.120+01:00");
            mixed.insert_str(start.min(mixed.len()), &text);
            instant(&mixed);
        }

        #[test]
        fn instants_have_the_order_of_the_libraries((one, ..) in text(), (other, ..) in text()) {
            let compared = Timestamp::from(one.as_str()).cmp_instant(&Timestamp::from(other.as_str()));
            match (instant(&one), instant(&other)) {
                // Times that differ in digits beyond nanoseconds only are equal to the libraries.
                (Some(a), Some(b)) if a != b => prop_assert_eq!(compared, Ok(a.cmp(&b)), "{} {}", one, other),
                (Some(_), Some(_)) => prop_assert!(compared.is_ok()),
                _ => prop_assert_eq!(compared, Err(TimestampError::FORM)),
            }
        }

        #[test]
        fn the_same_second_is_ordered_by_all_of_its_digits(one in "[0-9]{1,20}", other in "[0-9]{1,20}") {
            let number = |digits: &str| format!("{digits:0<20}").parse::<u128>().unwrap();
            let at = |digits: &str| Timestamp::from(format!("2025-02-13T19:08:07.{digits}Z"));
            prop_assert_eq!(at(&one).cmp_instant(&at(&other)), Ok(number(&one).cmp(&number(&other))));
        }

        #[test]
        fn what_time_writes_is_the_same_instant(nanoseconds in -62_167_219_200_000_000_000_i128..253_402_300_800_000_000_000) {
            let at = time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap();
            prop_assert_eq!(instant(Timestamp::from(at).as_str()), Some(nanoseconds));
        }
    }
}
