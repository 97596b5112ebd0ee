//! The items of a list one by one.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::{FusedStream, Stream};

use super::position::replace;
use super::{Paged, Pages};
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
/// - **Lazy**: nothing is sent before the stream is polled, and a page is asked for when the one before is used up. With
///   [`prefetch`](Items::prefetch) it is asked for when the one before arrives.
/// - **Pages** are as large as the call's `limit` says. Each is a call of its own: retries, timeouts and limits are those
///   of the client, a page each.
/// - **Cancel-safe**: dropping the future of `try_next` loses nothing. The request stays under way in the stream and the
///   next poll goes on with it.
/// - **Memory** holds one page, with `prefetch` two, however long the list is.
/// - **The end** is a page with `has_more: false`. A list without `has_more` ends with an empty page or one that was there
///   before.
///
/// # Errors
///
/// Those of the call, and [`Error::Decode`] for a page that breaks the rules of paging: an item without an id, an empty
/// page that says `has_more`, or a page that leads back to an earlier one. A page is looked at before any of it is given.
/// The pages of a circle that does not lead back to the first or the last page may be given twice before it is noticed.
///
/// After an error the stream is at its end. [`cursor`](Items::cursor) says where to go on, with nothing skipped and
/// nothing repeated:
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
/// Paging follows the order of the list as it is at the time of each request. `getRewards` gives the latest `updated_at`
/// first, and confirming a reward moves it to the front: who confirms rewards while streaming them **skips** others that
/// move past the cursor, or meets some twice. Collect first, then change:
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
    pages: Box<dyn Source<T>>,
    /// What is left of the current page.
    items: vec::IntoIter<T>,
    id: fn(&T) -> Option<&str>,
    cursor: Option<String>,
}

/// Pages of whatever operation, as lists of items.
trait Source<T>: Send {
    fn poll_items(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<T>, Error>>>;
    fn is_terminated(&self) -> bool;
    fn prefetch(&mut self);
}

struct Lists<P: Paged>(Pages<P::Answer>);

impl<P: Paged> Source<P::Item> for Lists<P> {
    fn poll_items(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<P::Item>, Error>>> {
        let page = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(page.map(|page| page.map(|page| P::into_items(page.into_inner()))))
    }

    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }

    fn prefetch(&mut self) {
        self.0.ahead = true;
    }
}

impl<T> Items<T> {
    pub(crate) fn new<P: Paged<Item = T>>(call: P) -> Self {
        let cursor = call.cursor().map(str::to_owned);
        Self { pages: Box::new(Lists::<P>(Pages::new(call))), items: Vec::new().into_iter(), id: P::id, cursor }
    }

    /// Asks for the next page while the caller works on this one.
    ///
    /// The request runs in a tokio task of its own, one at a time, so it makes progress between polls. The task ends with
    /// the stream: dropping the stream aborts it. At most one page is held in advance; an error that it met is given when
    /// the items before it are used up.
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

    /// The cursor of the last item that was given: `starting_after` it the list goes on with the next.
    ///
    /// Before the first item it is the `starting_after` of the call; `None` is the beginning of the list.
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
            if let Some(item) = this.items.next() {
                if let Some(id) = (this.id)(&item) {
                    replace(&mut this.cursor, id);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.pages.poll_items(cx)) {
                // An empty page is the last one, so this ends.
                Some(Ok(items)) => this.items = items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.items.len();
        (left, self.is_terminated().then_some(left))
    }
}

impl<T> FusedStream for Items<T> {
    fn is_terminated(&self) -> bool {
        self.items.len() == 0 && self.pages.is_terminated()
    }
}

/// Without the items.
impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
