//! The iterators over lists that come in pages.

use std::fmt;
use std::iter::FusedIterator;

use futures_core::FusedStream;

use super::Client;
use crate::call::Response;
use crate::error::Error;
use crate::page;

/// The items of a list in the order of the API, over all of its pages: what `stream()` of an operation returns.
///
/// It is the iterator form of [`list::Items`](crate::list::Items), which says when pages are requested, what an error
/// means, and how a list that changes is read.
#[must_use = "nothing is sent before the iterator is used"]
pub struct Items<T> {
    client: Client,
    items: page::Items<T>,
}

impl<T> Items<T> {
    pub(super) fn new(client: Client, items: page::Items<T>) -> Self {
        Self { client, items }
    }

    /// The next item; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`list::Items`](crate::list::Items#errors).
    pub fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().transpose()
    }

    /// All items of the list, if there are no more than `limit`; see
    /// [`collect_all`](crate::list::Items::collect_all).
    ///
    /// # Errors
    ///
    /// [`Error::ResponseTooLarge`] for a longer list, and the errors of the iterator.
    pub fn collect_all(self, limit: usize) -> Result<Vec<T>, Error> {
        let Self { client, items } = self;
        client.runtime.wait(items.collect_all(limit))
    }

    /// Requests the next page in the thread of the client while the caller works on this one.
    pub fn prefetch(self) -> Self {
        Self { items: self.items.prefetch(), ..self }
    }

    /// The cursor of the last item that was returned; see [`cursor`](crate::list::Items::cursor).
    pub fn cursor(&self) -> Option<&str> {
        self.items.cursor()
    }
}

impl<T> Iterator for Items<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.client.runtime.wait(self.items.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        futures_core::Stream::size_hint(&self.items)
    }
}

impl<T> FusedIterator for Items<T> {}

/// Shows the cursor, without the items.
impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

/// The complete pages of a list: what `pages()` of an operation returns.
///
/// It is the iterator form of [`list::Pages`](crate::list::Pages).
#[must_use = "nothing is sent before the iterator is used"]
pub struct Pages<A> {
    client: Client,
    pages: page::Pages<A>,
}

impl<A> Pages<A> {
    pub(super) fn new(client: Client, pages: page::Pages<A>) -> Self {
        Self { client, pages }
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`list::Pages`](crate::list::Pages#errors).
    pub fn try_next(&mut self) -> Result<Option<Response<A>>, Error> {
        self.next().transpose()
    }

    /// Requests the next page in the thread of the client while the caller works on this one.
    pub fn prefetch(self) -> Self {
        Self { pages: self.pages.prefetch(), ..self }
    }

    /// The cursor of the last page that was returned; see [`cursor`](crate::list::Pages::cursor).
    pub fn cursor(&self) -> Option<&str> {
        self.pages.cursor()
    }
}

impl<A> Iterator for Pages<A> {
    type Item = Result<Response<A>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.client.runtime.wait(self.pages.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.pages.is_terminated().then_some(0))
    }
}

impl<A> FusedIterator for Pages<A> {}

/// Shows the cursor, without the call.
impl<A> fmt::Debug for Pages<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages.fmt(f)
    }
}
