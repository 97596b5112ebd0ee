//! The document that a refresh is about: its text, and what reading it gave.
//!
//! It is read in a thread of its own that has a limited time. The reader of YAML takes time that grows with the square of the
//! levels it is in, so a hundred thousand opening brackets, which are a small file, would keep it busy for minutes and a
//! file of the permitted size for days.

use std::{sync::mpsc, thread, time::Duration};

use serde_json::Value;

use crate::{
    failure::{Failure, catch_panics},
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
}

impl NewDocument {
    /// Reads a document. It fails if that takes longer than `limit`; the thread that reads is left behind then, and ends with
    /// the process.
    pub fn read(text: String, limit: Duration) -> Result<Self, Failure> {
        let (sender, receiver) = mpsc::channel();
        let read = move || {
            let parsed = catch_panics(|| pipeline::parse("the new document", &text));
            // Nobody listens any more when the time is up.
            let _ = sender.send((text, parsed));
        };
        let refuse = |what: String| {
            Failure::new(what, "look at what is unusual in the document, or give a slow machine more time by --timeout")
        };
        thread::Builder::new().stack_size(STACK).spawn(read).map_err(|e| {
            Failure::new(
                format!("no thread to read the document in: {e}"),
                "free memory or raise the limits of the process",
            )
        })?;
        let (text, parsed) = receiver.recv_timeout(limit).map_err(|_| {
            let seconds = limit.as_secs_f32();
            refuse(format!(
                "the new document was not read within {seconds} s: its structure is very deep or very large"
            ))
        })?;
        match parsed {
            Ok(parsed) => Ok(Self { text, parsed }),
            Err(panic) => Err(refuse(format!("the new document made the reader of YAML panic: {panic}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// Without the limit this takes half a minute and more, growing with the square of the levels.
    #[test]
    fn a_document_of_very_many_levels_is_given_up_in_time() {
        let started = Instant::now();
        let limit = Duration::from_millis(300);
        let failure = NewDocument::read("[".repeat(100_000), limit).unwrap_err().to_string();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        assert!(failure.contains("not read within 0.3 s") && failure.contains("what to do"), "{failure}");
    }

    #[test]
    fn what_was_read_in_time_is_the_document_or_why_it_is_none() {
        let limit = Duration::from_secs(60);
        let read = NewDocument::read("a: 1\n".into(), limit).unwrap();
        assert_eq!((read.text.as_str(), read.parsed.unwrap()["a"].as_u64()), ("a: 1\n", Some(1)));
        let problem = NewDocument::read("a: [".into(), limit).unwrap().parsed.unwrap_err().to_string();
        assert!(problem.contains("the new document") && problem.contains("not YAML"), "{problem}");
        // As deep as YAML is read at all.
        let deep = format!("a: {}1{}\n", "[".repeat(120), "]".repeat(120));
        assert!(NewDocument::read(deep, limit).unwrap().parsed.is_ok());
    }
}
