//! The operations of the API as data: one constant per operation, and [`ALL`] of them. Each constant links to the method
//! of [`Client`](crate::Client) that makes the call.
//!
//! ```
//! use imprint_client::operation;
//!
//! let link = operation::ALL.iter().find(|operation| operation.id() == "linkCustomerAccount").unwrap();
//! assert_eq!(link.method(), "POST");
//! assert_eq!(link.path(), "/v2/customers/{customer_id}/link");
//! assert!(!link.is_repeatable());
//! ```

// This room imports no other module, except that it re-exports the generated constants.

use http::Method;

/// Made by the build script from the API document.
#[allow(clippy::all)]
mod generated {
    use super::Operation;

    include!(concat!(env!("OUT_DIR"), "/operation.rs"));
}

#[cfg(test)]
pub(crate) use generated::SERVERS;
pub use generated::*;

/// What is known about an operation of the API before it is called.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) repeatable: bool,
    pub(crate) pages: bool,
    /// The success answer has no body: whatever arrives is not decoded.
    pub(crate) empty: bool,
    /// The names of the fields of the answer; none where they are not known.
    pub(crate) answer: &'static [&'static str],
    /// The names under which an answer may have its list; none for an operation that answers no list.
    pub(crate) list: &'static [&'static str],
    /// A success may come without the body that others have.
    pub(crate) may_be_empty: bool,
    /// The media types to ask for.
    pub(crate) accept: &'static str,
    /// The same operation for a request with an idempotency key, which may be repeated; `None` if the API document declares
    /// no such key, or if it is repeatable anyway.
    pub(crate) keyed: Option<&'static Operation>,
}

impl Operation {
    /// An operation that the API document does not describe: its answer may have any fields, or none.
    pub(crate) const fn undocumented(id: &'static str, method: Method, path: &'static str, repeatable: bool) -> Self {
        Self {
            id,
            method,
            path,
            repeatable,
            pages: false,
            empty: false,
            answer: &[],
            list: &[],
            may_be_empty: false,
            accept: "application/json",
            keyed: None,
        }
    }

    /// The `operationId` of the API document, such as `linkCustomerAccount`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path template, such as `/v2/customers/{customer_id}/link`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Whether calling it twice does no more than calling it once: GET, PUT, and the searches that are a POST. In errors and
    /// hooks also any operation that is called with the idempotency key that the API document declares for it.
    ///
    /// DELETE is not among them: the second one answers 404, and `deleteKey` deletes the key that makes the call.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Whether the answers come in pages: a cursor goes in, `data` and `has_more` come out.
    pub fn pages(&self) -> bool {
        self.pages
    }
}
