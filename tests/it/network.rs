//! Tests of TLS, proxies, limits of the operating system, and tokio runtimes.

mod proxy;
mod runtimes;
mod system;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod tls;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod tls_server;

use std::error::Error as StdError;

use imprint_client::Error;

/// The texts of an error and of all its sources.
fn full_error_text(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    sources.fold(format!("{error} {error:?}"), |text, source| format!("{text} {source} {source:?}"))
}
