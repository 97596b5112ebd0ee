//! When the file cannot be written any more, nothing is accepted, and nothing that was answered is lost.

#![cfg(unix)]

use imprint_sandbox::Sandbox;
use reqwest::Client;
use serde_json::{Value, json};

use super::child::{Child, KEY, builder};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_said() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let mut child = Child::start_limited(&path, 2_000);
    let url = child.url();
    let http = Client::builder().no_proxy().build()?;
    let mut answered = Vec::new();
    let refusal = loop {
        let request = http.post(format!("{url}/v2/customer_sessions")).bearer_auth(KEY);
        let partner = format!("PARTNER_{}", answered.len());
        let response = request.json(&json!({"partner_customer_id": partner})).send().await?;
        if response.status().as_u16() != 201 {
            break response;
        }
        answered.push(response.json::<Value>().await?["client_secret"].as_str().ok_or("a secret")?.to_owned());
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
    for request in [http.get(format!("{url}/v2/customers")), http.post(format!("{url}/v2/customer_sessions"))] {
        assert_eq!(request.bearer_auth(KEY).send().await?.status(), 500);
    }
    let said = child.kill();
    assert!(said.contains("state.db cannot be written") && said.lines().count() == 1, "{said}");
    // With room again, it has what was answered and nothing else.
    let sandbox: Sandbox = builder(&path).start().await?;
    let tables = sandbox.moment().tables();
    let sessions = tables["sessions"]["rows"].as_array().ok_or("rows")?;
    let secrets: Vec<_> = sessions.iter().filter_map(|row| row[1]["client_secret"].as_str()).collect();
    // The first one is that of the customer that it began with.
    assert_eq!(secrets[1..], answered);
    Ok(())
}
