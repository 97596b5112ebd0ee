//! Tests which signatures, ages, tokens and readings the verifier accepts, and which it refuses.

use super::*;
use crate::webhook::testing::Signer;

const TOKEN: &str = "whtok_9f8e7d6c";
const BODY: &str = r#"{"object": "REWARD", "data": {"reward_id": "R"}}"#;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A verifier whose clock stands still.
fn verifier(now: u64) -> Verifier {
    Verifier::new(TOKEN).clock(move || at(now))
}

fn signed(time: u64) -> String {
    Signer::new(TOKEN).at(at(time)).header(BODY.as_bytes())
}

#[test]
fn five_minutes_both_ways_unless_told_otherwise() {
    let now = 1_740_779_129;
    let verify = |verifier: &Verifier, time| verifier.verify_signature(&signed(time), BODY.as_bytes());
    let five = verifier(now);
    for time in [now, now - 300, now + 300] {
        assert_eq!(verify(&five, time).unwrap().signed_at, at(time));
    }
    let age = |age| Duration::from_secs(age);
    assert!(matches!(verify(&five, now - 301), Err(WebhookError::TooOld { age: a }) if a == age(301)));
    assert!(matches!(verify(&five, now + 301), Err(WebhookError::TooNew { ahead: a }) if a == age(301)));
    let strict = verifier(now).tolerance(Duration::from_secs(1));
    assert!(verify(&strict, now - 1).is_ok());
    assert!(matches!(verify(&strict, now - 2), Err(WebhookError::TooOld { .. })));
    assert!(matches!(verify(&strict, now + 2), Err(WebhookError::TooNew { .. })));
    let any = verifier(now).accept_any_age();
    for time in [0, now - 1_000_000, now + 1_000_000, 9_999_999_999] {
        assert!(verify(&any, time).is_ok(), "{time}");
    }
    // A local clock that is far off causes no overflow.
    assert!(matches!(verify(&verifier(0), 9_999_999_999), Err(WebhookError::TooNew { .. })));
    assert!(matches!(verify(&verifier(u64::from(u32::MAX) * 2), 0), Err(WebhookError::TooOld { .. })));
}

#[test]
fn milliseconds_are_understood_and_signed_as_they_are() {
    let verifier = verifier(1_740_779_129);
    let header = Signer::new(TOKEN).at(at(1_740_779_100)).milliseconds().header(BODY.as_bytes());
    assert!(header.starts_with("t=1740779100000,"));
    assert_eq!(verifier.verify_signature(&header, BODY.as_bytes()).unwrap().signed_at, at(1_740_779_100));
    // The text of the timestamp is signed, so the same instant in another spelling has a wrong signature.
    for other in ["1740779100", "01740779100000", "1740779100001"] {
        let changed = header.replace("1740779100000", other);
        assert!(matches!(verifier.verify(&changed, BODY.as_bytes()), Err(WebhookError::WrongSignature)), "{other}");
    }
}

#[test]
fn the_age_comes_before_the_signature_and_the_size_before_both() {
    let verifier = verifier(1_740_779_129);
    for token in [TOKEN, "another"] {
        let header = Signer::new(token).at(at(0)).header(BODY.as_bytes());
        assert!(matches!(verifier.verify(&header, BODY.as_bytes()), Err(WebhookError::TooOld { .. })));
        assert!(matches!(verifier.verify(&header, &vec![b' '; MAX_BODY_BYTES + 1]), Err(WebhookError::TooLarge)));
    }
    let exactly = [BODY.as_bytes(), &vec![b' '; MAX_BODY_BYTES - BODY.len()]].concat();
    let header = Signer::new(TOKEN).at(at(1_740_779_129)).header(&exactly);
    assert!(verifier.verify(&header, &exactly).is_ok());
}

#[test]
fn every_reading_is_found_and_can_be_pinned() {
    let now = 1_740_779_129;
    // Each reading of this body signs another text: it has white space, unsorted keys and a character that Go escapes.
    let body = br#"{"object": "REWARD", "data": {"reward_id": "R&D"}}"#;
    for reading in Reading::ALL {
        let header = Signer::new(TOKEN).reading(reading).at(at(now)).header(body);
        assert_eq!(verifier(now).verify_signature(&header, body).unwrap().reading, reading);
        for pinned in Reading::ALL {
            let result = verifier(now).pin(pinned).verify(&header, body);
            let raw = |reading: Reading| reading.body == BodyReading::Raw;
            let same = (pinned.key, raw(pinned)) == (reading.key, raw(reading));
            assert_eq!(result.is_ok(), same, "{reading} read as {pinned}");
        }
    }
    // Both sorted forms are the same text if there is nothing to escape; the first of the two is reported.
    let header = Signer::new(TOKEN)
        .reading(Reading::new(KeyReading::Token, BodyReading::SortedGo))
        .at(at(now))
        .header(BODY.as_bytes());
    assert_eq!(verifier(now).verify_signature(&header, BODY.as_bytes()).unwrap().reading.body, BodyReading::Sorted);
}

#[test]
fn a_reading_pinned_from_one_delivery_holds_for_the_next() {
    let now = 1_740_779_129;
    for form in [BodyReading::Raw, BodyReading::Sorted, BodyReading::SortedGo] {
        let signer = Signer::new(TOKEN).reading(Reading::new(KeyReading::Token, form)).at(at(now));
        let seen = verifier(now).verify_signature(&signer.header(BODY.as_bytes()), BODY.as_bytes()).unwrap().reading;
        let next = br#"{"object": "REWARD", "data": {"reward_id": "R&D"}}"#;
        assert!(verifier(now).pin(seen).verify(&signer.header(next), next).is_ok(), "{form:?} pinned as {seen}");
    }
}

#[test]
fn a_body_without_a_canonical_form_matches_raw_only() {
    let now = 1_740_779_129;
    let canonical = r#"{"data":{"reward_id":"R"},"object":"REWARD"}"#;
    let header = Signer::new(TOKEN).at(at(now)).header(canonical.as_bytes());
    let verify = |body: &str| verifier(now).verify(&header, body.as_bytes());
    assert!(verify(BODY).is_ok());
    assert!(verify(canonical).is_ok());
    for body in [
        r#"{"object":"REWARD","object":"REWARD","data":{"reward_id":"R"}}"#,
        r#"{"object":"REWARD","data":{"reward_id":"X","reward_id":"R"}}"#,
        r#"{"object":"REWARD","data":{"reward_id":"R"}}x"#,
        r#"{"object":"REWARD","data":{"reward_id":"R","x":1}}"#,
    ] {
        assert!(matches!(verify(body), Err(WebhookError::WrongSignature)), "{body}");
    }
}

#[test]
fn a_body_too_large_to_be_sorted_matches_raw_only() {
    use crate::webhook::canonical::MAX_BYTES;

    let verify = |reading: Reading, length: usize| {
        let body = [BODY.as_bytes(), &vec![b' '; length - BODY.len()]].concat();
        // For the sorted form the small body is signed: both bodies have the same sorted form, without white space.
        let signed = if reading.body == BodyReading::Raw { &body[..] } else { BODY.as_bytes() };
        let header = Signer::new(TOKEN).reading(reading).at(at(1)).header(signed);
        verifier(1).verify(&header, &body).is_ok()
    };
    let sorted = Reading::new(KeyReading::Token, BodyReading::Sorted);
    assert!(verify(sorted, MAX_BYTES) && !verify(sorted, MAX_BYTES + 1));
    assert!(verify(Reading::default(), MAX_BYTES + 1) && verify(Reading::default(), MAX_BODY_BYTES));
}

#[test]
fn any_of_several_tokens_and_signatures_will_do() {
    let now = 1_740_779_129;
    let header = |token: &str| Signer::new(token).at(at(now)).header(BODY.as_bytes());
    let rotating = verifier(now).token("the new one");
    for token in [TOKEN, "the new one"] {
        assert!(rotating.verify(&header(token), BODY.as_bytes()).is_ok(), "{token}");
    }
    assert!(matches!(rotating.verify(&header("a third"), BODY.as_bytes()), Err(WebhookError::WrongSignature)));
    let (_, second) = header(TOKEN).split_once(',').map(|(t, s)| (t.to_owned(), s.to_owned())).unwrap();
    let both = format!("{},{second}", header("a third"));
    assert!(verifier(now).verify(&both, BODY.as_bytes()).is_ok());
}

#[test]
fn a_token_that_is_none_verifies_nothing() {
    for (token, says) in [
        ("", "empty or blank"),
        (" \t", "empty or blank"),
        ("\n", "empty or blank"),
        ("\u{feff}", "empty or blank"),
        ("a\n", "a file may have left there"),
        ("whtok\nwhtok\n", "a line end inside it"),
        (" a", "white space"),
        ("\"whtok\"", "quotation mark"),
        ("'whtok'", "quotation mark"),
        ("“whtok”", "quotation mark"),
        ("whtok\u{200b}", "invisible"),
        ("\u{feff}whtok", "invisible"),
        ("wh\u{a0}tok", "invisible"),
    ] {
        assert!(matches!(Verifier::new(token).check(), Err(WebhookError::NoToken { .. })), "{token:?}");
        let verifier = Verifier::new(token).accept_any_age();
        let header = Signer::new(token).header(BODY.as_bytes());
        let error = verifier.verify(&header, BODY.as_bytes()).unwrap_err();
        assert!(matches!(error, WebhookError::NoToken { .. }), "{token:?}");
        assert!(error.to_string().contains(says) && !error.to_string().contains("whtok"), "{error}");
        // Beside a good token the unusable one is ignored: a signature under it is refused.
        let verifier = Verifier::new(TOKEN).token(token).accept_any_age();
        assert!(matches!(verifier.verify(&header, BODY.as_bytes()), Err(WebhookError::WrongSignature)));
        assert!(verifier.verify(&signed(1), BODY.as_bytes()).is_ok());
    }
}

#[test]
fn a_tolerance_of_zero_is_found_at_start() {
    let error = verifier(1).tolerance(Duration::ZERO).check().unwrap_err();
    assert!(matches!(error, WebhookError::NoTolerance), "{error:?}");
    assert!(error.to_string().contains("accept_any_age") && error.status().is_server_error(), "{error}");
    for good in [verifier(1), verifier(1).tolerance(Duration::from_secs(1)), verifier(1).accept_any_age()] {
        assert!(good.check().is_ok());
    }
    assert!(matches!(Verifier::new("").tolerance(Duration::ZERO).check(), Err(WebhookError::NoToken { .. })));
}

#[test]
fn headers_are_found_by_name() {
    let mut headers = HeaderMap::new();
    let verify = |headers: &HeaderMap| verifier(1).verify_headers(headers, BODY.as_bytes());
    assert!(matches!(verify(&headers), Err(WebhookError::NoSignature)));
    headers.insert("X-IMPRINT-HMAC-SIGNATURE", signed(1).parse().unwrap());
    assert!(verify(&headers).is_ok());
    headers.insert("x-imprint-hmac-signature", http::HeaderValue::from_bytes(b"t=1,s=\xe9").unwrap());
    assert!(matches!(verify(&headers), Err(WebhookError::Malformed { .. })));
}

/// A header that is sent in several lines is one header (RFC 9110, section 5.3).
#[test]
fn the_lines_of_a_header_are_one_header() {
    let (right, wrong) = (signed(1), Signer::new("another").at(at(1)).header(BODY.as_bytes()));
    let (time, right_signature) = right.split_once(',').unwrap();
    let verify = |lines: &[&str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(SIGNATURE_HEADER, line.parse().unwrap());
        }
        verifier(1).verify_headers(&headers, BODY.as_bytes()).map(|event| event.object().to_owned())
    };
    for lines in [
        &[time, right_signature][..],
        &[right_signature, time],
        &[" ", &right, ""],
        &[&wrong, &right],
        &[&right, &wrong, "v=2"],
        &[time, wrong.split_once(',').unwrap().1, right_signature],
    ] {
        assert_eq!(verify(lines).unwrap(), "REWARD", "{lines:?}");
    }
    assert!(matches!(verify(&["", ""]), Err(WebhookError::NoSignature)));
    assert!(matches!(verify(&[&wrong, &wrong]), Err(WebhookError::WrongSignature)));
    // Lines with different timestamps, and more signatures than are allowed, are refused as in a single line.
    assert!(matches!(verify(&[&right, "t=2"]), Err(WebhookError::Malformed { .. })));
    assert!(matches!(verify(&[right.as_str(); 9]), Err(WebhookError::Malformed { .. })));
}

#[test]
fn a_wrong_signature_names_both_causes() {
    let error = verifier(1).verify(&signed(1), b"{}").unwrap_err();
    let says = error.to_string();
    assert!(matches!(error, WebhookError::WrongSignature));
    assert!(
        says.contains("the body is not the raw one") && says.contains("the signing token is not that of"),
        "{says}"
    );
}

#[test]
fn nothing_shows_a_token() {
    let shown = format!("{:?} {:?}", verifier(1).pin(Reading::default()), Signer::new(TOKEN));
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(shown.contains("[REDACTED]"), "{shown}");
}

/// The path of an error is made of keys of the body, and a key may be any text, even a token.
#[test]
fn an_unreadable_body_that_repeats_a_token_does_not_get_it_shown() {
    let token = "whtok_abcdefgh";
    let body = format!(r#"{{"object": "REWARD", "data": {{"customer_metadata": {{"{token}": [1]}}}}}}"#);
    let delivery = Signer::new(token).sign(body.as_str());
    let error = Verifier::new(TOKEN).token(token).verify(&delivery.signature, &delivery.body).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(token) && shown.contains("data.customer_metadata.[REDACTED]"), "{shown}");
}

#[test]
fn it_can_be_shared() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<Verifier>();
    is_shared::<Event>();
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<WebhookError>();
}
