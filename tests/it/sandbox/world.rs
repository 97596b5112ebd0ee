//! A sandbox in which everything exists that a request may name, and requests that name it.

use std::time::Duration;

use imprint_client::{Client, Response};
use imprint_sandbox::contract::{Contract, Operation, PropertySet};
use imprint_sandbox::{Permissions, Product, RewardKind, Rewards, Sandbox, Validation};
use serde_json::{Map, Value, json};

use crate::support;
use crate::table::{Arguments, entry};

/// An operation that is called before the test, since its answer has what requests name.
struct Made {
    operation: &'static str,
    /// How much is sent to it.
    which: PropertySet,
    /// Names that requests have, and the places in the answer.
    names: &'static [(&'static str, &'static str)],
}

/// They are called in this order; later ones name what the answers of earlier ones have.
const MADE: [Made; 6] = [
    Made {
        operation: "getPaymentMethod",
        which: PropertySet::All,
        names: &[("pan", "/card/pci_details/pan"), ("type of a payment method", "/type")],
    },
    Made { operation: "createSession", which: PropertySet::All, names: &[("session_id", "/id")] },
    Made {
        operation: "createTransactionIntent",
        which: PropertySet::All,
        names: &[("intent_id", "/id"), ("status of an intent", "/status")],
    },
    Made { operation: "createOrder", which: PropertySet::All, names: &[("order_id", "/id")] },
    Made {
        operation: "postOrderEvent",
        which: PropertySet::All,
        names: &[
            ("order_event_id", "/order_event_id"),
            ("partner_event_id", "/partner_event_id"),
            ("network id of an order event", "/network_transaction_id"),
        ],
    },
    Made {
        operation: "simulateTransactionEvent",
        which: PropertySet::Required,
        names: &[
            ("transaction_id", "/transaction_id"),
            ("event_id", "/event_id"),
            ("transaction_event_id", "/event_id"),
        ],
    },
];

/// Fields whose value may be sent only once by operations that make something.
const SENT_ONCE: [&str; 1] = ["partner_event_id"];

/// Fields and parameters whose own name does not say what they are: the operation, the name, and what `MADE` calls it.
const CALLED_OTHERWISE: [(&str, &str, &str); 5] = [
    ("listOrderEvents", "network_transaction_id", "network id of an order event"),
    ("listOrders", "id", "order_id"),
    ("searchPaymentMethods", "type", "type of a payment method"),
    ("searchPaymentMethodsPost", "type", "type of a payment method"),
    ("searchTransactionIntents", "type", "status of an intent"),
];

/// The parameter that has the id of the item that a list continues after.
pub const CURSOR: &str = "starting_after";

/// A sandbox with what requests name.
pub struct World {
    /// The sandbox. It refuses fields that the document does not name.
    pub sandbox: Sandbox,
    /// A client whose key may see card numbers.
    pub client: Client,
    /// The ids and filters that have to be those of something that exists, by the names that requests have for them.
    pub known: Map<String, Value>,
}

impl World {
    /// A new sandbox for an operation, with a customer who was approved, and one of everything that they can have.
    pub async fn of(operation: &Operation) -> Self {
        support::install_cryptography();
        let builder = Sandbox::builder()
            .validation(Validation::Strict)
            .product(Product::default().rewards(rewards_for(operation)));
        let sandbox = builder.key_with("test", "sandbox-test", Permissions::PCI).start().await.expect("a sandbox");
        let client = sandbox.client();

        // The customer is the one that the document's example of a search looks for.
        let search = Contract::shared().operation("searchCustomersPost").expect("the search for customers");
        let sought = Arguments::of(search, PropertySet::All).body.expect("the body of the search");
        let part = |name: &str| sought["date_of_birth"][name].as_u64().expect("a part of a date");
        let (year, month, day) = (part("year") as u16, part("month") as u8, part("day") as u8);
        let partner_customer_id = sought["partner_customer_id"].as_str().expect("an id");
        let customer = sandbox.customer(partner_customer_id).date_of_birth(year, month, day);
        let customer = customer.ssn(sought["ssn"].as_str().expect("a number")).approved().await.expect("a customer");
        let reward = sandbox.grant_reward(&customer.customer_id, RewardKind::OneTime, 1_000).await.expect("a reward");
        let known = [
            ("reward_id", reward.as_str()),
            ("partner_customer_id", partner_customer_id),
            ("customer_id", customer.customer_id.as_str()),
            ("payment_method_id", customer.payment_method.as_str()),
        ];
        let known = known.into_iter().map(|(name, id)| (name.to_owned(), json!(id))).collect();

        let mut world = Self { sandbox, client, known };
        for Made { operation, which, names } in MADE {
            let operation = Contract::shared().operation(operation).expect("an operation of the document");
            let made = world.call(operation, &world.arguments(operation, which).await).await;
            for (name, pointer) in names {
                let id = made.pointer(pointer);
                let id = id.unwrap_or_else(|| panic!("{} answers nothing at {pointer}: {}", operation.id, *made));
                world.known.insert((*name).to_owned(), id.clone());
            }
        }
        world
    }

    /// The document's examples as arguments, with the ids of what exists here.
    pub async fn arguments(&self, operation: &Operation, which: PropertySet) -> Arguments {
        let mut arguments = Arguments::of(operation, which);
        for (name, value) in &mut arguments.parameters {
            self.make_real(operation, name, value);
        }
        if let (Some(schema), Some(body)) = (&operation.body, &mut arguments.body) {
            for place in Contract::shared().places(schema, body) {
                if let Some(value) = body.pointer_mut(&place.pointer) {
                    self.make_real(operation, &place.name, value);
                }
            }
        }
        // A step of a transaction needs an amount, and its status depends on whether the transaction exists.
        if let ("simulateTransactionEvent", Some(body)) = (operation.id.as_str(), &mut arguments.body) {
            let exists = body.get("transaction_id").is_some();
            body["status"] = json!(if exists { "REFUNDED" } else { "CAPTURED" });
            body["amount"] = json!(5_000);
        }
        if given(&arguments).contains_key(CURSOR) {
            let list = self.call(operation, &without_cursor(&arguments)).await;
            let first = list["data"].get(0).unwrap_or_else(|| panic!("{} finds nothing: {}", operation.id, *list));
            let cursor = id_of(first).clone();
            match arguments.parameters.get_mut(CURSOR) {
                Some(value) => *value = cursor,
                None => arguments.body.as_mut().expect("a cursor in the body")[CURSOR] = cursor,
            }
        }
        arguments
    }

    /// Makes a call, which has to succeed with the status that the document declares.
    pub async fn call(&self, operation: &Operation, arguments: &Arguments) -> Response<Value> {
        let answer = (entry(&operation.id).call)(&self.client, arguments).await;
        let answer = answer.unwrap_or_else(|e| panic!("{} with {arguments:?}: {e}", operation.id));
        assert_eq!(answer.status().as_u16(), operation.success().0, "{}", operation.id);
        answer
    }

    /// Puts the id of what exists into the place of an id, and a new value where none may be sent twice.
    fn make_real(&self, operation: &Operation, name: &str, value: &mut Value) {
        let otherwise = CALLED_OTHERWISE.iter().find(|(id, called, _)| (*id, *called) == (operation.id.as_str(), name));
        let Some(id) = self.known.get(otherwise.map_or(name, |(_, _, known)| known)) else { return };
        *value = match id {
            Value::String(sent) if SENT_ONCE.contains(&name) && !operation.is_repeatable() => {
                format!("{sent} of another").into()
            }
            _ => id.clone(),
        };
    }
}

/// The rewards of the product that an operation needs: the two that simulate rewards ask for one kind each.
fn rewards_for(operation: &Operation) -> Rewards {
    match operation.id.as_str() {
        "simulateReward" => Rewards::delayed(100, Duration::ZERO),
        "simulateStatementReward" => Rewards::statement(100),
        _ => Rewards::per_event(100),
    }
}

/// The id of a resource.
pub fn id_of(resource: &Value) -> &Value {
    let id = ["id", "order_event_id"].iter().find_map(|name| resource.get(name));
    id.unwrap_or_else(|| panic!("a resource without an id: {resource}"))
}

/// All that a request has, by its names.
pub fn given(arguments: &Arguments) -> Map<String, Value> {
    let body = arguments.body.iter().filter_map(Value::as_object).flatten();
    body.chain(&arguments.parameters).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The same request from the beginning of the list.
pub fn without_cursor(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    arguments.parameters.remove(CURSOR);
    if let Some(body) = arguments.body.as_mut().and_then(Value::as_object_mut) {
        body.remove(CURSOR);
    }
    arguments
}
