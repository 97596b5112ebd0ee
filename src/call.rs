//! One call of an operation: the request, its attempts and the pauses between them, and the decoded answer.
//!
//! It imports `value`, `operation`, `repeat` and `error`, but neither the client nor any generated type: the caller
//! passes the URL, the headers and the limits.
//!
//! | module | what it does |
//! |---|---|
//! | `request`, `path`, `parameter` | collects the values given to a builder, fills the path so that no value changes which operation is called, and writes lists and objects |
//! | `transport` | makes one attempt: sends once, reads at most the limit |
//! | `retry` | makes attempts until one succeeds or no further attempt may be made |
//! | `answer` | decides which 2xx answers are a success |
//! | `conventions` | what the generator has to know of it as well: styles of parameters, headers that are left to the client, parts of paths |
//! | `headers` | which headers code outside of the client may set |
//! | `interceptor` | runs the hooks of users around attempts and calls |
//! | `upload` | files to send, and the body that is made of them |
//! | `response`, `raw_body`, `optional` | the result of a call |
//! | `trace`, `clock`, `error_type` | the spans and events for `tracing`, the source of the time, and the names of failures |

pub(crate) mod answer;
mod clock;
mod conventions;
mod error_type;
pub(crate) mod headers;
pub(crate) mod interceptor;
mod optional;
mod parameter;
mod path;
mod raw_body;
mod request;
mod response;
pub(crate) mod retry;
pub(crate) mod trace;
mod transport;
mod upload;

pub(crate) use clock::TokioClock;
pub use clock::{Clock, Pause};
#[allow(unused_imports, reason = "whether the generated code uses it depends on the API document")]
pub(crate) use conventions::Style;
use error_type::error_type;
pub use optional::OptionalExt;
pub use raw_body::RawBody;
pub(crate) use request::{IntoRequest, Request};
pub use response::Response;
pub use retry::RetryPolicy;
#[cfg(test)]
pub(crate) use transport::stand_in;
pub(crate) use transport::{Answer, Limits, Transport, check_runtime, default_http_client};
pub(crate) use upload::RequestBody;
pub use upload::Upload;
