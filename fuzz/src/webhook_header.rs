//! The signature header of webhooks. The input is the text of a header, for a body that is always the same.

use std::time::{Duration, SystemTime};

use imprint_client::HeaderMap;
use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{SIGNATURE_HEADER, Verified, Verifier, WebhookError};

/// The token, the body and the time that the seeds are signed with.
pub const TOKEN: &str = "whtok_9f8e7d6c";
pub const BODY: &[u8] = br#"{"object":"REWARD","data":{"reward_id":"DCBFC736"}}"#;
pub const SECONDS: u64 = 1_740_779_129;

fn verify(verifier: &Verifier, header: &str) -> Option<Verified> {
    match verifier.verify_signature(header, BODY) {
        Ok(verified) => Some(verified),
        Err(WebhookError::NoSignature | WebhookError::Malformed { .. } | WebhookError::WrongSignature) => None,
        Err(error) => panic!("{header:?} gives an error that has nothing to do with the header: {error:?}"),
    }
}

pub fn check(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    let verifier = Verifier::new(TOKEN).accept_any_age();
    let verdict = verify(&verifier, header);
    let parts: Vec<&str> = header.split(',').collect();

    // Nobody without the token can sign, so the only signatures that count are those of the seeds.
    if let Some(verified) = &verdict {
        let right = Signer::new(TOKEN).at(SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS));
        let seconds = right.header(BODY);
        let milliseconds = right.milliseconds().header(BODY);
        let is_right = |header: &str| {
            let (timestamp, signature) = header.split_once(",s=").expect("the form of the signer");
            let has = |name: &str, value: &str| {
                parts
                    .iter()
                    .filter_map(|part| part.split_once('='))
                    .any(|(given, text)| given.trim() == name && text.trim().eq_ignore_ascii_case(value))
            };
            has("t", &timestamp[2..]) && has("s", signature)
        };
        assert!(is_right(&seconds) || is_right(&milliseconds), "{header:?} is accepted");
        assert_eq!(verified.signed_at, SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS));
    }

    // Blanks, the order of the parts and parts that are not known change nothing.
    let mut parts_backwards = parts.clone();
    parts_backwards.reverse();
    for spelled in [parts.join(" ,\t"), format!("\t{header} "), parts_backwards.join(","), format!("{header},x=1")] {
        assert_eq!(verify(&verifier, &spelled), verdict, "{header:?} and {spelled:?}");
    }

    // The header may be sent in several lines.
    let is_line = |part: &&str| !part.trim().is_empty() && part.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t'));
    if parts.iter().all(is_line) {
        let mut headers = HeaderMap::new();
        for part in &parts {
            headers.append(SIGNATURE_HEADER, part.parse().expect("a line"));
        }
        assert_eq!(verifier.verify_headers(&headers, BODY).is_ok(), verdict.is_some(), "{header:?} in lines");
    }

    // With the clock at another time the same header is too old or too new, and never accepted.
    let late = Verifier::new(TOKEN).clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS + 301));
    assert!(late.verify_signature(header, BODY).is_err(), "{header:?} is accepted after five minutes");
}
