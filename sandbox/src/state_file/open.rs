//! Opens a state file, or creates it. What is no state file is recognized before SQLite sees it, and what is refused stays
//! byte for byte as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::world::KeptAccount;

use super::claim::Claim;
use super::schema::Header;
use super::{StateFileError, beside, read, schema};

/// How long it is waited for another sandbox that is just ending.
const PATIENCE: Duration = Duration::from_secs(1);

/// A file that is open, and what is in it.
pub struct Opened {
    pub connection: Connection,
    pub claim: Claim,
    pub path: PathBuf,
    pub seed: u64,
    /// The accounts with their numbers.
    pub accounts: Vec<(i64, KeptAccount)>,
}

/// Opens the file at a path for a sandbox alone. A new one gets this seed.
pub fn open(path: &Path, seed: u64, is_durable: bool) -> Result<Opened, StateFileError> {
    create(path)?;
    let claim = Claim::of(path)?;
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(StateFileError::ReadOnly(path.to_owned()));
    }
    look(path)?;
    let sqlite = |e| StateFileError::of(path, &e);
    let mut checked = Checked::open(&claim.path).map_err(sqlite)?;
    checked.lock().map_err(sqlite)?;
    let connection = &mut checked.connection;
    match schema::exists(connection).map_err(sqlite)? {
        false => {
            make_private(path).map_err(|e| StateFileError::Io(path.to_owned(), e))?;
            schema::create(connection).map_err(sqlite)?;
        }
        true => schema::check(connection, path)?,
    }
    let is_ready = schema::is_ready(connection).map_err(sqlite)?;
    let (seed, accounts) = match is_ready {
        false => (seed, Vec::new()),
        true => {
            let missing = || StateFileError::Damaged(path.to_owned(), "it has no seed".into());
            (schema::seed(connection).map_err(sqlite)?.ok_or_else(missing)?, read::accounts(connection, path)?)
        }
    };
    let mut connection = checked.accept().map_err(sqlite)?;
    let synchronous = if is_durable { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", synchronous).map_err(sqlite)?;
    // It answers with the mode that there is.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(sqlite)?;
    schema::complete(&mut connection).map_err(sqlite)?;
    if !is_ready {
        schema::begin(&mut connection, seed).map_err(sqlite)?;
    }
    Ok(Opened { connection, claim, path: path.to_owned(), seed, accounts })
}

/// Creates the file if there is none, readable by its owner alone, since it will have keys and made-up card numbers.
fn create(path: &Path) -> Result<(), StateFileError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(StateFileError::Io(path.to_owned(), e)),
    }
}

/// An empty file that was there before may be readable by all.
fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Looks at the header of a file that this process has not open otherwise. An empty file is one that is to be begun: it has
/// nothing to lose, and programs that make temporary files leave such ones.
pub fn look(path: &Path) -> Result<(), StateFileError> {
    let io = |e| StateFileError::Io(path.to_owned(), e);
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(StateFileError::NoFile(path.to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(100).read_to_end(&mut bytes)).map_err(io)?;
    if bytes.is_empty() {
        return Ok(());
    }
    match Header::of(&bytes) {
        Header::Ours => Ok(()),
        Header::Newer => Err(StateFileError::Newer(path.to_owned())),
        Header::Foreign => Err(StateFileError::Foreign(path.to_owned())),
        Header::Short => Err(StateFileError::Damaged(path.to_owned(), "it ends within its header".into())),
    }
}

/// A connection that is only looked through until it is accepted. If it is dropped before, it leaves nothing behind.
struct Checked {
    // It goes first, as long as the connection holds the lock.
    trace: Trace,
    connection: Connection,
}

/// The file that SQLite makes beside a database. It is removed when this is dropped, if it may be.
struct Trace {
    /// None if it was there before.
    new: Option<PathBuf>,
    /// Whether nobody else can have made it, or can use it.
    is_locked: bool,
}

impl Checked {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let wal = beside(path, "-wal");
        let new = (!wal.exists()).then_some(wal);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // Sorting and savepoints need no folder for temporary files, which an image with nothing but the program lacks.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Closing would write otherwise what a killed process has left in the file beside.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(Self { trace: Trace { new, is_locked: false }, connection })
    }

    /// Keeps everybody else out for as long as the file is open.
    fn lock(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
        // A commit would make a database without a header of its own out of an empty file.
        let locked = self.connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK");
        // A file that cannot be read is locked as well: it is the reading that fails, after the locking.
        let code = locked.as_ref().err().and_then(rusqlite::Error::sqlite_error_code);
        self.trace.is_locked = !matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
        locked
    }

    fn accept(self) -> rusqlite::Result<Connection> {
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        let Self { mut trace, connection } = self;
        trace.new = None;
        Ok(connection)
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if let Some(new) = self.new.take().filter(|_| self.is_locked) {
            // One that was not made is none.
            let _ = fs::remove_file(new);
        }
    }
}
