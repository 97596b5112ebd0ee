//! Lists that come in pages: page by page, or item by item.
//!
//! This module imports the layers up to `client`. The generated code implements [`Paged`] for each operation that
//! pages, with all that this module needs to know of the operation.
//!
//! | module | what it does |
//! |---|---|
//! | `position` | decides without I/O whether a page is returned and whether the list continues |
//! | `page_stream` | requests one page after another |
//! | `fetch` | the request for a page, polled by the stream itself or run in a task |
//! | `listed` | reads a page item by item, so that one item that cannot be decoded does not prevent reading the others |
//! | `items` | the stream of items |

mod fetch;
mod items;
mod listed;
mod page_stream;
mod position;

use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{IntoRequest, Response};
use crate::client::Client;
use crate::error::Error;
use crate::operation::Operation;
pub use items::Items;
use page_stream::PageStream;

/// Describes an operation that pages. The generated code implements this trait for each such operation.
pub(crate) trait Paged: IntoRequest<Client = Client> + Clone + Send + 'static {
    type Answer: DeserializeOwned + Send + 'static;
    type Item: DeserializeOwned + Send + 'static;

    const OPERATION: &'static Operation;
    /// The API's name of the field that holds the cursor: of an item, or of a page.
    const CURSOR: &'static str;
    /// Whether the cursor is the id of the last item of a page. If not, a page says by [`next`](Paged::next) what follows it.
    const BY_ID: bool = true;
    /// Whether the cursor is the URL of a page.
    const BY_URL: bool = false;

    /// The cursor that the caller has set.
    fn cursor(&self) -> Option<&str>;
    /// The same call for the items after `cursor`.
    fn after(self, cursor: &str) -> Self;

    fn items(answer: &Self::Answer) -> &[Self::Item];
    fn into_items(answer: Self::Answer) -> Vec<Self::Item>;
    fn has_more(answer: &Self::Answer) -> Option<bool>;
    fn id(item: &Self::Item) -> Option<&str>;

    /// The cursor that the caller has set, as text if it is a number.
    fn start(&self) -> Option<String> {
        self.cursor().map(str::to_owned)
    }
    /// What follows a page, for a list that is not read by ids.
    fn next(_: &Self::Answer) -> Next {
        Next::End
    }
}

/// What follows a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    End,
    /// The page with this cursor, or at this URL.
    Page(String),
    /// The page whose number is that of this one and `step`, unless this one has no items. `print` is the same for pages that are the
    /// same.
    Counted { items: usize, step: Step, print: u64 },
}

/// By how much the number of a page grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "which of these the generated code uses depends on the API document")]
pub(crate) enum Step {
    /// By the number of its items. The first page is at zero.
    Items,
    /// By one. The first page has this number.
    Page(u64),
}

#[allow(dead_code, reason = "which of these the generated code calls depends on the API document")]
impl Next {
    /// The page with a cursor, if there is one and the page does not say that it is the last one.
    pub(crate) fn page(cursor: Option<&str>, has_more: Option<bool>) -> Self {
        match cursor.filter(|cursor| !cursor.is_empty() && has_more != Some(false)) {
            Some(cursor) => Self::Page(cursor.to_owned()),
            None => Self::End,
        }
    }

    /// The page behind one with these items.
    pub(crate) fn counted<T: Serialize>(items: &[T], step: Step) -> Self {
        // What cannot be written, which no type of the API is, is like no other page.
        let print = serde_json::to_vec(items).map_or(0, |json| print(&json));
        Self::Counted { items: items.len(), step, print }
    }
}

/// A number that is the same for the same bytes.
fn print(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// The complete pages of a list: the stream that `pages()` of an operation returns.
///
/// A page is the [`Response`] that `send` would return: the items in `data`, with `total` if the API sends it, the
/// headers, the status and the attempts. The stream makes requests, ends, and behaves for a list that changes as
/// [`Items`] does, which returns the items one by one.
///
/// # Errors
///
/// A page is returned complete or not at all. So if an item cannot be decoded, or has no id, the whole page is an
/// error, and the stream ends; use [`Items`] to read the other items of such a page. All other errors are those of
/// [`Items`], and [`DecodeError::cursor`](crate::error::DecodeError::cursor) is the cursor at which to continue.
///
/// ```no_run
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
            if !P::BY_ID {
                return position.follow(P::next(page));
            }
            let ids = P::items(page).iter().map(listed::id::<P>);
            position.advance(ids, P::has_more(page))
        }))
    }
}

impl<A> Pages<A> {
    /// The next page; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of the stream, see [above](Pages#errors).
    pub async fn try_next(&mut self) -> Result<Option<Response<A>>, Error> {
        self.next().await.transpose()
    }

    /// The next page, or the error in its place; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Response<A>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Requests the next page while the caller works on this one, as [`Items::prefetch`] does.
    pub fn prefetch(mut self) -> Self {
        self.0.prefetch();
        self
    }

    /// The cursor of the last item of the last page that was returned, or what that page says of the next one: set it as the cursor of the call to continue the list.
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

/// Shows the cursor, without the call.
impl<A> fmt::Debug for Pages<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
