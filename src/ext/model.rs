//! Tests the helpers against a model of the server: every sequence of answers, lost answers, false answers and delays
//! up to a bound.
//!
//! A model is a small server, and each of its decisions is a choice: whether it stores an entry, whether it answers,
//! loses or falsifies the answer, whether its lists are up to date. A run makes the choices in turn; [`explore`] runs
//! the model once for each combination of choices. Choice 0 is always the behaviour of a correct server. So the number
//! of faults bounds a run, and a failed run is printed as the list of its faults. Time is injected and nothing uses a
//! socket: the model itself answers the requests, and a pause ends when nothing else can happen.
//!
//! `on_sandbox` is different: its server is the sandbox, a whole Imprint with books, and its runs are drawn at random.
//!
//! Where no client can keep an invariant, the model counts the run as unavoidable, by a rule that the model states. The
//! documentation of the helper describes that sequence.

mod keys;
mod links;
mod on_sandbox;
mod orders;
mod random;
mod rewards;
mod simulation;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use random::Random;
pub(super) use simulation::{ModelServer, Simulation, answer, path_of};

/// The choices of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    /// For each choice: the index of the option that was taken, the number of options, and the name of the option.
    taken: Vec<(usize, usize, &'static str)>,
    at: usize,
    /// Where choices come from that are not determined by `taken`; without it they are the first option.
    draws: Option<Random>,
}

impl Choices {
    /// Choices that are drawn at random from a seed.
    fn drawn(seed: u64) -> Self {
        Self { draws: Some(Random::of(seed)), ..Self::default() }
    }

    /// Chooses one of `options`; the first of them is the behaviour of a correct server.
    pub(super) fn choose<T: Copy>(&mut self, options: &[(&'static str, T)]) -> T {
        if self.at == self.taken.len() {
            let index = self.draws.as_mut().map_or(0, |draws| draws.below(options.len()));
            self.taken.push((index, options.len(), ""));
        }
        let (index, of, name) = &mut self.taken[self.at];
        assert_eq!(*of, options.len(), "a run must depend on its choices alone");
        *name = options[*index].0;
        self.at += 1;
        options[*index].1
    }

    /// Moves to the next run with at most `faults` faults; returns false if there is none.
    fn next(&mut self, faults: usize) -> bool {
        self.at = 0;
        while let Some((index, of, _)) = self.taken.pop() {
            let before = self.taken.iter().filter(|(index, ..)| *index > 0).count();
            if index + 1 < of && before < faults {
                self.taken.push((index + 1, of, ""));
                return true;
            }
        }
        false
    }

    fn story(&self) -> String {
        let mut story = String::new();
        for (step, (_, _, name)) in self.taken[..self.at].iter().enumerate() {
            let _ = write!(story, "\n  {}. {name}", step + 1);
        }
        story
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunResult {
    /// Every invariant held.
    Held,
    /// An invariant did not hold, and no client could have kept it; the text gives the reason.
    Unavoidable(&'static str),
}

/// Runs `run` for each combination of its choices with at most `faults` faults, and prints the number of runs. An `Err`
/// of a run is a broken invariant: it fails the test with a description of the run.
pub(super) fn explore(
    name: &str,
    faults: usize,
    mut run: impl FnMut(&mut Choices) -> Result<RunResult, String>,
) -> Explored {
    let begun = Instant::now();
    let mut choices = Choices::default();
    let mut explored = Explored::default();
    loop {
        match run(&mut choices) {
            Ok(RunResult::Held) => {}
            Ok(RunResult::Unavoidable(why)) => {
                explored.unavoidable += 1;
                if !explored.reasons.contains(&why) {
                    explored.reasons.push(why);
                }
            }
            Err(broken) => panic!("{name}: {broken}, after{}", choices.story()),
        }
        explored.schedules += 1;
        choices.taken.truncate(choices.at);
        if !choices.next(faults) {
            break;
        }
    }
    let Explored { schedules, unavoidable, reasons } = &explored;
    println!("model of {name}: {schedules} schedules with up to {faults} faults in {:.1?}", begun.elapsed());
    if *unavoidable > 0 {
        println!("  {unavoidable} of them break an invariant that no client can keep: {}", reasons.join("; "));
    }
    explored
}

/// The result of an exploration.
#[derive(Debug, Default)]
pub(super) struct Explored {
    pub(super) schedules: u64,
    pub(super) unavoidable: u64,
    pub(super) reasons: Vec<&'static str>,
}

/// Checks that a helper took no longer than its time limit, except for the answer that is under way when the limit
/// ends.
pub(super) fn in_time(took: Duration, limit: Duration) -> Result<(), String> {
    if took <= limit { Ok(()) } else { Err(format!("it took {took:?} of {limit:?}")) }
}

#[test]
fn every_way_is_gone_once() {
    let mut seen = std::collections::BTreeSet::new();
    let explored = explore("nothing", 2, |choices| {
        let mut way = Vec::new();
        for _ in 0..4 {
            way.push(choices.choose(&[("a", 0), ("b", 1), ("c", 2)]));
        }
        assert!(seen.insert(way));
        Ok(RunResult::Held)
    });
    // None, one of four at two values, and two of four at two values each.
    assert_eq!(explored.schedules, 1 + 4 * 2 + 6 * 4);
}
