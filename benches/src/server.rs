//! The server: the program `loopback`, so that neither its instructions nor its allocations are counted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The server as long as it is kept.
pub struct Server {
    child: Child,
    /// Its URL.
    pub url: String,
}

impl Server {
    /// Starts the program, whose path is `env!("CARGO_BIN_EXE_loopback")`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(program: &str) -> Self {
        // It ends when its standard input does.
        let child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        Self { child, url: line.trim().to_owned() }
    }

    /// How many requests came, this one not counted.
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    pub fn requests(&self) -> usize {
        let address = self.url.strip_prefix("http://").expect("http");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(b"GET /requests HTTP/1.1\r\nConnection: close\r\n\r\n").expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.rsplit('\n').next().and_then(|body| body.parse().ok()).expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The customer whose list of rewards has so many items, each page after so many milliseconds.
pub fn customer_with(items: usize, latency: u64) -> String {
    format!("{items}-{latency}")
}
