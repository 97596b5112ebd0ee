//! The partner's own ledger, and how it differs from Imprint's transactions.

use std::collections::BTreeMap;
use std::fmt;

use imprint_client::types::{Transaction, TransactionStatus};

use crate::purchases;

/// What the partner has booked, by the id that the card network gave the payment. A transaction of Imprint has that id;
/// nothing gives a simulated one the partner's own id of the payment.
pub struct Ledger {
    open: BTreeMap<String, Payment>,
    settled: usize,
}

/// A payment in the ledger.
struct Payment {
    /// The partner's own id.
    id: String,
    amount: i64,
}

/// Where the two disagree. Amounts are in minor units.
pub enum Difference {
    /// Imprint has a transaction that the ledger lacks.
    NotBooked { transaction: String, amount: i64 },
    /// Both have it, with different amounts.
    Amount { payment: String, booked: i64, charged: i64 },
    /// The ledger has it as paid, and at Imprint it was voided or refunded.
    NotPaid { payment: String, status: TransactionStatus },
    /// Imprint has no transaction for it.
    NotCharged { payment: String, booked: i64 },
}

impl Ledger {
    /// Sixty payments.
    pub fn of_the_day() -> Self {
        let payment = |number: i64| {
            let payment = Payment { id: format!("PAY-{number:04}"), amount: purchases::amount(number) };
            (purchases::network_id(number).to_string(), payment)
        };
        Self { open: purchases::NUMBERS.take(60).map(payment).collect(), settled: 0 }
    }

    /// How many payments no transaction has been found for yet.
    pub fn open(&self) -> u64 {
        self.open.len() as u64
    }

    /// How many payments agree.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// Removes the payment that belongs to a transaction from the open ones, and returns how the two differ.
    pub fn settle(&mut self, transaction: &Transaction) -> Option<Difference> {
        let charged = transaction.amount;
        let booked = transaction.network_transaction_id.as_ref().and_then(|id| self.open.remove(id.as_str()));
        let Some(Payment { id: payment, amount: booked }) = booked else {
            return Some(Difference::NotBooked { transaction: transaction.id.to_string(), amount: charged });
        };
        match &transaction.status {
            TransactionStatus::Voided | TransactionStatus::Refunded => {
                Some(Difference::NotPaid { payment, status: transaction.status.clone() })
            }
            _ if booked != charged => Some(Difference::Amount { payment, booked, charged }),
            _ => {
                self.settled += 1;
                None
            }
        }
    }

    /// The payments that are still open when all transactions have been compared.
    pub fn unmatched(&mut self) -> impl Iterator<Item = Difference> {
        let open = std::mem::take(&mut self.open);
        open.into_values().map(|Payment { id: payment, amount: booked }| Difference::NotCharged { payment, booked })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBooked { transaction, amount } => {
                write!(f, "{transaction}: {} charged, not in the ledger", dollars(*amount))
            }
            Self::Amount { payment, booked, charged } => {
                write!(f, "{payment}: {} booked, {} charged", dollars(*booked), dollars(*charged))
            }
            Self::NotPaid { payment, status } => write!(f, "{payment}: booked as paid, Imprint says {status}"),
            Self::NotCharged { payment, booked } => write!(f, "{payment}: {} booked, never charged", dollars(*booked)),
        }
    }
}

fn dollars(cents: i64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}
