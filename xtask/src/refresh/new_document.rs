//! The document that a refresh is about: its text, and what reading it gave.
//!
//! It is read in a thread of its own that has a limited time. The reader of YAML takes time that grows with the square of the
//! levels it is in: a hundred thousand opening brackets, which are a small file, keep it busy for about a minute, and a file of
//! the permitted size for days.

use std::{sync::mpsc, thread, time::Duration};

use serde_json::Value;

use super::cut_off::Readable;
use crate::{
    failure::{DEFECT, Failure, catch_panics},
    pipeline::{self, Problem},
};

/// The stack of the thread that reads: as much as the main thread of a process has on Linux.
const STACK: usize = 8 * 1024 * 1024;

/// A document that may not be brought in yet, and may be no document at all.
#[derive(Debug)]
pub struct NewDocument {
    pub text: String,
    /// What the text says, or why it is not YAML.
    pub parsed: Result<Value, Problem>,
    /// Whether it could be read if it ended a little earlier.
    pub readable: Readable,
}

impl NewDocument {
    /// Reads a document. It fails if that takes longer than `limit`.
    pub fn read(text: String, limit: Duration) -> Result<Self, Failure> {
        within(limit, move || {
            let parsed = pipeline::parse("the new document", &text);
            let readable = Readable::of(&text, parsed.is_ok());
            Self { text, parsed, readable }
        })
    }
}

/// What `read` returns, if it does not take longer than `limit`. Otherwise its thread is left behind, and ends with the
/// process.
fn within<T: Send + 'static>(limit: Duration, read: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let (sender, receiver) = mpsc::channel();
    // Nobody listens any more when the time is over.
    let read = move || drop(sender.send(catch_panics(read)));
    thread::Builder::new().stack_size(STACK).spawn(read).map_err(|e| {
        let advice = "free memory or raise the limits of the process";
        Failure::new(format!("no thread to read the document in: {e}"), advice)
    })?;
    let read = receiver.recv_timeout(limit).map_err(|_| {
        let seconds = limit.as_secs_f32();
        Failure::new(
            format!("the new document was not read within {seconds} s: its structure is very deep or very large"),
            "look at what is unusual in the document, or give a slow machine more time by --timeout",
        )
    })?;
    read.map_err(|panic| Failure::new(format!("the new document made the reader of YAML panic: {panic}"), DEFECT))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_document_of_very_many_levels_is_given_up_in_time() {
        let started = Instant::now();
        let limit = Duration::from_millis(300);
        let text = format!("openapi: {}\n", "[".repeat(100_000));
        // Without `expect_err`, which would print the text when the test fails.
        let Err(failure) = NewDocument::read(text, limit) else { panic!("it was read within the limit") };
        let failure = failure.to_string();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        assert!(failure.contains("not read within 0.3 s") && failure.contains("--timeout"), "{failure}");
    }

    #[test]
    fn what_was_read_in_time_is_the_document_or_why_it_is_none() {
        let read = NewDocument::read("a: 1\n".into(), PATIENCE).unwrap();
        assert_eq!((read.text.as_str(), read.readable), ("a: 1\n", Readable::Whole));
        assert_eq!(read.parsed.unwrap()["a"].as_u64(), Some(1));
        let cut = NewDocument::read("a: 1\nb: [".into(), PATIENCE).unwrap();
        let problem = cut.parsed.unwrap_err().to_string();
        assert!(problem.contains("the new document") && problem.contains("not YAML"), "{problem}");
        assert_eq!(cut.readable, Readable::WithoutItsEnd);
        // As deep as YAML is read at all.
        let deep = format!("a: {}1{}\n", "[".repeat(120), "]".repeat(120));
        assert!(NewDocument::read(deep, PATIENCE).unwrap().parsed.is_ok());
    }

    #[test]
    fn a_panic_is_a_defect_to_report_and_no_lack_of_time() {
        let failure = within(PATIENCE, || -> () { panic!("out of bounds") }).unwrap_err().to_string();
        assert!(failure.contains("panic: out of bounds") && failure.contains(DEFECT), "{failure}");
        assert!(!failure.contains("--timeout"), "{failure}");
    }
}
