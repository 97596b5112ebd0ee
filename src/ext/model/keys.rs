//! The model behind `rotate_key`.
//!
//! Keys are made and deleted or not, whatever is answered, another rotation may have deleted the old key, and reads may
//! fail for either key. What is assumed: a refusal of `createKey` (4xx but 408) is true.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Request};
use serde_json::json;

use super::{Choices, Play, Verdict, World, answer, explore};
use crate::call::RetryPolicy;
use crate::call::stand_in::Reply;
use crate::ext::{KeyRotationError, KeyState, RotationStep};
use crate::value::Secret;

const OLD: &str = "the-old-key";
const NEW: &str = "the-new-key";

#[derive(Clone, Copy, PartialEq)]
enum Says {
    Truth,
    Body(&'static str),
    Status(u16),
    Nothing,
    TimedOut,
}

/// Whether the key is made, after how many seconds it works, and what is answered.
const CREATES: &[(&str, (bool, u64, Says))] = &[
    ("makes a key and answers", (true, 0, Says::Truth)),
    ("makes a key that works after a second, and answers", (true, 1, Says::Truth)),
    ("makes a key that works after an hour, and answers", (true, 3_600, Says::Truth)),
    ("makes a key, and the connection breaks", (true, 0, Says::Nothing)),
    ("makes a key, and nothing comes in time", (true, 0, Says::TimedOut)),
    ("makes a key and answers 500", (true, 0, Says::Status(500))),
    ("makes a key and answers {}", (true, 0, Says::Body("{}"))),
    (
        "makes a key and answers with an error in a 200",
        (true, 0, Says::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("makes none and answers with the old one", (false, 0, Says::Body(r#"{"key":"the-old-key"}"#))),
    ("makes none, and the connection breaks", (false, 0, Says::Nothing)),
    ("makes none and answers 401", (false, 0, Says::Status(401))),
    ("makes none and answers 403", (false, 0, Says::Status(403))),
    ("makes none and answers 500", (false, 0, Says::Status(500))),
];

const READS: &[(&str, Says)] = &[
    ("the read is answered by the key", Says::Truth),
    ("the read answers a page whatever the key", Says::Body(r#"{"data":[]}"#)),
    ("the read answers {}", Says::Body("{}")),
    ("the read answers with an error in a 200", Says::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ("the read is null beside a message", Says::Body(r#"{"status":"error","message":"m","data":null}"#)),
    ("the read answers with HTML", Says::Body("<html>")),
    ("the read holds null", Says::Body(r#"{"data":[null]}"#)),
    ("the read is empty and says there is more", Says::Body(r#"{"data":[],"has_more":true}"#)),
    ("the read answers 401", Says::Status(401)),
    ("the read answers 403", Says::Status(403)),
    ("the read answers 404", Says::Status(404)),
    ("the read answers 429", Says::Status(429)),
    ("the read answers 500", Says::Status(500)),
    ("the read breaks", Says::Nothing),
    ("the read does not come in time", Says::TimedOut),
];

/// Which key is deleted, and what is answered.
#[derive(Clone, Copy, PartialEq)]
enum Deletes {
    Caller,
    New,
    None,
}

const DELETES: &[(&str, (Deletes, Says))] = &[
    ("deletes the old key and answers", (Deletes::Caller, Says::Truth)),
    ("deletes the old key, and the connection breaks", (Deletes::Caller, Says::Nothing)),
    ("deletes the old key, and nothing comes in time", (Deletes::Caller, Says::TimedOut)),
    ("deletes the old key and answers 500", (Deletes::Caller, Says::Status(500))),
    ("deletes the old key and answers 401", (Deletes::Caller, Says::Status(401))),
    (
        "deletes the old key and answers with an error in a 200",
        (Deletes::Caller, Says::Body(r#"{"error":{"type":"T","message":"m"}}"#)),
    ),
    ("deletes the new key and answers", (Deletes::New, Says::Truth)),
    ("deletes the new key, and the connection breaks", (Deletes::New, Says::Nothing)),
    ("deletes the old key and answers {}", (Deletes::Caller, Says::Body("{}"))),
    ("deletes none and answers {}", (Deletes::None, Says::Body("{}"))),
    (
        "deletes none and answers with a rate limit in a 200",
        (Deletes::None, Says::Body(r#"{"code":429,"message":"m"}"#)),
    ),
    ("deletes none and answers with another key", (Deletes::None, Says::Body(r#"{"key":"another-key"}"#))),
    ("deletes none, and the connection breaks", (Deletes::None, Says::Nothing)),
    ("deletes none and answers 401", (Deletes::None, Says::Status(401))),
    ("deletes none and answers 403", (Deletes::None, Says::Status(403))),
    ("deletes none and answers 429", (Deletes::None, Says::Status(429))),
    ("deletes none and answers 500", (Deletes::None, Says::Status(500))),
];

struct Server {
    old: bool,
    /// From when on the new key works, while it is there.
    new: Option<Duration>,
    made: bool,
    /// `DELETE`s, each with whether the new key worked then.
    deletes: Vec<(bool, Duration)>,
    /// The deletion was answered with success and the old key.
    deletion_answered: bool,
    /// A read with the new key gave a page after the deletion.
    page_after_deletion: bool,
    /// A read gave a page to a key that does not work.
    lied: bool,
    stored: bool,
}

impl Play for Server {
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
                self.deletion_answered = says == Says::Truth;
                (says, json!({ "key": if deletes == Deletes::New { NEW } else { OLD } }))
            }
            _ => {
                let says = choices.choose(READS);
                let page = says == Says::Truth && works || says == Says::Body(r#"{"data":[]}"#);
                self.lied |= page && !works;
                self.page_after_deletion |= page && key == NEW && !self.deletes.is_empty();
                if says == Says::Truth && !works {
                    return answer(401, &json!({}));
                }
                (says, json!({ "data": [] }))
            }
        };
        match says {
            Says::Truth => answer(200, &truth),
            Says::Body(body) => Reply::Answer(200, Vec::new(), body.into()),
            Says::Status(status) => answer(status, &json!({})),
            Says::Nothing => Reply::Broken,
            Says::TimedOut => Reply::TimedOut,
        }
    }
}

const CACHE: &str = "a read gives a page to a key that does not work";
const WRONG: &str = "deleteKey deletes another key than its caller's";

#[test]
fn rotate_key() {
    let explored = explore("rotate_key", 3, |choices| {
        let mut world_choices = choices.clone();
        let stores = world_choices.choose(&[("the key is stored", true), ("the key is not stored", false)]);
        let server = Server {
            old: true,
            new: None,
            made: false,
            deletes: Vec::new(),
            deletion_answered: false,
            page_after_deletion: false,
            lied: false,
            stored: false,
        };
        let world = World::new(server, &world_choices);
        let client = world.client(RetryPolicy::off());
        let mut stored = false;
        let result = world.run(client.rotate_key(async |key: Secret| {
            stored = stores && key.expose() == NEW;
            if stored { Ok(()) } else { Err("no room") }
        }));
        let took = world.passed();
        world.end(choices, |server| {
            server.stored = stored;
            check(server, &result, took)
        })
    });
    assert!(explored.reasons.iter().all(|reason| [CACHE, WRONG].contains(reason)), "{explored:?}");
    assert!(explored.unavoidable < explored.schedules / 2, "{explored:?}");
}

fn check(server: &Server, result: &Result<crate::Client, KeyRotationError>, took: Duration) -> Result<Verdict, String> {
    // Create, prove, delete and a read with each key have the time of a call each.
    super::in_time(took, Duration::from_secs(500))?;
    let new_works = server.new.is_some_and(|from| from <= took);
    let verdict = |broken: &str| match server {
        Server { lied: true, .. } => Ok(Verdict::Unavoidable(CACHE)),
        Server { deletes, made: true, new: None, .. } if !deletes.is_empty() => Ok(Verdict::Unavoidable(WRONG)),
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
            return verdict("the old key was deleted while the new one did not work");
        }
    }
    if !server.old && !new_works {
        return verdict("no key is left that works");
    }
    match result {
        Ok(_) if server.old && !server.lied && server.deletes.is_empty() => Err("Ok, and nothing was deleted".into()),
        Ok(_) if !server.deletion_answered && !server.page_after_deletion => {
            Err("the old key counts as gone, and the new one was not seen to work after it".into())
        }
        Ok(_) if !new_works => verdict("Ok, and the new key does not work"),
        Ok(_) => Ok(Verdict::Held),
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
                _ => return Ok(Verdict::Held),
            };
            verdict(broken)
        }
    }
}
