//! What there is in the sandbox before a run, and the books after it.
//!
//! A sandbox is filled once for each thread; each run begins with this state.

use bytes::Bytes;
use imprint_sandbox::{Arrival, Moment, Product, RewardKind, Rewards, Sandbox};
use serde_json::{Value, json};

/// The key of the clients of a simulation.
pub(super) const OLD_KEY: &str = "the-old-key";

/// A sandbox with two customers with cards and one without, rewards in each status, and an order.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    /// What each run begins with.
    begin: Moment,
    /// Customers: the first two have a card.
    pub(super) customers: [String; 3],
    /// The card of the first customer.
    pub(super) card: String,
    pub(super) order: String,
    /// Rewards that are pending, pending to be taken back, available, and taken back; then others that nobody asks about.
    pub(super) rewards: [String; 4],
}

impl World {
    /// Fills a sandbox. If `existing_link` is false, its 409 about a link does not show the link.
    pub(super) async fn new(existing_link: bool) -> Self {
        let product = Product::default().rewards(Rewards::per_event(200).points());
        let builder = Sandbox::builder().key(OLD_KEY).product(product).log_size(0);
        let builder = if existing_link { builder } else { builder.omit_existing_link() };
        let sandbox = builder.start().await.expect("a port is free");
        let first = sandbox.customer("PARTNER_A").approved().await.expect("a customer");
        let second = sandbox.customer("PARTNER_B").approved().await.expect("a customer");
        let third = sandbox.customer("PARTNER_C").create().expect("a customer");
        let customers = [first.customer_id, second.customer_id, third].map(|id| id.as_str().to_owned());
        let card = first.payment_method.as_str().to_owned();
        let buy = |amount: i64| {
            let bought = json!({"payment_method_id": card, "status": "CAPTURED", "amount": amount});
            let (status, bought) = send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(&bought));
            assert_eq!(status, 200, "{bought}");
            bought
        };
        let give_back = |bought: &Value, amount: i64| {
            let back = json!({
                "payment_method_id": card, "status": "REFUNDED", "amount": amount,
                "transaction_id": bought["transaction_id"], "event_id": bought["event_id"],
            });
            let (status, answer) = send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(&back));
            assert_eq!(status, 200, "{answer}");
        };
        give_back(&buy(50_000), 25_000);
        give_back(&buy(30_000), 10_000);
        sandbox.grant_reward(&customers[0], RewardKind::OneTime, 700).await.expect("a customer");
        sandbox.grant_reward(&customers[1], RewardKind::OneTime, 700).await.expect("a customer");
        let ids = |status: &str| Books::of(&sandbox).ids("rewards", |row| row["status"] == status);
        let (pending, to_take_back) = (ids("Pending"), ids("PendingDeduction"));
        assert!(pending.len() > 2 && to_take_back.len() > 1, "the rewards that runs need");
        sandbox.confirm_reward(&pending[1]).await.expect("it is pending");
        sandbox.confirm_reward(&to_take_back[1]).await.expect("it is pending");
        let rewards = [&pending[0], &to_take_back[0], &pending[1], &to_take_back[1]].map(Clone::clone);
        let order = json!({"partner_order_id": "o-0", "payment_method_id": card, "total_order_amount": 5_000});
        let (status, order) = send(&sandbox, "POST", "/v2/orders", Some(&order));
        assert_eq!(status, 200, "{order}");
        let order = order["id"].as_str().expect("an id").to_owned();
        let begin = sandbox.moment();
        Self { sandbox, begin, customers, card, order, rewards }
    }

    /// Goes back to what there was before the first run.
    pub(super) fn reset(&self) {
        self.sandbox.faults().clear();
        self.sandbox.back_to(&self.begin);
    }

    /// Makes a request that nothing goes wrong with; status and JSON of the answer.
    pub(super) fn send(&self, method: &str, target: &str, body: Option<&Value>) -> (u16, Value) {
        send(&self.sandbox, method, target, body)
    }

    pub(super) fn books(&self) -> Books {
        Books::of(&self.sandbox)
    }
}

pub(super) fn send(sandbox: &Sandbox, method: &str, target: &str, body: Option<&Value>) -> (u16, Value) {
    let mut request = http::Request::builder().method(method).uri(target);
    request = request.header("authorization", format!("Bearer {OLD_KEY}")).header("content-type", "application/json");
    let body = body.map_or(Bytes::new(), |body| body.to_string().into());
    let delivery = sandbox.answer_in_process(request.body(body).expect("a request"));
    let Arrival::Answer(answer) = delivery.arrival else { panic!("no fault is set") };
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// The rows of all tables of a sandbox.
pub(super) struct Books(Value);

impl Books {
    pub(super) fn of(sandbox: &Sandbox) -> Self {
        Self(sandbox.moment().tables())
    }

    /// The rows of a table, in the order of their creation.
    pub(super) fn rows(&self, table: &str) -> impl Iterator<Item = &Value> {
        let rows = self.0[table]["rows"].as_array();
        rows.unwrap_or_else(|| panic!("there is no table {table}")).iter().map(|row| &row[1])
    }

    /// The ids of rows.
    pub(super) fn ids(&self, table: &str, keep: impl Fn(&Value) -> bool) -> Vec<String> {
        self.rows(table).filter(|row| keep(row)).map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    }
}
