//! Calls whose requests and responses are filled with marker texts: no error and no log line may contain a marker.

use std::error::Error as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use imprint_client::{Client, Error, RetryPolicy, error::TimeoutPhase, types};
use serde_json::{Value, json};

use super::marker::{contains_text, fill_with_markers, find_marker, marker, spellings};
use crate::capture::Capture;
use crate::raw_server::{RawReply, RawServer, response_head};
use crate::table::{Arguments, entry};
use imprint_sandbox::contract::{Contract, Operation, PropertySet};

/// Arguments in which every text and number is a marker.
fn arguments(operation: &Operation) -> Arguments {
    let mut arguments = Arguments::of(operation, PropertySet::All);
    for (name, value) in &mut arguments.parameters {
        fill_with_markers(value, name);
    }
    if let Some(body) = &mut arguments.body {
        fill_with_markers(body, "body");
    }
    arguments
}

fn key() -> String {
    "leak_of_the_key_4eC39HqLyjWDarjtT1zdp7dc".to_owned()
}

/// All texts of an error and its sources.
fn full_error_text(error: &Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown += &format!("\n{error}\n{error:?}\n{error:#?}");
        source = error.source();
    }
    shown
}

fn clients(server: &RawServer) -> [Client; 2] {
    [
        server.client_with(|builder| builder.api_key(key())),
        server.client_with(|builder| builder.api_key(key()).basic_auth().merchant_key(key())),
    ]
}

fn assert_clean(what: &str, shown: &str) {
    assert_eq!(find_marker(shown), None, "{what}");
    assert!(!contains_text(shown, &key()), "{what} shows the key: {shown}");
}

#[tokio::test]
async fn successful_calls_log_no_secrets_or_personal_data() {
    let server = RawServer::start().await;
    let capture = Capture::start();
    for client in clients(&server) {
        for operation in Contract::shared().operations() {
            let (status, schema) = operation.success();
            let answer = schema.map(|schema| Contract::shared().compose(schema, PropertySet::All));
            let body = answer.map_or(String::new(), |mut answer| {
                fill_with_markers(&mut answer, "answer");
                answer.to_string()
            });
            server.respond_with(status, &[("x-echo", "leak of a header")], body.as_bytes());
            let call = (entry(&operation.id).call_by_setters)(&client, &arguments(operation));
            call.await.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        }
    }
    let text = capture.text();
    for target in ["imprint_client", "hyper_util", "reqwest"] {
        assert!(text.contains(&format!("target: \"{target}")), "{target} logged nothing");
    }
    assert_clean("a log line", &text);
}

#[tokio::test]
async fn failed_calls_show_and_log_no_secrets_or_personal_data() {
    let server = RawServer::start().await;
    let [client, _] = clients(&server);
    let impatient = client.with_options(imprint_client::CallOptions::new().attempt_timeout(Duration::from_millis(50)));
    let narrow = server.client_with(|builder| builder.api_key(key()).max_response_bytes(20));
    let text = marker("an answer");
    let odd = json!({"data": [text], "id": [text], "created_at": {"a": text}, "balance": text, "status": {"b": text}});
    let promised = response_head(200, [("content-length", "999")]).chain(odd.to_string().as_bytes());
    let html = format!("<html>{text}</html>");
    let capture = Capture::start();
    let mut seen = [0; 5];
    for operation in Contract::shared().operations() {
        let fails = async |client: &Client, reply: RawReply| {
            server.set_reply(reply);
            let call = (entry(&operation.id).call)(client, &arguments(operation));
            call.await.map(drop)
        };
        let whole = |status, body: &str| {
            let length = body.len().to_string();
            RawReply::KeepOpen(response_head(status, [("content-length", &*length)]).chain(body.as_bytes()))
        };
        let mut failures = vec![
            fails(&client, whole(502, &html)).await,
            fails(&client, whole(400, &json!({"fields": [text], "data": text}).to_string())).await,
            fails(&client, whole(307, &html)).await,
            fails(&client, RawReply::Close(promised.clone())).await,
            fails(&client, whole(200, &odd.to_string())).await,
            fails(&client, whole(200, &html)).await,
            fails(&narrow, whole(200, &odd.to_string())).await,
        ];
        // One operation is enough for the timeout, which is slow.
        if seen[3] == 0 {
            failures.push(fails(&impatient, RawReply::KeepOpen(promised.clone())).await);
        }
        for error in failures.into_iter().filter_map(Result::err) {
            match &error {
                Error::Api(_) => seen[0] += 1,
                Error::Transport(_) => seen[1] += 1,
                Error::Decode(_) => seen[2] += 1,
                Error::Timeout(timeout) => {
                    assert_eq!(timeout.phase(), TimeoutPhase::Attempt);
                    seen[3] += 1;
                }
                Error::ResponseTooLarge(_) => seen[4] += 1,
                other => panic!("{}: {other}", operation.id),
            }
            assert_clean(&operation.id, &full_error_text(&error));
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    assert_clean("a log line", &capture.text());
}

/// A server may repeat the key in an error body: as in the header, URL-encoded or as JSON.
#[tokio::test]
async fn an_api_key_that_the_server_repeats_is_not_shown() {
    let server = RawServer::start().await;
    let capture = Capture::start();
    let mut seen = 0;
    for client in clients(&server) {
        let client = client.with_options(imprint_client::CallOptions::new().header("x-gateway-token", key()));
        let sent = server.client_with(|builder| builder.api_key(key()).basic_auth());
        for secret in [key(), format!("Bearer {}", key()), key().to_uppercase(), STANDARD.encode(format!("{}:", key()))]
        {
            // The key is sent as Base64 only with basic authentication.
            let client = if secret.contains("key") || secret.contains("KEY") { &client } else { &sent };
            for spelling in spellings(&secret).into_iter().take(6) {
                let words = format!("there is no {spelling}, sorry");
                let fields = json!({"type": words, "message": words, "param": words, "details": [words, words]});
                for body in [fields.clone(), json!({"error": fields}), json!({"error": words}), json!([words])] {
                    for operation in &Contract::shared().operations()[..3] {
                        server.respond_with(401, &[("x-echo", &spelling)], body.to_string().as_bytes());
                        let error = (entry(&operation.id).call)(client, &arguments(operation)).await.map(drop);
                        let shown = full_error_text(&error.expect_err("a failure"));
                        for spelling in [&spelling, &secret] {
                            assert!(!shown.contains(spelling), "{}: {shown}", operation.id);
                        }
                        assert!(!contains_text(&shown, &key()) && shown.contains("sorry"), "{}: {shown}", operation.id);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
    assert_clean("a log line", &capture.text());
}

/// The path in an error about an item contains the keys of maps. Streams and lookups create these errors outside of the
/// call, so they must redact the API key as well.
#[tokio::test]
async fn errors_of_items_do_not_show_the_key() {
    // The key has only letters and underscores, because errors show a map key that looks like a field name.
    const LETTERS: &str = "partner_live_secretkeyabc";
    let server = RawServer::start().await;
    let client = server.client_with(|builder| builder.api_key(LETTERS));
    let mut customer = crate::support::json(&crate::support::payload("getCustomer--openapi-composed.json"));
    customer["statuses"] = json!({ LETTERS: [] });
    server.respond_with(200, &[], json!({"data": [customer], "has_more": false}).to_string().as_bytes());
    let mut items = client.search_customers().stream();
    let error = items.try_next().await.map(drop).expect_err("a status must be a text");
    let found = client.find_customer("PARTNER_USER_456").await.map(drop).expect_err("the same").to_string();
    for shown in [full_error_text(&error), found] {
        assert!(shown.contains("statuses") && !shown.contains(LETTERS), "{shown}");
    }
}

/// Retries, streams and helpers make errors and log events of their own.
#[tokio::test]
async fn helpers_and_retries_show_no_secrets_or_personal_data() {
    let server = RawServer::start().await;
    let client = server.client_with(|builder| {
        builder.api_key(key()).retry(RetryPolicy::default()).clock(crate::clock::RecordingClock::default())
    });
    let text = marker("an answer");
    let capture = Capture::start();
    let mut shown = String::new();
    for body in [
        json!({"data": [{"id": text}], "has_more": true}),
        json!({"data": [{"first_name": [text]}]}),
        json!({"key": text, "data": text}),
        json!({"fields": [text], "status": text}),
        json!({"type": key(), "message": format!("no key {}", key()), "details": [key()]}),
    ] {
        for status in [200, 404, 503] {
            server.respond_with(status, &[], body.to_string().as_bytes());
            let order = || types::OrderBase::builder().partner_order_id(marker("an order")).total_order_amount(1);
            let order = order().payment_method_id(marker("a method"));
            let errors: [Option<Box<dyn std::error::Error>>; 7] = [
                client.ensure_linked(marker("a customer"), marker("an account")).await.err().map(Into::into),
                client.find_customer(marker("an account")).await.err().map(Into::into),
                client.confirm_reward(marker("a reward")).await.err().map(Into::into),
                client.create_order_once(order).await.err().map(Into::into),
                client.find_order_event(marker("an event")).await.err().map(Into::into),
                client.rotate_key(async |_| Err::<(), _>("no store")).await.err().map(Into::into),
                client.search_customers().stream().try_next().await.err().map(Into::into),
            ];
            for error in errors.into_iter().flatten() {
                shown += &format!("{error}\n{error:?}\n");
                let mut source = error.source();
                while let Some(error) = source {
                    shown += &format!("{error}\n{error:?}\n");
                    source = error.source();
                }
            }
        }
    }
    assert!(shown.len() > 1_000, "{shown}");
    assert!(!capture.events().is_empty());
    // Errors of helpers show ids and the values that differ, but no secrets and no personal data.
    for sensitive in [marker("an answer"), key()] {
        assert!(!contains_text(&capture.text(), &sensitive), "{}", capture.text());
    }
    assert_eq!(find_marker(&capture.text()), None);
    assert!(!contains_text(&shown, &key()) && !shown.contains("first_name: Some(\""), "{shown}");
}

#[tokio::test]
async fn refused_values_are_not_shown() {
    let capture = Capture::start();
    let bad = format!("../{}", marker("an id"));
    let client = Client::builder().api_key(key()).base_url("http://127.0.0.1:9").build().expect("a client");
    let refused = [
        client.get_customer().customer_id(bad.as_str()).send().await.map(drop),
        client.request(imprint_client::Method::GET, bad.clone()).send::<()>().await.map(drop),
        client.with_merchant_key(format!("{}\n", marker("a key"))).create_key().send().await.map(drop),
        Client::builder().api_key(format!("{}\n", key())).build().map(drop),
        Client::builder().api_key(key()).base_url(format!("https://u:{}@example.com", key())).build().map(drop),
        Client::builder().api_key(key()).merchant_key(marker("a key")).build().map(drop),
        client.get_customer().customer_id(marker("an id")).send().await.map(drop),
    ];
    for result in refused {
        let error = result.expect_err("a refusal");
        assert_clean("an error", &full_error_text(&error));
    }
    assert_clean("a log line", &capture.text());
    assert_clean("a client", &format!("{client:?} {:?}", Client::builder().api_key(key()).merchant_key(key())));
}

/// The id of a request is shown in logs and errors, and whoever answers writes it.
#[tokio::test]
async fn a_hostile_request_id_forges_no_log_line_and_shows_no_secret() {
    let server = RawServer::start().await;
    let client = server.client_with(|builder| builder.api_key(key()));
    let capture = Capture::start();
    let shown_by = async |id: &[u8], status: u16| {
        // Put together as bytes, because not all of the ids are text.
        let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: 2\r\nx-request-id: ");
        server.set_reply(RawReply::Close([head.as_bytes(), id, b"\r\n\r\n{}"].concat().into()));
        let error = client.get_customer().customer_id("C").send().await.map(drop).expect_err("no customer");
        full_error_text(&error)
    };
    let good = "req-7f3a9c1e";
    assert!(shown_by(good.as_bytes(), 404).await.contains(good));
    assert!(capture.text().contains(good), "ids are not logged, so this test would show nothing");
    let long = "x".repeat(10_000);
    for id in [
        "4111111592341815",
        "4111 1115 9234 1815",
        "someone@example.com",
        &key(),
        &format!("req {}", key().to_uppercase()),
        "req\tERROR forged",
        "req\u{1b}[31mforged",
        "req\u{7f}forged",
        "req\u{85}forged",
        "req\u{2028}forged",
        "req\u{202e}forged",
        // Not the end of the header: what follows belongs to it by an old rule of HTTP.
        "req\r\n forged",
        &long,
    ] {
        for status in [200, 404] {
            let capture = Capture::start();
            let error = shown_by(id.as_bytes(), status).await;
            let ours: Vec<_> = capture.spans().into_iter().chain(capture.events()).collect();
            assert!(!ours.is_empty());
            // The values as a formatter prints them, which `Display` values reach as they are.
            let values = ours.iter().flat_map(|record| record.fields.values());
            for shown in values.chain([&error]) {
                // Long enough to be no part of a port or of a duration.
                for part in ["411111", "341815", "4111 1", "4 1815", "someone", "forged", &long[..300]] {
                    assert!(!shown.contains(part), "{id:.40}: {shown:.400}");
                }
                assert!(!contains_text(shown, &key()) && shown.len() < 4_000, "{id:.40}: {shown:.400}");
            }
            let lines = ours.iter().flat_map(|record| record.fields.values());
            assert!(lines.flat_map(|value| value.chars()).all(|c| !c.is_control()), "{id:.40}: {ours:?}");
        }
    }
    let bytes = shown_by(b"req\xff\xfeforged", 404).await;
    assert!(!bytes.contains("forged"), "{bytes}");
}

/// `unwrap` and `expect` on the result of a call put the error into the text of the panic, which goes to standard error
/// and to services that collect crashes.
#[tokio::test]
async fn a_panic_about_an_error_shows_no_key_and_no_body() {
    let server = RawServer::start().await;
    // The helpers wait between their attempts.
    let with_key = |limit| {
        let clock = crate::clock::RecordingClock::default();
        server.client_with(|builder| builder.api_key(key()).clock(clock).max_response_bytes(limit))
    };
    let (client, narrow) = (with_key(1 << 20), with_key(20));
    let text = marker("an answer");
    let broken = response_head(200, [("content-length", "999")]).chain(text.as_bytes());
    let whole = |status: u16, body: String| {
        RawReply::Close(response_head(status, [("content-length", &*body.len().to_string())]).chain(body.as_bytes()))
    };
    let repeated = json!({"type": key(), "message": format!("no key {}", key()), "data": text}).to_string();
    let order = types::OrderBase::builder().partner_order_id(marker("an order")).total_order_amount(1);
    let mut errors: Vec<Box<dyn std::fmt::Debug + Send>> = Vec::new();
    for (client, reply) in [
        (&client, RawReply::Close(broken)),
        (&client, whole(400, repeated.clone())),
        (&client, whole(200, json!({"id": [text], "data": [text]}).to_string())),
        (&client, whole(502, format!("<html>{text}</html>"))),
        (&narrow, whole(200, repeated)),
    ] {
        server.set_reply(reply);
        let order = order.clone().payment_method_id(marker("a method"));
        errors.push(Box::new(client.get_customer().customer_id("C").send().await.map(drop).expect_err("a failure")));
        errors.push(Box::new(client.create_order_once(order).await.map(drop).expect_err("a failure")));
        let item = client.search_customers().stream().try_next().await.map(drop);
        errors.push(Box::new(item.expect_err("a failure")));
    }
    let unusable = Client::builder().api_key(format!("{}\n", key())).build().map(drop);
    errors.push(Box::new(unusable.expect_err("a key with a line end")));
    assert_eq!(errors.len(), 16);
    for result in errors.into_iter().map(Err::<(), _>) {
        let panics = std::panic::AssertUnwindSafe(|| result.expect("the call"));
        let panic = std::panic::catch_unwind(panics).expect_err("a panic");
        let text = panic.downcast_ref::<String>().expect("the text of the panic");
        assert!(text.starts_with("the call: "), "{text}");
        assert!(!contains_text(text, &key()) && !contains_text(text, &marker("an answer")), "{text}");
    }
}

/// Formats the builders of all calls with all arguments set.
#[test]
fn debug_of_call_builders_shows_no_sensitive_values() {
    let client = Client::builder().api_key(key()).base_url("http://127.0.0.1:9").build().expect("a client");
    let mut sensitive = 0;
    for operation in Contract::shared().operations() {
        let arguments = arguments(operation);
        let shown = (entry(&operation.id).debug_output)(&client, &arguments);
        let mut texts = Vec::new();
        for (name, value) in arguments.parameters.iter().chain([(&"body".to_owned(), &json!(arguments.body))]) {
            collect_texts(value, name, &mut texts);
        }
        for (name, text) in texts {
            if super::names::is_suspicious(&name) && name != "authorization_code" {
                sensitive += 1;
                assert!(!contains_text(&shown, &text), "{}: {name} in {shown}", operation.id);
            }
        }
        assert!(!contains_text(&shown, &key()), "{shown}");
    }
    assert!(sensitive > 10, "{sensitive}");
}

fn collect_texts(value: &Value, name: &str, texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, name, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect_texts(value, name, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
