//! The model of the server for `ensure_linked`.
//!
//! The model assumes that a refusal (4xx other than 408) is true, and that a link of the requested pair in an answer or
//! a 409 is true.

use std::time::Duration;

use reqwest::Request;
use serde_json::{Value, json};

use super::{Choices, ModelServer, RunResult, Simulation, answer, explore, in_time};
use crate::call::RetryPolicy;
use crate::call::stand_in::Reply;
use crate::error::Error;
use crate::ext::LinkError;

const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";
const ACCOUNT: &str = "P-1";

#[derive(Clone, Copy, PartialEq)]
enum Does {
    Answers,
    ActsThen(LinkAnswer),
    ActsNotThen(LinkAnswer),
}

#[derive(Clone, Copy, PartialEq)]
enum LinkAnswer {
    Nothing,
    TimedOut,
    NeverConnected,
    Status(u16),
    Body(&'static str),
    /// The true link, except that this part of it differs.
    LowerCase,
    AnotherCustomer,
    AnotherAccount,
}

const CALLS: &[(&str, Does)] = &[
    ("answers as it should", Does::Answers),
    ("links, and the connection breaks", Does::ActsThen(LinkAnswer::Nothing)),
    ("links, and nothing comes in time", Does::ActsThen(LinkAnswer::TimedOut)),
    ("links and answers 502", Does::ActsThen(LinkAnswer::Status(502))),
    ("links and answers {}", Does::ActsThen(LinkAnswer::Body("{}"))),
    (
        "links and answers with an error in a 200",
        Does::ActsThen(LinkAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("links and answers in lower case", Does::ActsThen(LinkAnswer::LowerCase)),
    ("links and answers with another customer", Does::ActsThen(LinkAnswer::AnotherCustomer)),
    ("links and answers with another account", Does::ActsThen(LinkAnswer::AnotherAccount)),
    ("links and answers 409 without the link", Does::ActsThen(LinkAnswer::Status(409))),
    ("does nothing, and the connection breaks", Does::ActsNotThen(LinkAnswer::Nothing)),
    ("does nothing, and nothing comes in time", Does::ActsNotThen(LinkAnswer::TimedOut)),
    ("does nothing and answers 500", Does::ActsNotThen(LinkAnswer::Status(500))),
    ("does nothing and answers 400", Does::ActsNotThen(LinkAnswer::Status(400))),
    ("does nothing and answers 401", Does::ActsNotThen(LinkAnswer::Status(401))),
    ("does nothing and answers 403", Does::ActsNotThen(LinkAnswer::Status(403))),
    ("does nothing and answers 404", Does::ActsNotThen(LinkAnswer::Status(404))),
    ("does nothing and answers 429", Does::ActsNotThen(LinkAnswer::Status(429))),
    ("is never reached", Does::ActsNotThen(LinkAnswer::NeverConnected)),
];

/// Customer, account and status of a link.
type Linked = Option<(&'static str, &'static str, &'static str)>;

/// The link that exists before the call.
const BEFORE: &[(&str, Linked)] = &[
    ("nothing is linked", None),
    ("the pair is linked", Some((CUSTOMER, ACCOUNT, "ACTIVE"))),
    ("the pair is linked, not in force", Some((CUSTOMER, ACCOUNT, "INACTIVE"))),
    ("the customer is linked to another account", Some((CUSTOMER, "P-2", "ACTIVE"))),
    ("the account is linked to another customer", Some(("OTHER", ACCOUNT, "ACTIVE"))),
];

struct LinkServer {
    link: Option<Value>,
    calls: u32,
    linked_by_call: bool,
}

fn link(customer: &str, account: &str, status: &str) -> Value {
    let at = "2025-02-13T19:08:07.000Z";
    json!({"customer_id": customer, "partner_customer_id": account, "status": status, "created_at": at, "updated_at": at})
}

impl LinkServer {
    /// Makes the link if no other link exists, and returns the answer of a correct server.
    fn link(&mut self) -> (u16, Value) {
        if let Some(there) = &self.link {
            let error = json!({"type": "CUSTOMER_ALREADY_LINKED", "message": "m", "existing_link": there});
            return (409, json!({ "error": error }));
        }
        self.linked_by_call = true;
        (200, self.link.insert(link(CUSTOMER, ACCOUNT, "ACTIVE")).clone())
    }
}

impl ModelServer for LinkServer {
    fn play(&mut self, _: &Request, _: Duration, choices: &mut Choices) -> Reply {
        self.calls += 1;
        let does = choices.choose(CALLS);
        let (Does::ActsThen(says) | Does::ActsNotThen(says)) = does else {
            let (status, body) = self.link();
            return answer(status, &body);
        };
        let acted = matches!(does, Does::ActsThen(_)).then(|| self.link());
        let changed = |name: &str, change: &dyn Fn(&str) -> String| {
            let (status, mut body) = acted.clone().expect("it acted");
            let link = if status == 409 { &mut body["error"]["existing_link"] } else { &mut body };
            link[name] = json!(change(link[name].as_str().expect("a text")));
            answer(status, &body)
        };
        match says {
            LinkAnswer::Nothing => Reply::Broken,
            LinkAnswer::TimedOut => Reply::TimedOut,
            LinkAnswer::NeverConnected => Reply::NeverConnected,
            LinkAnswer::Status(status) => answer(status, &json!({})),
            LinkAnswer::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            LinkAnswer::LowerCase => changed("customer_id", &|id| id.to_lowercase()),
            LinkAnswer::AnotherCustomer => changed("customer_id", &|_| "FALSE".to_owned()),
            LinkAnswer::AnotherAccount => changed("partner_customer_id", &|_| "P-0".to_owned()),
        }
    }
}

#[test]
fn ensure_linked() {
    let limit = Duration::from_secs(100);
    explore("ensure_linked", 3, |choices| {
        let mut simulation_choices = choices.clone();
        let before = simulation_choices.choose(BEFORE);
        let server = LinkServer { link: before.map(|(c, a, s)| link(c, a, s)), calls: 0, linked_by_call: false };
        let simulation = Simulation::new(server, &simulation_choices);
        let result = simulation.run(simulation.client(RetryPolicy::off()).ensure_linked(CUSTOMER, ACCOUNT));
        let took = simulation.passed();
        simulation.end(choices, |server| {
            in_time(took, limit)?;
            if server.calls > 2 {
                return Err(format!("{} calls", server.calls));
            }
            let is_pair = |link: &Value| {
                link["customer_id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(CUSTOMER))
                    && link["partner_customer_id"] == ACCOUNT
            };
            let there = server.link.as_ref().filter(|link| is_pair(link) && link["status"] == "ACTIVE");
            let broken = match &result {
                Ok(answered) if there.is_none() || !is_pair(&json!(answered)) => "Ok, and the pair is not linked",
                Err(LinkError::LinkedElsewhere { existing, .. }) if is_pair(&json!(existing)) => {
                    "linked elsewhere, with the pair"
                }
                Err(LinkError::Inactive(link)) if link.status.as_str() != "INACTIVE" => "inactive, and it is not",
                Err(LinkError::Call(error))
                    if server.linked_by_call && !error.may_have_been_processed() && !is_conflict(error) =>
                {
                    "refused, and the pair is linked"
                }
                _ => return Ok(RunResult::Held),
            };
            Err(broken.to_owned())
        })
    });
}

/// Whether the error is a 409: it shows that some link exists, but not which one.
fn is_conflict(error: &Error) -> bool {
    error.status().is_some_and(|status| status == 409)
}
