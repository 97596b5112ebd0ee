//! Reads and writes `openapi/openapi.lock`: where the document came from, and which one it is.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{failure::Failure, files, pipeline::walk};

const HEADER: &str =
    "# Where openapi.yaml came from, and which one it is. Written by `cargo xtask refresh-spec`, never edited.\n";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The URL, or `file <name>`.
    pub source: String,
    /// The day it was brought in, UTC.
    pub date: String,
    /// Of openapi.yaml with line feeds at the ends of its lines, in lower-case hexadecimal.
    pub sha256: String,
    /// `info.version` of the document.
    pub version: String,
    /// How many of each the document has, before the overlay.
    #[serde(default)]
    pub operations: usize,
    #[serde(default)]
    pub schemas: usize,
    #[serde(default)]
    pub webhooks: usize,
}

impl Lock {
    /// The lock of a document.
    pub fn of(source: &str, date: String, text: &str, document: &Value) -> Self {
        let count = |pointer: &str| document.pointer(pointer).and_then(Value::as_object).map_or(0, |map| map.len());
        let mut operations = 0;
        // The visitor never refuses.
        let _ = walk::operations(&mut document.clone(), &mut |_| {
            operations += 1;
            Ok(())
        });
        Self {
            source: source.to_string(),
            date,
            sha256: sha256(files::with_line_feeds(text).as_bytes()),
            version: version(&document["info"]["version"]),
            operations,
            schemas: count("/components/schemas"),
            webhooks: count("/webhooks"),
        }
    }

    pub fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|e| {
            let advice = format!("bring it back by `git restore {}`", files::LOCK);
            Failure::new(format!("{} is not what refresh-spec writes: {}", files::LOCK, e.message()), advice)
        })
    }

    pub fn render(&self) -> String {
        // A struct of strings and numbers is always TOML.
        format!("{HEADER}{}", toml::to_string(self).unwrap_or_default())
    }
}

/// A version as text. `2.10` without quotation marks is the number 2.1 in YAML, which is all that is left of it.
fn version(version: &Value) -> String {
    match version {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_string(),
        other => other.to_string(),
    }
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Today in UTC, or the day that `SOURCE_DATE_EPOCH` names.
pub fn today() -> String {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let time = jiff::Timestamp::from_second(set.unwrap_or_else(now)).unwrap_or_default();
    time.strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lock_is_read_back_as_it_was_written() {
        let document = json!({
            "info": {"version": "2.\"1\""},
            "paths": {"/a": {"get": {}, "post": {}, "parameters": []}},
            "components": {"schemas": {"A": {}}},
            "webhooks": {"a": {}, "b": {}},
        });
        let lock = Lock::of("https://a.example/\\x", "2026-11-21".into(), "abc", &document);
        assert_eq!((lock.operations, lock.schemas, lock.webhooks), (2, 1, 2));
        assert_eq!(lock.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Lock::parse(&lock.render()).unwrap(), lock);
        assert_eq!(Lock::parse(&lock.render().replace('\n', "\r\n")).unwrap(), lock);
        let [line_feeds, others] =
            ["a\nb\n", "a\r\nb\r\n"].map(|text| Lock::of("", String::new(), text, &document).sha256);
        assert_eq!(line_feeds, others);
    }

    #[test]
    fn a_broken_lock_is_refused_with_the_way_back() {
        for text in ["source = 1", "<<<<<<< HEAD", "source = \"a\"\n"] {
            let failure = Lock::parse(text).unwrap_err().to_string();
            assert!(failure.contains("openapi.lock") && failure.contains("git restore"), "{failure}");
        }
    }
}
