//! A table of all operations: each entry calls one operation through the public builders, with its arguments as JSON.
//!
//! Each request body is sent in two ways: as a whole value, and through the setters of its builder. The generator writes the rows
//! beside the client (`build/emit/client/test_calls.rs`); the contract tests compare what they send with the document, so they
//! fail if an operation, a parameter or a field is missing.

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

/// Each entry is `id => method(parameter "name": type, …) Body { field "name": type, … };`, or `= type` for a body that is no object.
/// The names are those of the document. Ids, enums, secrets and times are set from text.
macro_rules! table {
    ($($id:literal => $method:ident($($parameter:ident $parameter_name:literal: $parameter_type:ty),*)
        $($body:ident { $($field:ident $field_name:literal: $field_type:ty),* })? $(= $whole:ty)?;)*) => {
        #[allow(deprecated, reason = "deprecated operations are tested too")]
        static TABLE: &[CallEntry] = &[$(CallEntry {
            id: $id,
            call: |client, given| {
                let _ = given;
                let call = client.$method()$(.$parameter(get::<$parameter_type>(&given.parameters, $parameter_name)))*;
                $(let call = call.body(body::<types::$body>(given));)?
                $(let call = call.body(body::<$whole>(given));)?
                Box::pin(async move { json(call.send().await) })
            },
            call_by_setters: |client, given| {
                let _ = given;
                let call = client.$method()$(.$parameter(get::<$parameter_type>(&given.parameters, $parameter_name)))*;
                $(
                    let body: Json = body(given);
                    let call = call.body_map(|b| {
                        b$(.$field(get::<$field_type>(&body, $field_name)))*
                    });
                )?
                $(let call = call.body(body::<$whole>(given));)?
                Box::pin(async move { json(call.send().await) })
            },
            debug_output: |client, given| {
                let _ = given;
                let shown = String::new();
                let call = client.$method()$(.$parameter(get::<$parameter_type>(&given.parameters, $parameter_name)))*;
                $(
                    let body: Json = body(given);
                    let mut shown = shown;
                    let call = call.body_map(|b| {
                        let body = b$(.$field(get::<$field_type>(&body, $field_name)))*;
                        shown += &format!("{body:?}\n{body:#?}\n");
                        body
                    });
                )?
                $(let call = call.body(body::<$whole>(given));)?
                format!("{shown}{call:?}\n{call:#?}")
            },
        }),*];
    };
}

include!(concat!(env!("OUT_DIR"), "/test_calls.rs"));

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
