//! The stream of the pages of a list: requests one page after another until the list ends.

use std::task::{Context, Poll, ready};

use super::Paged;
use super::fetch::{AnswerFuture, Fetch};
use super::position::{PageAction, PageFault, Position};
use crate::call::Answer;
use crate::call::Response;
use crate::client::Client;
use crate::error::{DecodeError, Error, Fault, Finding};
use crate::operation::Operation;

/// The pages of a list, each decoded as `A`.
pub(super) struct PageStream<A> {
    /// `None` after the end of the list.
    call: Option<PagedCall<A>>,
    operation: &'static Operation,
    /// The request under way. It is kept here when the future that waits for it is dropped.
    fetch: Option<Fetch<A>>,
    /// The page that the next poll returns.
    held: Option<Held<A>>,
    position: Position,
    /// Asks for the next page as soon as one has arrived.
    ahead: bool,
}

/// The call whose pages are read, with the types of its operation erased.
struct PagedCall<A> {
    start: StartFetch<A>,
    advance: AdvancePosition<A>,
    fault: MakeFault<A>,
}

/// Sends the call for the page after a cursor. If the flag is true, the call runs in a task, so that it makes progress
/// between polls.
type StartFetch<A> = Box<dyn Fn(Option<&str>, bool) -> Fetch<A> + Send>;

/// A page that was read and is not returned yet.
struct Held<A> {
    page: Response<A>,
    /// The cursor that led to the page.
    cursor: Option<String>,
    /// How often the other tasks of the runtime still come first.
    turns: u8,
}

/// How often a prefetching list lets the other tasks of its runtime run before it returns a page, so that the request for
/// the next page is sent before the consumer works on this one, perhaps without ever waiting. The task of the request needs
/// one turn, and that of its connection, which comes behind this one in the queue, another. The rest is for what an
/// interceptor or another version of hyper adds. In each turn the tasks that are ready run once, as they would if the
/// consumer waited for anything; where there are none, a turn takes less than a microsecond.
const TURNS: u8 = 4;

/// Makes the error for a page.
type MakeFault<A> = Box<dyn Fn(&Response<A>, PageFault) -> DecodeError + Send>;

/// Decodes a page.
type ReadPage<A> = fn(&Client, Answer) -> Result<Response<A>, Error>;

/// Moves the position to the end of a page.
type AdvancePosition<A> = fn(&mut Position, &A) -> Result<PageAction, PageFault>;

impl<A> PagedCall<A> {
    fn start(&self, position: &Position, ahead: bool) -> Fetch<A> {
        (self.start)(position.cursor(), ahead)
    }
}

/// The error for a page. Its path names the id of the item, or the list.
fn fault<P: Paged, A>(client: &Client, page: &Response<A>, (item, fault): PageFault) -> DecodeError {
    let list = P::OPERATION.list[0];
    let path = item.map_or_else(|| list.to_owned(), |index| format!("{list}[{index}].{}", P::CURSOR));
    let head = (page.status(), page.headers());
    let mut error = DecodeError::new(P::OPERATION, head, page.attempts(), Finding::new(path, fault));
    // The call hides secrets only in the error that it returns, and this error is made after the call.
    error.hide(&client.own_secrets(page.set_by_hooks()));
    error
}

impl<A: Send + 'static> PageStream<A> {
    /// `read` decodes an answer as a page.
    pub(super) fn new<P: Paged>(call: P, read: ReadPage<A>, advance: AdvancePosition<A>) -> Self {
        let position = Position::new(call.start().as_deref());
        let of_faults = call.clone();
        let start = move |cursor: Option<&str>, ahead| {
            let call = match cursor {
                Some(cursor) if !P::BY_URL => call.clone().after(cursor),
                _ => call.clone(),
            };
            let url = cursor.filter(|_| P::BY_URL).map(str::to_owned);
            let answering: AnswerFuture<A> = Box::pin(async move {
                let (client, mut request) = call.into_request();
                if let Some(url) = url {
                    request.follow(url);
                }
                client.call_with(P::OPERATION, P::OPERATION.path, request, |answer| read(&client, answer)).await
            });
            if ahead { Fetch::ahead(answering) } else { Fetch::Inline(answering) }
        };
        let fault = move |page: &Response<A>, found| fault::<P, A>(&of_faults.clone().into_request().0, page, found);
        let call = PagedCall { start: Box::new(start), advance, fault: Box::new(fault) };
        Self { call: Some(call), operation: P::OPERATION, fetch: None, held: None, position, ahead: false }
    }
}

impl<A> PageStream<A> {
    /// The next page, and an error to return after it if the list cannot continue from there.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<PageAndError<A>, Error>>> {
        let Self { call, fetch, held, position, ahead, .. } = self;
        if let Some(waiting) = held.take_if(|waiting| waiting.turns == 0) {
            return Poll::Ready(Some(Ok((waiting.page, None))));
        }
        if let Some(waiting) = held {
            // tokio's `yield_now` would wait for the runtime of this thread, which does not go on while a blocking call
            // keeps the thread.
            waiting.turns -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(list) = call else { return Poll::Ready(None) };
        let answer = loop {
            let under_way = fetch.get_or_insert_with(|| list.start(position, *ahead));
            match ready!(under_way.poll(cx)) {
                Some(answer) => break answer,
                // The runtime of the task has ended. Send the request again in the runtime that polls.
                None => *fetch = Some(list.start(position, false)),
            }
        };
        *fetch = None;
        let cursor = if *ahead { position.cursor().map(str::to_owned) } else { None };
        let action = answer.and_then(|page| match (list.advance)(position, &page) {
            Ok(action) => Ok((action, page)),
            Err(broken) => Err((list.fault)(&page, broken).into()),
        });
        let page = match action {
            Ok((PageAction::More, page)) => {
                if !*ahead {
                    return Poll::Ready(Some(Ok((page, None))));
                }
                *fetch = Some(list.start(position, true));
                *held = Some(Held { page, cursor, turns: TURNS });
                return self.poll_page(cx);
            }
            Ok((PageAction::Last, page)) => Some(Ok((page, None))),
            Ok((PageAction::LastWithoutCursor(item), page)) => {
                let error = (list.fault)(&page, (Some(item), Fault::NoCursor)).at_cursor(position.cursor());
                Some(Ok((page, Some(error))))
            }
            Ok((PageAction::Discard, _)) => None,
            Err(Error::Decode(error)) => Some(Err(error.at_cursor(position.cursor()).into())),
            Err(error) => Some(Err(error)),
        };
        // Drop the call, because it may hold personal data.
        *call = None;
        Poll::Ready(page)
    }

    /// Asks for the next page as soon as one has arrived.
    pub(super) fn prefetch(&mut self) {
        self.ahead = true;
    }

    pub(super) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The cursor of the page behind the last one that was returned.
    pub(super) fn cursor(&self) -> Option<&str> {
        self.held.as_ref().map_or_else(|| self.position.cursor(), |held| held.cursor.as_deref())
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.call.is_none()
    }
}

/// A page, and the error to return after it.
pub(super) type PageAndError<A> = (Response<A>, Option<DecodeError>);
