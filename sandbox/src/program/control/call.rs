//! A request to the control API as a handler sees it: compared with the document already.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::program::failure::Failure;
use crate::program::served::Served;
use crate::sandbox::Sandbox;

/// What a handler returns.
pub type Outcome = Result<Response, Failure>;

/// A request that the document allows.
pub struct Call {
    pub served: Arc<Served>,
    /// The account that the request is about.
    pub sandbox: Sandbox,
    /// The arguments of the path by their names.
    pub arguments: Vec<(String, String)>,
    pub query: Map<String, Value>,
    pub body: Map<String, Value>,
    /// The body as it came.
    pub bytes: Bytes,
    pub headers: HeaderMap,
}

impl Call {
    /// An argument of the path.
    pub fn argument(&self, name: &str) -> &str {
        self.arguments.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body.
    ///
    /// # Errors
    ///
    /// If a value is none of its field, although the document allows it: 1.0 in the place of 1.
    pub fn body<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        typed(std::mem::take(&mut self.body))
    }

    /// The parameters.
    ///
    /// # Errors
    ///
    /// As for [`body`](Self::body).
    pub fn query<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        typed(std::mem::take(&mut self.query))
    }

    /// Waits for something, unless the program is told to stop in the meantime.
    ///
    /// # Errors
    ///
    /// If it is told to stop.
    pub async fn unless_stopping<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Failure> {
        let mut stopping = self.served.sandbox.listening().stopping();
        tokio::select! {
            done = waiting => Ok(done),
            _ = stopping.wait_for(|is_stopping| *is_stopping) => Err(Failure::stopping()),
        }
    }
}

fn typed<T: DeserializeOwned>(map: Map<String, Value>) -> Result<T, Failure> {
    // The error of serde has the value in it, so only its place is told.
    serde_path_to_error::deserialize(Value::Object(map))
        .map_err(|error| Failure::invalid(error.path().to_string(), "has a value of another form than its field"))
}

/// 200 with a body.
pub fn ok(body: Value) -> Outcome {
    Ok(Json(body).into_response())
}

/// 201 with a body.
pub fn made(body: Value) -> Outcome {
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// 204.
pub fn done() -> Outcome {
    Ok(StatusCode::NO_CONTENT.into_response())
}
