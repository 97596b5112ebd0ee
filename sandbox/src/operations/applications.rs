//! Applications. They have no operation: the customer applies in a browser or an app, here a test plays the customer.

use std::fmt;

use serde_json::Value;

use crate::model::application::{Application, ApplicationStatus, ONE_TIME_PASSWORD, decision};
use crate::model::card::Card;
use crate::model::customer::Customer;
use crate::model::payment_method::{LoanStatus, PaymentMethod, PaymentMethodStatus, What};
use crate::model::session::Session;
use crate::product::{CardType, Kind};
use crate::refusal::{self, Refusal};
use crate::world::Tx;

use super::request::text_of_product;
use super::{emit, statements};

/// What a customer fills in.
#[derive(Clone, Default)]
pub struct Form {
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub one_time_password: Option<String>,
}

impl fmt::Debug for Form {
    /// The names of the fields that are filled in, without what is in them: it is personal, or opens an account.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields =
            [("last_name", &self.last_name), ("phone", &self.phone), ("one_time_password", &self.one_time_password)];
        f.debug_set().entries(fields.iter().filter(|(_, text)| text.is_some()).map(|(name, _)| name)).finish()
    }
}

/// Applies with the client secret of a session; the product of the transaction has to be that of the session.
pub fn apply(tx: &mut Tx<'_>, client_secret: &str, form: &Form) -> Result<Application, Refusal> {
    let invalid = || {
        let message = "no open session has this client secret: it is unknown, has expired or was used already";
        Refusal::new(400, "INVALID_CLIENT_SECRET", message)
    };
    let session = tx.state.sessions.first("client_secret", client_secret).ok_or_else(invalid)?;
    let session = Session::clone(session).used(tx.now).ok_or_else(invalid)?;
    if form.one_time_password.as_deref().is_some_and(|given| given != ONE_TIME_PASSWORD) {
        let message = format!("the one-time password is not {ONE_TIME_PASSWORD}, the only one that is accepted");
        return Err(Refusal::new(400, "INVALID_REQUEST_ERROR", message));
    }
    let customer = tx.state.customers.get(&session.customer_id).map(|customer| Customer::clone(customer));
    let customer = with_form(customer.ok_or_else(invalid)?, &session, form, tx);
    let phone = form.phone.as_deref().or(customer.text("phone")).map(str::to_owned);
    let waiting = phone.as_ref().map(|phone| text_of_product(tx, phone));
    let waiting = waiting.and_then(|value| tx.state.applications.first("waiting", &value));
    if let Some(waiting) = waiting.map(|application| Application::clone(application)) {
        tx.state.sessions.put(session);
        return Ok(waiting);
    }
    let status = if customer.is_closed(tx.product.program()) {
        ApplicationStatus::Rejected
    } else {
        decision(form.last_name.as_deref().or(customer.text("last_name")))
    };
    let mut application = Application {
        id: tx.state.ids.next("application"),
        product: tx.product.key().to_owned(),
        customer_id: customer.id.clone(),
        phone,
        status,
        payment_method_id: None,
    };
    tx.state.sessions.put(session);
    tx.state.customers.put(customer);
    match status {
        ApplicationStatus::Approved => approve(tx, &mut application)?,
        ApplicationStatus::ActionRequired => wait(tx, &mut application),
        ApplicationStatus::Rejected => emit::application(tx, &application.customer_id, false),
    }
    tx.state.applications.put(application.clone());
    Ok(application)
}

/// Decides an application that waits.
pub fn decide(tx: &mut Tx<'_>, id: &str, is_approved: bool) -> Result<Application, Refusal> {
    let application = tx.state.applications.get(id).map(|application| Application::clone(application));
    let application =
        application.ok_or_else(|| Refusal::not_found(refusal::Kind::NOT_FOUND, "application_id", "application", id))?;
    let mut application = application
        .decided(is_approved)
        .ok_or_else(|| Refusal::conflict("the application does not wait for a decision"))?;
    if is_approved {
        approve(tx, &mut application)?;
    } else {
        emit::application(tx, &application.customer_id, false);
        // A loan that was canceled in the meantime stays as it is.
        if let Some(loan) = waiting_loan(tx, &application).and_then(|loan| loan.changeable().ok()) {
            let before = loan.status;
            let rejected = loan.with_loan_status(LoanStatus::Rejected, tx.now).map_err(Refusal::conflict)?;
            emit::payment_method(tx, &rejected, Some(before));
            tx.state.payment_methods.put(rejected);
        }
    }
    tx.state.applications.put(application.clone());
    Ok(application)
}

/// The customer with what the form and the history of the session add. What is known already stays.
fn with_form(mut customer: Customer, session: &Session, form: &Form, tx: &Tx<'_>) -> Customer {
    let filled = [("last_name", &form.last_name), ("phone", &form.phone)];
    let filled = filled.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::from(text.clone()?))));
    for (name, value) in filled.chain(session.history.clone()) {
        customer.profile.entry(name).or_insert(value);
    }
    customer.updated_at = tx.now;
    customer
}

/// The customer has an open account and a payment method.
///
/// It is refused if the account was closed, or the loan that the application is about was canceled.
fn approve(tx: &mut Tx<'_>, application: &mut Application) -> Result<(), Refusal> {
    if let Some(customer) = tx.state.customers.get(&application.customer_id) {
        let mut customer = Customer::clone(customer);
        if customer.is_closed(tx.product.program()) {
            return Err(Refusal::conflict("the customer's account is closed, and is not opened again"));
        }
        customer.statuses.insert(tx.product.program().to_owned(), "OPEN".to_owned());
        customer.updated_at = tx.now;
        let is_first = !std::mem::replace(&mut customer.has_statements, true);
        tx.state.customers.put(customer);
        if is_first {
            statements::schedule(tx, &application.customer_id);
        }
    }
    emit::application(tx, &application.customer_id, true);
    let waiting = waiting_loan(tx, application);
    let before = waiting.as_ref().map(|loan| loan.status);
    let method = match waiting {
        Some(loan) => loan.with_loan_status(LoanStatus::Approved, tx.now).map_err(Refusal::conflict)?,
        None => new_payment_method(tx, application, PaymentMethodStatus::Active, LoanStatus::Approved),
    };
    application.payment_method_id = Some(method.id.clone());
    emit::payment_method(tx, &method, before);
    tx.state.payment_methods.put(method);
    Ok(())
}

/// A loan is visible while its application waits; a card is not.
fn wait(tx: &mut Tx<'_>, application: &mut Application) {
    if let Kind::Loan { .. } = tx.product.kind() {
        let loan = new_payment_method(tx, application, PaymentMethodStatus::Inactive, LoanStatus::Pending);
        application.payment_method_id = Some(loan.id.clone());
        emit::payment_method(tx, &loan, None);
        tx.state.payment_methods.put(loan);
    }
}

fn waiting_loan(tx: &Tx<'_>, application: &Application) -> Option<PaymentMethod> {
    let method = tx.state.payment_methods.get(application.payment_method_id.as_ref()?)?;
    Some(PaymentMethod::clone(method))
}

fn new_payment_method(
    tx: &mut Tx<'_>,
    application: &Application,
    status: PaymentMethodStatus,
    loan: LoanStatus,
) -> PaymentMethod {
    let what = match tx.product.kind() {
        Kind::Card(kind) => What::Card(new_card(tx, kind)),
        Kind::Loan { amount, term_months } => What::Loan { amount, term_months, status: loan },
    };
    PaymentMethod {
        id: tx.state.ids.next("payment_method"),
        product: tx.product.key().to_owned(),
        customer_id: application.customer_id.clone(),
        status,
        what,
        is_declined: false,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

/// A card with a new number.
pub fn new_card(tx: &mut Tx<'_>, kind: CardType) -> Card {
    let digits = tx.state.ids.text("card", b"0123456789", 14);
    Card::new(kind, &digits, tx.state.ids.next("card_design").to_ascii_lowercase())
}
