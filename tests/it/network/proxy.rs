//! A refusal by a proxy is not retried, and a failed connection to a proxy is.

#![cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]

use imprint_client::reqwest::Proxy;
use imprint_client::{Client, Error};

use super::full_error_text;
use crate::clock::RecordingClock;
use crate::faults::fault_server::{FaultServer, ServerAction, raw_bytes, response};
use crate::faults::operations::OPERATIONS;
use crate::support::{KEY, install_cryptography};

fn client(proxy: &FaultServer, clock: &RecordingClock) -> Client {
    install_cryptography();
    let proxy = Proxy::all(proxy.url().replacen("http://", "http://user:hunter2@", 1)).expect("a proxy");
    let builder = Client::builder().api_key(KEY).base_url("https://api.example.com").clock(clock.clone());
    builder.http(|http| http.proxy(proxy).tls_certs_only([])).build().expect("a client")
}

#[tokio::test]
async fn a_refusal_by_the_proxy_is_not_retried_and_is_named_in_the_error() {
    for (status, says) in [
        (407, "the proxy answered 407"),
        (400, "the proxy did not open a connection"),
        (403, "the proxy did not open a connection"),
        (404, "the proxy did not open a connection"),
        (502, "the proxy did not open a connection"),
    ] {
        for operation in OPERATIONS {
            let headers = [("proxy-authenticate", "Basic realm=\"hunter3\""), ("connection", "close")];
            let proxy = FaultServer::always(ServerAction::Close(response(status, &headers, "")));
            let clock = RecordingClock::default();
            let error = operation.call(&client(&proxy, &clock), "1").await.expect_err("the proxy opens no tunnel");
            assert_eq!(proxy.lines(), ["CONNECT api.example.com:443 HTTP/1.1"], "{}", operation.id);
            assert_eq!((error.attempts(), clock.pauses().len()), (1, 0), "{}", operation.id);
            assert!(!error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
            assert!(error.to_string().contains(says), "{status}: {error}");
            let Error::Transport(transport) = &error else { panic!("{error:?}") };
            assert!(transport.is_connect());
            assert!(!full_error_text(&error).contains("hunter"), "{}", full_error_text(&error));
        }
    }
}

#[tokio::test]
async fn a_failed_connection_to_the_proxy_is_retried() {
    for act in [ServerAction::ResetUnread, ServerAction::Close(raw_bytes("")), ServerAction::Reset(raw_bytes(""))] {
        let (proxy, clock) = (FaultServer::always(act), RecordingClock::default());
        let error = OPERATIONS[3].call(&client(&proxy, &clock), "1").await.expect_err("the proxy opens no tunnel");
        assert_eq!((error.attempts(), proxy.requests()), (3, 3), "{error:?}");
        assert!(error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
    }
}
