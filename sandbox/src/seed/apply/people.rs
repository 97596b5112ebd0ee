//! Applies what a seed says of customers, of the rewards that they are given, and of their streaks.

use std::time::Duration;

use imprint_client::Secret;
use serde_json::{Map, Value, json};

use crate::model::application::ApplicationStatus;
use crate::model::customer::Customer;
use crate::model::reward::RewardKind;
use crate::model::streak::Streak;
use crate::operations::{self, applications, rewards, streaks};
use crate::seed::error::Fault;
use crate::seed::format::{self, Applied, File};

use super::{Person, Seeding, refused};

impl Seeding<'_, '_> {
    pub fn customers(&mut self, file: &File) -> Result<(), Fault> {
        for (place, customer) in file.customers.iter().enumerate() {
            let at = format!("/customers/{place}");
            let person = self.customer(customer, &at)?;
            // What the document does not allow is found now, and not by the test that asks for the customer.
            let arguments = [("customer_id", person.id.as_str())];
            self.call("getCustomer", &person.product, &arguments, Map::new(), &|field| format!("{at}{field}"))?;
            self.customers.insert(customer.name.0.clone(), person);
        }
        Ok(())
    }

    fn customer(&mut self, customer: &format::Customer, at: &str) -> Result<Person, Fault> {
        let name = customer.name.0.as_str();
        let product = self.tx.settings.product(customer.merchant_key.as_deref()).ok_or_else(|| {
            let declared: Vec<_> = self.tx.settings.products.iter().map(|product| product.key()).collect();
            let message = format!("is the merchant key of no product; there are {}", declared.join(", "));
            Fault::new(format!("{at}/merchant_key"), message)
        })?;
        self.tick();
        self.tx.product = product.clone();
        let partner = customer.partner_customer_id.as_deref();
        let has_partner = partner.is_some_and(|id| operations::customer_of_partner(self.tx, id).is_some());
        let mut row = operations::new_customer(self.tx, partner, profile(customer));
        let id = row.id.clone();
        self.name("customer", name, &id, at)?;
        if has_partner {
            let message = "is the id of another customer of the product";
            return Err(Fault::new(format!("{at}/partner_customer_id"), message));
        }
        row.ssn.clone_from(&customer.ssn);
        row.is_prescreened = customer.prescreened;
        let metadata = customer.customer_metadata.iter().flatten();
        row.customer_metadata = metadata.map(|(name, text)| (name.clone(), text.as_str().into())).collect();
        self.tx.state.customers.put(row);
        let mut person = Person { id, product, payment_method: None };
        if let Some(applied) = customer.applied {
            person.payment_method = self.application(customer, &person.id, applied, at)?;
        }
        if customer.linked {
            let body = partner.map(|id| ("partner_customer_id".to_owned(), json!(id))).into_iter().collect();
            let arguments = [("customer_id", person.id.as_str())];
            let origin = |_: &str| format!("{at}/linked");
            self.call("linkCustomerAccount", &person.product, &arguments, body, &origin)?;
        }
        Ok(person)
    }

    /// The customer applies, and it is decided; the payment method.
    fn application(
        &mut self,
        customer: &format::Customer,
        id: &str,
        applied: Applied,
        at: &str,
    ) -> Result<Option<String>, Fault> {
        let (last_name, expected) = match applied {
            Applied::Approve => ("approve", ApplicationStatus::Approved),
            Applied::Review => ("review", ApplicationStatus::ActionRequired),
            Applied::Reject => ("reject", ApplicationStatus::Rejected),
        };
        self.tick();
        let secret: Secret = operations::new_session(self.tx, id);
        let form = applications::Form { last_name: Some(last_name.into()), ..applications::Form::default() };
        let application = applications::apply(self.tx, secret.expose(), &form)
            .map_err(|refusal| refused(&refusal, &|_| format!("{at}/applied")))?;
        if application.customer_id != id {
            let message = "is the phone number of another application, which waits for a decision";
            return Err(Fault::new(format!("{at}/phone"), message));
        }
        if application.status != expected {
            return Err(Fault::new(format!("{at}/applied"), "is not what became of the application"));
        }
        // The name that decides is not that of the customer.
        if let (None, Some(row)) = (&customer.last_name, self.tx.state.customers.get(id)) {
            let mut row = Customer::clone(row);
            row.profile.remove("last_name");
            self.tx.state.customers.put(row);
        }
        let name = customer.name.0.as_str();
        self.name("application", name, &application.id, at)?;
        if let Some(method) = &application.payment_method_id {
            self.name("payment_method", name, method, at)?;
        }
        Ok(application.payment_method_id)
    }

    pub fn rewards(&mut self, file: &File) -> Result<(), Fault> {
        for (place, wanted) in file.rewards.iter().enumerate() {
            let at = format!("/rewards/{place}");
            let customer = self.person(&wanted.customer, &format!("{at}/customer"))?;
            let kind = match wanted.kind {
                format::RewardKind::Offer => RewardKind::Offer,
                format::RewardKind::OneTime => RewardKind::OneTime,
                format::RewardKind::Referral => RewardKind::Referral,
            };
            self.tick();
            self.tx.product = customer.product;
            let origin = |field: &str| format!("{at}{field}");
            let reward = rewards::grant(self.tx, &customer.id, kind, wanted.amount.0)
                .map_err(|refusal| refused(&refusal, &origin))?;
            if wanted.status == Some(format::RewardStatus::Available) {
                self.tick();
                rewards::confirm(self.tx, &reward.id).map_err(|refusal| refused(&refusal, &origin))?;
            }
            if let Some(name) = &wanted.name {
                self.name("reward", &name.0, &reward.id, &at)?;
            }
        }
        Ok(())
    }

    pub fn streaks(&mut self, file: &File) -> Result<(), Fault> {
        for (place, wanted) in file.streaks.iter().enumerate() {
            let at = format!("/streaks/{place}");
            let customer = self.person(&wanted.customer, &format!("{at}/customer"))?;
            let length = wanted.period_length.map_or(Duration::from_secs(30 * 86_400), |length| length.0);
            let terms = streaks::Terms {
                period_type: wanted.period_type.clone().unwrap_or_else(|| "STATEMENT".into()),
                period_length: length,
                benefits: wanted.benefits.clone(),
                metadata: wanted.metadata.clone(),
            };
            self.tick();
            self.tx.product = customer.product;
            let origin = |field: &str| format!("{at}{field}");
            let total = wanted.total_periods;
            let id = streaks::enroll(self.tx, &customer.id, &wanted.config_id, total, &terms)
                .map_err(|refusal| refused(&refusal, &origin))?;
            for _ in 0..wanted.completed_periods {
                self.tick();
                streaks::step(self.tx, &id, Streak::with_period_completed)
                    .map_err(|refusal| refused(&refusal, &|_| format!("{at}/completed_periods")))?;
            }
            if wanted.failed {
                self.tick();
                streaks::step(self.tx, &id, Streak::failed)
                    .map_err(|refusal| refused(&refusal, &|_| format!("{at}/failed")))?;
            }
            if let Some(name) = &wanted.name {
                self.name("streak", &name.0, &id, &at)?;
            }
        }
        Ok(())
    }
}

/// What answers show of a customer besides what the sandbox makes.
fn profile(customer: &format::Customer) -> Map<String, Value> {
    let texts = [
        ("first_name", &customer.first_name),
        ("last_name", &customer.last_name),
        ("email", &customer.email),
        ("phone", &customer.phone),
        ("preferred_language", &customer.preferred_language),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    let mut profile: Map<String, Value> = texts.collect();
    if let Some(date) = &customer.date_of_birth {
        profile.insert("date_of_birth".into(), super::body(date, &[]).into());
    }
    if let Some(address) = &customer.address {
        profile.insert("address".into(), super::body(address, &[]).into());
    }
    if let Some(metadata) = &customer.metadata {
        profile.insert("metadata".into(), metadata.clone().into());
    }
    profile
}
