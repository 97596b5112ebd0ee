//! Decides whether a page is returned and whether the list continues, by the ids of its items and `has_more`. It does
//! no I/O.

use std::iter;

use super::{Next, Step};
use crate::error::Fault;

/// The cursors that are remembered. There are three of them, however long the list is.
pub(super) struct Position {
    /// The id of the last item so far. Before the first page, the cursor of the caller.
    cursor: Option<String>,
    /// The last id of the first page. A server that ignores the cursor returns this page again.
    first: Option<String>,
    /// Brent's algorithm: a cursor is kept while the next `reach` pages are compared with it, then a later one is kept
    /// for twice as many. So pages that repeat in a cycle of any length are detected without a list of all cursors.
    kept: Option<String>,
    reach: u64,
    compared: u64,
    /// The prints of the first page and of the last one, of a list whose pages are counted.
    prints: Option<(u64, u64)>,
}

/// What to do with a page.
#[derive(Debug, PartialEq)]
pub(super) enum PageAction {
    /// Return it, and request the next page.
    More,
    /// Return it; it is the last page.
    Last,
    /// Return it. There may be more pages, but they cannot be requested: the item at this index, the last one, has no
    /// id.
    LastWithoutCursor(usize),
    /// Do not return it, and end the list: the page was returned before, and the list has no `has_more` to mark its
    /// end.
    Discard,
}

/// The fault of a page, and the index of the item that has it, if the fault concerns one item.
pub(super) type PageFault = (Option<usize>, Fault);

impl Position {
    pub(super) fn new(cursor: Option<&str>) -> Self {
        Self { cursor: cursor.map(str::to_owned), first: None, kept: None, reach: 1, compared: 0, prints: None }
    }

    /// Moves to the end of a page that says what follows it. After an error the position is unchanged.
    pub(super) fn follow(&mut self, next: Next) -> Result<PageAction, PageFault> {
        match next {
            Next::End => Ok(PageAction::Last),
            // The same guards as for ids: a cursor that was there before leads in a circle. No item has it.
            Next::Page(cursor) => {
                self.advance(iter::once(Some(&*cursor)), Some(true)).map_err(|(_, fault)| (None, fault))
            }
            Next::Counted { items: 0, .. } => Ok(PageAction::Last),
            Next::Counted { items, step, print } => {
                // A server that ignores the number returns the same page again and again.
                if self.prints.is_some_and(|(first, last)| print == first || print == last) {
                    return Err((None, Fault::Repeated));
                }
                self.prints = Some((self.prints.map_or(print, |(first, _)| first), print));
                let given = self.cursor.as_deref().and_then(|number| number.parse::<u64>().ok());
                let number = match step {
                    Step::Items => given.unwrap_or(0).saturating_add(items as u64),
                    Step::Page(first) => given.unwrap_or(first).saturating_add(1),
                };
                replace(&mut self.cursor, &number.to_string());
                Ok(PageAction::More)
            }
        }
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Moves to the end of a page, given the ids of its items. After an error the position is unchanged.
    ///
    /// An item may lack an id unless it is the last one, whose id is needed to request the next page.
    pub(super) fn advance<'a>(
        &mut self,
        ids: impl Iterator<Item = Option<&'a str>>,
        has_more: Option<bool>,
    ) -> Result<PageAction, PageFault> {
        let mut last = None;
        let mut known = None;
        let mut again = None;
        for (index, id) in ids.enumerate() {
            if again.is_none() && id.is_some() && self.cursor() == id {
                again = Some(index);
            }
            known = id.or(known);
            last = Some((index, id));
        }
        let Some((index, id)) = last else {
            return if has_more == Some(true) { Err((None, Fault::EmptyPage)) } else { Ok(PageAction::Last) };
        };
        let Some(id) = id else {
            // The item with the id of the cursor was returned before.
            if let Some(at) = again {
                return Err((Some(at), Fault::Repeated));
            }
            if let Some(known) = known {
                replace(&mut self.cursor, known);
            }
            return Ok(if has_more == Some(false) { PageAction::Last } else { PageAction::LastWithoutCursor(index) });
        };
        let repeated = again == Some(index) || self.first.as_deref() == Some(id);
        match (has_more, repeated, again) {
            (None, true, _) => return Ok(PageAction::Discard),
            // If the list continued, items would be returned twice.
            (_, true, _) => return Err((Some(index), Fault::Repeated)),
            (_, _, Some(at)) => return Err((Some(at), Fault::Repeated)),
            _ => {}
        }
        if self.kept.as_deref() == Some(id) {
            return Err((Some(index), Fault::Repeated));
        }
        if self.compared == self.reach || self.kept.is_none() {
            replace(&mut self.kept, id);
            self.reach = self.reach.saturating_mul(2);
            self.compared = 0;
        }
        self.compared += 1;
        if self.first.is_none() {
            self.first = Some(id.to_owned());
        }
        replace(&mut self.cursor, id);
        Ok(if has_more == Some(false) { PageAction::Last } else { PageAction::More })
    }
}

/// Replaces a text and reuses its memory.
pub(super) fn replace(text: &mut Option<String>, with: &str) {
    let text = text.get_or_insert_default();
    text.clear();
    text.push_str(with);
}

#[cfg(test)]
mod tests;
