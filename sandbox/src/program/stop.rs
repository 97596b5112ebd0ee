//! When the program is told to stop: by a signal, or by the end of its standard input.

use std::io;

use tokio::sync::oneshot;

/// What tells the program to stop.
pub struct Stop {
    signals: Signals,
    input: Option<oneshot::Receiver<()>>,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(not(unix))]
struct Signals;

impl Stop {
    /// Listens from now on.
    pub fn new(with_stdin: bool) -> io::Result<Self> {
        Ok(Self { signals: Signals::new()?, input: with_stdin.then(end_of_input).transpose()? })
    }

    /// Waits until it is told.
    pub async fn wait(self) {
        let Self { mut signals, input } = self;
        match input {
            None => signals.next().await,
            Some(input) => tokio::select! {
                () = signals.next() => {}
                _ = input => {}
            },
        }
    }
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // The error is that the signal cannot be received; then there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Reads the standard input to its end, in a thread that may stay behind.
fn end_of_input() -> io::Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new().name("input".into()).spawn(move || {
        // An input that cannot be read has ended as well.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    })?;
    Ok(receiver)
}
