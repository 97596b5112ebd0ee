//! Playing the customer who applies, and the person at Imprint who decides.

use imprint_client::types::{CustomerId, CustomerSession, PaymentMethodId};
use imprint_client::{Response, Secret};

use crate::model::application::{Application as Row, ApplicationStatus};
use crate::operations::applications::{self, Form};

use super::{Refused, Sandbox};

/// What has the client secret of a session: the session as the client answers it, or the secret itself.
pub trait HasClientSecret {
    /// The client secret.
    fn client_secret(&self) -> &str;
}

impl HasClientSecret for CustomerSession {
    fn client_secret(&self) -> &str {
        self.client_secret.expose()
    }
}

impl HasClientSecret for Response<CustomerSession> {
    fn client_secret(&self) -> &str {
        self.client_secret.expose()
    }
}

impl HasClientSecret for Secret {
    fn client_secret(&self) -> &str {
        self.expose()
    }
}

impl HasClientSecret for str {
    fn client_secret(&self) -> &str {
        self
    }
}

impl HasClientSecret for String {
    fn client_secret(&self) -> &str {
        self
    }
}

impl<T: HasClientSecret + ?Sized> HasClientSecret for &T {
    fn client_secret(&self) -> &str {
        (**self).client_secret()
    }
}

/// An application that a customer fills in; [`complete`](Self::complete) sends it.
#[derive(Clone, Debug)]
#[must_use = "the application is sent by `complete`"]
pub struct Application {
    sandbox: Sandbox,
    client_secret: Secret,
    form: Form,
}

/// What became of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The customer has an account and a payment method.
    #[non_exhaustive]
    Approved {
        /// The id for [`Sandbox::decide`]; no operation of the API names it.
        application_id: String,
        /// The customer.
        customer_id: CustomerId,
        /// The card or loan.
        payment_method: PaymentMethodId,
    },
    /// A person has to decide: [`Sandbox::decide`].
    #[non_exhaustive]
    ActionRequired {
        /// The id for [`Sandbox::decide`]; no operation of the API names it.
        application_id: String,
        /// The customer.
        customer_id: CustomerId,
    },
    /// The customer gets nothing.
    #[non_exhaustive]
    Rejected {
        /// The id of the application; no operation of the API names it.
        application_id: String,
        /// The customer.
        customer_id: CustomerId,
    },
}

/// What somebody at Imprint decides about an application that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The customer gets an account.
    Approve,
    /// The customer gets nothing.
    Reject,
}

impl Outcome {
    fn of(application: Row) -> Self {
        let Row { id: application_id, customer_id, status, payment_method_id, .. } = application;
        let customer_id = CustomerId::from(customer_id);
        match (status, payment_method_id) {
            (ApplicationStatus::Approved, Some(id)) => {
                Self::Approved { application_id, customer_id, payment_method: PaymentMethodId::from(id) }
            }
            (ApplicationStatus::ActionRequired, _) => Self::ActionRequired { application_id, customer_id },
            _ => Self::Rejected { application_id, customer_id },
        }
    }
}

impl Sandbox {
    /// Applies as the customer does in a browser or an app, with the client secret of a session.
    ///
    /// The last name decides, as in Imprint's own sandbox: `approve` is approved, `review` and `frozen` wait for a
    /// decision, any other is rejected. The letter case counts. Whatever the name is, a customer whose account in the
    /// program was closed is rejected.
    pub fn apply(&self, session: impl HasClientSecret) -> Application {
        let client_secret = Secret::from(session.client_secret());
        Application { sandbox: self.clone(), client_secret, form: Form::default() }
    }

    /// Decides an application that waits, as a person at Imprint would.
    ///
    /// # Errors
    ///
    /// If there is no such application, or it does not wait for a decision. An application cannot be approved if the
    /// customer's account was closed, or the loan that it is about was canceled, in the meantime; it can be rejected.
    pub async fn decide(&self, application_id: &str, decision: Decision) -> Result<Outcome, Refused> {
        let known = self.account.read(|state| state.applications.get(application_id).cloned());
        let merchant_key = known.as_ref().map(|application| application.product.as_str());
        let decided =
            self.control(merchant_key, |tx| applications::decide(tx, application_id, decision == Decision::Approve))?;
        Ok(Outcome::of(decided))
    }
}

impl Application {
    /// The last name, which decides. The default is that of the customer's profile.
    pub fn last_name(mut self, name: impl Into<String>) -> Self {
        self.form.last_name = Some(name.into());
        self
    }

    /// The phone number. One with an application that waits resumes that application. The default is that of the
    /// customer's profile.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.form.phone = Some(phone.into());
        self
    }

    /// The one-time password that the customer types. The default is `888888`, and no other is accepted.
    pub fn otp(mut self, password: impl Into<String>) -> Self {
        self.form.one_time_password = Some(password.into());
        self
    }

    /// Sends the application.
    ///
    /// # Errors
    ///
    /// [`Refused`] with the code `INVALID_CLIENT_SECRET` if the session does not exist, has expired or was used before,
    /// and without a code of its own if the one-time password is wrong; the session can be used again then.
    pub async fn complete(self) -> Result<Outcome, Refused> {
        let secret = self.client_secret.expose();
        let session = self.sandbox.account.read(|state| state.sessions.first("client_secret", secret).cloned());
        let merchant_key = session.as_ref().map(|session| session.product.as_str());
        let applied = self.sandbox.control(merchant_key, |tx| applications::apply(tx, secret, &self.form))?;
        Ok(Outcome::of(applied))
    }
}
