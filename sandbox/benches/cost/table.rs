//! The table that is printed, row by row as they are measured, and what the spread of a measurement is.

/// The table.
pub struct Table {
    missed: usize,
}

impl Table {
    pub fn begin() -> Self {
        println!("| what | goal | measured | |\n|---|---|---|---|");
        Self { missed: 0 }
    }

    /// Prints a row; whether the goal is met stands in its last column.
    pub fn row(&mut self, what: &str, goal: &str, measured: &str, is_met: bool) {
        let verdict = if is_met { "met" } else { "MISSED" };
        self.missed += usize::from(!is_met);
        println!("| {what} | {goal} | {measured} | {verdict} |");
    }

    /// Prints a row that has no goal, or that could not be measured here.
    pub fn note(&mut self, what: &str, measured: &str) {
        println!("| {what} | | {measured} | |");
    }

    pub fn end(self) {
        println!("\ngoals that were missed: {}", self.missed);
    }
}

/// The lowest, the median and the highest of some numbers.
#[derive(Clone, Copy)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    /// # Panics
    ///
    /// If there is no number.
    pub fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len() - 1;
        Self { low: numbers[0], median: numbers[last / 2], high: numbers[last] }
    }

    /// `0.72 (0.66 to 0.80)`.
    pub fn text(self, decimals: usize) -> String {
        let Self { low, median, high } = self;
        format!("{median:.decimals$} ({low:.decimals$} to {high:.decimals$})")
    }
}
