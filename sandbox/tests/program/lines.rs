//! What is printed of requests.

use serde_json::Value;

use super::process::{Process, client};

/// A social security number that is made up.
const SSN: &str = "219099999";

async fn search(program: &Process, query: &str) {
    let url = format!("{}/v2/customers?{query}", program.url());
    client().get(url).bearer_auth("sandbox-key").send().await.expect("an answer");
}

#[tokio::test]
async fn lines_of_json_have_everything_but_secrets() {
    let program = Process::start(&["--log", "json"]);
    search(&program, &format!("ssn={SSN}&nonsense=1")).await;
    let line = program.line("searchCustomers");
    let record: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&record["status"], &record["key"]), (&Value::from(200), &Value::from("sandbox")));
    assert!(line.contains("nonsense ignored"), "{line}");
    assert!(!line.contains(SSN), "{line}");
}

#[tokio::test]
async fn a_request_cannot_write_a_line_of_its_own() {
    let program = Process::start(&[]);
    search(&program, "a%0A12:00:00.000%20200%20forged=1").await;
    // U+009B begins a command for a terminal.
    let address = program.url().trim_start_matches("http://").to_owned();
    let mut raw = std::net::TcpStream::connect(address).expect("a connection");
    std::io::Write::write_all(&mut raw, b"GET /v2/a\xc2\x9b31mred HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("sent");
    let red = program.line("31mred");
    assert!(!red.contains('\u{9b}'), "{red:?}");
    search(&program, "b%0A12:00:00.000%20200%20forged=1").await;
    let line = program.line("searchCustomers");
    assert!(line.contains("note=\"") && line.contains("\\n12:00:00"), "{line}");
}

#[tokio::test]
async fn an_output_that_nobody_reads_does_not_stop_the_server() {
    use std::process::Stdio;
    let folder = std::env::temp_dir().join(format!("imprint-sandbox-lines-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("url");
    let flags = ["--port", "0", "--print-url", file.to_str().expect("text")];
    // The pipe is never read.
    let mut child = super::process::command(&flags).stdout(Stdio::piped()).spawn().expect("the program starts");
    let end = std::time::Instant::now() + super::process::LONGEST;
    let url = loop {
        match std::fs::read_to_string(&file) {
            Ok(url) => break url.trim().to_owned(),
            Err(_) => assert!(std::time::Instant::now() < end, "no URL"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    // More than a pipe and the program's own queue hold.
    let client = client();
    let long = "a".repeat(2_000);
    for _ in 0..300 {
        let answer = client.get(format!("{url}/v2/{long}")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 404);
    }
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

#[tokio::test]
async fn each_attempt_to_deliver_a_webhook_has_a_line_with_its_cause_and_without_its_token() {
    for (form, expected) in
        [("text", "--- webhook APPLICATION http://127.0.0.1:9/hook delivery="), ("json", "\"webhook\":\"APPLICATION\"")]
    {
        let flags =
            ["--log", form, "--webhook", "http://127.0.0.1:9/hook?secret=made-up", "--webhook-token", "made-up-token"];
        let program = Process::start(&flags);
        let customer = serde_json::json!({ "partner_customer_id": "A", "applied": "approve" });
        let made = client().post(format!("{}/_sandbox/customers", program.url())).json(&customer).send().await;
        assert!(made.expect("an answer").status().is_success());
        let line = program.line("nothing listens at 127.0.0.1:9");
        assert!(line.contains(expected), "{line}");
        assert!(!line.contains("made-up"), "{line}");
    }
}
