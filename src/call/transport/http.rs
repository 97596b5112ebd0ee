//! Sets up the HTTP client of reqwest: the defaults that a user may change, and the settings that always hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use reqwest::{ClientBuilder, Url, redirect, retry};

use crate::error::{ConfigError, sources};

/// Load balancers drop idle connections sooner than reqwest does, and a POST that is sent on a dead connection cannot
/// be repeated.
const IDLE_TIMEOUT: Duration = Duration::from_secs(25);

/// The defaults that a caller may change: the pool, and the TLS backend with its oldest TLS version.
pub(crate) fn default_http_client() -> ClientBuilder {
    let http = ClientBuilder::new().pool_idle_timeout(IDLE_TIMEOUT);
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    let http = backend(http.tls_version_min(reqwest::tls::Version::TLS_1_2));
    http
}

#[cfg(feature = "rustls")]
fn backend(http: ClientBuilder) -> ClientBuilder {
    http.tls_backend_rustls()
}

/// reqwest panics when it sets rustls up without cryptography. So a backend that reqwest refuses with an error is set
/// instead, until the application has installed cryptography or sets its own backend.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
fn backend(http: ClientBuilder) -> ClientBuilder {
    struct NoProvider;

    if has_provider() { http.tls_backend_rustls() } else { http.tls_backend_preconfigured(NoProvider) }
}

#[cfg(all(feature = "native-tls", not(any(feature = "rustls", feature = "rustls-no-provider"))))]
fn backend(http: ClientBuilder) -> ClientBuilder {
    http.tls_backend_native()
}

/// Whether the application has installed cryptography for rustls, if that is required.
fn has_provider() -> bool {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    return rustls::crypto::CryptoProvider::get_default().is_some();
    #[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"))))]
    true
}

/// Builds the HTTP client. The settings that always hold are set last, so that they replace those of the caller.
pub(super) fn build(
    http: ClientBuilder,
    base: &Url,
    connect_timeout: Duration,
) -> Result<reqwest::Client, ConfigError> {
    // The builder has no accessors, but its `Debug` names the settings.
    let set = format!("{http:?}");
    if allows_old_tls(&set) {
        let problem = "the HTTP client allows TLS before 1.2; remove tls_version_min from http(), or raise it";
        return Err(ConfigError::new("http", problem));
    }
    // A caller may give another builder than the one that it got. Setting 1.2 would replace a higher version, so it is
    // set only if no version is set.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    let http =
        if set.contains("tls_version_min") { http } else { http.tls_version_min(reqwest::tls::Version::TLS_1_2) };
    // The time of an attempt is that of `Transport`. A timeout of the caller's builder cannot be removed, only replaced.
    let http = if has_timeout(&set) { http.timeout(Duration::MAX) } else { http };
    let http = http
        .connect_timeout(connect_timeout)
        // A redirect would send the key, or repeat a POST, to another place.
        .redirect(redirect::Policy::none())
        // Only this crate decides what is repeated and when, because it knows the operations.
        .retry(retry::never())
        // Another crate may turn on HTTP/2 in reqwest. Then one connection would carry all calls, so that one dead
        // connection would make all of them fail, and a stream that the server refused would not be made again.
        .http1_only();
    let http = match base.scheme() {
        "https" => http.https_only(true),
        _ => in_the_clear(http),
    };
    // reqwest panics when it sets rustls up without cryptography, as it does if the caller has chosen rustls or has
    // given another builder. The builder does not show its backend, so the panic is caught; the line that the panic
    // hook writes remains.
    let built = if has_provider() {
        http.build()
    } else {
        catch_unwind(AssertUnwindSafe(|| http.build())).map_err(|_| ConfigError::new("http", NO_PROVIDER))?
    };
    built.map_err(|error| ConfigError::transport(what_to_do(&error), error))
}

/// Settings for plain http, which is allowed to this machine and to the test servers that the caller names. No proxy is
/// used, because it would receive the key unencrypted. No CA certificates are loaded, because there is no server certificate to check.
fn in_the_clear(http: ClientBuilder) -> ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    let http = http.tls_certs_only([]);
    http.no_proxy()
}

/// Whether the caller has set the timeout of a whole request, by the `Debug` of the builder.
fn has_timeout(set: &str) -> bool {
    [", timeout: ", "{ timeout: "].iter().any(|field| set.contains(field))
}

/// Whether the caller has lowered the oldest version of TLS below 1.2, by the `Debug` of the builder.
fn allows_old_tls(set: &str) -> bool {
    ["Tls1_0", "Tls1_1"].iter().any(|version| set.contains(&format!("tls_version_min: Version({version})")))
}

const NO_PROVIDER: &str = "no cryptography is installed for rustls, which the feature `rustls-no-provider` leaves to the application; call \
     CryptoProvider::install_default of rustls before Client::builder(), give a rustls::ClientConfig by http() and \
     tls_backend_preconfigured(), or turn on the feature `rustls`";

/// The advice to the caller for a client that cannot be set up.
fn what_to_do(error: &reqwest::Error) -> &'static str {
    let mentions = |words: &str| sources(error).any(|source| source.to_string().contains(words));
    if mentions("No CA certificates were loaded") {
        "there are no CA certificates on this machine, so that no server could be trusted; install them (the package is \
         called ca-certificates on most systems), name a file of them in the environment variable SSL_CERT_FILE, or give \
         them by http() and tls_certs_only()"
    } else if !mentions("Unknown TLS backend") {
        "the HTTP client cannot be set up; the source of this error says why"
    } else if has_provider() {
        "the TLS backend given by http() and tls_backend_preconfigured() is none that reqwest knows; it must be a \
         rustls::ClientConfig of rustls 0.23, or a native_tls::TlsConnector with the feature `native-tls`"
    } else {
        NO_PROVIDER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This test also fails if the text of reqwest's `Debug` changes.
    #[test]
    fn a_timeout_of_the_builder_is_found() {
        let time = Duration::from_secs(1);
        let others = || ClientBuilder::new().connect_timeout(time).read_timeout(time).pool_idle_timeout(time);
        for (builder, has) in [
            (ClientBuilder::new(), false),
            (others(), false),
            (others().timeout(time), true),
            (ClientBuilder::new().timeout(time), true),
        ] {
            assert_eq!(has_timeout(&format!("{builder:?}")), has, "{builder:?}");
        }
    }

    /// This test also fails if the text of reqwest's `Debug` changes.
    #[cfg(feature = "native-tls")]
    #[test]
    fn tls_before_1_2_is_found() {
        use reqwest::tls::Version;

        assert!(!allows_old_tls(&format!("{:?}", default_http_client())));
        for (version, old) in
            [(Version::TLS_1_0, true), (Version::TLS_1_1, true), (Version::TLS_1_2, false), (Version::TLS_1_3, false)]
        {
            let set = format!("{:?}", default_http_client().tls_version_min(version));
            assert_eq!(allows_old_tls(&set), old, "{version:?}");
        }
    }
}
