//! Tests of `create_order_once`, `post_order_event_once` and the lookups that they use.

use std::time::{Duration, Instant};

use imprint_client::helpers::{FindError, Lookup, OnceError};
use imprint_client::types::{OrderBase, OrderEventBase};
use imprint_client::{Client, Error};
use serde_json::{Value, json};

use super::closure_server::{ClosureServer, ReceivedRequest, Reply};
use crate::support::{json as parsed, payload};

const CREATE: &str = "POST /v2/orders";
const LIST: &str = "GET /v2/orders";
const POST_EVENT: &str = "POST /v2/order_events";
const LIST_EVENTS: &str = "GET /v2/order_events";

fn order() -> OrderBase {
    let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(274_999);
    order.build().unwrap()
}

fn event() -> OrderEventBase {
    let event = OrderEventBase::builder().partner_event_id("e-1").order_id("O").network_transaction_id("N");
    event.type_("CAPTURED").amount(274_999).build().unwrap()
}

/// What the server does with a POST.
enum PostAction {
    /// Stores the entry and returns it.
    Store,
    /// Stores the entry and sends this reply.
    StoreAndReply(Reply),
    /// Sends this reply and stores nothing.
    OnlyReply(Reply),
}

/// A server that stores orders and events and lists them by the partner's id. `play` decides what to do with each POST,
/// given its number.
async fn order_server(mut play: impl FnMut(usize) -> PostAction + Send + 'static) -> ClosureServer {
    let mut stored: Vec<Value> = Vec::new();
    let mut posts = 0;
    ClosureServer::start(move |request| match request.call.as_str() {
        CREATE | POST_EVENT => {
            posts += 1;
            let mut entry = request.body.clone();
            let id = if request.is_call(CREATE) { "id" } else { "order_event_id" };
            entry[id] = json!(format!("assigned-{posts}"));
            match play(posts) {
                PostAction::Store => {
                    stored.push(entry.clone());
                    Reply::Json(200, entry)
                }
                PostAction::StoreAndReply(reply) => {
                    stored.push(entry);
                    reply
                }
                PostAction::OnlyReply(reply) => reply,
            }
        }
        LIST | LIST_EVENTS => Reply::Json(200, json!({ "data": listed(&stored, request) })),
        other => panic!("{other}"),
    })
    .await
}

fn listed<'a>(stored: &'a [Value], request: &ReceivedRequest) -> Vec<&'a Value> {
    let name = if request.is_call(LIST) { "partner_order_id" } else { "partner_event_id" };
    let wanted = request.query(name).expect("the list is filtered by the partner's id");
    stored.iter().filter(|entry| entry[name] == wanted).collect()
}

/// Whether the order was found by a lookup, how often it was sent, and its id.
async fn create(client: &Client) -> Result<(bool, u32, String), OnceError<OrderBase>> {
    let once = client.create_order_once(order()).await?;
    Ok((once.was_found(), once.sends(), once.id.clone().unwrap().to_string()))
}

async fn post(client: &Client) -> Result<(bool, u32, String), OnceError<OrderEventBase>> {
    let once = client.post_order_event_once(event()).await?;
    Ok((once.was_found(), once.sends(), once.order_event_id.clone().unwrap().to_string()))
}

fn sent_once(found: bool) -> (bool, u32, String) {
    (found, 1, "assigned-1".into())
}

#[tokio::test]
async fn a_successful_send_is_not_looked_up() {
    let server = order_server(|_| PostAction::Store).await;
    assert_eq!(create(&server.client()).await.unwrap(), sent_once(false));
    assert_eq!(server.calls(), [CREATE]);
    assert_eq!(
        server.requests()[0].body,
        json!({"partner_order_id": "o-1", "payment_method_id": "PM", "total_order_amount": 274_999})
    );
    let server = order_server(|_| PostAction::Store).await;
    assert_eq!(post(&server.client()).await.unwrap(), sent_once(false));
    assert_eq!(server.calls(), [POST_EVENT]);
}

#[tokio::test]
async fn an_entry_that_was_stored_before_its_response_was_lost_is_found_and_not_doubled() {
    for lost in [|| Reply::Close, || Reply::Empty(504), || Reply::NeverRespond, || Reply::Json(200, json!({"id": 7}))] {
        let server = order_server(move |_| PostAction::StoreAndReply(lost())).await;
        let client = server.client_with(|builder| builder.attempt_timeout(Duration::from_millis(300)));
        assert_eq!(create(&client).await.unwrap(), sent_once(true));
        assert_eq!((server.count(CREATE), server.count(LIST)), (1, 1));
        assert_eq!(post(&client).await.unwrap(), (true, 1, "assigned-2".into()));
        assert_eq!((server.count(POST_EVENT), server.count(LIST_EVENTS)), (1, 1));
    }
}

#[tokio::test]
async fn an_entry_that_was_not_stored_is_sent_again() {
    let lossy = |number| if number == 1 { PostAction::OnlyReply(Reply::Close) } else { PostAction::Store };
    let server = order_server(lossy).await;
    assert_eq!(create(&server.client()).await.unwrap(), (false, 2, "assigned-2".into()));
    // The helper looks for the order during a third of the time before it sends it again, and then counts how often it
    // is recorded during half of the rest.
    assert_eq!((server.count(CREATE), server.count(LIST)), (2, 12));
    let server = order_server(lossy).await;
    assert_eq!(post(&server.client()).await.unwrap(), (false, 2, "assigned-2".into()));
    assert_eq!((server.count(POST_EVENT), server.count(LIST_EVENTS)), (2, 12));
}

#[tokio::test]
async fn a_refused_entry_is_not_looked_up() {
    for status in [400, 401, 403, 404, 422, 429] {
        let server = order_server(move |_| PostAction::OnlyReply(Reply::Json(status, json!({})))).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(&error, OnceError::Refused(Error::Api(e)) if e.status() == status), "{error:?}");
        assert_eq!((server.count(CREATE), server.count(LIST)), (1, 0));
    }
}

#[tokio::test]
async fn after_a_conflict_the_order_of_an_earlier_run_is_found() {
    let server = order_server(|number| match number {
        1 => PostAction::Store,
        _ => PostAction::OnlyReply(Reply::Json(409, json!({}))),
    })
    .await;
    assert_eq!(create(&server.client()).await.unwrap(), sent_once(false));
    assert_eq!(create(&server.client()).await.unwrap(), sent_once(true));
    let server = order_server(|_| PostAction::OnlyReply(Reply::Json(409, json!({})))).await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(matches!(&error, OnceError::Refused(Error::Api(e)) if e.status() == 409), "{error:?}");
    assert_eq!((server.count(CREATE), server.count(LIST)), (1, 3));
}

#[tokio::test]
async fn an_entry_with_another_amount_under_the_same_id_is_different() {
    let server =
        order_server(|number| if number == 1 { PostAction::Store } else { PostAction::OnlyReply(Reply::Close) }).await;
    let client = server.client();
    let mut other = order();
    other.total_order_amount = 1;
    client.create_order_once(other).await.unwrap();
    let error = create(&client).await.unwrap_err();
    assert!(matches!(&error, OnceError::Different(found) if found.total_order_amount == 1), "{error:?}");
    for change in
        [|event: &mut OrderEventBase| event.amount = 1, |event: &mut OrderEventBase| event.type_ = "REFUNDED".into()]
    {
        let server =
            order_server(|number| if number == 1 { PostAction::Store } else { PostAction::OnlyReply(Reply::Close) })
                .await;
        let mut other = event();
        change(&mut other);
        server.client().post_order_event_once(other).await.unwrap();
        let error = post(&server.client()).await.unwrap_err();
        assert!(matches!(error, OnceError::Different(_)), "{error:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_again_if_the_lookup_fails() {
    let mut other = serde_json::to_value(order()).unwrap();
    other["partner_order_id"] = json!("o-2");
    for (status, body) in [(403, json!({})), (200, json!({ "data": [other] }))] {
        let looked = move |request: &ReceivedRequest| {
            if request.is_call(CREATE) { Reply::Close } else { Reply::Json(status, body.clone()) }
        };
        let server = ClosureServer::start(looked).await;
        let error = create(&server.client()).await.unwrap_err();
        let OnceError::Unknown { partner_id, sends: 1, error: first, lookup: Lookup::Failed(_) } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((partner_id.as_str(), first.operation_id()), ("o-1", Some("createOrder")));
        assert!(error.to_string().starts_with("createOrder was sent once, and it is not known"), "{error}");
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn a_2xx_whose_body_cannot_be_decoded_is_never_sent_again() {
    let server = order_server(|_| PostAction::OnlyReply(Reply::Json(200, json!({"id": 7})))).await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(
        matches!(error, OnceError::Unknown { sends: 1, error: Error::Decode(_), lookup: Lookup::NotThere, .. }),
        "{error:?}"
    );
    assert_eq!((server.count(CREATE), server.count(LIST)), (1, 6));
    assert!(error.to_string().ends_with("it was not found afterwards"), "{error}");
}

#[tokio::test]
async fn duplicates_are_an_error_that_contains_them() {
    let server =
        order_server(|number| if number < 3 { PostAction::Store } else { PostAction::StoreAndReply(Reply::Close) })
            .await;
    let client = server.client();
    for _ in 0..2 {
        client.create_order_once(order()).await.unwrap();
    }
    let error = client.find_order("o-1").await.unwrap_err();
    assert!(matches!(&error, FindError::Several(found) if found.len() == 2), "{error:?}");
    let error = create(&client).await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { lookup: Lookup::Failed(FindError::Several(found)), .. } if found.len() == 3),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_timeout_of_the_client_limits_the_whole_helper() {
    let server = order_server(|_| PostAction::OnlyReply(Reply::Close)).await;
    let client = server.client().with_timeout(Duration::from_millis(1_000));
    let start = Instant::now();
    let error = create(&client).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(2_000), "{:?}", start.elapsed());
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::NoTime, .. }), "{error:?}");
    assert_eq!((server.count(CREATE), server.count(LIST)), (1, 1));
}

#[tokio::test]
async fn the_found_entry_must_match_what_was_sent() {
    let stores = |change: fn(&mut Value)| {
        ClosureServer::start(move |request| match request.call.as_str() {
            LIST | LIST_EVENTS => {
                let mut found = if request.is_call(LIST) { json!(order()) } else { json!(event()) };
                change(&mut found);
                Reply::Json(200, json!({ "data": [found] }))
            }
            _ => Reply::Close,
        })
    };
    let lower = stores(|found| {
        for field in ["payment_method_id", "order_id"] {
            if let Some(id) = found[field].as_str() {
                found[field] = json!(id.to_lowercase());
            }
        }
    })
    .await;
    assert!(lower.client().create_order_once(order()).await.unwrap().was_found());
    assert!(lower.client().post_order_event_once(event()).await.unwrap().was_found());
    let other = stores(|found| {
        for field in ["payment_method_id", "order_id"] {
            if found.get(field).is_some() {
                found[field] = json!("another");
            }
        }
    })
    .await;
    let error = other.client().create_order_once(order()).await.unwrap_err();
    assert!(matches!(error, OnceError::Different(_)), "{error:?}");
    let error = other.client().post_order_event_once(event()).await.unwrap_err();
    assert!(matches!(error, OnceError::Different(_)), "{error:?}");
}

#[tokio::test]
async fn a_send_without_a_response_leaves_time_for_the_lookup() {
    let server = order_server(|_| PostAction::StoreAndReply(Reply::NeverRespond)).await;
    let client = server.client().with_timeout(Duration::from_secs(6));
    // A single attempt could take all of the time.
    let (was_found, ..) = create(&client).await.unwrap();
    assert!(was_found);
    assert_eq!((server.count(CREATE), server.count(LIST)), (1, 1));

    let server = order_server(|_| PostAction::StoreAndReply(Reply::NeverRespond)).await;
    let error = create(&server.client().with_timeout(Duration::from_millis(400))).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::NoTime, .. }), "{error:?}");
    assert!(error.to_string().ends_with("there was no time left to look for it"), "{error}");
}

#[tokio::test]
async fn nothing_is_sent_without_the_partners_id() {
    let server = order_server(|_| PostAction::Store).await;
    let client = server.client();
    let mut nameless = order();
    nameless.partner_order_id = "".into();
    let error = client.create_order_once(nameless).await.unwrap_err();
    let says = "createOrder: partner_order_id is missing or empty, and it is looked up by it; nothing was sent";
    assert_eq!(error.to_string(), says);
    let error = client.create_order_once(OrderBase::builder()).await.unwrap_err();
    let OnceError::Refused(Error::InvalidRequest(invalid)) = &error else { panic!("{error:?}") };
    assert_eq!(invalid.missing(), ["partner_order_id", "payment_method_id", "total_order_amount"]);
    assert_eq!(invalid.operation_id(), Some("createOrder"));
    let mut nameless = event();
    nameless.partner_event_id = None;
    let error = client.post_order_event_once(nameless).await.unwrap_err();
    assert!(matches!(&error, OnceError::Refused(Error::InvalidRequest(_))), "{error:?}");
    for error in [
        client.find_order(" ").await.map(drop).unwrap_err().to_string(),
        client.find_order_event("").await.map(drop).unwrap_err().to_string(),
    ] {
        assert!(error.ends_with("is empty; nothing was sent"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_lookup_accepts_only_the_exact_partner_id() {
    let listing = |body: Value| async move { ClosureServer::start(move |_| Reply::Json(200, body.clone())).await };
    let mut event = parsed(&payload("postOrderEvent--openapi-composed.json"));
    let id = event["partner_event_id"].as_str().unwrap().to_owned();
    let server = listing(json!({"data": [event], "has_more": true})).await;
    assert!(server.client().find_order_event(&id).await.unwrap().is_some());
    assert_eq!(server.requests()[0].query("limit"), Some("2"));
    assert_eq!(server.requests()[1].query("starting_after"), event["order_event_id"].as_str());
    let other = server.client().find_order_event(id.to_uppercase()).await.unwrap_err();
    assert!(matches!(other, FindError::Unreliable), "{other:?}");
    event["partner_event_id"] = Value::Null;
    let nameless = listing(json!({ "data": [event] })).await.client().find_order_event(&id).await.unwrap_err();
    assert!(matches!(nameless, FindError::Unreliable), "{nameless:?}");

    let order = parsed(&payload("createOrder--openapi-composed.json"));
    let server = listing(json!({ "data": [order] })).await;
    assert!(server.client().find_order("o-c8a1fe46bbff4a18ba1d").await.unwrap().is_some());
    let other = server.client().find_order("O-C8A1FE46BBFF4A18BA1D").await.unwrap_err();
    assert!(matches!(other, FindError::Unreliable), "{other:?}");
    assert_eq!(listing(json!({"data": []})).await.client().find_order("o").await.unwrap(), None);
}
