//! The builder of a blocking client: it has the settings of the async one.

use std::time::Duration;

use super::Client;
use crate::call::interceptor::Interceptor;
use crate::call::{Clock, RetryPolicy};
use crate::client::{self, Environment};
use crate::error::Error;
use crate::value::{IntoValue, Secret};

/// Builds a blocking [`Client`]. The settings are those of the [async builder](crate::ClientBuilder), where they are
/// described.
#[derive(Debug)]
#[must_use = "it builds nothing before `build`"]
pub struct ClientBuilder(client::ClientBuilder);

/// Passes settings on to the async builder.
macro_rules! settings {
    ($($name:ident($($argument:ident: $ty:ty)?);)*) => {
        impl ClientBuilder {
            $(
                #[doc = concat!(
                    "See [`ClientBuilder::", stringify!($name), "`](crate::ClientBuilder::", stringify!($name), ")."
                )]
                pub fn $name(self, $($argument: $ty)?) -> Self {
                    Self(self.0.$name($($argument)?))
                }
            )*
        }
    };
}

settings! {
    api_key(key: impl IntoValue<Secret>);
    basic_auth();
    environment(environment: Environment);
    base_url(url: impl Into<String>);
    allow_plain_http_to(host: impl Into<String>);
    merchant_key(key: impl Into<String>);
    user_agent_suffix(suffix: impl Into<String>);
    connect_timeout(timeout: Duration);
    attempt_timeout(timeout: Duration);
    timeout(timeout: Duration);
    max_response_bytes(bytes: usize);
    retry(policy: RetryPolicy);
    strict_requests(strict: bool);
    clock(clock: impl Clock + 'static);
    interceptor(interceptor: impl Interceptor);
    http(change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder);
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self(client::Client::builder())
    }

    /// A builder with the settings of environment variables; see
    /// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    ///
    /// # Errors
    ///
    /// [`Error::Config`], naming the variable.
    pub fn from_env() -> Result<Self, Error> {
        client::ClientBuilder::from_env().map(Self)
    }

    /// The client. It starts the thread that drives its connections.
    ///
    /// # Errors
    ///
    /// [`Error::Config`], as by [`ClientBuilder::build`](crate::ClientBuilder::build), and if the system refuses the
    /// thread.
    pub fn build(self) -> Result<Client, Error> {
        Client::new(self.0.build()?)
    }
}
