//! Lists that come in pages: page by page, or item by item.
//!
//! It imports the floors up to `client`. What it has to know of an operation the generated code says by [`Paged`].
//!
//! | module | what it does |
//! |---|---|
//! | `position` | decides without I/O whether a page is given and whether the list goes on |
//! | `page_stream` | asks for one page after another |
//! | `fetch` | the request of a page, in the stream itself or in a task |
//! | `listed` | reads a page item by item, so that one broken item costs no other |
//! | `items` | the stream of items |

mod fetch;
mod items;
mod listed;
mod page_stream;
mod position;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use serde::de::DeserializeOwned;

use crate::call::Request;
use crate::call::Response;
use crate::client::Client;
use crate::error::Error;
use crate::operation::Operation;
pub use items::Items;
use page_stream::PageStream;

/// What is to be known of an operation that pages. The generated code says it, of each.
pub(crate) trait Paged: Clone + Send + 'static {
    type Answer: DeserializeOwned + Send + 'static;
    type Item: DeserializeOwned + Send + 'static;

    const OPERATION: &'static Operation;
    /// The API's name of the field of an item that is its cursor.
    const CURSOR: &'static str;

    /// The cursor that the caller has set.
    fn cursor(&self) -> Option<&str>;
    /// The same call for what comes behind an item.
    fn after(self, cursor: &str) -> Self;
    /// The call as it is sent.
    fn request(self) -> (Client, Request);

    fn items(answer: &Self::Answer) -> &[Self::Item];
    fn into_items(answer: Self::Answer) -> Vec<Self::Item>;
    fn has_more(answer: &Self::Answer) -> Option<bool>;
    fn id(item: &Self::Item) -> Option<&str>;
}

/// The pages of a list, whole: what `pages()` of an operation gives.
///
/// A page is the [`Response`] that `send` would give: the items in `data`, with `total` where the API says it, the
/// headers, the status and the attempts. When requests are made, how the list ends and what happens to a list that
/// changes is as with [`Items`], which gives the items one by one.
///
/// # Errors
///
/// A page is given whole or not at all. An item that cannot be decoded, or that has no id, is therefore an error of its
/// page, after which the stream is at its end; use [`Items`] to read the other items of such a page. All other errors
/// are those of [`Items`], and [`DecodeError::cursor`](crate::error::DecodeError::cursor) says where the list goes on.
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
pub struct Pages<A>(PageStream<A>);

impl<A: Send + 'static> Pages<A> {
    pub(crate) fn new<P: Paged<Answer = A>>(call: P) -> Self {
        Self(PageStream::new(call, listed::whole::<P>, |position, page| {
            let ids = P::items(page).iter().map(listed::id::<P>);
            position.advance(ids, P::has_more(page))
        }))
    }
}

impl<A> Pages<A> {
    /// Asks for the next page while the caller works on this one; as by [`Items::prefetch`].
    pub fn prefetch(mut self) -> Self {
        self.0.prefetch();
        self
    }

    /// The cursor of the last item of the last page that was given: `starting_after` it the list goes on.
    ///
    /// Before the first page it is the `starting_after` of the call; `None` is the beginning of the list.
    pub fn cursor(&self) -> Option<&str> {
        self.0.cursor()
    }
}

impl<A> Unpin for Pages<A> {}

impl<A> Stream for Pages<A> {
    type Item = Result<Response<A>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll_page(cx).map(|page| page.map(|page| page.map(|(page, _)| page)))
    }
}

impl<A> FusedStream for Pages<A> {
    fn is_terminated(&self) -> bool {
        self.0.is_at_end()
    }
}

/// Without the call.
impl<A> fmt::Debug for Pages<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
