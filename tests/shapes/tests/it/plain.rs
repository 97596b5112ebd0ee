//! The plainest document, generated and run: its types read JSON, and its call goes over the wire.

use shapes::types::{Plain, PlainKind};

use crate::server::server;

#[test]
fn a_type_reads_and_writes_json() {
    let text = r#"{"id":"P","kind":"FLAT","name":"n"}"#;
    let plain: Plain = serde_json::from_str(text).unwrap();
    assert_eq!(plain.kind, Some(PlainKind::Unrecognized("FLAT".into())));
    assert_eq!(serde_json::to_value(&plain).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[tokio::test]
async fn a_call_goes_over_the_wire() {
    let (client, sent) = server(&[(200, r#"{"name":"n"}"#)]);
    let plain = client.get_plain().plain_id("P 1").send().await.unwrap();
    assert_eq!(plain.name, "n");
    assert_eq!(sent.recv().unwrap().line, "GET /plain/P%201 HTTP/1.1");
}
