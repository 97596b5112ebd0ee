//! What the program does with a sandbox that tests in Rust have no need of.

use std::collections::BTreeMap;
use std::sync::Arc;

use imprint_client::Secret;
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::instant::Instant;
use crate::model::key::Key;
use crate::operations::{self, Asked};
use crate::server::{Front, Listening};
use crate::settings::Permissions;

use super::{Refused, Sandbox};

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

    /// The account that a session of this client secret was opened in.
    pub(crate) fn account_of_session(&self, client_secret: &str) -> Option<Self> {
        let names = self.account_names().into_iter().filter_map(|name| self.opened(&name));
        names.into_iter().find(|account| account.session_is_open(client_secret).is_some())
    }

    /// The account that an application was made in.
    pub(crate) fn account_of_application(&self, id: &str) -> Option<Self> {
        let names = self.account_names().into_iter().filter_map(|name| self.opened(&name));
        names.into_iter().find(|account| account.application_status(id).is_some())
    }

    /// Opens a session for the customer of a partner's id, who is made if there is none; its client secret.
    pub(crate) fn open_session(&self, partner_customer_id: &str) -> Result<Secret, Refused> {
        let id = self.customer(partner_customer_id).create()?;
        self.control(None, |tx| Ok(operations::new_session(tx, id.as_str())))
    }

    /// Does to a transaction what `simulateTransactionEvent` does, without a request; the id of the transaction.
    pub(crate) fn simulate_step(&self, payment_method_id: &str, body: Map<String, Value>) -> Result<String, Refused> {
        const OPERATION: &str = "simulateTransactionEvent";
        let contract = self.account.settings.contract();
        let (Some(operation), Some(handler)) = (contract.operation(OPERATION), operations::handler(OPERATION)) else {
            return Err(Refused::new("the document has no operation that simulates transactions"));
        };
        // Nobody asks, so that it is not about what a key may do.
        let caller = Key {
            id: String::new(),
            label: String::new(),
            text: Secret::from(String::new()),
            permissions: Permissions::NORMAL,
            created_at: Instant::START,
            deleted_at: None,
        };
        let known = self.account.read(|state| state.payment_methods.get(payment_method_id).cloned());
        let merchant_key = known.as_ref().map(|method| method.product.as_str());
        let reply = self.control(merchant_key, |tx| {
            let (arguments, query) = (BTreeMap::new(), Map::new());
            handler(tx, &Asked { contract, operation, arguments, query, body, caller: &caller })
        })?;
        let id = reply.body.as_ref().and_then(|body| body["transaction_id"].as_str());
        Ok(id.unwrap_or_default().to_owned())
    }

    /// Tells of changes of the account and of requests to it.
    pub(crate) fn watch(&self) -> (watch::Receiver<()>, watch::Receiver<u64>) {
        (self.account.changes(), self.account.log.watch())
    }

    /// The payment method of a transaction.
    pub(crate) fn payment_method_of(&self, transaction_id: &str) -> Option<String> {
        self.account.read(|state| state.transactions.get(transaction_id).map(|known| known.payment_method_id.clone()))
    }

    /// Removes a fault; whether it was there.
    pub(crate) fn remove_fault(&self, number: u64) -> bool {
        self.account.faults.remove(number)
    }
}
