//! Reads the accounts of a state file.

use std::path::Path;

use imprint_client::Secret;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::table::KeptRow;
use crate::world::{Head, KeptAccount, Saved};

use super::StateFileError;

const ACCOUNTS: &str = "
SELECT account, name, first_key, clock, seed, ids, next, (SELECT saved FROM origins WHERE origins.account = accounts.account)
FROM accounts WHERE name = coalesce(?1, name) ORDER BY account";

/// All accounts with their numbers, in the order in which they were opened.
pub fn accounts(connection: &Connection, path: &Path) -> Result<Vec<(i64, KeptAccount)>, StateFileError> {
    read(connection, path, None)
}

/// One account.
pub fn account(connection: &Connection, path: &Path, name: &str) -> Result<Option<KeptAccount>, StateFileError> {
    Ok(read(connection, path, Some(name))?.pop().map(|(_, account)| account))
}

fn read(connection: &Connection, path: &Path, name: Option<&str>) -> Result<Vec<(i64, KeptAccount)>, StateFileError> {
    let sqlite = |e| StateFileError::of(path, &e);
    let mut statement = connection.prepare_cached(ACCOUNTS).map_err(sqlite)?;
    let mut rows = statement.query([name]).map_err(sqlite)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite)? {
        let number: i64 = row.get(0).map_err(sqlite)?;
        let text = |column: usize| row.get::<_, String>(column).map_err(sqlite);
        let name = text(1)?;
        let unreadable = |what: &str| {
            StateFileError::Damaged(path.to_owned(), format!("the {what} of the account {name:?} cannot be read"))
        };
        let head = Head {
            clock: serde_json::from_str(&text(3)?).map_err(|_| unreadable("clock"))?,
            seed: text(4)?.parse().map_err(|_| unreadable("seed"))?,
            ids: serde_json::from_str(&text(5)?).map_err(|_| unreadable("counters of ids"))?,
            next: serde_json::from_str(&text(6)?).map_err(|_| unreadable("numbers of the next rows"))?,
        };
        let saved = Saved::of_kept(head, |table, add| rows_of(connection, path, number, &name, table, add))?;
        let origin = row.get::<_, Option<String>>(7).map_err(sqlite)?.ok_or_else(|| unreadable("origin"))?;
        let first_key = Secret::from(text(2)?);
        found.push((number, KeptAccount { name, first_key, saved, origin: origin.into() }));
    }
    Ok(found)
}

/// Gives the rows that an account has in a table, in the order of their creation.
fn rows_of(
    connection: &Connection,
    path: &Path,
    account: i64,
    name: &str,
    table: &str,
    add: &mut dyn FnMut(&KeptRow<'_>) -> serde_json::Result<()>,
) -> Result<(), StateFileError> {
    let sqlite = |e| StateFileError::of(path, &e);
    let sql = format!("SELECT number, id, row, left FROM {table} WHERE account = ?1 ORDER BY number");
    let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut rows = statement.query([account]).map_err(sqlite)?;
    while let Some(row) = rows.next().map_err(sqlite)? {
        let number: i64 = row.get(0).map_err(sqlite)?;
        // Where it is, and never what it is.
        let damaged = |why: String| {
            let what = format!("row {number} of the table {table} of the account {name:?} cannot be read: {why}");
            StateFileError::Damaged(path.to_owned(), what)
        };
        let text = |column: usize| match row.get_ref(column).map_err(sqlite)? {
            ValueRef::Null => Ok(None),
            value => value.as_str().map(Some).map_err(|_| damaged("it is no text".into())),
        };
        let kept = KeptRow {
            number: u64::try_from(number).map_err(|_| damaged("its number is negative".into()))?,
            id: text(1)?.ok_or_else(|| damaged("it has no id".into()))?,
            row: text(2)?,
            left: text(3)?,
        };
        add(&kept).map_err(|e| damaged(format!("column {} of its JSON is not what it has to be", e.column())))?;
    }
    Ok(())
}
