//! The state file of the program.

#![cfg(unix)]

use std::process::Stdio;

use serde_json::{Value, json};

use super::process::{Process, client, command, run};

async fn session(program: &Process, partner_customer_id: &str) -> (u16, Value) {
    let request = client().post(format!("{}/v2/customer_sessions", program.url())).bearer_auth("sandbox-key");
    let answer = request.json(&json!({ "partner_customer_id": partner_customer_id })).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

async fn control(program: &Process, path: &str, body: Value) -> (u16, Value) {
    let request = client().post(format!("{}/_sandbox/{path}", program.url())).json(&body);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill_and_after_a_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.db");
    let flags = ["--state", file.to_str().expect("text"), "--webhook", "http://127.0.0.1:9/hook", "--retry", "off"];
    let mut program = Process::start(&flags);
    let (status, made) = session(&program, "A").await;
    assert_eq!(status, 201);
    // Through the control API as well: its answers wait in the same way.
    let secret = &made["client_secret"];
    let (status, outcome) =
        control(&program, "applications", json!({ "client_secret": secret, "last_name": "approve" })).await;
    assert_eq!((status, &outcome["status"]), (201, &json!("APPROVED")));
    assert_eq!(control(&program, "accounts", json!({ "name": "short" })).await.0, 201);
    assert_eq!(control(&program, "accounts", json!({ "name": "long" })).await.0, 201);
    let ended = client().delete(format!("{}/_sandbox/accounts/short", program.url())).send().await.expect("an answer");
    assert_eq!(ended.status().as_u16(), 204);

    // Another program does not get the file meanwhile.
    let second = run(&["--port", "0", "--state", file.to_str().expect("text")]);
    assert_eq!(second.status.code(), Some(2));
    let message = String::from_utf8(second.stderr).expect("text");
    assert!(message.contains("in use") || message.contains("another sandbox"), "{message}");

    for signal in ["KILL", "TERM"] {
        program.signal(signal);
        program.ends();
        program = Process::start(&flags);
        let (status, found) = {
            let url = format!("{}/v2/customers?partner_customer_id=A", program.url());
            let answer = client().get(url).bearer_auth("sandbox-key").send().await.expect("an answer");
            (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
        };
        assert_eq!((status, &found["data"][0]["id"]), (200, &outcome["customer_id"]), "{signal}");
        let (_, accounts) = program.get("/_sandbox/accounts").await;
        let names: Vec<_> = accounts["accounts"].as_array().expect("accounts").iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["long", "sandbox"], "{signal}");
        let (_, events) = program.get("/_sandbox/events?kind=APPLICATION").await;
        assert_eq!(events["events"].as_array().map(Vec::len), Some(1), "{signal}");
    }
    program.signal("TERM");
    assert!(program.ends().success());
    let summary = run(&["state", file.to_str().expect("text")]);
    let text = String::from_utf8(summary.stdout).expect("text");
    assert!(summary.status.success() && text.contains("account sandbox") && text.contains("customers: 1"), "{text}");
    assert!(!text.contains("account short"), "{text}");
}

#[test]
fn a_file_of_something_else_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    std::fs::write(
        &file,
        "not a state file, and long enough for a header of SQLite, which has a hundred bytes, or more",
    )
    .expect("written");
    let before = std::fs::read(&file).expect("read");
    let output = command(&["--port", "0", "--state"]).arg(&file).stdout(Stdio::null()).output().expect("it ends");
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.code() == Some(2) && message.contains("notes.txt"), "{message}");
    assert_eq!(std::fs::read(&file).expect("read"), before);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}
