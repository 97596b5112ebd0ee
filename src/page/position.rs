//! Decides whether a page is given and whether the list goes on, by the ids of its items and `has_more`. It does no
//! I/O.

use crate::error::Fault;

/// The cursors that are remembered, three of them however long the list is.
pub(super) struct Position {
    /// The id of the last item so far. Before the first page, the cursor of the caller.
    cursor: Option<String>,
    /// The last id of the first page. A server that ignores the cursor answers with it again.
    first: Option<String>,
    /// Brent's algorithm: a cursor is kept while the next `reach` pages are compared with it, then a later one is kept
    /// for twice as many. So pages that repeat in a circle of any length are noticed without a list of all cursors.
    kept: Option<String>,
    reach: u64,
    compared: u64,
}

/// What to do with a page.
#[derive(Debug, PartialEq)]
pub(super) enum PageAction {
    /// Give it, and ask for the next.
    More,
    /// Give it; it is the last.
    Last,
    /// Give it. There may be more, which cannot be asked for: the item at this place, the last one, has no id.
    LastWithoutCursor(usize),
    /// Do not give it, and end the list: the page was given before, and the list has no `has_more` by which it could
    /// say that it has ended.
    Discard,
}

/// What is wrong with a page: the item, if it is one, and the fault.
pub(super) type PageFault = (Option<usize>, Fault);

impl Position {
    pub(super) fn new(cursor: Option<&str>) -> Self {
        Self { cursor: cursor.map(str::to_owned), first: None, kept: None, reach: 1, compared: 0 }
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Moves to the end of a page, given the ids of its items. An error leaves the position where it is.
    ///
    /// An item may lack an id unless it is the last, by whose id the next page is asked for.
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
            // The item of the cursor was given before.
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
            // Going on would give items twice.
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
