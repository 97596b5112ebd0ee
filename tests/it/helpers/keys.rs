//! Tests of `rotate_key`: the state of both keys after a failure of each step.

use std::error::Error as _;
use std::sync::{Arc, Mutex};

use imprint_client::helpers::{KeyRotationError, KeyState, RotationStep};
use imprint_client::{Client, Error, Secret};
use serde_json::json;

use super::closure_server::{ClosureServer, ReceivedRequest, Reply};
use crate::support::KEY;

const NEW: &str = "test_new_4eC39HqLyjWDarjtT1zdp7dc";
const CREATE: &str = "POST /v2/keys";
const DELETE: &str = "DELETE /v2/keys";
const READ: &str = "GET /v2/rewards";

/// A server that creates, checks and deletes keys. If `play` returns a reply, that reply is sent instead.
async fn key_server(mut play: impl FnMut(&ReceivedRequest) -> Option<Reply> + Send + 'static) -> ClosureServer {
    let mut valid = vec![KEY];
    ClosureServer::start(move |request| {
        if let Some(reply) = play(request) {
            return reply;
        }
        let Some(caller) = valid.iter().position(|key| request.authorization == format!("Bearer {key}")) else {
            return Reply::Empty(401);
        };
        match request.call.as_str() {
            CREATE => {
                valid.push(NEW);
                Reply::Json(200, json!({ "key": NEW, "created_at": "2025-02-13T19:08:07.000Z" }))
            }
            DELETE => {
                let deleted = valid.remove(caller);
                Reply::Json(200, json!({ "key": deleted, "deleted_at": "2025-02-13T19:08:07.000Z" }))
            }
            _ => Reply::Json(200, json!({ "data": [] })),
        }
    })
    .await
}

fn reply_to(
    call: &'static str,
    reply: fn() -> Reply,
) -> impl FnMut(&ReceivedRequest) -> Option<Reply> + Send + 'static {
    move |request| request.is_call(call).then(reply)
}

async fn rotate(client: &Client) -> Result<Client, KeyRotationError> {
    client.rotate_key(async |_| Ok::<(), Error>(())).await
}

/// The step, the states of the old and the new key, and whether the error contains a client with the new key. Fails if
/// the error shows a key.
fn key_states(error: &KeyRotationError) -> (RotationStep, KeyState, KeyState, bool) {
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!shown.contains(NEW) && !shown.contains(KEY), "{shown}");
    }
    (error.step(), error.old_key(), error.new_key(), error.client().is_some())
}

fn key_of(request: &ReceivedRequest) -> &'static str {
    match request.authorization.strip_prefix("Bearer ") {
        Some(KEY) => "old",
        Some(NEW) => "new",
        _ => "nobody",
    }
}

#[tokio::test]
async fn the_old_key_is_deleted_only_after_the_new_one_is_stored_and_proven() {
    let server = key_server(|_| None).await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let old = server.client().with_merchant_key("acme-travel");
    let store = async |key: Secret| {
        tokio::task::yield_now().await;
        log.lock().unwrap().push((key.expose().to_owned(), server.requests().len()));
        Ok::<(), Error>(())
    };
    let new = old.rotate_key(store).await.unwrap();
    assert_eq!(*log.lock().unwrap(), [(NEW.to_owned(), 1)]);
    let calls: Vec<_> = server.requests().iter().map(|request| (key_of(request), request.call.clone())).collect();
    assert_eq!(calls, [("old", CREATE.into()), ("new", READ.into()), ("old", DELETE.into())]);
    let requests = server.requests();
    assert_eq!(requests[1].query("limit"), Some("1"));
    assert_eq!(requests[1].merchant_key.as_deref(), Some("acme-travel"));

    new.get_customer().customer_id("C").send().await.unwrap_err();
    let error = old.get_customer().customer_id("C").send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(key_of(&server.requests()[3]), "new");
}

#[tokio::test]
async fn the_new_key_uses_the_same_authentication_scheme() {
    let server = ClosureServer::start(|request| {
        let key = if request.is_call(CREATE) { NEW } else { KEY };
        Reply::Json(200, json!({ "key": key, "data": [] }))
    })
    .await;
    rotate(&server.client_with(imprint_client::ClientBuilder::basic_auth)).await.unwrap();
    let schemes: Vec<String> = server.requests().iter().map(|request| request.authorization.clone()).collect();
    // "test_4eC3…:" and "test_new_4eC3…:" in base64.
    let old = "Basic dGVzdF80ZUMzOUhxTHlqV0Rhcmp0VDF6ZHA3ZGM6";
    assert_eq!(schemes, [old, "Basic dGVzdF9uZXdfNGVDMzlIcUx5aldEYXJqdFQxemRwN2RjOg==", old]);
}

#[tokio::test]
async fn a_refused_creation_creates_no_key() {
    // A 401 leaves open whether the old key exists: an earlier rotation may have deleted it.
    for (status, old) in [(401, KeyState::Unknown), (403, KeyState::Valid), (400, KeyState::Valid)] {
        let server = ClosureServer::start(move |_| Reply::Empty(status)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Create, old, KeyState::NotCreated, false));
        assert!(error.source().unwrap().to_string().starts_with("createKey answered"));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_response_to_the_creation_may_leave_a_new_key() {
    for lost in [|| Reply::Close, || Reply::Empty(500), || Reply::Json(200, json!({})), || Reply::Json(200, json!(7))] {
        let server = key_server(reply_to(CREATE, lost)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Create, KeyState::Valid, KeyState::Unknown, false));
        assert_eq!(server.calls(), [CREATE]);
        assert!(error.to_string().ends_with("the old key is valid, the new key may or may not exist"), "{error}");
    }
}

#[tokio::test]
async fn a_new_key_that_cannot_be_sent_is_returned_in_the_error() {
    let server = key_server(reply_to(CREATE, || Reply::Json(200, json!({ "key": "odd\nkey" })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Create, KeyState::Valid, KeyState::Unknown, false));
    assert_eq!(error.secret().map(Secret::expose), Some("odd\nkey"));
    assert!(!format!("{error:?}{}", error.source().unwrap()).contains("odd"));
    assert_eq!(server.calls(), [CREATE]);
}

#[tokio::test]
async fn nothing_is_deleted_if_the_server_returns_the_current_key() {
    let server = key_server(reply_to(CREATE, || Reply::Json(200, json!({ "key": KEY })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Create, KeyState::Valid, KeyState::NotCreated, false));
    assert_eq!(server.calls(), [CREATE]);
}

#[tokio::test]
async fn both_keys_stay_valid_if_the_new_one_is_not_stored() {
    let server = key_server(|_| None).await;
    let error = server.client().rotate_key(async |key| Err(format!("no room for {}", key.expose()))).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Store, KeyState::Valid, KeyState::Valid, true));
    assert_eq!(server.calls(), [CREATE]);
    assert_eq!(error.secret().map(Secret::expose), Some(NEW));
    assert!(error.source().unwrap().to_string().starts_with("no room"));
    // The client in the error has the new key, so it can delete that key.
    error.into_client().unwrap().delete_key().send().await.unwrap();
    assert_eq!(key_of(&server.requests()[1]), "new");
    server.client().search_rewards().send().await.expect("the old key still works");
}

#[tokio::test]
async fn the_old_key_stays_if_the_new_one_does_not_work() {
    for reply in [|| Reply::Empty(401), || Reply::Empty(500), || Reply::Close] {
        let server = key_server(move |request| (key_of(request) == "new").then(reply)).await;
        let client = server.client();
        let error = rotate(&client).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true));
        assert_eq!(server.count(DELETE), 0);
        client.search_rewards().send().await.expect("the old key still works");
    }
}

#[tokio::test]
async fn a_key_that_may_read_nothing_is_not_proven() {
    for reply in [|| Reply::Empty(403), || Reply::Json(200, json!({})), || Reply::Json(200, json!("<html>"))] {
        let server = key_server(move |request| (key_of(request) == "new").then(reply)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true));
        let reads = ["GET /v2/rewards", "GET /v2/transaction_intents", "GET /v2/order_events", "GET /v2/customers"];
        assert_eq!(server.calls()[1..], reads);
    }
}

#[tokio::test]
async fn one_permitted_read_proves_the_new_key() {
    let server = key_server(|request| {
        (request.call.starts_with("GET") && !request.is_call("GET /v2/customers")).then_some(Reply::Empty(403))
    })
    .await;
    rotate(&server.client()).await.unwrap();
    assert_eq!((server.count("GET /v2/customers"), server.count(DELETE)), (1, 1));
    let server = key_server(reply_to(READ, || Reply::Json(200, json!({ "data": null, "has_more": false })))).await;
    rotate(&server.client()).await.expect("an empty list is a list");
}

#[tokio::test]
async fn a_new_key_that_is_refused_at_first_is_tried_again() {
    let mut refusals = 2;
    let server = key_server(move |request| {
        let refused = key_of(request) == "new" && refusals > 0;
        refusals -= i32::from(refused);
        refused.then_some(Reply::Empty(401))
    })
    .await;
    rotate(&server.client()).await.unwrap();
    assert_eq!((server.count(READ), server.count(DELETE)), (3, 1));
}

#[tokio::test]
async fn a_failed_deletion_leaves_both_keys_valid() {
    for reply in [|| Reply::Empty(403), || Reply::Empty(429), || Reply::Empty(500), || Reply::Close] {
        let server = key_server(reply_to(DELETE, reply)).await;
        let client = server.client();
        let error = rotate(&client).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Valid, true));
        assert_eq!(server.count(DELETE), 1);
        let new = error.into_client().unwrap();
        new.search_rewards().send().await.expect("the new key works");
        client.search_rewards().send().await.expect("the old key still works");
    }
}

#[tokio::test]
async fn a_deletion_whose_response_is_lost_is_confirmed_by_reads_with_both_keys() {
    for lost in [|| Reply::Close, || Reply::Empty(502), || Reply::Empty(401)] {
        let mut gone = false;
        let server = key_server(move |request| match request.is_call(DELETE) {
            true => {
                gone = true;
                Some(lost())
            }
            false => (gone && key_of(request) == "old").then_some(Reply::Empty(401)),
        })
        .await;
        let new = rotate(&server.client()).await.unwrap();
        assert_eq!(server.count(DELETE), 1);
        new.search_rewards().send().await.expect("the new key works");
    }
}

#[tokio::test]
async fn the_state_of_the_old_key_is_unknown_if_no_read_gets_a_response() {
    let mut lost = false;
    let server = key_server(move |request| {
        lost |= request.is_call(DELETE);
        lost.then_some(Reply::Close)
    })
    .await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Valid, true));
    assert!(error.source().unwrap().to_string().starts_with("deleteKey"));
}

#[tokio::test]
async fn the_old_key_counts_as_deleted_only_if_the_new_one_works() {
    // The response to the deletion is lost, and then all keys are refused: this is an outage and proves nothing.
    let mut lost = false;
    let server = key_server(move |request| match (request.is_call(DELETE), lost) {
        (true, _) => {
            lost = true;
            Some(Reply::Close)
        }
        (false, true) => Some(Reply::Empty(401)),
        _ => None,
    })
    .await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Unknown, true));
    assert!(!error.to_string().contains("works,"), "{error}");

    // The server has deleted the new key instead, and its response is lost.
    let mut deleted = false;
    let server = key_server(move |request| match request.is_call(DELETE) {
        true => {
            deleted = true;
            Some(Reply::Close)
        }
        false => (deleted && key_of(request) == "new").then_some(Reply::Empty(401)),
    })
    .await;
    let client = server.client();
    let error = rotate(&client).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Unknown, true));
    client.search_rewards().send().await.expect("the old key still works");
    assert_eq!(server.count(DELETE), 1);
}

#[tokio::test]
async fn a_deletion_that_names_no_key_is_checked_by_reads() {
    for body in [json!({}), json!({"code": 429, "message": "Too many requests"})] {
        let server = key_server(move |request| request.is_call(DELETE).then(|| Reply::Json(200, body.clone()))).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Valid, true));
        assert_eq!(server.count(DELETE), 1);
    }
}

#[tokio::test]
async fn only_a_page_with_a_list_proves_the_new_key() {
    for body in [
        json!({"error": {"type": "T", "message": "m"}}),
        json!({"message": "ok"}),
        json!({"data": [null]}),
        json!({"data": [], "has_more": true}),
        json!({"status": "error", "message": "no database", "data": null}),
        json!([[]]),
    ] {
        let says = body.clone();
        let server =
            key_server(move |request| (key_of(request) == "new").then(|| Reply::Json(200, says.clone()))).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(key_states(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true), "{body}");
        assert_eq!(server.count(DELETE), 0);
    }
}

#[tokio::test]
async fn debug_shows_the_cause_without_the_keys() {
    let server = key_server(reply_to(DELETE, || Reply::Empty(403))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert!(format!("{error:?}").contains("deleteKey") && format!("{error:?}").contains("403"), "{error:?}");
    let server = key_server(|_| None).await;
    let error = server.client().rotate_key(async |key| Err(format!("no room for {}", key.expose()))).await.unwrap_err();
    assert!(format!("{error:?}").contains("no room for [REDACTED]"), "{error:?}");
}

/// Two simultaneous rotations of one key leave two new keys that work, as the documentation says.
#[tokio::test]
async fn two_simultaneous_rotations_leave_two_new_keys() {
    let valid = Arc::new(Mutex::new(vec![KEY.to_owned()]));
    let keys = Arc::clone(&valid);
    let server = ClosureServer::start(move |request| {
        let mut keys = keys.lock().unwrap();
        let Some(caller) = keys.iter().position(|key| request.authorization == format!("Bearer {key}")) else {
            return Reply::Empty(401);
        };
        match request.call.as_str() {
            CREATE => {
                let key = format!("test_new_{}", keys.len());
                keys.push(key.clone());
                Reply::Json(200, json!({ "key": key }))
            }
            DELETE => Reply::Json(200, json!({ "key": keys.remove(caller) })),
            _ => Reply::Json(200, json!({ "data": [] })),
        }
    })
    .await;
    let client = server.client();
    let (one, other) = tokio::join!(rotate(&client), rotate(&client));
    one.unwrap().search_rewards().send().await.expect("the first new key works");
    other.unwrap().search_rewards().send().await.expect("the second new key works");
    assert_eq!(*valid.lock().unwrap(), ["test_new_1", "test_new_2"]);
}

#[tokio::test]
async fn the_deletion_of_the_new_key_is_reported() {
    let server = key_server(reply_to(DELETE, || Reply::Json(200, json!({ "key": NEW })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(key_states(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Deleted, true));
    // A caller that reads "the new key works" would delete the old key, which may be the last valid one.
    assert!(!error.to_string().contains("works"), "{error}");
}

#[tokio::test]
async fn a_rotation_can_run_in_a_spawned_task() {
    let server = key_server(|_| None).await;
    let client = server.client();
    let task = tokio::spawn(async move {
        client
            .rotate_key(async |key: Secret| {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                if key.expose().is_empty() { Err("empty") } else { Ok(()) }
            })
            .await
            .map(drop)
    });
    task.await.unwrap().unwrap();
}
