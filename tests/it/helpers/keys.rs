//! `rotate_key`, and what becomes of both keys at every step that can fail.

use std::error::Error as _;
use std::sync::{Arc, Mutex};

use imprint_client::helpers::{KeyRotationError, KeyState, RotationStep};
use imprint_client::{Client, Error, Secret};
use serde_json::json;

use super::server::{Got, Reply, Server};
use crate::support::KEY;

const NEW: &str = "test_new_4eC39HqLyjWDarjtT1zdp7dc";
const CREATE: &str = "POST /v2/keys";
const DELETE: &str = "DELETE /v2/keys";
const READ: &str = "GET /v2/rewards";

/// A server with keys: `play` may answer in its place, else it does what it should.
async fn imprint(mut play: impl FnMut(&Got) -> Option<Reply> + Send + 'static) -> Server {
    let mut valid = vec![KEY];
    Server::start(move |got| {
        if let Some(reply) = play(got) {
            return reply;
        }
        let Some(caller) = valid.iter().position(|key| got.authorization == format!("Bearer {key}")) else {
            return Reply::Empty(401);
        };
        match got.call.as_str() {
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

fn at(call: &'static str, reply: fn() -> Reply) -> impl FnMut(&Got) -> Option<Reply> + Send + 'static {
    move |got| got.is(call).then(reply)
}

async fn rotate(client: &Client) -> Result<Client, KeyRotationError> {
    client.rotate_key(async |_| Ok::<(), Error>(())).await
}

/// Step, old key, new key, and whether a client with the new key came along.
fn state(error: &KeyRotationError) -> (RotationStep, KeyState, KeyState, bool) {
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!shown.contains(NEW) && !shown.contains(KEY), "{shown}");
    }
    (error.step(), error.old_key(), error.new_key(), error.client().is_some())
}

fn by(got: &Got) -> &'static str {
    match got.authorization.strip_prefix("Bearer ") {
        Some(KEY) => "old",
        Some(NEW) => "new",
        _ => "nobody",
    }
}

#[tokio::test]
async fn a_key_is_created_stored_proven_and_only_then_the_old_one_deleted() {
    let server = imprint(|_| None).await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let old = server.client().with_merchant_key("acme-travel");
    let store = async |key: Secret| {
        tokio::task::yield_now().await;
        log.lock().unwrap().push((key.expose().to_owned(), server.got().len()));
        Ok::<(), Error>(())
    };
    let new = old.rotate_key(store).await.unwrap();
    assert_eq!(*log.lock().unwrap(), [(NEW.to_owned(), 1)]);
    let calls: Vec<_> = server.got().iter().map(|got| (by(got), got.call.clone())).collect();
    assert_eq!(calls, [("old", CREATE.into()), ("new", READ.into()), ("old", DELETE.into())]);
    let got = server.got();
    assert_eq!(got[1].query("limit"), Some("1"));
    assert_eq!(got[1].merchant_key.as_deref(), Some("acme-travel"));

    new.get_customer().customer_id("C").send().await.unwrap_err();
    let error = old.get_customer().customer_id("C").send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(by(&server.got()[3]), "new");
}

#[tokio::test]
async fn the_new_key_is_sent_like_the_old_one() {
    let server = Server::start(|got| {
        let key = if got.is(CREATE) { NEW } else { KEY };
        Reply::Json(200, json!({ "key": key, "data": [] }))
    })
    .await;
    rotate(&server.client_with(imprint_client::ClientBuilder::basic_auth)).await.unwrap();
    let schemes: Vec<String> = server.got().iter().map(|got| got.authorization.clone()).collect();
    // "test_4eC3…:" and "test_new_4eC3…:" in base64.
    let old = "Basic dGVzdF80ZUMzOUhxTHlqV0Rhcmp0VDF6ZHA3ZGM6";
    assert_eq!(schemes, [old, "Basic dGVzdF9uZXdfNGVDMzlIcUx5aldEYXJqdFQxemRwN2RjOg==", old]);
}

#[tokio::test]
async fn a_key_that_is_refused_was_not_made() {
    for status in [401, 403, 400] {
        let server = Server::start(move |_| Reply::Empty(status)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Create, KeyState::Valid, KeyState::NotCreated, false));
        assert!(error.source().unwrap().to_string().starts_with("createKey answered"));
        assert_eq!(server.got().len(), 1);
    }
}

#[tokio::test]
async fn a_key_whose_answer_is_lost_may_exist() {
    for lost in [|| Reply::Drop, || Reply::Empty(500), || Reply::Json(200, json!({})), || Reply::Json(200, json!(7))] {
        let server = imprint(at(CREATE, lost)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Create, KeyState::Valid, KeyState::Unknown, false));
        assert_eq!(server.calls(), [CREATE]);
        assert!(error.to_string().ends_with("the old key is valid, the new key may or may not exist"), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_handed_over() {
    let server = imprint(at(CREATE, || Reply::Json(200, json!({ "key": "odd\nkey" })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Create, KeyState::Valid, KeyState::Unknown, false));
    assert_eq!(error.secret().map(Secret::expose), Some("odd\nkey"));
    assert!(!format!("{error:?}{}", error.source().unwrap()).contains("odd"));
    assert_eq!(server.calls(), [CREATE]);
}

#[tokio::test]
async fn the_old_key_again_is_not_deleted() {
    let server = imprint(at(CREATE, || Reply::Json(200, json!({ "key": KEY })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Create, KeyState::Valid, KeyState::NotCreated, false));
    assert_eq!(server.calls(), [CREATE]);
}

#[tokio::test]
async fn a_key_that_is_not_stored_leaves_both() {
    let server = imprint(|_| None).await;
    let error = server.client().rotate_key(async |key| Err(format!("no room for {}", key.expose()))).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Store, KeyState::Valid, KeyState::Valid, true));
    assert_eq!(server.calls(), [CREATE]);
    assert_eq!(error.secret().map(Secret::expose), Some(NEW));
    assert!(error.source().unwrap().to_string().starts_with("no room"));
    // The client of the error has the new key: this is how to be rid of it.
    error.into_client().unwrap().delete_key().send().await.unwrap();
    assert_eq!(by(&server.got()[1]), "new");
    server.client().search_rewards().send().await.expect("the old key lives");
}

#[tokio::test]
async fn a_key_that_does_not_work_leaves_the_old_one() {
    for reply in [|| Reply::Empty(401), || Reply::Empty(500), || Reply::Drop] {
        let server = imprint(move |got| (by(got) == "new").then(reply)).await;
        let client = server.client();
        let error = rotate(&client).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true));
        assert_eq!(server.count(DELETE), 0);
        client.search_rewards().send().await.expect("the old key lives");
    }
}

#[tokio::test]
async fn a_key_that_may_read_nothing_is_not_proven() {
    for reply in [|| Reply::Empty(403), || Reply::Json(200, json!({})), || Reply::Json(200, json!("<html>"))] {
        let server = imprint(move |got| (by(got) == "new").then(reply)).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true));
        let reads = ["GET /v2/rewards", "GET /v2/transaction_intents", "GET /v2/order_events", "GET /v2/customers"];
        assert_eq!(server.calls()[1..], reads);
    }
}

#[tokio::test]
async fn one_read_that_is_permitted_is_enough() {
    let server =
        imprint(|got| (got.call.starts_with("GET") && !got.is("GET /v2/customers")).then_some(Reply::Empty(403))).await;
    rotate(&server.client()).await.unwrap();
    assert_eq!((server.count("GET /v2/customers"), server.count(DELETE)), (1, 1));
    let server = imprint(at(READ, || Reply::Json(200, json!({ "data": null, "has_more": false })))).await;
    rotate(&server.client()).await.expect("an empty list is a list");
}

#[tokio::test]
async fn a_key_that_needs_a_moment_gets_it() {
    let mut refusals = 2;
    let server = imprint(move |got| {
        let refused = by(got) == "new" && refusals > 0;
        refusals -= i32::from(refused);
        refused.then_some(Reply::Empty(401))
    })
    .await;
    rotate(&server.client()).await.unwrap();
    assert_eq!((server.count(READ), server.count(DELETE)), (3, 1));
}

#[tokio::test]
async fn an_old_key_that_is_not_deleted_lives() {
    for reply in [|| Reply::Empty(403), || Reply::Empty(429), || Reply::Empty(500), || Reply::Drop] {
        let server = imprint(at(DELETE, reply)).await;
        let client = server.client();
        let error = rotate(&client).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Valid, true));
        assert_eq!(server.count(DELETE), 1);
        let new = error.into_client().unwrap();
        new.search_rewards().send().await.expect("the new key works");
        client.search_rewards().send().await.expect("the old key lives");
    }
}

#[tokio::test]
async fn an_old_key_that_is_gone_although_the_answer_is_lost_is_gone() {
    for lost in [|| Reply::Drop, || Reply::Empty(502), || Reply::Empty(401)] {
        let mut gone = false;
        let server = imprint(move |got| match got.is(DELETE) {
            true => {
                gone = true;
                Some(lost())
            }
            false => (gone && by(got) == "old").then_some(Reply::Empty(401)),
        })
        .await;
        let new = rotate(&server.client()).await.unwrap();
        assert_eq!(server.count(DELETE), 1);
        new.search_rewards().send().await.expect("the new key works");
    }
}

#[tokio::test]
async fn an_old_key_of_which_nothing_is_heard_is_unknown() {
    let mut lost = false;
    let server = imprint(move |got| {
        lost |= got.is(DELETE);
        lost.then_some(Reply::Drop)
    })
    .await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Valid, true));
    assert!(error.source().unwrap().to_string().starts_with("deleteKey"));
}

#[tokio::test]
async fn an_old_key_counts_as_gone_only_while_the_new_one_works() {
    // The answer to the deletion is lost, and then all keys are refused for a while: an outage, and no proof.
    let mut lost = false;
    let server = imprint(move |got| match (got.is(DELETE), lost) {
        (true, _) => {
            lost = true;
            Some(Reply::Drop)
        }
        (false, true) => Some(Reply::Empty(401)),
        _ => None,
    })
    .await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Unknown, true));
    assert!(!error.to_string().contains("works,"), "{error}");

    // The server has deleted the new key instead, and does not say so.
    let mut deleted = false;
    let server = imprint(move |got| match got.is(DELETE) {
        true => {
            deleted = true;
            Some(Reply::Drop)
        }
        false => (deleted && by(got) == "new").then_some(Reply::Empty(401)),
    })
    .await;
    let client = server.client();
    let error = rotate(&client).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Unknown, true));
    client.search_rewards().send().await.expect("the old key lives");
    assert_eq!(server.count(DELETE), 1);
}

#[tokio::test]
async fn a_deletion_that_does_not_say_what_it_deleted_is_looked_up() {
    for body in [json!({}), json!({"code": 429, "message": "Too many requests"})] {
        let server = imprint(move |got| got.is(DELETE).then(|| Reply::Json(200, body.clone()))).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Delete, KeyState::Valid, KeyState::Valid, true));
        assert_eq!(server.count(DELETE), 1);
    }
}

#[tokio::test]
async fn only_a_real_page_is_a_proof() {
    for body in [
        json!({"error": {"type": "T", "message": "m"}}),
        json!({"message": "ok"}),
        json!({"data": [null]}),
        json!({"data": [], "has_more": true}),
        json!({"status": "error", "message": "no database", "data": null}),
        json!([[]]),
    ] {
        let says = body.clone();
        let server = imprint(move |got| (by(got) == "new").then(|| Reply::Json(200, says.clone()))).await;
        let error = rotate(&server.client()).await.unwrap_err();
        assert_eq!(state(&error), (RotationStep::Prove, KeyState::Valid, KeyState::Unproven, true), "{body}");
        assert_eq!(server.count(DELETE), 0);
    }
}

#[tokio::test]
async fn the_cause_is_in_debug_without_the_keys() {
    let server = imprint(at(DELETE, || Reply::Empty(403))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert!(format!("{error:?}").contains("deleteKey") && format!("{error:?}").contains("403"), "{error:?}");
    let server = imprint(|_| None).await;
    let error = server.client().rotate_key(async |key| Err(format!("no room for {}", key.expose()))).await.unwrap_err();
    assert!(format!("{error:?}").contains("no room for [REDACTED]"), "{error:?}");
}

/// Two rotations of one key at a time, in steps that alternate: what they leave behind is what the documentation says.
#[tokio::test]
async fn two_rotations_at_once_leave_two_new_keys() {
    let valid = Arc::new(Mutex::new(vec![KEY.to_owned()]));
    let keys = Arc::clone(&valid);
    let server = Server::start(move |got| {
        let mut keys = keys.lock().unwrap();
        let Some(caller) = keys.iter().position(|key| got.authorization == format!("Bearer {key}")) else {
            return Reply::Empty(401);
        };
        match got.call.as_str() {
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
async fn a_server_that_deletes_the_wrong_key_is_told_on() {
    let server = imprint(at(DELETE, || Reply::Json(200, json!({ "key": NEW })))).await;
    let error = rotate(&server.client()).await.unwrap_err();
    assert_eq!(state(&error), (RotationStep::Delete, KeyState::Unknown, KeyState::Deleted, true));
    // Whoever reads that the new key works deletes the old one, which may be the last.
    assert!(!error.to_string().contains("works"), "{error}");
}

#[tokio::test]
async fn a_rotation_can_be_a_task_of_its_own() {
    let server = imprint(|_| None).await;
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
