//! The model of the server for `confirm_reward`, `confirm_issued` and `confirm_deducted`.
//!
//! The status of the reward may change between two calls without the client, reads may return an old status or another
//! reward, and the patch may be carried out or not, independently of the answer. The model assumes that a refusal (4xx
//! other than 408) is true. It also assumes that the status in an answer with the requested id and amount is, or was, a
//! status of the reward.

use std::time::Duration;

use reqwest::{Method, Request};
use serde_json::{Value, json};

use super::{Choices, ModelServer, RunResult, Simulation, answer, explore, in_time};
use crate::call::RetryPolicy;
use crate::call::stand_in::Reply;
use crate::ext::{ConfirmError, RewardRef};
use crate::types::{Reward, RewardId};

const ID: &str = "2EE24580";
const AMOUNT: i64 = 500;

#[derive(Clone, Copy, PartialEq)]
enum RewardAnswer {
    Truth,
    TruthInLowerCase,
    /// The status before the last change.
    Late,
    AnotherId,
    AnotherAmount,
    Body(&'static str),
    Status(u16),
    Nothing,
    TimedOut,
    NeverConnected,
}

const READS: &[(&str, RewardAnswer)] = &[
    ("the read shows it", RewardAnswer::Truth),
    ("the read shows it in lower case", RewardAnswer::TruthInLowerCase),
    ("the read is late", RewardAnswer::Late),
    ("the read shows another reward", RewardAnswer::AnotherId),
    ("the read shows another amount", RewardAnswer::AnotherAmount),
    ("the read answers {}", RewardAnswer::Body("{}")),
    ("the read answers with an error in a 200", RewardAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ("the read answers 401", RewardAnswer::Status(401)),
    ("the read answers 403", RewardAnswer::Status(403)),
    ("the read answers 404", RewardAnswer::Status(404)),
    ("the read answers 429", RewardAnswer::Status(429)),
    ("the read answers 500", RewardAnswer::Status(500)),
    ("the read breaks", RewardAnswer::Nothing),
    ("the read does not come in time", RewardAnswer::TimedOut),
];

/// Whether the patch is carried out, and the answer.
const PATCHES: &[(&str, (bool, RewardAnswer))] = &[
    ("patches and answers", (true, RewardAnswer::Truth)),
    ("patches and answers in lower case", (true, RewardAnswer::TruthInLowerCase)),
    ("patches and answers with the status before", (true, RewardAnswer::Late)),
    ("patches and answers with another reward", (true, RewardAnswer::AnotherId)),
    ("patches and answers with another amount", (true, RewardAnswer::AnotherAmount)),
    ("patches and answers {}", (true, RewardAnswer::Body("{}"))),
    (
        "patches and answers with an error in a 200",
        (true, RewardAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("patches and answers 500", (true, RewardAnswer::Status(500))),
    ("patches and answers 409", (true, RewardAnswer::Status(409))),
    ("patches, and the connection breaks", (true, RewardAnswer::Nothing)),
    ("patches, and nothing comes in time", (true, RewardAnswer::TimedOut)),
    ("does nothing and shows it", (false, RewardAnswer::Truth)),
    ("does nothing and answers 400", (false, RewardAnswer::Status(400))),
    ("does nothing and answers 401", (false, RewardAnswer::Status(401))),
    ("does nothing and answers 403", (false, RewardAnswer::Status(403))),
    ("does nothing and answers 404", (false, RewardAnswer::Status(404))),
    ("does nothing and answers 409", (false, RewardAnswer::Status(409))),
    ("does nothing and answers 429", (false, RewardAnswer::Status(429))),
    ("does nothing and answers 500", (false, RewardAnswer::Status(500))),
    ("does nothing, and the connection breaks", (false, RewardAnswer::Nothing)),
    ("is never reached", (false, RewardAnswer::NeverConnected)),
];

const MOVES: &[(&str, Option<&str>)] = &[
    ("it stays as it is", None),
    ("it is to be taken back by now", Some("PENDING_DEDUCTION")),
    ("it is available by now", Some("AVAILABLE")),
    ("it is deducted by now", Some("DEDUCTED")),
];

struct RewardServer {
    status: String,
    before: String,
    patches: Vec<String>,
    patched: Option<String>,
    /// The statuses shown by answers with the right id and amount. If only an id was given, any amount is right.
    shown: Vec<String>,
    amount_known: bool,
    /// The last status that was shown after the patch.
    shown_since_patch: Option<String>,
    other_amount: bool,
}

fn reward(id: &str, amount: i64, status: &str) -> Value {
    let at = "2025-02-13T19:08:07.000Z";
    json!({
        "id": id, "amount": amount, "currency": "USD", "status": status, "customer_id": "C", "type": "OFFER",
        "created_at": at, "updated_at": at,
    })
}

impl RewardServer {
    fn shows(&mut self, status: String) {
        if !self.patches.is_empty() {
            self.shown_since_patch = Some(status.clone());
        }
        self.shown.push(status);
    }

    fn changes_to(&mut self, status: &str) {
        self.before = std::mem::replace(&mut self.status, status.to_owned());
    }
}

impl ModelServer for RewardServer {
    fn play(&mut self, request: &Request, _: Duration, choices: &mut Choices) -> Reply {
        let says = if request.method() == Method::PATCH {
            let body = request.body().and_then(reqwest::Body::as_bytes).expect("a body");
            let body: Value = serde_json::from_slice(body).expect("JSON");
            let target = body["status"].as_str().expect("a status").to_owned();
            self.patches.push(target.clone());
            let (acts, says) = choices.choose(PATCHES);
            if acts {
                self.changes_to(&target);
                self.patched = Some(target);
            }
            says
        } else {
            if let Some(status) = choices.choose(MOVES) {
                self.changes_to(status);
            }
            choices.choose(READS)
        };
        match says {
            RewardAnswer::Truth => {
                self.shows(self.status.clone());
                answer(200, &reward(ID, AMOUNT, &self.status))
            }
            RewardAnswer::TruthInLowerCase => {
                self.shows(self.status.clone());
                answer(200, &reward(&ID.to_lowercase(), AMOUNT, &self.status))
            }
            RewardAnswer::Late => {
                self.shows(self.before.clone());
                answer(200, &reward(ID, AMOUNT, &self.before))
            }
            RewardAnswer::AnotherId => answer(200, &reward("OTHER", AMOUNT, &self.status)),
            RewardAnswer::AnotherAmount => {
                self.other_amount = true;
                if !self.amount_known {
                    self.shows(self.status.clone());
                }
                answer(200, &reward(ID, AMOUNT + 1, &self.status))
            }
            RewardAnswer::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            RewardAnswer::Status(status) => answer(status, &json!({})),
            RewardAnswer::Nothing => Reply::Broken,
            RewardAnswer::TimedOut => Reply::TimedOut,
            RewardAnswer::NeverConnected => Reply::NeverConnected,
        }
    }
}

const LATE: &str = "a refusal of what was done, and a late read after it";

/// Which helper is called.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Helper {
    Issued,
    Deducted,
    Any,
}

#[test]
fn confirmations() {
    for helper in [Helper::Issued, Helper::Deducted, Helper::Any] {
        for in_hand in [None, Some("PENDING"), Some("PENDING_DEDUCTION"), Some("AVAILABLE")] {
            for status in ["PENDING", "PENDING_DEDUCTION", "AVAILABLE", "DEDUCTED", "HELD"] {
                let name = format!("{helper:?}, {in_hand:?} in hand, {status}");
                let explored = explore(&name, 3, |choices| confirm(helper, in_hand, status, choices));
                assert!(explored.reasons.iter().all(|reason| *reason == LATE), "{explored:?}");
                assert!(explored.unavoidable <= explored.schedules / 10, "{explored:?}");
            }
        }
    }
}

fn confirm(helper: Helper, in_hand: Option<&str>, status: &str, choices: &mut Choices) -> Result<RunResult, String> {
    let limit = Duration::from_secs(100);
    let before = status.to_owned();
    let server = RewardServer {
        status: before.clone(),
        before,
        patches: Vec::new(),
        patched: None,
        shown: Vec::new(),
        amount_known: in_hand.is_some(),
        shown_since_patch: None,
        other_amount: false,
    };
    let simulation = Simulation::new(server, choices);
    let client = simulation.client(RetryPolicy::off());
    let given: RewardRef = match in_hand {
        Some(status) => serde_json::from_value::<Reward>(reward(ID, AMOUNT, status)).expect("a reward").into(),
        None => RewardId::from(ID).into(),
    };
    let result = simulation.run(async {
        match helper {
            Helper::Issued => client.confirm_issued(given).await,
            Helper::Deducted => client.confirm_deducted(given).await,
            Helper::Any => client.confirm_reward(given).await,
        }
    });
    let took = simulation.passed();
    simulation.end(choices, |server| {
        in_time(took, limit)?;
        let steps: &[(&str, &str)] = match helper {
            Helper::Issued => &[("PENDING", "AVAILABLE")],
            Helper::Deducted => &[("PENDING_DEDUCTION", "DEDUCTED")],
            Helper::Any => &[("PENDING", "AVAILABLE"), ("PENDING_DEDUCTION", "DEDUCTED")],
        };
        if server.patches.len() > 1 {
            return Err("it was patched twice".into());
        }
        for target in &server.patches {
            let Some((from, _)) = steps.iter().find(|(_, to)| to == target) else {
                return Err(format!("{target} was not asked for"));
            };
            let seen = server.shown.iter().any(|shown| shown == from);
            let taken_from_hand = helper == Helper::Any && in_hand == Some(from);
            if !seen && !taken_from_hand {
                return Err(format!("{target} was confirmed, and nothing showed {from}"));
            }
        }
        let target = |status: &str| steps.iter().any(|(_, to)| *to == status);
        let was_in_hand = helper == Helper::Any && in_hand.is_some_and(target);
        match &result {
            Ok(reward) if !target(reward.status.as_str()) => Err("Ok, in another status".into()),
            Ok(reward) if !was_in_hand && !server.shown.iter().any(|shown| reward.status == **shown) => {
                Err("Ok, and no answer showed it".into())
            }
            Ok(reward)
                if !reward.id.as_str().eq_ignore_ascii_case(ID) || server.amount_known && reward.amount != AMOUNT =>
            {
                Err("Ok, with another reward".into())
            }
            Err(ConfirmError::NotConfirmed(reward)) if !reward.id.as_str().eq_ignore_ascii_case(ID) => {
                Err("not confirmed, with another reward".into())
            }
            Err(ConfirmError::Different(reward))
                if reward.id.as_str().eq_ignore_ascii_case(ID) && !server.other_amount =>
            {
                Err("called different, and it is not".into())
            }
            Err(ConfirmError::Call(error)) if server.patched.is_some() && !error.may_have_been_processed() => {
                // The patch was refused, and the read after it returned an old status, still pending.
                let shown = server.shown_since_patch.as_ref();
                match shown.is_some_and(|shown| Some(shown) != server.patched.as_ref()) {
                    true => Ok(RunResult::Unavoidable(LATE)),
                    false => Err("refused, and it is confirmed".into()),
                }
            }
            _ => Ok(RunResult::Held),
        }
    })
}
