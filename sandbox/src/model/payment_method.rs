//! A payment method: a card or a loan, `ACTIVE <-> INACTIVE -> CANCELED`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::card::Card;

#[derive(Clone, Serialize, Deserialize)]
pub struct PaymentMethod {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub status: PaymentMethodStatus,
    pub what: What,
    /// Whether the bank declines what is to be authorised.
    pub is_declined: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Clone, Serialize, Deserialize)]
pub enum What {
    Card(Card),
    Loan { amount: i64, term_months: u32, status: LoanStatus },
}

/// The status of a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PaymentMethodStatus {
    /// It can be used.
    Active,
    /// It cannot be used at the moment.
    Inactive,
    /// It can never be used again.
    Canceled,
}

/// The status of a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LoanStatus {
    /// The application waits for a decision.
    Pending,
    /// The application was approved.
    Approved,
    /// The application was rejected.
    Rejected,
    /// The loan was paid out.
    Active,
    /// The loan was paid back.
    Closed,
}

impl Row for PaymentMethod {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("customer_id", index::id(&self.product, &self.customer_id))]
    }
}

impl PaymentMethod {
    /// The payment method itself; why it cannot change any more, if it is canceled.
    pub fn changeable(self) -> Result<Self, String> {
        if self.status == PaymentMethodStatus::Canceled {
            return Err("a canceled payment method stays as it is".into());
        }
        Ok(self)
    }

    /// The payment method with another status; why not, if it is canceled, or is to be active as a loan that nobody has
    /// approved yet.
    pub fn with_status(self, status: PaymentMethodStatus, at: Instant) -> Result<Self, String> {
        let method = self.changeable()?;
        if let What::Loan { status: LoanStatus::Pending, .. } = method.what
            && status == PaymentMethodStatus::Active
        {
            return Err("a loan cannot be active before its application is approved".into());
        }
        Ok(Self { status, updated_at: at, ..method })
    }

    /// The payment method with another status of its loan; why not, if it is canceled, is no loan, or no such step exists.
    pub fn with_loan_status(self, to: LoanStatus, at: Instant) -> Result<Self, String> {
        use LoanStatus::{Active, Approved, Closed, Pending, Rejected};
        let mut method = self.changeable()?;
        let What::Loan { status, .. } = &mut method.what else { return Err("it is a card and no loan".into()) };
        let steps = matches!((*status, to), (Pending, Approved | Rejected) | (Approved, Active) | (Active, Closed));
        if !steps {
            return Err(format!("a loan that is {} cannot become {}", status.text(), to.text()));
        }
        *status = to;
        match to {
            Approved => method.status = PaymentMethodStatus::Active,
            Rejected | Closed => method.status = PaymentMethodStatus::Canceled,
            Pending | Active => {}
        }
        method.updated_at = at;
        Ok(method)
    }

    /// The payment method once the account is closed: canceled, and a loan that was paid out is closed as well. None if
    /// it is canceled already.
    pub fn with_account_closed(self, at: Instant) -> Option<Self> {
        let is_loan = matches!(self.what, What::Loan { status: LoanStatus::Active, .. });
        let method = self.changeable().ok()?;
        let canceled = PaymentMethodStatus::Canceled;
        if is_loan { method.with_loan_status(LoanStatus::Closed, at) } else { method.with_status(canceled, at) }.ok()
    }

    /// As the API calls its type.
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Card(_) => "CARD",
            What::Loan { .. } => "LOAN",
        }
    }

    /// The card, if it is one.
    pub fn card(&self) -> Option<&Card> {
        match &self.what {
            What::Card(card) => Some(card),
            What::Loan { .. } => None,
        }
    }

    /// What answers show, with the card number only for a key that may see it.
    pub fn view(&self, pci: bool) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        view.insert("type".into(), json!(self.kind()));
        view.insert("customer_id".into(), json!(self.customer_id));
        view.insert("status".into(), json!(self.status.text()));
        view.insert("metadata".into(), json!({}));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        match &self.what {
            What::Card(card) => drop(view.insert("card".into(), card.view(pci).into())),
            What::Loan { amount, term_months, status } => {
                let loan = json!({
                    "amount": amount, "currency": "USD", "term_months": term_months, "loan_status": status.text(),
                });
                view.insert("loan".into(), loan);
            }
        }
        view
    }
}

impl PaymentMethodStatus {
    /// As the API writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Canceled => "CANCELED",
        }
    }
}

impl LoanStatus {
    /// As the API writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Active => "ACTIVE",
            Self::Closed => "CLOSED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LoanStatus::{Active, Approved, Closed, Pending, Rejected};

    fn method(what: What) -> PaymentMethod {
        PaymentMethod {
            id: "M".into(),
            product: "P".into(),
            customer_id: "C".into(),
            status: PaymentMethodStatus::Inactive,
            what,
            is_declined: false,
            created_at: Instant::START,
            updated_at: Instant::START,
        }
    }

    fn loan(status: LoanStatus) -> PaymentMethod {
        method(What::Loan { amount: 100_000, term_months: 12, status })
    }

    fn card() -> PaymentMethod {
        method(What::Card(Card::new(crate::product::CardType::Unified, "00000000000000", "D".into())))
    }

    #[test]
    fn canceled_is_final() {
        let mut now = card();
        for status in [PaymentMethodStatus::Active, PaymentMethodStatus::Inactive, PaymentMethodStatus::Canceled] {
            now = now.with_status(status, Instant::START).unwrap_or_else(|why| panic!("{status:?}: {why}"));
        }
        assert!(now.clone().with_status(PaymentMethodStatus::Active, Instant::START).is_err());
        assert!(now.with_status(PaymentMethodStatus::Canceled, Instant::START).is_err());
    }

    #[test]
    fn a_loan_takes_the_steps_that_exist_and_no_others() {
        let all = [Pending, Approved, Rejected, Active, Closed];
        let steps = [(Pending, Approved), (Pending, Rejected), (Approved, Active), (Active, Closed)];
        for from in all {
            for to in all {
                let taken = loan(from).with_loan_status(to, Instant::START);
                assert_eq!(taken.is_ok(), steps.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
        assert!(card().with_loan_status(Active, Instant::START).is_err());
    }

    #[test]
    fn a_loan_that_is_canceled_stays_so_and_one_that_waits_is_not_active() {
        for (from, to) in [(Pending, Approved), (Pending, Rejected), (Approved, Active), (Active, Closed)] {
            let canceled = loan(from).with_status(PaymentMethodStatus::Canceled, Instant::START).expect("it can be");
            assert!(canceled.with_loan_status(to, Instant::START).is_err(), "{from:?} to {to:?}");
        }
        for (status, may) in [(Pending, false), (Approved, true), (Active, true)] {
            let active = loan(status).with_status(PaymentMethodStatus::Active, Instant::START);
            assert_eq!(active.is_ok(), may, "{status:?}");
        }
    }

    #[test]
    fn closing_the_account_cancels_it_once_and_closes_a_loan_that_was_paid_out() {
        let canceled = card().with_account_closed(Instant::START).expect("it was not canceled");
        assert_eq!(canceled.status, PaymentMethodStatus::Canceled);
        assert!(canceled.with_account_closed(Instant::START).is_none());
        for (before, after) in [(Pending, Pending), (Approved, Approved), (Active, Closed)] {
            let closed = loan(before).with_account_closed(Instant::START).expect("it was not canceled");
            let What::Loan { status, .. } = closed.what else { panic!("a loan") };
            assert_eq!((status, closed.status), (after, PaymentMethodStatus::Canceled), "{before:?}");
        }
    }

    #[test]
    fn the_status_follows_that_of_the_loan() {
        let status = |from, to| loan(from).with_loan_status(to, Instant::START).map(|loan| loan.status);
        assert_eq!(status(Pending, Approved), Ok(PaymentMethodStatus::Active));
        assert_eq!(status(Pending, Rejected), Ok(PaymentMethodStatus::Canceled));
        assert_eq!(status(Active, Closed), Ok(PaymentMethodStatus::Canceled));
    }
}
