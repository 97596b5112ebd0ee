//! What the page of the program shows of an account: plain values, and no secret or personal data among them. Of a name
//! there are initials; telephone numbers, email addresses, card numbers, tokens and keys are left out.

mod money;
mod people;
mod webhooks;

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::bugs::Bug;
use crate::choices::Choice;
use crate::faults::FaultStatus;
use crate::log::Request;
use crate::model::customer::Customer;
use crate::model::delivery::DeliveryStatus;
use crate::settings::Permissions;
use crate::world::State;

use super::{Delivery, Sandbox};

pub(crate) use money::TransactionLine;
pub(crate) use people::{ApplicationLine, CustomerLine, PaymentMethodLine};
pub(crate) use webhooks::DeliveryLine;

/// Some of the rows of a table, the latest first.
#[derive(Clone, Debug)]
pub(crate) struct Listed<T> {
    pub rows: Vec<T>,
    /// How many rows the table has.
    pub total: usize,
}

/// Whom a row is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    pub customer_id: String,
    pub partner_customer_id: Option<String>,
    /// `J. D.`; empty if no name is known.
    pub initials: String,
}

/// What a test should not rest on.
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    pub bugs: Vec<Bug>,
    /// How many answers were made of the document's examples, by their operations.
    pub examples: BTreeMap<String, u64>,
    pub unused_faults: Vec<FaultStatus>,
    /// Webhooks whose last attempt failed: first those that are not sent any more, then those that come again.
    pub failed: Vec<Delivery>,
    /// How many more of those there were that are not kept.
    pub dropped_dead: u64,
}

/// An API key, without its text.
#[derive(Clone, Debug)]
pub(crate) struct KeyLine {
    pub label: String,
    pub permissions: Permissions,
    pub created_at: SystemTime,
    pub is_deleted: bool,
}

impl Who {
    fn of(state: &State, customer_id: &str) -> Self {
        match state.customers.get(customer_id) {
            Some(customer) => Self::from(&**customer),
            None => Self { customer_id: customer_id.to_owned(), ..Self::default() },
        }
    }
}

impl From<&Customer> for Who {
    fn from(customer: &Customer) -> Self {
        let Customer { id, partner_customer_id, .. } = customer;
        let first = |name: &str| customer.text(name)?.trim().chars().next();
        let initials = [first("first_name"), first("last_name")].into_iter().flatten();
        let initials: Vec<String> = initials.map(|first| format!("{}.", first.to_uppercase())).collect();
        Self { customer_id: id.clone(), partner_customer_id: partner_customer_id.clone(), initials: initials.join(" ") }
    }
}

impl Sandbox {
    /// The keys that the account has and had.
    pub(crate) fn keys_overview(&self) -> Vec<KeyLine> {
        self.account.read(|state| {
            let keys = state.keys.all().map(|key| KeyLine {
                label: key.label.clone(),
                permissions: key.permissions,
                created_at: key.created_at.system_time(),
                is_deleted: key.deleted_at.is_some(),
            });
            keys.collect()
        })
    }

    /// What a test should not rest on: what [`verify`](Sandbox::verify) finds, without the requests themselves.
    pub(crate) fn attention(&self) -> Attention {
        let mut failed = self.deliveries_by("failed");
        failed.sort_by_key(|delivery| delivery.status != DeliveryStatus::Dead);
        Attention {
            bugs: self.bugs(),
            examples: self.account.log.examples(),
            unused_faults: self.faults().unused(),
            dropped_dead: self.account.read(|state| state.forgotten_dead()),
            failed,
        }
    }

    /// The latest requests, and how many the log has.
    pub(crate) fn requests_overview(&self, limit: usize) -> Listed<Request> {
        let (rows, total) = self.account.log.latest(limit);
        Listed { rows, total }
    }

    /// The choices that the answers in the log rest on, each with the number of those answers.
    pub(crate) fn choices_in_use(&self) -> Vec<(Choice, usize)> {
        self.account.log.choices().into_iter().collect()
    }

    /// The ids of all operations of the document, in alphabetical order.
    pub(crate) fn operation_ids(&self) -> Vec<String> {
        let operations = self.account.settings.contract().operations().iter();
        let mut ids: Vec<_> = operations.map(|operation| operation.id.clone()).collect();
        ids.sort();
        ids
    }

    /// The operation that is most like this one, if it is near enough to have been meant.
    pub(crate) fn nearest_operation(&self, id: &str) -> Option<String> {
        self.account.settings.contract().nearest_operation(id).map(str::to_owned)
    }

    /// The kinds of webhooks of the document.
    pub(crate) fn webhook_kinds(&self) -> Vec<String> {
        self.account.settings.contract().kinds().map(str::to_owned).collect()
    }

    /// Whether time stands still for the account.
    pub(crate) fn is_clock_frozen(&self) -> bool {
        self.account.read(|state| state.clock.is_frozen())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::instant::Instant;

    use super::*;

    #[test]
    fn a_name_is_shown_by_its_initials_alone() {
        let mut customer = Customer::new("C".into(), "P", Instant::START);
        assert_eq!(Who::from(&customer).initials, "");
        customer.profile.insert("last_name".into(), json!("ßimon"));
        assert_eq!(Who::from(&customer).initials, "SS.");
        customer.profile.insert("first_name".into(), json!(" ada"));
        customer.profile.insert("last_name".into(), json!("approve"));
        customer.profile.insert("phone".into(), json!("+15550100"));
        let who = Who::from(&customer);
        assert_eq!(who.initials, "A. A.");
        assert!(!format!("{who:?}").contains("5550100"));
    }
}
