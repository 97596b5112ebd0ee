//! How the program ends.

#![cfg(unix)]

use std::process::Stdio;
use std::time::Instant;

use super::process::{LONGEST, Process, client, command};

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

#[test]
fn a_signal_ends_it_also_while_it_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("seed.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let mut child = command(&["--port", "0", "--seed", pipe.to_str().expect("text")]).spawn().expect("it starts");
    // Opening waits for the program to read, which it does for as long as this end is open: it is in its start.
    let (sender, opened) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(std::fs::OpenOptions::new().write(true).open(pipe)));
    let opened = opened.recv_timeout(LONGEST);
    let sent = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("the signal is sent").success());
    let end = Instant::now() + LONGEST;
    let status = loop {
        match child.try_wait().expect("a status") {
            Some(status) => break Some(status),
            None if Instant::now() > end => break None,
            None => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    };
    if status.is_none() {
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
    }
    let _writer = opened.expect("the program reads the seed").expect("it is opened");
    assert!(status.expect("it ends by itself").success());
}
