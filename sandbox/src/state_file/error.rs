//! Why a state file is refused.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use rusqlite::ErrorCode;

/// Why a file cannot be the state file of a sandbox. Nothing in it has changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum StateFileError {
    /// It cannot be created or read.
    Io(PathBuf, io::Error),
    /// It is a directory, a device or the like.
    NoFile(PathBuf),
    /// It may not be written.
    ReadOnly(PathBuf),
    /// It is a file of something else.
    Foreign(PathBuf),
    /// A newer version of the sandbox has written it.
    Newer(PathBuf),
    /// It is a state file, and some of it cannot be read: what, and where.
    Damaged(PathBuf, String),
    /// Another sandbox uses it, or a program that looks into it.
    InUse(PathBuf),
    /// SQLite does not do what it is asked for: why.
    Sqlite(PathBuf, String),
}

impl StateFileError {
    /// What an error of SQLite means for the file at this path.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(path, error.to_string()),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(path),
            _ => Self::Sqlite(path, error.to_string()),
        }
    }
}

impl fmt::Display for StateFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The cause is the source, which who prints the error prints as well.
            Self::Io(path, _) => write!(f, "the state file {} cannot be opened", path.display()),
            Self::NoFile(path) => write!(f, "{} is no file that the state can be kept in", path.display()),
            Self::ReadOnly(path) => write!(f, "the state file {} may not be written", path.display()),
            Self::Foreign(path) => {
                write!(f, "{} is not a state file of imprint-sandbox, and is left as it is", path.display())
            }
            Self::Newer(path) => {
                write!(f, "the state file {} was written by a newer version of imprint-sandbox", path.display())
            }
            Self::Damaged(path, what) => write!(f, "the state file {} is damaged: {what}", path.display()),
            Self::InUse(path) => {
                write!(f, "the state file {} is in use by another sandbox or program", path.display())
            }
            Self::Sqlite(path, why) => write!(f, "the state file {} cannot be used: {why}", path.display()),
        }
    }
}

impl std::error::Error for StateFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}
