//! Writes changes into a state file, many in one transaction.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::table::{RowChange, TableChanges};
use crate::world::{Changes, KeptAccount, NotKept, TABLES};

use super::claim::Claim;
use super::{Work, read, schema};

/// The connection, and the numbers of the accounts by their names.
pub struct Writer {
    connection: Connection,
    numbers: HashMap<String, i64>,
    /// It is let go when the connection is closed.
    claim: Claim,
}

/// Why something cannot be written. The text has no values.
#[derive(Debug)]
pub enum WriteError {
    Sqlite(rusqlite::Error),
    Json,
    /// A change of an account came before the account.
    Unknown,
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for WriteError {
    fn from(_: serde_json::Error) -> Self {
        Self::Json
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Json => f.write_str("a row has no form in JSON"),
            Self::Unknown => f.write_str("an account is not known"),
        }
    }
}

impl Writer {
    pub fn new(connection: Connection, numbers: HashMap<String, i64>, claim: Claim) -> Self {
        // A few statements for each table.
        connection.set_prepared_statement_cache_capacity(4 * TABLES.len());
        Self { connection, numbers, claim }
    }

    /// Writes everything in one transaction: all of it or nothing.
    pub fn commit(&mut self, work: &[Work]) -> Result<(), WriteError> {
        let transaction = self.connection.transaction()?;
        for one in work {
            match one {
                Work::Changes(changes) => write(&transaction, &mut self.numbers, changes)?,
                Work::Forget(account) => forget(&transaction, &mut self.numbers, account)?,
                Work::Ready => schema::set_ready(&transaction)?,
                Work::ReadBack(..) => {}
            }
        }
        Ok(transaction.commit()?)
    }

    /// What the file has of an account.
    pub fn read_back(&self, account: &str) -> Result<KeptAccount, NotKept> {
        let read = read::account(&self.connection, &self.claim.path, account);
        let read = read.map_err(|error| NotKept::new(error.to_string()))?;
        read.ok_or_else(|| NotKept::new("the account is not in the state file"))
    }

    /// Closes the file, with everything in the database itself and nothing beside it.
    pub fn close(self) {
        if let Err((_, error)) = self.connection.close() {
            // What was committed is in the file beside the database, and is found there with the next start.
            let _ = writeln!(std::io::stderr(), "the state file was not closed: {error}");
        }
    }
}

fn write(
    transaction: &Transaction<'_>,
    numbers: &mut HashMap<String, i64>,
    changes: &Changes,
) -> Result<(), WriteError> {
    let Changes { account: name, replaced, head, origin, tables } = changes;
    if let Some(first_key) = replaced {
        let number = open(transaction, name, first_key.expose())?;
        numbers.insert(name.clone(), number);
    }
    let account = *numbers.get(name).ok_or(WriteError::Unknown)?;
    let (clock, seed) = (serde_json::to_string(&head.clock)?, head.seed.to_string());
    let (ids, next) = (serde_json::to_string(&head.ids)?, serde_json::to_string(&head.next)?);
    transaction
        .prepare_cached("UPDATE accounts SET clock = ?2, seed = ?3, ids = ?4, next = ?5 WHERE account = ?1")?
        .execute(params![account, clock, seed, ids, next])?;
    if let Some(origin) = origin {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO origins VALUES (?1, ?2)")?
            .execute(params![account, origin.expose()])?;
    }
    tables.iter().try_for_each(|table| write_rows(transaction, account, table))
}

/// Takes an account out, with everything that it has.
fn forget(transaction: &Transaction<'_>, numbers: &mut HashMap<String, i64>, account: &str) -> Result<(), WriteError> {
    let Some(number) = numbers.remove(account) else { return Ok(()) };
    for table in TABLES.iter().copied().chain(["origins", "accounts"]) {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?.execute([number])?;
    }
    Ok(())
}

/// The number of an account that has nothing: a new one, or one whose rows are taken out.
fn open(transaction: &Transaction<'_>, name: &str, first_key: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT account FROM accounts WHERE name = ?1";
    if let Some(known) = transaction.query_row(sql, [name], |row| row.get(0)).optional()? {
        for table in TABLES {
            transaction.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?.execute([known])?;
        }
        return Ok(known);
    }
    let sql = "INSERT INTO accounts (name, first_key, clock, seed, ids, next) VALUES (?1, ?2, '', '', '', '')";
    transaction.execute(sql, [name, first_key])?;
    Ok(transaction.last_insert_rowid())
}

fn write_rows(transaction: &Transaction<'_>, account: i64, changes: &TableChanges) -> Result<(), WriteError> {
    let TableChanges { table, rows } = changes;
    let sql = format!("INSERT OR REPLACE INTO {table} VALUES (?1, ?2, ?3, ?4, ?5)");
    let mut put = transaction.prepare_cached(&sql)?;
    for (number, change) in rows {
        match change {
            RowChange::Row { id, row } => {
                put.execute(params![account, number, id, row.json()?, None::<&str>])?;
            }
            RowChange::Removed { id, left } => {
                put.execute(params![account, number, id, None::<&str>, serde_json::to_string(left)?])?;
            }
            RowChange::Gone => {
                let sql = format!("DELETE FROM {table} WHERE account = ?1 AND number = ?2");
                transaction.prepare_cached(&sql)?.execute(params![account, number])?;
            }
        }
    }
    Ok(())
}
