//! The kinds of events: which webhook of the document has which `object`, and whether an event is what it declares.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Contract;
use super::compose::PropertySet;
use super::drift::is_listed_drift;
use super::schema::Schema;
use super::violation::Violation;

impl Contract {
    /// The kinds of events, as `object` has them, in alphabetical order.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds_by_object().keys().map(String::as_str)
    }

    /// The schema of the events of a kind.
    pub fn event(&self, object: &str) -> Option<&Schema> {
        self.webhook(self.kinds_by_object().get(object)?)
    }

    /// What is wrong with an event of a kind. Listed drifts are not.
    pub fn check_event(&self, object: &str, body: &Value) -> Vec<Violation> {
        let Some(schema) = self.event(object) else {
            return vec![Violation::new("/object", "is not a kind of webhook that the document has")];
        };
        let mut found = self.check(schema, body);
        found.retain(|violation| !is_listed_drift(Some(body), violation));
        found
    }

    /// Puts each member of `sent` into the `data` of an event of a kind that `data` lacks, that the document names there, and
    /// that is valid there.
    pub fn echo_event<'s>(
        &self,
        object: &str,
        sent: impl IntoIterator<Item = (impl AsRef<str>, &'s Value)>,
        data: &mut Map<String, Value>,
    ) {
        let by_object = self.event_data.get_or_init(|| {
            let data_of = |object: &str| Some(self.resolve(self.event(object)?.value()).property("data")?.clone());
            self.kinds().filter_map(|object| Some((object.to_owned(), Schema::new(data_of(object)?)))).collect()
        });
        if let Some(schema) = by_object.get(object) {
            self.echo(schema, sent, data);
        }
    }

    /// An event of a kind with all properties, made of the document's examples.
    pub fn example_event(&self, object: &str) -> Option<Value> {
        Some(self.compose(self.event(object)?, PropertySet::All))
    }

    /// An event with null wherever the document lets `data` have it, and for each property that `data` lacks.
    pub fn with_nulls(&self, object: &str, event: &Value) -> Value {
        let (Some(schema), Some(all)) = (self.event(object), self.example_event(object)) else { return event.clone() };
        let mut event = event.clone();
        for name in all["data"].as_object().unwrap_or(&Map::new()).keys() {
            let Some(data) = event.get_mut("data").and_then(Value::as_object_mut) else { break };
            let Some(before) = data.insert(name.clone(), Value::Null) else { continue };
            let place = format!("/data/{name}");
            let is_refused = self.check(schema, &event).iter().any(|found| found.pointer == place);
            if let (true, Some(data)) = (is_refused, event.get_mut("data").and_then(Value::as_object_mut)) {
                data.insert(name.clone(), before);
            }
        }
        event
    }

    /// The name of the webhook of each kind: the example or the only value of `object` in the schema of the webhook.
    fn kinds_by_object(&self) -> &BTreeMap<String, String> {
        self.kinds.get_or_init(|| {
            let object = |name: &str| {
                let example = self.compose(self.webhook(name)?, PropertySet::All);
                example.get("object")?.as_str().map(str::to_owned)
            };
            self.webhooks().filter_map(|name| Some((object(name)?, name.to_owned()))).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_webhook_of_the_document_has_a_kind_and_a_valid_example() {
        let contract = Contract::shared();
        let kinds: Vec<_> = contract.kinds().collect();
        assert_eq!(kinds.len(), contract.webhooks().count(), "{kinds:?}");
        for kind in kinds {
            let example = contract.example_event(kind).expect("it is a kind");
            assert_eq!((&example["object"], contract.check_event(kind, &example)), (&json!(kind), vec![]));
        }
    }

    #[test]
    fn a_wrong_event_is_seen_and_a_listed_drift_is_let_pass() {
        let contract = Contract::shared();
        let check = |kind: &str, data: Value| {
            let found = contract.check_event(kind, &json!({"object": kind, "data": data}));
            found.into_iter().map(|violation| violation.pointer).collect::<Vec<_>>()
        };
        assert_eq!(check("REWARD", json!({"type": "DELAYED"})), [""; 0]);
        assert_eq!(check("REWARD", json!({"type": "LATE", "amount": "5"})).len(), 2);
        assert_eq!(check("APPLICATION", json!({"status": "PENDING"})), ["/data/status"]);
        assert_eq!(check("STATEMENT", json!({})), ["/object"]);
    }

    #[test]
    fn nulls_are_put_where_the_document_has_them_and_where_something_is_missing() {
        let contract = Contract::shared();
        let event = json!({"object": "TRANSACTION", "data": {"event_id": "E", "intent_id": "I"}});
        let changed = contract.with_nulls("TRANSACTION", &event);
        assert_eq!((&changed["data"]["event_id"], &changed["data"]["intent_id"]), (&json!("E"), &Value::Null));
        assert!(changed["data"].get("purchase_method").is_some_and(Value::is_null), "{changed}");
        assert_eq!(contract.with_nulls("STATEMENT", &event), event);
    }
}
