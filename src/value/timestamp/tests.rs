//! Tests that timestamps keep their text, and that they convert to the types of chrono and jiff.

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
    for text in ["", "soon", "2025-02-30T00:00:00Z"] {
        assert!(Timestamp::from(text).to_jiff().is_err(), "{text}");
    }
}

#[cfg(all(feature = "chrono", feature = "jiff"))]
mod rfc_3339 {
    use proptest::prelude::*;

    use super::*;

    /// The instant in nanoseconds. The test fails if one library reads another instant than the other, or if only one
    /// reads the text, unless the instant is too late for jiff.
    fn instant(text: &str) -> Option<i128> {
        let timestamp = Timestamp::from(text);
        let chrono = timestamp.to_chrono().ok();
        let jiff = timestamp.to_jiff().ok().map(|at| at.as_nanosecond());
        // chrono counts a leap second as the second before it, with a billion nanoseconds or more.
        let nanosecond = |at: chrono::DateTime<chrono::FixedOffset>| {
            i128::from(at.timestamp()) * 1_000_000_000 + i128::from(at.timestamp_subsec_nanos())
        };
        match (chrono.map(nanosecond), jiff) {
            (Some(chrono), Some(jiff)) if &text[17..19] == "60" => {
                assert_eq!(chrono.div_euclid(1_000_000_000) - 1, jiff.div_euclid(1_000_000_000), "{text}");
            }
            (Some(chrono), None) => assert!(chrono > jiff::Timestamp::MAX.as_nanosecond(), "{text}: only chrono"),
            (chrono, jiff) => assert_eq!(chrono, jiff, "{text}"),
        }
        jiff
    }

    #[test]
    fn both_libraries_accept_it_and_nothing_else() {
        for text in [
            "2025-02-13T19:08:07Z",
            "2025-02-13t19:08:07z",
            "2025-02-13T19:08:07.0Z",
            "2025-02-13T19:08:07.123456789+23:59",
            "2025-02-13T19:08:07.12345678987654321-00:00",
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.5Z",
            "2024-02-29T00:00:00+14:00",
            "0000-01-01T00:00:00Z",
        ] {
            assert!(instant(text).is_some(), "{text}");
        }
        for text in [
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
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn both_libraries_see_the_same_instant(
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
    }
}
