//! The way of a request: route, key, permission, product, body, document, operation, and the answer compared with the
//! document.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::bugs::Bug;
use crate::choices::Choice;
use crate::contract::{Contract, Operation, Route, Sent, is_listed_drift};
use crate::faults::Struck;
use crate::instant::Instant;
use crate::log::{AnswerKind, KEPT_BODY, Request};
use crate::model::key::Key;
use crate::operations::{self, Asked};
use crate::product::Product;
use crate::refusal::{Kind, Refusal};
use crate::settings::ErrorShapes;
use crate::world::{Account, KeyTaken};

use super::answer::Answer;
use super::auth::{self, Shown};
use super::stand_in::Place;
use super::{Server, errors, redact, validate};

/// The first line and the headers of a request.
pub struct Head {
    pub method: String,
    /// As it was sent, percent-encoded.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
}

impl Head {
    /// The head of a request that came by HTTP.
    pub fn of(parts: http::request::Parts) -> Self {
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
        }
    }
}

/// The longest body that is read.
pub const MAX_BODY: usize = 1 << 20;

/// The body of a request.
pub enum Body {
    Bytes(Bytes),
    TooLong,
}

impl Body {
    /// What was read; nothing if it was too long.
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::TooLong => &[],
        }
    }
}

/// When a request began, and its number.
#[derive(Clone, Copy)]
pub struct Began {
    pub sequence: u64,
    pub at: Stopwatch,
}

/// What a fault does to a request.
#[derive(Clone, Copy)]
pub enum Fate<'a> {
    /// None strikes.
    Free,
    Struck(&'a Struck),
    /// The client went away while a fault delayed the request.
    Gone(&'a Struck),
}

/// What is found out about a request on its way, for the log.
#[derive(Default)]
struct Trail<'a> {
    operation: Option<&'a Operation>,
    account: Option<Arc<Account>>,
    key: Option<Arc<Key>>,
    product: Option<Arc<Product>>,
    body: Option<Value>,
    notes: Vec<String>,
    choices: Vec<Choice>,
}

impl Server {
    /// Answers a request, and writes it down. Whatever happens in it, there is an answer, and the document allows it or it
    /// says that it is a bug; or a fault is to blame.
    pub(super) fn answer(self: &Arc<Self>, head: &Head, body: &Body, began: Began, fate: Fate<'_>) -> Answer {
        let Began { sequence, at: started } = began;
        let contract = self.settings.contract();
        let query: Vec<(String, String)> = form_urlencoded::parse(head.query.as_bytes()).into_owned().collect();
        let mut trail = Trail::default();
        let mut allow = None;
        let is_carried_out = match fate {
            Fate::Free => true,
            Fate::Struck(struck) => struck.effects.is_carried_out(),
            Fate::Gone(_) => false,
        };
        let outcome = is_carried_out.then(|| {
            catch_unwind(AssertUnwindSafe(|| self.carry_out(contract, head, &query, body, &mut trail, &mut allow)))
        });
        if outcome.is_none() {
            self.look(contract, head, body, &mut trail);
        }
        // What was done is done also if its answer turns out to be one that the document does not allow.
        let was_carried_out = matches!(outcome, Some(Ok(Ok(_))));
        let account = trail.account.clone().unwrap_or_else(|| Arc::clone(&self.first));
        let now = account.now();
        let mut answer = match outcome {
            None => Answer::new(0, None, AnswerKind::Fault),
            Some(Ok(Ok(answer))) => self.checked(contract, trail.operation, answer, sequence),
            Some(Ok(Err(refusal))) => self.refused(contract, &trail, head, &refusal, now, sequence),
            Some(Err(_)) => {
                let operation = trail.operation.map_or("", |operation| operation.id.as_str());
                self.bug(operation, "the sandbox panicked; the panic's message is on the standard error", sequence)
            }
        };
        for choice in std::mem::take(&mut trail.choices) {
            answer.choose(choice);
        }
        answer.allow = allow;
        match fate {
            Fate::Free => {}
            Fate::Struck(struck) => {
                let (operation, path, account) = (trail.operation, head.path.as_str(), &*account);
                let place = Place { contract, operation, path, account, now, sequence };
                trail.notes.extend(place.apply(struck, &mut answer));
            }
            Fate::Gone(struck) => {
                answer.fault = Some(struck.effects.to_string());
                trail.notes.push("the client went away during the delay".into());
            }
        }
        let merchant_key = trail.product.as_ref().map(|product| product.key().to_owned());
        let target = [&head.method, &head.path, &head.query, merchant_key.as_deref().unwrap_or_default()];
        let fingerprint = account.log.fingerprints.of(target, trail.body.as_ref(), body.bytes());
        let length = body.bytes().len();
        if length > KEPT_BODY && trail.body.take().is_some() {
            trail.notes.push(format!("the body of {length} bytes is too long to be kept in the log"));
        }
        let request = Request {
            sequence,
            at: now.system_time(),
            operation: trail.operation.map(|operation| operation.id.clone()),
            method: head.method.clone(),
            path: redact::path(&head.path),
            query: query
                .iter()
                .map(|(name, value)| (redact::text(name), redact::parameter(contract, trail.operation, name, value)))
                .collect(),
            body: trail.body.map(|body| redact::body(contract, trail.operation, body)),
            key: trail.key.as_ref().map(|key| key.label.clone()),
            merchant_key,
            status: answer.status,
            answer: answer.kind,
            carried_out: was_carried_out,
            fault: answer.fault.clone(),
            choices: answer.choices.clone(),
            notes: trail.notes,
            took: started.elapsed(),
            fingerprint,
        };
        if let Some(front) = self.front.get() {
            front.recorded(&account.name, &request);
        }
        account.log.add(request);
        answer
    }

    /// Finds out about a request what its record says, without carrying it out.
    fn look<'a>(&self, contract: &'a Contract, head: &Head, body: &Body, trail: &mut Trail<'a>) {
        if let Route::Found { operation, .. } = contract.route(&head.method, &head.path) {
            trail.operation = Some(operation);
            // What cannot be read is refused only if it is carried out.
            trail.body = validate::json(operation, &head.headers, body).ok().flatten();
        }
        if let Ok((account, key)) = self.caller(&head.headers) {
            (trail.account, trail.key) = (Some(account), Some(key));
        }
        trail.product = self.product_of(&head.headers);
    }

    fn carry_out<'a>(
        self: &Arc<Self>,
        contract: &'a Contract,
        head: &Head,
        query: &[(String, String)],
        body: &Body,
        trail: &mut Trail<'a>,
        allow: &mut Option<String>,
    ) -> Result<Answer, Refusal> {
        let (operation, arguments) = match contract.route(&head.method, &head.path) {
            Route::Found { operation, arguments } => (operation, arguments),
            Route::WrongMethod { allowed } => {
                *allow = Some(allowed.join(", "));
                return Err(Refusal::new(405, Kind::UNKNOWN_METHOD, format!("the path has {}", allowed.join(", "))));
            }
            Route::Unknown { nearest } => {
                let near = nearest.map_or(String::new(), |near| {
                    format!("; the nearest is {}: {} {}", near.id, near.method, near.path)
                });
                return Err(Refusal::new(404, Kind::UNKNOWN_PATH, format!("the API has no such path{near}")));
            }
        };
        trail.operation = Some(operation);
        let (account, key) = self.caller(&head.headers).map_err(|why| {
            // The answer has no body that could say it.
            trail.notes.push(why);
            unauthorized()
        })?;
        trail.account = Some(Arc::clone(&account));
        trail.key = Some(Arc::clone(&key));
        permit(operation, &key, trail)?;
        let product = self.product(&head.headers, trail)?;
        let json = validate::json(operation, &head.headers, body)?;
        trail.body = json.clone();
        let (valid, outcome) = validate::request(contract, operation, self.settings.validation, query, json);
        trail.notes = valid.notes;
        trail.choices.extend(valid.choices);
        outcome?;
        let Some(handler) = operations::handler(&operation.id) else {
            return self.example(contract, operation, &arguments, query, Value::from(valid.body));
        };
        let asked = Asked {
            contract,
            operation,
            arguments: BTreeMap::from_iter(arguments),
            query: valid.query,
            body: valid.body,
            caller: &key,
        };
        let (outcome, choices) = account.transact(product, |tx| {
            // Another request may have deleted the key in between.
            let is_alive = tx.state.keys.first("text", key.text.expose()).is_some_and(|key| key.deleted_at.is_none());
            if is_alive && !tx.state.has_ended() { handler(tx, &asked) } else { Err(unauthorized()) }
        });
        trail.choices.extend(choices);
        let reply = outcome?;
        if let Some(text) = &reply.new_key {
            let taken =
                |KeyTaken| Refusal::conflict("another account of the server has a key of the text that was made");
            self.accounts.admit(&account, std::slice::from_ref(text)).map_err(taken)?;
        }
        Ok(Answer::new(operation.success().0, reply.body, AnswerKind::State))
    }

    /// Whose key a request shows.
    ///
    /// # Errors
    ///
    /// If it shows none that is valid: why, in words.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<(Arc<Account>, Arc<Key>), String> {
        match auth::shown(headers, &self.settings.basic_pairs) {
            Shown::Key(text) => self.accounts.caller(text.expose()),
            // A pair stands for the first key of the first account, and ends with it.
            Shown::Pair => self.accounts.caller(self.first.first_key.expose()),
            Shown::Nothing => Err("the request has no key".to_owned()),
        }
    }

    fn product(&self, headers: &HeaderMap, trail: &mut Trail<'_>) -> Result<Arc<Product>, Refusal> {
        let product = self.product_of(headers);
        if merchant_key(headers).is_some() && self.settings.products.is_empty() {
            trail.choices.push(Choice::UnknownMerchantKeyOpensProduct);
        }
        trail.product.clone_from(&product);
        product.ok_or_else(|| Refusal::invalid(MERCHANT_KEY, "does not belong to any declared product"))
    }

    /// The product that a request is about; None if it names one that there is not.
    pub(super) fn product_of(&self, headers: &HeaderMap) -> Option<Arc<Product>> {
        self.settings.product(merchant_key(headers).as_deref())
    }

    /// An operation that the sandbox does not know is answered from the examples of the document.
    fn example(
        &self,
        contract: &Contract,
        operation: &Operation,
        arguments: &[(String, String)],
        query: &[(String, String)],
        body: Value,
    ) -> Result<Answer, Refusal> {
        if !self.settings.examples {
            let message = format!("the sandbox has no behaviour for {}, and answers by example are off", operation.id);
            return Err(Refusal::new(501, Kind::NOT_IMPLEMENTED, message));
        }
        let (status, body) = contract.example(operation, &Sent { path: arguments, query, body: Some(&body) });
        Ok(Answer::new(status, body, AnswerKind::Example))
    }

    fn refused(
        &self,
        contract: &Contract,
        trail: &Trail<'_>,
        head: &Head,
        refusal: &Refusal,
        now: Instant,
        sequence: u64,
    ) -> Answer {
        let shapes = self.settings.error_shapes;
        let path = percent_decode_str(&head.path).decode_utf8_lossy();
        let body = errors::body(contract, trail.operation, refusal, &path, now, shapes, sequence);
        let answer = Answer::new(refusal.status, body, AnswerKind::Refusal);
        let mut answer = match shapes {
            ErrorShapes::AsDeclared => self.checked(contract, trail.operation, answer, sequence),
            // Another shape than the declared one was asked for.
            _ => answer,
        };
        if refusal.status == 401 {
            answer.choose(Choice::UnauthorizedAnswer);
        }
        let is_declared =
            trail.operation.and_then(|operation| contract.error_shape(operation, refusal.status)).is_some();
        if !is_declared {
            answer.choose(Choice::UndeclaredError);
        }
        if refusal.kind.is_own() {
            answer.choose(Choice::ErrorType);
        }
        answer
    }

    /// The answer if the document allows it, else one that says what it does not allow.
    fn checked(&self, contract: &Contract, operation: Option<&Operation>, answer: Answer, sequence: u64) -> Answer {
        let Some(operation) = operation else { return answer };
        match contract.check_answer(operation, answer.status, answer.body.as_ref()) {
            Ok(violations) => match violations.iter().find(|found| !is_listed_drift(answer.body.as_ref(), found)) {
                None => answer,
                Some(first) => {
                    let place = if first.pointer.is_empty() { "the body" } else { &first.pointer };
                    self.bug(
                        &operation.id,
                        &format!("{place} of the answer {} {}", answer.status, first.what),
                        sequence,
                    )
                }
            },
            Err(_) if UNDECLARED.contains(&answer.status) => answer,
            Err(_) => {
                let what = format!("the document declares no answer with the status {}", answer.status);
                self.bug(&operation.id, &what, sequence)
            }
        }
    }

    fn bug(&self, operation: &str, what: &str, sequence: u64) -> Answer {
        self.bugs.found(Bug { sequence, operation: operation.to_owned(), what: what.to_owned() });
        let message = format!("a bug of imprint-sandbox, please report it: {operation}: {what}");
        let body = serde_json::json!({ "error": { "type": "SANDBOX_BUG", "message": message } });
        Answer::new(500, Some(body), AnswerKind::Bug)
    }
}

/// The statuses that an operation may answer without declaring them.
const UNDECLARED: [u16; 9] = [400, 401, 403, 404, 405, 409, 413, 415, 501];

/// The header that names the product.
const MERCHANT_KEY: &str = "x-imprint-merchant-key";

/// The merchant key that a request names, if it does.
fn merchant_key(headers: &HeaderMap) -> Option<String> {
    let shown = headers.get(MERCHANT_KEY).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    shown.filter(|value| !value.is_empty())
}

fn unauthorized() -> Refusal {
    Refusal::new(401, "UNAUTHORIZED", "the request has no valid key")
}

/// Refuses what the key may not do.
fn permit(operation: &Operation, key: &Key, trail: &mut Trail<'_>) -> Result<(), Refusal> {
    // A key may replace itself whatever else it may.
    if matches!(operation.id.as_str(), "createKey" | "deleteKey") {
        return Ok(());
    }
    let reads = operation.is_repeatable();
    if if reads { key.permissions.read } else { key.permissions.write } {
        return Ok(());
    }
    trail.choices.push(Choice::PermissionByEffect);
    let missing = if reads { "read" } else { "write" };
    Err(Refusal::new(403, Kind::FORBIDDEN, format!("the key has no permission to {missing}")))
}
