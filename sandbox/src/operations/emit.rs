//! Writes events down in the transaction that causes them: if it is taken back, there was no event. Each is compared with
//! the document.

use serde_json::{Map, Value, json};

use crate::bugs::Bug;
use crate::instant::Instant;
use crate::json;
use crate::model::customer::Customer;
use crate::model::event::Event;
use crate::model::payment_method::{PaymentMethod, PaymentMethodStatus};
use crate::model::reward::Reward;
use crate::model::streak::{Streak, StreakEvent};
use crate::world::Tx;

/// An event about a customer, with the fields that every kind has and these.
pub fn emit(tx: &mut Tx<'_>, object: &'static str, customer_id: &str, fields: Map<String, Value>) {
    let mut data = Map::new();
    data.insert("merchant_key".into(), json!(tx.product.key()));
    data.insert("customer_id".into(), json!(customer_id));
    if let Some(customer) = tx.state.customers.get(customer_id) {
        let customer: &Customer = customer;
        // A reward names the customer by Imprint's id only.
        if let Some(id) = customer.partner_customer_id.as_ref().filter(|_| object != "REWARD") {
            data.insert("partner_customer_id".into(), json!(id));
        }
        if !customer.customer_metadata.is_empty() {
            data.insert("customer_metadata".into(), customer.customer_metadata.clone().into());
        }
    }
    data.extend(fields);
    if tx.settings.lower_case_webhook_ids && object == "TRANSACTION" {
        lower_case_ids(&mut data);
    }
    let body = json!({ "object": object, "data": data });
    check(tx, object, &body);
    put(tx, object, &body);
}

/// The ids in the data of a `TRANSACTION` that are Imprint's own. `partner_customer_id` and `network_transaction_id` are
/// texts of others, and keep their letter case.
const IDS_OF_IMPRINT: [&str; 5] = ["customer_id", "event_id", "intent_id", "payment_method_id", "transaction_id"];

/// Writes the ids of Imprint in lower case.
fn lower_case_ids(data: &mut Map<String, Value>) {
    for name in IDS_OF_IMPRINT {
        if let Some(Value::String(id)) = data.get_mut(name) {
            id.make_ascii_lowercase();
        }
    }
}

fn put(tx: &mut Tx<'_>, object: &'static str, body: &Value) {
    if tx.is_silent {
        return;
    }
    let event = Event {
        id: tx.state.ids.next("event"),
        product: tx.product.key().to_owned(),
        object: object.to_owned(),
        body: json::text(body).into(),
        at: tx.now,
    };
    tx.dispatch(&event);
    tx.put_event(event);
}

/// Writes down a bug if the document does not allow an event of this kind. It is sent all the same.
fn check(tx: &Tx<'_>, object: &str, body: &Value) {
    for violation in tx.settings.contract().check_event(object, body) {
        let place = if violation.pointer.is_empty() { "the body" } else { &violation.pointer };
        let what = format!("{place} {}", violation.what);
        tx.bugs.found(Bug { sequence: 0, operation: format!("the webhook {object}"), what });
    }
}

/// `PAYMENT_METHOD`: a payment method is new, or has changed.
pub fn payment_method(tx: &mut Tx<'_>, method: &PaymentMethod, before: Option<PaymentMethodStatus>) {
    let mut fields = Map::new();
    fields.insert("payment_method_id".into(), json!(method.id));
    if let Some(before) = before {
        fields.insert("previous_status".into(), json!(before.text()));
    }
    fields.insert("new_status".into(), json!(method.status.text()));
    if let Some(card) = method.card() {
        fields.insert("card_type".into(), json!(card.kind.text()));
        fields.insert("card_design_id".into(), json!(card.design_id));
        if !card.tokens.is_empty() {
            fields.insert("tokens".into(), card.tokens_view());
        }
    }
    fields.insert("created_at".into(), json!(method.created_at.text()));
    fields.insert("updated_at".into(), json!(method.updated_at.text()));
    emit(tx, "PAYMENT_METHOD", &method.customer_id, fields);
}

/// An event of a kind that the document does not have.
pub fn unknown(tx: &mut Tx<'_>) {
    const OBJECT: &str = "SANDBOX_UNKNOWN_KIND";
    let data = json!({ "merchant_key": tx.product.key(), "created_at": tx.now.text() });
    put(tx, OBJECT, &json!({ "object": OBJECT, "data": data }));
}

/// `APPLICATION`: a decision that is final.
pub fn application(tx: &mut Tx<'_>, customer_id: &str, is_approved: bool) {
    let mut fields = Map::new();
    fields.insert("status".into(), json!(if is_approved { "OFFER_ACCEPTED" } else { "REJECTED" }));
    fields.insert("created_at".into(), json!(tx.now.text()));
    fields.insert("updated_at".into(), json!(tx.now.text()));
    emit(tx, "APPLICATION", customer_id, fields);
}

/// `REWARD`: a reward is new, or has changed.
pub fn reward(tx: &mut Tx<'_>, reward: &Reward) {
    let mut fields = Map::new();
    fields.insert("reward_id".into(), json!(reward.id));
    if let Some(id) = &reward.transaction_id {
        fields.insert("transaction_id".into(), json!(id));
    }
    fields.insert("type".into(), json!(reward.kind.text()));
    fields.insert("amount".into(), json!(reward.amount));
    fields.insert("currency".into(), json!(reward.currency));
    fields.insert("status".into(), json!(reward.status.text()));
    fields.insert("created_at".into(), json!(reward.created_at.text()));
    emit(tx, "REWARD", &reward.customer_id, fields);
}

/// `CUSTOMER_LINK`: a link that the customer made.
pub fn link(tx: &mut Tx<'_>, customer_id: &str) {
    let mut fields = Map::new();
    fields.insert("status".into(), json!("ACTIVE"));
    fields.insert("created_at".into(), json!(tx.now.text()));
    fields.insert("updated_at".into(), json!(tx.now.text()));
    emit(tx, "CUSTOMER_LINK", customer_id, fields);
}

/// `STREAK`: a step of a streak, which is given as it is after the step.
pub fn streak(tx: &mut Tx<'_>, streak: &Streak, event: StreakEvent) {
    let fields = streak.view(event, tx.now);
    emit(tx, "STREAK", &streak.customer_id, fields);
}

/// `ACCOUNT_STATUS`: the account of a customer is closed, with effect from a time.
pub fn account_closed(tx: &mut Tx<'_>, customer_id: &str, effective: Instant) {
    let mut fields = Map::new();
    fields.insert("status".into(), json!("CLOSED"));
    fields.insert("updated_at".into(), json!(effective.text_in_seconds()));
    emit(tx, "ACCOUNT_STATUS", customer_id, fields);
}
