//! Reads and writes the files of the repository that a refresh changes, so that a stop at any point can be mended.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use fs4::FileExt;

use crate::failure::Failure;

pub const DOCUMENT: &str = "openapi/openapi.yaml";
pub const OVERLAY: &str = "openapi/overlay.yaml";
pub const NEEDS: &str = "openapi/needs.yaml";
pub const LOCK: &str = "openapi/openapi.lock";
pub const SNAPSHOT: &str = "openapi/public-api.txt";
pub const CHANGELOG: &str = "CHANGELOG.md";
pub const MANIFEST: &str = "Cargo.toml";
/// Where the old files are kept while they are replaced; git ignores it.
const PREVIOUS: &str = "target/refresh-spec";

/// For the tests, which stop the command between two files: the first file that is not replaced.
const STOP_BEFORE: &str = "REFRESH_SPEC_STOP_BEFORE";

/// The files of one copy of the repository.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

/// While it exists, no other run writes.
#[derive(Debug)]
pub struct Guard {
    _file: File,
}

/// Why not all files were replaced, and those that were.
#[derive(Debug)]
pub struct StoppedReplacing {
    pub failure: Failure,
    pub replaced: Vec<String>,
}

impl From<StoppedReplacing> for Failure {
    fn from(stopped: StoppedReplacing) -> Self {
        stopped.failure
    }
}

/// A text with line feeds at the ends of its lines.
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

impl Files {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The text of a file, its lines ended by line feeds: a checkout may have others, and means the same.
    pub fn read(&self, name: &str) -> Result<String, Failure> {
        self.read_exactly(name).map(|text| with_line_feeds(&text))
    }

    fn read_exactly(&self, name: &str) -> Result<String, Failure> {
        fs::read_to_string(self.path(name)).map_err(|e| {
            let advice =
                "run the command inside a complete copy of the repository; `git restore` brings a lost file back";
            Failure::new(format!("{name} cannot be read: {e}"), advice)
        })
    }

    /// The text of a file that may be missing.
    pub fn find(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.find_exactly(name)?.map(|text| with_line_feeds(&text)))
    }

    /// The same with the line ends of the file, for a text that is changed and written back.
    pub fn find_exactly(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.path(name).exists() { self.read_exactly(name).map(Some) } else { Ok(None) }
    }

    /// What a file held before a run replaced it.
    pub fn previous(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(PREVIOUS).join(name)).ok().map(|text| with_line_feeds(&text))
    }

    /// The text of a file as it is committed; `None` without git, and for a file that is not committed.
    pub fn committed(&self, name: &str) -> Option<String> {
        let shown =
            Command::new("git").args(["show", &format!("HEAD:./{name}")]).current_dir(&self.root).output().ok()?;
        let text = shown.status.success().then(|| String::from_utf8(shown.stdout).ok())??;
        Some(with_line_feeds(&text))
    }

    /// Keeps other runs from writing. The operating system releases it when the process ends, however it ends.
    pub fn guard(&self) -> Result<Guard, Failure> {
        let folder = self.path(PREVIOUS);
        let advice = "make `target` a folder that can be written to";
        let refuse = |e: io::Error| Failure::new(format!("{} cannot be made: {e}", folder.display()), advice);
        fs::create_dir_all(&folder).map_err(refuse)?;
        let file = File::create(folder.join("guard")).map_err(refuse)?;
        FileExt::try_lock(&file).map_err(|_| {
            Failure::new(
                "another refresh-spec is running in this copy of the repository",
                "wait for it to end, and run this again",
            )
        })?;
        Ok(Guard { _file: file })
    }

    /// Replaces files in the order given, each by rename. All are written in full beside their places before the first
    /// is renamed, so that a full disk or a folder that cannot be written to changes nothing.
    pub fn replace(&self, _: &Guard, files: &[(&str, String)]) -> Result<(), StoppedReplacing> {
        let staged = files.iter().try_for_each(|(name, text)| self.stage(name, text));
        if let Err((name, e)) = staged {
            for (name, _) in files {
                let _ = fs::remove_file(self.staged(name));
            }
            let advice = "nothing has been changed: make the folder one that can be written to, and run this again";
            let failure = Failure::new(format!("{name} cannot be written: {e}"), advice);
            return Err(StoppedReplacing { failure, replaced: Vec::new() });
        }
        for (index, (name, _)) in files.iter().enumerate() {
            if std::env::var(STOP_BEFORE).is_ok_and(|stop| stop == *name) {
                std::process::abort();
            }
            fs::rename(self.staged(name), self.path(name)).and_then(|()| self.sync_folder(name)).map_err(|e| {
                let advice = "run this again: it goes on where it was stopped";
                let failure = Failure::new(format!("{name} cannot be replaced: {e}"), advice);
                let replaced = files[..index].iter().map(|(name, _)| name.to_string()).collect();
                StoppedReplacing { failure, replaced }
            })?;
        }
        Ok(())
    }

    fn staged(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.new"))
    }

    /// Writes the text to a file beside the one it will replace, and keeps a copy of that one.
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
            write(&self.staged(name), text.as_bytes())
        };
        stage().map_err(|e| (name, e))
    }

    /// Makes the rename survive a power failure. Where folders cannot be opened there is nothing to do.
    fn sync_folder(&self, name: &str) -> io::Result<()> {
        match self.path(name).parent().map(File::open) {
            Some(Ok(folder)) => folder.sync_all(),
            _ => Ok(()),
        }
    }
}
