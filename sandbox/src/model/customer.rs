//! A customer: what requests tell about the person, and the state of their accounts.

use std::collections::BTreeMap;

use imprint_client::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::index;
use crate::instant::Instant;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Customer {
    pub id: String,
    /// The merchant key of the product.
    pub product: String,
    pub partner_customer_id: Option<String>,
    /// The whole number; answers have its last four digits.
    pub ssn: Option<Secret>,
    /// Email, name, address, metadata and whatever else is known, by the names of the answer.
    pub profile: Map<String, Value>,
    /// What later webhooks of the customer carry.
    pub customer_metadata: Map<String, Value>,
    /// Whether the customer was screened for the product's offer before applying.
    pub is_prescreened: bool,
    /// The state of the account in each program.
    pub statuses: BTreeMap<String, String>,
    /// Whether statements close for the customer.
    pub has_statements: bool,
    /// Until when a simulation of rewards runs.
    pub simulating_until: Option<Instant>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// The parts of an address that an update has as fields of its own.
const ADDRESS_PARTS: [&str; 5] = ["street_line1", "street_line2", "city", "state", "postal_code"];

impl Row for Customer {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        let partner = self.partner_customer_id.as_ref();
        let partner = partner.map(|id| ("partner_customer_id", index::text(&self.product, id)));
        [("product", self.product.clone())].into_iter().chain(partner).collect()
    }
}

impl Customer {
    pub fn new(id: String, product: &str, at: Instant) -> Self {
        Self {
            id,
            product: product.to_owned(),
            partner_customer_id: None,
            ssn: None,
            profile: Map::new(),
            customer_metadata: Map::new(),
            is_prescreened: false,
            statuses: BTreeMap::new(),
            has_statements: false,
            simulating_until: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// A text of the profile.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.profile.get(name)?.as_str()
    }

    /// Merges an update into the profile. The parts of the address are fields of their own in it and one object in the
    /// profile; all else replaces what was there.
    pub fn updated(mut self, body: &Map<String, Value>, at: Instant) -> Self {
        let mut address = match self.profile.get("address") {
            Some(Value::Object(address)) => address.clone(),
            _ => Map::new(),
        };
        let parts = body.iter().filter(|(name, value)| ADDRESS_PARTS.contains(&name.as_str()) && !value.is_null());
        let mut changed = false;
        for (name, value) in parts {
            address.insert(name.clone(), value.clone());
            changed = true;
        }
        if changed {
            address.entry("country").or_insert_with(|| json!("USA"));
            self.profile.insert("address".into(), address.into());
        }
        for (name, value) in
            body.iter().filter(|(name, value)| !ADDRESS_PARTS.contains(&name.as_str()) && !value.is_null())
        {
            match (name.as_str(), value) {
                ("customer_history", Value::Object(history)) => {
                    for (name, value) in history {
                        self.profile.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                }
                _ => drop(self.profile.insert(name.clone(), value.clone())),
            }
        }
        self.updated_at = at;
        self
    }

    /// Whether the account in a program is closed, so that nothing can be paid with it any more.
    pub fn is_closed(&self, program: &str) -> bool {
        self.statuses.get(program).is_some_and(|status| status == "CLOSED")
    }

    /// The customer once the account in a program is closed; why not, if there is none that is open.
    pub fn closed(mut self, program: &str, at: Instant) -> Result<Self, String> {
        if self.is_closed(program) {
            return Err("the account is closed already".into());
        }
        let status = self.statuses.get_mut(program).ok_or("the customer has no account")?;
        *status = "CLOSED".into();
        self.updated_at = at;
        Ok(self)
    }

    /// Whether the parts of a date of birth that are given are those of the customer. What else a document may add to a date is no
    /// part of it.
    pub fn was_born(&self, date: &Map<String, Value>) -> bool {
        let Some(own) = self.profile.get("date_of_birth") else { return false };
        let given = ["year", "month", "day"].into_iter().filter_map(|name| Some((name, date.get(name)?)));
        given.filter(|(_, part)| !part.is_null()).all(|(name, part)| own.get(name) == Some(part))
    }

    /// What answers show.
    pub fn view(&self) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("id".into(), json!(self.id));
        if let Some(id) = &self.partner_customer_id {
            view.insert("partner_customer_id".into(), json!(id));
        }
        if let Some(ssn) = &self.ssn {
            let digits: Vec<char> = ssn.expose().chars().collect();
            let last: String = digits[digits.len().saturating_sub(4)..].iter().collect();
            view.insert("ssn4".into(), json!(last));
        }
        view.insert("statuses".into(), json!(self.statuses));
        view.insert("created_at".into(), json!(self.created_at.text()));
        view.insert("updated_at".into(), json!(self.updated_at.text()));
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> Customer {
        Customer::new("C".into(), "P", Instant::START)
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn parts_of_the_address_are_merged_and_the_country_is_kept() {
        let updated = customer().updated(&map(json!({"city": "Austin"})), Instant::START);
        assert_eq!(updated.profile["address"], json!({"city": "Austin", "country": "USA"}));
        let mut abroad = customer();
        abroad.profile.insert("address".into(), json!({"city": "Paris", "country": "FRA"}));
        let updated = abroad.updated(&map(json!({"street_line1": "1 Rue", "city": "Lyon"})), Instant::START);
        assert_eq!(updated.profile["address"], json!({"city": "Lyon", "country": "FRA", "street_line1": "1 Rue"}));
    }

    #[test]
    fn other_fields_are_replaced_as_a_whole_and_nulls_change_nothing() {
        let first = customer().updated(&map(json!({"metadata": {"a": 1}, "email": "a@example.com"})), Instant::START);
        let second = first.updated(&map(json!({"metadata": {"b": 2}, "email": null})), Instant::START);
        assert_eq!((&second.profile["metadata"], second.text("email")), (&json!({"b": 2}), Some("a@example.com")));
        assert!(!second.profile.contains_key("address"));
    }

    #[test]
    fn a_history_gives_what_is_not_known_yet_and_replaces_nothing() {
        let known = customer().updated(&map(json!({"email": "a@example.com"})), Instant::START);
        let history = json!({"customer_history": {"email": "old@example.com", "member_since": "2020-01-01"}});
        let updated = known.updated(&map(history), Instant::START);
        assert_eq!(updated.profile, map(json!({"email": "a@example.com", "member_since": "2020-01-01"})));
    }

    #[test]
    fn a_date_of_birth_is_compared_by_the_parts_that_are_given() {
        let mut customer = customer();
        assert!(!customer.was_born(&map(json!({"year": 1990}))));
        customer.profile.insert("date_of_birth".into(), json!({"year": 1990, "month": 1, "day": 2}));
        assert!(customer.was_born(&map(json!({"year": 1990, "day": null}))));
        assert!(!customer.was_born(&map(json!({"year": 1990, "day": 3}))));
        assert!(customer.was_born(&map(json!({"year": 1990, "era": "of another document"}))));
    }

    #[test]
    fn an_account_is_closed_once_and_only_if_there_is_one() {
        let later = Instant::START.plus(std::time::Duration::from_secs(1));
        assert!(customer().closed("CARD", later).is_err());
        let open = Customer {
            statuses: BTreeMap::from([("CARD".into(), "OPEN".into()), ("OTHER".into(), "OPEN".into())]),
            ..customer()
        };
        assert!(!open.is_closed("CARD"));
        let closed = open.closed("CARD", later).expect("it is open");
        assert!(closed.is_closed("CARD") && !closed.is_closed("OTHER") && !closed.is_closed("NONE"));
        assert_eq!(closed.updated_at, later);
        assert!(closed.closed("CARD", later).is_err());
    }

    #[test]
    fn only_the_last_four_digits_of_an_ssn_are_shown() {
        let shown = Customer { ssn: Some("123456789".into()), ..customer() }.view();
        assert_eq!(shown["ssn4"], "6789");
        assert!(!Value::from(shown).to_string().contains("12345"));
    }
}
