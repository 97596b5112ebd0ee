//! The deliveries of the check: every kind of event of the document, and what a receiver must not believe.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use imprint_client::Secret;
use imprint_client::webhook::testing::Signer;
use serde_json::{Value, json};

use crate::contract::Contract;
use crate::ids::Ids;

use super::report::Expected;
use super::spelling::{of_nobody, of_python};

/// A delivery that is to be sent.
pub struct Case {
    pub delivery: String,
    pub expected: Expected,
    /// The signature header. None for a request without one.
    pub signature: Option<String>,
    pub body: Vec<u8>,
    /// What is advisable if the receiver does something else than expected.
    pub advice: &'static str,
}

/// The fields that tell an event from others. In each check they are new, so that a receiver does not take a second check
/// for repetitions.
const OWN_IDS: [&str; 5] = ["event_id", "intent_id", "reward_id", "streak_id", "transaction_id"];

/// How large the large event is.
const LARGE: usize = 300 << 10;

/// What nobody signs with.
const OTHER_TOKEN: &str = "another token than that of the receiver";

/// The deliveries, the genuine ones first.
pub fn cases(contract: &Contract, token: &Secret) -> Vec<Case> {
    let mut events = Events::new(contract);
    let mut cases = genuine(&mut events, &Signer::new(token.clone()));
    cases.extend(false_ones(&mut events, token));
    cases
}

/// Makes events from the examples of the document.
struct Events<'a> {
    contract: &'a Contract,
    ids: Ids,
}

impl<'a> Events<'a> {
    fn new(contract: &'a Contract) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = u64::try_from(since.as_nanos()).unwrap_or_default();
        Self { contract, ids: Ids::new(seed, "receiver check") }
    }

    /// The kinds, the likeliest to matter first.
    fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.contract.kinds().map(str::to_owned).collect();
        kinds.sort_by_key(|kind| kind != "TRANSACTION");
        kinds
    }

    /// An event of a kind, with ids of its own.
    fn event(&mut self, kind: &str) -> Value {
        let unknown = || json!({ "object": kind, "data": {} });
        let mut event = self.contract.example_event(kind).unwrap_or_else(unknown);
        for name in OWN_IDS {
            if let Some(id) = event["data"].get_mut(name).filter(|id| id.is_string()) {
                *id = self.ids.next("check").into();
            }
        }
        event
    }

    /// An event of the first kind.
    fn any(&mut self) -> Value {
        let kind = self.kinds().into_iter().next().unwrap_or_default();
        self.event(&kind)
    }
}

fn genuine(events: &mut Events<'_>, signer: &Signer) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in events.kinds() {
        let body = events.event(&kind).to_string().into_bytes();
        let signed = |delivery: String, expected, signer: &Signer, advice| {
            let signature = Some(signer.header(&body));
            Case { delivery, expected, signature, body: body.clone(), advice }
        };
        let is_first = cases.is_empty();
        cases.push(signed(format!("genuine {kind}"), Expected::Acknowledged, signer, ""));
        if is_first {
            let advice = "Imprint repeats events: recognize one by its ids, and acknowledge it again";
            cases.push(signed("the same again, signed anew".into(), Expected::AcknowledgedAgain, signer, advice));
            let signer = signer.clone().milliseconds();
            let advice = "Imprint's pages show timestamps in seconds and in milliseconds: accept both";
            let delivery = "the same again, its timestamp in milliseconds".into();
            cases.push(signed(delivery, Expected::AcknowledgedAgain, &signer, advice));
        }
    }
    let unknown = events.event("SANDBOX_UNKNOWN_KIND").to_string().into_bytes();
    cases.push(Case {
        delivery: "genuine, of an unknown kind".into(),
        expected: Expected::Acknowledged,
        signature: Some(signer.header(&unknown)),
        body: unknown,
        advice: "Imprint adds kinds, and repeats what is not acknowledged: write down what you do not know, and answer 200",
    });
    let spelled = of_nobody(&events.any());
    cases.push(Case {
        delivery: "genuine, in a spelling of its own".into(),
        expected: Expected::Acknowledged,
        signature: Some(signer.header(&spelled)),
        body: spelled,
        advice: "verify the bytes of the body as they came: JSON that was read and written again is another text",
    });
    let mut large = events.any();
    large["data"]["customer_metadata"] = json!({ "padding": "x".repeat(LARGE) });
    let large = large.to_string().into_bytes();
    cases.push(Case {
        delivery: format!("genuine, of {} KiB", LARGE >> 10),
        expected: Expected::Acknowledged,
        signature: Some(signer.header(&large)),
        body: large,
        advice: "let the receiver take bodies of a mebibyte: metadata has no limit",
    });
    cases
}

/// An event as somebody's writer of JSON writes it, and whose it is: for a receiver that refuses what is genuine, and may
/// verify JSON that it has read and written again.
pub fn rewritten(contract: &Contract, token: &Secret) -> Vec<(&'static str, Case)> {
    let mut events = Events::new(contract);
    let signer = Signer::new(token.clone());
    let mut case = |writer, written: fn(&Value) -> Vec<u8>| {
        let body = written(&events.any());
        let signature = Some(signer.header(&body));
        (writer, Case { delivery: String::new(), expected: Expected::Acknowledged, signature, body, advice: "" })
    };
    vec![case("Python's json.dumps", of_python)]
}

fn false_ones(events: &mut Events<'_>, token: &Secret) -> Vec<Case> {
    const HOUR: Duration = Duration::from_secs(3_600);
    const ANYBODY: &str = "verify the signature before anything is done: anybody could send this";
    let signer = Signer::new(token.clone());
    let now = SystemTime::now();
    let mut cases = Vec::new();
    let mut add = |delivery: &str, signature: &dyn Fn(&[u8]) -> Option<String>, advice| {
        let body = events.any().to_string().into_bytes();
        let (delivery, signature) = (delivery.to_owned(), signature(&body));
        cases.push(Case { delivery, expected: Expected::Refused, signature, body, advice });
    };
    add("without a signature", &|_| None, ANYBODY);
    let half = |body: &[u8]| signer.header(body).split(',').next().map(str::to_owned);
    add("with a timestamp and no signature", &half, ANYBODY);
    add("signed with another token", &|body| Some(Signer::new(OTHER_TOKEN).header(body)), ANYBODY);
    let advice = "compute the signature over the body as it came, and over nothing that came with it";
    add("another body under a good signature", &|_| Some(signer.header(b"{}")), advice);
    let advice = "refuse timestamps older than five minutes: who has seen a delivery could send it again";
    add("signed an hour ago", &|body| Some(signer.clone().at(now - HOUR).header(body)), advice);
    let advice = "refuse timestamps more than five minutes ahead: they would stay good for long";
    add("signed an hour ahead", &|body| Some(signer.clone().at(now + HOUR).header(body)), advice);
    cases
}

#[cfg(test)]
mod tests {
    use imprint_client::webhook::Verifier;

    use super::*;

    #[test]
    fn the_verifier_of_the_client_agrees_with_every_case() {
        let contract = Contract::shared();
        let token = Secret::from("the token of the receiver");
        let verifier = Verifier::new(token.clone());
        let cases = cases(contract, &token);
        for case in &cases {
            let verified = verifier.verify(case.signature.as_deref().unwrap_or_default(), &case.body);
            assert_eq!(verified.is_ok(), case.expected != Expected::Refused, "{}", case.delivery);
        }
        let genuine = cases.iter().filter(|case| case.delivery.starts_with("genuine")).count();
        assert_eq!(genuine, contract.kinds().count() + 3);
        assert!(cases.iter().any(|case| case.body.len() > LARGE));
    }

    #[test]
    fn two_checks_send_different_events() {
        let token = Secret::from("the token of the receiver");
        let body = |cases: Vec<Case>| cases.into_iter().next().map(|case| case.body);
        assert_ne!(body(cases(Contract::shared(), &token)), body(cases(Contract::shared(), &token)));
    }
}
