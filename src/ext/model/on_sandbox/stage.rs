//! One run: a world, a network drawn from a seed, and clients in a time of their own.

use std::time::Duration;

use super::super::random::Random;
use super::network::Network;
use super::world::World;
use crate::call::RetryPolicy;
use crate::client::Client;
use crate::ext::model::{Choices, Simulation};

/// How a run ended: what the helper came to, and the reason if an invariant did not hold that no client could keep.
pub(super) struct Ended {
    pub(super) outcome: &'static str,
    pub(super) excused: Option<&'static str>,
}

impl Ended {
    pub(super) fn held(outcome: &'static str) -> Self {
        Self { outcome, excused: None }
    }

    pub(super) fn unless(outcome: &'static str, excused: Option<&'static str>) -> Self {
        Self { outcome, excused }
    }
}

/// A run of one scenario.
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    /// What the scenario draws from.
    pub(super) random: Random,
    simulation: Simulation<Network>,
    retries: bool,
}

impl<'a> Stage<'a> {
    pub(super) fn open(world: &'a World, mut random: Random) -> Self {
        world.reset();
        let network = Network::new(world.sandbox.clone(), Random::of(random.next()));
        let simulation = Simulation::new(network, &Choices::drawn(random.next()));
        let retries = random.one_in(4);
        Self { world, random, simulation, retries }
    }

    /// Whether the client retries by itself what it may.
    pub(super) fn retries(&self) -> bool {
        self.retries
    }

    /// A client that shares nothing with the others, as that of a process of its own.
    pub(super) fn client(&self) -> Client {
        self.simulation.client(if self.retries { RetryPolicy::default() } else { RetryPolicy::off() })
    }

    pub(super) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.simulation.run(future)
    }

    pub(super) fn run_both<A, B>(&self, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
        self.simulation.run_both(one, other)
    }

    /// The time since the start of the run.
    pub(super) fn passed(&self) -> Duration {
        self.simulation.passed()
    }

    pub(super) fn network<T>(&self, look: impl FnOnce(&mut Network) -> T) -> T {
        self.simulation.with_server(look)
    }

    /// How many requests there were so far.
    pub(super) fn requests(&self) -> usize {
        self.network(|network| network.exchanges.len())
    }

    /// Whether nothing goes wrong in this run.
    pub(super) fn is_sound(&self) -> bool {
        self.network(|network| network.is_sound())
    }

    /// What happened, one line for each request.
    pub(super) fn story(&self) -> String {
        self.network(|network| network.story.join("\n"))
    }

    /// Adds a line to the story.
    pub(super) fn tell(&self, what: String) {
        let at = self.passed().as_secs_f64();
        self.network(|network| network.story.push(format!("{at:>8.2}s {what}")));
    }
}
