//! What several clients ask of a sandbox until it is gone, and what they were told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::child::{KEY, PARTNER};
use super::ledger::Told;

/// What the clients of one sandbox were told, in the order of the answers.
#[derive(Clone, Default)]
pub struct Answers {
    told: Arc<Mutex<Vec<Told>>>,
    /// How many answers there were to what changes something.
    written: Arc<AtomicU64>,
}

impl Answers {
    pub fn all(&self) -> Vec<Told> {
        self.told.lock().expect("no panic").clone()
    }

    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn add(&self, told: impl IntoIterator<Item = Told>) {
        self.written.fetch_add(1, Ordering::Relaxed);
        self.has_seen(told);
    }

    fn has_seen(&self, told: impl IntoIterator<Item = Told>) {
        self.told.lock().expect("no panic").extend(told);
    }
}

/// A client, and where it asks.
#[derive(Clone)]
struct Asker {
    http: Client,
    url: String,
    answers: Answers,
    /// What the ids of this client begin with: no other one of any life has them.
    name: String,
}

/// The sandbox was gone before the answer was there.
struct Gone;

/// Starts four clients that write and one that reads. They end when the sandbox is gone.
pub fn start(url: &str, life: u32, answers: &Answers) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for number in 0..5 {
        let http = Client::builder().no_proxy().build().expect("a client");
        let name = format!("{life}-{number}");
        let asker = Asker { http, url: url.to_owned(), answers: answers.clone(), name };
        clients.spawn(async move {
            let mut turn = 0;
            let ended = match number {
                4 => asker.read().await,
                _ => loop {
                    turn += 1;
                    if let Err(gone) = asker.write(number + turn, turn).await {
                        break Err(gone);
                    }
                },
            };
            let Err(Gone) = ended else { unreachable!("a client ends with the sandbox") };
        });
    }
    clients
}

impl Asker {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Gone> {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(KEY);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|_| Gone)?;
        let status = response.status();
        let answer: Value = response.json().await.map_err(|_| Gone)?;
        assert!(status.is_success(), "{path}: {status} {answer}");
        Ok(answer)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Gone> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn first(&self, path: &str) -> Result<String, Gone> {
        Ok(text(&self.ask(Method::GET, path, None).await?["data"][0], "id"))
    }

    /// One thing that changes the account, and what its answer tells.
    async fn write(&self, which: u32, turn: u32) -> Result<(), Gone> {
        let name = format!("{}-{turn}", self.name);
        match which % 4 {
            0 => {
                let answer = self.post("/v2/customer_sessions", json!({"partner_customer_id": name})).await?;
                self.answers.add([Told::Row("sessions", "id", text(&answer, "id"))]);
            }
            1 => {
                let method = self.method().await?;
                let lines = json!([{"name": "x", "quantity": 5, "rate": 100, "rewards_rate": 1}]);
                let order = json!({
                    "payment_method_id": method, "partner_order_id": name, "total_order_amount": 500, "order_lines": lines,
                });
                let order = text(&self.post("/v2/orders", order).await?, "id");
                self.answers.add([Told::Row("orders", "id", order.clone())]);
                let event = json!({
                    "order_id": order, "type": "CAPTURED", "amount": 500, "network_transaction_id": "n",
                    "partner_event_id": name, "order_lines": lines,
                });
                let event = text(&self.post("/v2/order_events", event).await?, "order_event_id");
                self.answers
                    .add([Told::Row("order_events", "id", event), Told::Row("order_events", "partner_event_id", name)]);
            }
            2 => {
                let step = json!({"payment_method_id": self.method().await?, "status": "CAPTURED", "amount": 5_000});
                let answer = self.post("/v2/simulate_transaction_event", step).await?;
                let (transaction, event) = (text(&answer, "transaction_id"), text(&answer, "event_id"));
                self.answers.add([
                    Told::Row("transactions", "id", transaction.clone()),
                    Told::Event("event_id", event.clone()),
                    Told::Event("transaction_id", transaction),
                ]);
                let customer = self.customer().await?;
                let path = format!("/v2/customers/{customer}/rewards?transaction_event_id={event}");
                let reward = self.first(&path).await?;
                self.answers
                    .add([Told::Row("rewards", "id", reward.clone()), Told::Event("reward_id", reward.clone())]);
                let body = json!({"status": "AVAILABLE"});
                self.ask(Method::PATCH, &format!("/v2/rewards/{reward}"), Some(body)).await?;
                self.answers.add([Told::Confirmed(reward)]);
            }
            _ => {
                let key = text(&self.ask(Method::POST, "/v2/keys", None).await?, "key");
                self.answers.add([Told::Row("keys", "text", key)]);
            }
        }
        Ok(())
    }

    /// Reads again and again: what others have just made was told as well, as soon as it is seen.
    async fn read(&self) -> Result<(), Gone> {
        loop {
            let orders = self.ask(Method::GET, "/v2/orders", None).await?;
            let orders = orders.as_array().or_else(|| orders["data"].as_array()).cloned().unwrap_or_default();
            let newest = orders.iter().rev().take(20).chain(orders.iter().take(20));
            self.answers.has_seen(newest.map(|order| Told::Row("orders", "id", text(order, "id"))));
        }
    }

    async fn customer(&self) -> Result<String, Gone> {
        self.first(&format!("/v2/customers?partner_customer_id={PARTNER}")).await
    }

    async fn method(&self) -> Result<String, Gone> {
        self.first(&format!("/v2/payment_methods?customer_id={}", self.customer().await?)).await
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}
