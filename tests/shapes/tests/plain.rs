//! The plainest document, generated and run: its types read JSON, and its call goes over the wire.

use std::io::{Read, Write};
use std::net::TcpListener;

use shapes::{Client, types::Plain, types::PlainKind};

#[test]
fn a_type_reads_and_writes_json() {
    let text = r#"{"id":"P","kind":"FLAT","name":"n"}"#;
    let plain: Plain = serde_json::from_str(text).unwrap();
    assert_eq!(plain.kind, Some(PlainKind::Unrecognized("FLAT".into())));
    assert_eq!(serde_json::to_value(&plain).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[tokio::test]
async fn a_call_goes_over_the_wire() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let body = r#"{"name":"n"}"#;
        let head_of_answer =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head_of_answer}{body}").as_bytes()).unwrap();
        String::from_utf8(head).unwrap()
    });
    let client = Client::builder().api_key("key").base_url(&url).build().unwrap();
    let plain = client.get_plain().plain_id("P 1").send().await.unwrap();
    assert_eq!(plain.name, "n");
    assert!(server.join().unwrap().starts_with("GET /plain/P%201 HTTP/1.1\r\n"));
}
