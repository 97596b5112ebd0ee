//! TLS: what is spoken over it, whose backend is used, and the oldest version.

use imprint_client::reqwest::{self, tls::Version};
use imprint_client::{Client, Error};
use rustls::version::{TLS12, TLS13};

use super::tls_server::TlsServer;
use crate::support::{KEY, install_cryptography};

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&TLS12, &TLS13];

async fn call(client: &Client) -> Result<(), Error> {
    client.get_customer().customer_id("C").send().await.map(drop)
}

/// The tests are built with reqwest's HTTP/2, as another crate may do to a user. Offered it by a server that would rather
/// speak it, the client does not take it.
#[tokio::test]
async fn http_2_is_not_spoken_even_where_it_is_built_in() {
    // There is no such method without the feature.
    let _ = reqwest::ClientBuilder::http2_prior_knowledge;
    let server = TlsServer::start(BOTH);
    let client = server.builder().http(|http| http.tls_certs_only([server.certificate()])).build().expect("a client");
    for _ in 0..2 {
        call(&client).await.expect("a success");
    }
    let spoken: Vec<String> = server.agreed().into_iter().map(|(protocol, _)| protocol).collect();
    assert_eq!(spoken, ["http/1.1", "http/1.1"]);
}

/// A backend for FIPS, an HSM or pinned certificates: what it trusts is trusted, and nothing else.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
#[tokio::test]
async fn a_preconfigured_backend_is_used() {
    let server = TlsServer::start(BOTH);
    for trusts in [true, false] {
        // What the builder trusts beside it does not count.
        let certificates = if trusts { vec![] } else { vec![server.certificate()] };
        let backend = server.backend(trusts);
        let builder =
            server.builder().http(|http| http.tls_certs_only(certificates).tls_backend_preconfigured(backend));
        let result = call(&builder.build().expect("a client")).await;
        assert_eq!(result.is_ok(), trusts, "{result:?}");
        if let Err(error) = result {
            assert!(error.to_string().contains("TLS") && !error.may_have_been_processed(), "{error}");
        }
    }
    assert_eq!(server.agreed().len(), 1);
}

#[tokio::test]
async fn a_backend_that_is_none_is_refused_with_advice() {
    install_cryptography();
    let builder = Client::builder().api_key(KEY).http(|http| http.tls_backend_preconfigured("a backend"));
    let Err(Error::Config(error)) = builder.build() else { panic!("text is no backend") };
    assert!(error.to_string().contains("rustls::ClientConfig"), "{error}");
}

#[tokio::test]
async fn the_oldest_version_is_1_2_or_the_callers() {
    let server = TlsServer::start(&[&TLS12]);
    let trusting = || server.builder().http(|http| http.tls_certs_only([server.certificate()]));
    call(&trusting().build().expect("a client")).await.expect("TLS 1.2");
    assert_eq!(server.agreed()[0].1, rustls::ProtocolVersion::TLSv1_2);
    // A caller who wants 1.3 gets nothing less.
    let strict = trusting().http(|http| http.tls_version_min(Version::TLS_1_3)).build();
    // OpenSSL and others can do it; where the system cannot, it says so here.
    let Ok(strict) = strict else { return };
    let error = call(&strict).await.expect_err("TLS 1.2 is too old");
    assert!(!error.may_have_been_processed(), "{error}");
    assert_eq!(server.agreed().len(), 1);
}

#[cfg(feature = "native-tls")]
#[tokio::test]
async fn the_backend_of_the_system_can_be_chosen() {
    let server = TlsServer::start(BOTH);
    let native = || server.builder().http(|http| http.tls_backend_native());
    let trusting = || native().http(|http| http.tls_certs_only([server.certificate()]));
    call(&trusting().build().expect("a client")).await.expect("a success");
    assert_eq!(server.agreed()[0].0, "http/1.1");
    let error = call(&native().build().expect("a client")).await.expect_err("nobody is trusted");
    // These are the words of rustls, which was not asked.
    assert!(!super::all_of_it(&error).contains("UnknownIssuer"), "{error}");
    for old in [Version::TLS_1_0, Version::TLS_1_1] {
        let Err(Error::Config(error)) = trusting().http(|http| http.tls_version_min(old)).build() else {
            panic!("{old:?} is too old")
        };
        assert!(error.to_string().contains("1.2") && error.setting() == "http", "{error}");
    }
}

/// In a process of its own: other tests install what is missing here.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
#[test]
fn no_cryptography_is_an_error_and_no_panic() {
    if !super::in_another_process("network::tls::no_cryptography_is_an_error_and_no_panic", |command| command) {
        return;
    }
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    for url in ["https://api.example.com", "http://localhost:1"] {
        let Err(Error::Config(error)) = Client::builder().api_key(KEY).base_url(url).build() else {
            panic!("there is no cryptography")
        };
        assert_eq!(error.setting(), "http");
        assert!(error.to_string().contains("install_default"), "{error}");
    }
    // Nor where the caller asks for rustls, or gives another builder.
    for change in
        [(|http: reqwest::ClientBuilder| http.tls_backend_rustls()) as fn(reqwest::ClientBuilder) -> _, |_| {
            reqwest::ClientBuilder::new().tls_backend_rustls()
        }]
    {
        let Err(Error::Config(error)) = Client::builder().api_key(KEY).http(change).build() else {
            panic!("there is no cryptography")
        };
        assert!(error.to_string().contains("install_default"), "{error}");
    }
    // One that brings its own is taken.
    let roots = rustls::RootCertStore::empty();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let backend = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let backend = backend.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let builder = Client::builder().api_key(KEY).http(|http| http.tls_backend_preconfigured(backend));
    assert!(builder.build().is_ok());
    install_cryptography();
    assert!(Client::builder().api_key(KEY).http(|http| http.tls_certs_only([])).build().is_ok());
}
