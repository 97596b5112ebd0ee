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
use hyper::body::Body as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::task::JoinSet;

use crate::bugs::{Bug, Bugs};
use crate::contract::{Operation, Route};
use crate::server::{Limits, validate};
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

/// The operations that only wait for what others do: they end when their client goes away.
const WAITING: [&str; 3] = ["listEvents", "settle", "waitForRequests"];

/// How long a body may take in all.
const BODY_PATIENCE: Duration = Limits::OF_PROGRAM.body;

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
        Some(handler) => {
            let bugs = call.sandbox.listening().server.bugs.clone();
            carry_out(&bugs, &operation.id, handler(call)).await
        }
        // A test compares the table with the document.
        None => Err(Failure::not_found("the operation is not carried out by this version")),
    }
}

/// Carries an operation out in a task of its own. So a panic in it is an answer that says so, instead of a connection that
/// is closed, and what was begun goes on when its client gives up: half an advance of the clock helps nobody.
async fn carry_out(bugs: &Bugs, id: &str, handling: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    let outcome = if WAITING.contains(&id) {
        // The set aborts its task when it is dropped.
        let mut tasks = JoinSet::new();
        tasks.spawn(handling);
        tasks.join_next().await
    } else {
        Some(tokio::spawn(handling).await)
    };
    match outcome {
        Some(Ok(outcome)) => outcome,
        // Nobody aborts a task that is still waited for, so that the error is its panic.
        Some(Err(_)) | None => {
            let what = "the sandbox panicked; the panic's message is on the standard error";
            bugs.found(Bug { sequence: 0, operation: id.to_owned(), what: what.to_owned() });
            Err(Failure::bug(id, what))
        }
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

/// Reads a body to its end, unless its length is told before and is too long.
async fn read(body: axum::body::Body, most: usize) -> Result<Bytes, Failure> {
    let too_long = || {
        let message = format!("the body is longer than {} MiB", most >> 20);
        Failure::new(http::StatusCode::PAYLOAD_TOO_LARGE, "INVALID_REQUEST_ERROR", message)
    };
    if body.size_hint().lower() > most as u64 {
        return Err(too_long());
    }
    match tokio::time::timeout(BODY_PATIENCE, Limited::new(body, most).collect()).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long()),
        Ok(Err(_)) => Err(Failure::invalid("body", "ends before its length")),
        Err(_) => Err(Failure::invalid("body", format_args!("did not end within {} seconds", BODY_PATIENCE.as_secs()))),
    }
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
        for id in ALWAYS.iter().chain(&WAITING).chain([&RAW]) {
            assert!(declared.contains(id), "{id}");
        }
    }

    #[tokio::test]
    async fn a_panic_of_a_handler_is_an_answer_and_a_bug() {
        for id in ["advanceClock", WAITING[0]] {
            let bugs = Bugs::default();
            let failure = carry_out(&bugs, id, async { panic!("a panic that a test makes") }).await;
            let failure = failure.expect_err("it has no answer");
            assert_eq!((failure.status.as_u16(), failure.kind), (500, "SANDBOX_BUG"));
            assert!(failure.message.contains(id) && !failure.message.contains("that a test makes"), "{failure:?}");
            let all = bugs.all();
            assert_eq!((all.len(), all[0].sequence, all[0].operation.as_str()), (1, 0, id));
        }
    }

    #[tokio::test]
    async fn what_was_begun_goes_on_without_its_client_and_what_only_waits_ends() {
        for (id, goes_on) in [("advanceClock", true), (WAITING[0], false)] {
            let (bugs, go_on) = (Bugs::default(), Arc::new(tokio::sync::Notify::new()));
            let (done, mut is_done) = tokio::sync::oneshot::channel();
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            let handling = {
                let go_on = Arc::clone(&go_on);
                async move {
                    let _ = begun.send(());
                    go_on.notified().await;
                    let _ = done.send(());
                    call::done()
                }
            };
            // The client goes away when the work has begun.
            tokio::select! {
                _ = carry_out(&bugs, id, handling) => panic!("{id} is through too early"),
                begun = has_begun => begun.expect("it begins"),
            }
            go_on.notify_one();
            let ended = tokio::time::timeout(Duration::from_secs(10), &mut is_done).await.expect("it ends");
            assert_eq!(ended.is_ok(), goes_on, "{id}");
            assert_eq!(bugs.all(), [], "{id}");
        }
    }
}
