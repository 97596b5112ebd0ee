//! Lists that end, lists that repeat pages, and items without an id.

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

/// The first page comes again after others. Brent's algorithm alone does not detect this as the end of a list.
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
            // A list without `has_more` ends here. A list with it may have items that are not reached.
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
        // The page repeats the item of the cursor before new items.
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

#[test]
fn a_page_that_says_what_follows_it_is_followed_and_no_circle_is() {
    let page = |cursor: &str| Next::Page(cursor.to_owned());
    let mut position = Position::new(None);
    for cursor in ["a", "b", "c"] {
        assert_eq!(position.follow(page(cursor)), Ok(PageAction::More));
        assert_eq!(position.cursor(), Some(cursor));
    }
    for cursor in ["c", "a"] {
        assert_eq!(position.follow(page(cursor)), Err((None, Fault::Repeated)), "{cursor}");
    }
    assert_eq!(position.follow(Next::End), Ok(PageAction::Last));
    assert_eq!(Next::page(Some("a"), Some(false)), Next::End);
    assert_eq!(Next::page(Some(""), Some(true)), Next::End);
    assert_eq!(Next::page(Some("a"), None), page("a"));
}

#[test]
fn pages_are_counted_until_one_is_empty_or_comes_again() {
    let page = |items, step, print| Next::Counted { items, step, print };
    let mut position = Position::new(Some("5"));
    assert_eq!(position.follow(page(3, Step::Items, 1)), Ok(PageAction::More));
    assert_eq!(position.cursor(), Some("8"));
    assert_eq!(position.follow(page(2, Step::Items, 2)), Ok(PageAction::More));
    assert_eq!(position.follow(page(2, Step::Items, 2)), Err((None, Fault::Repeated)));
    assert_eq!(position.follow(page(3, Step::Items, 1)), Err((None, Fault::Repeated)));
    assert_eq!(position.cursor(), Some("10"));
    assert_eq!(position.follow(page(0, Step::Items, 3)), Ok(PageAction::Last));
    for (first, second) in [(0, "1"), (1, "2")] {
        let mut position = Position::new(None);
        assert_eq!(position.follow(page(1, Step::Page(first), 1)), Ok(PageAction::More));
        assert_eq!(position.cursor(), Some(second));
    }
}
