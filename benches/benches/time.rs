//! The time of each row by criterion: `cargo bench --package benches --bench time -- --save-baseline before`, and after a
//! change `-- --baseline before`. The ratios to what is written by hand are those of the bench `table`, which does both in
//! turns.

use benches::rows::{Row, rows};
use benches::server::Server;
use criterion::Criterion;

fn main() {
    let server = Server::start(env!("CARGO_BIN_EXE_loopback"));
    let mut criterion = Criterion::default().configure_from_args();
    for Row { name, mut ours, mut bare, .. } in rows(&server) {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("client", |bencher| bencher.iter(&mut ours));
        group.bench_function("by hand", |bencher| bencher.iter(&mut bare));
        group.finish();
    }
    criterion.final_summary();
}
