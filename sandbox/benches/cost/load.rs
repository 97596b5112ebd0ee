//! Servers in threads of their own, and a client that asks them as fast as they answer.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::requests::runtime;

/// A server with a thread of its own, whose processor time can be read.
pub struct Server {
    pub address: SocketAddr,
    /// The numbers of its threads in `/proc`, where there is one.
    threads: Vec<String>,
}

impl Server {
    /// A server that listens; it is called in the thread of the server.
    pub fn here(address: SocketAddr) -> Self {
        let link = std::fs::read_link("/proc/thread-self").ok();
        let thread = link.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Self { address, threads: thread.into_iter().collect() }
    }

    /// The same server, with threads that work for it beside its own.
    pub fn with(mut self, threads: impl IntoIterator<Item = String>) -> Self {
        self.threads.extend(threads);
        self
    }

    /// How many seconds its threads have been on a processor. Not a number where that cannot be read.
    fn busy(&self) -> f64 {
        let of = |thread: &String| {
            let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
            text.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
        };
        let times: Option<Vec<f64>> = self.threads.iter().map(of).collect();
        times.filter(|times| !times.is_empty()).map_or(f64::NAN, |times| times.iter().sum())
    }
}

/// What a server did in a round.
#[derive(Clone, Copy)]
pub struct Round {
    pub per_second: f64,
    /// The seconds of processor time for each request.
    pub busy: f64,
}

/// Asks a server the same again and again for a time, on this many connections at once.
pub fn round(server: &Server, request: &[u8], connections: usize, time: Duration) -> Round {
    let (busy, started) = (server.busy(), Instant::now());
    let until = started + time;
    let answered: usize = runtime().block_on(async {
        let connections = (0..connections).map(|_| tokio::spawn(ask(server.address, request.to_vec(), until)));
        let mut answered = 0;
        for connection in connections.collect::<Vec<_>>() {
            answered += connection.await.expect("no panic").expect("the server answers");
        }
        answered
    });
    let took = started.elapsed().as_secs_f64();
    Round { per_second: answered as f64 / took, busy: (server.busy() - busy) / answered as f64 }
}

/// Asks on one connection; how often it was answered.
async fn ask(address: SocketAddr, request: Vec<u8>, until: Instant) -> io::Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut answered, mut buffer) = (0, Vec::new());
    while Instant::now() < until {
        stream.write_all(&request).await?;
        let (head, body) = read(&mut stream, &mut buffer).await?;
        let is_success = buffer.starts_with(b"HTTP/1.1 2");
        if !is_success {
            return Err(io::Error::other(String::from_utf8_lossy(&buffer).into_owned()));
        }
        buffer.drain(..head + body);
        answered += 1;
    }
    Ok(answered)
}

/// Asks once; the head and the body of the answer.
pub async fn once(address: SocketAddr, request: &[u8]) -> io::Result<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut buffer = Vec::new();
    let (head, body) = read(&mut stream, &mut buffer).await?;
    Ok((String::from_utf8_lossy(&buffer[..head]).into_owned(), buffer[head..head + body].to_vec()))
}

/// Reads until an answer is whole; how long its head and its body are.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<(usize, usize)> {
    loop {
        if let Some(end) = buffer.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]);
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                return Ok((end + 4, length));
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
