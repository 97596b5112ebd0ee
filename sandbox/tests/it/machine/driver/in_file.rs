//! A state file beside a case: it has what the memory has after each step, and a sandbox that is started again with it is
//! the same one.

use imprint_sandbox::{Builder, Sandbox};
use proptest::test_runner::TestCaseError;

use super::{Driver, check};

/// How the sandbox of a case is started with its file.
pub struct InFile {
    builder: Builder,
    /// Removed when this is dropped.
    _folder: tempfile::TempDir,
}

impl InFile {
    pub fn new(builder: Builder) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        #[cfg(feature = "program")]
        let builder = builder.state_file(folder.path().join("state.db"));
        Self { builder, _folder: folder }
    }

    pub fn builder(&self) -> Builder {
        self.builder.clone()
    }
}

/// Whether the file of a sandbox, if there is one, has what the memory has.
pub fn is_kept(sandbox: &Sandbox) -> Result<(), TestCaseError> {
    let Some([live, kept]) = sandbox.beside_kept() else { return Ok(()) };
    check(live == kept, &format!("the state file has not what the memory has:\n{live}\n{kept}"))
}

impl Driver {
    /// Ends the sandbox and starts it again with its file: both accounts are what they were.
    pub(super) async fn restart(&mut self) -> Result<(), TestCaseError> {
        let Some(file) = &self.file else { return Ok(()) };
        let before = [self.sandbox.snapshot(), self.sandbox.account("other").snapshot()];
        let (token, origin) = (self.sandbox.webhook_token(), self.origin());
        // A handle that is left would keep the file open.
        let nothing = Sandbox::start().await.expect("a sandbox");
        drop(std::mem::replace(&mut self.sandbox, nothing));
        self.streaks.clear();
        self.sandbox = file.builder().start().await.map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        let after = [self.sandbox.snapshot(), self.sandbox.account("other").snapshot()];
        check(before == after, "a sandbox that is started again with its state file is the same")?;
        check((token, origin) == (self.sandbox.webhook_token(), self.origin()), "and so are its token and its origin")?;
        is_kept(&self.sandbox)?;
        is_kept(&self.sandbox.account("other"))
    }

    /// What the account is reset to.
    fn origin(&self) -> Option<serde_json::Value> {
        self.sandbox.beside_kept().map(|[live, _]| live[3].clone())
    }
}
