//! How the program ends.

#![cfg(unix)]

use std::process::Stdio;
use std::time::Instant;

use super::process::{Process, client, command};

#[tokio::test]
async fn a_signal_ends_it_with_success_after_the_answers_on_their_way() {
    for signal in ["TERM", "INT"] {
        let mut program = Process::start(&[]);
        // A connection that is kept open does not hold it up.
        let client = client();
        let url = format!("{}/_sandbox/health", program.url());
        client.get(&url).send().await.expect("an answer");
        let began = Instant::now();
        program.signal(signal);
        assert!(program.ends().success());
        assert!(began.elapsed().as_secs() < 5, "{signal} took {:?}", began.elapsed());
        assert!(client.get(&url).send().await.is_err(), "nothing listens any more");
    }
}

#[tokio::test]
async fn it_ends_with_the_program_that_started_it_if_it_is_told_to() {
    let mut command = command(&["--port", "0", "--stop-with-stdin"]);
    command.stdin(Stdio::piped());
    let mut program = Process::spawn(command);
    program.get("/_sandbox/health").await;
    drop(program.input());
    assert!(program.ends().success());
}
