//! The files of the repository that refreshing reads and writes.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use fs4::FileExt;

use crate::failure::Failure;

pub const DOCUMENT: &str = "openapi/openapi.yaml";
pub const OVERLAY: &str = "openapi/overlay.yaml";
pub const LOCK: &str = "openapi/openapi.lock";
pub const SNAPSHOT: &str = "openapi/public-api.txt";
pub const CHANGELOG: &str = "CHANGELOG.md";
pub const MANIFEST: &str = "Cargo.toml";
/// Where the files of before are kept while they are replaced; git does not see it.
const PREVIOUS: &str = "target/refresh-spec";

/// For the tests, which stop the command between two files: the name of the one that is no longer replaced.
const STOP_BEFORE: &str = "REFRESH_SPEC_STOP_BEFORE";

/// A copy of the repository.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

/// While it lives, no other run writes.
#[derive(Debug)]
pub struct Guard {
    _file: File,
}

impl Files {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub fn read(&self, name: &str) -> Result<String, Failure> {
        fs::read_to_string(self.path(name)).map_err(|e| {
            let advice =
                "run the command inside a complete copy of the repository; `git restore` brings a lost file back";
            Failure::new(format!("{name} cannot be read: {e}"), advice)
        })
    }

    /// The text of a file that may be missing.
    pub fn find(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.path(name).exists() { self.read(name).map(Some) } else { Ok(None) }
    }

    /// What a file held before a run replaced it.
    pub fn previous(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(PREVIOUS).join(name)).ok()
    }

    /// Keeps other runs out; the system lets go of it when the process ends, however it ends.
    pub fn guard(&self) -> Result<Guard, Failure> {
        let folder = self.path(PREVIOUS);
        let advice = "make `target` a folder that can be written to";
        let refuse = |e: io::Error| Failure::new(format!("{} cannot be made: {e}", folder.display()), advice);
        fs::create_dir_all(&folder).map_err(refuse)?;
        let file = File::create(folder.join("guard")).map_err(refuse)?;
        FileExt::try_lock(&file).map_err(|_| {
            Failure::new(
                "another refresh-spec is at work in this copy of the repository",
                "wait for it to end, and run this again",
            )
        })?;
        Ok(Guard { _file: file })
    }

    /// Replaces files in the order given, each by rename. All are written in full beside their places before the first is
    /// renamed, so that a full disk or a folder that cannot be written to changes nothing. `done` gets the names of those
    /// that have been replaced, if not all of them could be.
    pub fn replace(&self, _: &Guard, files: &[(&str, String)], done: &mut Vec<String>) -> Result<(), Failure> {
        let staged = files.iter().try_for_each(|(name, text)| self.stage(name, text));
        if let Err((name, e)) = staged {
            for (name, _) in files {
                let _ = fs::remove_file(self.beside(name));
            }
            let advice = "nothing has been changed: make the folder one that can be written to, and run this again";
            return Err(Failure::new(format!("{name} cannot be written: {e}"), advice));
        }
        for (name, _) in files {
            if std::env::var(STOP_BEFORE).is_ok_and(|stop| stop == *name) {
                std::process::abort();
            }
            fs::rename(self.beside(name), self.path(name)).and_then(|()| self.settle(name)).map_err(|e| {
                Failure::new(
                    format!("{name} cannot be replaced: {e}"),
                    "run this again: it goes on where it was stopped",
                )
            })?;
            done.push(name.to_string());
        }
        Ok(())
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.new"))
    }

    /// Writes the text beside its place, and keeps what stands there now.
    fn stage<'n>(&self, name: &'n str, text: &str) -> Result<(), (&'n str, io::Error)> {
        let write = |path: &Path, bytes: &[u8]| -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        let stage = || {
            if let Ok(now) = fs::read(self.path(name)) {
                write(&self.path(PREVIOUS).join(name), &now)?;
            }
            write(&self.beside(name), text.as_bytes())
        };
        stage().map_err(|e| (name, e))
    }

    /// Makes the rename itself last; where folders cannot be opened there is nothing to do.
    fn settle(&self, name: &str) -> io::Result<()> {
        match self.path(name).parent().map(File::open) {
            Some(Ok(folder)) => folder.sync_all(),
            _ => Ok(()),
        }
    }
}
