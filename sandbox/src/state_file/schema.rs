//! What a state file consists of.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::world::TABLES;

use super::{StateFileError, pragma};

/// What every SQLite file of this kind has at the same place of its header: `IMPS`.
pub const APPLICATION: u32 = 0x494D_5053;

/// The version of the format. A change that an older version of this crate cannot read has the next number.
pub const VERSION: u32 = 1;

/// The tables besides those of the state.
const OWN: [&str; 3] = ["sandbox", "accounts", "origins"];

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS sandbox (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    account INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_key TEXT NOT NULL,
    clock TEXT NOT NULL, seed TEXT NOT NULL, ids TEXT NOT NULL, next TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS origins (account INTEGER PRIMARY KEY, saved TEXT NOT NULL) STRICT;
";

/// The name of the seed among the values of the sandbox.
const SEED: &str = "seed";
/// The name of what a file has as soon as its first start is through.
const READY: &str = "ready";

/// What stands at the beginning of a file.
pub enum Header {
    /// A state file of a version that can be read, or the beginning of one that was interrupted.
    Ours,
    Newer,
    Foreign,
    /// It begins as an SQLite file and ends before its header does.
    Short,
}

impl Header {
    /// Reads the first hundred bytes, or all there is.
    pub fn of(bytes: &[u8]) -> Self {
        const MAGIC: &[u8] = b"SQLite format 3\0";
        let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        if !bytes.starts_with(MAGIC) {
            return Self::Foreign;
        }
        match (number(68), number(60)) {
            (Some(APPLICATION), Some(VERSION)) => Self::Ours,
            (Some(APPLICATION), Some(version)) if version > VERSION => Self::Newer,
            (Some(_), Some(_)) => Self::Foreign,
            _ => Self::Short,
        }
    }
}

/// Makes the tables in a file that has none of them.
pub fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    add_tables(&transaction)?;
    transaction.commit()
}

/// Adds the tables that the version which wrote the file did not have yet.
pub fn complete(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    add_tables(&transaction)?;
    transaction.commit()
}

fn add_tables(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(SCHEMA)?;
    for table in TABLES {
        // A row that was removed and has left its place behind has no JSON.
        transaction.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (account INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, \
             row TEXT, left TEXT, PRIMARY KEY (account, number)) STRICT, WITHOUT ROWID"
        ))?;
    }
    Ok(())
}

/// Whether the file has been created at all. One whose creation was interrupted has nothing in it.
pub fn exists(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(pragma::<u32>(connection, "application_id")? == APPLICATION && pragma::<u32>(connection, "user_version")? > 0)
}

/// Looks whether the file is in order, as far as that can be seen without reading the rows.
pub fn check(connection: &Connection, path: &Path) -> Result<(), StateFileError> {
    let sqlite = |e| StateFileError::of(path, &e);
    if pragma::<u32>(connection, "user_version").map_err(sqlite)? > VERSION {
        return Err(StateFileError::Newer(path.to_owned()));
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sqlite)?;
    if found != "ok" {
        // The text of SQLite has a title of its own and several lines.
        let found = found.trim_start_matches("*** in database main ***").trim().replace('\n', "; ");
        return Err(StateFileError::Damaged(path.to_owned(), found));
    }
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(sql).map_err(sqlite)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(sqlite)?;
    for name in names {
        let name = name.map_err(sqlite)?;
        if !OWN.contains(&name.as_str()) && !TABLES.contains(&name.as_str()) {
            return Err(StateFileError::Newer(path.to_owned()));
        }
    }
    Ok(())
}

/// Whether the first start of the sandbox was through.
pub fn is_ready(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(value(connection, READY)?.is_some())
}

pub fn set_ready(connection: &Connection) -> rusqlite::Result<()> {
    set_value(connection, READY, concat!("imprint-sandbox ", env!("CARGO_PKG_VERSION")))
}

/// The seed of the sandbox. None if it is missing, or no number.
pub fn seed(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    Ok(value(connection, SEED)?.and_then(|text| text.parse().ok()))
}

/// Takes everything out of a file whose first start was interrupted, and gives it a seed. Nobody was answered from it.
pub fn begin(connection: &mut Connection, seed: u64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for table in OWN.iter().chain(TABLES) {
        transaction.execute_batch(&format!("DELETE FROM {table}"))?;
    }
    set_value(&transaction, SEED, &seed.to_string())?;
    transaction.commit()
}

fn value(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM sandbox WHERE name = ?1";
    connection.query_row(sql, [name], |row| row.get(0)).optional()
}

fn set_value(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO sandbox VALUES (?1, ?2)", [name, value]).map(drop)
}
