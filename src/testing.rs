//! Responses and errors made by hand, for the unit tests of code that calls this library.
//!
//! A [`Response`] and an [`Error`] otherwise come from a call only. Code that calls Imprint through a trait of its own,
//! so that its tests can put something else in the place of the client, makes them with these functions:
//!
//! | function | what it makes |
//! |---|---|
//! | [`response`] | the [`Response`] of a value, which the builders in [`types`](crate::types) make |
//! | [`answer`] | what the client makes of a status and a body: a [`Response`], [`Error::Decode`] or [`Error::Api`] |
//! | [`api_error`] | an [`Error::Api`], from a code and a message or from a whole body |
//! | [`timeout`] | an [`Error::Timeout`] |
//!
//! The errors are made by the code that makes those of real calls: bodies are read in the same way, and `is_retryable`,
//! `may_have_been_processed`, `optional()` and the texts say what they would say after such an answer.
//!
//! [`Error::InvalidRequest`] and [`Error::Config`] need no function: a builder without a required field, and
//! [`Client::builder`](crate::Client::builder) without a key, return them. An [`Error::Transport`] contains the error of
//! the HTTP client, which only a connection makes: [the guide](crate::guide::testing) has a test with a port that nobody
//! listens on.
//!
//! ```
//! use imprint_client::types::{Reward, RewardStatus};
//! use imprint_client::{Error, Response, operation, testing};
//!
//! /// What the code under test needs of Imprint.
//! trait Rewards {
//!     fn reward(&self, id: &str) -> Result<Response<Reward>, Error>;
//! }
//!
//! /// The code under test.
//! fn is_due(imprint: &impl Rewards, id: &str) -> Result<bool, Error> {
//!     Ok(imprint.reward(id)?.status == RewardStatus::Pending)
//! }
//!
//! /// One reward is pending. The others do not exist.
//! struct OneReward;
//!
//! impl Rewards for OneReward {
//!     fn reward(&self, id: &str) -> Result<Response<Reward>, Error> {
//!         if id != "DCBFC736" {
//!             return Err(testing::api_error(&operation::GET_REWARD, 404).code("REWARD_NOT_FOUND_ERROR").build());
//!         }
//!         let reward = Reward::builder().id(id).customer_id("BBB815E9").type_("REWARD").status("PENDING").amount(1250);
//!         Ok(testing::response(reward.created_at("2025-02-13T19:08:07Z").build()?).build())
//!     }
//! }
//!
//! assert!(is_due(&OneReward, "DCBFC736")?);
//! assert_eq!(is_due(&OneReward, "A0000000").unwrap_err().status().unwrap(), 404);
//! # Ok::<(), Error>(())
//! ```
//!
//! The functions panic where they are called if a status, a header or a number of attempts cannot be.

mod answer;
mod head;
mod response;
mod timeout;

pub use answer::{AnswerBuilder, ApiErrorBuilder};
pub use response::ResponseBuilder;
pub use timeout::TimeoutBuilder;

#[cfg(doc)]
use crate::call::Response;
#[cfg(doc)]
use crate::error::Error;
use crate::error::TimeoutPhase;
use crate::operation::Operation;

/// Starts a response with this value: the status is 200, there are no headers, and one attempt was made.
///
/// ```
/// use imprint_client::{Response, testing};
///
/// let response: Response<&str> = testing::response("value").status(201).header("x-request-id", "7f3a").build();
/// assert_eq!((*response, response.status().as_u16(), response.request_id()), ("value", 201, Some("7f3a")));
/// ```
pub fn response<T>(value: T) -> ResponseBuilder<T> {
    ResponseBuilder::new(value)
}

/// Starts an answer with this status, to be read as the client reads the answers to this operation: the body is empty,
/// there are no headers, and one attempt was made.
///
/// ```
/// use imprint_client::types::Reward;
/// use imprint_client::{Error, operation, testing};
/// use serde_json::json;
///
/// let reward = json!({"id": "DCBFC736", "customer_id": "BBB815E9", "type": "REWARD", "status": "NEW", "amount": 1250,
///     "created_at": "2025-02-13T19:08:07Z"});
/// let answer = testing::answer(&operation::GET_REWARD, 200);
/// assert_eq!(answer.clone().json(&reward).read::<Reward>()?.status.as_str(), "NEW"); // a status of the future
///
/// let Err(Error::Decode(error)) = answer.json(&json!({"id": "DCBFC736", "amount": "12.50"})).read::<Reward>() else {
///     panic!("an amount that is no integer was read");
/// };
/// assert_eq!(error.path(), "amount");
/// # Ok::<(), Error>(())
/// ```
///
/// # Panics
///
/// When the status is not between 100 and 999.
#[track_caller]
pub fn answer(operation: &'static Operation, status: u16) -> AnswerBuilder {
    AnswerBuilder::new(operation, status)
}

/// Starts an error that the API answers this operation with: the body is empty, there are no headers, and one attempt was
/// made.
///
/// ```
/// use imprint_client::{Error, ErrorKind, OptionalExt, Response, operation, testing};
///
/// let conflict = || testing::api_error(&operation::CREATE_ORDER, 409).code("CONFLICT_ERROR").message("it exists");
/// assert_eq!(conflict().build().to_string(), "createOrder answered 409 Conflict: CONFLICT_ERROR: it exists");
///
/// let limited = testing::api_error(&operation::GET_CUSTOMER, 429).header("retry-after", "7").attempts(3).build();
/// assert!(limited.is_retryable() && !limited.may_have_been_processed());
///
/// // A 404 of the API, which has a code, is `None`; that of a gateway stays an error.
/// let lost = |error: Error| Err::<Response<()>, _>(error).optional();
/// let absent = testing::api_error(&operation::GET_CUSTOMER, 404);
/// assert!(lost(absent.clone().code("CUSTOMER_NOT_FOUND_ERROR").build())?.is_none());
/// let gateway = lost(absent.body("<html>Not Found</html>").build());
/// assert!(matches!(gateway, Err(Error::Api(error)) if error.kind() == ErrorKind::NotFound));
/// # Ok::<(), Error>(())
/// ```
///
/// # Panics
///
/// When the status is not between 100 and 999.
#[track_caller]
pub fn api_error(operation: &'static Operation, status: u16) -> ApiErrorBuilder {
    ApiErrorBuilder::new(operation, status)
}

/// Starts the error of a call of this operation that got no complete answer in time, in its first attempt.
///
/// The phase says what is known: after [`TimeoutPhase::Connect`] nothing was sent, after the others the API may have acted
/// on the request.
///
/// ```
/// use imprint_client::error::TimeoutPhase;
/// use imprint_client::{operation, testing};
///
/// let unsent = testing::timeout(&operation::CREATE_ORDER, TimeoutPhase::Connect).build();
/// assert!(unsent.is_retryable() && !unsent.may_have_been_processed());
///
/// let unknown = testing::timeout(&operation::CREATE_ORDER, TimeoutPhase::Attempt).build();
/// assert!(!unknown.is_retryable() && unknown.may_have_been_processed());
/// assert_eq!(unknown.to_string(), "createOrder: no complete answer within 30s (attempt timeout)");
/// ```
pub fn timeout(operation: &'static Operation, phase: TimeoutPhase) -> TimeoutBuilder {
    TimeoutBuilder::new(operation, phase)
}
