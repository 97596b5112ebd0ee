//! A table of all operations: each entry calls one operation through the public builders, with its arguments as JSON.
//!
//! Each request body is sent in two ways: as a whole value, and through the setters of its builder. The contract tests
//! compare this table with the document, so they fail if an operation, a parameter or a field is missing here.

use std::collections::BTreeMap;
use std::pin::Pin;

use imprint_client::{Client, Error, Response, types};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use imprint_sandbox::contract::{Contract, Operation, PropertySet};

/// The future of a call. Its result is the response, serialized to JSON by the generated types.
pub type CallFuture = Pin<Box<dyn Future<Output = Result<Response<Value>, Error>>>>;

/// The calls of one operation.
pub struct CallEntry {
    pub id: &'static str,
    /// Calls with the body as one value.
    pub call: fn(&Client, &Arguments) -> CallFuture,
    /// Calls with the body set field by field.
    pub call_by_setters: fn(&Client, &Arguments) -> CallFuture,
    /// The `Debug` output of the builders of that call.
    pub debug_output: fn(&Client, &Arguments) -> String,
}

/// The arguments of a call, with the names that the document uses.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// The path and query parameters.
    pub parameters: Map<String, Value>,
    /// The request body, or `None` if the operation has none.
    pub body: Option<Value>,
}

impl Arguments {
    /// Arguments made of the document's examples.
    pub fn of(operation: &Operation, which: PropertySet) -> Self {
        let parameters =
            operation.parameters.iter().filter(|parameter| parameter.required || which == PropertySet::All);
        Self {
            parameters: parameters
                .map(|parameter| (parameter.name.clone(), Contract::shared().argument(parameter)))
                .collect(),
            body: operation.body.as_ref().map(|schema| Contract::shared().compose(schema, which)),
        }
    }
}

/// Calls an operation with its required arguments only.
pub fn call(client: &Client, operation: &Operation) -> CallFuture {
    (entry(&operation.id).call)(client, &Arguments::of(operation, PropertySet::Required))
}

/// The entry of an operation.
pub fn entry(id: &str) -> &'static CallEntry {
    TABLE.iter().find(|entry| entry.id == id).unwrap_or_else(|| panic!("{id} is not in the table of calls"))
}

type Json = Map<String, Value>;
type Texts = BTreeMap<String, String>;

/// Each entry is `id => method(parameter, …) Body { field, … };`. A parameter or field that is not text has its type
/// after the name. Ids, enums, secrets and times are set from text.
macro_rules! table {
    ($($id:literal => $method:ident($($parameter:ident $(: $parameter_type:ty)?),*)
        $($body:ident { $($field:ident $(: $field_type:ty)?),* })?;)*) => {
        #[allow(deprecated, reason = "deprecated operations are tested too")]
        static TABLE: &[CallEntry] = &[$(CallEntry {
            id: $id,
            call: |client, given| {
                let _ = given;
                let call = client.$method()$(.$parameter(value!(given.parameters, $parameter $(: $parameter_type)?)))*;
                $(let call = call.body(body::<types::$body>(given));)?
                Box::pin(async move { json(call.send().await) })
            },
            call_by_setters: |client, given| {
                let _ = given;
                let call = client.$method()$(.$parameter(value!(given.parameters, $parameter $(: $parameter_type)?)))*;
                $(
                    let body: Json = body(given);
                    let call = call.body_map(|b| {
                        b$(.$field(value!(body, $field $(: $field_type)?)))*
                    });
                )?
                Box::pin(async move { json(call.send().await) })
            },
            debug_output: |client, given| {
                let _ = given;
                let shown = String::new();
                let call = client.$method()$(.$parameter(value!(given.parameters, $parameter $(: $parameter_type)?)))*;
                $(
                    let body: Json = body(given);
                    let mut shown = shown;
                    let call = call.body_map(|b| {
                        let body = b$(.$field(value!(body, $field $(: $field_type)?)))*;
                        shown += &format!("{body:?}\n{body:#?}\n");
                        body
                    });
                )?
                format!("{shown}{call:?}\n{call:#?}")
            },
        }),*];
    };
}

macro_rules! value {
    ($given:expr, $name:ident) => {
        value!($given, $name: String)
    };
    ($given:expr, $name:ident: $type:ty) => {
        // A name that is a keyword of Rust ends with an underscore.
        get::<$type>(&$given, stringify!($name).trim_end_matches('_'))
    };
}

table! {
    "createKey" => create_key();
    "createOrder" => create_order() OrderBase {
        created_at, currency, customer_id, id, merchant_address: Vec<types::Address>, merchant_id, merchant_name,
        order_lines: Vec<types::OrderLine>, partner_order_id, payment_method_id, total_order_amount: i64,
        total_rewards_amount: i64, updated_at
    };
    "createSession" => create_session() CreateSessionBody {
        customer_history: types::CustomerAccountHistory, customer_id, customer_metadata: Texts, metadata: Json,
        partner_customer_id, source, transaction_amount: i64, transaction_currency
    };
    "createTransactionIntent" => create_transaction_intent() CreateTransactionIntentBody {
        amount: i64, currency, customer_id, expected_date, merchant_address: types::Address, merchant_code, merchant_id,
        merchant_name, metadata: Json, network_transaction_id, payment_method_id
    };
    "deleteKey" => delete_key();
    "deleteOrder" => delete_order(order_id);
    "deleteOrderEvent" => delete_order_event(order_event_id);
    "getCustomer" => get_customer(customer_id);
    "getOffer" => get_offer(partner_customer_id);
    "getPaymentMethod" => get_payment_method(payment_method_id);
    "getPaymentMethods" => get_payment_methods(customer_id);
    "getReward" => get_reward(reward_id);
    "getRewards" => get_rewards(customer_id, limit: i32, starting_after);
    "getRewardsBalance" => get_rewards_balance(customer_id);
    "getSession" => get_session(session_id);
    "getTransaction" => get_transaction(transaction_id);
    "getTransactionIntent" => get_transaction_intent(intent_id);
    "getTransactionIntents" => get_transaction_intents(customer_id);
    "getTransactions" => get_transactions(customer_id, limit: i32, starting_after);
    "linkCustomerAccount" => link_customer_account(customer_id) LinkCustomerAccountBody {
        metadata: Json, partner_customer_id
    };
    "listOrderEvents" => list_order_events(
        limit: i32, network_transaction_id, order_event_id, order_id, partner_event_id, starting_after);
    "listOrders" => list_orders(id, partner_order_id);
    "patchReward" => patch_reward(reward_id) PatchRewardBody { amount: i64, status };
    "postOrderEvent" => post_order_event() OrderEventBase {
        amount: i64, currency, network_transaction_id, order_event_id, order_id, order_lines: Vec<types::OrderLine>,
        partner_event_id, rewards_amount: i64, type_
    };
    "putOrder" => put_order(order_id) OrderBase {
        created_at, currency, customer_id, id, merchant_address: Vec<types::Address>, merchant_id, merchant_name,
        order_lines: Vec<types::OrderLine>, partner_order_id, payment_method_id, total_order_amount: i64,
        total_rewards_amount: i64, updated_at
    };
    "searchCustomers" => search_customers(limit: i32, partner_customer_id, starting_after);
    "searchCustomersPost" => search_customers_post() SearchCustomersPostBody {
        date_of_birth: types::DateOfBirth, limit: i32, partner_customer_id, ssn, starting_after
    };
    "searchPaymentMethods" => search_payment_methods(customer_id, limit: i32, starting_after, type_);
    "searchPaymentMethodsPost" => search_payment_methods_post() SearchPaymentMethodsPostBody {
        customer_id, pan, type_
    };
    "searchRewards" => search_rewards(limit: i32, starting_after, transaction_event_id);
    "searchTransactionIntents" => search_transaction_intents(limit: i32, starting_after, type_);
    "simulateReward" => simulate_reward() SimulateRewardBody { customer_id, reward_type };
    "simulateStatementReward" => simulate_statement_reward() SimulateStatementRewardBody { customer_id };
    "simulateTransactionEvent" => simulate_transaction_event() SimulateTransactionEventBody {
        amount: i64, authorization_code, currency, event_id, merchant: types::Merchant, network_transaction_id,
        payment_method_id, purchase_method, status, transaction_id
    };
    "updateCustomer" => update_customer(customer_id) UpdateCustomerBody {
        city, customer_history: types::CustomerAccountHistory, email, first_name, last_name, metadata: Json, phone,
        postal_code, preferred_language, state, street_line1, street_line2
    };
    "updateTransactionIntent" => update_transaction_intent(intent_id) UpdateTransactionIntentBody {
        amount: i64, currency, customer_id, metadata: Json, network_transaction_id, partner_transaction_id, status
    };
}

/// The ids of the operations in the table.
pub fn ids() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.id)
}

fn get<T: DeserializeOwned>(given: &Json, name: &str) -> Option<T> {
    let value = given.get(name)?.clone();
    Some(serde_json::from_value(value).unwrap_or_else(|e| panic!("{name}: {e}")))
}

fn body<T: DeserializeOwned>(given: &Arguments) -> T {
    let body = given.body.clone().expect("a body for an operation that has one");
    serde_json::from_value(body).unwrap_or_else(|e| panic!("the example body of the document cannot be decoded: {e}"))
}

fn json<T: serde::Serialize>(answer: Result<Response<T>, Error>) -> Result<Response<Value>, Error> {
    answer.map(|answer| answer.map(|value| serde_json::to_value(&value).expect("generated types can be serialized")))
}
