//! Many calls at once, each from a task that makes one after the other.

use imprint_client::Client;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::bare;
use crate::rows::CUSTOMER;

/// Makes `calls` calls by the client in each of `tasks` tasks.
///
/// # Panics
///
/// If a call fails.
pub fn ours(runtime: &Runtime, client: &Client, tasks: usize, calls: usize) {
    let client = client.clone();
    in_flight(runtime, tasks, calls, move || {
        let client = client.clone();
        async move { drop(client.get_customer().customer_id(CUSTOMER).send().await.expect("a customer")) }
    });
}

/// The same by hand.
///
/// # Panics
///
/// If a call fails.
pub fn by_hand(runtime: &Runtime, bare: &bare::Client, tasks: usize, calls: usize) {
    let bare = bare.clone();
    in_flight(runtime, tasks, calls, move || {
        let bare = bare.clone();
        async move { drop(bare.customer(CUSTOMER).await.expect("a customer")) }
    });
}

fn in_flight<F: Future<Output = ()> + Send>(
    runtime: &Runtime,
    tasks: usize,
    calls: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) {
    runtime.block_on(async {
        let mut running = JoinSet::new();
        for _ in 0..tasks {
            let call = call.clone();
            running.spawn(async move {
                for _ in 0..calls {
                    call().await;
                }
            });
        }
        while let Some(joined) = running.join_next().await {
            joined.expect("the task ends");
        }
    });
}
