//! The sandbox against random sequences of everything that can happen to it, with invariants after each step.
//!
//! The commands go over TCP, as those of a partner would. What must hold is read from the answers and from the books: the
//! snapshot, which has every row. A case that fails is shrunk, and its seed is kept in `proptest-regressions`.

pub mod books;
mod commands;
mod driver;
pub mod invariants;

use imprint_sandbox::{Product, Rewards};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};

use commands::{Command, command};
use driver::Driver;

/// A product of cards, or one of loans.
fn product() -> impl Strategy<Value = Product> {
    prop_oneof![3 => Just(Product::default()), 1 => Just(Product::default().loan(100_000, 12))]
}

/// The scheme of rewards of the products that a case is about.
fn scheme() -> impl Strategy<Value = Rewards> {
    prop_oneof![
        Just(invariants::per_event()),
        Just(Rewards::statement(200)),
        Just(Rewards::delayed(200, std::time::Duration::from_secs(20 * 86_400))),
        Just(Rewards::none()),
    ]
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// Runs the commands, looks at the invariants after each, and returns what the books and the log are at the end.
async fn run(product: &Product, rewards: &Rewards, commands: &[Command]) -> Result<(String, String), TestCaseError> {
    run_with(product, rewards, commands, false, false).await
}

/// The same, with an endpoint that nobody listens at, or with a state file, which is compared after each step.
async fn run_with(
    product: &Product,
    rewards: &Rewards,
    commands: &[Command],
    has_endpoint: bool,
    is_in_file: bool,
) -> Result<(String, String), TestCaseError> {
    let mut driver = Driver::start(product.clone(), rewards, has_endpoint, is_in_file).await;
    for command in commands {
        driver.step(command).await?;
    }
    driver.finish().await?;
    Ok((driver.sandbox.snapshot().to_json().to_owned(), driver.log()))
}

proptest! {
    #![proptest_config(Config { cases: cases(), max_shrink_iters: 2_000, ..Config::default() })]

    #[test]
    fn invariants_hold_after_every_step(
        product in product(),
        rewards in scheme(),
        commands in prop::collection::vec(command(), 1..60),
        has_endpoint in prop::bool::weighted(0.1),
        is_in_file in prop::bool::weighted(0.4),
    ) {
        block_on(run_with(&product, &rewards, &commands, has_endpoint, is_in_file))?;
    }

    #[test]
    fn the_same_commands_give_the_same_books_and_the_same_log(
        product in product(),
        rewards in scheme(),
        commands in prop::collection::vec(command(), 1..20),
    ) {
        let (first, second) = block_on(async {
            (run(&product, &rewards, &commands).await, run(&product, &rewards, &commands).await)
        });
        prop_assert_eq!(first?, second?);
    }
}

/// How many cases a run has; more by `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(64)
}
