//! Signatures computed by the `openssl` command, and deliveries in which one byte is changed.

use std::time::{Duration, SystemTime};

use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{BodyReading, Event, KeyReading, Reading, Verifier, WebhookError};

use super::TOKEN;
use crate::support::{json, payload};

const TIME: &str = "1723493048949";

/// The body that is sent, and its two canonical forms.
const BODIES: [&str; 3] = [
    r#"{"object": "REWARD", "data": {"reward_id": "R&D", "amount": 5000}}"#,
    r#"{"data":{"amount":5000,"reward_id":"R&D"},"object":"REWARD"}"#,
    r#"{"data":{"amount":5000,"reward_id":"R\u0026D"},"object":"REWARD"}"#,
];

// With T=whtok_9f8e7d6c, B one of BODIES and H=$(printf %s "$T" | openssl dgst -sha256 -r | cut -d' ' -f1):
//
// Token      printf '1723493048949.%s' "$B" | openssl dgst -sha256 -r -hmac "$T"
// Sha256     printf '1723493048949.%s' "$B" | openssl dgst -sha256 -r -mac HMAC -macopt hexkey:$H
// Sha256Hex  printf '1723493048949.%s' "$B" | openssl dgst -sha256 -r -hmac "$H"
const SIGNATURES: [(KeyReading, BodyReading, &str); 9] = [
    (KeyReading::Token, BodyReading::Raw, "140b709db35a9a46a6a13cac81b60a36304b3f0135b81981be21f32b7a2a8688"),
    (KeyReading::Sha256, BodyReading::Raw, "1dd098e4058495f7e3d265320a057e8eb4d5e14f0687d1d4198c0565740ec439"),
    (KeyReading::Sha256Hex, BodyReading::Raw, "ed7a0695e9e5381affb15949bdd8a0165ec96e3bf97af7ca0ee931d4f138738d"),
    (KeyReading::Token, BodyReading::Sorted, "9e2e6891621488c61b29e0ec1c381d9bbe8c97ba987650b72b8ba41a887d1fb8"),
    (KeyReading::Sha256, BodyReading::Sorted, "4ff160ac60d77791a6c8b2b9825f01eea89b1700b03e016288c94310617f3a48"),
    (KeyReading::Sha256Hex, BodyReading::Sorted, "9895c0cdab6502beffa91988ee22e3e54404a814658241ae86e3bf3441f3d3a8"),
    (KeyReading::Token, BodyReading::SortedGo, "f44da0c51455524c832ab2eaf3abc51adfd70189f6beca65a2d8f22977d909aa"),
    (KeyReading::Sha256, BodyReading::SortedGo, "94560997375a3f684905c780ca28ff1e82b22a8e53120f835c473d32f06d021f"),
    (KeyReading::Sha256Hex, BodyReading::SortedGo, "1feecd37a411de61da84610b3e5673b9815b8dd6a2c6e5678c14a648ef99f57f"),
];

fn signing_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_723_493_048_949)
}

/// A verifier whose clock shows the time of the signatures.
fn verifier() -> Verifier {
    Verifier::new(TOKEN).clock(signing_time)
}

#[test]
fn openssl_and_the_verifier_agree_on_every_reading() {
    for (key, body, signature) in SIGNATURES {
        let reading = Reading::new(key, body);
        let header = format!("t={TIME},s={signature}");
        let verified =
            verifier().verify_signature(&header, BODIES[0].as_bytes()).expect("the signature of openssl is accepted");
        assert_eq!((verified.reading, verified.signed_at), (reading, signing_time()));
        assert!(verifier().pin(reading).verify(&header, BODIES[0].as_bytes()).is_ok(), "{reading}");
        let Ok(Event::Reward(reward)) = verifier().verify(&header, BODIES[0].as_bytes()) else { panic!("{reading}") };
        assert_eq!((reward.reward_id.expect("an id").as_str(), reward.amount), ("R&D", Some(5000)));
        // The test signer computes the same signature.
        let signer = Signer::new(TOKEN).reading(reading).at(signing_time()).milliseconds();
        assert_eq!(signer.header(BODIES[0].as_bytes()), header, "{reading}");
    }
}

#[test]
fn a_body_that_is_sent_in_its_canonical_form_matches_as_raw() {
    for (body, text) in [(BodyReading::Sorted, BODIES[1]), (BodyReading::SortedGo, BODIES[2])] {
        let (.., signature) =
            SIGNATURES.iter().find(|(key, of, _)| *key == KeyReading::Token && *of == body).expect("a vector");
        let verified = verifier().verify_signature(&format!("t={TIME},s={signature}"), text.as_bytes());
        assert_eq!(verified.expect("the signature of openssl is accepted").reading.body, BodyReading::Raw);
    }
}

#[test]
fn a_timestamp_in_seconds_is_accepted() {
    // printf '1740779129.%s' "$B" | openssl dgst -sha256 -r -hmac "$T"
    let header = "t=1740779129,s=8ad264ad2fe25ca616524064b98d464c78b3c04b4d92eba4ba7d783abb3417b5";
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_740_779_129);
    let verified = Verifier::new(TOKEN).clock(move || then).verify_signature(header, BODIES[0].as_bytes());
    assert_eq!(verified.expect("the signature of openssl is accepted").signed_at, then);
}

#[test]
fn the_example_message_of_the_documentation_is_verified() {
    let example = json(&payload("webhook-signature--verify-event-notification.json"));
    let text = |name: &str| example[name].as_str().expect("a text");
    assert!(text("example_signed_message").ends_with(r#".{"amount":5000,"hello":"world"}"#));
    // printf '1723493048949.%s' '{"amount":5000,"hello":"world"}' | openssl dgst -sha256 -r -hmac "$T"
    let signature = "fb3defddf452da637b1cc20a27f33632c831a14653a37327191d64c216a9d036";
    let header = format!("t={},s={signature}", text("example_timestamp"));
    let verified = verifier().verify_signature(&header, text("example_raw_body").as_bytes()).expect("the example");
    assert_eq!(verified.reading, Reading::new(KeyReading::Token, BodyReading::Sorted));
    // The token of the documented example signature is not published, so the header is parsed and the signature is
    // wrong.
    let documented = Verifier::new(TOKEN).accept_any_age().verify(text("header_value"), b"{}");
    assert!(matches!(documented, Err(WebhookError::WrongSignature)), "{documented:?}");
    assert_eq!(text("header_name").to_lowercase(), imprint_client::webhook::SIGNATURE_HEADER);
}

/// All byte strings that differ from this text in one byte, with these replacement bytes.
fn changes(text: &str, bytes: std::ops::RangeInclusive<u8>) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let text = text.as_bytes().to_vec();
    (0..text.len()).flat_map(move |at| {
        let text = text.clone();
        bytes.clone().filter_map(move |byte| {
            let mut changed = text.clone();
            changed[at] = byte;
            (changed != text).then_some((at, changed))
        })
    })
}

#[test]
fn every_change_of_one_byte_of_the_body_is_refused() {
    // A signature of the raw body covers every byte; one of a canonical form does not cover white space.
    for (key, body, signature) in SIGNATURES {
        let header = format!("t={TIME},s={signature}");
        // The default reading is tested with a verifier that tries all readings; the others are pinned to save time.
        let reading = Reading::new(key, body);
        let verifier = if reading == Reading::default() { verifier() } else { verifier().pin(reading) };
        for (at, changed) in changes(BODIES[0], 0..=255) {
            let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            if body != BodyReading::Raw && blank(BODIES[0].as_bytes()[at]) && blank(changed[at]) {
                continue;
            }
            let result = verifier.verify(&header, &changed);
            let shown = String::from_utf8_lossy(&changed);
            assert!(matches!(result, Err(WebhookError::WrongSignature)), "{key:?} {body:?} {shown}: {result:?}");
        }
    }
}

#[test]
fn every_change_of_one_byte_of_the_header_is_refused() {
    let verifier = verifier().accept_any_age();
    let header = format!("t={TIME},s={}", SIGNATURES[0].2);
    let mut same = 0;
    for (at, changed) in changes(&header, 0..=127) {
        let changed = String::from_utf8(changed).expect("ASCII");
        let result = verifier.verify(&changed, BODIES[0].as_bytes());
        if changed.to_lowercase() == header && at >= header.len() - 64 {
            assert!(result.is_ok(), "the case of a hex digit: {changed}");
            same += 1;
        } else {
            let refused = matches!(result, Err(WebhookError::WrongSignature | WebhookError::Malformed { .. }));
            assert!(refused, "{changed}: {result:?}");
        }
    }
    assert!(same > 10, "{same}");
}
