//! Requests to a sandbox without a socket, and what the parts of the table ask for again and again.

use imprint_sandbox::{Arrival, Sandbox};
use serde_json::{Value, json};

/// A runtime with one thread: that of the caller, while it waits.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The answer to a request, which has to be a success.
pub fn answer(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Value {
    let request = http::Request::builder().method(method).uri(target);
    let request = request.header("authorization", "Bearer sandbox-key").header("content-type", "application/json");
    let carried = sandbox.answer_in_process(request.body(body.to_owned().into()).expect("a request"));
    let Arrival::Answer(answer) = carried.arrival else { panic!("no answer: {carried:?}") };
    assert!(answer.status().is_success(), "{method} {target}: {answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

/// The body of a step of a transaction.
pub fn step(payment_method: &str, status: &str, amount: i64) -> Value {
    json!({"payment_method_id": payment_method, "status": status, "amount": amount})
}

/// The body of an order with one line.
pub fn order(payment_method: &str) -> Value {
    json!({
        "payment_method_id": payment_method, "partner_order_id": "order-1",
        "total_order_amount": 200, "total_rewards_amount": 10,
        "order_lines": [{"name": "Couch", "quantity": 2, "rate": 100, "rewards_rate": 5}],
    })
}
