//! A server on loopback that gives prepared answers, and a client that calls it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use shapes::{Client, RetryPolicy};

/// A request as it came.
pub struct Sent {
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Sent {
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn read(stream: &mut TcpStream) -> Sent {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let sent = Sent { line: head.lines().next().unwrap().to_owned(), head, body: String::new() };
    let length = sent.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    Sent { body: String::from_utf8(body).unwrap(), ..sent }
}

/// A client of a server that gives these answers one after the other, each on a connection of its own, and the requests that it got.
/// `{host}` in an answer is the URL of the server.
pub fn server(answers: &[(u16, &str)]) -> (Client, Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, sent) = channel();
    let answers: Vec<(u16, String)> =
        answers.iter().map(|(status, body)| (*status, body.replace("{host}", &url))).collect();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            // A test that does not look at the requests has dropped the receiver.
            let _ = sender.send(read(&mut stream));
            let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let retry = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(1));
    (Client::builder().api_key("key").base_url(&url).retry(retry).build().unwrap(), sent)
}

/// A client whose calls must not be sent.
pub fn unreachable() -> Client {
    Client::builder().api_key("key").base_url("http://127.0.0.1:1").build().unwrap()
}
