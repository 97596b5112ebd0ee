//! What is in a state file, for people: found out without opening it for writing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use rusqlite::{Connection, OpenFlags};

use crate::world::TABLES;

use super::claim::Claim;
use super::schema::{self, VERSION};
use super::{StateFileError, beside, open};

/// What a state file has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateSummary {
    /// The version of the format.
    pub version: u32,
    /// The size in bytes, what is still in the file beside it included.
    pub size: u64,
    /// The number that ids follow from. None if the first start of the sandbox was interrupted.
    pub seed: Option<u64>,
    /// The accounts, in the order in which they were opened.
    pub accounts: Vec<AccountSummary>,
}

/// What a state file has of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountSummary {
    /// The name.
    pub name: String,
    /// How many rows each table has, if it has any. Rows that were removed are not counted.
    pub rows: BTreeMap<&'static str, u64>,
}

impl StateSummary {
    /// Looks into the file at a path. Neither it nor what is beside it is changed.
    ///
    /// # Errors
    ///
    /// If it is no state file, or a sandbox uses it at the moment.
    pub fn of(path: impl AsRef<Path>) -> Result<Self, StateFileError> {
        let path = path.as_ref();
        let claim = Claim::of(path)?;
        open::look(path)?;
        let wal = beside(&claim.path, "-wal");
        let size_of = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let size = size_of(path) + size_of(&wal);
        if size == 0 {
            return Ok(Self { version: VERSION, size, seed: None, accounts: Vec::new() });
        }
        let sqlite = |e| StateFileError::of(path, &e);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let traces = [wal, beside(&claim.path, "-shm")];
        let traces = traces.into_iter().filter(|path| !path.exists()).collect();
        let connection = Connection::open_with_flags(&claim.path, flags).map_err(sqlite)?;
        // An image with nothing but the program has no folder for temporary files.
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(sqlite)?;
        connection.execute_batch("BEGIN").map_err(sqlite)?;
        // From here on no sandbox can begin to use the file, which needs it for itself alone.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(sqlite)?;
        let _traces = Traces(traces);
        if !schema::exists(&connection).map_err(sqlite)? {
            return Ok(Self { version: VERSION, size, seed: None, accounts: Vec::new() });
        }
        schema::check(&connection, path)?;
        let version = super::pragma(&connection, "user_version").map_err(sqlite)?;
        let seed = match schema::is_ready(&connection).map_err(sqlite)? {
            true => schema::seed(&connection).map_err(sqlite)?,
            false => None,
        };
        Ok(Self { version, size, seed, accounts: accounts(&connection).map_err(sqlite)? })
    }
}

/// The files that SQLite makes beside a database to read it: they are removed while nobody else can use them.
struct Traces(Vec<PathBuf>);

impl Drop for Traces {
    fn drop(&mut self) {
        for path in &self.0 {
            // One that was not made is none.
            let _ = fs::remove_file(path);
        }
    }
}

fn accounts(connection: &Connection) -> rusqlite::Result<Vec<AccountSummary>> {
    let mut statement = connection.prepare("SELECT account, name FROM accounts ORDER BY account")?;
    let known = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let mut accounts = Vec::new();
    for one in known {
        let (number, name) = one?;
        let mut rows = BTreeMap::new();
        for table in TABLES {
            let sql = format!("SELECT count(*) FROM {table} WHERE account = ?1 AND row IS NOT NULL");
            let count: i64 = connection.query_row(&sql, [number], |row| row.get(0))?;
            rows.extend(u64::try_from(count).ok().filter(|count| *count > 0).map(|count| (*table, count)));
        }
        accounts.push(AccountSummary { name, rows });
    }
    Ok(accounts)
}

/// A line about the file, and one for each account: `account sandbox: 12 customers, 1 keys`.
impl fmt::Display for StateSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, size, seed, accounts } = self;
        write!(f, "version {version} of the format, {size} bytes")?;
        match seed {
            Some(seed) => write!(f, ", seed number {seed}")?,
            None => f.write_str(", no sandbox has been started with it to the end")?,
        }
        for AccountSummary { name, rows } in accounts {
            let rows: Vec<_> = rows.iter().map(|(table, count)| format!("{count} {table}")).collect();
            write!(f, "\naccount {name}: {}", rows.join(", "))?;
        }
        Ok(())
    }
}
