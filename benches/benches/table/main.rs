//! The table of `docs/performance.md`: a row for each goal, measured in this run.
//!
//! `cargo bench --package benches --bench table` measures all of it in two minutes; `-- stream` only the parts of this
//! name, which are rows, future, flight and stream. What is compared is done in turns in the same run and told as a ratio,
//! with the lowest and the highest one beside it.

mod flight;
mod future;
mod rows;
mod stream;

use benches::server::Server;

#[global_allocator]
static HEAP: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// Measures something, and prints its rows.
type Measure = fn(&Server);

const PARTS: [(&str, Measure); 4] =
    [("rows", rows::measure), ("future", future::measure), ("flight", flight::measure), ("stream", stream::measure)];

fn main() {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let server = Server::start(env!("CARGO_BIN_EXE_loopback"));
    println!("| what | goal | measured |\n|---|---|---|");
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            measure(&server);
        }
    }
}
