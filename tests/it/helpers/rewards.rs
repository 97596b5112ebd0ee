//! Tests of `confirm_reward`, `confirm_issued` and `confirm_deducted`.

use std::time::Duration;

use imprint_client::helpers::ConfirmError;
use imprint_client::{Clock, Error, types};
use serde_json::{Value, json};

use super::closure_server::{ClosureServer, Reply};
use crate::clock::RecordingClock;
use crate::support::{json as parsed, payload};

const ID: &str = "2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const READ: &str = "GET /v2/rewards/2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const PATCH: &str = "PATCH /v2/rewards/2EE24580-B97B-4949-A65C-929CCB9B9B8D";
const PENDING: [(&str, &str); 2] = [("PENDING", "AVAILABLE"), ("PENDING_DEDUCTION", "DEDUCTED")];

fn reward_json(status: &str) -> Value {
    let mut reward = parsed(&payload("getReward--openapi-composed.json"));
    reward["status"] = json!(status);
    reward
}

fn reward(status: &str) -> types::Reward {
    serde_json::from_value(reward_json(status)).unwrap()
}

/// A server that has a reward with this status. For a PATCH, `patch` returns the reply and whether the status changes.
async fn reward_server(status: &str, patch: impl Fn(Value) -> (Reply, bool) + Send + 'static) -> ClosureServer {
    let mut status = status.to_owned();
    ClosureServer::start(move |request| match request.call.as_str() {
        READ => Reply::Json(200, reward_json(&status)),
        PATCH => {
            let target = request.body["status"].as_str().expect("a status").to_owned();
            let (reply, acts) = patch(reward_json(&target));
            if acts {
                status = target;
            }
            reply
        }
        other => panic!("{other}"),
    })
    .await
}

fn carries_out(patched: Value) -> (Reply, bool) {
    (Reply::Json(200, patched), true)
}

#[tokio::test]
async fn a_pending_reward_is_confirmed() {
    for (pending, target) in PENDING {
        let server = reward_server(pending, carries_out).await;
        let confirmed = server.client().confirm_reward(&reward(pending)).await.unwrap();
        assert_eq!(confirmed.status.as_str(), target);
        let requests = server.requests();
        assert_eq!(server.calls(), [PATCH]);
        assert_eq!(requests[0].body, json!({ "status": target }));
    }
}

#[tokio::test]
async fn for_an_id_the_reward_is_read_first() {
    for (pending, target) in PENDING {
        let server = reward_server(pending, carries_out).await;
        assert_eq!(server.client().confirm_reward(ID).await.unwrap().status.as_str(), target);
        assert_eq!(server.calls(), [READ, PATCH]);
    }
    let server = reward_server("DEDUCTED", carries_out).await;
    let id = types::RewardId::from(ID);
    assert_eq!(server.client().confirm_reward(&id).await.unwrap().status, types::RewardStatus::Deducted);
    assert_eq!(server.calls(), [READ]);
}

#[tokio::test]
async fn a_reward_is_confirmed_only_in_the_direction_that_was_done() {
    for (status, issued, deducted) in [
        ("PENDING", Some("AVAILABLE"), None),
        ("AVAILABLE", Some("AVAILABLE"), None),
        ("PENDING_DEDUCTION", None, Some("DEDUCTED")),
        ("DEDUCTED", None, Some("DEDUCTED")),
        ("HELD", None, None),
    ] {
        for is_issued in [true, false] {
            let server = reward_server(status, carries_out).await;
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
async fn confirm_issued_and_confirm_deducted_read_a_given_reward_first() {
    // The reward was pending when the caller read it, and is due to be taken back by now.
    let moved = reward_server("PENDING_DEDUCTION", carries_out).await;
    let error = moved.client().confirm_issued(&reward("PENDING")).await.unwrap_err();
    assert!(
        matches!(&error, ConfirmError::NotConfirmed(now) if now.status.as_str() == "PENDING_DEDUCTION"),
        "{error:?}"
    );
    assert_eq!(moved.calls(), [READ]);
    let issued = reward_server("PENDING", carries_out).await;
    issued.client().confirm_issued(&reward("AVAILABLE")).await.unwrap();
    assert_eq!(issued.calls(), [READ, PATCH]);
    let deducted = reward_server("PENDING_DEDUCTION", carries_out).await;
    deducted.client().confirm_deducted(&reward("PENDING")).await.unwrap();
    assert_eq!(deducted.calls(), [READ, PATCH]);
}

#[tokio::test]
async fn a_timeout_before_the_patch_says_that_nothing_was_sent() {
    let clock = RecordingClock::default();
    let passes = clock.clone();
    let server = ClosureServer::start(move |request| {
        assert!(request.is_call(READ), "{request:?}");
        // The read takes more time than the timeout of the call.
        drop(passes.sleep(Duration::from_secs(200)));
        Reply::Json(200, reward_json("PENDING"))
    })
    .await;
    let error = server.client_with(|builder| builder.clock(clock)).confirm_issued(ID).await.unwrap_err();
    let ConfirmError::Call(timeout @ Error::Timeout(_)) = &error else { panic!("{error:?}") };
    assert!(!timeout.may_have_been_processed());
    assert_eq!(error.to_string(), "patchReward: no time was left of 100s to send it; nothing was sent");
    assert_eq!(server.calls(), [READ]);
}

#[tokio::test]
async fn a_response_with_another_reward_is_an_error_that_contains_it() {
    for (field, value) in [("id", json!("OTHER")), ("amount", json!(1)), ("currency", json!("EUR"))] {
        let change = |status: &str| {
            let mut other = reward_json(status);
            other[field] = value.clone();
            other
        };
        let differs =
            |error: &ConfirmError| matches!(error, ConfirmError::Different(other) if json!(other)[field] == value);
        // In the response to the read: then nothing is patched.
        let read = change("PENDING");
        let server = ClosureServer::start(move |request| {
            if request.is_call(READ) { Reply::Json(200, read.clone()) } else { panic!("nothing may be patched") }
        })
        .await;
        let error = server.client().confirm_issued(&reward("PENDING")).await.unwrap_err();
        assert!(differs(&error), "{field}: {error:?}");
        // In the response to the patch.
        let patched = change("AVAILABLE");
        let server = reward_server("PENDING", move |_| (Reply::Json(200, patched.clone()), true)).await;
        let error = server.client().confirm_issued(ID).await.unwrap_err();
        assert!(differs(&error), "{field}: {error:?}");
        assert_eq!(server.count(PATCH), 1);
    }
    let mut lower = reward_json("PENDING");
    lower["id"] = json!(ID.to_lowercase());
    lower["currency"] = Value::Null;
    let server = ClosureServer::start(move |request| {
        let mut answer = lower.clone();
        if !request.is_call(READ) {
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
async fn a_confirmed_reward_is_a_success_without_a_request() {
    for (_, status) in PENDING {
        let server = reward_server(status, carries_out).await;
        assert_eq!(server.client().confirm_reward(reward(status)).await.unwrap(), reward(status));
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn a_status_that_cannot_be_confirmed_is_an_error_with_the_reward() {
    let server = reward_server("EXPIRED", carries_out).await;
    let error = server.client().confirm_reward(&reward("EXPIRED")).await.unwrap_err();
    assert!(matches!(&error, ConfirmError::NotConfirmed(reward) if reward.status.as_str() == "EXPIRED"), "{error:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_patch_that_does_not_change_the_status_is_an_error() {
    for (pending, _) in PENDING {
        for answered in [pending, "EXPIRED"] {
            let server = reward_server(pending, move |_| (Reply::Json(200, reward_json(answered)), false)).await;
            let error = server.client().confirm_reward(&reward(pending)).await.unwrap_err();
            let ConfirmError::NotConfirmed(reward) = &error else { panic!("{error:?}") };
            assert_eq!(reward.status.as_str(), answered);
        }
    }
    // `AVAILABLE` does not confirm a deduction.
    let server = reward_server("PENDING_DEDUCTION", |_| (Reply::Json(200, reward_json("AVAILABLE")), false)).await;
    let error = server.client().confirm_reward(ID).await.unwrap_err();
    assert_eq!(error.to_string(), "the reward is AVAILABLE");
}

#[tokio::test]
async fn after_a_lost_response_the_reward_is_read_and_not_patched_again() {
    for (pending, target) in PENDING {
        for lost in [|_| (Reply::Close, true), |_| (Reply::Json(500, json!({})), true)] {
            let server = reward_server(pending, lost).await;
            assert_eq!(server.client().confirm_reward(&reward(pending)).await.unwrap().status.as_str(), target);
            assert_eq!(server.calls(), [PATCH, READ]);
            assert_eq!(server.count(PATCH), 1);
        }
        let server = reward_server(pending, |_| (Reply::Close, false)).await;
        let error = server.client().confirm_reward(&reward(pending)).await.unwrap_err();
        assert!(matches!(error, ConfirmError::Call(Error::Transport(_))), "{error:?}");
        assert_eq!(server.count(PATCH), 1);
    }
}

#[tokio::test]
async fn after_a_refused_patch_the_reward_is_read_again() {
    // The reward was confirmed by another call, and the API refuses to confirm it again.
    for status in [400, 404, 409, 422] {
        let server = reward_server("AVAILABLE", move |_| (Reply::Json(status, json!({})), false)).await;
        let now = server.client().confirm_reward(&reward("PENDING")).await.unwrap();
        assert_eq!(now.status, types::RewardStatus::Available);
        assert_eq!(server.calls(), [PATCH, READ]);
    }
    let moved = reward_server("PENDING_DEDUCTION", |_| (Reply::Json(409, json!({})), false)).await;
    let error = moved.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert_eq!(error.to_string(), "the reward is PENDING_DEDUCTION");
    let still = reward_server("PENDING", |_| (Reply::Json(409, json!({})), false)).await;
    let error = still.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(matches!(&error, ConfirmError::Call(Error::Api(e)) if e.status() == 409), "{error:?}");
}

#[tokio::test]
async fn a_patch_without_permission_is_returned_at_once() {
    for status in [401, 403, 429] {
        let server = reward_server("PENDING", move |_| (Reply::Json(status, json!({})), false)).await;
        let error = server.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
        assert!(matches!(&error, ConfirmError::Call(Error::Api(e)) if e.status() == status), "{error:?}");
        assert_eq!(server.calls(), [PATCH]);
    }
}

#[tokio::test]
async fn the_result_is_unknown_if_the_reward_cannot_be_read() {
    let blind =
        ClosureServer::start(|request| if request.is_call(PATCH) { Reply::Close } else { Reply::Json(403, json!({})) })
            .await;
    let error = blind.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    let ConfirmError::Unknown { error: first, lookup: Some(lookup), .. } = &error else { panic!("{error:?}") };
    assert_eq!((first.operation_id(), lookup.operation_id()), (Some("patchReward"), Some("getReward")));
    let source = std::error::Error::source(&error).expect("a source").to_string();
    assert!(source.starts_with("patchReward"), "{source}");

    let slow = ClosureServer::start(|_| Reply::NeverRespond).await;
    let client = slow.client().with_timeout(Duration::from_millis(300));
    let error = client.confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(matches!(error, ConfirmError::Unknown { lookup: Some(Error::Timeout(_)), .. }), "{error:?}");
    // A patch without a response leaves time to read the reward.
    let stalled = reward_server("PENDING", |_| (Reply::NeverRespond, true)).await;
    let client = stalled.client().with_timeout(Duration::from_secs(2));
    assert_eq!(client.confirm_reward(&reward("PENDING")).await.unwrap().status, types::RewardStatus::Available);
    // The API refused the patch, perhaps because the reward was confirmed before.
    let refused =
        ClosureServer::start(|request| Reply::Json(if request.is_call(PATCH) { 409 } else { 403 }, json!({}))).await;
    let error = refused.client().confirm_reward(&reward("PENDING")).await.unwrap_err();
    assert!(
        matches!(&error, ConfirmError::Unknown { error: Error::Api(e), lookup: Some(_), .. } if e.status() == 409),
        "{error:?}"
    );
}
