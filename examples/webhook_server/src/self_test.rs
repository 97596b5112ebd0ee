//! Sends the server good and bad deliveries, and checks what it answers and what it has done.
//!
//! The deliveries that every receiver has to take or refuse are those of `check_receiver` of imprint-sandbox. What is sent
//! besides is about this server: instances, failures and kills.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::time::Duration;
use std::{env, fs, process, thread};

use imprint_client::webhook::testing::{Delivery, Signer};
use imprint_client::webhook::{BodyReading, KeyReading, MAX_BODY_BYTES, Reading, SIGNATURE_HEADER};
use imprint_sandbox::Expected;
use imprint_sandbox::blocking::check_receiver;
use rusqlite::Connection;
use serde_json::{Value, json};

/// What the server prints before its address.
pub const LISTENING: &str = "listening at ";

/// A token for the self-test only.
const TOKEN: &str = "the-signing-token-of-the-self-test";
const PATIENCE: Duration = Duration::from_secs(10);

/// A server in a process of its own, which is killed when this is dropped.
struct ServerProcess {
    process: Child,
    address: String,
}

impl ServerProcess {
    fn start(database: &Path, faults: &[&str]) -> Result<Self, String> {
        let said = |what: &str, error: std::io::Error| format!("the server {what}: {error}");
        let program = env::current_exe().map_err(|error| said("has no path", error))?;
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--database"])
            .arg(database)
            .args(faults)
            .env("IMPRINT_SIGNING_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| said("did not start", error))?;
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        // Its other lines are read, so that it never blocks on a full pipe.
        thread::spawn(move || lines.for_each(drop));
        let mut server = Self { process, address: String::new() };
        server.address = first.strip_prefix(LISTENING).ok_or("the server does not say its address")?.to_owned();
        Ok(server)
    }

    /// Posts a delivery. Returns the status, or `None` if the server closed the connection without an answer.
    fn deliver(&self, delivery: &Delivery) -> Option<u16> {
        let Delivery { signature, body, .. } = delivery;
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        let length = body.len();
        let head = format!(
            "POST /imprint HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{SIGNATURE_HEADER}: {signature}\r\n\
             content-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).ok()?;
        // The answer to a body that is too large may come before all of it is written.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let (head, body) = answer.split_at(answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4);
        // A refusal has no body.
        assert!(body.is_empty(), "the answer has a body");
        std::str::from_utf8(head).ok()?.split(' ').nth(1)?.parse().ok()
    }

    /// Waits for a process that is about to die.
    fn is_dead(&mut self) -> bool {
        (0..100).any(|_| {
            let ended = matches!(self.process.try_wait(), Ok(Some(_)));
            if !ended {
                thread::sleep(PATIENCE / 100);
            }
            ended
        })
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The result for one kind of delivery.
struct Row {
    sent: &'static str,
    /// The status of each answer; `None` for no answer.
    answers: Vec<Option<u16>>,
    expected: Vec<Option<u16>>,
    /// How often the event was handled, and how often it should have been.
    done: (i64, i64),
}

struct Table {
    database: PathBuf,
    rows: Vec<Row>,
}

impl Table {
    /// `product` identifies the deliveries of this row in the database.
    fn row(&mut self, sent: &'static str, answers: Vec<Option<u16>>, expected: &[u16], product: &str, done: i64) {
        // 0 stands for no answer.
        let expected = expected.iter().map(|status| Some(*status).filter(|status| *status != 0)).collect();
        let found = self.count("SELECT count(*) FROM ledger WHERE merchant_key = ?1", product);
        self.rows.push(Row { sent, answers, expected, done: (found, done) });
    }

    /// -1 if it cannot be counted, which no row expects.
    fn count(&self, query: &str, parameter: &str) -> i64 {
        let count = |database: &Path| Connection::open(database)?.query_row(query, [parameter], |row| row.get(0));
        count(&self.database).unwrap_or(-1)
    }

    fn print(&self) -> bool {
        println!("{:<44} {:<20} {:<20} {:>4} {:>8}", "delivery", "answered", "expected", "done", "expected");
        let text = |answers: &[Option<u16>]| {
            let words = answers.iter().map(|answer| answer.map_or("none".to_owned(), |status| status.to_string()));
            words.collect::<Vec<_>>().join(" ")
        };
        for Row { sent, answers, expected, done } in &self.rows {
            let verdict = if Self::is_right(answers, expected, *done) { "" } else { "  WRONG" };
            println!("{sent:<44} {:<20} {:<20} {:>4} {:>8}{verdict}", text(answers), text(expected), done.0, done.1);
        }
        self.rows.iter().all(|row| Self::is_right(&row.answers, &row.expected, row.done))
    }

    fn is_right(answers: &[Option<u16>], expected: &[Option<u16>], done: (i64, i64)) -> bool {
        answers == expected && done.0 == done.1
    }
}

/// Runs the self-test, with a database of its own that is removed at the end.
pub fn run() -> Result<(), String> {
    let folder = env::temp_dir().join(format!("imprint-webhook-self-test-{}", process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let result = deliveries(folder.join("webhooks.sqlite"));
    let _ = fs::remove_dir_all(&folder);
    result
}

fn reward(product: &str) -> Value {
    json!({"merchant_key": product, "reward_id": format!("reward-of-{product}"), "status": "AVAILABLE", "amount": 500})
}

fn deliveries(database: PathBuf) -> Result<(), String> {
    let mut server = ServerProcess::start(&database, &["--fail-once", "fails", "--die", "dies"])?;
    let mut table = Table { database: database.clone(), rows: Vec::new() };
    check(&server, &table)?;
    let signer = Signer::new(TOKEN);
    let of = |product: &str| signer.deliver("REWARD", &reward(product));

    let answers = at_once(&[&server; 4], &of("at-once"));
    table.row("the same four times at once", answers, &[200; 4], "at-once", 1);
    let second = ServerProcess::start(&database, &[])?;
    let answers = at_once(&[&server, &second, &server, &second], &of("instances"));
    table.row("the same to two instances at once", answers, &[200; 4], "instances", 1);
    drop(second);
    let sorted = Signer::new(TOKEN).reading(Reading::new(KeyReading::Sha256Hex, BodyReading::SortedGo));
    let answer = server.deliver(&sorted.deliver("REWARD", &reward("sorted")));
    table.row("signed under another reading", vec![answer], &[200], "sorted", 1);

    let large = signer.sign(vec![b' '; MAX_BODY_BYTES + 1]);
    table.row("larger than a mebibyte", vec![server.deliver(&large)], &[413], "large", 0);

    let unreadable = signer.deliver("REWARD", &json!({"merchant_key": "unreadable", "amount": "a lot"}));
    let answers = vec![server.deliver(&unreadable), server.deliver(&unreadable)];
    table.row("signed and unreadable, twice", answers, &[400, 400], "unreadable", 0);
    let kept = table.count("SELECT count(*) FROM unreadable WHERE instr(CAST(body AS TEXT), ?1) > 0", "a lot");
    table.rows.last_mut().expect("there is one").done = (kept, 1);

    let answers = (0..3).map(|_| server.deliver(&of("fails"))).collect();
    table.row("the handler fails, again, and repeated", answers, &[500, 200, 200], "fails", 1);

    let mut answers = vec![server.deliver(&of("dies"))];
    if !server.is_dead() {
        return Err("the server survived".into());
    }
    let marked = table.count("SELECT count(*) FROM webhook_seen WHERE ?1 <> ''", "any");
    let server = ServerProcess::start(&database, &[])?;
    answers.extend((0..2).map(|_| server.deliver(&of("dies"))));
    table.row("killed in the middle, again, and repeated", answers, &[0, 200, 200], "dies", 1);
    let after = table.count("SELECT count(*) FROM webhook_seen WHERE ?1 <> ''", "any");
    let right = table.print();
    if after != marked + 1 {
        return Err(format!("the kill left a mark: {marked} before and {after} after the repetition"));
    }
    if right { Ok(()) } else { Err("the self-test has failed".into()) }
}

/// Checks what every receiver has to take or refuse, and that each genuine event was handled once and no other.
fn check(server: &ServerProcess, table: &Table) -> Result<(), String> {
    let url = format!("http://{}/imprint", server.address);
    let report = check_receiver(url, TOKEN).map_err(|error| error.to_string())?;
    println!("{report}\n");
    if !report.is_ok() {
        return Err("the server answers wrongly".into());
    }
    let genuine = report.checks.iter().filter(|check| check.expected == Expected::Acknowledged).count();
    let handled = table.count("SELECT count(*) FROM ledger WHERE ?1 <> ''", "any");
    match usize::try_from(handled) == Ok(genuine) {
        true => Ok(()),
        false => Err(format!("{genuine} events were genuine, and {handled} were handled")),
    }
}

/// Sends the same delivery to each of the servers at the same time, from a thread each.
fn at_once(servers: &[&ServerProcess], delivery: &Delivery) -> Vec<Option<u16>> {
    let barrier = Barrier::new(servers.len());
    let post = |server: &ServerProcess| {
        barrier.wait();
        server.deliver(delivery)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = servers.iter().map(|server| scope.spawn(|| post(server))).collect();
        threads.into_iter().map(|thread| thread.join().expect("posting does not panic")).collect()
    })
}
