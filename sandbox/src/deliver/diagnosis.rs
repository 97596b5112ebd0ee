//! What an attempt says about the receiver, in words: what the likely cause is, and what to do.

use std::io::ErrorKind;
use std::time::Duration;

use imprint_client::Secret;

use crate::model::target::Target;

use super::post::{Answer, Failure};

/// What became of an attempt.
pub type Outcome = Result<Answer, Failure>;

/// Why there was no answer, in words.
pub fn no_answer(target: &Target, failure: &Failure) -> String {
    match failure {
        Failure::Unresolved => format!("the name {} has no address", target.host()),
        Failure::Outside => format!("the name {} leads out of this network", target.host()),
        Failure::Refused(ErrorKind::ConnectionRefused) => "the connection was refused".into(),
        Failure::Refused(kind) => format!("no connection: {kind}"),
        Failure::Timeout(patience) => format!("no answer within {}", seconds(*patience)),
        Failure::Closed => "the connection ended without an answer".into(),
        Failure::Unwritable => "the webhook could not be signed".into(),
    }
}

/// The likely cause and what to do. None for a success.
pub fn diagnose(target: &Target, token: &Secret, outcome: &Outcome) -> Option<String> {
    let authority = target.authority();
    let text = match outcome {
        Ok(answer) => return of_status(answer.status, target, token),
        Err(Failure::Unresolved) => {
            format!("compare the name `{}` with that of the receiver's service or machine", target.host())
        }
        Err(Failure::Outside) => "webhooks are sent to loopback and to private addresses only".into(),
        Err(Failure::Refused(ErrorKind::ConnectionRefused)) => format!(
            "nothing listens at {authority}; a sandbox in a container reaches the machine around it as \
             host.docker.internal"
        ),
        Err(Failure::Refused(_)) => format!("{authority} cannot be reached from where the sandbox runs"),
        Err(Failure::Timeout(_)) => {
            "the receiver took the connection and did not answer: write the event down, answer, \
                                     and do what takes long afterwards"
                .into()
        }
        Err(Failure::Closed) => format!(
            "the receiver ended the connection: its handler may have crashed, or {authority} speaks something else than \
             HTTP, such as https"
        ),
        Err(Failure::Unwritable) => "this body has no sorted form, which the reading of the endpoint needs".into(),
    };
    Some(text)
}

fn of_status(status: u16, target: &Target, token: &Secret) -> Option<String> {
    let text = match status {
        200..300 => return None,
        300..400 => "redirects are not followed: register the address that this one leads to".to_owned(),
        400 | 401 | 403 => format!(
            "the receiver refused it: compare its signing token with the one ending in {}, and verify the raw body, byte \
             for byte as it came; a check of the receiver tells the two apart",
            ending(token)
        ),
        404 => format!("nothing there handles the path {}: compare it with the receiver's", target.path()),
        405 => format!("the path {} does not take POST", target.path()),
        408 | 429 => "the receiver asks to come again later".to_owned(),
        413 => "the receiver limits the size of bodies too much: let it take a mebibyte".to_owned(),
        415 => "the receiver does not take application/json".to_owned(),
        400..500 => "the receiver refused it for a reason of its own".to_owned(),
        500.. => "the receiver failed: look into its log".to_owned(),
        _ => "this is no status that ends a request".to_owned(),
    };
    Some(text)
}

/// The last two characters of a token. Nothing of a token that is so short that they would tell much.
pub fn ending(token: &Secret) -> String {
    let characters: Vec<char> = token.expose().chars().collect();
    match characters.as_slice() {
        [_, _, _, _, _, _, .., last_but_one, last] => format!("..{last_but_one}{last}"),
        _ => "..".into(),
    }
}

fn seconds(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds.is_multiple_of(1_000) {
        format!("{} s", milliseconds / 1_000)
    } else {
        format!("{milliseconds} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis(outcome: Outcome) -> String {
        let target = Target::parse("http://127.0.0.1:9000/imprint?secret=a").expect("a target");
        diagnose(&target, &Secret::from("the-token-f3"), &outcome).unwrap_or_default()
    }

    #[test]
    fn each_outcome_has_a_cause_and_advice_without_the_token_or_the_query() {
        let answered = |status| Ok(Answer { status, body: Vec::new() });
        for (outcome, words) in [
            (Err(Failure::Refused(ErrorKind::ConnectionRefused)), "nothing listens at 127.0.0.1:9000;"),
            (Err(Failure::Refused(ErrorKind::HostUnreachable)), "cannot be reached"),
            (Err(Failure::Timeout(Duration::from_secs(10))), "did not answer"),
            (Err(Failure::Closed), "crashed"),
            (Err(Failure::Unresolved), "compare the name"),
            (Err(Failure::Outside), "private addresses only"),
            (Err(Failure::Unwritable), "sorted form"),
            (answered(101), "no status"),
            (answered(307), "redirects are not followed"),
            (answered(400), "ending in ..f3, and verify the raw body"),
            (answered(401), "ending in ..f3"),
            (answered(403), "ending in ..f3"),
            (answered(404), "path /imprint:"),
            (answered(405), "does not take POST"),
            (answered(409), "a reason of its own"),
            (answered(413), "size"),
            (answered(415), "application/json"),
            (answered(429), "later"),
            (answered(503), "look into its log"),
        ] {
            let text = diagnosis(outcome);
            assert!(text.contains(words) && !text.contains("the-token") && !text.contains("secret"), "{text}");
        }
        assert_eq!(diagnosis(answered(204)), "");
    }

    #[test]
    fn a_short_token_is_not_shown_at_all() {
        assert_eq!((ending(&"abcdefg1".into()), ending(&"abc".into())), ("..g1".into(), "..".into()));
    }
}
