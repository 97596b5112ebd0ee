//! Transaction intents: a purchase that the partner announces.

use serde_json::Value;

use crate::choices::Choice;
use crate::model::intent::{Intent, IntentStatus};
use crate::model::sent::Sent;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::request::{Asked, Reply, find, of_product};
use super::{customers, list, payment_methods};

/// `createTransactionIntent`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer_id = asked.required("customer_id")?;
    let Ok(customer) = customers::customer(tx, customer_id) else {
        return Err(Refusal::invalid("customer_id", "does not name a customer"));
    };
    let payment_method_id = match asked.text("payment_method_id") {
        None => None,
        Some(id) => Some(payment_methods::of_customer_in_body(tx, id, &customer.id)?.id),
    };
    let amount = amount(tx, asked)?;
    let status =
        if tx.product.has_two_step_intents() { IntentStatus::RequiresConfirmation } else { IntentStatus::Confirmed };
    let intent = Intent {
        id: tx.state.ids.next("intent"),
        product: tx.product.key().to_owned(),
        customer_id: customer.id,
        payment_method_id,
        amount,
        currency: asked.text("currency").unwrap_or("USD").to_owned(),
        network_transaction_id: asked.text("network_transaction_id").map(str::to_owned),
        status,
        is_matched: false,
        created_at: tx.now,
        updated_at: tx.now,
        sent: Sent::from(&asked.body),
    };
    tx.state.intents.put(intent.clone());
    Ok(Reply::of(show(asked, &intent)))
}

/// `updateTransactionIntent`.
pub fn update(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let before = intent(tx, asked.argument("intent_id"))?;
    let customer_id = asked.required("customer_id")?;
    if !before.customer_id.eq_ignore_ascii_case(customer_id) {
        tx.choose(Choice::IntentOfAnotherCustomer);
        return Err(Refusal::invalid("customer_id", "is not the customer of the intent"));
    }
    if before.customer_id != customer_id {
        tx.choose(Choice::IdsIgnoreCase);
    }
    let status = IntentStatus::named(asked.required("status")?)
        .ok_or_else(|| Refusal::invalid("status", "has to be one of CONFIRMED, CANCELED"))?;
    let amount = amount(tx, asked)?;
    let was_confirmed = before.status == IntentStatus::Confirmed;
    let Some(updated) = before.updated(status, amount, &asked.body, tx.now) else {
        tx.choose(Choice::IntentCanceledIsFinal);
        return Err(Refusal::invalid("status", "cannot change: the intent is canceled"));
    };
    if was_confirmed && status == IntentStatus::Canceled {
        tx.choose(Choice::IntentCanceledIsFinal);
    }
    tx.state.intents.put(updated.clone());
    Ok(Reply::of(show(asked, &updated)))
}

/// `getTransactionIntent`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let intent = intent(tx, asked.argument("intent_id"))?;
    Ok(Reply::of(show(asked, &intent)))
}

/// `searchTransactionIntents`: the filter is called type and is a status.
pub fn search(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let status = asked.text("type");
    let product = tx.product.key().to_owned();
    let has_status = |intent: &Intent| status.is_some_and(|status| intent.status.text() == status);
    let keep: list::Keep<'_, Intent> = if status.is_some() { Some(&has_status) } else { None };
    list::page(tx, asked, |state| &state.intents, ("product", &product), keep, |intent| show(asked, intent))
}

/// `getTransactionIntents`. For a customer that does not exist the document declares the error of a transaction, with its
/// parameter.
pub fn of_customer(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = customers::customer(tx, asked.argument("customer_id")).map_err(|refusal| Refusal {
        kind: "TRANSACTION_FOUND_ERROR".into(),
        param: Some("transaction_id".into()),
        ..refusal
    })?;
    let value = of_product(tx, &customer.id);
    let index = ("customer_id", value.as_str());
    list::page(tx, asked, |state| &state.intents, index, None, |intent| show(asked, intent))
}

fn intent(tx: &mut Tx<'_>, id: &str) -> Result<Intent, Refusal> {
    find(tx, |state| &state.intents, |intent| &intent.product, id)
        .ok_or_else(|| Refusal::not_found("TRANSACTION_INTENT_FOUND_ERROR", "intent_id", "transaction intent", id))
}

fn amount(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<i64, Refusal> {
    let amount = asked.integer("amount")?.ok_or_else(|| Refusal::invalid("amount", "is required"))?;
    if amount < 0 {
        tx.choose(Choice::AmountsAreNotNegative);
        return Err(Refusal::invalid("amount", "has to be 0 or more"));
    }
    Ok(amount)
}

fn show(asked: &Asked<'_>, intent: &Intent) -> Value {
    asked.shown(intent.view(), &intent.sent)
}
