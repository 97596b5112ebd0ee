//! What a program puts in front of the API: pages, an API that controls the sandbox, and checks of where a request comes
//! from. Tests in Rust have none of it.

use std::pin::Pin;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

use crate::log::Request;

/// Why the body of an answer ended early.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer that is not one of the API.
pub type FrontBody = UnsyncBoxBody<Bytes, BoxError>;

/// An answer that is not one of the API.
pub type FrontResponse = http::Response<FrontBody>;

/// An answer that is being made.
pub type Serving = Pin<Box<dyn Future<Output = FrontResponse> + Send>>;

/// Where a request goes.
#[cfg_attr(not(feature = "program"), expect(dead_code, reason = "tests in Rust put nothing in front of the API"))]
pub enum Way {
    /// To the API.
    Api,
    /// To [`Front::serve`].
    Front,
    /// Nowhere: this is the answer.
    Refused(Box<FrontResponse>),
}

/// What stands in front of the API.
pub trait Front: Send + Sync {
    /// Decides by the head of a request where it goes.
    fn way(&self, request: &http::request::Parts) -> Way;

    /// Answers a request that is not for the API.
    fn serve(&self, request: http::Request<Incoming>) -> Serving;

    /// Adds headers to an answer of the API to a request with these headers.
    fn complete(&self, request: &HeaderMap, answer: &mut HeaderMap);

    /// Is told of each request to the API, with the name of its account.
    fn recorded(&self, account: &str, request: &Request);
}
