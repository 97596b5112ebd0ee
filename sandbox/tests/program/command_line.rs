//! Flags, variables and the commands that do not serve.

use serde_json::Value;

use super::process::{Process, client, command, run};

/// A call of the program that fails: its status and what it says.
fn refused(flags: &[&str]) -> (Option<i32>, String) {
    let output = run(flags);
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[tokio::test]
async fn the_first_line_comes_when_requests_are_answered() {
    let program = Process::start(&["--key", "my-key", "--webhook", "http://127.0.0.1:9/hook"]);
    let (status, health) = program.get("/_sandbox/health").await;
    assert_eq!((status, &health["status"], &health["requests"]), (200, &Value::from("ok"), &Value::from(0)));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    program.line("This is not Imprint.");
    program.line("are signed with sandbox_");

    let session = client().post(format!("{}/v2/customer_sessions", program.url())).basic_auth("my-key", Some(""));
    let answer = session.json(&serde_json::json!({ "partner_customer_id": "P" })).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 201);
    let line = program.line("createSession");
    assert!(line.contains(" 201 createSession POST /v2/customer_sessions key=\"key 1\" "), "{line}");
    assert!(!line.contains("my-key"), "{line}");
}

#[tokio::test]
async fn variables_stand_for_flags_and_flags_win() {
    let mut program = command(&["--validation", "off"]);
    program.envs([
        ("IMPRINT_SANDBOX_PORT", "0"),
        ("IMPRINT_SANDBOX_KEY", "one two"),
        ("IMPRINT_SANDBOX_VALIDATION", "strict"),
        ("IMPRINT_SANDBOX_CLOCK", "frozen@2030-01-01T00:00:00Z"),
    ]);
    let program = Process::spawn(program);
    let (_, health) = program.get("/_sandbox/health").await;
    assert_eq!(health["now"], "2030-01-01T00:00:00.000Z");
    for key in ["one", "two"] {
        let answer = client().get(format!("{}/v2/customers?limit=0", program.url())).bearer_auth(key).send();
        assert_ne!(answer.await.expect("an answer").status().as_u16(), 401);
    }
}

#[tokio::test]
async fn a_variable_turns_a_flag_on_or_off_and_an_empty_one_counts_as_none() {
    for (value, expected) in [("1", true), ("true", true), ("on", true), ("0", false), ("false", false), ("", false)] {
        let mut program = command(&["--port", "0"]);
        program.env("IMPRINT_SANDBOX_OPEN_ACCOUNTS", value);
        // It needs a state file only if it is on.
        program.env("IMPRINT_SANDBOX_DURABLE", "0");
        for name in ["CORS", "LISTEN", "LOG", "SEED", "SEED_NUMBER", "STATE", "WEBHOOK", "WEBHOOK_TOKEN", "TOKEN"] {
            program.env(format!("IMPRINT_SANDBOX_{name}"), "");
        }
        let program = Process::spawn(program);
        let answer = client().get(format!("{}/v2/customers", program.url())).bearer_auth("sbx-worker").send();
        let is_open = answer.await.expect("an answer").status().as_u16() != 401;
        assert_eq!(is_open, expected, "{value:?}");
    }
}

#[tokio::test]
async fn a_flag_that_says_where_to_listen_wins_over_the_variable_of_another() {
    // Nobody may listen at these: a program that does not leave the variable out would not start.
    for (flags, name, value) in [
        (&["--port", "0"][..], "IMPRINT_SANDBOX_LISTEN", "192.0.2.1:1"),
        (&["--listen", "127.0.0.1:0"], "IMPRINT_SANDBOX_PORT", "1"),
    ] {
        let mut program = command(flags);
        program.env(name, value);
        assert_eq!(Process::spawn(program).get("/_sandbox/health").await.0, 200);
    }
    let mut program = command(&[]);
    let both = program.env("IMPRINT_SANDBOX_LISTEN", "127.0.0.1:0").env("IMPRINT_SANDBOX_PORT", "0");
    let output = both.output().expect("it ends");
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.code() == Some(2) && message.contains("cannot be used with"), "{message}");
}

#[test]
fn a_cause_is_said_once() {
    for flags in [&["--port", "0", "--state", "/nowhere/state.db"][..], &["state", "/nowhere/state.db"]] {
        let (code, message) = refused(flags);
        assert_eq!((code, message.matches("No such file").count()), (Some(2), 1), "{message}");
    }
}

#[test]
fn what_cannot_be_is_said_in_a_sentence() {
    for (flags, expected) in [
        (&["--port", "70000"][..], "70000"),
        (&["--clock", "slow"], "frozen@2026-01-01T00:00:00Z"),
        (&["--webhook", "https://example.com/"], "without TLS"),
        (&["--webhook", "http://example.com/"], "may be outside of this network"),
        (&["--webhook-token", "t"], "--webhook"),
        (&["--port", "0", "--key", "a", "--key", "a"], "the same text"),
        (&["--cors", "*"], "every page of the internet"),
        (&["--port", "1", "--listen", "127.0.0.1:2"], "cannot be used with"),
        (&["--durable"], "--state"),
        (&["--prot", "1"], "--port"),
        (&["check-receiver", "http://127.0.0.1:9/"], "--token"),
        (&["check-receiver", "http://example.com/", "--token", "t"], "may be outside"),
        (&["healthcheck", "nonsense"], "is no URL"),
    ] {
        let (code, message) = refused(flags);
        assert!(code == Some(2) && message.contains(expected), "{flags:?}: {code:?} {message}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let program = Process::start(&[]);
    let port = program.url().rsplit(':').next().expect("a port");
    let (code, message) = refused(&["--port", port]);
    assert_eq!(code, Some(2));
    assert!(
        message.contains(&format!("cannot listen at 127.0.0.1:{port}")) && message.contains("the port is taken"),
        "{message}"
    );
}

#[test]
fn a_misspelt_variable_is_refused() {
    let output = command(&["--port", "0"]).env("IMPRINT_SANDBOX_KEYS", "a").output().expect("it ends");
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.code() == Some(2) && message.contains("is it IMPRINT_SANDBOX_KEY?"), "{message}");
}

#[tokio::test]
async fn the_url_is_written_to_a_file_as_soon_as_the_program_listens() {
    let folder = std::env::temp_dir().join(format!("imprint-sandbox-url-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("url");
    let program = Process::start(&["--print-url", file.to_str().expect("text")]);
    assert_eq!(std::fs::read_to_string(&file).expect("a file").trim(), program.url());
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1, "nothing else is left there");
    let port = program.url().rsplit(':').next().expect("a port");
    let (code, _) = refused(&["--port", port, "--print-url", file.to_str().expect("text")]);
    assert!(code == Some(2) && !file.exists(), "a script must not read the URL of an earlier run");
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

#[tokio::test]
async fn a_healthcheck_tells_a_sandbox_from_anything_else() {
    let program = Process::start(&[]);
    let healthy = run(&["healthcheck", program.url()]);
    assert!(healthy.status.success());
    assert!(String::from_utf8(healthy.stdout).expect("text").contains("\"status\":\"ok\""));
    let port = program.url().rsplit(':').next().expect("a port");
    let by_variable = command(&["healthcheck"]).env("IMPRINT_SANDBOX_LISTEN", format!("0.0.0.0:{port}")).status();
    assert!(by_variable.expect("it ends").success());
    drop(program);
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let (code, message) = refused(&["healthcheck", &format!("http://{free}")]);
    assert!(code == Some(1) && message.contains("cannot be reached"), "{message}");
}

#[tokio::test]
async fn the_document_is_printed_and_served() {
    let printed = run(&["openapi"]);
    let document: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert!(document["paths"].is_object());
    let program = Process::start(&[]);
    assert_eq!(program.get("/_sandbox/imprint-openapi.json").await, (200, document));
    let (_, with_errors) = program.get("/_sandbox/imprint-openapi.json?for=tools").await;
    assert!(with_errors["paths"]["/v2/customer_sessions"]["post"]["responses"]["4XX"].is_object());
    assert_eq!(program.get("/_sandbox/imprint-openapi.json?for=some").await.0, 400);
    assert_eq!(program.get("/_sandbox/nothing").await.0, 404);
}

#[tokio::test]
async fn a_receiver_is_checked() {
    let report = run(&["check-receiver", "http://127.0.0.1:9/hook", "--token", "made-up"]);
    let text = String::from_utf8(report.stdout).expect("text");
    assert!(report.status.code() == Some(1) && text.contains("nothing listens at 127.0.0.1:9"), "{text}");
}

#[tokio::test]
async fn a_seed_file_is_what_the_sandbox_begins_with() {
    let folder = std::env::temp_dir().join(format!("imprint-sandbox-seed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let example = run(&["seed-example"]).stdout;
    let schema: Value = serde_json::from_slice(&run(&["seed-example", "--schema"]).stdout).expect("JSON");
    assert!(schema["properties"].is_object());

    let file = folder.join("seed.yaml");
    std::fs::write(&file, &example).expect("it is written");
    let program = Process::start(&["--seed", file.to_str().expect("text"), "--key", "my-key"]);
    let found = client().get(format!("{}/v2/customers", program.url())).bearer_auth("my-key").send().await;
    let found: Value = found.expect("an answer").json().await.expect("JSON");
    assert!(found["total"].as_u64().expect("a number") > 0, "{found}");

    std::fs::write(&file, "customers:\n  - partner_customer_id: A\n    aplied: approve\n").expect("it is written");
    let (code, message) = refused(&["--seed", file.to_str().expect("text")]);
    assert!(code == Some(2) && message.contains("did you mean") && message.contains("line 3"), "{message}");
    let (code, message) = refused(&["--seed", "/nowhere/seed.yaml"]);
    assert!(code == Some(2) && message.contains("cannot be read"), "{message}");
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

#[tokio::test]
async fn the_first_line_names_an_address_that_can_be_called() {
    let program = Process::start(&["--listen", "0.0.0.0:0"]);
    assert!(program.url().starts_with("http://127.0.0.1:"), "{}", program.url());
    assert_eq!(program.get("/_sandbox/health").await.0, 200);
}

#[test]
fn an_output_that_is_read_in_part_only_is_no_failure() {
    use std::io::Read;
    use std::process::Stdio;
    let mut child = command(&["openapi"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut few = [0; 10];
    child.stdout.take().expect("an output").read_exact(&mut few).expect("bytes");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
