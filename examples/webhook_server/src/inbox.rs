//! Keeps a mark of every handled event in SQLite. Several instances would use a table of the database they share.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use imprint_client::webhook::Event;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    -- A commit is on the disk when it returns.
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS webhook_seen (
        dedupe_key TEXT PRIMARY KEY,
        seen_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    -- What the events ask for: here, a line in a ledger.
    CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, object TEXT NOT NULL, merchant_key TEXT, event TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS unreadable (body BLOB PRIMARY KEY);
";

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Whether an event has been handled before.
pub enum Seen {
    FirstTime,
    Before,
}

#[derive(Clone)]
pub struct Inbox(Arc<Mutex<Connection>>);

/// The work on one event, in the same transaction as its mark.
pub struct Work<'a>(&'a Transaction<'a>);

impl Inbox {
    pub fn open(path: impl AsRef<Path>) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does the work on an event unless it has been done before.
    ///
    /// The mark and the work are one transaction: when it returns both are on the disk, or neither is.
    pub fn once(&self, event: &Event, work: impl FnOnce(Work<'_>) -> Result<(), Error>) -> Result<Seen, Error> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Immediate: when two processes got the same delivery, the second waits here until the first is done.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let marks = transaction.execute(
            "INSERT INTO webhook_seen (dedupe_key) VALUES (?1) ON CONFLICT DO NOTHING",
            [event.dedupe_key()],
        )?;
        if marks == 0 {
            return Ok(Seen::Before);
        }
        // A failure drops the transaction, which rolls it back: there is no mark.
        work(Work(&transaction))?;
        transaction.commit()?;
        Ok(Seen::FirstTime)
    }

    /// Keeps a body for somebody to look at. Imprint sends it again and again, so each is kept once.
    pub fn keep_unreadable(&self, body: &[u8]) -> rusqlite::Result<()> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("INSERT INTO unreadable (body) VALUES (?1) ON CONFLICT DO NOTHING", [body]).map(drop)
    }
}

impl Work<'_> {
    pub fn record(&self, event: &Event) -> Result<(), Error> {
        super::print(event);
        self.0.execute(
            "INSERT INTO ledger (object, merchant_key, event) VALUES (?1, ?2, ?3)",
            params![event.object(), event.merchant_key(), serde_json::to_string(event)?],
        )?;
        Ok(())
    }
}
