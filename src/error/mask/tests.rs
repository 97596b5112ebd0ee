//! Tests what is hidden in the texts of the server, and what is shown as it is.

use super::*;

const HIDDEN: &str = "[REDACTED]";

fn masked(text: &str) -> String {
    let own = OwnSecrets::default();
    let masked = Masked { text, own: &own };
    let shown = masked.to_string();
    assert_eq!(format!("{masked:?}"), format!("{shown:?}"));
    shown
}

#[test]
fn numbers_are_hidden() {
    for (text, shown) in [
        ("pan 4111111592341815 is unknown", "pan [REDACTED] is unknown"),
        ("4111111592341815", HIDDEN),
        ("ssn:123456789,", "ssn:[REDACTED],"),
        ("4222222222222 and 6304000000000000000", "[REDACTED] and [REDACTED]"),
        ("x4111111592341815y", "x[REDACTED]y"),
        ("12345678901234567890", HIDDEN),
        (&"1".repeat(400), HIDDEN),
        // Digits that are separated from the number only by a blank are hidden with it.
        ("pan 4111 1115 9234 1815 2027", "pan [REDACTED]"),
        ("5 4111111592341815 2027 12", HIDDEN),
        ("3782 822463 10005", HIDDEN),
        ("3056 930902 5904", HIDDEN),
        ("411111 1115923418 15", HIDDEN),
        ("123-45-6789", HIDDEN),
        ("ü 123456789 ü", "ü [REDACTED] ü"),
        ("5 123-45-6789", "5 [REDACTED]"),
        ("٤١١١١١١٥٩٢٣٤١٨١٥ ４１１１１１１５９２３４１８１５", HIDDEN),
        ("11111111-2222-3333-4444-555555555555", HIDDEN),
        ("2025-02-13T19:08:07Z 4111111592341815", "2025-02-13T19:08:07Z [REDACTED]"),
        ("4111111592341815 2025-02-13", "[REDACTED] 2025-02-13"),
        ("2025-02-134111111592341815", HIDDEN),
        ("1, 2, 4111,1115,9234,1815, 3", "1, 2, [REDACTED], 3"),
    ] {
        assert_eq!(masked(text), shown);
    }
}

#[test]
fn whatever_stands_between_the_digits_of_a_number() {
    let separators = [
        " ",
        "  ",
        "\t",
        "\n",
        "\u{a0}",
        "\u{2009}",
        "\u{202f}",
        "\u{3000}",
        "\u{200b}",
        "\u{ad}",
        ".",
        "·",
        "•",
        "-",
        "--",
        "‐",
        "‑",
        "–",
        "—",
        "−",
        "－",
        " - ",
        "/",
        "\\",
        "∕",
        "／",
        "_",
        ",",
        ":",
        "|",
        "*",
        "+",
        ";",
        "%20",
        ") (",
        "      ",
        "\u{a0} \u{a0} \u{a0} ",
    ];
    for separator in separators {
        for groups in
            [&["4111", "1115", "9234", "1815"][..], &["3782", "822463", "10005"], &["63", "04000", "0000000", "123"]]
        {
            let number = groups.join(separator);
            assert_eq!(masked(&format!("no {number}, sorry")), "no [REDACTED], sorry", "{separator:?}");
        }
        let shown = masked(&format!("ssn {}.", ["123", "45", "6789"].join(separator)));
        // The encoded blank `%20` contains digits itself, so the number is not recognized there.
        assert!(shown == "ssn [REDACTED]." || separator == "%20", "{separator:?} {shown}");
    }
}

/// Several signs between the digits of a number have to be separators, each of them; of other signs there is one at most.
#[test]
fn several_signs_between_the_digits_are_separators() {
    let separators =
        "-_./\\()·•\u{ad}\u{200b}\u{200c}\u{200d}‐‑‒–—―․‧⁃⁄\u{2060}−∕∙・﹘﹣\u{feff}－．／＿\u{2009}\u{3000}";
    for sign in separators.chars() {
        let number = ["4111", "1115", "9234", "1815"].join(&sign.to_string().repeat(4));
        assert_eq!(masked(&format!("no {number}, sorry")), "no [REDACTED], sorry", "{sign:?}");
    }
    for sign in ["**", "::", ", ", "-----"] {
        let list = ["4111", "1115", "9234", "1815"].join(sign);
        assert_eq!(masked(&list), list, "{sign:?}");
    }
}

/// A time stamp is shown and ends a number. What only looks like one is digits as any other. Every month may have 31 days: the
/// calendar is not asked.
#[test]
fn only_dates_and_times_that_there_are_divide_a_number() {
    for date in ["1999-01-01", "2025-12-31", "2025-10-09", "2000-02-30"] {
        assert_eq!(masked(&format!("{date} 41111115")), format!("{date} 41111115"));
    }
    for no_date in ["1825-12-01", "2125-12-01", "2025-13-01", "2025-00-01", "2025-12-32", "2025-02-39", "2025-02-00"] {
        assert_eq!(masked(&format!("{no_date} 41111115")), HIDDEN, "{no_date}");
    }
    for time in ["00:00", "23:59", "12:30:00", "23:59:60", "19:08:07.123456789", "19:08:07,5"] {
        assert_eq!(masked(&format!("2025-02-13 {time} 4111111592341815")), format!("2025-02-13 {time} {HIDDEN}"));
    }
    for no_time in ["24:00", "25:08", "23:60", "23:61", "12:30:61"] {
        assert_eq!(
            masked(&format!("2025-02-13 {no_time} 4111111592341815")),
            format!("2025-02-13 {HIDDEN}"),
            "{no_time}"
        );
    }
    // Nine digits at most are a fraction of a second.
    assert_eq!(masked("2025-01-20 18:18:22.4111111592341815"), format!("2025-01-20 18:18:22.{HIDDEN}"));
}

#[test]
fn phone_numbers_are_hidden() {
    for (text, shown) in [
        ("phone +12125551234 is taken", "phone [REDACTED] is taken"),
        ("+1 212 555 1234", HIDDEN),
        ("+1 (212) 555-1234", HIDDEN),
        ("+1-212-555-1234", HIDDEN),
        ("1-212-555-1234", HIDDEN),
        ("(212) 555-1234", HIDDEN),
        ("(call (212)555-1234)", "(call [REDACTED])"),
        ("(2125551234)", "([REDACTED])"),
        ("212-555-1234", HIDDEN),
        ("212.555.1234", HIDDEN),
        ("212\u{a0}555\u{a0}1234", HIDDEN),
        ("2125551234 12125551234", "[REDACTED]"),
        ("2125551234", HIDDEN),
        ("12125551234", HIDDEN),
        ("+44 20 7946 0958", HIDDEN),
        ("+49 (0)89 123456", HIDDEN),
        ("call +(49) 89 12345 now", "call [REDACTED] now"),
        ("＋４４ 2079460958", HIDDEN),
        ("tel:+4989123456.", "tel:[REDACTED]."),
        ("phone=%2B442079460958&limit=2", "phone=[REDACTED]&limit=2"),
        ("phone=%2b4989123456", "phone=[REDACTED]"),
    ] {
        assert_eq!(masked(text), shown);
    }
}

#[test]
fn mail_addresses_are_hidden() {
    for (text, shown) in [
        ("jane@example.com is taken", "[REDACTED] is taken"),
        ("email 'o.neil+x@mail.example.co.uk'.", "email '[REDACTED]'."),
        ("<jane.doe@example.com>,john@example.com.", "<[REDACTED]>,[REDACTED]."),
        ("jané@exämple.com", HIDDEN),
        ("jane%40example.com", HIDDEN),
        ("jane＠example.com", HIDDEN),
        ("4111111592341815@example.com", HIDDEN),
        ("mail to jane@localhost!", "mail to [REDACTED]!"),
    ] {
        assert_eq!(masked(text), shown);
    }
    for text in ["a @ b", "@example", "jane@", "jane@ example.com", "100%40", "…@…"] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn what_is_of_use_stays() {
    for text in [
        "",
        "12345678",
        "1234567890",
        "123456789012",
        "2025-02-13",
        "between 2025-02-13 2025-02-14 and 2025-02-15",
        "2025-02-13T19:08:07.000Z",
        "2025-02-13T19:08:07.123456789+00:00",
        "2025-01-20 18:18:22,923 -0500 INFO",
        "at=2025-01-20T18:18:22.923+00:00;",
        "1740779129",
        "2EE24580-ABCD-4821-9AD3-3F7BB8136FC0",
        "12345678-1234-1234-1234-123456789abc is unknown",
        "limit must be 1 to 100",
        "must be one of 1000, 2000, 3000, 4000",
        "1111 2222 3333",
        "10.12.130.200 and 127.0.0.1:8080",
        "CUSTOMER_NOT_FOUND_ERROR: CSMR-v1-123",
        "line 12 (column 345)",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn what_this_client_sends_is_hidden_first() {
    let mut own = OwnSecrets::default();
    own.add_key(b"leak@4111");
    let shown = Masked { text: "no key leak@4111\nor leak%404111, jane@example.com", own: &own }.to_string();
    assert_eq!(shown, "no key [REDACTED] or [REDACTED], [REDACTED]");
}

#[test]
fn it_is_one_line_of_bounded_length() {
    assert_eq!(masked("a\nERROR b\r\u{1b}[1m\u{2028}\u{202e}c"), "a ERROR b  [1m  c");
    assert_eq!(masked(&"ü".repeat(MAX_CHARS)), "ü".repeat(MAX_CHARS));
    let long = masked(&"ü".repeat(1000));
    assert_eq!(long.chars().count(), MAX_CHARS + 1);
    // A number that goes beyond the cut must be hidden before the text is cut, or a part of it would be shown.
    let across = format!("{}4111111592341815", "x".repeat(MAX_CHARS - 8));
    assert!(!masked(&across).contains("4111"));
    // A number is hidden as a whole, however long it is, and the text after it is still shown.
    assert_eq!(masked(&format!("{}x", "4 ".repeat(100_000))), format!("{HIDDEN} x"));
    // No text may overflow the stack or take long.
    for part in ["(", "+", "((1", "a@", "_", "%40", "1-", "2025-02-1", "-"] {
        masked(&part.repeat(20_000));
    }
}
