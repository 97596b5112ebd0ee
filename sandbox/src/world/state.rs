//! The tables, the clock and the ids of an account.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use imprint_client::Secret;
use serde::{Deserialize, Serialize};

use crate::clock::VirtualClock;
use crate::ids::{Ids, Made};
use crate::model::accrual::Accrual;
use crate::model::application::Application;
use crate::model::chaos::Chaos;
use crate::model::customer::Customer;
use crate::model::delivery::Delivery;
use crate::model::endpoint::Endpoint;
use crate::model::event::Event;
use crate::model::intent::Intent;
use crate::model::key::Key;
use crate::model::link::Link;
use crate::model::order::Order;
use crate::model::order_event::OrderEvent;
use crate::model::payment_method::PaymentMethod;
use crate::model::reward::Reward;
use crate::model::seeded_name::SeededName;
use crate::model::session::Session;
use crate::model::streak::Streak;
use crate::model::tally::Tally;
use crate::model::transaction::Transaction;
use crate::settings::{Permissions, Settings};
use crate::table::{COUNT_LIMIT, KeptRow, SavedTable, Table};

use super::keeper::Changes;
use super::timer::{Deadline, Timer};

/// The clock, the seed and the counters of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub clock: VirtualClock,
    pub seed: u64,
    /// How many ids of each kind were made.
    pub ids: Made,
    /// The number of the next row of each table.
    pub next: BTreeMap<String, u64>,
}

/// What a keeper was told last.
struct Told {
    generation: u64,
    head: Head,
    origin: Arc<Secret>,
}

/// Declares the tables together with what is done to all of them, so that none is left out of a transaction.
macro_rules! tables {
    ($($name:ident: $row:ty,)*) => {
        /// What an account is made of.
        pub struct State {
            pub clock: VirtualClock,
            pub ids: Ids,
            /// Another number each time the whole state is replaced, by a snapshot or a reset. It begins somewhere else in each
            /// account and each run, so that nobody takes what they know of one state for something of another. No snapshot
            /// has it.
            pub generation: u64,
            /// What the account is reset to, as text, since it has keys and numbers of cards.
            pub origin: Arc<Secret>,
            told: Option<Told>,
            has_ended: bool,
            $(pub $name: Table<$row>,)*
        }

        /// The names of the tables.
        #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
        pub const TABLES: &[&str] = &[$(stringify!($name)),*];

        /// An account as a snapshot has it.
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Saved {
            clock: VirtualClock,
            seed: u64,
            ids: Made,
            $(#[serde(default)] $name: SavedTable<$row>,)*
        }

        impl Saved {
            /// The texts of all keys, the deleted ones included.
            pub fn key_texts(&self) -> Vec<Secret> {
                self.keys.rows().map(|key| key.text.clone()).collect()
            }

            /// Checks what the types do not: numbers that can be counted on from, rows that are there once, and that what
            /// is sent to an endpoint has one.
            ///
            /// # Errors
            ///
            /// What is wrong, in a sentence without values of the snapshot.
            pub fn check(&self) -> Result<(), String> {
                $(self.$name.check().map_err(|why| format!("the table {} {why}", stringify!($name)))?;)*
                if self.ids.values().chain(self.tallies.rows().map(|tally| &tally.count)).any(|count| *count >= COUNT_LIMIT) {
                    return Err("it counts something to a number that is too large".to_owned());
                }
                let endpoints: HashSet<String> = self.endpoints.rows().map(|one| one.id.to_ascii_lowercase()).collect();
                let has = |id: &str| endpoints.contains(&id.to_ascii_lowercase());
                if !self.deliveries.rows().all(|delivery| has(&delivery.endpoint_id)) {
                    return Err("a delivery is to an endpoint that the snapshot does not have".to_owned());
                }
                let is_lost = |timer: &Timer| matches!(&timer.deadline, Deadline::Held(endpoint) if !has(endpoint));
                if self.timers.rows().any(is_lost) {
                    return Err("a timer is about an endpoint that the snapshot does not have".to_owned());
                }
                Ok(())
            }

            /// The account that a keeper has: its head, and the rows of each table, which `rows` gives one after the other.
            ///
            /// # Errors
            ///
            /// Those of `rows`.
            #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
            pub fn of_kept<E>(
                head: Head,
                mut rows: impl FnMut(&'static str, &mut dyn FnMut(&KeptRow<'_>) -> serde_json::Result<()>) -> Result<(), E>,
            ) -> Result<Self, E> {
                let next = |table: &str| head.next.get(table).copied().unwrap_or_default();
                Ok(Self {
                    $($name: {
                        let mut table = SavedTable::kept(next(stringify!($name)));
                        rows(stringify!($name), &mut |row| table.add(row))?;
                        table.finish()
                    },)*
                    clock: head.clock,
                    seed: head.seed,
                    ids: head.ids,
                })
            }
        }

        impl State {
            /// Everything, for a snapshot.
            pub fn save(&self) -> Saved {
                Saved {
                    clock: self.clock,
                    seed: self.ids.seed(),
                    ids: self.ids.made(),
                    $($name: self.$name.save(),)*
                }
            }

            /// Puts everything of a snapshot in the place of what there is.
            pub fn load(&mut self, saved: Saved) {
                self.fill(saved);
                self.send_interrupted_again();
            }

            /// The same with what a keeper has: it is told of nothing but what is different from then on.
            #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
            pub(super) fn load_kept(&mut self, saved: Saved, origin: Secret) {
                self.fill(saved);
                self.origin = Arc::new(origin);
                $(self.$name.track();)*
                self.told =
                    Some(Told { generation: self.generation, head: self.head(), origin: Arc::clone(&self.origin) });
                self.send_interrupted_again();
            }

            fn fill(&mut self, saved: Saved) {
                // All tables are made before the first is replaced, so that the state is never a half of each.
                $(let $name = Table::load(saved.$name);)*
                self.generation += 1;
                self.clock = saved.clock;
                self.ids.set_seed(saved.seed);
                self.ids.restore(saved.ids);
                $(self.$name = $name;)*
            }

            fn send_interrupted_again(&mut self) {
                let interrupted: Vec<_> = self.deliveries.all().filter(|one| one.sending.is_some()).cloned().collect();
                for delivery in interrupted {
                    self.deliveries.put(Delivery::clone(&delivery).restored());
                }
                self.count_events_of_old_snapshot();
            }

            /// Removes everything but the keys, and begins anew with ids and time.
            pub fn empty(&mut self, settings: &Settings) {
                self.generation += 1;
                self.clock = VirtualClock::new(settings.clock);
                self.ids.begin_anew(&[KEY_TEXT, KEY_ID]);
                let keys = std::mem::take(&mut self.keys);
                $(self.$name = Table::default();)*
                self.keys = keys;
            }

            pub fn new(account: &str, settings: &Settings) -> Self {
                Self {
                    clock: VirtualClock::new(settings.clock),
                    ids: Ids::new(settings.seed, account),
                    generation: first_generation(),
                    origin: Arc::new(Secret::from(String::new())),
                    told: None,
                    has_ended: false,
                    $($name: Table::default(),)*
                }
            }

            /// Whether the account has ended, and a request has it from before.
            pub fn has_ended(&self) -> bool {
                self.has_ended
            }

            fn head(&self) -> Head {
                let next = [$((stringify!($name).to_owned(), self.$name.next())),*];
                Head { clock: self.clock, seed: self.ids.seed(), ids: self.ids.made(), next: next.into() }
            }

            /// What has changed since a keeper was told last, which is everything the first time and after the state was
            /// replaced. None if nothing has.
            pub(super) fn take_changes(&mut self, account: &str, first_key: &Secret) -> Option<Changes> {
                if self.has_ended {
                    return None;
                }
                let told = self.told.take();
                let head = self.head();
                let is_replaced = told.as_ref().is_none_or(|told| told.generation != self.generation);
                let tables: Vec<_> = match is_replaced {
                    true => vec![$(self.$name.all_as_changes(stringify!($name))),*],
                    false => [$(self.$name.take_changes(stringify!($name))),*].into_iter().flatten().collect(),
                };
                let has_other_origin = told.as_ref().is_none_or(|told| !Arc::ptr_eq(&told.origin, &self.origin));
                let has_other_head = told.is_none_or(|told| told.head != head);
                self.told =
                    Some(Told { generation: self.generation, head: head.clone(), origin: Arc::clone(&self.origin) });
                let has_changed = is_replaced || has_other_origin || has_other_head || !tables.is_empty();
                has_changed.then(|| Changes {
                    account: account.to_owned(),
                    replaced: is_replaced.then(|| first_key.clone()),
                    head,
                    origin: has_other_origin.then(|| Arc::clone(&self.origin)),
                    tables,
                })
            }

            /// Lets no keeper be told any more: the account has ended, and another one may have its name.
            #[cfg(feature = "program")]
            pub(super) fn end(&mut self) {
                self.has_ended = true;
            }

            pub(super) fn begin(&mut self) {
                self.ids.begin();
                $(self.$name.begin();)*
            }

            pub(super) fn has_changed(&self) -> bool {
                $(self.$name.has_changed())||*
            }

            pub(super) fn roll_back(&mut self) {
                self.ids.roll_back();
                $(self.$name.roll_back();)*
            }
        }
    };
}

tables! {
    keys: Key,
    customers: Customer,
    links: Link,
    sessions: Session,
    applications: Application,
    payment_methods: PaymentMethod,
    intents: Intent,
    transactions: Transaction,
    rewards: Reward,
    accruals: Accrual,
    orders: Order,
    order_events: OrderEvent,
    streaks: Streak,
    events: Event,
    endpoints: Endpoint,
    deliveries: Delivery,
    chaos: Chaos,
    timers: Timer,
    seeded_names: SeededName,
    tallies: Tally,
}

/// A number that no other state begins with, as far as chance allows.
fn first_generation() -> u64 {
    // Far below the highest number, since it is counted up.
    RandomState::new().build_hasher().finish() >> 16
}

/// What the texts of keys are counted as by [`Ids`].
const KEY_TEXT: &str = "key";
/// What the ids of keys are counted as.
const KEY_ID: &str = "key id";

/// What the texts of keys are made of.
const KEY_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl State {
    /// Adds a key that was not made by a request.
    pub(super) fn add_key(&mut self, label: &str, text: Secret, permissions: Permissions) {
        let (id, label, created_at) = (self.ids.next("key id"), label.to_owned(), self.clock.now());
        self.keys.put(Key { id, label, text, permissions, created_at, deleted_at: None });
    }

    /// Makes what there is now what the account is reset to.
    pub(super) fn mark_origin(&mut self) {
        let saved = serde_json::to_string(&self.save()).unwrap_or_default();
        self.origin = Arc::new(Secret::from(saved));
    }

    /// The text of a new key, which no key of the account has or had: a name is no part of it, so that no two names can
    /// lead to the same text.
    pub fn new_key_text(&mut self) -> Secret {
        loop {
            let text = format!("sbx_{}", self.ids.text(KEY_TEXT, KEY_ALPHABET, 24));
            if self.keys.first("text", &text).is_none() {
                return text.into();
            }
        }
    }
}
