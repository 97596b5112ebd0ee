//! The tables, the clock and the ids of an account.

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
use crate::settings::Settings;
use crate::table::{SavedTable, Table};

use super::timer::Timer;

/// Declares the tables together with what is done to all of them, so that none is left out of a transaction.
macro_rules! tables {
    ($($name:ident: $row:ty,)*) => {
        /// What an account is made of.
        pub struct State {
            pub clock: VirtualClock,
            pub ids: Ids,
            /// How often the whole state was replaced, by a snapshot or a reset. No snapshot has it.
            pub generation: u64,
            $(pub $name: Table<$row>,)*
        }

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
                self.generation += 1;
                self.clock = saved.clock;
                self.ids.set_seed(saved.seed);
                self.ids.restore(saved.ids);
                $(self.$name = Table::load(saved.$name);)*
                let interrupted: Vec<_> = self.deliveries.all().filter(|one| one.sending.is_some()).cloned().collect();
                for delivery in interrupted {
                    self.deliveries.put(Delivery::clone(&delivery).restored());
                }
                self.count_events_of_old_snapshot();
            }

            pub fn new(account: &str, settings: &Settings) -> Self {
                Self {
                    clock: VirtualClock::new(settings.clock),
                    ids: Ids::new(settings.seed, account),
                    generation: 0,
                    $($name: Table::default(),)*
                }
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

/// What the texts of keys are made of.
const KEY_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl State {
    /// The text of a new key, which no key of the account has or had: a name is no part of it, so that no two names can
    /// lead to the same text.
    pub fn new_key_text(&mut self) -> Secret {
        loop {
            let text = format!("sbx_{}", self.ids.text("key", KEY_ALPHABET, 24));
            if self.keys.first("text", &text).is_none() {
                return text.into();
            }
        }
    }
}
