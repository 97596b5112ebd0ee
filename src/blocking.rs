//! A client for code without async: the same calls, helpers, lists and errors, each waited for in the calling thread.
//!
//! ```no_run
//! use imprint_client::blocking::Client;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::from_env()?;
//!     let link = client.link_customer_account().customer_id("2EE24580").partner_customer_id("USER_456").send()?;
//!     println!("{}: {}", link.status(), link.partner_customer_id);
//!     for reward in client.get_rewards().customer_id("2EE24580").limit(100).stream() {
//!         println!("{}", reward?.amount);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # How it works
//!
//! The client has a thread of its own, which drives the connections. All clones and variants of a client share it, and it
//! ends with the last of them. A call is made in the thread that calls `send`, which waits for the answer. So nothing has to
//! be `Send`, and calls can be made from several threads at once.
//!
//! Calls may be made inside of an async runtime as well: they do not panic there. But they block the thread, so other
//! tasks of that thread do not run until the call has ended. A server that runs in the same single-threaded runtime
//! cannot answer such a call, which then ends with its timeout. In async code, use the [async client](crate::Client).
//!
//! An [interceptor](crate::Interceptor) must not make calls by the client that it belongs to: where
//! [`prefetch`](Items::prefetch) requests a page, that is a panic, because the call would wait for itself.
//!
//! # What is different
//!
//! | async | here |
//! |---|---|
//! | `send().await`, `.await` | [`send`](crate::calls::GetCustomer) |
//! | [`list::Items`](crate::list::Items), a stream | [`Items`], an iterator |
//! | [`list::Pages`](crate::list::Pages), a stream | [`Pages`], an iterator |
//! | [`Client::rotate_key`](crate::Client::rotate_key) takes an async closure | [`rotate_key`](Client::rotate_key) takes a closure |
//!
//! All other types are the same.

// The floors below are imported; the generated part implements the calls.

mod builder;
mod calls;
mod helpers;
mod lists;
mod runtime;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::call::{RawBody, Request, Response};
use crate::client::{self, AnyClient, CallOptions, RawRequest};
use crate::error::Error;
use crate::operation::Operation;

pub use builder::ClientBuilder;
pub use lists::{Items, Pages};
use runtime::Runtime;

/// A client of the Imprint API whose calls block the calling thread until they have ended.
///
/// It has the methods of the [async client](crate::Client). Make one and keep it: it holds a thread and a pool of
/// connections, which clones and variants share. See the [module](self).
#[derive(Clone)]
pub struct Client {
    client: client::Client,
    runtime: Arc<Runtime>,
}

/// # Clients and variants of them
impl Client {
    /// A builder of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client from environment variables, as by the [async client](crate::Client::from_env).
    ///
    /// # Errors
    ///
    /// [`Error::Config`], naming the variable.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A client that makes the calls of an async one. It has a thread of its own.
    ///
    /// The two share the pool of connections. Do not send calls by the async client any more: a connection is driven by
    /// the runtime in which it was made, and would break when that runtime ends.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the system refuses a thread, or the means to wait for connections.
    pub fn new(client: client::Client) -> Result<Self, Error> {
        Ok(Self { client, runtime: Arc::new(Runtime::start()?) })
    }

    /// The same client for another product of the partner: sends `x-imprint-merchant-key` with every call.
    ///
    /// If the key cannot be sent in a header, every call is an [`Error::Config`].
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_merchant_key(&self, key: impl AsRef<str>) -> Self {
        self.with_client(self.client.with_merchant_key(key))
    }

    /// The same client with another time limit for a whole call.
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_client(self.client.with_timeout(timeout))
    }

    /// The same client with other options for its calls. Options of the client that `options` does not set stay.
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_options(&self, options: CallOptions) -> Self {
        self.with_client(self.client.with_options(options))
    }

    /// The URL to which calls are sent.
    pub fn base_url(&self) -> &str {
        self.client.base_url()
    }

    /// Starts a call that this version of the crate does not know; see [`Client::request`](crate::Client::request).
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest<Self> {
        RawRequest::new(self.clone(), &method, path.into())
    }

    /// The async client that makes the calls.
    fn asynchronous(&self) -> client::Client {
        self.client.clone()
    }

    /// A client that makes the calls of an async one in the thread of this client: of one that has the same pool, such as
    /// that of a [`KeyRotationError`](crate::helpers::KeyRotationError).
    #[must_use = "it makes another client and leaves this one as it is"]
    pub fn with_client(&self, client: client::Client) -> Self {
        Self { client, runtime: Arc::clone(&self.runtime) }
    }

    /// Makes a call. All generated builders send their calls by this method.
    fn call<T: DeserializeOwned>(&self, operation: &'static Operation, request: Request) -> Result<Response<T>, Error> {
        self.runtime.wait(self.client.call(operation, request))
    }

    /// Makes a call and returns the body of a 2xx answer as it came.
    fn call_raw(&self, operation: &'static Operation, request: Request) -> Result<Response<RawBody>, Error> {
        self.runtime.wait(self.client.call_raw(operation, request))
    }
}

impl AnyClient for Client {
    fn apply(&mut self, options: CallOptions) {
        self.client.apply(options);
    }
}

impl client::sealed::Sealed for Client {}

impl RawRequest<Client> {
    /// Makes the call and decodes the answer, as [`RawRequest::send`](crate::RawRequest#method.send) does.
    ///
    /// # Errors
    ///
    /// Those of the async form.
    pub fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (client, request) = self.into_async();
        client.runtime.wait(request.send())
    }

    /// Makes the call and returns the bytes of a 2xx answer as they came.
    ///
    /// # Errors
    ///
    /// Those of the async form.
    pub fn send_raw(self) -> Result<Response<RawBody>, Error> {
        let (client, request) = self.into_async();
        client.runtime.wait(request.send_raw())
    }

    fn into_async(self) -> (Client, RawRequest) {
        self.replace_client(Client::asynchronous)
    }
}

/// Shows the client without the keys.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}
