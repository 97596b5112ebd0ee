//! On what evidence money is sent again, and what answers are compared with.

use std::time::Duration;

use imprint_client::helpers::{FindError, Lookup, OnceError};
use imprint_client::types::{OrderBase, OrderEventBase};
use imprint_client::{Client, Error};
use serde_json::{Value, json};

use super::server::{Got, Reply, Server};

const CREATE: &str = "POST /v2/orders";
const LIST: &str = "GET /v2/orders";

fn order() -> OrderBase {
    let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(274_999);
    order.build().unwrap()
}

/// The order with an id of Imprint's, changed in one field.
fn entry(id: &str, field: &str, value: Value) -> Value {
    let mut entry = json!(order());
    entry["id"] = json!(id);
    entry[field] = value;
    entry
}

/// Answers POSTs and looks by their numbers.
async fn server(
    mut posts: impl FnMut(usize) -> Reply + Send + 'static,
    mut looks: impl FnMut(usize) -> Reply + Send + 'static,
) -> Server {
    let (mut posted, mut looked) = (0, 0);
    Server::start(move |got: &Got| {
        let (number, reply): (_, &mut dyn FnMut(usize) -> Reply) =
            if got.is(LIST) { (&mut looked, &mut looks) } else { (&mut posted, &mut posts) };
        *number += 1;
        reply(*number)
    })
    .await
}

async fn create(client: &Client) -> Result<u32, OnceError<OrderBase>> {
    client.create_order_once(order()).await.map(|once| once.sends())
}

/// Answers of a list that say nothing, or contradict themselves.
fn silences() -> Vec<(u16, Value)> {
    let mut silences = vec![(204, Value::Null)];
    silences.extend(
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
    silences
}

#[tokio::test]
async fn what_says_nothing_is_not_taken_for_not_there() {
    for (status, body) in silences() {
        let says = body.clone();
        let reply = move || if status == 204 { Reply::Empty(204) } else { Reply::Json(status, says.clone()) };
        let server = server(|_| Reply::Drop, move |_| reply()).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{body}: {error:?}");
        assert_eq!(server.count(CREATE), 1, "{body}");
        let error = server.client().find_order("o-1").await.unwrap_err();
        assert!(matches!(error, FindError::Call(_) | FindError::Unreliable), "{body}: {error:?}");
    }
    // What `total` counts is not documented: only where money may be sent again is it relied on.
    for (body, found) in [(json!({"data": [], "total": 1}), true), (json!({}), false), (json!({"data": [null]}), false)]
    {
        let server = Server::start(move |_| Reply::Json(200, body.clone())).await;
        assert_eq!(server.client().find_customer("P").await.is_ok(), found);
    }
}

#[tokio::test]
async fn what_was_seen_once_is_not_forgotten() {
    for seen in [
        json!([entry("A", "partner_order_id", json!("o-1")), entry("B", "partner_order_id", json!("o-2"))]),
        json!([entry("A", "partner_order_id", json!("O-1"))]),
        json!([entry("A", "total_order_amount", json!("much"))]),
    ] {
        let looks =
            move |number| Reply::Json(200, json!({ "data": if number == 1 { seen.clone() } else { json!([]) } }));
        let server = server(|_| Reply::Drop, looks).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn a_failed_look_does_not_decide_for_a_good_one_and_none_decides_alone() {
    // The first looks fail, the last shows that it is not there.
    let some = server(
        |number| if number == 1 { Reply::Drop } else { Reply::Json(200, entry("A", "x", json!(1))) },
        |number| match number {
            1..=5 => Reply::Empty(403),
            6 => Reply::Json(200, json!({"data": []})),
            _ => Reply::Json(200, json!({"data": [entry("A", "x", json!(1))]})),
        },
    )
    .await;
    assert_eq!(create(&some.client()).await.unwrap(), 2);
    // The last look fails.
    let last = server(
        |_| Reply::Drop,
        |number| if number < 6 { Reply::Json(200, json!({"data": []})) } else { Reply::Empty(403) },
    );
    let last = last.await;
    let error = create(&last.client()).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
}

#[tokio::test]
async fn a_conflict_whose_look_fails_is_no_refusal() {
    let server = server(|_| Reply::Json(409, json!({})), |_| Reply::Empty(403)).await;
    let error = create(&server.client()).await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { sends: 1, error: Error::Api(e), lookup: Lookup::Failed(_), .. } if e.status() == 409),
        "{error:?}"
    );
    assert_eq!(server.count(CREATE), 1);
}

#[tokio::test]
async fn what_was_sent_twice_is_counted() {
    let twice = [entry("A", "x", json!(1)), entry("B", "x", json!(1))];
    let second = twice[1].clone();
    let late = move |number| Reply::Json(200, if number < 7 { json!({"data": []}) } else { json!({ "data": twice }) });
    let lossy = move |number| if number == 1 { Reply::Drop } else { Reply::Json(200, second.clone()) };
    let both = server(lossy.clone(), late).await;
    let error = create(&both.client()).await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unknown { sends: 2, lookup: Lookup::Failed(FindError::Several(found)), .. } if found.len() == 2),
        "{error:?}"
    );
    // The list shows another one than was answered: there are two.
    let other = server(lossy.clone(), |number| {
        Reply::Json(200, if number < 7 { json!({"data": []}) } else { json!({"data": [entry("A", "x", json!(1))]}) })
    })
    .await;
    let error = create(&other.client()).await.unwrap_err();
    assert!(error.to_string().contains("2 are recorded"), "{error}");
    // No list tells: that it is recorded is known, that it is recorded once is not.
    let none =
        server(lossy, |number| if number < 7 { Reply::Json(200, json!({"data": []})) } else { Reply::Empty(403) })
            .await;
    let error = create(&none.client()).await.unwrap_err();
    let OnceError::Unverified { recorded, sends: 2, lookup: Lookup::Failed(_), .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(recorded.id.as_ref().unwrap(), "B");
    assert!(error.to_string().starts_with("it is recorded, but it was sent more than once"), "{error}");
}

#[tokio::test]
async fn one_order_that_is_listed_twice_is_one() {
    let listed = json!({"data": [entry("A", "x", json!(1)), entry("a", "x", json!(1))]});
    let server = server(|_| Reply::Drop, move |_| Reply::Json(200, listed.clone())).await;
    assert_eq!(create(&server.client()).await.unwrap(), 1);
    // A list without pages that says there is more has not shown all of them.
    let more = json!({"data": [entry("A", "x", json!(1))], "has_more": true});
    let server = self::server(|_| Reply::Drop, move |_| Reply::Json(200, more.clone())).await;
    let error = server.client().find_order("o-1").await.unwrap_err();
    assert!(matches!(error, FindError::Unreliable), "{error:?}");
    let error = create(&server.client()).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { sends: 1, lookup: Lookup::Failed(_), .. }), "{error:?}");
}

#[tokio::test]
async fn what_comes_late_is_counted_before_ok_is_said() {
    // The first send is on the list only some time after the second was answered.
    let second = entry("B", "x", json!(1));
    let answered = second.clone();
    let server = server(
        move |number| if number == 1 { Reply::Drop } else { Reply::Json(200, answered.clone()) },
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
async fn another_answer_is_an_error_that_carries_it() {
    for (field, value) in [
        ("partner_order_id", json!("o-2")),
        ("partner_order_id", json!("O-1")),
        ("total_order_amount", json!(1)),
        ("payment_method_id", json!("PM-2")),
    ] {
        let answer = entry("A", field, value.clone());
        let server = server(move |_| Reply::Json(200, answer.clone()), |_| panic!("a look")).await;
        let error = create(&server.client()).await.unwrap_err();
        assert!(matches!(&error, OnceError::Different(found) if json!(found)[field] == value), "{field}: {error:?}");
    }
    let same = server(|_| Reply::Json(200, entry("A", "payment_method_id", json!("pm"))), |_| panic!("a look")).await;
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
        let server = Server::start(move |_| Reply::Json(200, answer.clone())).await;
        let result = server.client().post_order_event_once(event.clone()).await;
        assert_eq!(matches!(result, Err(OnceError::Different(_))), differs, "{field}: {result:?}");
        assert_eq!(result.is_ok(), !differs);
    }
}

/// A server that keeps what it gets, and takes a while over it.
async fn slow_store() -> Server {
    let mut stored: Vec<Value> = Vec::new();
    Server::start(move |got| {
        if got.is(CREATE) {
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
    let server = slow_store().await;
    let client = server.client();
    let clone = client.with_timeout(Duration::from_secs(30));
    let (one, other) = tokio::join!(client.create_order_once(order()), clone.create_order_once(order()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.sends() + other.sends(), server.count(CREATE)), (1, 1));
    assert_eq!(one.id, other.id);
    assert!(one.was_found() != other.was_found());

    // Another amount under the id that the first one recorded.
    let mut different = order();
    different.total_order_amount = 1;
    let server = slow_store().await;
    let client = server.client();
    let (one, other) = tokio::join!(client.create_order_once(order()), client.create_order_once(different));
    assert!(one.is_ok() && matches!(other, Err(OnceError::Different(_))), "{other:?}");
    assert_eq!(server.count(CREATE), 1);

    // Another product has ids of its own.
    let server = slow_store().await;
    let client = server.client();
    let travel = client.with_merchant_key("acme-travel");
    let (one, other) = tokio::join!(client.create_order_once(order()), travel.create_order_once(order()));
    assert_eq!((one.unwrap().sends(), other.unwrap().sends(), server.count(CREATE)), (1, 1, 2));
}

#[tokio::test]
async fn a_call_that_was_given_up_is_in_doubt_for_those_that_waited() {
    let server = server(
        |number| if number == 1 { Reply::Stall } else { Reply::Json(200, entry("A", "x", json!(1))) },
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

    // Who has less time than the one before takes says so, and sends nothing.
    let server = Server::start(|_| Reply::Stall).await;
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
