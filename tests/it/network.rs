//! What lies between the client and the API: TLS, proxies, the limits of the system, and the runtime.

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

/// Set in a process that a test has started to do its work in.
const CHILD: &str = "IMPRINT_CLIENT_TEST_CHILD";

/// Runs the rest of a test in a process of its own, which `prepare` makes of this executable and its arguments.
///
/// True in that process. In the test it waits for the process, and is false.
fn in_another_process(test: &str, prepare: impl FnOnce(Command) -> Command) -> bool {
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().expect("the executable of the tests"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    let output = prepare(command).env(CHILD, "1").output().expect("a process");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// The text of an error and of all that it holds.
fn all_of_it(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    sources.fold(format!("{error} {error:?}"), |text, source| format!("{text} {source} {source:?}"))
}
