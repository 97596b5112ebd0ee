//! Answers that are no success, from every operation: the status is never lost, and the body is read by its structure.

use imprint_client::{ApiError, Client, Error};
use serde_json::{Value, json};

use super::spec::{Operation, Spec, Which};
use super::table::call;

mod bodies;
mod contradictions;
mod declared;
mod headers;
mod limits;
mod matrix;
mod privacy;

/// Calls the operation, which is to fail.
async fn failure(client: &Client, operation: &Operation) -> Error {
    match call(client, operation).await {
        Err(error) => error,
        Ok(answer) => panic!("{} succeeded with {answer:?}", operation.id),
    }
}

/// Calls the operation, which is to be answered by an error of the API.
async fn api_error(client: &Client, operation: &Operation) -> ApiError {
    match failure(client, operation).await {
        Error::Api(error) => error,
        other => panic!("{} was answered by no error of the API: {other}", operation.id),
    }
}

/// A link as the document has it.
fn link() -> Value {
    Spec::get().compose(&Spec::get().named("CustomerLink"), Which::All)
}

/// All that an error shows of itself: what ends up in logs.
fn shown(error: Error) -> String {
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

/// `{"error": …}`
fn nested(error: Value) -> Value {
    json!({"error": error})
}
