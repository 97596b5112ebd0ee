//! When the file cannot be written any more, nothing is accepted, nothing that was answered is lost, and no webhook tells of
//! what is not in the file.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::time::Duration;

use imprint_sandbox::Sandbox;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::super::receiver_of_webhooks::Receiver;
use super::child::{Child, KEY, builder};
use super::ledger::Books;

type Test = Result<(), Box<dyn std::error::Error>>;

async fn get(http: &Client, url: &str, path: &str) -> Result<Response, reqwest::Error> {
    http.get(format!("{url}{path}")).bearer_auth(KEY).send().await
}

/// The id of the first thing of a list.
async fn first(http: &Client, url: &str, path: &str) -> Result<String, Box<dyn std::error::Error>> {
    let list: Value = get(http, url, path).await?.json().await?;
    Ok(list["data"][0]["id"].as_str().ok_or("an id")?.to_owned())
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_said() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let receiver = Receiver::start(Sandbox::start().await?.webhook_token()).await;
    let mut child = Child::start_limited(&path, &receiver.url("/imprint"), 2_000);
    let url = child.url();
    let http = Client::builder().no_proxy().build()?;
    let customer = first(&http, &url, "/v2/customers").await?;
    let method = first(&http, &url, &format!("/v2/payment_methods?customer_id={customer}")).await?;
    let mut answered = Vec::new();
    let refusal = loop {
        let step = json!({"payment_method_id": method, "status": "CAPTURED", "amount": 5_000});
        let request = http.post(format!("{url}/v2/simulate_transaction_event")).bearer_auth(KEY);
        let response = request.json(&step).send().await?;
        if !response.status().is_success() {
            break response;
        }
        answered.push(response.json::<Value>().await?["transaction_id"].as_str().ok_or("an id")?.to_owned());
        assert!(answered.len() < 10_000, "a file of a megabyte has no room for them");
    };
    assert!(answered.len() > 10, "{}", answered.len());
    assert_eq!(refusal.status(), 500);
    assert_eq!(refusal.headers()["x-imprint-sandbox-answer"], "failure");
    let error: Value = refusal.json().await?;
    assert_eq!(error["error"]["type"], "STATE_NOT_KEPT");
    let message = error["error"]["message"].as_str().ok_or("a message")?.to_owned();
    assert!(message.contains("cannot be written") && message.contains("restarted"), "{message}");
    // Neither reading nor writing is possible, since nobody may be told what may be lost.
    assert_eq!(get(&http, &url, "/v2/customers").await?.status(), 500);
    let request = http.post(format!("{url}/v2/customer_sessions")).bearer_auth(KEY);
    assert_eq!(request.send().await?.status(), 500);
    // Webhooks that are sent in spite of it would have come by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let said = child.kill();
    assert!(said.contains("state.db cannot be written") && said.lines().count() == 1, "{said}");
    let events = Books::read(&path)?.bodies;
    let got: BTreeSet<_> = receiver.got().iter().map(|got| String::from_utf8_lossy(&got.raw).into_owned()).collect();
    let unknown: Vec<_> = got.difference(&events).collect();
    assert!(!got.is_empty() && unknown.is_empty(), "the receiver knows of events that are lost: {unknown:?}");
    // With room again, it has what was answered, and perhaps what was refused when only its webhook could not be written.
    let sandbox: Sandbox = builder(&path).start().await?;
    let tables = sandbox.moment().tables();
    let transactions = tables["transactions"]["rows"].as_array().ok_or("rows")?;
    let ids: Vec<_> = transactions.iter().filter_map(|row| row[1]["id"].as_str()).collect();
    assert!(ids.iter().take(answered.len()).eq(&answered) && ids.len() <= answered.len() + 1, "{ids:?} {answered:?}");
    sandbox.settled().await?;
    Ok(())
}
