//! Time and allocations of single calls, decoding, encoding and webhooks.

use benches::heap::allocations;
use benches::rows::{Row, rows};
use benches::server::Server;

use benches::spread::{Spread, time};

const ROUNDS: usize = 101;
const COUNTED: usize = 100;

/// The goals for time and for allocations, where there are any.
fn goals(name: &str) -> (Option<f64>, Option<f64>) {
    match name {
        "get" => (Some(1.00), Some(1.05)),
        "transactions" => (Some(1.00), None),
        "payment_methods" => (Some(1.00), Some(1.10)),
        "order" => (Some(0.97), None),
        "built_order" | "webhook" => (Some(1.05), None),
        "forged" => (Some(2.00), None),
        _ => (None, None),
    }
}

fn text(goal: Option<f64>) -> String {
    goal.map(|goal| format!("{goal:.2}")).unwrap_or_default()
}

pub fn measure(server: &Server) {
    for Row { name, what, mut ours, mut bare, times } in rows(server) {
        let count = |work: &mut benches::rows::Work| {
            (0..COUNTED).for_each(|_| work());
            allocations(|| (0..COUNTED).for_each(|_| work())) as f64 / COUNTED as f64
        };
        let (of_ours, of_bare) = (count(&mut ours), count(&mut bare));
        let of_time = Spread::of(
            ROUNDS,
            || time(|| (0..times).for_each(|_| ours())),
            || time(|| (0..times).for_each(|_| bare())),
        );
        let (for_time, for_allocations) = goals(name);
        println!("| {what}: time | {} | {} |", text(for_time), of_time.text());
        let goal = text(for_allocations);
        println!("| {what}: allocations | {goal} | {:.2} ({of_ours:.1} against {of_bare:.1}) |", of_ours / of_bare);
    }
}
