//! The part of a receiver of webhooks that no framework changes: verify, do the work
//! once, choose the answer.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use imprint_client::StatusCode;
use imprint_client::webhook::{Event, Verifier, WebhookError};
use rusqlite::{Connection, TransactionBehavior};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS webhook_seen (dedupe_key TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS to_do (event TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS unreadable (body BLOB PRIMARY KEY);";

/// Verifies deliveries, and keeps what they ask for in a database. Several instances of a
/// service share the database.
#[derive(Clone)]
pub struct Inbox {
    verifier: Verifier,
    database: Arc<Mutex<Connection>>,
}

impl Inbox {
    /// Refuses a signing token that cannot be used.
    pub fn new(verifier: Verifier, database: Connection) -> Result<Self, Box<dyn Error>> {
        verifier.check()?;
        database.execute_batch(TABLES)?;
        Ok(Self { verifier, database: Arc::new(Mutex::new(database)) })
    }

    /// The verifier, for the extractor of axum.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Handles a delivery, and returns the status to answer with. It blocks the thread
    /// while the database works.
    ///
    /// `signature` is the header; if it came in several lines, they are joined by commas.
    /// `body` is the body as it came, byte for byte.
    pub fn receive(&self, signature: &str, body: &[u8]) -> StatusCode {
        match self.verifier.verify(signature, body) {
            Ok(event) => self.handle(&event),
            Err(error) => self.refuse(&error),
        }
    }

    /// 200 tells Imprint that the event is handled, so it is the answer only after the
    /// commit.
    pub fn handle(&self, event: &Event) -> StatusCode {
        match self.write_down(event) {
            Ok(()) => StatusCode::OK,
            Err(error) => {
                eprintln!("the event is not handled, so Imprint sends it again: {error}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Writes down what an event asks for, unless it came before: both rows are in the
    /// database, or none.
    fn write_down(&self, event: &Event) -> Result<(), Box<dyn Error>> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction =
            database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mark =
            "INSERT INTO webhook_seen (dedupe_key) VALUES (?1) ON CONFLICT DO NOTHING";
        if transaction.execute(mark, [event.dedupe_key()])? == 1 {
            transaction.execute(
                "INSERT INTO to_do (event) VALUES (?1)",
                [serde_json::to_string(event)?],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// The sender does not learn why. A body that Imprint signed, and that cannot be
    /// read, is kept for a person.
    pub fn refuse(&self, error: &WebhookError) -> StatusCode {
        eprintln!("a delivery is refused: {error}");
        if let WebhookError::Unreadable(unreadable) = error {
            let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
            let keep = "INSERT INTO unreadable (body) VALUES (?1) ON CONFLICT DO NOTHING";
            if let Err(error) = database.execute(keep, [unreadable.body()]) {
                eprintln!("its body is not kept: {error}");
            }
        }
        error.status()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::testing;

    /// An inbox whose database is in memory.
    pub fn inbox() -> Inbox {
        Inbox::new(Verifier::new(testing::TOKEN), Connection::open_in_memory().unwrap())
            .unwrap()
    }

    /// How many rows a table has.
    pub fn rows(inbox: &Inbox, table: &str) -> i64 {
        let database = inbox.database.lock().unwrap();
        database
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn an_event_that_comes_twice_is_written_down_once() {
        let inbox = inbox();
        let delivery = testing::reward();
        assert_eq!(inbox.receive(&delivery.signature, &delivery.body), 200);
        assert_eq!(inbox.receive(&delivery.signature, &delivery.body), 200);
        assert_eq!((rows(&inbox, "webhook_seen"), rows(&inbox, "to_do")), (1, 1));
    }

    #[test]
    fn without_the_work_there_is_no_mark_and_no_success() {
        let inbox = inbox();
        inbox.database.lock().unwrap().execute_batch("DROP TABLE to_do").unwrap();
        let delivery = testing::reward();
        assert_eq!(inbox.receive(&delivery.signature, &delivery.body), 500);
        assert_eq!(rows(&inbox, "webhook_seen"), 0);
    }

    #[test]
    fn forged_and_unreadable_deliveries_are_refused_and_the_latter_are_kept() {
        let inbox = inbox();
        let (forged, unreadable) = (testing::forged(), testing::unreadable());
        assert_eq!(inbox.receive(&forged.signature, &forged.body), 401);
        assert_eq!(inbox.receive("", &forged.body), 400);
        assert_eq!((rows(&inbox, "unreadable"), rows(&inbox, "to_do")), (0, 0));
        assert_eq!(inbox.receive(&unreadable.signature, &unreadable.body), 400);
        assert_eq!(inbox.receive(&unreadable.signature, &unreadable.body), 400);
        assert_eq!((rows(&inbox, "unreadable"), rows(&inbox, "to_do")), (1, 0));
    }

    #[test]
    fn a_token_that_cannot_be_used_is_refused_at_the_start() {
        assert!(
            Inbox::new(Verifier::new(" "), Connection::open_in_memory().unwrap())
                .is_err()
        );
    }
}
