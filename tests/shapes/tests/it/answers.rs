//! Answers of every shape, over the wire.

use serde_json::{Value, json};
use shapes::{Client, types};

use crate::server::server;

/// A client whose next call is answered with this JSON.
fn answering(body: Value) -> Client {
    server(&[(200, &body.to_string())]).0
}

#[tokio::test]
async fn what_is_free_form_is_given_as_it_came() {
    for value in [json!({"a": [1, null]}), json!([1]), json!("x"), json!(7), json!(false)] {
        assert_eq!(*answering(value.clone()).get_any().await.unwrap(), value);
    }
    let value = json!({"a": null});
    let object = answering(value.clone()).get_object().await.unwrap().into_inner();
    assert_eq!(Value::Object(object), value);
}

#[tokio::test]
async fn maps_lists_and_scalars_are_answers() {
    let map = answering(json!({"a": 1, "b": null})).get_map().await.unwrap();
    assert_eq!((map["a"], map["b"]), (Some(1), None));
    let map = answering(json!({"a": {"name": "n"}})).get_named_map().await.unwrap();
    assert_eq!(map["a"].name.as_deref(), Some("n"));
    let list = answering(json!([{"name": "n"}, {}])).get_list().await.unwrap();
    assert_eq!(list.iter().map(|item| item.name.as_deref()).collect::<Vec<_>>(), [Some("n"), None]);
    assert_eq!(*answering(json!(1.5)).get_scalar().await.unwrap(), 1.5);
    assert_eq!(*answering(json!("t")).get_text().await.unwrap(), types::NamedText::from("t"));
}

#[tokio::test]
async fn a_union_is_an_answer() {
    let answer = answering(json!({"other": true})).get_union().await.unwrap().into_inner();
    assert!(matches!(answer, types::GetUnionResponse::Other(other) if other.other == Some(true)));
    let answer = answering(json!({"name": "n"})).get_union().await.unwrap().into_inner();
    assert!(matches!(answer, types::GetUnionResponse::Answered(_)));
    let answer = answering(json!({"new": 1})).get_union().await.unwrap().into_inner();
    assert_eq!(answer, types::GetUnionResponse::Unrecognized(json!({"new": 1})));
}
