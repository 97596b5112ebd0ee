//! Fetching by https, with a certificate authority of the test's own.

use std::{io::Write, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::{
    server::{self, TestServer},
    support::{RepositoryCopy, result_of},
};

/// A server for `localhost`, and the file of the authority that vouches for it.
fn serve(copy: &RepositoryCopy, body: String) -> (TestServer, PathBuf) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&authority_key).unwrap();
    let file = copy.root.join("authority.pem");
    std::fs::write(&file, certificate.pem()).unwrap();

    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let leaf = CertificateParams::new(vec!["localhost".to_string()]).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    let config = Arc::new(config);
    let server = TestServer::raw(move |mut stream, _| {
        let mut tls = ServerConnection::new(config.clone()).unwrap();
        let mut tls = Stream::new(&mut tls, &mut stream);
        if server::request(&mut tls).is_some() {
            let _ = tls.write_all(&server::response("200 OK", "content-type: application/yaml", body.as_bytes()));
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    });
    (server, file)
}

#[test]
fn only_trusted_https_servers_are_accepted() {
    let copy = RepositoryCopy::new();
    let tomorrow = copy.tomorrow();
    let (server, authority) = serve(&copy, tomorrow.clone());
    let url = format!("https://localhost:{}/openapi.yaml", server.port());
    let refresh = ["refresh-spec", "--url", &url];

    let before = copy.state();
    let stranger = copy.root.join("target/stranger.pem");
    std::fs::create_dir_all(copy.root.join("target")).unwrap();
    std::fs::write(&stranger, rcgen::generate_simple_self_signed(vec!["elsewhere".into()]).unwrap().cert.pem())
        .unwrap();
    let unknown = result_of(copy.command(&refresh).env("SSL_CERT_FILE", &stranger).output().unwrap());
    unknown.says(2, &["could not be fetched", "certificate"]);
    assert!(copy.state() == before);

    let known = result_of(copy.command(&refresh).env("SSL_CERT_FILE", &authority).output().unwrap());
    known.says(0, &["has been brought in"]);
    assert!(copy.read("openapi/openapi.yaml") == tomorrow);
    assert!(copy.read("openapi/openapi.lock").contains(&url));
    // The name has to be right as well.
    let by_address = format!("https://127.0.0.1:{}/openapi.yaml", server.port());
    let misnamed = result_of(
        copy.command(&["refresh-spec", "--url", &by_address]).env("SSL_CERT_FILE", &authority).output().unwrap(),
    );
    misnamed.says(2, &["could not be fetched", "certificate"]);
}
