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
    // Some have no body.
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
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

#[tokio::test]
async fn an_account_that_is_ended_by_several_requests_at_once_is_ended_once_and_the_file_stays_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.db");
    let program = Process::start(&["--state", file.to_str().expect("text"), "--log", "off"]);
    for round in 0..10 {
        assert_eq!(control(&program, "accounts", json!({ "name": "again" })).await.0, 201, "round {round}");
        let ends = (0..12).map(|_| client().delete(format!("{}/_sandbox/accounts/again", program.url())).send());
        let answers = futures_util::future::join_all(ends).await;
        let statuses: Vec<u16> =
            answers.into_iter().map(|answer| answer.expect("an answer").status().as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [204, 404].contains(status)), "{statuses:?}");
    }
    assert_eq!(session(&program, "A").await.0, 201, "the file is still written");
}

#[tokio::test]
async fn a_restart_takes_another_token_for_the_same_receiver_and_says_what_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.db");
    let url = "http://127.0.0.1:9/hook";
    for (token, expected) in [("token-one", "and begins"), ("token-two", "--clock are left out")] {
        let flags = ["--state", file.to_str().expect("text"), "--webhook", url, "--webhook-token", token];
        let mut program = Process::start(&flags);
        let line = program.line("the state is kept in");
        assert!(line.contains(expected), "{line}");
        let (_, endpoints) = program.get("/_sandbox/endpoints").await;
        assert_eq!(endpoints["endpoints"].as_array().map(Vec::len), Some(1), "{endpoints}");
        program.signal("TERM");
        assert!(program.ends().success());
    }
}

#[tokio::test]
async fn what_is_known_of_the_events_of_one_run_hides_none_of_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.db");
    let mut last = None;
    for name in ["A", "B"] {
        let mut program = Process::start(&["--state", file.to_str().expect("text")]);
        if name == "A" {
            // So that the state of the next run is replaced as often as this one was.
            assert_eq!(control(&program, "state/reset", json!({ "to": "empty" })).await.0, 204);
        }
        let customer = json!({ "partner_customer_id": name, "applied": "approve" });
        assert_eq!(control(&program, "customers", customer).await.0, 201);
        let after = last.as_ref().map_or_else(String::new, |last: &String| format!("?after={last}"));
        let (status, events) = program.get(&format!("/_sandbox/events{after}")).await;
        let seen =
            events["events"].as_array().expect("events").iter().any(|event| event["body"].to_string().contains(name));
        assert!(status == 200 && seen, "{name}: {events}");
        last = events["last"].as_str().map(str::to_owned);
        program.signal("TERM");
        assert!(program.ends().success());
    }
}
