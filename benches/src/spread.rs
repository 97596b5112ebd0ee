//! What two things take in turns, as a ratio.

use std::time::{Duration, Instant};

/// The median of the ratios of pairs, and the lowest and the highest one.
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    /// The ratios of what `one` takes to what `other` takes, each done in turns. Which is first changes, since the second
    /// one finds warm caches.
    pub fn of(rounds: usize, mut one: impl FnMut() -> Duration, mut other: impl FnMut() -> Duration) -> Self {
        let mut ratios: Vec<f64> = (0..rounds)
            .map(|round| {
                let (one, other) = if round % 2 == 0 {
                    let one = one();
                    (one, other())
                } else {
                    let other = other();
                    (one(), other)
                };
                one.as_secs_f64() / other.as_secs_f64()
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        Self { low: ratios[0], median: ratios[ratios.len() / 2], high: ratios[ratios.len() - 1] }
    }

    /// `0.72 (0.66 to 0.80)`.
    pub fn text(&self) -> String {
        format!("{:.2} ({:.2} to {:.2})", self.median, self.low, self.high)
    }
}

/// How long `work` takes.
pub fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
