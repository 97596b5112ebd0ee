//! Compressed responses.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use httpmock::MockServer;
use imprint_client::{Client, Error, RetryPolicy};

use super::support::{KEY, payload};

/// A server that compresses its response, a client of it with this size limit, and the size of the compressed body.
async fn compressing(status: u16, body: &[u8], limit: usize) -> (MockServer, Client, usize) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    let compressed = encoder.finish().expect("memory");
    let length = compressed.len();
    let (server, client) = answering(status, compressed, limit).await;
    (server, client, length)
}

/// A server that calls this body compressed, and a client of it with this size limit.
async fn answering(status: u16, compressed: Vec<u8>, limit: usize) -> (MockServer, Client) {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.header_includes("accept-encoding", "gzip");
            then.status(status).header("content-encoding", "gzip").body(compressed);
        })
        .await;
    let builder = Client::builder().api_key(KEY).base_url(server.base_url()).max_response_bytes(limit);
    (server, builder.build().expect("a client"))
}

/// The status has come, so the error is about the answer: nothing was wrong with making the connection.
#[tokio::test]
async fn a_body_that_cannot_be_decompressed_is_a_broken_answer() {
    let mut garbage = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    garbage.extend([0xff; 64]);
    let (_server, client) = answering(200, garbage, 1 << 20).await;
    let error = client.get_customer().customer_id("C").retry(RetryPolicy::off()).send().await.expect_err("no body");
    let Error::Transport(broken) = &error else { panic!("{error:?}") };
    assert!(!broken.is_connect() && error.may_have_been_processed() && error.status().is_some(), "{error:?}");
    assert!(error.to_string().contains("broke within the answer"), "{error}");
}

#[tokio::test]
async fn a_compressed_response_is_decompressed() {
    let raw = payload("getCustomer--openapi-composed.json");
    let (_server, client, _) = compressing(200, raw.as_bytes(), 1 << 20).await;
    let customer = client.get_customer().customer_id("C").send().await.expect("a customer");
    assert_eq!(customer.email.as_deref(), Some("customer@example.com"));
}

#[tokio::test]
async fn the_limit_applies_to_the_decompressed_body() {
    let large = format!("{{\"id\": \"{}\"}}", " ".repeat(4 << 20));
    for status in [200, 400] {
        let (_server, client, compressed) = compressing(status, large.as_bytes(), 64 << 10).await;
        assert!(compressed < 64 << 10, "the compressed body has {compressed} bytes");
        match client.get_customer().customer_id("C").send().await.expect_err("too large") {
            Error::ResponseTooLarge(_) if status == 200 => {}
            Error::Api(error) if status == 400 => {
                assert!(error.body().len() <= 64 << 10 && !error.is_body_complete());
            }
            other => panic!("{status}: {other}"),
        }
    }
}
