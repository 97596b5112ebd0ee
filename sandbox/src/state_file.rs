//! The state of all accounts in a file, for a sandbox that runs for weeks and may be killed at any moment.
//!
//! The file is an SQLite database, which anyone can look into. One thread writes it: whatever has changed since its last
//! transaction goes into the next one, so that many requests share a commit. An answer waits until the changes before it
//! are committed, and a webhook as well: see [`kept`](crate::world::kept).

mod claim;
mod error;
mod open;
mod read;
mod schema;
mod summary;
mod write;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::{fmt, thread};

use rusqlite::Connection;
use tokio::sync::watch;

use crate::world::{Changes, Keeper, KeptAccount, NotKept, Progress};

use open::Opened;
use write::Writer;

pub use error::StateFileError;
pub use summary::{AccountSummary, StateSummary};

/// A state file that is open, and the thread that writes it. It is closed when this is.
pub struct StateFile {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What was found in a state file.
pub struct Found {
    pub file: StateFile,
    /// The number that ids follow from, which a file has from its first start on.
    pub seed: u64,
    /// The accounts, in the order in which they were opened; none if the file is new.
    pub accounts: Vec<KeptAccount>,
}

struct Shared {
    queue: Mutex<Queue>,
    /// Told when there is something in the queue, or it is closed.
    filled: Condvar,
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Work>,
    /// The number of the latest work that has one.
    latest: u64,
    is_closed: bool,
}

/// What the thread does.
enum Work {
    Changes(Changes),
    /// The account of this name has ended.
    Forget(String),
    /// The first start is through: from now on the file has a sandbox.
    Ready,
    ReadBack(String, mpsc::Sender<Result<KeptAccount, NotKept>>),
}

impl StateFile {
    /// Opens the file at a path, or creates it with this seed. `is_durable` has each commit written through to the disk, so
    /// that it outlives the machine and not only the process.
    ///
    /// # Errors
    ///
    /// If it is no state file, or cannot be used now. Nothing in it has changed then.
    pub fn open(path: &Path, seed: u64, is_durable: bool) -> Result<Found, StateFileError> {
        let Opened { connection, claim, path, seed, accounts } = open::open(path, seed, is_durable)?;
        let progress = watch::Sender::new(Progress::default());
        let shared = Arc::new(Shared { queue: Mutex::default(), filled: Condvar::new(), progress });
        let work = Arc::clone(&shared);
        let names = accounts.iter().map(|(number, account)| (account.name.clone(), *number)).collect();
        let thread = thread::Builder::new().name("state-file".into());
        let io = |e| StateFileError::Io(path.clone(), e);
        let thread = thread.spawn({
            let path = path.clone();
            move || run(&work, Writer::new(connection, names, claim), &path)
        });
        let file = Self { shared, thread: Mutex::new(Some(thread.map_err(io)?)) };
        Ok(Found { file, seed, accounts: accounts.into_iter().map(|(_, account)| account).collect() })
    }

    /// Says that the first start is through. A file without that is one whose first start was interrupted, and is begun
    /// anew.
    pub fn set_ready(&self) {
        self.add(Work::Ready);
    }

    fn add(&self, work: Work) {
        let mut queue = self.shared.queue();
        if !matches!(work, Work::ReadBack(..)) {
            queue.latest += 1;
        }
        // Nothing is taken any more after the end, and those who wait are told of it.
        if !queue.is_closed {
            queue.waiting.push(work);
        }
        drop(queue);
        self.shared.filled.notify_one();
    }
}

impl Keeper for StateFile {
    fn take(&self, changes: Changes) {
        self.add(Work::Changes(changes));
    }

    fn forget(&self, account: &str) {
        self.add(Work::Forget(account.to_owned()));
    }

    fn latest(&self) -> u64 {
        self.shared.queue().latest
    }

    fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    fn read_back(&self, account: &str) -> Result<KeptAccount, NotKept> {
        let (sender, receiver) = mpsc::channel();
        self.add(Work::ReadBack(account.to_owned(), sender));
        // The sender is gone if the thread has ended, or ends before it comes to this.
        receiver.recv().unwrap_or_else(|_| Err(NotKept::closed()))
    }

    fn close(&self) {
        self.shared.queue().is_closed = true;
        self.shared.filled.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the thread was told when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for StateFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateFile").finish_non_exhaustive()
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work, and takes all there is, with the number of the latest. None if the file is to be closed.
    fn next(&self) -> Option<(Vec<Work>, u64)> {
        let is_idle = |queue: &mut Queue| queue.waiting.is_empty() && !queue.is_closed;
        let mut queue = self.filled.wait_while(self.queue(), is_idle).unwrap_or_else(PoisonError::into_inner);
        let work = std::mem::take(&mut queue.waiting);
        (!work.is_empty()).then_some((work, queue.latest))
    }
}

/// Ends the taking of work and tells those who wait, whatever the thread ends by, a panic included.
struct End<'a> {
    shared: &'a Shared,
    why: NotKept,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_closed = true;
        // Those who wait for a read are told by the end of their channel.
        queue.waiting.clear();
        drop(queue);
        self.shared.progress.send_modify(|progress| progress.failure = Some(self.why.clone()));
    }
}

/// The thread: commits what there is, all at once, and then lets the answers go that wait for it.
fn run(shared: &Shared, mut writer: Writer, path: &Path) {
    let panicked = NotKept::new("the thread that writes the state file has panicked; nothing is accepted any more");
    let mut end = End { shared, why: panicked };
    while let Some((work, latest)) = shared.next() {
        if let Err(why) = writer.commit(&work) {
            let path = path.display();
            let _ = writeln!(
                std::io::stderr(),
                "the state file {path} cannot be written: {why}; nothing is accepted until the sandbox is restarted"
            );
            let why =
                format!("the state file cannot be written: {why}; nothing is accepted until the sandbox is restarted");
            end.why = NotKept::new(why);
            return;
        }
        shared.progress.send_modify(|progress| progress.kept = latest);
        for one in work {
            if let Work::ReadBack(account, sender) = one {
                // Whoever asked may be gone.
                let _ = sender.send(writer.read_back(&account));
            }
        }
    }
    writer.close();
    end.why = NotKept::closed();
}

/// The path of a file beside the database: `state.db-wal`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A value of a pragma.
fn pragma<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> rusqlite::Result<T> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
