//! A request for a page that is under way: polled by the stream itself, or run in its own task.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::call::Response;
use crate::call::trace;
use crate::error::Error;

/// The future of the answer.
pub(super) type AnswerFuture<A> = Pin<Box<dyn Future<Output = Result<Response<A>, Error>> + Send>>;

pub(super) enum Fetch<A> {
    /// Makes progress while the stream is polled.
    Inline(AnswerFuture<A>),
    /// Makes progress by itself, until it is done or dropped.
    Task(Task<Result<Response<A>, Error>>),
}

/// A task that is aborted when this handle is dropped.
pub(super) struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<A: Send + 'static> Fetch<A> {
    /// Runs the request in a task of the current runtime. Without a runtime there can be no task, so the stream polls
    /// it.
    pub(super) fn ahead(answering: AnswerFuture<A>) -> Self {
        match Handle::try_current() {
            Ok(runtime) => Self::Task(Task(runtime.spawn(trace::in_current_span(answering)))),
            Err(_) => Self::Inline(answering),
        }
    }
}

impl<A> Fetch<A> {
    /// The answer; `None` if the task was lost with its runtime.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Response<A>, Error>>> {
        match self {
            Self::Inline(answering) => answering.as_mut().poll(cx).map(Some),
            Self::Task(task) => Pin::new(&mut task.0).poll(cx).map(|joined| match joined {
                Ok(result) => Some(result),
                // Without the task the panic would have reached the caller, so it is resumed here.
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => None,
            }),
        }
    }
}
