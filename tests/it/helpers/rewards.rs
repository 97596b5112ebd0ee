//! `confirm_reward`.

use std::time::Duration;

use imprint_client::helpers::ConfirmError;
use imprint_client::{Clock, Error, types};
use serde_json::{Value, json};

use super::server::{Reply, Server};
use crate::clock::NotingClock;
use crate::support::{json as parsed, payload};

const ID: &str = "2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const READ: &str = "GET /v2/rewards/2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const PATCH: &str = "PATCH /v2/rewards/2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const PENDING: [(&str, &str); 2] = [("PENDING", "AVAILABLE"), ("PENDING_DEDUCTION", "DEDUCTED")];

fn json_of(status: &str) -> Value {
    let mut reward = parsed(&payload("getReward--openapi-composed.json"));
    reward["status"] = json!(status);
    reward
}

fn reward(status: &str) -> types::Reward {
    serde_json::from_value(json_of(status)).unwrap()
}

/// A server that has a reward of this status, and does with a patch what `patch` says: the answer, and whether it acts.
async fn server(status: &str, patch: impl Fn(Value) -> (Reply, bool) + Send + 'static) -> Server {
    let mut status = status.to_owned();
    Server::start(move |got| match got.call.as_str() {
        READ => Reply::Json(200, json_of(&status)),
        PATCH => {
            let target = got.body["status"].as_str().expect("a status").to_owned();
            let (reply, acts) = patch(json_of(&target));
            if acts {
                status = target;
            }
            reply
        }
        other => panic!("{other}"),
    })
    .await
}

fn obeys(patched: Value) -> (Reply, bool) {
    (Reply::Json(200, patched), true)
}

#[tokio::test]
async fn a_pending_reward_is_confirmed() {
    for (pending, target) in PENDING {
        let server = server(pending, obeys).await;
        let confirmed = server.client().confirm_reward(&reward(pending)).await.unwrap();
        assert_eq!(confirmed.status.as_str(), target);
        let got = server.got();
        assert_eq!(server.calls(), [PATCH]);
        assert_eq!(got[0].body, json!({ "status": target }));
    }
}

#[tokio::test]
async fn an_id_is_read_first() {
    for (pending, target) in PENDING {
        let server = server(pending, obeys).await;
        assert_eq!(server.client().confirm_reward(ID).await.unwrap().status.as_str(), target);
        assert_eq!(server.calls(), [READ, PATCH]);
    }
    let server = server("DEDUCTED", obeys).await;
    let id = types::RewardId::from(ID);
    assert_eq!(server.client().confirm_reward(&id).await.unwrap().status, types::RewardStatus::Deducted);
    assert_eq!(server.calls(), [READ]);
}

#[tokio::test]
async fn only_what_was_done_is_confirmed() {
    for (status, issued, deducted) in [
        ("PENDING", Some("AVAILABLE"), None),
        ("AVAILABLE", Some("AVAILABLE"), None),
        ("PENDING_DEDUCTION", None, Some("DEDUCTED")),
        ("DEDUCTED", None, Some("DEDUCTED")),
        ("HELD", None, None),
    ] {
        for is_issued in [true, false] {
            let server = server(status, obeys).await;
            let client = server.client();
            let (result, expected) = if is_issued {
                (client.confirm_issued(ID).await, issued)
            } else {
                (client.confirm_deducted(ID).await, deducted)
            };
            match result {
                Ok(reward) => assert_eq!(Some(reward.status.as_str()), expected, "{status}"),
                Err(ConfirmError::NotConfirmed(reward)) => {
                    assert_eq!((reward.status.as_str(), expected), (status, None));
                    assert_eq!(server.calls(), [READ]);
                }
                Err(error) => panic!("{status}: {error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_reward_in_hand_is_read_before_its_direction_is_confirmed() {
    // It was pending when it came, and is to be taken back by now.
    let moved = server("PENDING_DEDUCTION", obeys).await;
    let error = moved.client().confirm_issued(&reward("PENDING")).await.unwrap_err();
    assert!(
        matches!(&error, ConfirmError::NotConfirmed(now) if now.status.as_str() == "PENDING_DEDUCTION"),
        "{error:?}"
    );
    assert_eq!(moved.calls(), [READ]);
    let issued = server("PENDING", obeys).await;
    issued.client().confirm_issued(&reward("AVAILABLE")).await.unwrap();
    assert_eq!(issued.calls(), [READ, PATCH]);
    let deducted = server("PENDING_DEDUCTION", obeys).await;
    deducted.client().confirm_deducted(&reward("PENDING")).await.unwrap();
    assert_eq!(deducted.calls(), [READ, PATCH]);
}

#[tokio::test]
async fn without_time_for_the_patch_nothing_is_said_of_the_reward() {
    let clock = NotingClock::default();
    let passes = clock.clone();
    let server = Server::start(move |got| {
        assert!(got.is(READ), "{got:?}");
        // The read takes more time than the call has.
        drop(passes.sleep(Duration::from_secs(200)));
        Reply::Json(200, json_of("PENDING"))
    })
    .await;
    let error = server.client_with(|builder| builder.clock(clock)).confirm_issued(ID).await.unwrap_err();
    let ConfirmError::Call(timeout @ Error::Timeout(_)) = &error else { panic!("{error:?}") };
    assert!(!timeout.may_have_been_processed());
    assert_eq!(error.to_string(), "patchReward: no time was left of 100s to send it; nothing was sent");
    assert_eq!(server.calls(), [READ]);
}

#[tokio::test]
async fn another_reward_is_an_error_that_carries_it() {
    for (field, value) in [("id", json!("OTHER")), ("amount", json!(1)), ("currency", json!("EUR"))] {
        let change = |status: &str| {
            let mut other = json_of(status);
            other[field] = value.clone();
            other
        };
        let differs =
            |error: &ConfirmError| matches!(error, ConfirmError::Different(other) if json!(other)[field] == value);
        // In the read, where nothing is written then.
        let read = change("PENDING");
        let server =
            Server::start(move |got| if got.is(READ) { Reply::Json(200, read.clone()) } else { panic!("a patch") })
                .await;
        let error = server.client().confirm_issued(&reward("PENDING")).await.unwrap_err();
        assert!(differs(&error), "{field}: {error:?}");
        // In the answer to the patch.
        let patched = change("AVAILABLE");
        let server = self::server("PENDING", move |_| (Reply::Json(200, patched.clone()), true)).await;
        let error = server.client().confirm_issued(ID).await.unwrap_err();
        assert!(differs(&error), "{field}: {error:?}");
        assert_eq!(server.count(PATCH), 1);
    }
    let mut lower = json_of("PENDING");
    lower["id"] = json!(ID.to_lowercase());
    lower["currency"] = Value::Null;
    let server = Server::start(move |got| {
        let mut answer = lower.clone();
        if !got.is(READ) {
            answer["status"] = json!("AVAILABLE");
        }
        Reply::Json(200, answer)
    })
    .await;
    assert_eq!(
        server.client().confirm_issued(&reward("PENDING")).await.unwrap().status,
        types::RewardStatus::Available
    );
}

#[tokio::test]
async fn what_is_confirmed_is_success_without_a_call() {
    for (_, status) in PENDING {
        let server = server(status, obeys).await;
        assert_eq!(server.client().confirm_reward(reward(status)).await.unwrap(), reward(status));
        assert!(server.got().is_empty());
    }
}

#[tokio::test]
async fn another_status_is_an_error_that_has_it() {
    let server = server("EXPIRED", obeys).await;
    let error = server.client().confirm_reward(&reward("EXPIRED")).await.unwrap_err();
    assert!(matches!(&error, ConfirmError::NotConfirmed(reward) if reward.status.as_str() == "EXPIRED"), "{error:?}");
    assert!(server.got().is_empty());
}

#[tokio::test]
async fn a_success_that_did_nothing_is_an_error_with_the_state() {
    for (pending, _) in PENDING {
        for answered in [pending, "EXPIRED"] {
            let server = server(pending, move |_| (Reply::Json(200, json_of(answered)), false)).await;
            let error = server.client().confirm_reward(&reward(pending)).await.unwrap_err();
            let ConfirmError::NotConfirmed(reward) = &error else { panic!("{error:?}") };
            assert_eq!(reward.status.as_str(), answered);
        }
    }
    // Issued is not deducted.
    let server = server("PENDING_DEDUCTION", |_| (Reply::Json(200, json_of("AVAILABLE")), false)).await;
    let error = server.client().confirm_reward(ID).await.unwrap_err();
    assert_eq!(error.to_string(), "the reward is AVAILABLE");
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_patched_twice() {
    for (pending, target) in PENDING {
        for lost in [|_| (Reply::Drop, true), |_| (Reply::Json(500, json!({})), true)] {
            let server = server(pending, lost).await;
            assert_eq!(server.client().confirm_reward(&reward(pending)).await.unwrap().status.as_str(), target);
            assert_eq!(server.calls(), [PATCH, READ]);
            assert_eq!(server.count(PATCH), 1);
        }
        let server = server(pending, |_| (Reply::Drop, false)).await;
        let error = server.client().confirm_reward(&reward(pending)).await.unwrap_err();
        assert!(matches!(error, ConfirmError::Call(Error::Transport(_))), "{error:?}");
        assert_eq!(server.count(PATCH), 1);
    }
}

#[tokio::test]
async fn a_status_out_of_date_is_read_again() {
    // Somebody else has confirmed it, and the API refuses to do it again.
    for status in [400, 404, 409, 422] {
        let server = server("AVAILABLE", move |_| (Reply::Json(status, json!({})), false)).await;
        let now = server.client().confirm_reward(&reward("PENDING")).await.unwrap();
        assert_eq!(now.status, types::RewardStatus::Available);
        assert_eq!(server.calls(), [PATCH, READ]);
    }
    let moved = server("PENDING_DEDUCTION", |_| (Reply::Json(409, json!({})), false)).await;
    let error = moved.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert_eq!(error.to_string(), "the reward is PENDING_DEDUCTION");
    let still = server("PENDING", |_| (Reply::Json(409, json!({})), false)).await;
    let error = still.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(matches!(&error, ConfirmError::Call(Error::Api(e)) if e.status() == 409), "{error:?}");
}

#[tokio::test]
async fn a_key_that_may_not_is_told_so_at_once() {
    for status in [401, 403, 429] {
        let server = server("PENDING", move |_| (Reply::Json(status, json!({})), false)).await;
        let error = server.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
        assert!(matches!(&error, ConfirmError::Call(Error::Api(e)) if e.status() == status), "{error:?}");
        assert_eq!(server.calls(), [PATCH]);
    }
}

#[tokio::test]
async fn without_a_look_nobody_knows() {
    let blind = Server::start(|got| if got.is(PATCH) { Reply::Drop } else { Reply::Json(403, json!({})) }).await;
    let error = blind.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    let ConfirmError::Unknown { error: first, lookup: Some(lookup), .. } = &error else { panic!("{error:?}") };
    assert_eq!((first.operation_id(), lookup.operation_id()), (Some("patchReward"), Some("getReward")));
    let source = std::error::Error::source(&error).expect("a source").to_string();
    assert!(source.starts_with("patchReward"), "{source}");

    let slow = Server::start(|_| Reply::Stall).await;
    let client = slow.client().with_timeout(Duration::from_millis(300));
    let error = client.confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(matches!(error, ConfirmError::Unknown { lookup: Some(Error::Timeout(_)), .. }), "{error:?}");
    // A stalled patch leaves time to look.
    let stalled = server("PENDING", |_| (Reply::Stall, true)).await;
    let client = stalled.client().with_timeout(Duration::from_secs(2));
    assert_eq!(client.confirm_reward(&reward("PENDING")).await.unwrap().status, types::RewardStatus::Available);
    // The API refused, perhaps because it was confirmed before.
    let refused = Server::start(|got| Reply::Json(if got.is(PATCH) { 409 } else { 403 }, json!({}))).await;
    let error = refused.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(
        matches!(&error, ConfirmError::Unknown { error: Error::Api(e), lookup: Some(_), .. } if e.status() == 409),
        "{error:?}"
    );
}
