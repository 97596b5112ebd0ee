//! A server on loopback for one test. It handles every connection the same way and stops when it is dropped.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// The longest that anything here waits.
const BOUND: Duration = Duration::from_secs(300);

pub struct TestServer {
    port: u16,
    stop: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

/// One connection, whose request has been read.
pub struct Connection {
    pub stream: TcpStream,
    pub path: String,
    stop: Arc<AtomicBool>,
}

impl TestServer {
    /// A server that calls `answer` for each connection.
    pub fn start(answer: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::raw(move |stream, stop| {
            let mut stream = stream;
            let Some(request) = request(&mut stream) else { return };
            let path = request.split(' ').nth(1).unwrap_or_default().to_string();
            answer(&mut Connection { stream, path, stop });
        })
    }

    /// A server that answers every request with `body`.
    pub fn with(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::start(move |connection| connection.respond("200 OK", "content-type: application/yaml", &body))
    }

    /// A server that calls `serve` before the request is read, for TLS.
    pub fn raw(serve: impl Fn(TcpStream, Arc<AtomicBool>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stopped, counted) = (stop.clone(), connections.clone());
        let serve = Arc::new(serve);
        let thread = thread::spawn(move || {
            let started = Instant::now();
            while !stopped.load(Ordering::Relaxed) && started.elapsed() < BOUND {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                counted.fetch_add(1, Ordering::Relaxed);
                stream.set_nonblocking(false).unwrap();
                stream.set_read_timeout(Some(BOUND)).unwrap();
                stream.set_write_timeout(Some(BOUND)).unwrap();
                let (serve, stopped) = (serve.clone(), stopped.clone());
                thread::spawn(move || serve(stream, stopped));
            }
        });
        Self { port, stop, connections, thread: Some(thread) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/openapi.yaml", self.port)
    }

    /// Waits until someone has connected.
    pub fn wait(&self) {
        let started = Instant::now();
        while self.connections.load(Ordering::Relaxed) == 0 {
            assert!(started.elapsed() < BOUND, "nobody has connected");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends what waits for it.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A request without a body, up to its empty line.
pub fn request(stream: &mut impl Read) -> Option<String> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") && read.len() < 64 * 1024 {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => read.push(byte[0]),
            _ => return None,
        }
    }
    String::from_utf8(read).ok()
}

/// An answer with its length.
pub fn response(status: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

impl Connection {
    pub fn respond(&mut self, status: &str, header: &str, body: &[u8]) {
        self.send(&response(status, header, body));
    }

    /// Sends bytes. Returns whether the client still reads.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Waits for the server to be stopped.
    pub fn stall(&self) {
        let started = Instant::now();
        while !self.stop.load(Ordering::Relaxed) && started.elapsed() < BOUND {
            thread::sleep(Duration::from_millis(2));
        }
    }
}
