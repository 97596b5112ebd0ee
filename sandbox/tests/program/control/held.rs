//! The document is what is served and printed, its examples keep to it, and waiting for an event ends with the event.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Api, DOCUMENT, contract};
use crate::process::{client, run};

#[tokio::test]
async fn the_document_is_served_and_printed_as_it_is() {
    let printed = run(&["openapi", "--control"]);
    assert_eq!(String::from_utf8(printed.stdout).expect("text"), DOCUMENT);
    let api = Api::start(&[]);
    let served = client().get(format!("{}/_sandbox/openapi.yaml", api.program.url())).send().await.expect("an answer");
    assert_eq!(served.text().await.expect("text"), DOCUMENT);
}

#[test]
fn the_examples_of_the_document_keep_to_it() {
    let document: Value = yaml_serde::from_str(DOCUMENT).expect("YAML");
    let mut count = 0;
    for operation in contract().operations() {
        let declared = &document["paths"][&operation.path][operation.method.to_lowercase()];
        let example = &declared["requestBody"]["content"]["application/json"]["example"];
        if !example.is_null() {
            count += 1;
            assert_eq!(contract().check_body(operation, example), [], "{}", operation.id);
            assert_eq!(contract().unknown_fields(operation, example), [], "{}", operation.id);
        }
        for (status, answer) in declared["responses"].as_object().expect("answers") {
            let name = answer["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
            let example = &document["components"]["responses"][name]["content"]["application/json"]["example"];
            if !example.is_null() {
                count += 1;
                let status = status.parse().expect("a status");
                let wrong = contract().check_answer(operation, status, Some(example));
                assert_eq!(wrong, Ok(Vec::new()), "{} {status}", operation.id);
            }
        }
        for parameter in declared["parameters"].as_array().into_iter().flatten() {
            let (Some(name), example) = (parameter["name"].as_str(), &parameter["example"]) else { continue };
            if !example.is_null() {
                count += 1;
                let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                let known = operation.parameters.iter().find(|known| known.name == name).expect("a parameter");
                assert!(contract().check_parameter(known, &text).is_ok(), "{} {name}", operation.id);
            }
        }
    }
    assert!(count > 100, "only {count} examples were found");
}

#[test]
fn each_operation_is_described_and_each_object_of_a_request_has_fields() {
    let document: Value = yaml_serde::from_str(DOCUMENT).expect("YAML");
    for operation in contract().operations() {
        let declared = &document["paths"][&operation.path][operation.method.to_lowercase()];
        assert!(declared["summary"].as_str().is_some_and(|summary| summary.ends_with('.')), "{}", operation.id);
        // Otherwise a misspelt field would be ignored.
        let name = declared["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let name = name.and_then(|name| name.rsplit('/').next()).filter(|name| *name != "Anything");
        if let Some(name) = name {
            assert!(document["components"]["schemas"][name]["properties"].is_object(), "{name}");
        }
    }
}

#[tokio::test]
async fn waiting_for_an_event_ends_with_the_event() {
    let api = Api::start(&[]);
    let last = api.get("events").await["last"].clone();
    assert_eq!(last, Value::Null);
    let began = Instant::now();
    let make = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let body = json!({ "partner_customer_id": "P", "applied": "approve" });
        api.expect(201, "POST", "customers", Some(body)).await
    };
    let (events, _) = futures_util::future::join(api.get("events?kind=PAYMENT_METHOD&wait=60"), make).await;
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert_eq!(events["events"].as_array().map(Vec::len), Some(1), "{events}");
    assert_eq!(api.get(format!("events?after={}", events["last"].as_str().expect("text"))).await["events"], json!([]));
}
