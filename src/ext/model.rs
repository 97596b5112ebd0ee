//! Tests the helpers against a model of the server: every schedule of answers, lost answers, false answers and delays
//! up to a bound.
//!
//! A model is a small server whose every decision is a choice: it stores what it is sent or not, answers, loses or
//! falsifies the answer, shows its lists or lags behind. A run makes the choices in turn; [`explore`] runs the model
//! once for each way in which they can come out. Choice 0 is always what a good server does, so that a run is bounded
//! by the number of its faults, and a failure is printed as the faults that make it. Time is injected and nothing uses
//! a socket: requests are answered by the model itself, and a pause ends when nothing else can happen.
//!
//! Where an invariant cannot hold for any client, the model counts the run as one, by a rule that it states; the
//! documentation of the helper gives that schedule.

mod keys;
mod links;
mod orders;
mod rewards;
mod simulation;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

pub(super) use simulation::{ModelServer, Simulation, answer, path_of};

/// The choices of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    /// What was taken, of how many, and the name of it.
    taken: Vec<(usize, usize, &'static str)>,
    at: usize,
}

impl Choices {
    /// One of `options`, of which the first is what a good server does.
    pub(super) fn choose<T: Copy>(&mut self, options: &[(&'static str, T)]) -> T {
        if self.at == self.taken.len() {
            self.taken.push((0, options.len(), ""));
        }
        let (index, of, name) = &mut self.taken[self.at];
        assert_eq!(*of, options.len(), "a run must depend on its choices alone");
        *name = options[*index].0;
        self.at += 1;
        options[*index].1
    }

    /// Goes on to the next run with so many faults at most; false when there is none.
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
    /// One did not, and could not for any client: why.
    Unavoidable(&'static str),
}

/// Runs `run` for each way in which its choices can come out, with so many faults at most, and prints how many runs
/// that were. An `Err` of a run is a broken invariant: it fails the test with the story of the run.
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

/// What an exploration came to.
#[derive(Debug, Default)]
pub(super) struct Explored {
    pub(super) schedules: u64,
    pub(super) unavoidable: u64,
    pub(super) reasons: Vec<&'static str>,
}

/// No helper takes longer than its time limit, but for the answer that is under way when it runs out.
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
