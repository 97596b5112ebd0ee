//! The builders of calls: fields of the body as setters, `.await` without `send`, options of one call, integers of any
//! type, and values that this version of the library does not know.

use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, MockServer};
use imprint_client::{Client, Error, RetryPolicy, types};
use serde_json::json;

use super::raw_server::RawServer;
use super::support::{KEY, client, request_json, respond_always, server_expecting, server_responding};

const LINK: &str =
    r#"{"customer_id":"C","partner_customer_id":"U","status":"ACTIVE","created_at":"2025-02-13T19:08:07Z"}"#;

#[tokio::test]
async fn fields_of_the_body_are_setters_of_the_call() {
    let body = json!({"partner_customer_id": "U", "metadata": {"store": "12"}});
    let check = move |request: &HttpMockRequest| {
        request.uri_str().ends_with("/v2/customers/C/link") && request_json(request) == body
    };
    let (server, client) = server_expecting(check, 200, LINK).await;
    let call = || client.link_customer_account().customer_id("C");
    call().partner_customer_id("U").metadata(json!({"store": "12"})).send().await.expect("a link");
    call()
        .body_map(|body| body.partner_customer_id("U").metadata(json!({"store": "12"})))
        .send()
        .await
        .expect("a link");
    // Setters and `body_map` change the same body, in any order.
    call()
        .body_map(|body| body.metadata(json!({"store": "12"})))
        .partner_customer_id("U")
        .send()
        .await
        .expect("a link");
    let body = types::LinkCustomerAccountBody::builder().partner_customer_id("V").metadata(json!({"store": "12"}));
    call().body(body).partner_customer_id("U").send().await.expect("a link");
    drop(server);
}

#[tokio::test]
async fn a_call_can_be_awaited_without_send() {
    let (_server, client) = server_responding(200, LINK).await;
    let link = client.link_customer_account().customer_id("C").partner_customer_id("U").await.expect("a link");
    assert_eq!(link.status, types::CustomerLinkStatus::Active);
    let missing = client.link_customer_account().customer_id("C").await.expect_err("a field is missing");
    assert_eq!(missing.to_string(), "linkCustomerAccount needs partner_customer_id; nothing was sent");
    // In another task, so the future is `Send`.
    let call = client.link_customer_account().customer_id("C").partner_customer_id("U").into_future();
    tokio::spawn(call).await.expect("no panic").expect("a link");
}

#[tokio::test]
async fn options_are_those_of_the_one_call() {
    let check = |request: &HttpMockRequest| {
        let has = |name: &str, value: &str| request.headers_vec().iter().any(|(n, v)| n == name && v == value);
        has("x-request-id", "7f3a") && has("x-imprint-merchant-key", "acme-travel")
    };
    let (_server, client) = server_expecting(check, 200, LINK).await;
    let call = || client.link_customer_account().customer_id("C").partner_customer_id("U");
    call().header("x-request-id", "7f3a").merchant_key("acme-travel").await.expect("the headers were sent");
    assert_eq!(call().await.expect_err("no headers").status().map(|status| status.as_u16()), Some(404));
    for refused in [call().header("authorization", "x"), call().timeout(Duration::ZERO), call().merchant_key(" ")] {
        let error = refused.await.expect_err("an option that cannot be used");
        assert!(matches!(error, Error::Config(_)), "{error}");
    }
    let raw = client.request(imprint_client::Method::GET, "/v2/anything").header("x-request-id", "7f3a");
    raw.merchant_key("acme-travel").send::<serde_json::Value>().await.expect("the headers were sent");
}

#[tokio::test]
async fn a_call_has_its_own_timeout_and_its_own_retries() {
    let server = RawServer::start().await;
    server.respond_with(503, &[], b"");
    let client = server.client_with(|builder| builder.retry(RetryPolicy::default()));
    let error = client.get_customer().customer_id("C").retry(RetryPolicy::off()).await.expect_err("a 503");
    assert_eq!(error.attempts(), 1);

    // Accepts connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let client = Client::builder().api_key(KEY).base_url(format!("http://{address}")).build().expect("a client");
    let begun = Instant::now();
    let call = client.get_customer().customer_id("C").timeout(Duration::from_millis(150));
    let error = call.await.expect_err("no answer");
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn amounts_and_limits_take_any_integer_type_that_fits() {
    let check = |request: &HttpMockRequest| request_json(request)["amount"] == json!(1299);
    let (_server, client) = server_expecting(check, 200, "{}").await;
    let call = || client.create_transaction_intent().customer_id("C").currency("USD");
    call().amount(1299_u64).send_raw().await.expect("the amount was sent");
    call().amount(1299_usize).send_raw().await.expect("the amount was sent");
    call().amount(Some(1299_i128)).send_raw().await.expect("the amount was sent");

    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, r#"{"data":[]}"#).await;
    let client = self::client(&server);
    let amount = client.create_transaction_intent().customer_id("C").currency("USD").amount(u64::MAX);
    let error = amount.await.expect_err("an amount that does not fit").to_string();
    assert_eq!(error, "createTransactionIntent: amount must fit into a signed integer of 64 bits; nothing was sent");
    let limit = client.get_rewards().customer_id("C").limit(usize::MAX).await.expect_err("a limit that does not fit");
    assert_eq!(limit.to_string(), "getRewards: limit must fit into a signed integer of 32 bits; nothing was sent");
    let streamed = client.get_rewards().customer_id("C").limit(usize::MAX).stream().try_next().await;
    assert!(streamed.is_err());
    let nested = types::OrderBase::builder().order_lines([types::OrderLine::builder().rate(u128::MAX)]);
    let error = nested.build().expect_err("a rate that does not fit").to_string();
    assert!(error.contains("order_lines[0].rate must fit into a signed integer of 64 bits"), "{error}");
    assert!(!error.contains(&u128::MAX.to_string()), "{error}");
    assert_eq!(mock.calls_async().await, 0);
}

/// An event of a kind that this version does not know.
fn odd_event(client: &Client) -> imprint_client::calls::PostOrderEvent {
    let line = types::OrderLine::builder().name("Couch").quantity(1).rate(5).rewards_rate(5);
    let event = client
        .post_order_event()
        .order_id("O")
        .partner_event_id("E")
        .network_transaction_id("N")
        .type_("SHIPPED_BY_PIGEON");
    event.amount(5).currency("USD").rewards_amount(0).order_lines([line])
}

/// An order whose time is none.
fn odd_order(client: &Client) -> imprint_client::calls::CreateOrder {
    let line = types::OrderLine::builder().name("Couch").quantity(1).rate(5).rewards_rate(5);
    let order = client.create_order().partner_order_id("O").payment_method_id("P").created_at("yesterday");
    let order = order.total_order_amount(5).total_rewards_amount(0).currency("USD").merchant_name("M");
    order.merchant_id("M").customer_id("C").order_lines([line])
}

const UNKNOWN_KIND: &str = "type has a value that this version of the library does not know";
const NO_TIME: &str = "created_at is no RFC 3339 date and time such as 2025-02-13T19:08:07Z";

#[cfg(feature = "tracing")]
#[tokio::test]
async fn a_value_that_is_not_known_is_sent_and_logged_by_the_name_of_its_field() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, "{}").await;
    let client = client(&server);
    let capture = crate::capture::Capture::start();
    odd_event(&client).send_raw().await.expect("an answer");
    odd_order(&client).send_raw().await.expect("an answer");
    let events = capture.events();
    let named: Vec<_> = events.iter().filter_map(|event| event.fields.get("imprint.field")).collect();
    assert_eq!(named, [UNKNOWN_KIND, NO_TIME], "{events:?}");
    assert!(events.iter().all(|event| event.level == tracing::Level::WARN), "{events:?}");
    assert!(!format!("{events:?}").contains("PIGEON") && !format!("{events:?}").contains("yesterday"), "{events:?}");
    assert_eq!(mock.calls_async().await, 2);
}

#[tokio::test]
async fn strict_requests_refuse_a_value_that_is_not_known() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, "{}").await;
    let strict = Client::builder().api_key(KEY).base_url(server.base_url()).strict_requests(true);
    let client = strict.build().expect("a client");
    for (error, says, value) in [
        (odd_event(&client).await.expect_err("an unknown kind"), UNKNOWN_KIND, "PIGEON"),
        (odd_order(&client).await.expect_err("no time"), NO_TIME, "yesterday"),
        // A variant keeps the setting.
        (odd_event(&client.with_timeout(Duration::from_secs(5))).await.expect_err("a kind"), UNKNOWN_KIND, "PIGEON"),
    ] {
        let Error::InvalidRequest(error) = error else { panic!("{error:?}") };
        let text = error.to_string();
        assert!(text.contains(says) && text.ends_with("nothing was sent") && !text.contains(value), "{text}");
    }
    let customer = client.get_customer().customer_id("C").await;
    assert!(!matches!(customer, Err(Error::InvalidRequest(_))), "{customer:?}");
    assert_eq!(mock.calls_async().await, 1);
}
