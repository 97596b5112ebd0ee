//! What documents say loosely, on the wire: bases that are used themselves, tags that are numbers, and answers that are no lists.

use serde_json::{Value, json};
use shapes::types::{Loose, LooseCoded, LooseCodedV2, LooseOffset, LooseShape, Payment};

use crate::server::server;

/// A thing with what is required, and more.
fn read(more: Value) -> Loose {
    let mut value = json!({"payment": {"kind": "card", "last4": "1234"}, "anything": "x"});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let loose: Loose = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
    assert_eq!(serde_json::to_value(&loose).unwrap(), value);
    loose
}

#[test]
fn a_base_of_one_schema_is_also_what_it_says_itself() {
    assert!(matches!(read(json!({})).payment, Payment::CardPayment(card) if card.last4 == "1234"));
    for kind in ["cash", "a kind of the future"] {
        let payment = read(json!({"payment": {"kind": kind, "amount": 7}})).payment;
        assert!(matches!(&payment, Payment::PaymentBase(base) if base.amount == Some(7)), "{payment:?}");
    }
    // What is tagged as a card and is none is not read as something else.
    assert!(matches!(read(json!({"payment": {"kind": "card"}})).payment, Payment::Unrecognized(_)));
}

#[test]
fn a_number_tells_variants_apart() {
    let coded = |code: i64, text: Value| read(json!({"coded": {"code": code, "text": text}})).coded.unwrap();
    assert!(matches!(coded(1, json!("a")), LooseCoded::V1(_)));
    assert!(matches!(coded(2, json!(5)), LooseCoded::V2(_)));
    assert!(matches!(coded(3, json!("a")), LooseCoded::V3(_)));
    assert!(matches!(coded(4, json!("a")), LooseCoded::Unrecognized(_)));
    // A number that was left out is written as the number that the variant means.
    let second = LooseCoded::V2(LooseCodedV2::builder().text(5).build().unwrap());
    assert_eq!(serde_json::to_value(second).unwrap(), json!({"code": 2, "text": 5}));
}

#[test]
fn what_tells_the_members_of_a_union_apart_is_that_of_their_base() {
    for (kind, is_circle) in [("circle", true), ("square", false)] {
        let shape = read(json!({"shape": {"kind": kind, "size": 1}})).shape.unwrap();
        assert_eq!(matches!(shape, LooseShape::Circle(_)), is_circle, "{shape:?}");
    }
}

#[test]
fn values_of_any_kind_are_kept() {
    for any in [json!("x"), json!(7), json!({"a": [1]})] {
        read(json!({"anything": any, "open": any}));
    }
    let loose = read(
        json!({"numbers": {"x1": 1}, "pair": [1, "a"], "deep": {"x": "y"}, "maybe": {"kind": "card", "last4": "1"}}),
    );
    assert_eq!((loose.numbers["x1"], loose.pair.len()), (1, 2));
    assert_eq!(loose.deep.unwrap().x.as_deref(), Some("y"));
    let mut value =
        json!({"payment": {"kind": "card", "last4": "1234"}, "anything": null, "maybe": null, "nothing": null});
    let loose: Loose = serde_json::from_value(value.take()).unwrap();
    assert!(loose.maybe.is_none());
}

#[test]
fn a_sign_is_in_the_name_of_a_value() {
    let values = ["GMT+1", "GMT-1", "+1", "-1"];
    let names = [LooseOffset::GmtPlus1, LooseOffset::GmtMinus1, LooseOffset::Plus1, LooseOffset::Minus1];
    assert_eq!(names.each_ref().map(LooseOffset::as_str), values);
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", read(json!({"secret": "abandon", "secrets": ["ability"]})));
    assert!(!shown.contains("abandon") && !shown.contains("ability"), "{shown}");
}

#[tokio::test]
async fn an_object_that_may_lack_its_list_is_no_list() {
    let (client, _sent) = server(&[(200, r#"{"enabled":true}"#)]);
    let settings = client.get_loose_settings().await.unwrap();
    assert_eq!((settings.enabled, settings.tags.len()), (Some(true), 0));
}

#[tokio::test]
async fn a_list_has_to_be_there_in_an_answer_and_not_within_an_item() {
    let (client, _sent) =
        server(&[(200, r#"{"data":[{"text":"a","replies":{"data":[{"text":"b"}]}},{"replies":{}}]}"#), (200, "{}")]);
    let comments = client.list_loose_comments().await.unwrap();
    let replies: Vec<usize> =
        comments.data.iter().map(|comment| comment.replies.as_ref().map_or(0, |replies| replies.data.len())).collect();
    assert_eq!(replies, [1, 0]);
    assert!(client.list_loose_comments().await.is_err());
}

#[tokio::test]
async fn a_next_that_is_a_url_is_no_cursor() {
    let (client, sent) = server(&[(200, r#"{"data":[],"next":"/loose_next?cursor=c1"}"#), (200, r#"{"data":[]}"#)]);
    let mut pages = client.list_loose_next().pages();
    while let Some(page) = pages.try_next().await.unwrap() {
        assert_eq!(page.data.len(), 0);
    }
    let targets: Vec<String> = sent.iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/loose_next", "/loose_next?cursor=c1"]);
}

#[tokio::test]
async fn an_answer_that_is_only_null_is_read() {
    let (client, _sent) = server(&[(200, "null")]);
    client.get_loose_null().await.unwrap();
}
