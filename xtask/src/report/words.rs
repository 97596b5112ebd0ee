//! Phrases that every form of a report uses.

use crate::{diff::Change, lock::Lock};

/// Who carries a change, in a few words.
pub fn carriers(change: &Change) -> String {
    let places: Vec<String> = change.places.iter().map(|side| format!("{side:?}").to_lowercase()).collect();
    if change.used_by.is_empty() {
        let nobody = places.is_empty().then(|| "carried by no operation".to_string());
        return nobody.unwrap_or_else(|| places.join(" and "));
    }
    let shown = 3;
    let mut names: Vec<&str> = change.used_by.iter().map(String::as_str).collect();
    let more = names.len().saturating_sub(shown);
    names.truncate(shown);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} of {}{more}", places.join(" and "), names.join(", "))
}

/// `1 line`, `2 lines`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A document in one line.
pub fn described(lock: &Lock) -> String {
    let Lock { version, operations, schemas, webhooks, sha256, date, .. } = lock;
    let id = sha256.get(..12).unwrap_or(sha256);
    let counts = match (operations, schemas, webhooks) {
        // A lock of an earlier version of this command has no counts.
        (0, 0, 0) => String::new(),
        _ => format!(
            ", {}, {}, {}",
            count(*operations, "operation"),
            count(*schemas, "schema"),
            count(*webhooks, "webhook")
        ),
    };
    format!("version {version} of {date}{counts} (SHA-256 {id}…)")
}
