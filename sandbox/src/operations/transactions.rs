//! Transactions: simulating what a card network does, and reading them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::choices::Choice;
use crate::model::intent::{Intent, IntentStatus};
use crate::model::payment_method::{PaymentMethod, PaymentMethodStatus};
use crate::model::sent::Sent;
use crate::model::transaction::{Command, Refused, Status, Transaction};
use crate::refusal::Refusal;
use crate::world::{Deadline, Tx};

use super::request::{Asked, Reply, find, of_product};
use super::{customers, emit, list, payment_methods, rewards};

/// After this time an authorisation that was not captured is voided.
const AUTHORISATION_LASTS: Duration = Duration::from_secs(7 * 86_400);

/// The fields of a step that a transaction keeps in fields of its own, or whose ids are those of the transaction and its
/// events themselves.
const OWN: [&str; 6] = ["amount", "currency", "event_id", "payment_method_id", "status", "transaction_id"];

/// The other fields of a step. Its own ones would take some 500 bytes in each transaction, and are never shown as
/// they were sent.
fn sent(body: &Map<String, Value>) -> Map<String, Value> {
    let others = body.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// `getTransaction`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let transaction = transaction(tx, asked.argument("transaction_id"))?;
    tx.choose(Choice::TransactionShowsSums);
    Ok(Reply::of(show(asked, &transaction)))
}

/// `getTransactions`.
pub fn of_customer(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let customer = customers::customer(tx, asked.argument("customer_id"))?;
    let key = of_product(tx, &customer.id);
    tx.choose(Choice::TransactionShowsSums);
    list::page(tx, asked, |state| &state.transactions, ("customer_id", &key), None, |t| show(asked, t))
}

/// `simulateTransactionEvent`.
pub fn simulate(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let method = payment_methods::payment_method(tx, asked.required("payment_method_id")?)?;
    let status = Status::named(asked.required("status")?)
        .ok_or_else(|| Refusal::invalid("status", "has to be one of APPROVED, UPDATED, VOIDED, CAPTURED, REFUNDED"))?;
    let amount = asked.integer("amount")?;
    if amount.is_some_and(|amount| amount < 0) {
        tx.choose(Choice::AmountsAreNotNegative);
        return Err(Refusal::invalid("amount", "has to be 0 or more"));
    }
    let after = match asked.text("transaction_id") {
        None => begin(tx, asked, method, status, amount)?,
        Some(id) => {
            let before = transaction(tx, id)?;
            go_on(tx, asked, &method, before, status, amount)?
        }
    };
    tx.state.transactions.put(after.clone());
    announce(tx, &after);
    let step = after.last().ok_or_else(|| Refusal::conflict("nothing has happened"))?;
    rewards::after_step(tx, &after, step)?;
    Ok(Reply::of(json!({
        "transaction_id": after.id, "event_id": step.event_id, "status": step.status.text(),
    })))
}

/// Makes a transaction with its first step. The caller stores it.
fn begin(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    method: PaymentMethod,
    status: Status,
    amount: Option<i64>,
) -> Result<Transaction, Refusal> {
    if matches!(status, Status::Updated | Status::Voided) {
        return Err(Refusal::conflict(format!("a transaction cannot begin with {}", status.text())));
    }
    let amount = amount.ok_or_else(|| Refusal::invalid("amount", "is required"))?;
    // The account first: once it is closed, its payment methods are canceled as well.
    refuse_closed(tx, &method.customer_id)?;
    if status == Status::Approved {
        authorise(tx, &method, amount)?;
    }
    let currency = asked.text("currency").unwrap_or("USD").to_owned();
    let transaction = Transaction {
        id: tx.state.ids.next("transaction"),
        product: tx.product.key().to_owned(),
        customer_id: method.customer_id.clone(),
        payment_method_id: method.id.clone(),
        intent_id: None,
        currency,
        authorised: None,
        is_voided: false,
        captures: Vec::new(),
        blind_refund: None,
        steps: Vec::new(),
        created_at: tx.now,
        updated_at: tx.now,
        sent: Sent::from(sent(&asked.body)),
    };
    let event_id = tx.state.ids.next("transaction_event");
    let mut transaction = transaction.begun(status, amount, event_id);
    if status != Status::Refunded {
        transaction.intent_id = match_intent(tx, asked, &transaction);
    }
    if status == Status::Approved {
        tx.choose(Choice::AuthorisationExpires);
        tx.set_timer(tx.now.plus(AUTHORISATION_LASTS), Deadline::Authorisation(transaction.id.clone()));
    }
    Ok(transaction)
}

/// Whether an authorisation is accepted: the payment method has to be active, and the test has not set its bank to
/// decline.
fn authorise(tx: &mut Tx<'_>, method: &PaymentMethod, amount: i64) -> Result<(), Refusal> {
    if amount == 0 {
        return Err(Refusal::invalid("amount", "has to be 1 or more"));
    }
    if method.status != PaymentMethodStatus::Active {
        tx.choose(Choice::AuthorisationNeedsActiveMethod);
        return Err(Refusal::conflict(format!("the payment method is {}", method.status.text())));
    }
    if method.is_declined {
        tx.choose(Choice::DeclinedLeavesNothing);
        return Err(Refusal::conflict("the authorisation was declined"));
    }
    Ok(())
}

fn refuse_closed(tx: &mut Tx<'_>, customer_id: &str) -> Result<(), Refusal> {
    let program = tx.product.program();
    if tx.state.customers.get(customer_id).is_some_and(|customer| customer.is_closed(program)) {
        tx.choose(Choice::ClosedAccountsHaveNoTransactions);
        return Err(Refusal::conflict("the customer's account is closed"));
    }
    Ok(())
}

/// Takes a later step of a transaction. The caller stores the result.
fn go_on(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    method: &PaymentMethod,
    before: Transaction,
    status: Status,
    amount: Option<i64>,
) -> Result<Transaction, Refusal> {
    refuse_closed(tx, &method.customer_id)?;
    if before.payment_method_id != method.id {
        tx.choose(Choice::TransactionKeepsMethodAndCurrency);
        return Err(Refusal::conflict("the transaction is of another payment method"));
    }
    if asked.text("currency").is_some_and(|currency| currency != before.currency) {
        tx.choose(Choice::TransactionKeepsMethodAndCurrency);
        return Err(Refusal::conflict(format!("the transaction is in {}", before.currency)));
    }
    let required = || amount.ok_or_else(|| Refusal::invalid("amount", "is required"));
    let command = match status {
        Status::Approved => return Err(Refusal::conflict("the transaction exists: an APPROVED begins a new one")),
        Status::Updated => Command::Update { amount: required()? },
        Status::Voided => Command::Void,
        Status::Captured => Command::Capture { amount },
        Status::Refunded => {
            let capture = asked.text("event_id");
            let capture = capture.ok_or_else(|| Refusal::invalid("event_id", "is required: that of the capture"))?;
            Command::Refund { capture: capture.to_owned(), amount }
        }
    };
    let rest = matches!(command, Command::Capture { amount: None } | Command::Refund { amount: None, .. });
    if rest {
        tx.choose(Choice::AmountDefaultsToTheRest);
    }
    choose_for(tx, &before, &command);
    let mut after = take(tx, before, &command)?;
    after.sent.merge(&sent(&asked.body));
    Ok(after)
}

/// Names what the sandbox had to decide about a later step.
fn choose_for(tx: &mut Tx<'_>, before: &Transaction, command: &Command) {
    let was_updated = before.steps.iter().any(|step| step.status == Status::Updated);
    match command {
        Command::Refund { capture, .. } => {
            tx.choose(Choice::RefundCapPerCapture);
            if !before.captures.iter().any(|known| known.event_id == *capture) {
                tx.choose(Choice::IdsIgnoreCase);
            }
        }
        Command::Capture { amount } => {
            let is_above = amount.is_some_and(|amount| before.authorised.is_some_and(|most| amount > most));
            if before.captured() > 0 || is_above {
                tx.choose(Choice::SeveralCaptures);
            }
        }
        Command::Update { .. } | Command::Void if was_updated => tx.choose(Choice::UpdatedAuthorisationGoesOn),
        Command::Update { .. } | Command::Void => {}
    }
}

/// The transaction after a step, if the state allows it. The caller stores it.
pub fn take(tx: &mut Tx<'_>, before: Transaction, command: &Command) -> Result<Transaction, Refusal> {
    let event_id = tx.state.ids.next("transaction_event");
    before.after(command, event_id, tx.product.may_over_capture(), tx.now).map_err(|refused| match refused {
        Refused::State(why) => Refusal::conflict(why),
        Refused::Overflow => {
            Refusal::invalid("amount", "is too large: the sum of the amounts does not fit into 64 bits")
        }
    })
}

/// Tells partners of the last step.
pub fn announce(tx: &mut Tx<'_>, transaction: &Transaction) {
    let Some(step) = transaction.last() else { return };
    let mut fields = Map::new();
    fields.insert("transaction_id".into(), json!(transaction.id));
    fields.insert("event_id".into(), json!(step.event_id));
    fields.insert("payment_method_id".into(), json!(transaction.payment_method_id));
    fields.insert("intent_id".into(), json!(transaction.intent_id));
    fields.insert("amount".into(), json!(step.amount));
    fields.insert("currency".into(), json!(transaction.currency));
    fields.insert("status".into(), json!(step.status.text()));
    fields.insert("created_at".into(), json!(transaction.created_at.text()));
    fields.insert("updated_at".into(), json!(transaction.updated_at.text()));
    // Whatever else the requests had and the document names in this webhook: the merchant, for example.
    tx.settings.contract().echo_event("TRANSACTION", &transaction.sent, &mut fields);
    emit::emit(tx, "TRANSACTION", &transaction.customer_id, fields);
}

/// The intent that a new transaction belongs to: the one of the same network transaction, else the oldest with the same
/// payment method and amount.
fn match_intent(tx: &mut Tx<'_>, asked: &Asked<'_>, transaction: &Transaction) -> Option<String> {
    let key = of_product(tx, &transaction.customer_id);
    let network = asked.text("network_transaction_id");
    let open = |intent: &Intent| intent.status == IntentStatus::Confirmed && !intent.is_matched;
    let by_network = |intent: &Intent| network.is_some() && intent.network_transaction_id.as_deref() == network;
    let by_amount = |intent: &Intent| {
        intent.payment_method_id.as_ref() == Some(&transaction.payment_method_id)
            && intent.amount == transaction.amount()
    };
    let intents = || tx.state.intents.find("customer_id", &key).map(|(_, intent)| intent).filter(|intent| open(intent));
    let found = intents().find(|intent| by_network(intent)).or_else(|| intents().find(|intent| by_amount(intent)));
    let mut intent = found.map(|intent| Intent::clone(intent))?;
    tx.choose(Choice::IntentMatching);
    intent.is_matched = true;
    let id = intent.id.clone();
    tx.state.intents.put(intent);
    Some(id)
}

fn transaction(tx: &mut Tx<'_>, id: &str) -> Result<Transaction, Refusal> {
    find(tx, |state| &state.transactions, |transaction| &transaction.product, id)
        .ok_or_else(|| Refusal::not_found("TRANSACTION_FOUND_ERROR", "transaction_id", "transaction", id))
}

fn show(asked: &Asked<'_>, transaction: &Transaction) -> Value {
    asked.shown(transaction.view(), &transaction.sent)
}
