//! A proxy that refuses is not asked again, and one that fails is.

#![cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]

use imprint_client::reqwest::Proxy;
use imprint_client::{Client, Error};

use super::all_of_it;
use crate::clock::NotingClock;
use crate::faults::operations::OPERATIONS;
use crate::faults::server::{Act, Server, answer, raw};
use crate::support::{KEY, install_cryptography};

fn client(proxy: &Server, clock: &NotingClock) -> Client {
    install_cryptography();
    let proxy = Proxy::all(proxy.url().replacen("http://", "http://user:hunter2@", 1)).expect("a proxy");
    let builder = Client::builder().api_key(KEY).base_url("https://api.example.com").clock(clock.clone());
    builder.http(|http| http.proxy(proxy).tls_certs_only([])).build().expect("a client")
}

#[tokio::test]
async fn a_refusal_is_not_repeated_and_says_so() {
    for (status, says) in [
        (407, "the proxy answered 407"),
        (400, "the proxy did not open a connection"),
        (403, "the proxy did not open a connection"),
        (404, "the proxy did not open a connection"),
        (502, "the proxy did not open a connection"),
    ] {
        for operation in OPERATIONS {
            let headers = [("proxy-authenticate", "Basic realm=\"hunter3\""), ("connection", "close")];
            let proxy = Server::always(Act::Close(answer(status, &headers, "")));
            let clock = NotingClock::default();
            let error = operation.call(&client(&proxy, &clock), "1").await.expect_err("no tunnel");
            assert_eq!(proxy.lines(), ["CONNECT api.example.com:443 HTTP/1.1"], "{}", operation.id);
            assert_eq!((error.attempts(), clock.pauses().len()), (1, 0), "{}", operation.id);
            assert!(!error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
            assert!(error.to_string().contains(says), "{status}: {error}");
            let Error::Transport(transport) = &error else { panic!("{error:?}") };
            assert!(transport.is_connect());
            assert!(!all_of_it(&error).contains("hunter"), "{}", all_of_it(&error));
        }
    }
}

#[tokio::test]
async fn a_proxy_that_fails_is_asked_again() {
    for act in [Act::Hangup, Act::Close(raw("")), Act::Reset(raw(""))] {
        let (proxy, clock) = (Server::always(act), NotingClock::default());
        let error = OPERATIONS[3].call(&client(&proxy, &clock), "1").await.expect_err("no tunnel");
        assert_eq!((error.attempts(), proxy.requests()), (3, 3), "{error:?}");
        assert!(error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
    }
}
