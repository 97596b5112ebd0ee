//! The ids of what seeds have made, by the names that the files have for it.

use std::collections::BTreeMap;
use std::fmt;

use imprint_client::types::{
    CustomerId, OrderEventId, OrderId, PaymentMethodId, RewardId, StreakId, TransactionEventId, TransactionId,
    TransactionIntentId,
};

use crate::world::State;

/// The ids of what the seeds of an account have made, by the names that the files have for it.
///
/// They are a part of the state of the account: a snapshot has them, and [`Sandbox::reset`](crate::Sandbox::reset) goes
/// back to those of the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    ids: BTreeMap<String, BTreeMap<String, String>>,
}

/// No seed has made anything of this kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    known: Vec<String>,
}

impl Seeded {
    pub(crate) fn of(state: &State) -> Self {
        let mut ids: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for row in state.seeded_names.all() {
            let (kind, name) = row.parts();
            ids.entry(kind.to_owned()).or_default().insert(name.to_owned(), row.target.clone());
        }
        Self { ids }
    }

    /// A customer.
    ///
    /// # Errors
    ///
    /// If there is nothing of the kind and the name, as with each method here. The error says which names there are.
    pub fn customer(&self, name: &str) -> Result<CustomerId, UnknownName> {
        self.id("customer", name)
    }

    /// The card or the loan of a customer, by the name of the customer.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn payment_method_of(&self, customer: &str) -> Result<PaymentMethodId, UnknownName> {
        self.id("payment_method", customer)
    }

    /// The application of a customer, by the name of the customer, for [`Sandbox::decide`](crate::Sandbox::decide).
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn application_of(&self, customer: &str) -> Result<String, UnknownName> {
        self.id("application", customer)
    }

    /// A transaction intent.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn intent(&self, name: &str) -> Result<TransactionIntentId, UnknownName> {
        self.id("intent", name)
    }

    /// A transaction.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn transaction(&self, name: &str) -> Result<TransactionId, UnknownName> {
        self.id("transaction", name)
    }

    /// The event of a step of a transaction. Both need a name.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn transaction_event(&self, transaction: &str, step: &str) -> Result<TransactionEventId, UnknownName> {
        self.id("transaction_event", &format!("{transaction}/{step}"))
    }

    /// A reward.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn reward(&self, name: &str) -> Result<RewardId, UnknownName> {
        self.id("reward", name)
    }

    /// An order.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn order(&self, name: &str) -> Result<OrderId, UnknownName> {
        self.id("order", name)
    }

    /// An event of an order. Both need a name.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn order_event(&self, order: &str, event: &str) -> Result<OrderEventId, UnknownName> {
        self.id("order_event", &format!("{order}/{event}"))
    }

    /// A streak.
    ///
    /// # Errors
    ///
    /// As for [`customer`](Self::customer).
    pub fn streak(&self, name: &str) -> Result<StreakId, UnknownName> {
        self.id("streak", name)
    }

    /// All of it: kind, name and id. The kinds are called as the methods here.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let kinds = self.ids.iter();
        kinds.flat_map(|(kind, ids)| ids.iter().map(|(name, id)| (kind.as_str(), name.as_str(), id.as_str())))
    }

    fn id<T: From<String>>(&self, kind: &'static str, name: &str) -> Result<T, UnknownName> {
        let ids = self.ids.get(kind);
        ids.and_then(|ids| ids.get(name)).map(|id| T::from(id.clone())).ok_or_else(|| UnknownName {
            kind,
            name: name.to_owned(),
            known: ids.map(|ids| ids.keys().cloned().collect()).unwrap_or_default(),
        })
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, known } = self;
        let kind = kind.replace('_', " ");
        match known.is_empty() {
            true => write!(f, "no seed of the account has a {kind} with a name, and so none with the name `{name}`"),
            false => {
                write!(f, "no seed of the account has a {kind} with the name `{name}`; there are {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for UnknownName {}
