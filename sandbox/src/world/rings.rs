//! What an account keeps the last ones of only, so that one that runs for days does not fill the memory: events, and
//! deliveries that are through. How many there were since the beginning stays known.

use crate::model::event::Event;
use crate::model::tally::{Counted, Tally};
use crate::settings::Webhooks;

use super::state::State;
use super::transaction::Tx;

impl Tx<'_> {
    /// Writes an event down, and forgets the oldest if there are more than are kept.
    pub fn put_event(&mut self, event: Event) {
        self.state.add_to(Counted::Events, &event.object, 1);
        self.state.events.put(event);
        self.state.forget_events(self.settings.webhooks.events_kept);
    }
}

impl State {
    /// How many events of a kind there were since the beginning.
    pub fn events_of_kind(&self, kind: &str) -> u64 {
        self.count_of(Counted::Events, kind)
    }

    /// How many deliveries were dead and are not kept any more.
    pub fn forgotten_dead(&self) -> u64 {
        self.tallies.find("what", Counted::ForgottenDead.text()).map(|(_, tally)| tally.count).sum()
    }

    /// Forgets the oldest deliveries that are through, and the oldest of those that are dead, if there are more of them
    /// than are kept. The dead have a place of their own, so that no number of others makes a failure unknown.
    pub(super) fn forget_deliveries(&mut self, settings: &Webhooks) {
        self.deliveries.remove_above(settings.kept, "through", "", |_| {});
        let mut endpoints = Vec::new();
        self.deliveries.remove_above(settings.kept, "dead", "", |dead| endpoints.push(dead.endpoint_id.clone()));
        for endpoint in endpoints {
            self.add_to(Counted::ForgottenDead, &endpoint, 1);
        }
    }

    /// Forgets that deliveries to an endpoint were dead.
    pub(super) fn forgive_dead(&mut self, endpoint_id: &str) {
        self.tallies.remove(&Counted::ForgottenDead.id(endpoint_id));
    }

    /// A snapshot that was made before events were counted has all of them.
    pub(super) fn count_events_of_old_snapshot(&mut self) {
        if self.tallies.find("what", Counted::Events.text()).next().is_none() {
            let kinds: Vec<String> = self.events.all().map(|event| event.object.clone()).collect();
            for kind in kinds {
                self.add_to(Counted::Events, &kind, 1);
            }
        }
    }

    fn forget_events(&mut self, kept: usize) {
        while self.events.len() > kept {
            let Some(oldest) = self.events.all().next().map(|event| event.id.clone()) else { break };
            self.events.remove(&oldest);
        }
    }

    fn count_of(&self, what: Counted, of: &str) -> u64 {
        self.tallies.get(&what.id(of)).map_or(0, |tally| tally.count)
    }

    fn add_to(&mut self, what: Counted, of: &str, more: u64) {
        let count = self.count_of(what, of) + more;
        self.tallies.put(Tally { id: what.id(of), what, count });
    }
}
