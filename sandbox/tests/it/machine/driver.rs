//! Carries out commands, as a partner, as a customer or as a bank, and has the invariants looked at.

mod in_file;
mod played;

use std::time::Duration;

use imprint_client::Secret;
use imprint_sandbox::{Decision, Product, RewardKind, Rewards, Sandbox, Snapshot, Streak};
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use super::books::Books;
use super::commands::Command;
use super::invariants;

use in_file::InFile;

/// The merchant keys of the two products that every case has.
pub const PRODUCTS: [&str; 2] = ["FIRST", "SECOND"];

/// The tables whose rows are of a product and change by what is asked for it only.
const OF_A_PRODUCT: [&str; 10] = [
    "customers",
    "links",
    "sessions",
    "payment_methods",
    "intents",
    "transactions",
    "rewards",
    "accruals",
    "orders",
    "order_events",
];

pub struct Driver {
    pub sandbox: Sandbox,
    /// How both products reward purchases.
    pub rewards: Rewards,
    /// The merchant key of the product that requests name.
    product: &'static str,
    streaks: Vec<Streak>,
    /// How many events there were before an endpoint was registered.
    pub seeded_events: usize,
    http: reqwest::Client,
    /// The key that works; `DELETE /v2/keys` moves on to the next.
    key: Secret,
    keys: Vec<Secret>,
    dead: Vec<Secret>,
    /// Client secrets of sessions, in the order of their creation.
    sessions: Vec<String>,
    used: Vec<String>,
    applications: Vec<String>,
    saved: Option<Snapshot>,
    /// The state file, if there is one.
    file: Option<InFile>,
}

/// An answer: the status and the body.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Driver {
    /// Two products that reward purchases in the same way, so that what holds of the sums holds of both together.
    pub async fn start(product: Product, rewards: &Rewards, has_endpoint: bool, is_in_file: bool) -> Self {
        let product = product.rewards(rewards.clone());
        let [first, second] = PRODUCTS.map(|key| product.clone().merchant_key(key).program_name(key));
        let builder = Sandbox::builder().product(first).product(second);
        let file = (is_in_file && cfg!(feature = "program")).then(|| InFile::new(builder.clone()));
        let builder = file.as_ref().map_or(builder, InFile::builder);
        let sandbox = builder.start().await.expect("a sandbox");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let key = sandbox.key().clone();
        let spare = sandbox.add_key("spare", imprint_sandbox::Permissions::PCI);
        for partner in ["PARTNER_0", "PARTNER_1"] {
            sandbox.customer(partner).approved().await.expect("a customer");
        }
        sandbox.customer("PARTNER_0").merchant_key(PRODUCTS[1]).approved().await.expect("a customer");
        let seeded_events = sandbox.events().len();
        if has_endpoint {
            // Port 9 is that of a service which throws everything away, and which no machine of today has.
            sandbox.webhook("http://127.0.0.1:9/imprint").expect("an endpoint");
        }
        sandbox.keep_as_seed();
        // Another account has the same kinds of things, none of which may ever be seen.
        let other = sandbox.account("other");
        other.customer("PARTNER_0").approved().await.expect("a customer");
        Self {
            sandbox,
            rewards: rewards.clone(),
            product: PRODUCTS[0],
            streaks: Vec::new(),
            seeded_events,
            http,
            key: key.clone(),
            keys: vec![spare, key],
            dead: Vec::new(),
            sessions: Vec::new(),
            used: Vec::new(),
            applications: Vec::new(),
            saved: None,
            file,
        }
    }

    /// Carries out a command, and looks at everything that has to hold afterwards.
    pub async fn step(&mut self, command: &Command) -> Result<(), TestCaseError> {
        let before = self.quiet_books().await;
        let refused = self.carry_out(command, &before).await?;
        let after = self.quiet_books().await;
        if refused && before != after {
            return Err(TestCaseError::fail(format!("{command:?} was refused and changed something")));
        }
        let goes_back = matches!(command, Command::Restore | Command::Reset);
        if !goes_back {
            invariants::between(&before, &after, &self.rewards)?;
        }
        if command.is_request() {
            for table in OF_A_PRODUCT {
                let others =
                    |books: &Books| books.rows_besides(table, self.product).into_iter().cloned().collect::<Vec<_>>();
                check(others(&before) == others(&after), "a request leaves the other product as it is")?;
            }
        }
        invariants::of(&after, &self.rewards)?;
        in_file::is_kept(&self.sandbox)
    }

    /// What is looked at once, because it takes many requests.
    pub async fn finish(&mut self) -> Result<(), TestCaseError> {
        let books = self.books();
        for product in PRODUCTS {
            self.product = product;
            invariants::answers(self, &books, product).await?;
        }
        invariants::deliveries(&self.quiet_books().await, self.seeded_events)?;
        for key in self.dead.clone() {
            let answer = self.send_with(&key, "GET", "/v2/customers", None).await;
            check(answer.status == 401, "a deleted key opens nothing")?;
        }
        let other = self.sandbox.account("other").snapshot();
        let seen = Books::of(other.to_json());
        for customer in seen.texts("customers", "id") {
            let answer = self.send("GET", &format!("/v2/customers/{customer}"), None).await;
            check(answer.status == 404, "what another account has does not exist")?;
        }
        let before = self.sandbox.snapshot();
        self.sandbox.restore(&before).map_err(|e| TestCaseError::fail(e.to_string()))?;
        check(self.sandbox.snapshot() == before, "restoring a snapshot is the identity")?;
        check(self.sandbox.bugs().is_empty(), &format!("{:?}", self.sandbox.bugs()))?;
        let shown = format!("{:?} {:?}", self.sandbox, self.sandbox.requests());
        let keys = self.keys.iter().chain(&self.dead).map(|key| key.expose().to_owned());
        for secret in keys.filter(|key| key.starts_with("sbx_")).chain(self.sessions.clone()).chain(books.pans()) {
            check(!shown.contains(&secret), "a secret is in the log")?;
        }
        self.restart().await
    }

    /// The books once every webhook that is due was tried. The error is that nobody has taken them.
    async fn quiet_books(&self) -> Books {
        let _ = self.sandbox.settled().await;
        self.books()
    }

    pub fn books(&self) -> Books {
        Books::of(self.sandbox.snapshot().to_json())
    }

    /// The log without what is not the same in each run.
    pub fn log(&self) -> String {
        self.sandbox
            .requests()
            .iter()
            .map(|request| format!("{request} {:?} {:?}\n", request.choices, request.body))
            .collect()
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send_with(&self.key, method, path, body).await
    }

    async fn send_with(&self, key: &Secret, method: &str, path: &str, body: Option<Value>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.sandbox.url())).bearer_auth(key.expose());
        request = request.header("x-imprint-merchant-key", self.product);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        Answer { status, body: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// Whether the command was refused.
    async fn carry_out(&mut self, command: &Command, books: &Books) -> Result<bool, TestCaseError> {
        // Mostly of the product that requests name.
        let id = |table: &str, number: u8| match number % 16 {
            15 => pick(&books.texts(table, "id"), number),
            _ => pick(&books.texts_of(table, "id", self.product), number),
        };
        let customer = |number| id("customers", number);
        let method = |number| id("payment_methods", number);
        let answer = match command.clone() {
            Command::Session { partner, customer: named } => {
                let mut body = json!({"partner_customer_id": format!("PARTNER_{partner}")});
                if let Some(number) = named {
                    body["customer_id"] = json!(customer(number));
                }
                let answer = self.send("POST", "/v2/customer_sessions", Some(body)).await;
                if let Some(secret) = answer.body["client_secret"].as_str() {
                    self.sessions.push(secret.to_owned());
                }
                answer
            }
            Command::Apply { session, name } => return self.apply(session, name, books).await,
            Command::Decide { application, approve } => {
                let id = pick(&self.applications, application);
                let decision = if approve { Decision::Approve } else { Decision::Reject };
                return Ok(self.sandbox.decide(&id, decision).await.is_err());
            }
            Command::Update { customer: number, city } => {
                let body = json!({"city": format!("City {city}")});
                self.send("POST", &format!("/v2/customers/{}", customer(number)), Some(body)).await
            }
            Command::Link { customer: number, partner } => {
                let body = json!({"partner_customer_id": format!("LINKED_{partner}")});
                self.send("POST", &format!("/v2/customers/{}/link", customer(number)), Some(body)).await
            }
            Command::Method { method: number, what } => return Ok(self.bank(&method(number), what).await),
            Command::Loan { method: number, to } => {
                return Ok(self.sandbox.payment_method(method(number)).loan(to).await.is_err());
            }
            Command::Enroll { customer: number, periods } => {
                match self.sandbox.streak(customer(number)).enroll("CONFIG", periods).await {
                    Ok(streak) => self.streaks.push(streak),
                    Err(_) => return Ok(true),
                }
                return Ok(false);
            }
            Command::Streak { streak, completes } => {
                let Some(streak) = self.streaks.get(usize::from(streak) % self.streaks.len().max(1)) else {
                    return Ok(true);
                };
                let done = if completes { streak.complete_period().await } else { streak.fail().await };
                return Ok(done.is_err());
            }
            Command::OtherProduct => {
                let [first, second] = PRODUCTS;
                self.product = if self.product == first { second } else { first };
                return Ok(false);
            }
            Command::Intent { customer: number, method: with, amount } => {
                let mut body = json!({"customer_id": customer(number), "amount": amount, "currency": "USD"});
                if let Some(number) = with {
                    body["payment_method_id"] = json!(method(number));
                }
                self.send("POST", "/v2/transaction_intents", Some(body)).await
            }
            Command::UpdateIntent { intent, customer: number, cancel, amount } => {
                let status = if cancel { "CANCELED" } else { "CONFIRMED" };
                let body = json!({"customer_id": customer(number), "amount": amount, "status": status});
                self.send("POST", &format!("/v2/transaction_intents/{}", id("intents", intent)), Some(body)).await
            }
            Command::Simulate { status, method: number, transaction, event, amount } => {
                let mut body = json!({"payment_method_id": method(number), "status": status});
                if let Some(number) = transaction {
                    let known = id("transactions", number);
                    // Mostly with the payment method that the transaction is of.
                    if let Some(own) = books.method_of(&known).filter(|_| number % 8 != 0) {
                        body["payment_method_id"] = json!(own);
                    }
                    body["transaction_id"] = json!(known);
                }
                if let Some(number) = event {
                    let of_transaction = body["transaction_id"].as_str().map(|id| books.captures_of(id));
                    let known = of_transaction.filter(|own| !own.is_empty()).unwrap_or_else(|| books.step_ids());
                    body["event_id"] = json!(pick(&known, number));
                }
                if let Some(amount) = amount {
                    body["amount"] = json!(amount);
                }
                let answer = self.send("POST", "/v2/simulate_transaction_event", Some(body)).await;
                invariants::step(books, &self.books(), &answer)?;
                answer
            }
            Command::Patch { reward, status, amount } => {
                let mut body = json!({});
                if let Some(status) = status {
                    body["status"] = json!(status);
                }
                if let Some(amount) = amount {
                    body["amount"] = json!(amount);
                }
                self.send("PATCH", &format!("/v2/rewards/{}", id("rewards", reward)), Some(body)).await
            }
            Command::Grant { customer: number, amount } => {
                return Ok(self.sandbox.grant_reward(customer(number), RewardKind::OneTime, amount).await.is_err());
            }
            Command::Confirm { reward } => {
                return Ok(self.sandbox.confirm_reward(id("rewards", reward)).await.is_err());
            }
            Command::Close { customer: number } => {
                return Ok(self.sandbox.close_statement(customer(number)).await.is_err());
            }
            Command::SimulateReward { customer: number, kind } => {
                let body = json!({"customer_id": customer(number), "reward_type": kind});
                self.send("POST", "/v2/simulate_reward", Some(body)).await
            }
            Command::Order { method: number, wrong, quantity } => {
                let body = order(&method(number), quantity, wrong);
                self.send("POST", "/v2/orders", Some(body)).await
            }
            Command::PutOrder { order: which, method: number, quantity } => {
                let body = order(&method(number), quantity, false);
                self.send("PUT", &format!("/v2/orders/{}", id("orders", which)), Some(body)).await
            }
            Command::DeleteOrder { order } => {
                self.send("DELETE", &format!("/v2/orders/{}", id("orders", order)), None).await
            }
            Command::OrderEvent { order: which, partner_event, wrong } => {
                let amount = if wrong { 999 } else { 500 };
                let mut body = json!({
                    "order_id": id("orders", which), "type": "CAPTURED", "amount": amount, "network_transaction_id": "n",
                    "order_lines": [{"name": "x", "quantity": 5, "rate": 100, "rewards_rate": 1}],
                });
                if let Some(number) = partner_event {
                    body["partner_event_id"] = json!(format!("EVENT_{number}"));
                }
                self.send("POST", "/v2/order_events", Some(body)).await
            }
            Command::DeleteOrderEvent { event } => {
                self.send("DELETE", &format!("/v2/order_events/{}", id("order_events", event)), None).await
            }
            Command::CloseAccount { customer: number } => {
                let effective = self.sandbox.now() - Duration::from_secs(86_400);
                return Ok(self.sandbox.close_account(customer(number), effective).await.is_err());
            }
            Command::CreateKey => {
                let answer = self.send("POST", "/v2/keys", None).await;
                self.keys.insert(0, answer.body["key"].as_str().unwrap_or_default().into());
                answer
            }
            Command::DeleteKey => {
                // The last one is kept, else nothing else would happen.
                if self.keys.len() < 2 {
                    return Ok(true);
                }
                let answer = self.send("DELETE", "/v2/keys", None).await;
                self.dead.extend(self.keys.pop());
                self.key = self.keys.last().cloned().expect("there is another");
                answer
            }
            Command::Advance { hours } => {
                self.sandbox.advance(Duration::from_secs(u64::from(hours) * 3_600)).await;
                return Ok(false);
            }
            Command::Restore => {
                self.restore();
                return Ok(false);
            }
            Command::Reset => {
                self.sandbox.reset();
                self.forget();
                return Ok(false);
            }
            Command::Nonsense { which, id } => return self.nonsense(which, id, books).await,
        };
        check(answer.status < 500, "no answer is a bug")?;
        Ok(answer.status >= 400)
    }
}

/// An order of things at a hundred each.
fn order(method: &str, quantity: i64, is_wrong: bool) -> Value {
    let total = quantity * 100 + i64::from(is_wrong);
    json!({
        "payment_method_id": method, "partner_order_id": "o", "total_order_amount": total, "total_rewards_amount": quantity * 3,
        "order_lines": [{"name": "x", "quantity": quantity, "rate": 100, "rewards_rate": 3}],
    })
}

/// One of the ids that are known, or one that is not.
fn pick(known: &[String], number: u8) -> String {
    match known.len() {
        0 => "none".to_owned(),
        _ if number > 240 => "none".to_owned(),
        count => known[usize::from(number) % count].clone(),
    }
}

pub fn check(holds: bool, what: &str) -> Result<(), TestCaseError> {
    if holds { Ok(()) } else { Err(TestCaseError::fail(what.to_owned())) }
}
