//! The loop by itself: entries that follow a script instead of a server.

use std::sync::{Arc, Mutex};

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};

use super::*;
use crate::error::ApiError;
use crate::operation::Operation;

static OPERATION: Operation = Operation {
    id: "postThing",
    method: Method::POST,
    path: "/v2/things",
    repeatable: false,
    pages: false,
    empty: false,
    answer: &[],
    list: &[],
};

/// What a look comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Finds(i64),
    FindsNothing,
    Fails,
}

#[derive(Clone, Debug)]
struct Thing {
    amount: i64,
    /// The statuses of the answers to come; the last one stays.
    answers: Arc<Mutex<Vec<u16>>>,
    /// The looks to come; the last one stays.
    looks: Arc<Mutex<Vec<Look>>>,
    log: Arc<Mutex<String>>,
}

impl Thing {
    fn new(answers: &[u16], looks: &[Look]) -> Self {
        let (answers, looks) = (answers.iter().rev().copied().collect(), looks.iter().rev().copied().collect());
        Self {
            amount: 5,
            answers: Arc::new(Mutex::new(answers)),
            looks: Arc::new(Mutex::new(looks)),
            log: Arc::default(),
        }
    }

    /// What was done: `p` for a POST, `l` for a look.
    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

fn next<T: Copy>(script: &Mutex<Vec<T>>) -> T {
    let mut script = script.lock().unwrap();
    if script.len() > 1 { script.pop().unwrap() } else { script[0] }
}

fn failure(status: u16) -> Error {
    let status = StatusCode::from_u16(status).unwrap();
    ApiError::new(&OPERATION, status, HeaderMap::new(), 1, Vec::new(), true).into()
}

impl Entry for Thing {
    fn partner_id(&self) -> &str {
        "thing-1"
    }

    async fn send(&self, _: &Client) -> Result<Response<Self>, Error> {
        self.log.lock().unwrap().push('p');
        match next(&self.answers) {
            200 => Ok(Response::new(StatusCode::OK, HeaderMap::new(), 1, self.clone())),
            status => Err(failure(status)),
        }
    }

    async fn find(&self, _: &Client) -> Result<Option<Self>, FindError<Self>> {
        self.log.lock().unwrap().push('l');
        match next(&self.looks) {
            Look::Finds(amount) => Ok(Some(Self { amount, ..self.clone() })),
            Look::FindsNothing => Ok(None),
            Look::Fails => Err(failure(403).into()),
        }
    }

    fn may_be(&self, found: &Self) -> bool {
        self.amount == found.amount
    }
}

/// How it ended, and what was done.
async fn run(answers: &[u16], looks: &[Look]) -> (Result<Once<Thing>, OnceError<Thing>>, String) {
    let client = Client::builder().api_key("k").build().unwrap();
    let thing = Thing::new(answers, looks);
    let outcome = once(&client, thing.clone(), &[Duration::ZERO; 2]).await;
    (outcome, thing.log())
}

#[tokio::test]
async fn it_is_sent_three_times_at_most() {
    let (outcome, log) = run(&[500], &[Look::FindsNothing]).await;
    assert_eq!(log, "pllpllpll");
    let error = outcome.unwrap_err();
    let says = "postThing was sent more than once, and it is not known whether it was carried out: it was not found afterwards";
    assert_eq!(error.to_string(), says);
    assert!(matches!(error, OnceError::Unknown { sends: 3, lookup: Lookup::NotThere, .. }), "{error:?}");
    let (outcome, log) = run(&[500, 500, 200], &[Look::FindsNothing]).await;
    assert_eq!((outcome.unwrap().sends(), log.as_str()), (3, "pllpllp"));
}

#[tokio::test]
async fn the_last_look_decides() {
    let (outcome, log) = run(&[500, 200], &[Look::Fails, Look::FindsNothing]).await;
    assert_eq!((outcome.unwrap().was_found(), log.as_str()), (false, "pllp"));
    let (outcome, log) = run(&[500, 200], &[Look::FindsNothing, Look::Finds(5)]).await;
    assert_eq!((outcome.unwrap().was_found(), log.as_str()), (true, "pll"));
    let (outcome, log) = run(&[500, 200], &[Look::FindsNothing, Look::Fails]).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
    assert_eq!(log, "pll");
    assert!(error.to_string().contains("the look for it failed (postThing answered 403"), "{error}");
}

#[tokio::test]
async fn a_refusal_after_a_doubt_settles_nothing() {
    // The second one met the first, which was stored late.
    let (outcome, log) = run(&[500, 409], &[Look::FindsNothing, Look::FindsNothing, Look::Finds(5)]).await;
    assert_eq!((outcome.unwrap().was_found(), log.as_str()), (true, "pllpl"));
    // The doubt is about the first, so it is the first that the error tells of.
    let (outcome, log) = run(&[500, 400], &[Look::FindsNothing]).await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { sends: 2, error, .. } if error.status() == Some(StatusCode::INTERNAL_SERVER_ERROR)),
        "{error:?}"
    );
    assert_eq!(log, "pllpll");
}

#[tokio::test]
async fn what_is_found_must_be_the_same() {
    let (outcome, log) = run(&[500], &[Look::Finds(6)]).await;
    assert!(matches!(outcome.unwrap_err(), OnceError::Different(found) if found.amount == 6));
    assert_eq!(log, "pl");
    let (outcome, log) = run(&[409], &[Look::Finds(6)]).await;
    assert!(matches!(outcome.unwrap_err(), OnceError::Different(_)));
    assert_eq!(log, "pl");
    let (outcome, log) = run(&[409], &[Look::Fails]).await;
    assert!(matches!(outcome.unwrap_err(), OnceError::Refused(_)));
    assert_eq!(log, "pl");
}
