//! The interceptor that counts, and the figures that it has counted.

use std::collections::BTreeMap;

use imprint_client::Interceptor;
use imprint_client::interceptor::{AttemptReport, CallReport};
use metrics_util::debugging::{DebugValue, Snapshotter};

/// Calls, by operation and by the kind of failure, which is `none` for a success.
const CALLS: &str = "imprint_calls";
/// Requests, by operation and by the kind of failure.
const ATTEMPTS: &str = "imprint_attempts";
/// Requests after the first one of a call, by operation.
const RETRIES: &str = "imprint_retries";
/// Calls that failed, and of which the API may have carried out one: somebody has to look at each of them.
const DOUBTFUL: &str = "imprint_doubtful_calls";
/// How long calls take, in seconds, by operation.
const CALL_SECONDS: &str = "imprint_call_seconds";
/// How long single requests take, in seconds, by operation.
const ATTEMPT_SECONDS: &str = "imprint_attempt_seconds";

/// Reports each attempt and each call to the recorder of the crate `metrics`.
///
/// The labels are the id of the operation and the kind of failure. Both have few values, and neither holds a value that
/// was sent. A path or a message would make a new time series for each customer, and would leak personal data.
pub struct Telemetry;

impl Interceptor for Telemetry {
    fn after_attempt(&self, attempt: &AttemptReport<'_>) {
        let operation = attempt.operation().id();
        let error = attempt.error_type().unwrap_or("none").to_owned();
        metrics::counter!(ATTEMPTS, "operation" => operation, "error" => error).increment(1);
        metrics::histogram!(ATTEMPT_SECONDS, "operation" => operation).record(attempt.elapsed());
        if attempt.number() > 1 {
            metrics::counter!(RETRIES, "operation" => operation).increment(1);
        }
    }

    fn after_call(&self, call: &CallReport<'_>) {
        let operation = call.operation().id();
        let error = call.error_type().unwrap_or("none").to_owned();
        metrics::counter!(CALLS, "operation" => operation, "error" => error).increment(1);
        metrics::histogram!(CALL_SECONDS, "operation" => operation).record(call.elapsed());
        if call.may_have_been_processed() {
            metrics::counter!(DOUBTFUL, "operation" => operation).increment(1);
        }
    }
}

/// The figures, as a scrape of them would find them.
#[derive(Default)]
pub struct Figures {
    counters: BTreeMap<String, u64>,
    times: BTreeMap<String, Vec<f64>>,
}

impl Figures {
    /// Takes the figures since the last call.
    pub fn take(snapshotter: &Snapshotter) -> Self {
        let mut figures = Self::default();
        for (key, _, _, value) in snapshotter.snapshot().into_vec() {
            let key = key.key();
            let labels: Vec<String> =
                key.labels().map(|label| format!("{}=\"{}\"", label.key(), label.value())).collect();
            let name = format!("{}{{{}}}", key.name(), labels.join(","));
            match value {
                DebugValue::Counter(count) => drop(figures.counters.insert(name, count)),
                DebugValue::Gauge(_) => {}
                DebugValue::Histogram(times) => {
                    drop(figures.times.insert(name, times.into_iter().map(|time| time.into_inner()).collect()));
                }
            }
        }
        figures
    }

    pub fn attempts(&self) -> u64 {
        self.sum(ATTEMPTS)
    }

    pub fn retries(&self) -> u64 {
        self.sum(RETRIES)
    }

    pub fn calls(&self) -> u64 {
        self.sum(CALLS)
    }

    /// The sum of a counter over all its labels.
    fn sum(&self, name: &str) -> u64 {
        let of_name = |key: &str| key.split('{').next() == Some(name);
        self.counters.iter().filter(|(key, _)| of_name(key)).map(|(_, count)| count).sum()
    }

    pub fn print(&self) {
        for (name, count) in &self.counters {
            println!("{name} {count}");
        }
        for (name, times) in &self.times {
            let mean = times.iter().sum::<f64>() / times.len() as f64;
            let longest = times.iter().copied().fold(0.0, f64::max);
            println!("{name} count {} mean {mean:.3} longest {longest:.3}", times.len());
        }
    }
}
