//! The stream of the items of a list.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use http::StatusCode;

use super::Paged;
use super::listed::{self, PageItems};
use super::page_stream::PageStream;
use crate::error::{Error, ResponseTooLargeError};

/// The items of a list in the order of the API, over all of its pages: the stream that `stream()` of an operation
/// returns.
///
/// [`try_next`](Items::try_next) and [`next`](Items::next) return the items one by one, and
/// [`collect_all`](Items::collect_all) all of them. It is also a [`Stream`] of results, for the combinators of
/// `futures-util`.
///
/// ```no_run
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let mut rewards = client.get_rewards().customer_id("2EE24580").limit(100).stream();
/// while let Some(reward) = rewards.try_next().await? {
///     println!("{} {}", reward.amount, reward.status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// - **Lazy**: nothing is sent before the stream is polled, and a page is requested when the page before it is used up.
///   With [`prefetch`](Items::prefetch) it is requested when the page before it arrives.
/// - **Pages** have the size of the call's `limit`. Each page is a separate call: the retries, timeouts and limits of
///   the client apply to each page.
/// - **Cancel-safe**: dropping the future of `try_next` loses nothing. The request stays under way in the stream, and
///   the next poll continues it.
/// - **Memory** holds one page, with `prefetch` two, however long the list is.
/// - **The end** is a page with `has_more: false`. A list without `has_more` ends with an empty page or with a page
///   that was read before. A list whose pages have a cursor or a URL of the next one ends with a page without it, and
///   one whose pages are counted with an empty page. The URL of a page at another origin is an error: the key is not sent there.
///
/// # Errors
///
/// **An item that cannot be decoded**, or that has no id, is an [`Error::Decode`] in its place, and the next poll
/// continues with the item after it. [`DecodeError::item_json`](crate::error::DecodeError::item_json) is `Some` for
/// these errors only, and holds the item as it was received; [`path`](crate::error::DecodeError::path) names the field
/// that is wrong. `?` stops at such an error. To continue, log the path and poll again:
///
/// ```no_run
/// use imprint_client::Error;
///
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let mut rewards = client.search_rewards().limit(100).stream();
/// while let Some(reward) = rewards.next().await {
///     match reward {
///         Ok(reward) => println!("{}", reward.id),
///         // Such as: searchRewards answered 200, but data[3].amount is a string, not an integer.
///         Err(Error::Decode(error)) if error.item_json().is_some() => eprintln!("left out: {error}"),
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// **All other errors** end the stream. They are the errors of the call, and [`Error::Decode`] for a page that cannot
/// be relied on: its list is missing, it is empty although `has_more` is `true`, all its items are null, it leads back
/// to an earlier page, or its last item has no id, so that the next page cannot be requested. A page is checked before
/// any of its items is returned. If the server repeats pages in a cycle (1, 2, 3, 2, 3 …), the pages of the cycle may
/// be returned twice before the error.
///
/// [`cursor`](Items::cursor) is the position from which to continue, so that no item is skipped or repeated. After an
/// error about a page, [`DecodeError::cursor`](crate::error::DecodeError::cursor) is the same position, for callers
/// that no longer have the stream. One exception: if the last item before the error had no id that can be read, it is
/// returned again.
///
/// ```no_run
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let call = client.search_rewards().limit(100);
/// let mut rewards = call.clone().stream();
/// loop {
///     match rewards.try_next().await {
///         Ok(Some(reward)) => println!("{}", reward.id),
///         Ok(None) => break,
///         Err(error) if error.is_retryable() => {
///             println!("{error}; going on in a minute");
///             tokio::time::sleep(std::time::Duration::from_secs(60)).await;
///             rewards = call.clone().starting_after(rewards.cursor()).stream();
///         }
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// # A list that changes while it is read
///
/// Paging follows the order of the list as it is at the time of each request. `getRewards` returns the latest
/// `updated_at` first, and confirming a reward moves it to the front: if you confirm rewards while you stream them, you
/// **skip** others that move past the cursor, or receive some twice. Collect all rewards first, then change them:
///
/// ```no_run
/// use imprint_client::types::{Reward, RewardStatus};
///
/// # async fn issue(_: &Reward) -> std::io::Result<()> { Ok(()) }
/// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let rewards = client.get_rewards().customer_id("2EE24580").stream().collect_all(10_000).await?;
/// for reward in rewards.iter().filter(|reward| reward.status == RewardStatus::Pending) {
///     issue(reward).await?; // your books first
///     client.confirm_reward(reward).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the stream is polled"]
pub struct Items<T> {
    pages: PageStream<PageItems<T>>,
    /// The items of the current page that are not returned yet.
    page: PageItems<T>,
    /// The status and the attempts of the last page.
    last_page: (StatusCode, u32),
    id: fn(&T) -> Option<&str>,
    by_id: bool,
    cursor: Option<String>,
}

impl<T: Send + 'static> Items<T> {
    pub(crate) fn new<P: Paged<Item = T>>(call: P) -> Self {
        let cursor = call.start();
        let pages = PageStream::new(call, listed::listed::<P>, |position, page| {
            if !P::BY_ID {
                return position.follow(page.following());
            }
            position.advance(page.ids(listed::id::<P>), page.has_more())
        });
        Self {
            by_id: P::BY_ID,
            pages,
            page: PageItems::none(),
            last_page: (StatusCode::OK, 0),
            id: listed::id::<P>,
            cursor,
        }
    }
}

impl<T> Items<T> {
    /// The next item; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of the stream, see [above](Items#errors). After an item that cannot be decoded, the next call returns the
    /// item after it.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().await.transpose()
    }

    /// The next item, or the error in its place; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// All items of the list, if there are no more than `limit`.
    ///
    /// The limit keeps a list that is longer than expected from filling the memory. A list is never cut off: a sum over
    /// a part of it would be wrong without a sign of it. To read only the first items of a list, stop calling
    /// [`try_next`](Items::try_next).
    ///
    /// ```no_run
    /// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
    /// let rewards = client.get_rewards().customer_id("2EE24580").limit(100).stream().collect_all(10_000).await?;
    /// println!("{} rewards", rewards.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::ResponseTooLarge`]: the list has more than `limit` items.
    /// - The errors of the stream. The first one ends the collection, an item that cannot be decoded included.
    pub async fn collect_all(mut self, limit: usize) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.try_next().await? {
            if items.len() == limit {
                let (status, attempts) = self.last_page;
                return Err(ResponseTooLargeError::list(self.pages.operation(), status, limit, attempts).into());
            }
            items.push(item);
        }
        Ok(items)
    }

    /// Requests the next page while the caller works on this one.
    ///
    /// The request runs in its own tokio task, one at a time, so it makes progress between polls. Dropping the stream
    /// aborts the task. At most one page is held in advance; if its request fails, the error is returned after the
    /// items before it.
    ///
    /// ```no_run
    /// # async fn post(reward: imprint_client::types::Reward) {}
    /// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
    /// let mut rewards = client.search_rewards().limit(100).stream().prefetch();
    /// while let Some(reward) = rewards.try_next().await? {
    ///     post(reward).await; // meanwhile the next page arrives
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn prefetch(mut self) -> Self {
        self.pages.prefetch();
        self
    }

    /// The cursor of the last item that was returned, or whose error was returned: set it as `starting_after` to
    /// continue the list with the next item.
    ///
    /// Before the first item it is the `starting_after` of the call; `None` is the beginning of the list. An item whose
    /// id cannot be read does not change the cursor.
    ///
    /// Of a list whose pages say what follows them it is the cursor of the page behind the current one, and so it leads past the items of
    /// the current page that were not returned yet.
    pub fn cursor(&self) -> Option<&str> {
        if self.by_id { self.cursor.as_deref() } else { self.pages.cursor() }
    }
}

impl<T> Unpin for Items<T> {}

impl<T> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next(this.id, &mut this.cursor) {
                return Poll::Ready(Some(item));
            }
            match ready!(this.pages.poll_page(cx)) {
                // An empty page is the last page, so the loop ends.
                Some(Ok((page, stuck))) => {
                    this.last_page = (page.status(), page.attempts());
                    this.page = page.into_inner();
                    if let Some(error) = stuck {
                        this.page.end_with(error);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.page.len();
        (left, self.pages.is_at_end().then_some(left))
    }
}

impl<T> FusedStream for Items<T> {
    fn is_terminated(&self) -> bool {
        self.page.len() == 0 && self.pages.is_at_end()
    }
}

/// Shows the cursor, without the items.
impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
