//! The control API, `/_sandbox/`: what a test in another language than Rust does with a sandbox besides calling the API.
//!
//! The document `openapi/control.yaml` is its law, as Imprint's document is that of the API: it decides which operation a
//! request is for and what the request may have, and [`TABLE`] says what carries the operation out. So no handler looks at
//! parts of a request by itself.

mod accounts;
mod applications;
mod call;
mod chaos;
mod clock;
mod customers;
mod deliveries;
mod document;
mod endpoints;
mod events;
mod faults;
mod links;
mod payment_methods;
mod receivers;
mod requests;
mod rewards;
mod state;
mod streaks;
mod verdict;
mod views;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::Method;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::{Operation, Route};
use crate::server::validate;
use crate::settings::Validation;

use super::failure::Failure;
use super::served::Served;

pub use call::{Call, Outcome, ok};
pub use document::TEXT as DOCUMENT;

/// What carries an operation out.
type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Rows of the table: the id of an operation and the function that carries it out.
macro_rules! table {
    ($($id:literal: $handler:path,)*) => {
        &[$(($id, |call| Box::pin($handler(call))),)*]
    };
}

/// What carries each operation of the document out.
const TABLE: &[(&str, Handler)] = table! {
    "getHealth": super::health::health,
    "getImprintDocument": document::imprint,
    "getControlDocument": document::control,
    "listAccounts": accounts::list,
    "openAccount": accounts::open,
    "endAccount": accounts::end,
    "addKey": accounts::add_key,
    "listBugs": accounts::bugs,
    "getState": state::get,
    "putState": state::put,
    "resetState": state::reset,
    "keepStateAsSeed": state::keep,
    "getClock": clock::get,
    "advanceClock": clock::advance,
    "freezeClock": clock::freeze,
    "runClock": clock::run,
    "settle": clock::settle,
    "apply": applications::apply,
    "decideApplication": applications::decide,
    "linkCustomer": links::link,
    "makeCustomer": customers::make,
    "closeCustomer": customers::close,
    "setPaymentMethodStatus": payment_methods::status,
    "reissuePaymentMethod": payment_methods::reissue,
    "tokenizePaymentMethod": payment_methods::tokenize,
    "declinePayments": payment_methods::decline,
    "acceptPayments": payment_methods::accept,
    "grantReward": rewards::grant,
    "confirmReward": rewards::confirm,
    "listAcknowledgedRewards": rewards::acknowledged,
    "closeStatement": rewards::close_statement,
    "enrollInStreak": streaks::enroll,
    "completeStreakPeriod": streaks::complete_period,
    "failStreak": streaks::fail,
    "listEndpoints": endpoints::list,
    "registerEndpoint": endpoints::register,
    "removeEndpoint": endpoints::remove,
    "listEvents": events::list,
    "streamEvents": events::stream,
    "listDeliveries": deliveries::list,
    "getDelivery": deliveries::get,
    "replayDelivery": deliveries::replay,
    "getChaos": chaos::get,
    "setChaos": chaos::set,
    "clearChaos": chaos::clear,
    "sendUnknownEvent": chaos::send_unknown,
    "checkReceiver": receivers::check,
    "listFaults": faults::list,
    "setFault": faults::set,
    "clearFaults": faults::clear,
    "removeFault": faults::remove,
    "listRequests": requests::list,
    "verifyRequests": requests::verify,
    "waitForRequests": requests::wait,
};

/// The operations that are there also when the control API is off: they change nothing, and show nothing of an account but
/// its time.
const ALWAYS: [&str; 3] = ["getHealth", "getImprintDocument", "getControlDocument"];

/// The operation whose body is not looked at before it is carried out: it is a snapshot, which only the sandbox can read.
const RAW: &str = "putState";

/// The longest body of a request, and that of a snapshot.
const MAX_BODY: usize = 1 << 20;
const MAX_STATE: usize = 64 << 20;

/// Answers a request to the control API.
pub async fn serve(State(served): State<Arc<Served>>, request: Request) -> Response {
    answer(served, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(served: Arc<Served>, request: Request) -> Outcome {
    let (parts, body) = request.into_parts();
    // The body of the answer is left out by the server.
    let method = if parts.method == Method::HEAD { Method::GET } else { parts.method };
    let route = document::contract().route(method.as_str(), parts.uri.path());
    let is_always = matches!(&route, Route::Found { operation, .. } if ALWAYS.contains(&operation.id.as_str()));
    if !served.has_control && !is_always {
        let message = "the control API is off, as it is by default where others than this machine may reach the sandbox; \
                       --control on turns it on";
        return Err(Failure::not_found(message));
    }
    let (operation, arguments) = found(route)?;
    let parameters = parameters(parts.uri.query().unwrap_or_default())?;
    let is_raw = operation.id == RAW;
    let bytes = read(body, if is_raw { MAX_STATE } else { MAX_BODY }).await?;
    // Clients for JSON send an empty object where there is nothing to say.
    if operation.body.is_none() && !matches!(bytes.trim_ascii(), b"" | b"{}") {
        return Err(Failure::invalid("body", "the operation takes none"));
    }
    let body = validate::Body::Bytes(bytes.clone());
    let json = if is_raw && !bytes.is_empty() {
        // A page of another site cannot send this type without asking first.
        validate::is_json(&parts.headers)?;
        Some(serde_json::Value::Object(serde_json::Map::new()))
    } else {
        validate::json(operation, &parts.headers, &body)?
    };
    let contract = document::contract();
    let (mut valid, outcome) = validate::request(contract, operation, Validation::Strict, &parameters, json);
    outcome?;
    let account = valid.query.remove("account");
    let sandbox = served.account(account.as_ref().and_then(serde_json::Value::as_str))?;
    let (query, body) = (valid.query, valid.body);
    let call = Call { served, sandbox, arguments, query, body, bytes, headers: parts.headers };
    let handler = TABLE.iter().find(|(id, _)| *id == operation.id).map(|(_, handler)| handler);
    match handler {
        Some(handler) => handler(call).await,
        // A test compares the table with the document.
        None => Err(Failure::not_found("the operation is not carried out by this version")),
    }
}

/// The arguments of a path by their names.
type Arguments = Vec<(String, String)>;

/// The operation of a route, with the arguments of its path.
fn found(route: Route<'static>) -> Result<(&'static Operation, Arguments), Failure> {
    match route {
        Route::Found { operation, arguments } => Ok((operation, arguments)),
        Route::WrongMethod { allowed } => {
            let methods = allowed.join(", ");
            let message = format!("the path has {methods}");
            let failure = Failure::new(http::StatusCode::METHOD_NOT_ALLOWED, "UNKNOWN_METHOD_ERROR", message);
            Err(failure.with_allow(methods))
        }
        Route::Unknown { nearest } => {
            let near = nearest.map_or(String::new(), |near| format!("; did you mean {} {}?", near.method, near.path));
            let message = format!("the control API, which /_sandbox/openapi.yaml describes, has no such path{near}");
            Err(Failure::not_found(message))
        }
    }
}

/// The parameters of a query.
fn parameters(query: &str) -> Result<Vec<(String, String)>, Failure> {
    let parameters: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut names = BTreeSet::new();
    match parameters.iter().find(|(name, _)| !names.insert(name)) {
        Some((twice, _)) => Err(Failure::invalid(shown(twice), "is there twice")),
        None => Ok(parameters),
    }
}

/// Reads a body to its end.
async fn read(body: axum::body::Body, most: usize) -> Result<Bytes, Failure> {
    let refused = |error: Box<dyn std::error::Error + Send + Sync>| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => {
            let message = format!("the body is longer than {} MiB", most >> 20);
            Failure::new(http::StatusCode::PAYLOAD_TOO_LARGE, "INVALID_REQUEST_ERROR", message)
        }
        None => Failure::invalid("body", "ends before its length"),
    };
    Ok(Limited::new(body, most).collect().await.map_err(refused)?.to_bytes())
}

/// Reads a time such as `2026-01-01T00:00:00Z`.
fn instant(param: &str, text: &str) -> Result<SystemTime, Failure> {
    let at = OffsetDateTime::parse(text, &Rfc3339);
    at.map(SystemTime::from).map_err(|_| Failure::invalid(param, "is no time such as 2026-01-01T00:00:00Z"))
}

/// Reads a number of seconds.
fn duration(param: &str, seconds: Option<f64>) -> Result<Option<Duration>, Failure> {
    let read = seconds.map(Duration::try_from_secs_f64).transpose();
    read.map_err(|_| Failure::invalid(param, "is no number of seconds from 0"))
}

/// A name of a request in a message: short.
fn shown(name: &str) -> String {
    crate::server::redact::text(&name.chars().take(100).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_operations_of_the_document_and_no_other() {
        let declared: BTreeSet<&str> = document::contract().operations().iter().map(|one| one.id.as_str()).collect();
        let carried_out: BTreeSet<&str> = TABLE.iter().map(|(id, _)| *id).collect();
        assert_eq!(declared, carried_out);
        assert_eq!(carried_out.len(), TABLE.len(), "an operation is in the table twice");
        for id in ALWAYS.iter().chain([&RAW]) {
            assert!(declared.contains(id), "{id}");
        }
    }
}
