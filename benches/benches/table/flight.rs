//! How many calls are made in a time, with 64 of them in flight.

use benches::bare;
use benches::flight::{by_hand, ours};
use benches::rows::{runtime, several_threads};
use benches::server::Server;
use benches::spread::{Spread, time};

const ROUNDS: usize = 61;
const IN_FLIGHT: usize = 64;
/// How many calls each task makes in a turn.
const CALLS: usize = 12;

pub fn measure(server: &Server) {
    for (threads, runtime) in [("one thread", runtime()), ("two threads", several_threads())] {
        let (client, bare) = (benches::client(&server.url), bare::Client::new(&server.url));
        // The ratio of times turned over is that of throughput.
        let throughput = Spread::of(
            ROUNDS,
            || time(|| by_hand(&runtime, &bare, IN_FLIGHT, CALLS)),
            || time(|| ours(&runtime, &client, IN_FLIGHT, CALLS)),
        );
        println!("| {IN_FLIGHT} calls in flight, {threads}: throughput | 1.00 | {} |", throughput.text());
    }
}
