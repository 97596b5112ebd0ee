//! The stream of the items of a list.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use super::Paged;
use super::listed::{self, PageItems};
use super::page_stream::PageStream;
use crate::error::Error;

/// The items of a list in the order of the API, over all of its pages: what `stream()` of an operation gives.
///
/// It is a [`Stream`] of results; `TryStreamExt` of the crate `futures-util` (0.3) has `try_next` and the combinators.
///
/// ```no_run
/// use futures_util::TryStreamExt;
///
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let mut rewards = client.get_rewards().customer_id("2EE24580").limit(100).stream();
/// while let Some(reward) = rewards.try_next().await? {
///     println!("{} {}", reward.amount, reward.status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// - **Lazy**: nothing is sent before the stream is polled, and a page is asked for when the one before is used up.
///   With [`prefetch`](Items::prefetch) it is asked for when the one before arrives.
/// - **Pages** are as large as the call's `limit` says. Each is a call of its own: retries, timeouts and limits are
///   those of the client, a page each.
/// - **Cancel-safe**: dropping the future of `try_next` loses nothing. The request stays under way in the stream and
///   the next poll goes on with it.
/// - **Memory** holds one page, with `prefetch` two, however long the list is.
/// - **The end** is a page with `has_more: false`. A list without `has_more` ends with an empty page or one that was
///   there before.
///
/// # Errors
///
/// **An item that cannot be decoded**, or that has no id, is an [`Error::Decode`] in its place, and the next poll goes
/// on with the item behind it. [`DecodeError::item_json`](crate::error::DecodeError::item_json) is `Some` for these
/// errors alone and gives the item as it came; [`path`](crate::error::DecodeError::path) says what is wrong with it.
/// `?` gives up at such an error. To go on, log the path and poll again:
///
/// ```no_run
/// use futures_util::StreamExt;
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
/// **All other errors** end the stream. They are those of the call, and [`Error::Decode`] for a page that says nothing
/// reliable: its list is missing, it is empty and says `has_more`, it holds null in the place of every item, it leads
/// back to an earlier page, or its last item has no id and the next page cannot be asked for. A page is looked at
/// before any of it is given. If the server repeats pages in a circle (1, 2, 3, 2, 3 …), the pages of the circle may be
/// given twice before the error.
///
/// [`cursor`](Items::cursor) says where to go on, with nothing skipped and nothing repeated. After an error about a
/// page [`DecodeError::cursor`](crate::error::DecodeError::cursor) says the same, for callers that have given the
/// stream away. One exception: if the last item before the error had no id that can be read, it is given again.
///
/// ```no_run
/// use futures_util::TryStreamExt;
///
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
/// Paging follows the order of the list as it is at the time of each request. `getRewards` gives the latest
/// `updated_at` first, and confirming a reward moves it to the front: if you confirm rewards while you stream them, you
/// **skip** others that move past the cursor, or meet some twice. Collect first, then change:
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use imprint_client::types::{Reward, RewardStatus};
///
/// # async fn issue(_: &Reward) -> std::io::Result<()> { Ok(()) }
/// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let rewards: Vec<Reward> = client.get_rewards().customer_id("2EE24580").stream().try_collect().await?;
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
    /// What is left of the current page.
    page: PageItems<T>,
    id: fn(&T) -> Option<&str>,
    cursor: Option<String>,
}

impl<T: Send + 'static> Items<T> {
    pub(crate) fn new<P: Paged<Item = T>>(call: P) -> Self {
        let cursor = call.cursor().map(str::to_owned);
        let pages = PageStream::new(call, listed::listed::<P>, |position, page| {
            position.advance(page.ids(listed::id::<P>), page.has_more())
        });
        Self { pages, page: PageItems::none(), id: listed::id::<P>, cursor }
    }
}

impl<T> Items<T> {
    /// Asks for the next page while the caller works on this one.
    ///
    /// The request runs in a tokio task of its own, one at a time, so it makes progress between polls. The task ends
    /// with the stream: dropping the stream aborts it. At most one page is held in advance; an error that it met is
    /// given when the items before it are used up.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    ///
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

    /// The cursor of the last item that was given, or whose error was given: `starting_after` it the list goes on with
    /// the next.
    ///
    /// Before the first item it is the `starting_after` of the call; `None` is the beginning of the list. An item whose
    /// id cannot be read leaves the cursor where it is.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
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
                // An empty page is the last one, so this ends.
                Some(Ok((page, stuck))) => {
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

/// Without the items.
impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
