//! When the program is told to stop: by a signal, or by the end of its standard input.

use std::io;

use tokio::sync::watch;

/// What tells the program to stop.
pub struct Stop {
    signals: Signals,
    /// Whether the input has ended.
    input: Option<watch::Receiver<bool>>,
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

    /// Waits until it is told. It can be waited for again after the waiting was given up: nothing is missed in between.
    pub async fn wait(&mut self) {
        let Self { signals, input } = self;
        match input {
            None => signals.next().await,
            Some(input) => tokio::select! {
                () = signals.next() => {}
                // The error is that the thread is gone, which reads nothing any more.
                _ = input.wait_for(|has_ended| *has_ended) => {}
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
fn end_of_input() -> io::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    std::thread::Builder::new().name("input".into()).spawn(move || {
        // An input that cannot be read has ended as well.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        sender.send_replace(true);
    })?;
    Ok(receiver)
}
