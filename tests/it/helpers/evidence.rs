//! Which list responses allow a helper to send an order again, and how responses are compared with what was sent.

use std::time::Duration;

use imprint_client::helpers::{FindError, Lookup, OnceError};
use imprint_client::types::{OrderBase, OrderEventBase};
use imprint_client::{Client, Error};
use serde_json::{Value, json};

use super::closure_server::{ClosureServer, ReceivedRequest, Reply};

const CREATE: &str = "POST /v2/orders";
const LIST: &str = "GET /v2/orders";

fn order() -> OrderBase {
    let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(274_999);
    order.build().unwrap()
}

/// The order as Imprint returns it, with an id of Imprint and one changed field.
fn entry(id: &str, field: &str, value: Value) -> Value {
    let mut entry = json!(order());
    entry["id"] = json!(id);
    entry[field] = value;
    entry
}

/// A server that replies to POSTs and to lookups by their number.
async fn lookup_server(
    mut posts: impl FnMut(usize) -> Reply + Send + 'static,
    mut looks: impl FnMut(usize) -> Reply + Send + 'static,
) -> ClosureServer {
    let (mut posted, mut looked) = (0, 0);
    ClosureServer::start(move |request: &ReceivedRequest| {
        let (number, reply): (_, &mut dyn FnMut(usize) -> Reply) =
            if request.is_call(LIST) { (&mut looked, &mut looks) } else { (&mut posted, &mut posts) };
        *number += 1;
        reply(*number)
    })
    .await
}

async fn create(client: &Client) -> Result<u32, OnceError<OrderBase>> {
    client.create_order_once(order()).await.map(|once| once.sends())
}

/// Responses of a list operation that contain no list, or contradict themselves.
fn unusable_list_responses() -> Vec<(u16, Value)> {
    let mut unusable_list_responses = vec![(204, Value::Null)];
    unusable_list_responses.extend(
        [
            json!({}),
            json!({"message": "Too many requests"}),
            json!({"error": {"type": "RATE_LIMIT", "message": "slow down"}}),
            json!({"items": []}),
            json!({"data": [null]}),
            json!({"data": [], "has_more": true}),
            json!({"data": [], "total": 1}),
            json!([[], false, 0]),
            json!({"status": "error", "message": "no database", "data": null}),
            json!({"code": 429, "message": "Too many requests", "data": null}),
            json!({"data": [], "errors": [{"message": "m"}]}),
        ]
        .map(|body| (200, body)),
    );
    unusable_list_responses
}

#[tokio::test]
async fn a_list_response_without_a_usable_list_does_not_prove_absence() {
    for (status, body) in unusable_list_responses() {
        let says = body.clone();
        let reply = move || if status == 204 { Reply::Empty(204) } else { Reply::Json(status, says.clone()) };
        let server = lookup_server(|_| Reply::Close, move |_| reply()).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{body}: {error:?}");
        assert_eq!(server.count(CREATE), 1, "{body}");
        let error = server.client().find_order("o-1").await.unwrap_err();
        assert!(matches!(error, FindError::Call(_) | FindError::Unreliable), "{body}: {error:?}");
    }
    // What `total` counts is not documented. The helpers use it only before an order could be sent again, where a wrong
    // "not recorded" would double the order.
    for (body, found) in [(json!({"data": [], "total": 1}), true), (json!({}), false), (json!({"data": [null]}), false)]
    {
        let server = ClosureServer::start(move |_| Reply::Json(200, body.clone())).await;
        assert_eq!(server.client().find_customer("P").await.is_ok(), found);
    }
}

#[tokio::test]
async fn an_order_that_any_lookup_has_shown_is_never_sent_again() {
    for seen in [
        json!([entry("A", "partner_order_id", json!("o-1")), entry("B", "partner_order_id", json!("o-2"))]),
        json!([entry("A", "partner_order_id", json!("O-1"))]),
        json!([entry("A", "total_order_amount", json!("much"))]),
    ] {
        let looks =
            move |number| Reply::Json(200, json!({ "data": if number == 1 { seen.clone() } else { json!([]) } }));
        let server = lookup_server(|_| Reply::Close, looks).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn the_last_lookup_decides_whether_the_order_is_sent_again() {
    // The first lookups fail, and the last one shows that the order is not recorded.
    let some = lookup_server(
        |number| if number == 1 { Reply::Close } else { Reply::Json(200, entry("A", "x", json!(1))) },
        |number| match number {
            1..=5 => Reply::Empty(403),
            6 => Reply::Json(200, json!({"data": []})),
            _ => Reply::Json(200, json!({"data": [entry("A", "x", json!(1))]})),
        },
    )
    .await;
    assert_eq!(create(&some.client()).await.unwrap(), 2);
    // The last lookup fails.
    let last = lookup_server(
        |_| Reply::Close,
        |number| if number < 6 { Reply::Json(200, json!({"data": []})) } else { Reply::Empty(403) },
    );
    let last = last.await;
    let error = create(&last.client()).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
}

#[tokio::test]
async fn a_conflict_whose_lookup_fails_is_unknown() {
    let server = lookup_server(|_| Reply::Json(409, json!({})), |_| Reply::Empty(403)).await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { sends: 1, error: Error::Api(e), lookup: Lookup::Failed(_), .. } if e.status() == 409),
        "{error:?}"
    );
    assert_eq!(server.count(CREATE), 1);
}

#[tokio::test]
async fn an_order_that_was_sent_twice_is_counted_in_the_list() {
    let twice = [entry("A", "x", json!(1)), entry("B", "x", json!(1))];
    let second = twice[1].clone();
    let late = move |number| Reply::Json(200, if number < 7 { json!({"data": []}) } else { json!({ "data": twice }) });
    let lossy = move |number| if number == 1 { Reply::Close } else { Reply::Json(200, second.clone()) };
    let both = lookup_server(lossy.clone(), late).await;
    let error = create(&both.client()).await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { sends: 2, lookup: Lookup::Failed(FindError::Several(found)), .. } if found.len() == 2),
        "{error:?}"
    );
    // The list shows another order than the response did, so there are two.
    let other = lookup_server(lossy.clone(), |number| {
        Reply::Json(200, if number < 7 { json!({"data": []}) } else { json!({"data": [entry("A", "x", json!(1))]}) })
    })
    .await;
    let error = create(&other.client()).await.unwrap_err();
    assert!(error.to_string().contains("2 are recorded"), "{error}");
    // No lookup succeeds: the order is known to be recorded, but not whether only once.
    let none = lookup_server(
        lossy,
        |number| if number < 7 { Reply::Json(200, json!({"data": []})) } else { Reply::Empty(403) },
    )
    .await;
    let error = create(&none.client()).await.unwrap_err();
    let OnceError::Unverified { recorded, sends: 2, lookup: Lookup::Failed(_), .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(recorded.id.as_ref().unwrap(), "B");
    assert!(error.to_string().starts_with("it is recorded, but it was sent more than once"), "{error}");
}

#[tokio::test]
async fn an_order_that_is_listed_twice_counts_once() {
    let listed = json!({"data": [entry("A", "x", json!(1)), entry("a", "x", json!(1))]});
    let server = lookup_server(|_| Reply::Close, move |_| Reply::Json(200, listed.clone())).await;
    assert_eq!(create(&server.client()).await.unwrap(), 1);
    // A list without pages that says `has_more` has not shown all of its items.
    let more = json!({"data": [entry("A", "x", json!(1))], "has_more": true});
    let server = lookup_server(|_| Reply::Close, move |_| Reply::Json(200, more.clone())).await;
    let error = server.client().find_order("o-1").await.unwrap_err();
    assert!(matches!(error, FindError::Unreliable), "{error:?}");
    let error = create(&server.client()).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
}

#[tokio::test]
async fn a_duplicate_that_appears_late_is_found_before_success_is_returned() {
    // The order of the first send appears on the list only some time after the response to the second send.
    let second = entry("B", "x", json!(1));
    let answered = second.clone();
    let server = lookup_server(
        move |number| if number == 1 { Reply::Close } else { Reply::Json(200, answered.clone()) },
        move |number| match number {
            1..=6 => Reply::Json(200, json!({"data": []})),
            7..=9 => Reply::Json(200, json!({"data": [second]})),
            _ => Reply::Json(200, json!({"data": [second, entry("A", "x", json!(1))]})),
        },
    )
    .await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(error.to_string().contains("2 are recorded"), "{error}");
}

#[tokio::test]
async fn a_response_that_differs_from_the_request_is_an_error_that_contains_it() {
    for (field, value) in [
        ("partner_order_id", json!("o-2")),
        ("partner_order_id", json!("O-1")),
        ("total_order_amount", json!(1)),
        ("payment_method_id", json!("PM-2")),
    ] {
        let answer = entry("A", field, value.clone());
        let server =
            lookup_server(move |_| Reply::Json(200, answer.clone()), |_| panic!("nothing may be looked up")).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(&error, OnceError::Different(found) if json!(found)[field] == value), "{field}: {error:?}");
    }
    let same = lookup_server(
        |_| Reply::Json(200, entry("A", "payment_method_id", json!("pm"))),
        |_| panic!("nothing may be looked up"),
    )
    .await;
    assert_eq!(create(&same.client()).await.unwrap(), 1);

    let event = OrderEventBase::builder().partner_event_id("e-1").order_id("OR").network_transaction_id("N");
    let event = event.type_("CAPTURED").amount(5).build().unwrap();
    for (field, value, differs) in [
        ("partner_event_id", json!("e-2"), true),
        ("amount", json!(6), true),
        ("order_id", json!("OTHER"), true),
        ("type", json!("REFUNDED"), true),
        ("order_id", json!("or"), false),
        ("partner_event_id", Value::Null, false),
    ] {
        let mut answer = json!(event);
        answer[field] = value;
        let server = ClosureServer::start(move |_| Reply::Json(200, answer.clone())).await;
        let result = server.client().post_order_event_once(event.clone()).await;
        assert_eq!(matches!(result, Err(OnceError::Different(_))), differs, "{field}: {result:?}");
        assert_eq!(result.is_ok(), !differs);
    }
}

/// A server that stores each order, and takes a while to do it.
async fn slow_order_server() -> ClosureServer {
    let mut stored: Vec<Value> = Vec::new();
    ClosureServer::start(move |request| {
        if request.is_call(CREATE) {
            std::thread::sleep(Duration::from_millis(50));
            stored.push(entry(&format!("A-{}", stored.len()), "x", json!(1)));
            return Reply::Json(200, stored.last().unwrap().clone());
        }
        Reply::Json(200, json!({ "data": stored }))
    })
    .await
}

#[tokio::test]
async fn calls_for_one_id_wait_for_each_other() {
    let server = slow_order_server().await;
    let client = server.client();
    let clone = client.with_timeout(Duration::from_secs(30));
    let (one, other) = tokio::join!(client.create_order_once(order()), clone.create_order_once(order()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.sends() + other.sends(), server.count(CREATE)), (1, 1));
    assert_eq!(one.id, other.id);
    assert!(one.was_found() != other.was_found());

    // The second call has another amount under the id that the first call recorded.
    let mut different = order();
    different.total_order_amount = 1;
    let server = slow_order_server().await;
    let client = server.client();
    let (one, other) = tokio::join!(client.create_order_once(order()), client.create_order_once(different));
    assert!(one.is_ok() && matches!(other, Err(OnceError::Different(_))), "{other:?}");
    assert_eq!(server.count(CREATE), 1);

    // Two products do not share their ids.
    let server = slow_order_server().await;
    let client = server.client();
    let travel = client.with_merchant_key("acme-travel");
    let (one, other) = tokio::join!(client.create_order_once(order()), travel.create_order_once(order()));
    assert_eq!((one.unwrap().sends(), other.unwrap().sends(), server.count(CREATE)), (1, 1, 2));
}

#[tokio::test]
async fn a_call_that_waited_for_a_dropped_call_looks_the_order_up() {
    let server = lookup_server(
        |number| if number == 1 { Reply::NeverRespond } else { Reply::Json(200, entry("A", "x", json!(1))) },
        |_| Reply::Json(200, json!({"data": [entry("A", "x", json!(1))]})),
    )
    .await;
    let client = server.client();
    let waits = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.create_order_once(order()).await
    };
    let gives_up = tokio::time::timeout(Duration::from_millis(300), client.create_order_once(order()));
    let (given_up, waited) = tokio::join!(gives_up, waits);
    assert!(given_up.is_err());
    let waited = waited.unwrap();
    assert!(waited.was_found() && waited.sends() == 0);
    assert_eq!(server.count(CREATE), 1);

    // A call whose timeout ends while it waits for another call returns an error, and sends nothing.
    let server = ClosureServer::start(|_| Reply::NeverRespond).await;
    let client = server.client();
    let short = client.with_timeout(Duration::from_millis(200));
    let first = tokio::time::timeout(Duration::from_secs(2), client.create_order_once(order()));
    let second = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        short.create_order_once(order()).await
    };
    let (_, second) = tokio::join!(first, second);
    assert!(matches!(second, Err(OnceError::Unknown { sends: 0, lookup: Lookup::NoTime, .. })), "{second:?}");
    assert_eq!(server.count(CREATE), 1);
}
