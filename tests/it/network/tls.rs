//! TLS: the protocol of the connection, the backend, and the minimum version.

use imprint_client::reqwest::{self, tls::Version};
use imprint_client::{Client, Error, RetryPolicy};
use rustls::version::{TLS12, TLS13};

use super::tls_server::TlsServer;
use crate::support::{KEY, install_cryptography};

const TLS_12_AND_13: &[&rustls::SupportedProtocolVersion] = &[&TLS12, &TLS13];

async fn call(client: &Client) -> Result<(), Error> {
    client.get_customer().customer_id("C").send().await.map(drop)
}

/// The tests are built with reqwest's feature `http2`, which another crate may also turn on for a user. The server
/// prefers HTTP/2, and the client must still use HTTP/1.1.
#[tokio::test]
async fn http_1_1_is_used_even_if_http_2_is_built_in() {
    // This method exists only with the feature `http2`.
    let _ = reqwest::ClientBuilder::http2_prior_knowledge;
    let server = TlsServer::start(TLS_12_AND_13);
    let client = server.builder().http(|http| http.tls_certs_only([server.certificate()])).build().expect("a client");
    for _ in 0..2 {
        call(&client).await.expect("a success");
    }
    let spoken: Vec<String> = server.agreed().into_iter().map(|(protocol, _)| protocol).collect();
    assert_eq!(spoken, ["http/1.1", "http/1.1"]);
}

/// A TLS backend of the caller, for example for FIPS, an HSM or pinned certificates, decides alone which certificates
/// are trusted.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
#[tokio::test]
async fn a_preconfigured_backend_decides_what_is_trusted() {
    let server = TlsServer::start(TLS_12_AND_13);
    for trusts in [true, false] {
        // Certificates that are set on the builder have no effect then.
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
async fn an_unsupported_backend_is_a_config_error_with_advice() {
    install_cryptography();
    let builder = Client::builder().api_key(KEY).http(|http| http.tls_backend_preconfigured("a backend"));
    let Err(Error::Config(error)) = builder.build() else { panic!("a string must not be accepted as a TLS backend") };
    assert!(error.to_string().contains("rustls::ClientConfig"), "{error}");
}

#[tokio::test]
async fn the_minimum_version_is_1_2_or_higher_if_the_caller_sets_it() {
    let server = TlsServer::start(&[&TLS12]);
    let trusting = || server.builder().http(|http| http.tls_certs_only([server.certificate()]));
    call(&trusting().build().expect("a client")).await.expect("TLS 1.2");
    assert_eq!(server.agreed()[0].1, rustls::ProtocolVersion::TLSv1_2);
    // If the caller requires TLS 1.3, TLS 1.2 is refused.
    let strict = trusting().http(|http| http.tls_version_min(Version::TLS_1_3)).build();
    // OpenSSL and rustls support this minimum. A library of the system that does not says so when the client is built.
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
    let Ok(strict) = strict else {
        assert!(!cfg!(target_os = "linux"), "{strict:?}");
        return;
    };
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    let strict = strict.expect("a client");
    let error = call(&strict).await.expect_err("TLS 1.2 is too old");
    assert!(!error.may_have_been_processed(), "{error}");
    assert_eq!(server.agreed().len(), 1);
}

/// The backend, the list of versions and the checks of certificates are those that a client has by itself: the caller
/// adds at most an authority to trust. The certificate that is valid shows that nothing else makes the others fail.
#[tokio::test]
async fn only_a_valid_certificate_of_a_trusted_authority_for_the_host_is_accepted() {
    let valid = TlsServer::start(TLS_12_AND_13);
    let stranger = TlsServer::start(TLS_12_AND_13);
    let misnamed = TlsServer::start_with(TLS_12_AND_13, "api.example.com", |_| {});
    let expired =
        TlsServer::start_with(TLS_12_AND_13, "127.0.0.1", |of| of.not_after = rcgen::date_time_ymd(2001, 1, 1));
    let early =
        TlsServer::start_with(TLS_12_AND_13, "127.0.0.1", |of| of.not_before = rcgen::date_time_ymd(4000, 1, 1));
    for (what, server, trusted, accepted) in [
        ("a valid certificate", &valid, Some(&valid), true),
        ("no authority but those of the system", &valid, None, false),
        ("another authority", &valid, Some(&stranger), false),
        ("a certificate for another name", &misnamed, Some(&misnamed), false),
        ("a certificate that has expired", &expired, Some(&expired), false),
        ("a certificate that is not valid yet", &early, Some(&early), false),
    ] {
        install_cryptography();
        let builder = Client::builder().api_key(KEY).base_url(&server.url).retry(RetryPolicy::off());
        let builder = match trusted {
            Some(trusted) => builder.http(|http| http.tls_certs_only([trusted.certificate()])),
            None => builder,
        };
        let calls = server.agreed().len();
        let result = call(&builder.build().expect("a client")).await;
        assert_eq!(result.is_ok(), accepted, "{what}: {result:?}");
        // Not even the head of a request, with the key, has reached the server.
        assert_eq!(server.agreed().len(), calls + usize::from(accepted), "{what}");
        if let Err(error) = result {
            assert!(matches!(&error, Error::Transport(error) if error.is_connect()), "{what}: {error:?}");
            assert!(error.to_string().contains("TLS") && !error.may_have_been_processed(), "{what}: {error}");
        }
    }
}

#[cfg(feature = "native-tls")]
#[tokio::test]
async fn the_backend_of_the_operating_system_can_be_selected() {
    let server = TlsServer::start(TLS_12_AND_13);
    let native = || server.builder().http(|http| http.tls_backend_native());
    let trusting = || native().http(|http| http.tls_certs_only([server.certificate()]));
    call(&trusting().build().expect("a client")).await.expect("a success");
    assert_eq!(server.agreed()[0].0, "http/1.1");
    let error = call(&native().build().expect("a client")).await.expect_err("no certificate is trusted");
    // This word is from an error of rustls, which must not be used here.
    assert!(!super::full_error_text(&error).contains("UnknownIssuer"), "{error}");
    // The text of the error gives the reason of the library of the system.
    assert!(error.to_string().contains("could not be made (TLS: "), "{error}");
    for old in [Version::TLS_1_0, Version::TLS_1_1] {
        let Err(Error::Config(error)) = trusting().http(|http| http.tls_version_min(old)).build() else {
            panic!("{old:?} is too old")
        };
        assert!(error.to_string().contains("1.2") && error.setting() == "http", "{error}");
    }
}

/// Runs in a process of its own, because other tests install the cryptography that must be missing here.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
#[test]
fn missing_cryptography_is_a_config_error() {
    if !super::in_another_process("network::tls::missing_cryptography_is_a_config_error", |command| command) {
        return;
    }
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    for url in ["https://api.example.com", "http://localhost:1"] {
        let Err(Error::Config(error)) = Client::builder().api_key(KEY).base_url(url).build() else {
            panic!("building must fail without cryptography")
        };
        assert_eq!(error.setting(), "http");
        assert!(error.to_string().contains("install_default"), "{error}");
    }
    // The same applies if the caller selects rustls or passes another builder.
    for change in
        [(|http: reqwest::ClientBuilder| http.tls_backend_rustls()) as fn(reqwest::ClientBuilder) -> _, |_| {
            reqwest::ClientBuilder::new().tls_backend_rustls()
        }]
    {
        let Err(Error::Config(error)) = Client::builder().api_key(KEY).http(change).build() else {
            panic!("building must fail without cryptography")
        };
        assert!(error.to_string().contains("install_default"), "{error}");
    }
    // A backend with its own cryptography is accepted.
    let roots = rustls::RootCertStore::empty();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let backend = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let backend = backend.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let builder = Client::builder().api_key(KEY).http(|http| http.tls_backend_preconfigured(backend));
    assert!(builder.build().is_ok());
    install_cryptography();
    assert!(Client::builder().api_key(KEY).http(|http| http.tls_certs_only([])).build().is_ok());
}
