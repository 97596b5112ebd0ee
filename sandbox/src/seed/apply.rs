//! Applies a seed in one transaction, by the commands of the API and of the methods for tests.

mod commerce;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use imprint_client::Secret;
use imprint_client::webhook::{BodyReading, KeyReading};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::{Violation, is_listed_drift};
use crate::instant::Instant;
use crate::model::key::Key;
use crate::model::seeded_name::SeededName;
use crate::operations::{self, Asked, endpoints};
use crate::product::Product;
use crate::refusal::Refusal;
use crate::settings::{Clock, Permissions};
use crate::world::Tx;

use super::error::Fault;
use super::format::{self, File, ReadingBody, ReadingKey};
use super::settings;

/// Does everything that the file says; the ids of the endpoints. The changes are to be taken back if it fails.
pub fn apply(tx: &mut Tx<'_>, file: &File, webhook_token: &Secret) -> Result<Vec<String>, Fault> {
    tx.is_silent = !file.emit;
    let clock = set_time(tx, file.clock.as_ref())?;
    let is_frozen = match clock {
        Some(clock) => matches!(clock, Clock::Frozen(_)),
        None => tx.state.clock.is_frozen(),
    };
    // Answers show card numbers only to whoever may see them, and nobody reads these.
    let (label, permissions, created_at) = ("seed".to_owned(), Permissions::NORMAL, tx.now);
    let caller =
        Key { id: String::new(), label, text: String::new().into(), permissions, created_at, deleted_at: None };
    let mut seeding = Seeding { tx, is_frozen, is_first: true, caller, customers: BTreeMap::new() };
    seeding.products(file)?;
    seeding.keys(file)?;
    let endpoints = seeding.endpoints(file, webhook_token)?;
    seeding.customers(file)?;
    seeding.intents(file)?;
    seeding.transactions(file)?;
    seeding.rewards(file)?;
    seeding.orders(file)?;
    seeding.streaks(file)?;
    // Nothing can fail any more, and the clock is no part of what is taken back.
    if let Some(clock) = clock {
        tx.state.clock.set(clock);
    }
    Ok(endpoints)
}

/// Lets the transaction happen at the time that the file wants. The clock goes neither back nor past something that falls
/// due, which would not happen then.
fn set_time(tx: &mut Tx<'_>, wanted: Option<&format::Clock>) -> Result<Option<Clock>, Fault> {
    let Some(wanted) = wanted else { return Ok(None) };
    let now = tx.state.clock.now();
    let clock = wanted.setting();
    let (field, at) = match clock {
        Clock::Frozen(time) => ("frozen_at", Instant::of(time)),
        Clock::Running => ("running", now.max(Instant::of(SystemTime::now()))),
    };
    let place = format!("/clock/{field}");
    if at < now {
        let message = format!("is earlier than the clock of the account, which never goes back: it is {}", now.text());
        return Err(Fault::new(place, message));
    }
    if let Some(timer) = tx.state.next_timer().filter(|timer| timer.due <= at) {
        let due = timer.due.text();
        let message = format!("passes {due}, when something falls due in the account: advance its clock before");
        return Err(Fault::new(place, message));
    }
    tx.now = match clock {
        Clock::Frozen(_) => at.plus(Duration::from_millis(1)),
        Clock::Running => at,
    };
    Ok(Some(clock))
}

/// A seed that is being applied.
struct Seeding<'t, 'a> {
    tx: &'t mut Tx<'a>,
    is_frozen: bool,
    /// Whether nothing has been done yet.
    is_first: bool,
    /// Whose requests the commands are.
    caller: Key,
    /// The customers of the file, by their names.
    customers: BTreeMap<String, Person>,
}

/// A customer of the file.
#[derive(Clone)]
struct Person {
    id: String,
    product: Arc<Product>,
    payment_method: Option<String>,
}

/// Where in the file a field of a request comes from, both as JSON pointers.
type Origin<'o> = &'o dyn Fn(&str) -> String;

impl Seeding<'_, '_> {
    /// Lets a millisecond pass since the command before, as a clock that stands still does with each change: so times
    /// differ and sort.
    fn tick(&mut self) {
        if self.is_frozen && !std::mem::replace(&mut self.is_first, false) {
            self.tx.now = self.tx.now.plus(Duration::from_millis(1));
        }
    }

    /// Carries out an operation of the API, with a body and an answer that the document allows.
    fn call(
        &mut self,
        operation: &str,
        product: &Arc<Product>,
        arguments: &[(&str, &str)],
        body: Map<String, Value>,
        origin: Origin<'_>,
    ) -> Result<Value, Fault> {
        let missing = || Fault::new(origin(""), format!("the document of the sandbox has no operation {operation}"));
        let contract = self.tx.settings.contract();
        let declared = contract.operation(operation).ok_or_else(missing)?;
        let handler = operations::handler(operation).ok_or_else(missing)?;
        if !declared.is_repeatable() {
            self.tick();
        }
        if declared.body.is_some() {
            let body = Value::from(body.clone());
            if let Some(Violation { pointer, what }) = contract.check_body(declared, &body).into_iter().next() {
                return Err(Fault::new(origin(&pointer), what));
            }
        }
        self.tx.product = Arc::clone(product);
        let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let asked = Asked { contract, operation: declared, arguments, query: Map::new(), body, caller: &self.caller };
        let reply = handler(self.tx, &asked).map_err(|refusal| refused(&refusal, origin))?;
        let violations = contract.check_answer(declared, declared.success().0, reply.body.as_ref());
        let violations = violations.unwrap_or_default();
        match violations.into_iter().find(|found| !is_listed_drift(reply.body.as_ref(), found)) {
            Some(Violation { pointer, what }) => Err(Fault::new(origin(&pointer), what)),
            None => Ok(reply.body.unwrap_or_default()),
        }
    }

    /// Keeps the id of something that has a name.
    fn name(&mut self, kind: &str, name: &str, id: &str, at: &str) -> Result<(), Fault> {
        let row = SeededName::new(kind, name, id);
        if self.tx.state.seeded_names.get(&row.id).is_some() {
            let kind = kind.replace('_', " ");
            let message = format!("is the name of another {kind} of the account, from a seed that was applied before");
            return Err(Fault::new(format!("{at}/name"), message));
        }
        self.tx.state.seeded_names.put(row);
        Ok(())
    }

    fn products(&mut self, file: &File) -> Result<(), Fault> {
        for (place, wanted) in file.products.iter().enumerate() {
            let wanted = settings::product(wanted);
            if self.tx.settings.product(Some(wanted.key())).as_deref() != Some(&wanted) {
                let message = "is no product of the sandbox, or has other settings there: products are declared when a \
                               sandbox starts, so start one with this seed";
                return Err(Fault::new(format!("/products/{place}"), message));
            }
        }
        Ok(())
    }

    /// A key that is there already gets the label and the permissions of the file.
    fn keys(&mut self, file: &File) -> Result<(), Fault> {
        for (place, (label, text, permissions)) in settings::keys(file).into_iter().enumerate() {
            let known = self.tx.state.keys.first("text", text.expose()).map(|key| Key::clone(key));
            let key = match known {
                Some(key) if key.deleted_at.is_some() => {
                    let message = "is the text of a key that was deleted, which is never accepted again";
                    return Err(Fault::new(format!("/keys/{place}/text"), message));
                }
                Some(key) => Key { label, permissions, ..key },
                None => {
                    self.tick();
                    let (id, created_at) = (self.tx.state.ids.next("key id"), self.tx.now);
                    Key { id, label, text, permissions, created_at, deleted_at: None }
                }
            };
            self.tx.state.keys.put(key);
        }
        Ok(())
    }

    fn endpoints(&mut self, file: &File, webhook_token: &Secret) -> Result<Vec<String>, Fault> {
        let mut ids = Vec::new();
        for (place, endpoint) in file.endpoints.iter().enumerate() {
            self.tick();
            let reading = endpoint.reading.as_ref().map(|reading| {
                let key = match reading.key {
                    ReadingKey::Token => KeyReading::Token,
                    ReadingKey::Sha256 => KeyReading::Sha256,
                    ReadingKey::Sha256Hex => KeyReading::Sha256Hex,
                };
                let body = match reading.body {
                    ReadingBody::Raw => BodyReading::Raw,
                    ReadingBody::Sorted => BodyReading::Sorted,
                    ReadingBody::SortedGo => BodyReading::SortedGo,
                };
                imprint_client::webhook::Reading::new(key, body)
            });
            let wanted = endpoints::Wanted {
                url: endpoint.url.expose(),
                token: endpoint.token.as_ref().unwrap_or(webhook_token),
                only: endpoint.only.clone(),
                merchant_keys: endpoint.merchant_keys.clone(),
                reading: reading.unwrap_or_default(),
                milliseconds: endpoint.milliseconds,
            };
            let at = format!("/endpoints/{place}");
            let row = endpoints::register(self.tx, wanted);
            ids.push(row.map_err(|refusal| refused(&refusal, &|field| format!("{at}{field}")))?.id);
        }
        Ok(ids)
    }

    /// The customer of a name. The file was found to have one.
    fn person(&self, name: &super::scalars::Name, at: &str) -> Result<Person, Fault> {
        let missing = || Fault::new(at, "is not the name of a customer of the file");
        self.customers.get(&name.0).cloned().ok_or_else(missing)
    }

    /// The same, with the card or the loan.
    fn payer(&self, name: &super::scalars::Name, at: &str) -> Result<(Person, String), Fault> {
        let person = self.person(name, at)?;
        let missing = || Fault::new(at, format!("`{}` has no payment method", name.0));
        let method = person.payment_method.clone().ok_or_else(missing)?;
        Ok((person, method))
    }
}

/// What a refusal says, at the field of the file that it is about.
fn refused(refusal: &Refusal, origin: Origin<'_>) -> Fault {
    let field = refusal
        .param
        .as_deref()
        .map(|param| format!("/{}", param.replace('[', "/").replace(']', "").replace('.', "/")));
    // The first detail is the message without the name of the field.
    let message = refusal.details.first().map_or(&refusal.message, |(_, what)| what);
    Fault::new(origin(field.as_deref().unwrap_or_default()), message)
}

/// A part of the file as the body of a request: without these fields, which no request has, and without what is not given.
fn body<T: Serialize>(part: &T, own: &[&str]) -> Map<String, Value> {
    let Ok(Value::Object(mut body)) = serde_json::to_value(part) else { return Map::new() };
    body.retain(|name, _| !own.contains(&name.as_str()));
    drop_absent(&mut body);
    body
}

/// Removes what is not given. Free-form data may have nulls of its own.
fn drop_absent(body: &mut Map<String, Value>) {
    body.retain(|_, value| !value.is_null());
    for (_, value) in body.iter_mut().filter(|(name, _)| *name != "metadata") {
        match value {
            Value::Object(inner) => drop_absent(inner),
            Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).for_each(drop_absent),
            _ => {}
        }
    }
}
