//! Connections that the operating system refuses, and a system without CA certificates.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::Arc;

use imprint_client::reqwest::dns::{Name, Resolve, Resolving};
use imprint_client::{Client, Error};

use super::{full_error_text, in_another_process};
use crate::clock::RecordingClock;
use crate::faults::fault_server::{FaultServer, ServerAction};
use crate::faults::operations::{GET, OPERATIONS};
use crate::support::{KEY, install_cryptography};

/// Fails unless the error was not retried, sent nothing, and names its cause.
fn assert_not_retried(error: &Error, says: &str) {
    assert!(matches!(error, Error::Transport(error) if error.is_connect()), "{}", full_error_text(error));
    assert!(error.to_string().contains(says), "{}", full_error_text(error));
    assert_eq!(error.attempts(), 1, "{error:?}");
    assert!(!error.is_retryable() && !error.may_have_been_processed(), "{error:?}");
}

/// Runs in a process that may open 64 files and has opened all of them.
#[cfg(unix)]
#[test]
fn too_many_open_files_are_not_retried() {
    let limited = |command: Command| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 64 && exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
        shell
    };
    if !in_another_process("network::system::too_many_open_files_are_not_retried", limited) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = FaultServer::always(ServerAction::Succeed);
        let clock = RecordingClock::default();
        let client = server.builder().clock(clock.clone()).build().expect("a client");
        let mut files = Vec::new();
        while let Ok(file) = File::open("/dev/null") {
            files.push(file);
            assert!(files.len() < 1_000, "there is no limit");
        }
        let error = GET.call(&client, "1").await.expect_err("no file for the connection");
        assert_not_retried(&error, "too many open files");
        assert!(clock.pauses().is_empty());
        drop(files);
        GET.call(&client, "1").await.expect("a success");
    });
}

/// A DNS resolver that fails with this error number of the operating system.
struct FailingResolver(i32);

impl Resolve for FailingResolver {
    fn resolve(&self, _: Name) -> Resolving {
        let error = io::Error::from_raw_os_error(self.0);
        Box::pin(async move { Err(error.into()) })
    }
}

#[cfg(unix)]
#[tokio::test]
async fn refusals_of_the_operating_system_are_not_retried_and_are_named_in_the_error() {
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
            let clock = RecordingClock::default();
            let builder = Client::builder().api_key(KEY).base_url("http://localhost:9").clock(clock.clone());
            let client =
                builder.http(|http| http.dns_resolver(Arc::new(FailingResolver(number)))).build().expect("a client");
            assert_not_retried(&operation.call(&client, "1").await.expect_err("no address"), says);
            assert!(clock.pauses().is_empty());
        }
    }
}

/// Runs in a process that finds no CA certificates, as in a minimal container.
#[cfg(all(feature = "rustls", target_os = "linux"))]
#[test]
fn a_client_for_https_needs_ca_certificates() {
    let bare = |mut command: Command| {
        command.env("SSL_CERT_FILE", "/nonexistent/ca.pem").env("SSL_CERT_DIR", "/nonexistent");
        command
    };
    if !in_another_process("network::system::a_client_for_https_needs_ca_certificates", bare) {
        return;
    }
    let builder = || Client::builder().api_key(KEY);
    let Err(Error::Config(error)) = builder().build() else { panic!("building must fail without CA certificates") };
    assert_eq!(error.setting(), "http");
    for word in ["CA certificates", "ca-certificates", "SSL_CERT_FILE", "tls_certs_only"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    // Plain http on the loopback needs no certificates.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = FaultServer::always(ServerAction::Succeed);
        let client = builder().base_url(server.url()).build().expect("a client");
        GET.call(&client, "1").await.expect("a success");
    });
    assert!(builder().http(|http| http.tls_certs_only([])).build().is_ok());
}
