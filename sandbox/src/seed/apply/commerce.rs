//! Applies what a seed says of purchases: intents, transactions and orders. All of it is done by operations of the API.

use serde_json::{Value, json};

use crate::seed::error::Fault;
use crate::seed::format::{File, IntentStatus, Transaction};
use crate::seed::relations;

use super::{Seeding, body};

impl Seeding<'_, '_> {
    pub fn intents(&mut self, file: &File) -> Result<(), Fault> {
        for (place, intent) in file.intents.iter().enumerate() {
            let at = format!("/intents/{place}");
            let customer = self.person(&intent.customer, &format!("{at}/customer"))?;
            let mut asked = body(intent, &["name", "customer", "payment_method_of", "status"]);
            asked.insert("customer_id".into(), json!(customer.id));
            asked.entry("currency").or_insert(json!("USD"));
            if let Some(payer) = &intent.payment_method_of {
                let (_, method) = self.payer(payer, &format!("{at}/payment_method_of"))?;
                asked.insert("payment_method_id".into(), json!(method));
            }
            let origin = |field: &str| format!("{at}{}", of_file(field));
            let made = self.call("createTransactionIntent", &customer.product, &[], asked.clone(), &origin)?;
            let id = text(&made, "id");
            let status = intent.status.map(|status| match status {
                IntentStatus::Confirmed => "CONFIRMED",
                IntentStatus::Canceled => "CANCELED",
            });
            if let Some(status) = status.filter(|status| made["status"] != *status) {
                asked.insert("status".into(), json!(status));
                asked.remove("payment_method_id");
                let arguments = [("intent_id", id.as_str())];
                self.call("updateTransactionIntent", &customer.product, &arguments, asked, &origin)?;
            }
            if let Some(name) = &intent.name {
                self.name("intent", &name.0, &id, &at)?;
            }
        }
        Ok(())
    }

    pub fn transactions(&mut self, file: &File) -> Result<(), Fault> {
        for (place, transaction) in file.transactions.iter().enumerate() {
            self.transaction(transaction, &format!("/transactions/{place}"))?;
        }
        Ok(())
    }

    fn transaction(&mut self, transaction: &Transaction, at: &str) -> Result<(), Fault> {
        let (customer, method) = self.payer(&transaction.payment_method_of, &format!("{at}/payment_method_of"))?;
        let mut common = body(transaction, &["name", "payment_method_of", "steps"]);
        common.insert("payment_method_id".into(), json!(method));
        let mut id: Option<String> = None;
        let mut events: Vec<String> = Vec::new();
        for (number, step) in transaction.steps.iter().enumerate() {
            let at_step = format!("{at}/steps/{number}");
            let mut asked = common.clone();
            asked.extend(body(step, &["name", "capture"]));
            if let Some(id) = &id {
                asked.insert("transaction_id".into(), json!(id));
            }
            let capture = relations::capture_of(&transaction.steps, number);
            let capture = capture.map_err(|message| Fault::new(at_step.as_str(), message))?;
            if let Some(event) = capture.and_then(|capture| events.get(capture)) {
                asked.insert("event_id".into(), json!(event));
            }
            let origin = |field: &str| match field.split('/').nth(1) {
                Some("event_id") => format!("{at_step}/capture"),
                Some("amount" | "status") | None => format!("{at_step}{field}"),
                Some(_) => format!("{at}{}", of_file(field)),
            };
            let made = self.call("simulateTransactionEvent", &customer.product, &[], asked, &origin)?;
            let event = text(&made, "event_id");
            if let (Some(transaction), Some(step)) = (&transaction.name, &step.name) {
                self.name("transaction_event", &format!("{}/{}", transaction.0, step.0), &event, &at_step)?;
            }
            events.push(event);
            id = id.or_else(|| Some(text(&made, "transaction_id")));
        }
        if let (Some(name), Some(id)) = (&transaction.name, &id) {
            self.name("transaction", &name.0, id, at)?;
        }
        Ok(())
    }

    pub fn orders(&mut self, file: &File) -> Result<(), Fault> {
        for (place, order) in file.orders.iter().enumerate() {
            let at = format!("/orders/{place}");
            let (customer, method) = self.payer(&order.payment_method_of, &format!("{at}/payment_method_of"))?;
            let mut asked = body(order, &["name", "payment_method_of", "events"]);
            asked.insert("payment_method_id".into(), json!(method));
            let origin = |field: &str| format!("{at}{}", of_file(field));
            let made = self.call("createOrder", &customer.product, &[], asked, &origin)?;
            let id = text(&made, "id");
            for (number, event) in order.events.iter().enumerate() {
                let at_event = format!("{at}/events/{number}");
                let mut asked = body(event, &["name"]);
                asked.insert("order_id".into(), json!(id));
                let origin = |field: &str| format!("{at_event}{field}");
                let made = self.call("postOrderEvent", &customer.product, &[], asked, &origin)?;
                if let (Some(order), Some(event)) = (&order.name, &event.name) {
                    let name = format!("{}/{}", order.0, event.0);
                    self.name("order_event", &name, &text(&made, "order_event_id"), &at_event)?;
                }
            }
            if let Some(name) = &order.name {
                self.name("order", &name.0, &id, &at)?;
            }
        }
        Ok(())
    }
}

/// The field of the file in whose place a request has an id.
fn of_file(field: &str) -> &str {
    match field {
        "/payment_method_id" => "/payment_method_of",
        "/customer_id" => "/customer",
        other => other,
    }
}

/// A text of an answer.
fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_default().to_owned()
}
