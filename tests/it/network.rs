//! Tests of TLS, proxies, limits of the operating system, and tokio runtimes.

mod proxy;
mod runtimes;
mod system;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod tls;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
mod tls_server;

use std::error::Error as StdError;
use std::process::Command;

use imprint_client::Error;

/// An environment variable that is set in a process that a test has started for its own body.
const CHILD_PROCESS: &str = "IMPRINT_CLIENT_TEST_CHILD";

/// Runs a test in a child process, whose command `prepare` may change.
///
/// Returns true in the child process, which then runs the body of the test. In the parent process it waits for the
/// child, fails if the child fails, and returns false.
fn in_another_process(test: &str, prepare: impl FnOnce(Command) -> Command) -> bool {
    if std::env::var_os(CHILD_PROCESS).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().expect("the executable of the tests"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    let output = prepare(command).env(CHILD_PROCESS, "1").output().expect("a process");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// The texts of an error and of all its sources.
fn full_error_text(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    sources.fold(format!("{error} {error:?}"), |text, source| format!("{text} {source} {source:?}"))
}
