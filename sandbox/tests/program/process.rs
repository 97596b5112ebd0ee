//! A running program, which is killed when the test is over.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// No step of a test takes longer.
pub const LONGEST: Duration = Duration::from_secs(20);

/// The program, not started yet, with none of the variables of this process that it would read.
pub fn command(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imprint-sandbox"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("IMPRINT_")) {
        command.env_remove(name);
    }
    command.args(flags).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(flags: &[&str]) -> Output {
    command(flags).output().expect("the program runs")
}

/// A program that serves.
pub struct Process {
    child: Child,
    url: String,
    lines: Receiver<String>,
}

impl Process {
    /// Starts the program with these flags, at a free port unless they name one.
    pub fn start(flags: &[&str]) -> Self {
        let port: &[&str] = if flags.contains(&"--listen") { &[] } else { &["--port", "0"] };
        Self::spawn(command(&[port, flags].concat()))
    }

    /// Starts a program and waits for its first line.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let output = child.stdout.take().expect("an output");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut process = Self { child, url: String::new(), lines };
        let first = process.lines.recv_timeout(LONGEST);
        let first = first.unwrap_or_else(|_| panic!("no first line; {}", process.errors()));
        process.url = first.strip_prefix("listening at ").expect("a first line").to_owned();
        process
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for a line that has a text.
    pub fn line(&self, text: &str) -> String {
        let end = Instant::now() + LONGEST;
        let mut before = Vec::new();
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => before.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line has {text:?}; there were {before:#?}")
                }
            }
        }
    }

    /// A request without a body to a path; the status and the JSON of the answer.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = client().get(format!("{}{path}", self.url)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// The standard input, if it is a pipe.
    pub fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Sends a signal: `TERM`, `KILL`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("the signal is sent").success());
    }

    /// Waits until it ends.
    pub fn ends(&mut self) -> ExitStatus {
        let end = Instant::now() + LONGEST;
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(Instant::now() < end, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills the program and tells what it wrote to the standard error.
    pub fn errors(&mut self) -> String {
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = errors.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client without a proxy, which follows no redirect.
pub fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().timeout(LONGEST).redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client")
}
