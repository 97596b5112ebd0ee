//! Checks that a call is made within a tokio runtime that has timers and I/O, and reports what is missing otherwise.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use crate::error::ConfigError;

thread_local! {
    /// The last runtime that passed the check on this thread.
    static GOOD: Cell<Option<Id>> = const { Cell::new(None) };
}

/// Refuses a runtime with which the HTTP stack would panic.
///
/// # Errors
///
/// [`ConfigError`] when there is no runtime, or one without its time or its I/O driver.
pub(crate) fn check() -> Result<(), ConfigError> {
    let refuse = |problem| Err(ConfigError::new("runtime", problem));
    let Ok(runtime) = Handle::try_current() else {
        return refuse(
            "the call was not made from within a tokio runtime; annotate main with #[tokio::main], or the test with \
             #[tokio::test], or make the call within Runtime::block_on; nothing was sent",
        );
    };
    if GOOD.get() == Some(runtime.id()) {
        return Ok(());
    }
    if !runs(|| drop(tokio::time::sleep(Duration::ZERO))) {
        return refuse(
            "the tokio runtime has no timers; build it with enable_time() or enable_all(); nothing was sent",
        );
    }
    if !runs(|| drop(socket())) {
        return refuse("the tokio runtime has no I/O; build it with enable_io() or enable_all(); nothing was sent");
    }
    GOOD.set(Some(runtime.id()));
    Ok(())
}

/// Whether `probe` ends without a panic.
///
/// A runtime has no method that shows its drivers: tokio panics when a missing one is used, and there is no other sign.
/// The panic is caught here, before anything is sent; what remains of it is the line that the panic hook writes.
fn runs(probe: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(probe)).is_ok()
}

/// A socket that is not connected. If the system refuses to make one, that proves nothing about the runtime.
#[cfg(unix)]
fn socket() -> std::io::Result<tokio::net::UnixDatagram> {
    tokio::net::UnixDatagram::unbound()
}

#[cfg(not(unix))]
fn socket() -> std::io::Result<tokio::net::UdpSocket> {
    let socket = std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    tokio::net::UdpSocket::from_std(socket)
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    fn problem(build: fn(&mut Builder) -> &mut Builder) -> Option<String> {
        let mut builder = Builder::new_current_thread();
        build(&mut builder);
        builder.build().unwrap().block_on(async { check() }).err().map(|error| error.to_string())
    }

    #[test]
    fn what_a_runtime_lacks_is_said() {
        let contains = |problem: Option<String>, words: &str| problem.is_some_and(|problem| problem.contains(words));
        assert!(contains(check().err().map(|error| error.to_string()), "within a tokio runtime"));
        assert!(contains(problem(|builder| builder), "no timers"));
        assert!(contains(problem(|builder| builder.enable_io()), "no timers"));
        assert!(contains(problem(|builder| builder.enable_time()), "no I/O"));
        assert_eq!(problem(|builder| builder.enable_all()), None);
        // A passed check of one runtime does not count for another runtime.
        assert!(contains(problem(|builder| builder), "no timers"));
    }
}
