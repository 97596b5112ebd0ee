//! What a page costs among many rows, against the same page among few.

use std::time::Instant;

use imprint_sandbox::{RewardKind, Sandbox};

use super::requests::{answer, runtime};
use super::table::{Spread, Table};

const FEW: usize = 100;
const MANY: usize = 100_000;
const ROUNDS: usize = 15;
/// How many pages a round asks each sandbox for.
const PAGES: usize = 200;

pub fn measure(table: &mut Table) {
    let runtime = runtime();
    let fill = |rows: usize| {
        runtime.block_on(async {
            let sandbox = Sandbox::builder().log_size(100).event_log_size(100).start().await.expect("a sandbox");
            let first = sandbox.customer("P-0").create().expect("a customer");
            for number in 1..rows {
                sandbox.customer(format!("P-{number}")).create().expect("a customer");
            }
            for _ in 0..rows {
                sandbox.grant_reward(&first, RewardKind::OneTime, 5).await.expect("a reward");
            }
            (sandbox, first.to_string())
        })
    };
    let ((few, few_id), (many, many_id)) = (fill(FEW), fill(MANY));
    for (what, target) in [
        ("searchCustomers", "/v2/customers?limit=10".to_owned()),
        ("searchCustomers by partner_customer_id", "/v2/customers?partner_customer_id=P-50".into()),
        ("searchRewards", "/v2/rewards?limit=10".into()),
        ("getRewards, newest first", "/v2/customers/{id}/rewards?limit=10".into()),
    ] {
        let ratios = (0..ROUNDS).map(|_| {
            let time = |sandbox: &Sandbox, id: &str| {
                let target = target.replace("{id}", id);
                let started = Instant::now();
                for _ in 0..PAGES {
                    answer(sandbox, "GET", &target, "");
                }
                started.elapsed().as_secs_f64()
            };
            time(&many, &many_id) / time(&few, &few_id)
        });
        let ratios = Spread::of(ratios.collect());
        let what = format!("{what}: page 1 of 100,000 against page 1 of 100");
        table.row(&what, "≤ 2×", &format!("{}×", ratios.text(2)), ratios.median <= 2.0);
    }
}
