//! Customers who exist before a test begins.

use imprint_client::Secret;
use imprint_client::types::{CustomerId, PaymentMethodId};
use serde_json::{Map, Value, json};

use crate::model::customer::Customer;
use crate::operations;

use super::{Outcome, Refused, Sandbox};

/// A customer that a test needs; [`create`](Self::create) or [`approved`](Self::approved) makes them.
#[derive(Clone, Debug)]
#[must_use = "the customer is made by `create` or `approved`"]
pub struct CustomerSetup {
    sandbox: Sandbox,
    partner_customer_id: String,
    merchant_key: Option<String>,
    profile: Profile,
    ssn: Option<Secret>,
    is_prescreened: bool,
}

/// Personal data, which `Debug` does not show.
#[derive(Clone, Default)]
struct Profile(Map<String, Value>);

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A customer with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApprovedCustomer {
    /// The customer.
    pub customer_id: CustomerId,
    /// The card or loan.
    pub payment_method: PaymentMethodId,
}

impl Sandbox {
    /// A customer with your id for them, who exists before the test begins.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let customer = sandbox.customer("PARTNER_USER_456").approved().await?;
    /// let method = sandbox.client().get_payment_method().payment_method_id(&customer.payment_method).await?;
    /// assert_eq!(method.customer_id, customer.customer_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn customer(&self, partner_customer_id: impl Into<String>) -> CustomerSetup {
        CustomerSetup {
            sandbox: self.clone(),
            partner_customer_id: partner_customer_id.into(),
            merchant_key: None,
            profile: Profile::default(),
            ssn: None,
            is_prescreened: false,
        }
    }
}

impl CustomerSetup {
    /// The product; the default is that of requests without a merchant key.
    pub fn merchant_key(mut self, key: impl Into<String>) -> Self {
        self.merchant_key = Some(key.into());
        self
    }

    /// The given name.
    pub fn first_name(self, name: impl Into<String>) -> Self {
        self.with("first_name", name.into())
    }

    /// The family name, which decides an application unless that names another.
    pub fn last_name(self, name: impl Into<String>) -> Self {
        self.with("last_name", name.into())
    }

    /// The email address.
    pub fn email(self, email: impl Into<String>) -> Self {
        self.with("email", email.into())
    }

    /// The phone number, in E.164 form.
    pub fn phone(self, phone: impl Into<String>) -> Self {
        self.with("phone", phone.into())
    }

    /// The date of birth.
    pub fn date_of_birth(self, year: u16, month: u8, day: u8) -> Self {
        self.with("date_of_birth", json!({ "year": year, "month": month, "day": day }))
    }

    /// The social security number, nine digits that are made up. Searches compare all of it, answers show the last four.
    pub fn ssn(mut self, ssn: impl Into<Secret>) -> Self {
        self.ssn = Some(ssn.into());
        self
    }

    /// The customer was screened for the product's offer before applying: `is_prescreened` of the offer is true.
    pub fn prescreened(mut self) -> Self {
        self.is_prescreened = true;
        self
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.profile.0.insert(name.to_owned(), value.into());
        self
    }

    /// Makes the customer, without an account. A customer that exists with this id gets what is set here besides.
    ///
    /// # Errors
    ///
    /// If no product has the merchant key.
    pub fn create(self) -> Result<CustomerId, Refused> {
        let (id, _) = self.make()?;
        Ok(CustomerId::from(id))
    }

    /// Makes the customer and lets them be approved: session, application, and a card or loan.
    ///
    /// # Errors
    ///
    /// If no product has the merchant key, if the customer's account was closed, or if an application with the customer's
    /// phone number waits for a decision.
    pub async fn approved(self) -> Result<ApprovedCustomer, Refused> {
        match self.applied("approve").await? {
            Outcome::Approved { customer_id, payment_method, .. } => {
                Ok(ApprovedCustomer { customer_id, payment_method })
            }
            Outcome::Rejected { .. } => Err(Refused::new("the customer's account is closed, and is not opened again")),
            Outcome::ActionRequired { .. } => {
                Err(Refused::new("the customer's phone number has an application that waits: decide that one"))
            }
        }
    }

    /// Makes the customer and lets them apply with this last name.
    pub(crate) async fn applied(self, last_name: &str) -> Result<Outcome, Refused> {
        let sandbox = self.sandbox.clone();
        let (customer_id, merchant_key) = self.make()?;
        let secret = sandbox.control(Some(&merchant_key), |tx| Ok(operations::new_session(tx, &customer_id)))?;
        sandbox.apply(&secret).last_name(last_name).complete().await
    }

    /// The id of the customer and the merchant key of the product.
    fn make(self) -> Result<(String, String), Refused> {
        let Self { sandbox, partner_customer_id, merchant_key, profile, ssn, is_prescreened } = self;
        sandbox.control(merchant_key.as_deref(), |tx| {
            let known = operations::customer_of_partner(tx, &partner_customer_id);
            let mut customer: Customer = match known {
                Some(customer) => customer,
                None => operations::new_customer(tx, Some(&partner_customer_id), Map::new()),
            };
            customer.profile.extend(profile.0);
            customer.ssn = ssn.or(customer.ssn);
            customer.is_prescreened |= is_prescreened;
            customer.updated_at = tx.now;
            let id = customer.id.clone();
            tx.state.customers.put(customer);
            Ok((id, tx.product.key().to_owned()))
        })
    }
}
