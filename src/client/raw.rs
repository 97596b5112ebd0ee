//! Calls of operations that the API document of this version does not have.

use std::fmt::{self, Display};

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Client, call_options};
use crate::call::{RawBody, Request, Response};
use crate::error::{Error, Problems};
use crate::operation::Operation;

/// The operation id of such a call in errors.
const ID: &str = "request";

/// The operations that represent an operation that is not in the document: only the method is known.
static OPERATIONS: [Operation; 5] = [
    operation(Method::GET, true),
    operation(Method::PUT, true),
    operation(Method::POST, false),
    operation(Method::PATCH, false),
    operation(Method::DELETE, false),
];

const fn operation(method: Method, repeatable: bool) -> Operation {
    Operation::undocumented(ID, method, "", repeatable)
}

/// A call of an operation that this version does not know, started by [`Client::request`].
///
/// It has the same authentication, path guard, limits and errors as every other call; in its errors `operation_id()` is
/// `request`.
///
/// ```no_run
/// use imprint_client::Method;
/// use serde::Deserialize;
///
/// #[derive(Debug, Deserialize)]
/// struct Dispute {
///     id: String,
/// }
///
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let dispute = client
///     .request(Method::POST, "/v2/transactions/{transaction_id}/disputes")
///     .path("transaction_id", "E777214A")
///     .json(&serde_json::json!({"reason": "FRAUD"}))
///     .send::<Dispute>()
///     .await?;
/// println!("{}", dispute.id);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest<C = Client> {
    client: C,
    operation: Option<&'static Operation>,
    template: String,
    request: Request,
}

impl<C> RawRequest<C> {
    pub(crate) fn new(client: C, method: &Method, template: String) -> Self {
        let operation = OPERATIONS.iter().find(|operation| operation.method == *method);
        Self { client, operation, template, request: Request::new() }
    }

    /// The value for `{name}` in the path. It is encoded, and refused if it would change where the request goes.
    pub fn path(mut self, name: &'static str, value: impl Display) -> Self {
        self.request.path(name, Some(&value));
        self
    }

    /// A parameter of the query.
    pub fn query(mut self, name: &'static str, value: impl Display) -> Self {
        self.request.query(name, Some(&value));
        self
    }

    /// The JSON body.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        self.request.json(Some(body));
        self
    }

    /// The same request for another client, and the client it was for.
    #[cfg(feature = "blocking")]
    pub(crate) fn replace_client<D>(self, other: impl FnOnce(&C) -> D) -> (C, RawRequest<D>) {
        let Self { client, operation, template, request } = self;
        let request = RawRequest { client: other(&client), operation, template, request };
        (client, request)
    }
}

call_options!(RawRequest);

impl RawRequest {
    /// Makes the call and decodes the answer; an empty answer is decoded as `null`, so it can be read as `()` or as an
    /// `Option`.
    ///
    /// # Errors
    ///
    /// The errors of every other call. [`Error::Api`] also for a success whose body has an object `error` that is not
    /// blank; if that object is part of a regular answer, read it from [`ApiError::body`](crate::ApiError::body).
    /// [`Error::InvalidRequest`] for a path that does not begin with a slash, has its own query or would be rewritten
    /// (`..`), for a `{name}` without a value, and for methods other than GET, PUT, POST, PATCH and DELETE.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let operation = self.operation()?;
        self.client.call_at(operation, &self.template, self.request).await
    }

    /// Makes the call and returns the bytes of a 2xx answer as they came, whatever their content type: for exports,
    /// documents and images, or for JSON that is to be read in another way.
    ///
    /// Nothing is decoded and nothing is looked at, so the bytes are yours to judge. Some servers write the body of an
    /// error under the status 200: `send` makes an error of it, this method returns it as it is. The request is the
    /// same as that of `send`, and so it accepts `application/json` like every call. With the feature `gzip`, a
    /// compressed body is decompressed.
    ///
    /// ```no_run
    /// use imprint_client::Method;
    ///
    /// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let statement = client
    ///     .request(Method::GET, "/v2/statements/{statement_id}/pdf")
    ///     .path("statement_id", "E777214A")
    ///     .send_raw()
    ///     .await?;
    /// std::fs::write("statement.pdf", &**statement)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), except for those about the body of a success: statuses that are no success,
    /// connections that break within the body, and bodies larger than
    /// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes).
    pub async fn send_raw(self) -> Result<Response<RawBody>, Error> {
        let operation = self.operation()?;
        self.client.call_raw_at(operation, &self.template, self.request).await
    }

    /// The operation that represents this call.
    fn operation(&self) -> Result<&'static Operation, Error> {
        self.operation.ok_or_else(|| {
            let mut problems = Problems::default();
            problems.invalid("method", "must be GET, PUT, POST, PATCH or DELETE");
            Error::invalid_request(&OPERATIONS[0], problems)
        })
    }
}

/// Shows the request without the values.
impl<C> fmt::Debug for RawRequest<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.operation.map(|operation| operation.method.as_str());
        f.debug_struct("RawRequest").field("method", &method).field("path", &self.template).finish_non_exhaustive()
    }
}
