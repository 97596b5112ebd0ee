//! What the program does with a sandbox that tests in Rust have no need of.

use std::sync::Arc;

use crate::server::{Front, Listening};

use super::Sandbox;

impl Sandbox {
    /// Puts pages and checks in front of the API, before the first connection is accepted.
    pub(crate) fn put_in_front(&self, front: Arc<dyn Front>) {
        self.listening.server.put_in_front(front);
    }

    /// The server, to let it accept connections and to stop it.
    pub(crate) fn listening(&self) -> &Arc<Listening> {
        &self.listening
    }

    /// The names of all accounts of the server.
    pub(crate) fn account_names(&self) -> Vec<String> {
        self.listening.server.accounts.all().into_iter().map(|account| account.name.clone()).collect()
    }

    /// The account of a name, if it was opened.
    pub(crate) fn opened(&self, name: &str) -> Option<Self> {
        let account = self.listening.server.accounts.known(name)?;
        let key = account.first_key.clone();
        Some(Self { listening: Arc::clone(&self.listening), account, key })
    }

    /// The name of the account.
    pub(crate) fn account_name(&self) -> &str {
        &self.account.name
    }

    /// The version of the OpenAPI document that the sandbox keeps to.
    pub(crate) fn document_version(&self) -> &str {
        self.account.settings.contract().version()
    }

    /// How many requests have come, in all accounts.
    pub(crate) fn request_count(&self) -> u64 {
        self.listening.server.request_count()
    }
}
