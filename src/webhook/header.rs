//! The signature header: `t=<timestamp>,s=<signature>`.

use std::time::{Duration, SystemTime};

use super::error::WebhookError;

/// The 32 bytes of an HMAC-SHA-256.
pub(super) type Signature = [u8; 32];

/// How many signatures a header may carry: more than a rotation of tokens needs, and few enough to be checked at little
/// cost.
const MAX_SIGNATURES: usize = 8;

/// The most digits that a timestamp may have: enough for the milliseconds of the next three hundred thousand years.
const MAX_DIGITS: usize = 16;

/// A timestamp of this value or more counts milliseconds, a smaller one counts seconds. This value is in the year 5138
/// if it counts seconds, and in 1973 if it counts milliseconds.
const FIRST_MILLISECONDS: u64 = 100_000_000_000;

/// The content of the header.
#[derive(Debug, PartialEq)]
pub(super) struct SignatureHeader<'a> {
    /// The timestamp exactly as it was sent, because this text is part of the signed text.
    pub(super) timestamp: &'a str,
    pub(super) signed_at: SystemTime,
    pub(super) signatures: Vec<Signature>,
}

impl<'a> SignatureHeader<'a> {
    /// Reads `name=value` parts in any order, with blanks around names and values. Names other than `t` and `s` are
    /// ignored: Imprint may add some one day, and they are not signed.
    pub(super) fn parse(text: &'a str) -> Result<Self, WebhookError> {
        let malformed = |reason| WebhookError::Malformed { reason };
        if blankless(text).is_empty() {
            return Err(WebhookError::NoSignature);
        }
        let mut timestamp = None;
        let mut signatures = Vec::new();
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or(malformed("a part is not of the form name=value"))?;
            match blankless(name) {
                "t" => match timestamp.replace(blankless(value)) {
                    // The same timestamp may be there twice: each line of a header may have all the parts.
                    Some(earlier) if earlier != blankless(value) => {
                        return Err(malformed("there are two timestamps that differ"));
                    }
                    _ => {}
                },
                "s" if signatures.len() == MAX_SIGNATURES => return Err(malformed("there are too many signatures")),
                "s" => signatures.push(unhex(blankless(value)).ok_or(malformed("a signature is not 64 hex digits"))?),
                "" => return Err(malformed("a part is not of the form name=value")),
                _ => {}
            }
        }
        let timestamp = timestamp.ok_or(malformed("there is no timestamp"))?;
        if signatures.is_empty() {
            return Err(malformed("there is no signature"));
        }
        let signed_at = instant(timestamp).ok_or(malformed("the timestamp is not a number of (milli)seconds"))?;
        Ok(Self { timestamp, signed_at, signatures })
    }
}

/// The text without the spaces and tabs around it. Other white space is not removed: a header has no line ends.
fn blankless(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Reads a timestamp. The documentation says that it counts milliseconds but shows one that counts seconds, so the
/// size of the number decides.
fn instant(text: &str) -> Option<SystemTime> {
    if text.is_empty() || text.len() > MAX_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = text.parse().ok()?;
    let since = if number < FIRST_MILLISECONDS { Duration::from_secs(number) } else { Duration::from_millis(number) };
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn unhex(text: &str) -> Option<Signature> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut signature = Signature::default();
    if text.len() != 2 * signature.len() {
        return None;
    }
    for (byte, pair) in signature.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "d3d12f37e9ccb686313322da672c3dbc19176d2bfbd29f987923b5784cd6ae7d";

    fn refused(text: &str) -> &'static str {
        match SignatureHeader::parse(text) {
            Err(WebhookError::Malformed { reason }) => reason,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn the_header_of_the_documentation() {
        let text = format!("t=1740779129,s={HEX}");
        let header = SignatureHeader::parse(&text).unwrap();
        assert_eq!(header.timestamp, "1740779129");
        assert_eq!(header.signed_at, SystemTime::UNIX_EPOCH + Duration::from_secs(1_740_779_129));
        assert_eq!(header.signatures.len(), 1);
        assert_eq!(header.signatures[0][..3], [0xd3, 0xd1, 0x2f]);
        assert_eq!(header.signatures[0][31], 0x7d);
    }

    #[test]
    fn any_order_blanks_cases_and_names_to_come() {
        let plain = format!("t=1740779129,s={HEX}");
        let plain = SignatureHeader::parse(&plain).unwrap();
        for text in [
            format!("s={HEX},t=1740779129"),
            format!(" t = 1740779129 ,\ts=\t{HEX} "),
            format!("t=1740779129,s={}", HEX.to_uppercase()),
            format!("v=2,t=1740779129,s={HEX},x="),
            format!("t=1740779129,s={HEX},t=1740779129"),
        ] {
            assert_eq!(SignatureHeader::parse(&text).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn up_to_eight_signatures() {
        let with = |count: usize| format!("t=1{}", format!(",s={HEX}").repeat(count));
        assert_eq!(SignatureHeader::parse(&with(8)).unwrap().signatures.len(), 8);
        assert_eq!(refused(&with(9)), "there are too many signatures");
        assert_eq!(refused(&with(0)), "there is no signature");
    }

    #[test]
    fn what_is_malformed() {
        for (text, reason) in [
            (format!("s={HEX}"), "there is no timestamp"),
            (format!("t=1,t=2,s={HEX}"), "there are two timestamps that differ"),
            (format!("t=1,t=01,s={HEX}"), "there are two timestamps that differ"),
            (format!("t=1,s={HEX},"), "a part is not of the form name=value"),
            (format!("t=1,s={HEX},=1"), "a part is not of the form name=value"),
            (format!("t=1,s={}", &HEX[1..]), "a signature is not 64 hex digits"),
            (format!("t=1,s={HEX}0"), "a signature is not 64 hex digits"),
            (format!("t=1,s=g{}", &HEX[1..]), "a signature is not 64 hex digits"),
            (format!("t=1,s=+{}", &HEX[1..]), "a signature is not 64 hex digits"),
            (format!("t=1,s={HEX},s="), "a signature is not 64 hex digits"),
            (format!("t=1,s=é{}", &HEX[2..]), "a signature is not 64 hex digits"),
            (HEX.to_owned(), "a part is not of the form name=value"),
        ] {
            assert_eq!(refused(&text), reason, "{text}");
        }
        for timestamp in ["", "-1", "+1", "1.5", "0x1", "1e9", "1 2", "١", "12345678901234567", "soon"] {
            let reason = refused(&format!("t={timestamp},s={HEX}"));
            assert_eq!(reason, "the timestamp is not a number of (milli)seconds", "{timestamp}");
        }
    }

    #[test]
    fn no_header_and_an_empty_one_are_one() {
        for text in ["", " ", "\t "] {
            assert!(matches!(SignatureHeader::parse(text), Err(WebhookError::NoSignature)), "{text:?}");
        }
    }

    #[test]
    fn seconds_and_milliseconds_are_told_by_their_size() {
        let millis = |text: &str| instant(text).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        for (text, expected) in [
            ("0", 0),
            ("1740779129", 1_740_779_129_000),
            ("01740779129", 1_740_779_129_000),
            ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
            ("1723493048949", 1_723_493_048_949),
            ("9999999999999999", 9_999_999_999_999_999),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
