//! A server that answers raw JSON and a client that calls it.

use httpmock::{HttpMockRequest, Mock, MockServer};
use imprint_client::{Client, RetryPolicy};
use serde_json::Value;

pub const KEY: &str = "test_4eC39HqLyjWDarjtT1zdp7dc";

/// Installs cryptography for the process, where the features of the build leave that to the application.
pub fn install_cryptography() {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// A client of the server, which makes one attempt.
pub fn client(server: &MockServer) -> Client {
    install_cryptography();
    let client = Client::builder().api_key(KEY).base_url(server.base_url()).retry(RetryPolicy::off());
    client.build().expect("a loopback URL is a good one")
}

/// A server that answers everything with this status and body, and a client of it.
pub async fn answering(status: u16, body: &str) -> (MockServer, Client) {
    let server = MockServer::start_async().await;
    always(&server, status, body).await;
    let client = client(&server);
    (server, client)
}

pub async fn always<'a>(server: &'a MockServer, status: u16, body: &str) -> Mock<'a> {
    server
        .mock_async(|when, then| {
            when.any_request();
            then.status(status).header("content-type", "application/json").body(body);
        })
        .await
}

/// A server that answers `body` to the one request that `check` accepts, and a client of it.
pub async fn expecting(
    check: impl Fn(&HttpMockRequest) -> bool + Send + Sync + 'static,
    status: u16,
    body: &str,
) -> (MockServer, Client) {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.is_true(check);
            then.status(status).header("content-type", "application/json").body(body);
        })
        .await;
    let client = client(&server);
    (server, client)
}

/// The JSON that came in a request.
pub fn sent(request: &HttpMockRequest) -> Value {
    serde_json::from_slice(request.body_ref()).expect("the request has a JSON body")
}

/// A payload of `tests/payloads`.
pub fn payload(name: &str) -> String {
    let path = format!("{}/tests/payloads/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The names of the payloads.
pub fn payloads() -> Vec<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/payloads")).expect("the payloads");
    let mut names: Vec<String> =
        folder.map(|file| file.expect("a file").file_name().into_string().expect("a UTF-8 name")).collect();
    names.sort();
    names
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}
