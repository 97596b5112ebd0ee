//! What the program does with a sandbox that tests in Rust have no need of.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use imprint_client::Secret;
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::faults::{Effects, FaultStatus, Turn};
use crate::instant::Instant;
use crate::model::chaos::{CHAOS, Chaos};
use crate::model::key::Key;
use crate::operations::{self, Asked};
use crate::server::{Front, Listening, redact};
use crate::settings::Permissions;
use crate::world::{NotOpened, OnAttempt, State};

use super::{Delivery, Event, Refused, Sandbox};

/// Where an event stands among those of its account. Numbers begin anew when the state is replaced, so the count of that is
/// part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventMark {
    generation: u64,
    number: u64,
}

/// Events behind a mark, as they were at one moment.
pub(crate) struct EventsAfter {
    pub(crate) found: Vec<(EventMark, Event)>,
    /// Where to go on: everything up to this mark was looked at.
    pub(crate) last: Option<EventMark>,
    /// How many events behind the mark, of all kinds, are not kept any more.
    pub(crate) dropped: u64,
}

fn last_event(state: &State) -> Option<EventMark> {
    let number = state.events.next().checked_sub(1)?;
    Some(EventMark { generation: state.generation, number })
}

impl fmt::Display for EventMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.generation, self.number)
    }
}

impl FromStr for EventMark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (generation, number) = text.split_once('-').ok_or(())?;
        Ok(Self { generation: generation.parse().map_err(|_| ())?, number: number.parse().map_err(|_| ())? })
    }
}

impl Sandbox {
    /// Puts pages and checks in front of the API, before the first connection is accepted.
    pub(crate) fn put_in_front(&self, front: Arc<dyn Front>) {
        self.listening.server.put_in_front(front);
    }

    /// Has this called for each attempt to deliver a webhook, in all accounts.
    pub(crate) fn on_attempt(&self, told: OnAttempt) {
        self.listening.server.accounts.observer.set(told);
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

    /// Opens an account; without a name it gets one.
    ///
    /// # Errors
    ///
    /// If there is one of the name, or there are too many.
    pub(crate) fn open_new(&self, name: Option<&str>) -> Result<Self, NotOpened> {
        let accounts = &self.listening.server.accounts;
        let account = match name {
            Some(name) => accounts.open_new(name)?,
            None => {
                let free = (1..).map(|number| format!("account-{number}"));
                let mut opened = free.map(|name| accounts.open_new(&name));
                opened.find(|opened| !matches!(opened, Err(NotOpened::NameTaken))).unwrap_or(Err(NotOpened::TooMany))?
            }
        };
        let key = account.first_key.clone();
        Ok(Self { listening: Arc::clone(&self.listening), account, key })
    }

    /// Whether this is the account that the server began with, which is not ended.
    pub(crate) fn is_first(&self) -> bool {
        Arc::ptr_eq(&self.account, &self.listening.server.first)
    }

    /// Ends the account: its keys open nothing any more, and none of its webhooks is sent. False if it had ended before.
    pub(crate) fn end(&self) -> bool {
        let has_ended = self.listening.end(&self.account);
        // Those who wait for something of the account learn that nothing comes.
        self.account.release();
        has_ended
    }

    /// Whether the account was not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.listening.server.accounts.has(&self.account)
    }

    /// The name of the account.
    pub(crate) fn account_name(&self) -> &str {
        &self.account.name
    }

    /// Tells when something of the account may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.account.changes()
    }

    /// The version of the OpenAPI document that the sandbox keeps to.
    pub(crate) fn document_version(&self) -> &str {
        self.account.settings.contract().version()
    }

    /// How many requests have come, in all accounts.
    pub(crate) fn request_count(&self) -> u64 {
        self.listening.server.request_count()
    }

    /// Whether the document has an operation.
    ///
    /// # Errors
    ///
    /// If it has none of the name: the message names the one that is most like it.
    pub(crate) fn has_operation(&self, id: &str) -> Result<(), String> {
        self.account.find_operation(id)
    }

    /// Whether the document has a webhook of a kind.
    ///
    /// # Errors
    ///
    /// If it has none: the message names those that there are.
    pub(crate) fn has_kind(&self, kind: &str) -> Result<(), String> {
        let contract = self.account.settings.contract();
        if contract.event(kind).is_some() {
            return Ok(());
        }
        let kinds: Vec<_> = contract.kinds().collect();
        Err(format!("no webhook is of the kind {kind}; there are {}", kinds.join(", ")))
    }

    /// The events behind a mark, the oldest first, at most so many. All if the mark is of a state that was replaced since.
    pub(crate) fn events_after(&self, after: Option<EventMark>, kind: Option<&str>, limit: usize) -> EventsAfter {
        self.account.read(|state| {
            let generation = state.generation;
            let seen = after.filter(|mark| mark.generation == generation).map(|mark| mark.number);
            let events = state.events.all_after(seen).filter(|(_, row)| kind.is_none_or(|kind| row.object == kind));
            let found: Vec<_> =
                events.take(limit).map(|(number, row)| (EventMark { generation, number }, Event::of(row))).collect();
            let from = seen.map_or(0, |seen| seen.saturating_add(1));
            let oldest = state.events.all_after(None).next().map_or(state.events.next(), |(number, _)| number);
            // With fewer than were asked for, everything up to the latest was looked at, in this same moment.
            let end = if found.len() < limit { last_event(state) } else { found.last().map(|(mark, _)| *mark) };
            let last = end.filter(|end| seen.is_none_or(|seen| seen <= end.number)).or(after);
            EventsAfter { found, last, dropped: oldest.saturating_sub(from) }
        })
    }

    /// The mark of the latest event that there was. None if there was no event since the beginning.
    pub(crate) fn last_event(&self) -> Option<EventMark> {
        self.account.read(last_event)
    }

    /// A delivery, by its id in whatever letter case.
    pub(crate) fn delivery(&self, id: &str) -> Option<Delivery> {
        self.account.read(|state| state.deliveries.get(id).map(|row| Delivery::of(state, row)))
    }

    /// Waits until everything that was changed before is kept. False if it cannot be: nobody may be told of it then.
    pub(crate) async fn is_kept(&self) -> bool {
        self.account.kept().await.is_ok()
    }

    /// An event as the control API shows it: without what the document marks as secret.
    pub(crate) fn shown_event(&self, object: &str, body: &Value) -> Value {
        redact::event(self.account.settings.contract(), object, body)
    }

    /// Sets a fault with all that it does.
    pub(crate) fn set_fault(
        &self,
        operation: Option<String>,
        merchant_key: Option<String>,
        turn: Turn,
        effects: Effects,
    ) -> FaultStatus {
        self.listening.server.expect_faults();
        self.account.faults.add_with(operation, merchant_key, turn, effects)
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

    /// What goes wrong with webhooks.
    pub(crate) fn chaos_settings(&self) -> Chaos {
        self.account.read(|state| state.chaos.get(CHAOS).map(|chaos| Chaos::clone(chaos)).unwrap_or_default())
    }

    /// Puts something else wrong with webhooks in the place of what there is, and lets go of what was held back.
    pub(crate) fn set_chaos(&self, chaos: Chaos) {
        // It is about all products, so that there is none that might be missing.
        let _ = self.control(None, |tx| {
            tx.state.release_all();
            tx.state.chaos.put(chaos);
            Ok(())
        });
    }
}
