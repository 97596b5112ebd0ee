//! Lists that come in pages: page by page, or item by item.

mod fetch;
mod items;
mod position;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use crate::error::{DecodeError, Error};
use crate::operation::Operation;
use crate::response::Response;
use fetch::{Answering, Fetch};
pub use items::Items;
use position::{Position, Verdict};

/// What is to be known of an operation that pages. The generated code says it, of each.
pub(crate) trait Paged: Clone + Send + 'static {
    type Answer: Send + 'static;
    type Item: Send + 'static;

    const OPERATION: &'static Operation;
    /// The API's name of the field of an item that is its cursor.
    const CURSOR: &'static str;

    /// The cursor that the caller has set.
    fn cursor(&self) -> Option<&str>;
    /// The same call for what comes behind an item.
    fn after(self, cursor: &str) -> Self;
    fn fetch(self) -> impl Future<Output = Result<Response<Self::Answer>, Error>> + Send + 'static;

    fn items(answer: &Self::Answer) -> &[Self::Item];
    fn into_items(answer: Self::Answer) -> Vec<Self::Item>;
    fn has_more(answer: &Self::Answer) -> Option<bool>;
    fn id(item: &Self::Item) -> Option<&str>;
}

/// The pages of a list, whole: what `pages()` of an operation gives.
///
/// A page is the [`Response`] that `send` would give: the items in `data`, with `total` where the API says it, the
/// headers, the status and the attempts. All else is as with [`Items`], which has the items one by one: when requests are
/// made, how the list ends, what is an error, and what happens to a list that changes.
///
/// ```no_run
/// use futures_util::TryStreamExt;
///
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let mut pages = client.get_transactions().customer_id("2EE24580").limit(100).pages();
/// while let Some(page) = pages.try_next().await? {
///     println!("{} of {:?}, after {} attempts", page.data.len(), page.total, page.attempts());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the stream is polled"]
pub struct Pages<A> {
    /// `None` when the list is at its end.
    source: Option<Source<A>>,
    /// The request under way. It stays here when the future that waits for it is dropped.
    fetch: Option<Fetch<A>>,
    position: Position,
    /// Asks for the next page as soon as one has arrived.
    ahead: bool,
}

/// Sends the call for what comes behind a cursor.
type Start<A> = Box<dyn Fn(Option<&str>) -> Answering<A> + Send>;

/// An operation, without its type.
struct Source<A> {
    start: Start<A>,
    /// Moves the position behind a page.
    advance: fn(&mut Position, &Response<A>) -> Result<Verdict, Error>,
}

impl<A: Send + 'static> Source<A> {
    fn start(&self, position: &Position, ahead: bool) -> Fetch<A> {
        let answering = (self.start)(position.cursor());
        if ahead { Fetch::ahead(answering) } else { Fetch::Here(answering) }
    }
}

fn advance<P: Paged>(position: &mut Position, page: &Response<P::Answer>) -> Result<Verdict, Error> {
    let ids = P::items(page).iter().map(P::id);
    position.advance(ids, P::has_more(page)).map_err(|(item, fault)| {
        let path = item.map_or_else(|| "data".to_owned(), |index| format!("data[{index}].{}", P::CURSOR));
        DecodeError::new(P::OPERATION, page.status(), page.attempts(), (path, (0, 0), fault)).into()
    })
}

impl<A> Pages<A> {
    pub(crate) fn new<P: Paged<Answer = A>>(call: P) -> Self {
        let position = Position::new(call.cursor());
        let start = move |cursor: Option<&str>| -> Answering<A> {
            let call = call.clone();
            Box::pin(match cursor {
                Some(cursor) => call.after(cursor).fetch(),
                None => call.fetch(),
            })
        };
        let source = Source { start: Box::new(start), advance: advance::<P> };
        Self { source: Some(source), fetch: None, position, ahead: false }
    }

    /// Asks for the next page while the caller works on this one; as by [`Items::prefetch`].
    pub fn prefetch(mut self) -> Self {
        self.ahead = true;
        self
    }

    /// The cursor of the last item of the last page that was given: `starting_after` it the list goes on.
    ///
    /// Before the first page it is the `starting_after` of the call; `None` is the beginning of the list.
    pub fn cursor(&self) -> Option<&str> {
        self.position.cursor()
    }
}

impl<A> Unpin for Pages<A> {}

impl<A: Send + 'static> Stream for Pages<A> {
    type Item = Result<Response<A>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { source, fetch, position, ahead } = self.get_mut();
        let Some(list) = source else { return Poll::Ready(None) };
        let answer = loop {
            let under_way = fetch.get_or_insert_with(|| list.start(position, *ahead));
            match ready!(under_way.poll(cx)) {
                Some(answer) => break answer,
                // The runtime of the task is gone, the one that polls is another.
                None => *fetch = Some(list.start(position, false)),
            }
        };
        *fetch = None;
        let page = answer.and_then(|page| Ok(((list.advance)(position, &page)?, page)));
        if let Ok((Verdict::More, _)) = page {
            *fetch = ahead.then(|| list.start(position, true));
        } else {
            // What the call holds, a number of a card perhaps, is needed no more.
            *source = None;
        }
        Poll::Ready(match page {
            Ok((Verdict::End, _)) => None,
            Ok((_, page)) => Some(Ok(page)),
            Err(error) => Some(Err(error)),
        })
    }
}

impl<A: Send + 'static> FusedStream for Pages<A> {
    fn is_terminated(&self) -> bool {
        self.source.is_none()
    }
}

/// Without the call.
impl<A> fmt::Debug for Pages<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("cursor", &self.position.cursor()).finish_non_exhaustive()
    }
}
