//! What is printed of requests.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::process::{LONGEST, Process, client};

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
    // The pipe is not read for now.
    let mut command = super::process::command(&flags);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut child = Killed(child);
    let end = Instant::now() + LONGEST;
    let url = loop {
        match std::fs::read_to_string(&file) {
            Ok(url) => break url.trim().to_owned(),
            Err(_) => assert!(Instant::now() < end, "no URL"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    // More than a pipe (64 KiB, and a line is longer than this path) and the queue of the program (4,096 lines) hold. The
    // requests are sent at once, over one connection.
    let count = 6_000;
    let request = format!("GET /v2/{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(200));
    let last = "GET /v2/last HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let stream = TcpStream::connect(url.trim_start_matches("http://")).await.expect("a connection");
    let (mut answers, mut requests) = stream.into_split();
    let sending = async {
        requests.write_all((request.repeat(count) + last).as_bytes()).await.expect("they are sent");
    };
    let mut answered = String::new();
    let both = async { tokio::join!(sending, answers.read_to_string(&mut answered)) };
    let ((), read) = tokio::time::timeout(2 * LONGEST, both).await.expect("each request is answered");
    read.expect("answers");
    assert_eq!(answered.matches("HTTP/1.1 404").count(), count + 1);

    // As soon as it gets on again, the program says what it left out.
    let mut output = child.0.stdout.take().expect("an output");
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let errors = BufReader::new(child.0.stderr.take().expect("errors"));
    let (sender, message) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(errors.lines().map_while(Result::ok).next()));
    let message = message.recv_timeout(LONGEST).expect("a message in time").expect("a message");
    assert!(message.contains("lines were left out"), "{message}");
    drop(child);
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

/// A program that is killed when the test is over.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
