//! A transaction of a card: authorised, captured in parts, refunded in parts, voided.
//!
//! What counts are the sums; the status is only the name of the last step. A step that the state does not allow is refused
//! with a sentence, and changes nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

use super::sent::Sent;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub id: String,
    pub product: String,
    pub customer_id: String,
    pub payment_method_id: String,
    pub intent_id: Option<String>,
    pub currency: String,
    /// In minor units, as all amounts here. None for a capture or refund that stands alone.
    pub authorised: Option<i64>,
    pub is_voided: bool,
    pub captures: Vec<Capture>,
    /// The amount of a refund that stands alone.
    pub blind_refund: Option<i64>,
    pub steps: Vec<Step>,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The requests, for the fields that answers name as well.
    pub sent: Sent,
}

/// A capture, and how much of it was refunded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    pub event_id: String,
    pub amount: i64,
    pub refunded: i64,
}

/// What happened, and the amount that it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub event_id: String,
    pub status: Status,
    pub amount: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Approved,
    Updated,
    Voided,
    Captured,
    Refunded,
}

/// What is to happen to a transaction.
#[derive(Clone, Debug)]
pub enum Command {
    Update {
        amount: i64,
    },
    Void,
    /// The default is the rest of what was authorised.
    Capture {
        amount: Option<i64>,
    },
    /// The default is the rest of the capture.
    Refund {
        capture: String,
        amount: Option<i64>,
    },
}

/// Why a step is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The state does not allow it.
    State(&'static str),
    /// The sum is no number of 64 bits.
    Overflow,
}

impl Status {
    const ALL: [Self; 5] = [Self::Approved, Self::Updated, Self::Voided, Self::Captured, Self::Refunded];

    /// As the API writes it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Updated => "UPDATED",
            Self::Voided => "VOIDED",
            Self::Captured => "CAPTURED",
            Self::Refunded => "REFUNDED",
        }
    }

    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.text() == text)
    }
}

impl Row for Transaction {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("customer_id", index::id(&self.product, &self.customer_id))]
    }
}

/// Adds to a list of few, of which there are many: without room for those that may never come.
fn add<T>(list: &mut Vec<T>, one: T) {
    list.reserve_exact(1);
    list.push(one);
}

impl Transaction {
    /// What was captured, all captures together.
    pub fn captured(&self) -> i64 {
        self.captures.iter().map(|capture| capture.amount).sum()
    }

    /// The amount that answers show: what was captured, else what was authorised, else what was refunded without either.
    pub fn amount(&self) -> i64 {
        if !self.captures.is_empty() {
            return self.captured();
        }
        self.authorised.or(self.blind_refund).unwrap_or_default()
    }

    /// The first step of a transaction that is new. `status` is that of the step.
    pub fn begun(mut self, status: Status, amount: i64, event_id: String) -> Self {
        match status {
            Status::Approved => self.authorised = Some(amount),
            Status::Refunded => self.blind_refund = Some(amount),
            _ => add(&mut self.captures, Capture { event_id: event_id.clone(), amount, refunded: 0 }),
        }
        add(&mut self.steps, Step { event_id, status, amount });
        self
    }

    /// The transaction after a step, which is the last of `steps` then.
    pub fn after(
        mut self,
        command: &Command,
        event_id: String,
        may_exceed: bool,
        at: Instant,
    ) -> Result<Self, Refused> {
        if self.is_voided {
            return Err(Refused::State("the transaction is voided"));
        }
        let (status, amount) = match command {
            Command::Update { amount } => {
                self.authorisation("an authorisation that was captured cannot be updated")?;
                self.authorised = Some(*amount);
                (Status::Updated, *amount)
            }
            Command::Void => {
                let authorised = self.authorisation("an authorisation that was captured cannot be voided")?;
                self.is_voided = true;
                (Status::Voided, authorised)
            }
            Command::Capture { amount } => (Status::Captured, self.capture(*amount, &event_id, may_exceed)?),
            Command::Refund { capture, amount } => (Status::Refunded, self.refund(capture, *amount)?),
        };
        add(&mut self.steps, Step { event_id, status, amount });
        self.updated_at = at;
        Ok(self)
    }

    /// The authorised amount, as long as nothing was captured.
    fn authorisation(&self, otherwise: &'static str) -> Result<i64, Refused> {
        let authorised = self.authorised.ok_or(Refused::State("the transaction has no authorisation"))?;
        if self.captures.is_empty() { Ok(authorised) } else { Err(Refused::State(otherwise)) }
    }

    fn capture(&mut self, amount: Option<i64>, event_id: &str, may_exceed: bool) -> Result<i64, Refused> {
        let authorised = self.authorised.ok_or(Refused::State("the transaction has no authorisation"))?;
        let rest = authorised.checked_sub(self.captured()).ok_or(Refused::Overflow)?;
        let amount = match amount {
            Some(amount) => amount,
            None if rest > 0 => rest,
            None => return Err(Refused::State("nothing is left of the authorisation")),
        };
        self.captured().checked_add(amount).ok_or(Refused::Overflow)?;
        if amount > rest && !may_exceed {
            return Err(Refused::State("more would be captured than was authorised"));
        }
        add(&mut self.captures, Capture { event_id: event_id.to_owned(), amount, refunded: 0 });
        Ok(amount)
    }

    fn refund(&mut self, capture: &str, amount: Option<i64>) -> Result<i64, Refused> {
        let capture = self.captures.iter_mut().find(|known| known.event_id.eq_ignore_ascii_case(capture));
        let capture = capture.ok_or(Refused::State("event_id does not name a capture of this transaction"))?;
        let rest = capture.amount - capture.refunded;
        let amount = match amount {
            Some(amount) => amount,
            None if rest > 0 => rest,
            None => return Err(Refused::State("the capture was refunded in full")),
        };
        if amount > rest {
            return Err(Refused::State("more would be refunded than is left of the capture"));
        }
        capture.refunded += amount;
        Ok(amount)
    }

    /// The last step.
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        view.insert("customer_id".into(), json!(self.customer_id));
        view.insert("payment_method_id".into(), json!(self.payment_method_id));
        view.insert("amount".into(), json!(self.amount()));
        view.insert("currency".into(), json!(self.currency));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        if let Some(step) = self.last() {
            view.insert("status".into(), json!(step.status.text()));
        }
        if let Some(id) = &self.intent_id {
            view.insert("intent_id".into(), json!(id));
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What was refunded of the captures.
    fn refunded(transaction: &Transaction) -> i64 {
        transaction.captures.iter().map(|capture| capture.refunded).sum()
    }

    fn new() -> Transaction {
        Transaction {
            id: "T".into(),
            product: "P".into(),
            customer_id: "C".into(),
            payment_method_id: "M".into(),
            intent_id: None,
            currency: "USD".into(),
            authorised: None,
            is_voided: false,
            captures: Vec::new(),
            blind_refund: None,
            steps: Vec::new(),
            created_at: Instant::START,
            updated_at: Instant::START,
            sent: Sent::default(),
        }
    }

    fn approved(amount: i64) -> Transaction {
        new().begun(Status::Approved, amount, "e0".into())
    }

    fn capture(amount: i64) -> Command {
        Command::Capture { amount: Some(amount) }
    }

    fn refund(capture: &str, amount: i64) -> Command {
        Command::Refund { capture: capture.into(), amount: Some(amount) }
    }

    /// Runs commands on an authorisation of 100; their events are e1, e2 and so on.
    fn run(commands: &[Command]) -> Result<Transaction, Refused> {
        commands.iter().enumerate().try_fold(approved(100), |transaction, (number, command)| {
            transaction.after(command, format!("e{}", number + 1), true, Instant::START)
        })
    }

    #[test]
    fn an_authorisation_is_captured_in_parts_and_above_its_amount() {
        let transaction = run(&[capture(40), capture(70)]).expect("networks allow it");
        assert_eq!((transaction.amount(), transaction.captures.len()), (110, 2));
        let rest = run(&[capture(40), Command::Capture { amount: None }]).expect("the rest is 60");
        assert_eq!(rest.last().map(|step| step.amount), Some(60));
        let none = run(&[capture(100), Command::Capture { amount: None }]);
        assert_eq!(none.expect_err("nothing is left"), Refused::State("nothing is left of the authorisation"));
        let strict = approved(100).after(&capture(101), "e1".into(), false, Instant::START);
        assert!(strict.is_err());
    }

    #[test]
    fn a_refund_is_bounded_by_its_own_capture() {
        let both = [capture(40), capture(60), refund("e1", 40), refund("e2", 10), refund("E2", 50)];
        assert_eq!(run(&both).map(|transaction| refunded(&transaction)), Ok(100));
        assert!(run(&[capture(40), capture(60), refund("e1", 41)]).is_err());
        assert!(run(&[capture(40), refund("e1", 30), refund("e1", 11)]).is_err());
        assert!(run(&[capture(40), refund("e0", 1)]).is_err(), "an authorisation is no capture");
        let rest = run(&[capture(40), refund("e1", 30), Command::Refund { capture: "e1".into(), amount: None }]);
        assert_eq!(rest.map(|transaction| refunded(&transaction)), Ok(40));
        let none = run(&[capture(40), refund("e1", 40), Command::Refund { capture: "e1".into(), amount: None }]);
        assert_eq!(none.expect_err("nothing is left"), Refused::State("the capture was refunded in full"));
    }

    /// What is refunded without a capture is no capture: it can be neither refunded again nor counted as captured.
    #[test]
    fn a_refund_of_nothing_is_an_amount_and_no_capture() {
        let blind = new().begun(Status::Refunded, 30, "e0".into());
        assert_eq!((blind.amount(), blind.captured(), blind.captures.len()), (30, 0, 0));
        assert!(blind.after(&refund("e0", 1), "e1".into(), true, Instant::START).is_err());
    }

    #[test]
    fn voiding_and_updating_need_an_authorisation_without_a_capture_and_voiding_is_final() {
        assert_eq!(run(&[Command::Update { amount: 70 }]).map(|t| t.amount()), Ok(70));
        assert!(run(&[Command::Update { amount: 70 }, Command::Update { amount: 80 }, Command::Void]).is_ok());
        for after_capture in [Command::Void, Command::Update { amount: 1 }] {
            assert!(run(&[capture(1), after_capture]).is_err());
        }
        for after_void in [Command::Void, Command::Update { amount: 1 }, capture(1), refund("e0", 1)] {
            assert!(run(&[Command::Void, after_void]).is_err());
        }
        let alone = new().begun(Status::Captured, 50, "e0".into());
        for command in [Command::Void, Command::Update { amount: 1 }, capture(1)] {
            assert!(alone.clone().after(&command, "e1".into(), true, Instant::START).is_err());
        }
        assert!(alone.after(&refund("e0", 50), "e1".into(), true, Instant::START).is_ok());
        let blind = new().begun(Status::Refunded, 50, "e0".into());
        assert_eq!(blind.amount(), 50);
        assert!(blind.after(&refund("e0", 1), "e1".into(), true, Instant::START).is_err());
    }

    #[test]
    fn sums_that_are_no_number_are_refused() {
        assert_eq!(run(&[capture(i64::MAX), capture(1)]).expect_err("too much"), Refused::Overflow);
    }

    fn command() -> impl Strategy<Value = Command> {
        let amount = || prop_oneof![0i64..200, Just(i64::MAX)];
        prop_oneof![
            amount().prop_map(|amount| Command::Update { amount }),
            Just(Command::Void),
            prop::option::of(amount()).prop_map(|amount| Command::Capture { amount }),
            (0usize..6, prop::option::of(amount()))
                .prop_map(|(event, amount)| Command::Refund { capture: format!("e{event}"), amount }),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_no_more_is_refunded_than_was_captured(commands in prop::collection::vec(command(), 0..12)) {
            let mut transaction = approved(100);
            for (number, command) in commands.iter().enumerate() {
                let was_voided = transaction.is_voided;
                match transaction.clone().after(command, format!("e{}", number + 1), true, Instant::START) {
                    Ok(after) => {
                        prop_assert!(!was_voided, "nothing follows a void");
                        prop_assert!(after.last().is_some_and(|step| step.amount >= 0));
                        transaction = after;
                    }
                    Err(_) => continue,
                }
                prop_assert!(refunded(&transaction) <= transaction.captured());
                prop_assert!(transaction.captures.iter().all(|c| 0 <= c.refunded && c.refunded <= c.amount));
                prop_assert!(!transaction.is_voided || transaction.captures.is_empty());
            }
        }
    }
}
