//! Error responses from every operation: the error keeps the status, and its body is read by its structure.

use imprint_client::{ApiError, Client, Error};
use serde_json::{Value, json};

use super::table::call;
use imprint_sandbox::contract::{Contract, Operation, PropertySet};

mod bodies;
#[cfg(feature = "testing")]
mod by_hand;
mod contradictions;
#[cfg(all(feature = "axum", feature = "chrono"))]
mod debug;
mod declared;
mod headers;
mod hosts;
mod limits;
mod matrix;
mod privacy;

/// Calls the operation and returns its error; a success fails the test.
async fn expect_failure(client: &Client, operation: &Operation) -> Error {
    match call(client, operation).await {
        Err(error) => error,
        Ok(answer) => panic!("{} succeeded with {answer:?}", operation.id),
    }
}

/// Calls the operation and returns its API error; any other result fails the test.
async fn expect_api_error(client: &Client, operation: &Operation) -> ApiError {
    match expect_failure(client, operation).await {
        Error::Api(error) => error,
        other => panic!("{} failed without an API error: {other}", operation.id),
    }
}

/// A customer link made of the document's examples.
fn link() -> Value {
    let contract = Contract::shared();
    contract.compose(contract.named("CustomerLink").expect("a schema"), PropertySet::All)
}

/// All texts of an error and its sources, which may end up in logs.
fn full_error_text(error: Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        shown.push_str(&format!("\n{cause}\n{cause:?}"));
        source = cause.source();
    }
    if let Error::Api(error) = error {
        shown.push_str(&format!("\n{error}\n{error:?}\n{error:#?}"));
    }
    shown
}

/// The nested form of an error body: `{"error": …}`.
fn nested(error: Value) -> Value {
    json!({"error": error})
}
