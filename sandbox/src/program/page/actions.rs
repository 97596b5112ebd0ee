//! What the forms of the page do. Each reads its fields and calls the API in Rust; a refusal is told at its place.

mod bank;
mod faults;
mod webhooks;
mod world;

use crate::sandbox::{Refused, Sandbox};

use super::problem::{Fields, Problem};
use super::sections::Section;

pub use faults::EFFECTS;

/// What became of a form: None leads back to its section, a path elsewhere.
type Done = Result<Option<String>, Problem>;

/// Declares the forms: the variant, the name in the path, the section, what carries it out, and what is said afterwards.
macro_rules! actions {
    ($($variant:ident, $name:literal, $section:ident, $run:path, $done:literal;)*) => {
        /// A form of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($variant,)*
        }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the path.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The section that the form is in.
            pub fn section(self) -> Section {
                match self { $(Self::$variant => Section::$section,)* }
            }

            /// What is said afterwards.
            pub fn done(self) -> &'static str {
                match self { $(Self::$variant => $done,)* }
            }
        }

        /// Carries a form out.
        ///
        /// # Errors
        ///
        /// Why it is refused; nothing has changed then.
        pub async fn run(action: Action, sandbox: &Sandbox, fields: &Fields) -> Done {
            match action { $(Action::$variant => $run(sandbox, fields).await,)* }
        }
    };
}

actions! {
    EndpointAdd, "endpoint-add", Webhooks, webhooks::add, "The endpoint takes events from now on.";
    EndpointRemove, "endpoint-remove", Webhooks, webhooks::remove, "The endpoint was removed.";
    Replay, "replay", Webhooks, webhooks::replay, "The webhook was sent again: see its last attempt.";
    FaultAdd, "fault-add", Faults, faults::add, "The fault is set.";
    FaultRemove, "fault-remove", Faults, faults::remove, "The fault was removed.";
    FaultsClear, "faults-clear", Faults, faults::clear, "All faults were removed.";
    ClockAdvance, "clock-advance", Clock, world::advance, "The clock was put forward.";
    ClockFreeze, "clock-freeze", Clock, world::freeze, "The clock stands still.";
    ClockRun, "clock-run", Clock, world::run, "The clock runs.";
    SessionOpen, "session-open", Applications, world::open_session, "";
    Approve, "application-approve", Applications, world::approve, "The application was approved.";
    Reject, "application-reject", Applications, world::reject, "The application was rejected.";
    CustomerAdd, "customer-add", Customers, world::add_customer, "The customer was approved.";
    StatementClose, "statement-close", Customers, world::close_statement, "The statement was closed.";
    Activate, "method-activate", PaymentMethods, bank::activate, "The payment method is active.";
    Deactivate, "method-deactivate", PaymentMethods, bank::deactivate, "The payment method is locked.";
    Cancel, "method-cancel", PaymentMethods, bank::cancel, "The payment method was canceled.";
    Reissue, "method-reissue", PaymentMethods, bank::reissue, "The card was issued again.";
    Decline, "method-decline", PaymentMethods, bank::decline, "The bank declines authorisations of the payment method.";
    Accept, "method-accept", PaymentMethods, bank::accept, "The bank accepts authorisations of the payment method.";
    TransactionBegin, "transaction-begin", Transactions, bank::begin, "The transaction has begun.";
    TransactionStep, "transaction-step", Transactions, bank::step, "The transaction has gone on.";
    RewardConfirm, "reward-confirm", Rewards, bank::confirm_reward, "The reward was confirmed.";
}

impl Action {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|action| action.name() == name).copied()
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::new(refused.to_string())
    }
}
