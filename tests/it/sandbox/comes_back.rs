//! What every operation of the document sends comes back: in its answer, and if the sandbox remembers it also in what is
//! read afterwards.
//!
//! The operations, their fields, and where these should come back follow from the document. What does not come back by
//! design is in a list, with the reason, and an entry that is not needed fails the test.

use std::collections::BTreeSet;

use imprint_sandbox::AnswerKind;
use imprint_sandbox::contract::{Contract, Operation, PropertySet};
use serde_json::{Map, Value, json};

use super::world::{CURSOR, World, given, id_of, without_cursor};
use crate::table::Arguments;

/// Fields that an answer names and that do not come back as they were sent: the operation, the field, the reason.
const CHANGED: [(&str, &str, &str); 7] = [
    ("createOrder", "created_at", "the order is created when the request comes"),
    ("createOrder", "id", "the server makes the ids of orders"),
    ("createOrder", "updated_at", "the order changes when the request comes"),
    ("postOrderEvent", "order_event_id", "the server makes the ids of events of orders"),
    ("putOrder", "created_at", "the order was created before"),
    ("putOrder", "updated_at", "the order changes when the request comes"),
    (
        "simulateTransactionEvent",
        "event_id",
        "the request has the event of the capture that is to be refunded, the answer that of the new step",
    ),
];

/// Fields that come back at another place of the answer: the operation, the field, the place.
const ELSEWHERE: [(&str, &str, &str); 5] = [
    ("updateCustomer", "city", "/address/city"),
    ("updateCustomer", "postal_code", "/address/postal_code"),
    ("updateCustomer", "state", "/address/state"),
    ("updateCustomer", "street_line1", "/address/street_line1"),
    ("updateCustomer", "street_line2", "/address/street_line2"),
];

/// What was compared so far.
#[derive(Default)]
struct Seen {
    /// How many values came back.
    values: usize,
    /// How many operations were asked afterwards, after those that change something.
    reads: usize,
    /// The entries of `CHANGED` and `ELSEWHERE` that were needed: operation and field.
    used: BTreeSet<(&'static str, &'static str)>,
    /// What did not come back.
    missing: Vec<String>,
}

#[tokio::test]
async fn all_that_is_sent_comes_back() {
    let mut seen = Seen::default();
    for operation in Contract::shared().operations() {
        for which in [PropertySet::All, PropertySet::Required] {
            let world = World::of(operation).await;
            let arguments = world.arguments(operation, which).await;
            // A list that continues after its first item may be at its end, so it is also read from its beginning.
            let has_cursor = given(&arguments).contains_key(CURSOR);
            if has_cursor {
                world.call(operation, &arguments).await;
            }
            let arguments = without_cursor(&arguments);
            let answer = world.call(operation, &arguments).await.into_inner();
            for item in items(operation, &answer) {
                seen.compare(operation, &arguments, operation, item);
            }
            let requests = world.sandbox.requests();
            let kind = requests.last().expect("a request").answer;
            if kind == AnswerKind::State && !operation.is_repeatable() {
                read_afterwards(&world, operation, &arguments, &answer, &mut seen).await;
            }
            assert!(world.sandbox.bugs().is_empty(), "{}: {:?}", operation.id, world.sandbox.bugs());
        }
    }
    let Seen { values, reads, used, missing } = seen;
    assert!(missing.is_empty(), "sent and not answered:\n{}", missing.join("\n"));
    let listed = CHANGED.iter().chain(&ELSEWHERE).map(|(operation, field, _)| (*operation, *field));
    let stale: Vec<_> = listed.filter(|entry| !used.contains(entry)).collect();
    assert!(stale.is_empty(), "these entries are not needed: {stale:?}");
    println!("{values} values came back, in the answers and in {reads} readings afterwards");
    assert!(values >= 250 && reads >= 30, "{values} values and {reads} readings are fewer than the document has");
}

/// The resources of an answer: the items of a list, which may not be empty, or the answer itself.
fn items<'a>(operation: &Operation, answer: &'a Value) -> &'a [Value] {
    let is_list = operation.success().1.is_some_and(|schema| Contract::shared().is_list(schema));
    if !is_list {
        return std::slice::from_ref(answer);
    }
    let items = answer["data"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(!items.is_empty(), "{} finds nothing: {answer}", operation.id);
    items
}

/// Asks every operation that reads what was changed, and compares that as well.
async fn read_afterwards(world: &World, operation: &Operation, arguments: &Arguments, answer: &Value, seen: &mut Seen) {
    let contract = Contract::shared();
    let Some(resource) = contract.resource(operation) else { return };
    for reading in contract.operations().iter().filter(|reading| reading.is_repeatable()) {
        if contract.resource(reading).is_none_or(|other| other.value() != resource.value()) {
            continue;
        }
        let mut asked = world.arguments(reading, PropertySet::Required).await;
        if let Some(id) = own_parameter(reading) {
            asked.parameters.insert(id.to_owned(), id_of(answer).clone());
        }
        let read = world.call(reading, &asked).await.into_inner();
        let found = items(reading, &read).iter().find(|item| id_of(item) == id_of(answer));
        match found {
            Some(item) => seen.compare(operation, arguments, reading, item),
            None => seen.missing.push(format!("{}: {} does not find {}", operation.id, reading.id, id_of(answer))),
        }
        seen.reads += 1;
    }
}

/// The path parameter that is the id of what an operation is about: its path ends with it.
fn own_parameter(operation: &Operation) -> Option<&str> {
    operation.path.rsplit('/').next()?.strip_prefix('{')?.strip_suffix('}')
}

impl Seen {
    /// Compares what was sent to an operation with what another one, or itself, shows of it.
    fn compare(&mut self, operation: &Operation, arguments: &Arguments, shown_by: &Operation, shown: &Value) {
        let contract = Contract::shared();
        let Some(resource) = contract.resource(shown_by) else { return };
        let mut sent: Map<String, Value> = given(arguments);
        if let Some(id) = own_parameter(operation).and_then(|name| arguments.parameters.get(name)) {
            sent.insert("id".into(), id.clone());
        }
        for (name, value) in &sent {
            let entry = |list: &'static [(&str, &str, &str)]| {
                list.iter().find(|(of, field, _)| (*of, *field) == (operation.id.as_str(), name.as_str()))
            };
            let place = match entry(&ELSEWHERE) {
                Some((of, field, place)) => {
                    self.used.insert((of, field));
                    (*place).to_owned()
                }
                None if contract.has_property(resource, name) => format!("/{name}"),
                None => continue,
            };
            if shown.pointer(&place) == Some(value) {
                self.values += 1;
            } else if let Some((of, field, _)) = entry(&CHANGED) {
                self.used.insert((of, field));
            } else {
                let (of, by) = (&operation.id, &shown_by.id);
                let found = shown.pointer(&place).unwrap_or(&json!(null)).to_string();
                self.missing.push(format!("{of}: {name} was {value}, and {by} shows {found} at {place}"));
            }
        }
    }
}
