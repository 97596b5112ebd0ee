//! The figures that are the same on every machine, with bounds, so that a change which loses them is noticed. The bounds
//! leave some room for other versions of reqwest.

use std::sync::{Mutex, MutexGuard, PoisonError};

use benches::bare;
use benches::heap::allocations;
use benches::rows::{CUSTOMER, Row, rows, runtime};
use benches::server::{Server, customer_with};

#[global_allocator]
static HEAP: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn server() -> Server {
    Server::start(env!("CARGO_BIN_EXE_loopback"))
}

/// The allocator counts for all threads, so one test runs at a time.
fn run_alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_future_of_a_call_is_small() {
    let client = benches::client("http://127.0.0.1:1");
    let ours = size_of_val(&client.get_customer().customer_id(CUSTOMER).send());
    let by_hand = size_of_val(&bare::Client::new("http://127.0.0.1:1").customer(CUSTOMER));
    println!("{ours} bytes, by hand {by_hand}");
    assert!(ours <= 600, "the future of a call has {ours} bytes");
}

#[test]
fn allocations_are_few_more_than_by_hand() {
    let _alone = run_alone();
    let server = server();
    let bounds = [
        ("get", 1.13),
        ("page", 1.14),
        ("transactions", 1.06),
        ("payment_methods", 1.06),
        ("order", 1.02),
        ("built_order", 1.10),
        ("webhook", 1.20),
        ("forged", 1.50),
    ];
    let rows = rows(&server);
    assert_eq!(rows.iter().map(|row| row.name).collect::<Vec<_>>(), bounds.map(|(name, _)| name));
    for (Row { name, mut ours, mut bare, .. }, (_, bound)) in rows.into_iter().zip(bounds) {
        let count = |work: &mut benches::rows::Work| {
            // Without the connection, and whatever is made once.
            (0..10).for_each(|_| work());
            allocations(|| (0..50).for_each(|_| work())) as f64 / 50.0
        };
        let (ours, bare) = (count(&mut ours), count(&mut bare));
        println!("{name}: {ours:.1} against {bare:.1}, {:.3}", ours / bare);
        assert!(ours / bare <= bound, "{name} allocates {ours:.1} times, by hand {bare:.1} times: more than {bound}");
    }
}

#[test]
fn a_call_is_one_request_and_a_page_is_one_request() {
    let _alone = run_alone();
    let (server, runtime) = (server(), runtime());
    let client = benches::client(&server.url);
    runtime.block_on(async {
        client.get_customer().customer_id(CUSTOMER).send().await.expect("a customer");
        assert_eq!(server.requests(), 1);
        for prefetch in [false, true] {
            let before = server.requests();
            let customer = customer_with(250, 0);
            let count = benches::streams::ours(&client, &customer, prefetch, benches::streams::Consumer::Idle).await;
            assert_eq!((count, server.requests() - before), (250, 3));
        }
    });
}
