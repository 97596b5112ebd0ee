//! The documents that the program serves: that of the control API, and Imprint's.

use std::sync::LazyLock;

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;

use crate::contract::Contract;
use crate::program::document::{self, Reader};

use super::call::{Call, Outcome};

/// The document of the control API.
pub const TEXT: &str = include_str!("../../../openapi/control.yaml");

/// What the document of the control API says. It is read with the first request to it.
///
/// # Panics
///
/// If it cannot be read. It is part of this crate, and a test reads it.
pub fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let document: Value = yaml_serde::from_str(TEXT).unwrap_or_else(|e| panic!("openapi/control.yaml: {e}"));
        Contract::read(&document.to_string()).unwrap_or_else(|e| panic!("openapi/control.yaml: {e}"))
    });
    &CONTRACT
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(rename = "for")]
    reader: Option<String>,
}

/// Imprint's document.
pub async fn imprint(mut call: Call) -> Outcome {
    let Parameters { reader } = call.query()?;
    // The document names one reader.
    let reader = match reader {
        None => Reader::Any,
        Some(_) if call.served.is_strict => Reader::ToolsWithStrict,
        Some(_) => Reader::Tools,
    };
    Ok(([(CONTENT_TYPE, "application/json")], document::text(reader)).into_response())
}

/// The document of the control API.
pub async fn control(_: Call) -> Outcome {
    Ok(([(CONTENT_TYPE, "application/yaml")], TEXT).into_response())
}
