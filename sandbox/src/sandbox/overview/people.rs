//! Customers, applications and payment methods, as the page shows them.

use std::time::SystemTime;

use crate::model::application::ApplicationStatus;
use crate::model::payment_method::{PaymentMethodStatus, What};
use crate::world::State;

use super::super::Sandbox;
use super::{Listed, Who};

/// A customer.
#[derive(Clone, Debug)]
pub(crate) struct CustomerLine {
    pub who: Who,
    pub merchant_key: String,
    /// The state of the account in each program.
    pub statuses: Vec<(String, String)>,
    pub is_linked: bool,
    pub created_at: SystemTime,
}

/// An application.
#[derive(Clone, Debug)]
pub(crate) struct ApplicationLine {
    pub id: String,
    pub who: Who,
    /// `APPROVED`, `REJECTED` or `ACTION_REQUIRED`.
    pub status: &'static str,
    pub waits: bool,
}

/// A card or loan.
#[derive(Clone, Debug)]
pub(crate) struct PaymentMethodLine {
    pub id: String,
    pub who: Who,
    /// `CARD` or `LOAN`.
    pub kind: &'static str,
    /// The last four digits of a card and its kind, or the amount and the status of a loan.
    pub detail: String,
    pub status: &'static str,
    pub is_canceled: bool,
    pub is_active: bool,
    pub is_card: bool,
    /// Whether the bank declines what is to be authorised.
    pub is_declined: bool,
    /// Where a card has tokens: `ADYEN`.
    pub tokens: Vec<String>,
}

impl Sandbox {
    /// The latest customers.
    pub(crate) fn customers_overview(&self, limit: usize) -> Listed<CustomerLine> {
        self.account.read(|state| {
            let rows = state.customers.latest().take(limit).map(|customer| CustomerLine {
                who: Who::from(&**customer),
                merchant_key: customer.product.clone(),
                statuses: customer.statuses.clone().into_iter().collect(),
                is_linked: state.links.get(&customer.id).is_some(),
                created_at: customer.created_at.system_time(),
            });
            Listed { rows: rows.collect(), total: state.customers.len() }
        })
    }

    /// The applications that wait for a decision, then the latest of the others.
    pub(crate) fn applications_overview(&self, limit: usize) -> Listed<ApplicationLine> {
        self.account.read(|state| {
            let is_waiting = |status| status == ApplicationStatus::ActionRequired;
            let (waiting, decided): (Vec<_>, Vec<_>) =
                state.applications.latest().partition(|application| is_waiting(application.status));
            let rows = waiting.into_iter().chain(decided).take(limit).map(|application| ApplicationLine {
                id: application.id.clone(),
                who: Who::of(state, &application.customer_id),
                status: status_of(application.status),
                waits: is_waiting(application.status),
            });
            Listed { rows: rows.collect(), total: state.applications.len() }
        })
    }

    /// What became of an application of the account; None if there is none of this id.
    pub(crate) fn application_status(&self, id: &str) -> Option<&'static str> {
        self.account.read(|state| state.applications.get(id).map(|application| status_of(application.status)))
    }

    /// The latest payment methods.
    pub(crate) fn payment_methods_overview(&self, limit: usize) -> Listed<PaymentMethodLine> {
        self.account.read(|state| {
            let rows = state.payment_methods.latest().take(limit).map(|method| {
                let (detail, tokens) = match &method.what {
                    What::Card(card) => {
                        let tokens = card.tokens.iter().map(|token| token.kind.clone()).collect();
                        (format!("{} ending in {}", card.kind.text(), card.last4()), tokens)
                    }
                    What::Loan { amount, term_months, status } => {
                        let amount = format!("{}.{:02} USD", amount / 100, amount % 100);
                        (format!("{amount} over {term_months} months, {}", status.text()), Vec::new())
                    }
                };
                PaymentMethodLine {
                    id: method.id.clone(),
                    who: Who::of(state, &method.customer_id),
                    kind: method.kind(),
                    detail,
                    status: method.status.text(),
                    is_canceled: method.status == PaymentMethodStatus::Canceled,
                    is_active: method.status == PaymentMethodStatus::Active,
                    is_card: method.card().is_some(),
                    is_declined: method.is_declined,
                    tokens,
                }
            });
            Listed { rows: rows.collect(), total: state.payment_methods.len() }
        })
    }

    /// Whether a session with this client secret was ever opened in the account, and whether an application can begin
    /// with it. None if there is no such session.
    pub(crate) fn session_is_open(&self, client_secret: &str) -> Option<bool> {
        self.account.read(|state: &State| {
            let session = state.sessions.first("client_secret", client_secret)?;
            Some(session.as_ref().clone().used(state.clock.now()).is_some())
        })
    }
}

fn status_of(status: ApplicationStatus) -> &'static str {
    match status {
        ApplicationStatus::ActionRequired => "ACTION_REQUIRED",
        ApplicationStatus::Approved => "APPROVED",
        ApplicationStatus::Rejected => "REJECTED",
    }
}
