//! A list of rewards read page by page, by the client and by hand, while its consumer does something with each page.

use std::hint::black_box;
use std::time::{Duration, Instant};

use imprint_client::Client;

use crate::bare;

/// How many items a page has.
pub const PAGE: usize = 100;

/// What the consumer does with the items of a page.
#[derive(Clone, Copy)]
pub enum Consumer {
    /// Nothing.
    Idle,
    /// It waits, as for a database.
    Sleeps(Duration),
    /// It computes and lets nothing else run in its thread.
    Computes(Duration),
}

impl Consumer {
    async fn consume(self) {
        match self {
            Self::Idle => {}
            Self::Sleeps(time) => tokio::time::sleep(time).await,
            Self::Computes(time) => {
                let begun = Instant::now();
                while begun.elapsed() < time {
                    black_box(begun);
                }
            }
        }
    }
}

/// Reads the list by the client, and returns how many items it has.
///
/// # Panics
///
/// If a page cannot be read.
pub async fn ours(client: &Client, customer: &str, prefetch: bool, consumer: Consumer) -> usize {
    let items = client.get_rewards().customer_id(customer).limit(i64::try_from(PAGE).expect("a number")).stream();
    let mut items = if prefetch { items.prefetch() } else { items };
    let mut count = 0;
    while let Some(item) = items.try_next().await.expect("a page") {
        black_box(item);
        count += 1;
        if count % PAGE == 0 {
            consumer.consume().await;
        }
    }
    count
}

/// Reads the list by hand, one page after the other.
///
/// # Panics
///
/// If a page cannot be read.
pub async fn by_hand(client: &bare::Client, customer: &str, consumer: Consumer) -> usize {
    let (mut count, mut after) = (0, None::<String>);
    loop {
        let page = client.rewards(customer, PAGE, after.as_deref()).await.expect("a page");
        after = page.data.last().map(|item| item.id.clone());
        for item in page.data {
            black_box(item);
            count += 1;
            if count % PAGE == 0 {
                consumer.consume().await;
            }
        }
        if page.has_more != Some(true) {
            return count;
        }
    }
}
