//! What the program prints: its first lines, and a line for each request.
//!
//! A thread of its own writes, and lines are left out when it does not get on: a program that starts this one and reads
//! only the first line of its output would otherwise stop the server as soon as the pipe is full.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::instant::Instant;
use crate::log::Request;
use crate::model::delivery::Attempt;
use crate::server::redact;
use crate::world::Parcel;

use super::args::LogForm;
use super::output::complain;

/// How many lines may wait.
const WAITING: usize = 4_096;

/// How long the end of the program waits for the lines to be written.
const PATIENCE: Duration = Duration::from_millis(500);

/// The lines of the program. A clone writes to the same output.
#[derive(Clone)]
pub struct Lines {
    form: LogForm,
    sender: SyncSender<Job>,
    left_out: Arc<AtomicU64>,
}

enum Job {
    Line(String),
    /// All lines before are written: tell it.
    Flush(mpsc::Sender<()>),
}

impl Lines {
    /// Writes to the standard output.
    pub fn to_stdout(form: LogForm) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let missing = Arc::clone(&left_out);
        // Without the thread there are no lines, and the server works all the same.
        let _ = std::thread::Builder::new().name("lines".into()).spawn(move || write(&receiver, &missing));
        Self { form, sender, left_out }
    }

    /// Prints a line of the start. Where requests are printed as JSON, all but the first go to the standard error, so that
    /// the rest of the output is JSON alone.
    pub fn start(&self, line: String, is_first: bool) {
        if self.form == LogForm::Json && !is_first {
            complain(line);
        } else {
            self.line(line);
        }
    }

    /// Prints a request to the API; `account` is None for the first account.
    pub fn request(&self, account: Option<&str>, request: &Request) {
        match self.form {
            LogForm::Off => {}
            LogForm::Text => self.line(text(account, request, SystemTime::now())),
            LogForm::Json => self.line(json_line(account, request, SystemTime::now())),
        }
    }

    /// Prints a request that is refused for where it says it comes from.
    pub fn refused(&self, method: &str, path: &str, reason: &str) {
        let (at, path) = (Instant::of(SystemTime::now()).text(), redact::path(path));
        let time = at.get(11..23).unwrap_or_default();
        match self.form {
            LogForm::Off => {}
            LogForm::Text => self.line(format!("{time} 403 refused {method} {} reason={}", word(&path), word(reason))),
            LogForm::Json => {
                let line = json!({ "time": at, "refused": reason, "method": method, "path": path, "status": 403 });
                self.line(line.to_string());
            }
        }
    }

    /// Prints an attempt to deliver a webhook.
    pub fn webhook(&self, account: Option<&str>, parcel: &Parcel, attempt: &Attempt) {
        match self.form {
            LogForm::Off => {}
            LogForm::Text => self.line(webhook_text(account, parcel, attempt)),
            LogForm::Json => self.line(webhook_json(account, parcel, attempt)),
        }
    }

    /// Waits until the lines so far are written, but not for long.
    pub fn flush(&self) {
        let (done, written) = mpsc::channel();
        if self.sender.try_send(Job::Flush(done)).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }

    fn line(&self, line: String) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Job::Line(line)) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write(jobs: &Receiver<Job>, left_out: &AtomicU64) {
    let mut out = std::io::stdout().lock();
    while let Ok(job) = jobs.recv() {
        // An output that nobody reads any more is no reason to stop.
        let _ = match job {
            Job::Line(line) => writeln!(out, "{line}"),
            Job::Flush(done) => {
                let flushed = out.flush();
                let _ = done.send(());
                flushed
            }
        };
        let missing = left_out.swap(0, Ordering::Relaxed);
        if missing > 0 {
            complain(format_args!(
                "imprint-sandbox: {missing} lines were left out, since the output was not read fast enough"
            ));
        }
    }
}

/// `12:00:01.204 201 createSession POST /v2/customer_sessions key=sandbox 0.3ms choice=session-lifetime`
fn text(account: Option<&str>, request: &Request, now: SystemTime) -> String {
    let Request { status, method, path, .. } = request;
    let at = Instant::of(now).text();
    let time = at.get(11..23).unwrap_or_default();
    let status = if *status == 0 { "---".to_owned() } else { status.to_string() };
    let operation = request.operation.as_deref().unwrap_or("-");
    let key = request.key.as_deref().unwrap_or("-");
    let took = request.took.as_secs_f64() * 1_000.0;
    let mut line = format!("{time} {status} {operation} {method} {} key={} {took:.1}ms", word(path), word(key));
    let mut add = |name: &str, value: &str| {
        // Writing to a text cannot fail.
        let _ = write!(line, " {name}={}", word(value));
    };
    if let Some(account) = account {
        add("account", account);
    }
    if request.answer != crate::log::AnswerKind::State && request.answer != crate::log::AnswerKind::Refusal {
        add("answer", request.answer.text());
    }
    if let Some(fault) = &request.fault {
        add("fault", fault);
    }
    if !request.choices.is_empty() {
        add("choice", &request.choices.iter().map(|choice| choice.id()).collect::<Vec<_>>().join(","));
    }
    for note in &request.notes {
        add("note", note);
    }
    line
}

/// `12:00:01.204 401 webhook REWARD http://127.0.0.1:9000/imprint delivery=… 4.2ms diagnosis="…"`
fn webhook_text(account: Option<&str>, parcel: &Parcel, attempt: &Attempt) -> String {
    let at = Instant::of(attempt.sent_at).text();
    let time = at.get(11..23).unwrap_or_default();
    let status = attempt.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let took = attempt.took.as_secs_f64() * 1_000.0;
    let (object, target, id) = (&parcel.object, &parcel.endpoint.target, &parcel.delivery_id);
    let mut line = format!("{time} {status} webhook {object} {target} delivery={id} {took:.1}ms");
    let replay = attempt.is_replay.then_some("true");
    let causes = [
        ("account", account),
        ("replay", replay),
        ("error", attempt.error.as_deref()),
        ("diagnosis", attempt.diagnosis.as_deref()),
    ];
    for (name, value) in causes.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        // Writing to a text cannot fail.
        let _ = write!(line, " {name}={}", word(value));
    }
    line
}

fn webhook_json(account: Option<&str>, parcel: &Parcel, attempt: &Attempt) -> String {
    json!({
        "time": Instant::of(attempt.sent_at).text(),
        "account": account,
        "webhook": parcel.object,
        "receiver": parcel.endpoint.target.to_string(),
        "delivery": parcel.delivery_id,
        "replay": attempt.is_replay,
        "status": attempt.status,
        "milliseconds": (attempt.took.as_secs_f64() * 10_000.0).round() / 10.0,
        "error": attempt.error,
        "diagnosis": attempt.diagnosis,
    })
    .to_string()
}

/// A text as one word of a line: in quotes if it has spaces or anything that does not belong into a line.
fn word(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '"');
    if is_plain { text.to_owned() } else { format!("{text:?}") }
}

fn json_line(account: Option<&str>, request: &Request, now: SystemTime) -> String {
    let Request { sequence, operation, method, path, key, merchant_key, status, fault, notes, .. } = request;
    let milliseconds = (request.took.as_secs_f64() * 10_000.0).round() / 10.0;
    json!({
        "time": Instant::of(now).text(),
        "account": account,
        "request": sequence,
        "operation": operation,
        "method": method,
        "path": path,
        "key": key,
        "merchant_key": merchant_key,
        "status": (*status != 0).then_some(status),
        "answer": request.answer.text(),
        "milliseconds": milliseconds,
        "fault": fault,
        "choices": request.choices.iter().map(|choice| choice.id()).collect::<Vec<_>>(),
        "notes": notes,
    })
    .to_string()
}
