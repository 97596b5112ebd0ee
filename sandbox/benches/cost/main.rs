//! What the sandbox costs: a table with a row for each goal of `docs/sandbox-performance.md`, measured in this run.
//!
//! `cargo bench --package imprint-sandbox` measures everything, which takes some minutes; `-- start post` only the rows
//! whose names begin so. Machines differ and are noisy, so what is compared is measured in turns in the same run and told
//! as a ratio, with the lowest and the highest one beside it.

mod alone;
mod growth;
mod lists;
mod load;
mod memory;
mod program;
mod requests;
mod start;
mod state_file;
mod table;
mod throughput;

use table::Table;

/// Measures something, and prints its rows.
type Measure = fn(&mut Table);

/// The parts of the table: the name that chooses a part, and what measures it.
const PARTS: [(&str, Measure); 9] = [
    ("start", start::measure),
    ("first", start::measure_first_calls),
    ("requests", throughput::measure),
    ("memory", memory::measure),
    ("flat", memory::measure_flatness),
    ("lists", lists::measure),
    ("advance", growth::measure),
    ("program", program::measure),
    ("state", state_file::measure),
];

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if alone::is_asked(&arguments) {
        return alone::run(&arguments);
    }
    let unknown = arguments.iter().find(|wanted| !PARTS.iter().any(|(name, _)| name.starts_with(wanted.as_str())));
    if let Some(unknown) = unknown {
        let names = PARTS.map(|(name, _)| name).join(", ");
        eprintln!("there is no part `{unknown}`; there are {names}");
        std::process::exit(2);
    }
    let mut table = Table::begin();
    for (name, measure) in PARTS {
        if arguments.is_empty() || arguments.iter().any(|wanted| name.starts_with(wanted.as_str())) {
            measure(&mut table);
        }
    }
    table.end();
}
