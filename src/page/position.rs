//! Where a list has been read to, and whether it goes on. No I/O: pages are ids and `has_more` here.

use crate::error::Fault;

/// The cursors that are remembered, three of them however long the list is.
pub(super) struct Position {
    /// The id of the last item so far; before the first page what the caller began with.
    cursor: Option<String>,
    /// The last id of the first page: a server that ignores a cursor begins again there.
    first: Option<String>,
    /// Brent's algorithm: a cursor is kept while the next `reach` pages are compared with it, then a later one is kept
    /// for twice as many. So a circle of any length is noticed without a list of all cursors.
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
    /// Do not give it: it is one that was given before, from a list that cannot say that it has ended.
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

    /// Moves behind a page, given the ids of its items. The position stays where it is when the page is broken.
    ///
    /// An item without an id is as good as any other, unless it is the last: the next page is asked for by its id.
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
            // The item of the cursor again, which was given before.
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
            // Items would be given twice.
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

/// Into the memory that is there.
pub(super) fn replace(text: &mut Option<String>, with: &str) {
    let text = text.get_or_insert_default();
    text.clear();
    text.push_str(with);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advance(position: &mut Position, ids: &[&str], has_more: Option<bool>) -> Result<PageAction, PageFault> {
        position.advance(ids.iter().map(|id| Some(*id)), has_more)
    }

    #[test]
    fn a_list_goes_on_while_it_says_so() {
        let mut position = Position::new(None);
        assert_eq!(advance(&mut position, &["a", "b"], Some(true)), Ok(PageAction::More));
        assert_eq!(position.cursor(), Some("b"));
        assert_eq!(advance(&mut position, &["c"], Some(false)), Ok(PageAction::Last));
        assert_eq!(position.cursor(), Some("c"));
    }

    #[test]
    fn a_list_that_does_not_say_ends_with_an_empty_or_a_repeated_page() {
        for end in [&[][..], &["b"], &["a", "b"]] {
            let mut position = Position::new(None);
            assert_eq!(advance(&mut position, &["a", "b"], None), Ok(PageAction::More));
            let action = advance(&mut position, end, None).unwrap();
            assert_eq!(action, if end.is_empty() { PageAction::Last } else { PageAction::Discard }, "{end:?}");
        }
    }

    #[test]
    fn a_list_that_begins_again_without_a_word_ends() {
        let mut position = Position::new(None);
        for page in [["a", "b"], ["c", "d"], ["e", "f"]] {
            assert_eq!(advance(&mut position, &page, None), Ok(PageAction::More));
        }
        assert_eq!(advance(&mut position, &["a", "b"], None), Ok(PageAction::Discard));
    }

    #[test]
    fn an_empty_page_that_says_there_is_more_is_broken() {
        assert_eq!(advance(&mut Position::new(None), &[], Some(true)), Err((None, Fault::EmptyPage)));
        assert_eq!(advance(&mut Position::new(None), &[], Some(false)), Ok(PageAction::Last));
    }

    #[test]
    fn an_item_without_an_id_matters_where_the_next_page_depends_on_it() {
        for has_more in [None, Some(true), Some(false)] {
            let action = if has_more == Some(false) { PageAction::Last } else { PageAction::More };
            let mut position = Position::new(Some("x"));
            assert_eq!(position.advance([None, Some("b")].into_iter(), has_more), Ok(action));
            assert_eq!(position.cursor(), Some("b"));

            let action = if has_more == Some(false) { PageAction::Last } else { PageAction::LastWithoutCursor(1) };
            let mut position = Position::new(Some("x"));
            assert_eq!(position.advance([Some("a"), None].into_iter(), has_more), Ok(action));
            assert_eq!(position.cursor(), Some("a"));
        }
        let mut position = Position::new(Some("x"));
        assert_eq!(position.advance([None].into_iter(), Some(true)), Ok(PageAction::LastWithoutCursor(0)));
        assert_eq!(position.cursor(), Some("x"));
        assert_eq!(position.advance([Some("x"), None].into_iter(), Some(true)), Err((Some(0), Fault::Repeated)));
    }

    /// Pages p0, p1, p0: the first page again, which Brent's algorithm does not see as the end of a list.
    #[test]
    fn a_list_that_comes_back_to_its_first_page() {
        for between in [1, 2, 5] {
            for has_more in [None, Some(true), Some(false)] {
                let mut position = Position::new(None);
                assert_eq!(advance(&mut position, &["a", "b"], Some(true)), Ok(PageAction::More));
                for page in 0..between {
                    assert_eq!(advance(&mut position, &[&format!("p{page}")], Some(true)), Ok(PageAction::More));
                }
                let last = format!("p{}", between - 1);
                // A list without `has_more` ends so; one with it may have items that are not reached.
                let expected = match has_more {
                    None => Ok(PageAction::Discard),
                    Some(_) => Err((Some(1), Fault::Repeated)),
                };
                assert_eq!(advance(&mut position, &["a", "b"], has_more), expected, "{between} between");
                assert_eq!(position.cursor(), Some(last.as_str()), "a restart gives nothing twice");
            }
        }
    }

    #[test]
    fn a_page_that_holds_its_own_cursor_is_broken() {
        for (page, has_more, index) in [
            (&["a", "b"][..], Some(true), 1),
            (&["b"], Some(true), 0),
            (&["b"], Some(false), 0),
            // The cursor's item again before new ones.
            (&["b", "c"], Some(true), 0),
            (&["b", "c"], Some(false), 0),
            (&["b", "c"], None, 0),
        ] {
            let mut position = Position::new(Some("b"));
            assert_eq!(advance(&mut position, page, has_more), Err((Some(index), Fault::Repeated)), "{page:?}");
            assert_eq!(position.cursor(), Some("b"));
        }
    }

    #[test]
    fn a_circle_of_any_length_is_noticed() {
        for has_more in [None, Some(true)] {
            for before in [0, 1, 2, 7, 100] {
                for length in [1, 2, 3, 10, 97] {
                    let mut position = Position::new(None);
                    let mut pages = 0_usize;
                    let end = loop {
                        let page = if pages < before { pages } else { before + (pages - before) % length };
                        match advance(&mut position, &[&format!("p{page}")], has_more) {
                            Ok(PageAction::More) => pages += 1,
                            end => break end,
                        }
                        assert!(pages < 5 * (before + length + 1), "no end: {before} pages, then {length} in a circle");
                    };
                    match end {
                        Ok(action) => assert_eq!((action, has_more), (PageAction::Discard, None)),
                        Err(broken) => assert_eq!(broken, (Some(0), Fault::Repeated)),
                    }
                }
            }
        }
    }
}
