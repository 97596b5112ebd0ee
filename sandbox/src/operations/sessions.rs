//! Customer sessions, with which a customer applies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imprint_client::Secret;
use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::model::customer::Customer;
use crate::model::session::{Session, SessionStatus};
use crate::refusal::Refusal;
use crate::world::{Deadline, Tx};

use super::customers;
use super::request::{Asked, Reply, find};

/// `createSession`.
pub fn create(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let history = object(asked, "customer_history");
    let (mut customer, is_new) = customer_of(tx, asked, &history)?;
    customer.customer_metadata.extend(object(asked, "customer_metadata"));
    customer.updated_at = tx.now;
    let history = if is_new { Map::new() } else { history };
    let session = new(tx, &customer.id, history, asked.body.clone());
    tx.state.customers.put(customer);
    tx.choose(Choice::SessionLifetime);
    Ok(Reply::of(show(asked, &session)))
}

/// A session that no request asks for; its client secret.
pub fn for_customer(tx: &mut Tx<'_>, customer_id: &str) -> Secret {
    new(tx, customer_id, Map::new(), Map::new()).client_secret
}

fn new(tx: &mut Tx<'_>, customer_id: &str, history: Map<String, Value>, sent: Map<String, Value>) -> Session {
    // As the secret in the document's example is made: a UUID and the end of a line, encoded.
    let secret = format!("{}\n", tx.state.ids.next("client_secret"));
    let session = Session {
        id: tx.state.ids.next("session"),
        product: tx.product.key().to_owned(),
        customer_id: customer_id.to_owned(),
        client_secret: STANDARD.encode(secret).into(),
        status: SessionStatus::Open,
        expires_at: tx.now.plus(tx.settings.session_lifetime),
        history,
        sent: sent.into(),
    };
    tx.set_timer(session.expires_at, Deadline::Session(session.id.clone()));
    tx.state.sessions.put(session.clone());
    session
}

/// `getSession`.
pub fn get(tx: &mut Tx<'_>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let id = asked.argument("session_id");
    let session = find(tx, |state| &state.sessions, |session| &session.product, id)
        .ok_or_else(|| Refusal::not_found("SESSION_NOT_FOUND_ERROR", "session_id", "session", id))?;
    if session.status != SessionStatus::Open {
        tx.choose(Choice::SessionOutlivesUse);
    }
    Ok(Reply::of(show(asked, &session)))
}

/// The customer that a session is for, and whether there was none before.
fn customer_of(tx: &mut Tx<'_>, asked: &Asked<'_>, history: &Map<String, Value>) -> Result<(Customer, bool), Refusal> {
    let partner = asked.text("partner_customer_id");
    let of_partner = partner.and_then(|id| customers::of_partner(tx, id));
    let Some(id) = asked.text("customer_id") else {
        return Ok(match of_partner {
            Some(customer) => (customer, false),
            None => (customers::new_customer(tx, partner, history.clone()), true),
        });
    };
    let Ok(mut customer) = customers::customer(tx, id) else {
        tx.choose(Choice::SessionOfUnknownCustomer);
        return Err(Refusal::invalid("customer_id", "does not name a customer"));
    };
    // By a link, two customers may have the same partner's id: that of the customer itself fits whoever else has it.
    let fits = match customer.partner_customer_id.as_deref() {
        Some(own) => partner.is_none_or(|given| given == own),
        None => of_partner.is_none(),
    };
    if !fits {
        tx.choose(Choice::SessionIdsDisagree);
        return Err(Refusal::invalid("partner_customer_id", "does not belong to the customer of customer_id"));
    }
    customer.partner_customer_id = customer.partner_customer_id.or_else(|| partner.map(str::to_owned));
    Ok((customer, false))
}

fn object(asked: &Asked<'_>, name: &str) -> Map<String, Value> {
    asked.body.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn show(asked: &Asked<'_>, session: &Session) -> Value {
    asked.shown(session.view(), &session.sent)
}
