//! The likeliest mistakes that are found when the program runs, each with the whole message that a person gets. Those that
//! the compiler finds are in `tests/mistakes.rs`.

use imprint_client::types::{self, CreateTransactionIntentBody, Reward};
use imprint_client::{Client, Error, Timestamp};

use super::raw_server::RawServer;
use super::support::{KEY, install_cryptography};

#[track_caller]
fn expect<T>(result: Result<T, Error>, message: &str) {
    let Err(error) = result else { panic!("no error") };
    assert_eq!(error.to_string(), message);
    // The first thing that `unwrap` and a `main` that returns the error show.
    assert!(format!("{error:?}").starts_with(message), "{error:?}");
    assert_eq!(error.attempts(), 0, "something was sent");
}

#[test]
fn a_key_that_is_missing_or_blank() {
    install_cryptography();
    let missing = "there is no API key; set the one from the Imprint dashboard with api_key()";
    expect(Client::builder().build(), missing);
    let blank = "the API key is empty or blank; set the one from the Imprint dashboard";
    expect(Client::builder().api_key("").build(), blank);
    expect(Client::builder().api_key(" \n").build(), blank);
}

#[test]
fn plain_http() {
    install_cryptography();
    let build = |url: &str| Client::builder().api_key(KEY).base_url(url).build();
    let message = "the base URL is plain http, which would send the API key in the clear; use https";
    expect(build("http://dev.imprint.co"), message);
    expect(
        build("http://mock-imprint:8080"),
        &format!(
            "{message}, or call allow_plain_http_to(\"mock-imprint\") if that host is a test server of yours; the API key \
             would be readable on the network"
        ),
    );
}

/// A call outside of a runtime, polled by an executor that is not tokio's.
#[test]
fn no_runtime() {
    install_cryptography();
    let client = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1").build().expect("a client");
    let call = std::pin::pin!(client.get_customer().customer_id("C").into_future());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(result) = call.poll(&mut context) else { panic!("it waits for something") };
    expect(
        result,
        "the call was not made from within a tokio runtime; annotate main with #[tokio::main], or the test with \
         #[tokio::test], or make the call within Runtime::block_on; nothing was sent",
    );
}

#[tokio::test]
async fn missing_fields() {
    let server = RawServer::start().await;
    let client = server.client();
    expect(
        client.link_customer_account().await,
        "linkCustomerAccount needs customer_id and partner_customer_id; nothing was sent",
    );
    expect(Reward::builder().id("R").amount(1).build(), "Reward needs created_at, customer_id, status and type");
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn an_integer_that_does_not_fit() {
    let server = RawServer::start().await;
    let client = server.client();
    expect(
        client.get_rewards().customer_id("C").limit(u64::MAX).await,
        "getRewards: limit must fit into a signed integer of 32 bits; nothing was sent",
    );
    expect(
        CreateTransactionIntentBody::builder().amount(u64::MAX).build(),
        "CreateTransactionIntentBody needs currency and customer_id, and amount must fit into a signed integer of 64 bits",
    );
    assert!(server.lines().is_empty());
}

/// A text that is no value of the enum, or no date, is sent and logged unless the client is told to be strict.
#[tokio::test]
async fn values_that_this_version_does_not_know() {
    let server = RawServer::start().await;
    server.respond_with(200, &[], br#"{"data": [], "has_more": false}"#);
    let strict = server.client_with(|builder| builder.strict_requests(true));
    let line = || types::OrderLine::builder().name("Couch").quantity(1).rate(5).rewards_rate(5);
    let event = strict.post_order_event().order_id("O").partner_event_id("E").network_transaction_id("N").amount(5);
    let event = event.currency("USD").rewards_amount(0).order_lines([line()]);
    expect(
        event.type_("Capture").await,
        "postOrderEvent: type has a value that this version of the library does not know; nothing was sent",
    );
    let order = strict.create_order().partner_order_id("O").payment_method_id("P").total_order_amount(5);
    let order = order.total_rewards_amount(0).currency("USD").merchant_name("M").merchant_id("M").customer_id("C");
    expect(
        order.order_lines([line()]).created_at("13.02.2025").await,
        "createOrder: created_at is no RFC 3339 date and time such as 2025-02-13T19:08:07Z; nothing was sent",
    );
    assert!(server.lines().is_empty());
}

#[test]
fn a_bad_timestamp() {
    for text in ["", "soon", "2025-02-13", "2025-02-13 19:08:07", "13.02.2025", "1739473687"] {
        let error = text.parse::<Timestamp>().expect_err(text);
        assert_eq!(
            error.to_string(),
            "the text is not an RFC 3339 date and time such as 2025-02-13T19:08:07Z",
            "{text}"
        );
    }
}

/// The calls have a thread of their own, so even a runtime with one thread is no obstacle. The task waits meanwhile, and all
/// other tasks of its thread with it.
#[cfg(feature = "blocking")]
#[tokio::test]
async fn a_blocking_call_within_async_code_blocks_its_thread_and_works() {
    let link = r#"{"customer_id":"C","partner_customer_id":"U","status":"ACTIVE","created_at":"2025-02-13T19:08:07Z"}"#;
    let (_server, client) = super::support::server_responding(200, link).await;
    let client = imprint_client::blocking::Client::new(client).expect("a thread");
    let link = client.link_customer_account().customer_id("C").partner_customer_id("U").send().expect("a link");
    assert_eq!(link.partner_customer_id, "U");
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use imprint_client::webhook::{Verifier, testing::Signer};
    use serde_json::{Value, json};

    const WRONG: &str = "the signature of the webhook is wrong: either the body is not the raw one, byte for byte as it \
                         came, or the signing token is not that of this endpoint and environment";

    #[test]
    fn the_token_of_another_endpoint() {
        let delivery = Signer::new("the signing token").deliver("REWARD", &json!({"reward_id": "R"}));
        let error = Verifier::new("another token").verify(&delivery.signature, &delivery.body).expect_err("refused");
        assert_eq!(error.to_string(), WRONG);
    }

    #[test]
    fn a_body_that_was_parsed_and_written_again() {
        // Imprint's own order and spaces are not those that a JSON library writes.
        let delivery = Signer::new("the signing token").sign(r#"{"object": "REWARD", "data": {"reward_id": "R"}}"#);
        let parsed: Value = serde_json::from_slice(&delivery.body).expect("JSON");
        let error = Verifier::new("the signing token").verify(&delivery.signature, parsed.to_string().as_bytes());
        assert_eq!(error.expect_err("refused").to_string(), WRONG);
    }
}
