//! What the schema cannot say of a seed file: that names are those of something, and that fields go together.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::nearest;

use super::error::Fault;
use super::format::{Applied, Customer, File, SchemeKind, Step, StepStatus, Transaction};
use super::scalars::Name;

/// Refuses a file whose parts do not fit together.
pub fn check(file: &File) -> Result<(), Fault> {
    if let Some(place) = first_double(file.keys.iter().map(|key| Some(key.text.expose()))) {
        return Err(Fault::new(format!("/keys/{place}/text"), "is the text of a key before it"));
    }
    products(file)?;
    let customers: BTreeMap<&str, &Customer> =
        file.customers.iter().map(|customer| (customer.name.0.as_str(), customer)).collect();
    names("customers", file.customers.iter().map(|one| Some(&one.name)))?;
    names("intents", file.intents.iter().map(|one| one.name.as_ref()))?;
    names("transactions", file.transactions.iter().map(|one| one.name.as_ref()))?;
    names("rewards", file.rewards.iter().map(|one| one.name.as_ref()))?;
    names("orders", file.orders.iter().map(|one| one.name.as_ref()))?;
    names("streaks", file.streaks.iter().map(|one| one.name.as_ref()))?;
    for (place, customer) in file.customers.iter().enumerate() {
        let is_wrong = customer.linked && customer.partner_customer_id.is_none();
        if is_wrong {
            return Err(Fault::new(format!("/customers/{place}/linked"), "needs `partner_customer_id` beside it"));
        }
    }
    for (place, intent) in file.intents.iter().enumerate() {
        let at = format!("/intents/{place}");
        known(&customers, &intent.customer, &format!("{at}/customer"))?;
        if let Some(payer) = &intent.payment_method_of {
            let place = format!("{at}/payment_method_of");
            if *payer != intent.customer {
                return Err(Fault::new(place, "has to be the customer of the intent"));
            }
            payment_method(&customers, payer, &place)?;
        }
    }
    for (place, transaction) in file.transactions.iter().enumerate() {
        let at = format!("/transactions/{place}");
        payment_method(&customers, &transaction.payment_method_of, &format!("{at}/payment_method_of"))?;
        steps(transaction, &at)?;
    }
    for (place, reward) in file.rewards.iter().enumerate() {
        known(&customers, &reward.customer, &format!("/rewards/{place}/customer"))?;
    }
    for (place, order) in file.orders.iter().enumerate() {
        let at = format!("/orders/{place}");
        payment_method(&customers, &order.payment_method_of, &format!("{at}/payment_method_of"))?;
        names(&format!("orders/{place}/events"), order.events.iter().map(|event| event.name.as_ref()))?;
    }
    for (place, streak) in file.streaks.iter().enumerate() {
        known(&customers, &streak.customer, &format!("/streaks/{place}/customer"))?;
        let (total, completed) = (streak.total_periods, streak.completed_periods);
        if completed > total {
            let message = format!("has to be at most `total_periods`, which is {total}");
            return Err(Fault::new(format!("/streaks/{place}/completed_periods"), message));
        }
        if streak.failed && completed == total {
            let message = "cannot be true: all periods are completed, and the streak with them";
            return Err(Fault::new(format!("/streaks/{place}/failed"), message));
        }
    }
    Ok(())
}

fn products(file: &File) -> Result<(), Fault> {
    if let Some(place) = first_double(file.products.iter().map(|product| Some(product.merchant_key.as_str()))) {
        return Err(Fault::new(
            format!("/products/{place}/merchant_key"),
            "is the merchant key of a product before it",
        ));
    }
    for (place, product) in file.products.iter().enumerate() {
        let at = format!("/products/{place}");
        if product.card_type.is_some() && product.loan.is_some() {
            return Err(Fault::new(format!("{at}/loan"), "cannot stand beside `card_type`: a product has one of them"));
        }
        let Some(rewards) = &product.rewards else { continue };
        let is_none = rewards.scheme == SchemeKind::None;
        if rewards.basis_points.is_none() && !is_none {
            return Err(Fault::new(format!("{at}/rewards"), "needs `basis_points`, as each scheme but `none` does"));
        }
        if rewards.basis_points.is_some() && is_none {
            return Err(Fault::new(format!("{at}/rewards/basis_points"), "has no meaning with the scheme `none`"));
        }
        if rewards.delay.is_none() && rewards.scheme == SchemeKind::Delayed {
            return Err(Fault::new(format!("{at}/rewards"), "needs `delay`, as the scheme `delayed` does"));
        }
        if rewards.delay.is_some() && rewards.scheme != SchemeKind::Delayed {
            return Err(Fault::new(format!("{at}/rewards/delay"), "has a meaning with the scheme `delayed` only"));
        }
    }
    Ok(())
}

/// Refuses a name that two of a section have.
fn names<'a>(section: &str, names: impl Iterator<Item = Option<&'a Name>>) -> Result<(), Fault> {
    match first_double(names.map(|name| name.map(|name| name.0.as_str()))) {
        Some(place) => Err(Fault::new(format!("/{section}/{place}/name"), "is the name of another before it")),
        None => Ok(()),
    }
}

/// The number of the first text that was there before.
fn first_double<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Option<usize> {
    let mut known = BTreeSet::new();
    { texts }.position(|text| text.is_some_and(|text| !known.insert(text)))
}

/// The customer of a name.
fn known<'a>(customers: &BTreeMap<&str, &'a Customer>, name: &Name, at: &str) -> Result<&'a Customer, Fault> {
    customers.get(name.0.as_str()).copied().ok_or_else(|| {
        let meant = nearest(&name.0, customers.keys().copied());
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
        Fault::new(at, format!("no customer of the file has the name `{}`{meant}", name.0))
    })
}

/// Refuses a customer who has nothing to pay with.
fn payment_method(customers: &BTreeMap<&str, &Customer>, name: &Name, at: &str) -> Result<(), Fault> {
    match known(customers, name, at)?.applied {
        Some(Applied::Approve) => Ok(()),
        _ => {
            let message = format!("`{}` has no payment method: the customer needs `applied: approve`", name.0);
            Err(Fault::new(at, message))
        }
    }
}

fn steps(transaction: &Transaction, at: &str) -> Result<(), Fault> {
    names(&format!("{}/steps", at.trim_start_matches('/')), transaction.steps.iter().map(|step| step.name.as_ref()))?;
    for (place, step) in transaction.steps.iter().enumerate() {
        capture_of(&transaction.steps, place).map_err(|message| {
            let field = if step.capture.is_some() { "/capture" } else { "" };
            Fault::new(format!("{at}/steps/{place}{field}"), message)
        })?;
    }
    Ok(())
}

/// The number of the step that captured what a step refunds; None if it refunds no capture.
pub fn capture_of(steps: &[Step], place: usize) -> Result<Option<usize>, String> {
    let step = &steps[place];
    let mut captures = (0..place).filter(|earlier| steps[*earlier].status == StepStatus::Captured);
    let Some(name) = &step.capture else {
        return match (step.status, captures.next(), captures.next()) {
            // It stands alone.
            (StepStatus::Refunded, None, _) if place == 0 => Ok(None),
            (StepStatus::Refunded, Some(one), None) => Ok(Some(one)),
            (StepStatus::Refunded, None, _) => Err("refunds nothing: no step before it is CAPTURED".into()),
            (StepStatus::Refunded, Some(_), Some(_)) => {
                Err("needs `capture`, the name of the step that it refunds: more than one before it is CAPTURED".into())
            }
            _ => Ok(None),
        };
    };
    if step.status != StepStatus::Refunded {
        return Err("has a meaning with the status REFUNDED only".into());
    }
    let found = captures.find(|earlier| steps[*earlier].name.as_ref() == Some(name));
    found.map(Some).ok_or_else(|| format!("no step before it is CAPTURED and has the name `{}`", name.0))
}
