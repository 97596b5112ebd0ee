//! What can happen to an account. Numbers choose among the ids that are known when the command runs.

use imprint_sandbox::LoanStatus;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Command {
    Session {
        partner: u8,
        customer: Option<u8>,
    },
    Apply {
        session: u8,
        name: &'static str,
    },
    Decide {
        application: u8,
        approve: bool,
    },
    Update {
        customer: u8,
        city: u8,
    },
    Link {
        customer: u8,
        partner: u8,
    },
    Method {
        method: u8,
        what: Bank,
    },
    Loan {
        method: u8,
        to: LoanStatus,
    },
    Enroll {
        customer: u8,
        periods: u32,
    },
    Streak {
        streak: u8,
        completes: bool,
    },
    /// From now on the other product is the one that requests name.
    OtherProduct,
    Intent {
        customer: u8,
        method: Option<u8>,
        amount: i64,
    },
    UpdateIntent {
        intent: u8,
        customer: u8,
        cancel: bool,
        amount: i64,
    },
    Simulate {
        status: &'static str,
        method: u8,
        transaction: Option<u8>,
        event: Option<u8>,
        amount: Option<i64>,
    },
    Patch {
        reward: u8,
        status: Option<&'static str>,
        amount: Option<i64>,
    },
    Grant {
        customer: u8,
        amount: i64,
    },
    Confirm {
        reward: u8,
    },
    Close {
        customer: u8,
    },
    SimulateReward {
        customer: u8,
        kind: &'static str,
    },
    Order {
        method: u8,
        wrong: bool,
        quantity: i64,
    },
    PutOrder {
        order: u8,
        method: u8,
        quantity: i64,
    },
    DeleteOrder {
        order: u8,
    },
    OrderEvent {
        order: u8,
        partner_event: Option<u8>,
        wrong: bool,
    },
    DeleteOrderEvent {
        event: u8,
    },
    CloseAccount {
        customer: u8,
    },
    CreateKey,
    DeleteKey,
    Advance {
        hours: u16,
    },
    Restore,
    Reset,
    Nonsense {
        which: u8,
        id: u8,
    },
}

impl Command {
    /// Whether a command is a request, which names a product, and not something that a test plays.
    pub fn is_request(&self) -> bool {
        use Command::{
            Intent, Link, Order, OrderEvent, Patch, Session, Simulate, SimulateReward, Update, UpdateIntent,
        };
        matches!(
            self,
            Intent { .. }
                | Link { .. }
                | Order { .. }
                | OrderEvent { .. }
                | Patch { .. }
                | Session { .. }
                | Simulate { .. }
                | SimulateReward { .. }
                | Update { .. }
                | UpdateIntent { .. }
        )
    }
}

/// What a bank does to a payment method.
#[derive(Clone, Copy, Debug)]
pub enum Bank {
    Activate,
    Deactivate,
    Cancel,
    Decline,
    Accept,
    Reissue,
    Tokenize,
}

/// Which of the ids that are known; a few of the numbers stand for one that is not.
fn which() -> impl Strategy<Value = u8> {
    any::<u8>()
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 1i64..20_000, 1 => Just(0i64), 1 => Just(i64::MAX)]
}

fn bank() -> impl Strategy<Value = Bank> {
    use Bank::{Accept, Activate, Cancel, Deactivate, Decline, Reissue, Tokenize};
    prop::sample::select(vec![Activate, Activate, Accept, Accept, Deactivate, Decline, Reissue, Tokenize, Cancel])
}

fn simulated() -> impl Strategy<Value = Command> {
    let statuses = vec!["APPROVED", "APPROVED", "UPDATED", "VOIDED", "CAPTURED", "CAPTURED", "REFUNDED", "REFUNDED"];
    let transaction = prop::option::weighted(0.7, which());
    let event = prop::option::weighted(0.8, which());
    (prop::sample::select(statuses), which(), transaction, event, prop::option::weighted(0.8, amount())).prop_map(
        |(status, method, transaction, event, amount)| Command::Simulate { status, method, transaction, event, amount },
    )
}

/// Any command, those more often that much depends on.
pub fn command() -> impl Strategy<Value = Command> {
    let status = prop::sample::select(vec!["PENDING", "AVAILABLE", "AVAILABLE", "PENDING_DEDUCTION", "DEDUCTED"]);
    prop_oneof![
        3 => (which(), prop::option::weighted(0.3, which()))
            .prop_map(|(partner, customer)| Command::Session { partner: partner % 3, customer }),
        4 => (which(), prop::sample::select(vec!["approve", "approve", "approve", "review", "Doe"]))
            .prop_map(|(session, name)| Command::Apply { session, name }),
        1 => (which(), any::<bool>()).prop_map(|(application, approve)| Command::Decide { application, approve }),
        1 => (which(), which()).prop_map(|(customer, city)| Command::Update { customer, city: city % 3 }),
        2 => (which(), which()).prop_map(|(customer, partner)| Command::Link { customer, partner: partner % 3 }),
        2 => (which(), bank()).prop_map(|(method, what)| Command::Method { method, what }),
        2 => (which(), prop::sample::select(vec![LoanStatus::Approved, LoanStatus::Active, LoanStatus::Closed]))
            .prop_map(|(method, to)| Command::Loan { method, to }),
        1 => (which(), 0u32..4).prop_map(|(customer, periods)| Command::Enroll { customer, periods }),
        2 => (which(), prop::bool::weighted(0.8)).prop_map(|(streak, completes)| Command::Streak { streak, completes }),
        1 => Just(Command::OtherProduct),
        2 => (which(), prop::option::of(which()), amount())
            .prop_map(|(customer, method, amount)| Command::Intent { customer, method, amount }),
        1 => (which(), which(), any::<bool>(), amount())
            .prop_map(|(intent, customer, cancel, amount)| Command::UpdateIntent { intent, customer, cancel, amount }),
        14 => simulated(),
        3 => (which(), prop::option::of(status), prop::option::of(amount()))
            .prop_map(|(reward, status, amount)| Command::Patch { reward, status, amount }),
        1 => (which(), amount()).prop_map(|(customer, amount)| Command::Grant { customer, amount }),
        1 => (which()).prop_map(|reward| Command::Confirm { reward }),
        1 => (which()).prop_map(|customer| Command::Close { customer }),
        1 => (which(), prop::sample::select(vec!["STATEMENT", "DELAYED"]))
            .prop_map(|(customer, kind)| Command::SimulateReward { customer, kind }),
        2 => (which(), any::<bool>(), 1i64..5).prop_map(|(method, wrong, quantity)| Command::Order { method, wrong, quantity }),
        1 => (which(), which(), 1i64..5).prop_map(|(order, method, quantity)| Command::PutOrder { order, method, quantity }),
        1 => (which()).prop_map(|order| Command::DeleteOrder { order }),
        2 => (which(), prop::option::of(which()), any::<bool>())
            .prop_map(|(order, partner_event, wrong)| Command::OrderEvent {
                order,
                partner_event: partner_event.map(|number| number % 3),
                wrong,
            }),
        1 => (which()).prop_map(|event| Command::DeleteOrderEvent { event }),
        1 => (which()).prop_map(|customer| Command::CloseAccount { customer }),
        1 => Just(Command::CreateKey),
        1 => Just(Command::DeleteKey),
        2 => (1u16..900).prop_map(|hours| Command::Advance { hours }),
        1 => Just(Command::Restore),
        1 => Just(Command::Reset),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(which, id)| Command::Nonsense { which, id }),
    ]
}
