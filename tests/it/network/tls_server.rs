//! A TLS server on the loopback with a self-signed certificate.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use imprint_client::reqwest::Certificate;
use imprint_client::{Client, ClientBuilder, RetryPolicy};
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

use crate::support::{KEY, install_cryptography};

/// What a client and the server agreed on: the application protocol and the TLS version.
pub type Agreed = (String, ProtocolVersion);

pub struct TlsServer {
    pub url: String,
    certificate: CertificateDer<'static>,
    agreed: Arc<Mutex<Vec<Agreed>>>,
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

impl TlsServer {
    /// A server that supports these TLS versions and prefers HTTP/2 to HTTP/1.1.
    pub fn start(versions: &[&'static rustls::SupportedProtocolVersion]) -> Self {
        Self::start_with(versions, "127.0.0.1", |_| {})
    }

    /// A server whose certificate is for this name and is otherwise as `change` makes it.
    pub fn start_with(
        versions: &[&'static rustls::SupportedProtocolVersion],
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut parameters = CertificateParams::new([name.to_owned()]).expect("a name");
        change(&mut parameters);
        let signing_key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&signing_key).expect("a certificate").der().clone();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(versions);
        let config = config.expect("versions").with_no_client_auth();
        let mut config = config.with_single_cert(vec![certificate.clone()], key).expect("a certificate and its key");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("https://{}", listener.local_addr().expect("an address"));
        let agreed = Arc::new(Mutex::new(Vec::new()));
        let (config, noted) = (Arc::new(config), Arc::clone(&agreed));
        // The thread ends with the test process.
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (config, noted) = (Arc::clone(&config), Arc::clone(&noted));
                // An error means that the client disconnected. The test sees the effect in the result of its call.
                thread::spawn(move || serve(stream, config, &noted));
            }
        });
        Self { url, certificate, agreed }
    }

    /// A builder of a client for this server that makes one attempt and trusts no certificates by default.
    pub fn builder(&self) -> ClientBuilder {
        install_cryptography();
        let builder = Client::builder().api_key(KEY).base_url(&self.url).retry(RetryPolicy::off());
        builder.http(|http| http.tls_certs_only([]))
    }

    /// The certificate of the server, for clients that shall trust it.
    pub fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.certificate).expect("a certificate")
    }

    /// A TLS backend that trusts this server, or no server at all.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    pub fn backend(&self, trusts: bool) -> rustls::ClientConfig {
        let mut roots = rustls::RootCertStore::empty();
        if trusts {
            roots.add(self.certificate.clone()).expect("a certificate");
        }
        let config = rustls::ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        config.expect("versions").with_root_certificates(roots).with_no_client_auth()
    }

    /// What was agreed on for each connection.
    pub fn agreed(&self) -> Vec<Agreed> {
        self.agreed.lock().expect("no thread has panicked").clone()
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, agreed: &Mutex<Vec<Agreed>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut stream = StreamOwned::new(ServerConnection::new(config).ok()?, stream);
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut chunk = [0; 1024];
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
    let protocol = stream.conn.alpn_protocol().map_or("none".into(), String::from_utf8_lossy);
    agreed.lock().ok()?.push((protocol.into_owned(), stream.conn.protocol_version()?));
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 11\r\n\r\n{\"id\": \"C\"}").ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}
