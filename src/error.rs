//! The errors of a call, and what a caller may do about them: [`Error`], and the payloads of its variants.
//!
//! Every error of a call gives the operation, the host, the status, the number of attempts, and whether the API may have acted on
//! one of them. The payload of each variant adds its own details.

// This module imports `value`, `operation` and `repeat`, but no generated type: `ext` reads the parts of an error's
// body that have a type of the API.
//
// `context` holds the facts that all errors of a call give, and `finding` holds what is wrong with a body. `envelope`
// reads the bodies of errors, `mask` hides secrets and personal data in the texts of the server so that they can be
// logged, `of_call` has the error of a call, `of_type` what is left of it without the feature `client`, and `nested` collects the problems of nested values.

#[cfg(feature = "client")]
mod api;
#[cfg(feature = "client")]
mod config;
mod context;
#[cfg(feature = "client")]
mod decode;
#[cfg(feature = "client")]
mod envelope;
mod finding;
#[cfg(feature = "client")]
mod interceptor;
mod invalid;
#[cfg(feature = "client")]
mod mask;
mod nested;
#[cfg(feature = "client")]
mod of_call;
#[cfg(not(feature = "client"))]
mod of_type;
#[cfg(feature = "client")]
mod request_id;
#[cfg(feature = "client")]
mod retry_after;
#[cfg(feature = "client")]
mod sources;
#[cfg(feature = "client")]
mod too_large;
#[cfg(feature = "client")]
mod transport;

#[cfg(feature = "client")]
pub use api::{ApiError, ErrorKind};
#[cfg(feature = "client")]
pub use config::ConfigError;
use context::Context;
#[cfg(feature = "client")]
pub use decode::DecodeError;
#[cfg(feature = "client")]
pub(crate) use envelope::{BodyKind, is_blank};
pub(crate) use finding::{Fault, Finding};
#[cfg(feature = "client")]
pub use interceptor::InterceptorError;
pub use invalid::InvalidRequestError;
pub(crate) use invalid::Problems;
pub(crate) use nested::Build;
#[cfg(feature = "client")]
pub use of_call::Error;
#[cfg(not(feature = "client"))]
pub use of_type::Error;
#[cfg(all(feature = "client", feature = "tracing"))]
pub(crate) use request_id::shown_request_id;
#[cfg(feature = "client")]
pub(crate) use request_id::{is_for_logs, request_id};
#[cfg(feature = "client")]
pub(crate) use sources::sources;
#[cfg(feature = "client")]
pub use too_large::ResponseTooLargeError;
#[cfg(feature = "client")]
pub use transport::{TimeoutError, TimeoutPhase, TransportError};
