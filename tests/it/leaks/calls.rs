//! Real calls, filled with markers on the way out and on the way back: no error and no log line shows one.

use std::error::Error as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt;
use imprint_client::{Client, Error, RetryPolicy, error::TimeoutPhase, types};
use serde_json::{Value, json};

use super::marker::{holds, holds_any, mark, marker, spellings};
use crate::capture::Capture;
use crate::spec::{Operation, Spec, Which};
use crate::table::{Arguments, entry};
use crate::wire::{Reply, Wire, head};

/// Arguments whose every text and number is a marker.
fn arguments(operation: &Operation) -> Arguments {
    let mut arguments = Arguments::of(operation, Which::All);
    for (name, value) in &mut arguments.parameters {
        mark(value, name);
    }
    if let Some(body) = &mut arguments.body {
        mark(body, "body");
    }
    arguments
}

fn key() -> String {
    "leak_of_the_key_4eC39HqLyjWDarjtT1zdp7dc".to_owned()
}

/// An error as one may come to see it, with all its sources.
fn shown(error: &Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown += &format!("\n{error}\n{error:?}\n{error:#?}");
        source = error.source();
    }
    shown
}

fn clients(wire: &Wire) -> [Client; 2] {
    [
        wire.client_with(|builder| builder.api_key(key())),
        wire.client_with(|builder| builder.api_key(key()).basic_auth().merchant_key(key())),
    ]
}

fn assert_clean(what: &str, shown: &str) {
    assert_eq!(holds_any(shown), None, "{what}");
    assert!(!holds(shown, &key()), "{what} shows the key: {shown}");
}

#[tokio::test]
async fn calls_and_their_answers_leave_nothing_in_the_logs() {
    let wire = Wire::start().await;
    let capture = Capture::start();
    for client in clients(&wire) {
        for operation in Spec::get().operations() {
            let success = operation.success();
            let answer = success.schema.as_ref().map(|schema| Spec::get().compose(schema, Which::All));
            let body = answer.map_or(String::new(), |mut answer| {
                mark(&mut answer, "answer");
                answer.to_string()
            });
            wire.answer(success.status, &[("x-echo", "leak of a header")], body.as_bytes());
            let call = (entry(&operation.id).call_by_setters)(&client, &arguments(operation));
            call.await.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        }
    }
    let text = capture.text();
    for target in ["imprint_client", "hyper_util", "reqwest"] {
        assert!(text.contains(&format!("target: \"{target}")), "{target} said nothing");
    }
    assert_clean("a log line", &text);
}

#[tokio::test]
async fn failures_show_nothing_themselves_and_leave_nothing_in_the_logs() {
    let wire = Wire::start().await;
    let [client, _] = clients(&wire);
    let impatient = client.with_options(imprint_client::CallOptions::new().attempt_timeout(Duration::from_millis(50)));
    let narrow = wire.client_with(|builder| builder.api_key(key()).max_response_bytes(20));
    let text = marker("an answer");
    let odd = json!({"data": [text], "id": [text], "created_at": {"a": text}, "balance": text, "status": {"b": text}});
    let promised = head(200, [("content-length", "999")]).chain(odd.to_string().as_bytes());
    let html = format!("<html>{text}</html>");
    let capture = Capture::start();
    let mut seen = [0; 5];
    for operation in Spec::get().operations() {
        let fails = async |client: &Client, reply: Reply| {
            wire.reply(reply);
            let call = (entry(&operation.id).call)(client, &arguments(operation));
            call.await.map(drop)
        };
        let whole = |status, body: &str| {
            let length = body.len().to_string();
            Reply::Whole(head(status, [("content-length", &*length)]).chain(body.as_bytes()))
        };
        let mut failures = vec![
            fails(&client, whole(502, &html)).await,
            fails(&client, whole(400, &json!({"fields": [text], "data": text}).to_string())).await,
            fails(&client, whole(307, &html)).await,
            fails(&client, Reply::Close(promised.clone())).await,
            fails(&client, whole(200, &odd.to_string())).await,
            fails(&client, whole(200, &html)).await,
            fails(&narrow, whole(200, &odd.to_string())).await,
        ];
        // One with a body to wait for is enough for the slow case.
        if seen[3] == 0 {
            failures.push(fails(&impatient, Reply::Whole(promised.clone())).await);
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
            assert_clean(&operation.id, &shown(&error));
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    assert_clean("a log line", &capture.text());
}

/// A server may repeat in its error what it was sent, in the spelling of the header, of a URL or of JSON.
#[tokio::test]
async fn a_server_that_repeats_the_key_does_not_get_it_shown() {
    let wire = Wire::start().await;
    let capture = Capture::start();
    let mut seen = 0;
    for client in clients(&wire) {
        let client = client.with_options(imprint_client::CallOptions::new().header("x-gateway-token", key()));
        let sent = wire.client_with(|builder| builder.api_key(key()).basic_auth());
        for secret in [key(), format!("Bearer {}", key()), key().to_uppercase(), STANDARD.encode(format!("{}:", key()))]
        {
            // Base64 is a spelling only where it is sent.
            let client = if secret.contains("key") || secret.contains("KEY") { &client } else { &sent };
            for spelling in spellings(&secret).into_iter().take(6) {
                let words = format!("there is no {spelling}, sorry");
                let fields = json!({"type": words, "message": words, "param": words, "details": [words, words]});
                for body in [fields.clone(), json!({"error": fields}), json!({"error": words}), json!([words])] {
                    for operation in &Spec::get().operations()[..3] {
                        wire.answer(401, &[("x-echo", &spelling)], body.to_string().as_bytes());
                        let error = (entry(&operation.id).call)(client, &arguments(operation)).await.map(drop);
                        let shown = shown(&error.expect_err("a failure"));
                        for spelling in [&spelling, &secret] {
                            assert!(!shown.contains(spelling), "{}: {shown}", operation.id);
                        }
                        assert!(!holds(&shown, &key()) && shown.contains("sorry"), "{}: {shown}", operation.id);
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 500, "{seen}");
    assert_clean("a log line", &capture.text());
}

/// The key of a map in an item is a part of the path that an error about the item shows. Errors of items are made beside
/// the call, by streams and by lookups.
#[tokio::test]
async fn errors_of_items_do_not_show_the_key_either() {
    // Letters only: what looks like the name of a field is shown in paths.
    const LETTERS: &str = "partner_live_secretkeyabc";
    let wire = Wire::start().await;
    let client = wire.client_with(|builder| builder.api_key(LETTERS));
    let mut customer = crate::support::json(&crate::support::payload("getCustomer--openapi-composed.json"));
    customer["statuses"] = json!({ LETTERS: [] });
    wire.answer(200, &[], json!({"data": [customer], "has_more": false}).to_string().as_bytes());
    let mut items = client.search_customers().stream();
    let error = items.try_next().await.map(drop).expect_err("statuses are texts");
    let found = client.find_customer("PARTNER_USER_456").await.map(drop).expect_err("the same").to_string();
    for shown in [shown(&error), found] {
        assert!(shown.contains("statuses") && !shown.contains(LETTERS), "{shown}");
    }
}

/// What goes around a call: retries, streams, helpers.
#[tokio::test]
async fn helpers_and_retries_show_nothing_either() {
    let wire = Wire::start().await;
    let client = wire.client_with(|builder| {
        builder.api_key(key()).retry(RetryPolicy::default()).clock(crate::clock::NotingClock::default())
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
            wire.answer(status, &[], body.to_string().as_bytes());
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
    // Ids and what the caller is to compare are shown, secrets and what is personal are not.
    for sensitive in [marker("an answer"), key()] {
        assert!(!holds(&capture.text(), &sensitive), "{}", capture.text());
    }
    assert_eq!(holds_any(&capture.text()), None);
    assert!(!holds(&shown, &key()) && !shown.contains("first_name: Some(\""), "{shown}");
}

#[tokio::test]
async fn what_is_refused_is_not_quoted() {
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
        assert_clean("an error", &shown(&error));
    }
    assert_clean("a log line", &capture.text());
    assert_clean("a client", &format!("{client:?} {:?}", Client::builder().api_key(key()).merchant_key(key())));
}

/// The builders of the calls, with everything set.
#[test]
fn builders_of_calls_show_no_more_than_types_do() {
    let client = Client::builder().api_key(key()).base_url("http://127.0.0.1:9").build().expect("a client");
    let mut sensitive = 0;
    for operation in Spec::get().operations() {
        let arguments = arguments(operation);
        let shown = (entry(&operation.id).shown)(&client, &arguments);
        let mut texts = Vec::new();
        for (name, value) in arguments.parameters.iter().chain([(&"body".to_owned(), &json!(arguments.body))]) {
            gather(value, name, &mut texts);
        }
        for (name, text) in texts {
            if super::names::is_suspicious(&name) && name != "authorization_code" {
                sensitive += 1;
                assert!(!holds(&shown, &text), "{}: {name} in {shown}", operation.id);
            }
        }
        assert!(!holds(&shown, &key()), "{shown}");
    }
    assert!(sensitive > 10, "{sensitive}");
}

fn gather(value: &Value, name: &str, texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| gather(item, name, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| gather(value, name, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
