//! The model of the server for `rotate_key`.
//!
//! The server makes and deletes keys or not, independently of its answers. Another rotation may have deleted the old
//! key, and reads may fail for either key. The model assumes that a refusal of `createKey` (4xx other than 408) is
//! true.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Request};
use serde_json::json;

use super::{Choices, ModelServer, RunResult, Simulation, answer, explore};
use crate::call::RetryPolicy;
use crate::call::stand_in::Reply;
use crate::client::Client;
use crate::ext::{KeyRotationError, KeyState, RotationStep};
use crate::value::Secret;

const OLD: &str = "the-old-key";
const NEW: &str = "the-new-key";

#[derive(Clone, Copy, PartialEq)]
enum KeyAnswer {
    Truth,
    Body(&'static str),
    Status(u16),
    Nothing,
    TimedOut,
}

/// Whether the key is made, after how many seconds it works, and the answer.
const CREATES: &[(&str, (bool, u64, KeyAnswer))] = &[
    ("makes a key and answers", (true, 0, KeyAnswer::Truth)),
    ("makes a key that works after a second, and answers", (true, 1, KeyAnswer::Truth)),
    ("makes a key that works after an hour, and answers", (true, 3_600, KeyAnswer::Truth)),
    ("makes a key, and the connection breaks", (true, 0, KeyAnswer::Nothing)),
    ("makes a key, and nothing comes in time", (true, 0, KeyAnswer::TimedOut)),
    ("makes a key and answers 500", (true, 0, KeyAnswer::Status(500))),
    ("makes a key and answers {}", (true, 0, KeyAnswer::Body("{}"))),
    (
        "makes a key and answers with an error in a 200",
        (true, 0, KeyAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("makes none and answers with the old one", (false, 0, KeyAnswer::Body(r#"{"key":"the-old-key"}"#))),
    ("makes none, and the connection breaks", (false, 0, KeyAnswer::Nothing)),
    ("makes none and answers 401", (false, 0, KeyAnswer::Status(401))),
    ("makes none and answers 403", (false, 0, KeyAnswer::Status(403))),
    ("makes none and answers 500", (false, 0, KeyAnswer::Status(500))),
];

const READS: &[(&str, KeyAnswer)] = &[
    ("the read is answered by the key", KeyAnswer::Truth),
    ("the read answers a page whatever the key", KeyAnswer::Body(r#"{"data":[]}"#)),
    ("the read answers {}", KeyAnswer::Body("{}")),
    ("the read answers with an error in a 200", KeyAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ("the read is null beside a message", KeyAnswer::Body(r#"{"status":"error","message":"m","data":null}"#)),
    ("the read answers with HTML", KeyAnswer::Body("<html>")),
    ("the read holds null", KeyAnswer::Body(r#"{"data":[null]}"#)),
    ("the read is empty and says there is more", KeyAnswer::Body(r#"{"data":[],"has_more":true}"#)),
    ("the read answers 401", KeyAnswer::Status(401)),
    ("the read answers 403", KeyAnswer::Status(403)),
    ("the read answers 404", KeyAnswer::Status(404)),
    ("the read answers 429", KeyAnswer::Status(429)),
    ("the read answers 500", KeyAnswer::Status(500)),
    ("the read breaks", KeyAnswer::Nothing),
    ("the read does not come in time", KeyAnswer::TimedOut),
];

/// Which key is deleted, and the answer.
#[derive(Clone, Copy, PartialEq)]
enum Deletes {
    Caller,
    New,
    None,
}

const DELETES: &[(&str, (Deletes, KeyAnswer))] = &[
    ("deletes the old key and answers", (Deletes::Caller, KeyAnswer::Truth)),
    ("deletes the old key, and the connection breaks", (Deletes::Caller, KeyAnswer::Nothing)),
    ("deletes the old key, and nothing comes in time", (Deletes::Caller, KeyAnswer::TimedOut)),
    ("deletes the old key and answers 500", (Deletes::Caller, KeyAnswer::Status(500))),
    ("deletes the old key and answers 401", (Deletes::Caller, KeyAnswer::Status(401))),
    (
        "deletes the old key and answers with an error in a 200",
        (Deletes::Caller, KeyAnswer::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("deletes the new key and answers", (Deletes::New, KeyAnswer::Truth)),
    ("deletes the new key, and the connection breaks", (Deletes::New, KeyAnswer::Nothing)),
    ("deletes the old key and answers {}", (Deletes::Caller, KeyAnswer::Body("{}"))),
    ("deletes none and answers {}", (Deletes::None, KeyAnswer::Body("{}"))),
    (
        "deletes none and answers with a rate limit in a 200",
        (Deletes::None, KeyAnswer::Body(r#"{"code":429,"message":"m"}"#)),
    ),
    ("deletes none and answers with another key", (Deletes::None, KeyAnswer::Body(r#"{"key":"another-key"}"#))),
    ("deletes none, and the connection breaks", (Deletes::None, KeyAnswer::Nothing)),
    ("deletes none and answers 401", (Deletes::None, KeyAnswer::Status(401))),
    ("deletes none and answers 403", (Deletes::None, KeyAnswer::Status(403))),
    ("deletes none and answers 429", (Deletes::None, KeyAnswer::Status(429))),
    ("deletes none and answers 500", (Deletes::None, KeyAnswer::Status(500))),
];

struct KeyServer {
    old: bool,
    /// The time from which the new key works; `None` if there is no new key.
    new: Option<Duration>,
    made: bool,
    /// For each `DELETE`: whether the new key worked at that time, and the time.
    deletes: Vec<(bool, Duration)>,
    /// Whether the deletion was answered with success and the old key.
    deletion_answered: bool,
    /// Whether a read with the new key returned a page after the deletion.
    page_after_deletion: bool,
    /// Whether a read returned a page for a key that does not work.
    lied: bool,
    stored: bool,
}

impl ModelServer for KeyServer {
    fn play(&mut self, request: &Request, since: Duration, choices: &mut Choices) -> Reply {
        let key = request.headers()[AUTHORIZATION].to_str().expect("text").trim_start_matches("Bearer ").to_owned();
        let works = if key == OLD { self.old } else { self.new.is_some_and(|from| from <= since) };
        let (says, truth) = match *request.method() {
            Method::POST => {
                let (makes, after, says) = choices.choose(CREATES);
                if makes {
                    self.made = true;
                    self.new = Some(since + Duration::from_secs(after));
                }
                (says, json!({ "key": NEW }))
            }
            Method::DELETE => {
                assert_eq!(key, OLD, "a key is deleted with the new one");
                self.deletes.push((self.new.is_some_and(|from| from <= since), since));
                let (deletes, says) = choices.choose(DELETES);
                match deletes {
                    Deletes::Caller => self.old = false,
                    Deletes::New => self.new = None,
                    Deletes::None => {}
                }
                self.deletion_answered = says == KeyAnswer::Truth;
                (says, json!({ "key": if deletes == Deletes::New { NEW } else { OLD } }))
            }
            _ => {
                let says = choices.choose(READS);
                let page = says == KeyAnswer::Truth && works || says == KeyAnswer::Body(r#"{"data":[]}"#);
                self.lied |= page && !works;
                self.page_after_deletion |= page && key == NEW && !self.deletes.is_empty();
                if says == KeyAnswer::Truth && !works {
                    return answer(401, &json!({}));
                }
                (says, json!({ "data": [] }))
            }
        };
        match says {
            KeyAnswer::Truth => answer(200, &truth),
            KeyAnswer::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            KeyAnswer::Status(status) => answer(status, &json!({})),
            KeyAnswer::Nothing => Reply::Broken,
            KeyAnswer::TimedOut => Reply::TimedOut,
        }
    }
}

const CACHE: &str = "a read gives a page to a key that does not work";
const WRONG: &str = "deleteKey deletes another key than its caller's";

#[test]
fn rotate_key() {
    let explored = explore("rotate_key", 3, |choices| {
        let mut simulation_choices = choices.clone();
        let stores = simulation_choices.choose(&[("the key is stored", true), ("the key is not stored", false)]);
        let server = KeyServer {
            old: true,
            new: None,
            made: false,
            deletes: Vec::new(),
            deletion_answered: false,
            page_after_deletion: false,
            lied: false,
            stored: false,
        };
        let simulation = Simulation::new(server, &simulation_choices);
        let client = simulation.client(RetryPolicy::off());
        let mut stored = false;
        let result = simulation.run(client.rotate_key(async |key: Secret| {
            stored = stores && key.expose() == NEW;
            if stored { Ok(()) } else { Err("no room") }
        }));
        let took = simulation.passed();
        simulation.end(choices, |server| {
            server.stored = stored;
            check(server, &result, took)
        })
    });
    assert!(explored.reasons.iter().all(|reason| [CACHE, WRONG].contains(reason)), "{explored:?}");
    assert!(explored.unavoidable < explored.schedules / 2, "{explored:?}");
}

fn check(server: &KeyServer, result: &Result<Client, KeyRotationError>, took: Duration) -> Result<RunResult, String> {
    // Create, prove, delete and a read with each key have the time limit of one call each.
    super::in_time(took, Duration::from_secs(500))?;
    let new_works = server.new.is_some_and(|from| from <= took);
    let unless_unavoidable = |broken: &str| match server {
        KeyServer { lied: true, .. } => Ok(RunResult::Unavoidable(CACHE)),
        KeyServer { deletes, made: true, new: None, .. } if !deletes.is_empty() => Ok(RunResult::Unavoidable(WRONG)),
        _ => Err(broken.to_owned()),
    };
    if server.deletes.len() > 1 {
        return Err("deleteKey was called twice".into());
    }
    for (new_worked, _) in &server.deletes {
        if !server.stored {
            return Err("the old key was deleted before the new one was stored".into());
        }
        if !new_worked {
            return unless_unavoidable("the old key was deleted while the new one did not work");
        }
    }
    if !server.old && !new_works {
        return unless_unavoidable("no key is left that works");
    }
    match result {
        Ok(_) if server.old && !server.lied && server.deletes.is_empty() => Err("Ok, and nothing was deleted".into()),
        Ok(_) if !server.deletion_answered && !server.page_after_deletion => {
            Err("the old key counts as gone, and the new one was not seen to work after it".into())
        }
        Ok(_) if !new_works => unless_unavoidable("Ok, and the new key does not work"),
        Ok(_) => Ok(RunResult::Held),
        Err(error) => {
            let broken = match (error.old_key(), error.new_key()) {
                (KeyState::Valid, _) if !server.old => "the old key is called valid, and it is gone",
                (KeyState::Deleted, _) if server.old => "the old key is called deleted, and it is there",
                (_, KeyState::NotCreated) if server.made => "the new key is called not created, and it was made",
                (_, KeyState::Valid) if server.new.is_none() => "the new key is called valid, and it is gone",
                (_, KeyState::Deleted) if server.new.is_some() => "the new key is called deleted, and it is there",
                _ if error.step() != RotationStep::Delete && !server.deletes.is_empty() => {
                    "the step is not the one that failed"
                }
                _ => return Ok(RunResult::Held),
            };
            unless_unavoidable(broken)
        }
    }
}
