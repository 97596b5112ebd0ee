//! Helpers for many tests: mock servers that return raw JSON, clients for them, and the payload files.

use httpmock::{HttpMockRequest, Mock, MockServer};
use imprint_client::{Client, RetryPolicy};
use serde_json::Value;

pub const KEY: &str = "test_4eC39HqLyjWDarjtT1zdp7dc";

/// Installs cryptography for the process if the features of the build leave that to the application.
pub fn install_cryptography() {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// A client of the server that makes one attempt per call.
pub fn client(server: &MockServer) -> Client {
    install_cryptography();
    let client = Client::builder().api_key(KEY).base_url(server.base_url()).retry(RetryPolicy::off());
    client.build().expect("a loopback URL is a good one")
}

/// A server that responds to every request with this status and body, and a client of it.
pub async fn server_responding(status: u16, body: &str) -> (MockServer, Client) {
    let server = MockServer::start_async().await;
    respond_always(&server, status, body).await;
    let client = client(&server);
    (server, client)
}

/// Makes the server respond to every request with this status and body.
pub async fn respond_always<'a>(server: &'a MockServer, status: u16, body: &str) -> Mock<'a> {
    server
        .mock_async(|when, then| {
            when.any_request();
            then.status(status).header("content-type", "application/json").body(body);
        })
        .await
}

/// A server that responds with this status and body to requests that `check` accepts, and a client of it.
pub async fn server_expecting(
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

/// The JSON body of a request.
pub fn request_json(request: &HttpMockRequest) -> Value {
    serde_json::from_slice(request.body_ref()).expect("the request has a JSON body")
}

/// The text of a file in `tests/payloads`.
pub fn payload(name: &str) -> String {
    let path = format!("{}/tests/payloads/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The names of the files in `tests/payloads`.
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
