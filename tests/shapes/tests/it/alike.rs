//! Names that are alike in Rust or that Rust has itself, and answers of any status.

use shapes::Error;
use shapes::types::{AlikeLeaf, SendBody};

use crate::server::server;

#[tokio::test]
async fn what_is_alike_in_rust_is_sent_under_its_own_name() {
    let (client, sent) = server(&[(204, "")]);
    let call = client.send().query("q").x("1").query_x("2").id("a").id_2("B").name_first("c").name_first_2("D");
    call.extra(7).await.unwrap();
    let sent = sent.recv().unwrap();
    let mut pairs: Vec<&str> = sent.target().split_once('?').unwrap().1.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["%24=1", "%25=2", "query=q"]);
    let value: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    let expected = serde_json::json!({"id": "a", "ID": "B", "name_first": "c", "Name-First": "D", "extra": 7});
    assert_eq!(value, expected);
    let read: SendBody = serde_json::from_value(expected).unwrap();
    assert_eq!((read.id.as_deref(), read.id_2.as_str(), read.extra), (Some("a"), "B", Some(7)));
}

#[tokio::test]
async fn what_comes_with_any_status_may_be_missing_and_is_no_answer_of_a_redirection() {
    let (client, _sent) = server(&[(204, ""), (200, r#"{"field":"f"}"#)]);
    assert_eq!(client.drop_alike().await.unwrap().into_inner(), None);
    let answer: Option<AlikeLeaf> = client.drop_alike().await.unwrap().into_inner();
    assert_eq!(answer.unwrap().field, "f");
    let (client, _sent) = server(&[(200, "")]);
    let visited: Result<(), Error> = client.visit_alike().await.map(|answer| answer.into_inner());
    visited.unwrap();
}
