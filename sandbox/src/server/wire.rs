//! The socket of a connection, which a request on it can end in ways that a server does not.
//!
//! hyper owns the socket, so the requests share a [`Wire`] with it. It has effect on this connection alone.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a connection and its requests share.
#[derive(Default)]
pub struct Wire {
    is_reset: AtomicBool,
    flush: Mutex<Flush>,
}

/// Whether what was written has left the buffers of hyper.
#[derive(Default)]
enum Flush {
    #[default]
    NotAsked,
    Waiting(Waker),
    Done,
}

impl Wire {
    /// Lets the connection end with a reset, and not in the orderly way, as soon as it is closed.
    pub fn reset(&self) {
        self.is_reset.store(true, Ordering::Relaxed);
    }

    /// Waits until everything that was written has been handed to the operating system. It is asked once in the life of
    /// a connection, since the connection ends after that.
    pub fn poll_flushed(&self, cx: &Context<'_>) -> Poll<()> {
        let mut flush = self.flush.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*flush, Flush::Done) {
            return Poll::Ready(());
        }
        *flush = Flush::Waiting(cx.waker().clone());
        Poll::Pending
    }

    /// hyper flushes the socket when its own buffers are empty.
    fn was_flushed(&self) {
        let mut flush = self.flush.lock().unwrap_or_else(PoisonError::into_inner);
        if let Flush::Waiting(waker) = &*flush {
            waker.wake_by_ref();
            *flush = Flush::Done;
        }
    }
}

/// The socket as hyper has it. The stream stays with the caller, who may still read from it when hyper is through.
pub struct Socket<'s> {
    stream: &'s mut TcpStream,
    wire: Arc<Wire>,
}

impl<'s> Socket<'s> {
    pub fn new(stream: &'s mut TcpStream, wire: Arc<Wire>) -> Self {
        Self { stream, wire }
    }
}

impl Drop for Socket<'_> {
    fn drop(&mut self) {
        if self.wire.is_reset.load(Ordering::Relaxed) {
            // It fails if the peer has already ended the connection.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket<'_> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket<'_> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut *self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.wire.was_flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
