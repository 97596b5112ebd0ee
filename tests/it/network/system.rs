//! What the system refuses.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::Arc;

use imprint_client::reqwest::dns::{Name, Resolve, Resolving};
use imprint_client::{Client, Error};

use super::{all_of_it, in_another_process};
use crate::clock::NotingClock;
use crate::faults::operations::{GET, OPERATIONS};
use crate::faults::server::{Act, Server};
use crate::support::{KEY, install_cryptography};

/// Not repeated, nothing sent, and the text says what it was.
fn is_final(error: &Error, says: &str) {
    assert!(matches!(error, Error::Transport(error) if error.is_connect()), "{}", all_of_it(error));
    assert!(error.to_string().contains(says), "{}", all_of_it(error));
    assert_eq!(error.attempts(), 1, "{error:?}");
    assert!(!error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
}

/// For real: a process that may open 64 files, and has.
#[cfg(unix)]
#[test]
fn too_many_open_files() {
    let limited = |command: Command| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 64 && exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
        shell
    };
    if !in_another_process("network::system::too_many_open_files", limited) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::always(Act::Good);
        let clock = NotingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let mut files = Vec::new();
        while let Ok(file) = File::open("/dev/null") {
            files.push(file);
            assert!(files.len() < 1_000, "there is no limit");
        }
        let error = GET.call(&client, "1").await.expect_err("no file for the connection");
        is_final(&error, "too many open files");
        assert!(clock.pauses().is_empty());
        drop(files);
        GET.call(&client, "1").await.expect("a success");
    });
}

/// Fails with an error of the system when it looks a name up.
struct Refusing(i32);

impl Resolve for Refusing {
    fn resolve(&self, _: Name) -> Resolving {
        let error = io::Error::from_raw_os_error(self.0);
        Box::pin(async move { Err(error.into()) })
    }
}

#[cfg(unix)]
#[tokio::test]
async fn refusals_of_the_system_are_not_repeated_and_say_so() {
    const EPERM: i32 = 1;
    const EACCES: i32 = 13;
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    for (number, says) in [
        (EPERM, "permission denied"),
        (EACCES, "permission denied"),
        (ENFILE, "too many open files"),
        (EMFILE, "too many open files"),
    ] {
        for operation in OPERATIONS {
            install_cryptography();
            let clock = NotingClock::default();
            let builder = Client::builder().api_key(KEY).base_url("http://localhost:9").clock(clock.clone());
            let client = builder.http(|http| http.dns_resolver(Arc::new(Refusing(number)))).build().expect("a client");
            is_final(&operation.call(&client, "1").await.expect_err("no address"), says);
            assert!(clock.pauses().is_empty());
        }
    }
}

/// A container without CA certificates.
#[cfg(all(feature = "rustls", target_os = "linux"))]
#[test]
fn no_ca_certificates() {
    let bare = |mut command: Command| {
        command.env("SSL_CERT_FILE", "/nonexistent/ca.pem").env("SSL_CERT_DIR", "/nonexistent");
        command
    };
    if !in_another_process("network::system::no_ca_certificates", bare) {
        return;
    }
    let builder = || Client::builder().api_key(KEY);
    let Err(Error::Config(error)) = builder().build() else { panic!("nobody is trusted") };
    assert_eq!(error.setting(), "http");
    for word in ["CA certificates", "ca-certificates", "SSL_CERT_FILE", "tls_certs_only"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    // Nobody shows a certificate on the loopback.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::always(Act::Good);
        let client = builder().base_url(server.url()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
    });
    assert!(builder().http(|http| http.tls_certs_only([])).build().is_ok());
}
