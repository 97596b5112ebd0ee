//! The tables, the clock and the ids of an account.

use std::collections::BTreeMap;

use crate::clock::VirtualClock;
use crate::ids::Ids;
use crate::model::application::Application;
use crate::model::chaos::Chaos;
use crate::model::customer::Customer;
use crate::model::delivery::Delivery;
use crate::model::endpoint::Endpoint;
use crate::model::event::Event;
use crate::model::intent::Intent;
use crate::model::key::Key;
use crate::model::link::Link;
use crate::model::payment_method::PaymentMethod;
use crate::model::session::Session;
use crate::settings::Settings;
use crate::table::Table;

use super::timer::Timer;

/// Declares the tables together with what is done to all of them, so that none is left out of a transaction.
macro_rules! tables {
    ($($name:ident: $row:ty,)*) => {
        /// What an account is made of.
        pub struct State {
            pub clock: VirtualClock,
            pub ids: Ids,
            ids_at_begin: BTreeMap<&'static str, u64>,
            $(pub $name: Table<$row>,)*
        }

        impl State {
            pub fn new(account: &str, settings: &Settings) -> Self {
                Self {
                    clock: VirtualClock::new(settings.clock),
                    ids: Ids::new(settings.seed, account),
                    ids_at_begin: BTreeMap::new(),
                    $($name: Table::default(),)*
                }
            }

            pub(super) fn begin(&mut self) {
                self.ids_at_begin = self.ids.made();
                $(self.$name.begin();)*
            }

            pub(super) fn has_changed(&self) -> bool {
                $(self.$name.has_changed())||*
            }

            pub(super) fn roll_back(&mut self) {
                self.ids.restore(std::mem::take(&mut self.ids_at_begin));
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
    events: Event,
    endpoints: Endpoint,
    deliveries: Delivery,
    chaos: Chaos,
    timers: Timer,
}
