//! How the cost of a call grows: with the items of a page, with the calls in flight, and the memory of a stream with the
//! length of its list. `cargo bench --package benches --bench growth` takes a minute.

use std::time::Duration;

use benches::bare;
use benches::flight;
use benches::rows::runtime;
use benches::server::{Server, customer_with};
use benches::spread::{Spread, time};
use benches::streams::{Consumer, by_hand, ours};
use imprint_client::Client;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() {
    let server = Server::start(env!("CARGO_BIN_EXE_loopback"));
    let (client, bare) = (benches::client(&server.url), bare::Client::new(&server.url));
    println!("| items on a page | microseconds for an item | to by hand |\n|---|---|---|");
    for items in [10, 100, 1_000, 10_000] {
        page(&client, &bare, items);
    }
    println!("\n| calls in flight | microseconds for a call | to by hand |\n|---|---|---|");
    for in_flight in [1, 10, 100, 1_000] {
        calls(&server, in_flight);
    }
    println!("\n| items of a stream | peak of the heap, KiB | by hand |\n|---|---|---|");
    for items in [2_000, 20_000] {
        heap(&server, items);
    }
}

/// Remembers the shortest of some times: that which other programs disturbed least.
fn shortest(least: &mut Duration, taken: Duration) -> Duration {
    *least = taken.min(*least);
    taken
}

fn page(client: &Client, bare: &bare::Client, items: usize) {
    let runtime = runtime();
    let (customer, limit) = (customer_with(items, 0), i64::try_from(items).expect("a number"));
    let times = (2_000 / items).max(1);
    let run_ours = || {
        for _ in 0..times {
            let page =
                runtime.block_on(async { client.get_rewards().customer_id(&*customer).limit(limit).send().await });
            assert_eq!(page.expect("a page").data.len(), items);
        }
    };
    let run_bare = || {
        for _ in 0..times {
            let page = runtime.block_on(async { bare.rewards(&customer, items, None).await });
            assert_eq!(page.expect("a page").data.len(), items);
        }
    };
    run_bare();
    let mut least = Duration::MAX;
    let ratio = Spread::of(31, || shortest(&mut least, time(run_ours)), || time(run_bare));
    let for_one = least.as_secs_f64() * 1e6 / (times * items) as f64;
    println!("| {items} | {for_one:.2} | {} |", ratio.text());
}

fn calls(server: &Server, in_flight: usize) {
    let runtime = runtime();
    let (client, bare) = (benches::client(&server.url), bare::Client::new(&server.url));
    let calls = (1_000 / in_flight).max(2);
    let mut least = Duration::MAX;
    let ratio = Spread::of(
        21,
        || shortest(&mut least, time(|| flight::ours(&runtime, &client, in_flight, calls))),
        || time(|| flight::by_hand(&runtime, &bare, in_flight, calls)),
    );
    let for_one = least.as_secs_f64() * 1e6 / (in_flight * calls) as f64;
    println!("| {in_flight} | {for_one:.1} | {} |", ratio.text());
}

fn heap(server: &Server, items: usize) {
    let customer = customer_with(items, 0);
    let peak = |work: &dyn Fn(&tokio::runtime::Runtime) -> usize| {
        let runtime = runtime();
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        assert_eq!(work(&runtime), items);
        (HEAP.peak_usage() - before) as f64 / 1024.0
    };
    let of_ours = |prefetch| {
        peak(&|runtime| {
            let client = benches::client(&server.url);
            runtime.block_on(async { ours(&client, &customer, prefetch, Consumer::Idle).await })
        })
    };
    let of_bare = peak(&|runtime| {
        let bare = bare::Client::new(&server.url);
        runtime.block_on(async { by_hand(&bare, &customer, Consumer::Idle).await })
    });
    println!("| {items} | {:.0}, with prefetch {:.0} | {of_bare:.0} |", of_ours(false), of_ours(true));
}
