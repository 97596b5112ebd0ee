//! Reads a page item by item, so that an item that cannot be decoded is one error and the other items are still
//! returned.

use std::vec;

use serde_json::Value;

use super::position::replace;
use super::{Next, Paged, print};
use crate::call::Answer;
use crate::call::Response;
use crate::call::answer::{self, split};
use crate::client::Client;
use crate::decode;
use crate::error::{DecodeError, Error, Fault, Finding};

/// The items of a page, and the errors in place of the items that cannot be returned.
pub(super) struct PageItems<T> {
    items: vec::IntoIter<T>,
    /// In the order of their places.
    broken: vec::IntoIter<BrokenItem>,
    /// The place of the next item.
    next: usize,
    has_more: Option<bool>,
    /// What follows the page, of a list that is not read by ids.
    following: Next,
}

/// An item that cannot be returned.
struct BrokenItem {
    /// Its place among the items, nulls not counted.
    place: usize,
    error: DecodeError,
    id: Option<String>,
}

impl<T> PageItems<T> {
    /// An empty page.
    pub(super) fn none() -> Self {
        Self {
            items: Vec::new().into_iter(),
            broken: Vec::new().into_iter(),
            next: 0,
            has_more: None,
            following: Next::End,
        }
    }

    /// How many items are left, decoded or not.
    pub(super) fn len(&self) -> usize {
        self.items.len() + self.broken.len()
    }

    pub(super) fn has_more(&self) -> Option<bool> {
        self.has_more
    }

    pub(super) fn following(&self) -> Next {
        self.following.clone()
    }

    /// The ids of all items in their order; `None` for an item without an id.
    pub(super) fn ids(&self, id: fn(&T) -> Option<&str>) -> impl Iterator<Item = Option<&str>> {
        let (mut items, mut broken) = (self.items.as_slice().iter(), self.broken.as_slice().iter().peekable());
        (0..self.len()).map(move |place| match broken.next_if(|broken| broken.place == place) {
            Some(broken) => broken.id.as_deref(),
            None => items.next().and_then(id),
        })
    }

    /// Adds an error after all items: the error because of which the list cannot continue.
    pub(super) fn end_with(&mut self, error: DecodeError) {
        let place = self.next + self.len();
        let mut broken: Vec<BrokenItem> = std::mem::take(&mut self.broken).collect();
        broken.push(BrokenItem { place, error, id: None });
        self.broken = broken.into_iter();
    }

    /// Returns the next item, and moves the cursor to it.
    pub(super) fn next(&mut self, id: fn(&T) -> Option<&str>, cursor: &mut Option<String>) -> Option<Result<T, Error>> {
        let is_broken = self.broken.as_slice().first().is_some_and(|broken| broken.place == self.next);
        let item = if is_broken { Err(self.broken.next()?) } else { Ok(self.items.next()?) };
        self.next += 1;
        let id = match &item {
            Ok(item) => id(item),
            Err(broken) => broken.id.as_deref(),
        };
        if let Some(id) = id {
            replace(cursor, id);
        }
        Some(item.map_err(|broken| broken.error.into()))
    }
}

/// Reads a complete page, as `send` does. Unlike with `send`, a list that holds only nulls is an error, and so is an
/// item without an id.
pub(super) fn whole<P: Paged>(_: &Client, answer: Answer) -> Result<Response<P::Answer>, Error> {
    let page: P::Answer = answer::read(P::OPERATION, &answer)?;
    if P::items(&page).is_empty() {
        refuse_nulls::<P>(&answer)?;
    }
    if let Some(index) = P::items(&page).iter().position(lacks_id::<P>) {
        return Err(no_id::<P>(&answer, index));
    }
    Ok(answer::with(answer, page))
}

/// Reads a page item by item.
pub(super) fn listed<P: Paged>(client: &Client, answer: Answer) -> Result<Response<PageItems<P::Item>>, Error> {
    let page = match answer::read::<P::Answer>(P::OPERATION, &answer) {
        // The usual case: the body is decoded only once.
        Ok(page) => match P::items(&page).iter().position(lacks_id::<P>) {
            None => {
                if P::items(&page).is_empty() {
                    refuse_nulls::<P>(&answer)?;
                }
                let has_more = P::has_more(&page);
                let following = following::<P>(&page, P::items(&page).len(), &answer);
                PageItems { items: P::into_items(page).into_iter(), has_more, following, ..PageItems::none() }
            }
            Some(index) => item_by_item::<P>(client, &answer).ok_or_else(|| no_id::<P>(&answer, index))?,
        },
        Err(error @ Error::Decode(_)) => item_by_item::<P>(client, &answer).ok_or(error)?,
        Err(error) => return Err(error),
    };
    Ok(answer::with(answer, page))
}

fn no_id<P: Paged>(answer: &Answer, index: usize) -> Error {
    let path = format!("{}[{index}].{}", P::OPERATION.list[0], P::CURSOR);
    answer::undecoded(P::OPERATION, answer, Finding::new(path, Fault::Missing))
}

/// Whether an item lacks the id by which its list is read.
fn lacks_id<P: Paged>(item: &P::Item) -> bool {
    P::BY_ID && id::<P>(item).is_none()
}

/// What follows a page of so many items, of which `page` may have none.
fn following<P: Paged>(page: &P::Answer, items: usize, answer: &Answer) -> Next {
    match P::next(page) {
        Next::Counted { step, .. } => Next::Counted { items, step, print: print(&answer.body) },
        next => next,
    }
}

/// The id of an item, if it has an id that can be used as a cursor.
pub(super) fn id<P: Paged>(item: &P::Item) -> Option<&str> {
    P::id(item).filter(|id| !id.is_empty())
}

/// Finds the list of an answer under one of its names: returns the name, the members of the answer, and the index of
/// the list among them.
fn list_of<P: Paged>(body: &[u8]) -> Option<(&'static str, Vec<split::Member<'_>>, usize)> {
    let members = split::members(body)?;
    let mut found = None;
    for (index, (key, value)) in members.iter().enumerate() {
        if let Some(name) = P::OPERATION.list.iter().find(|name| name.as_bytes() == *key)
            && *value != b"null"
        {
            // The answer has two lists, and it is not known which of them is the right one.
            if found.replace((*name, index)).is_some() {
                return None;
            }
        }
    }
    let (name, index) = found?;
    Some((name, members, index))
}

/// Refuses a page that is empty only because each of its items is null: such a page has items but does not show them.
#[cold]
fn refuse_nulls<P: Paged>(answer: &Answer) -> Result<(), Error> {
    let Some((name, members, index)) = list_of::<P>(&answer.body) else { return Ok(()) };
    match split::items(members[index].1) {
        Some(items) if !items.is_empty() => {
            Err(answer::undecoded(P::OPERATION, answer, Finding::new(name, Fault::OnlyNulls)))
        }
        _ => Ok(()),
    }
}

/// Decodes each item separately. Returns `None` if the fault is not in the items.
#[cold]
fn item_by_item<P: Paged>(client: &Client, answer: &Answer) -> Option<PageItems<P::Item>> {
    let (name, members, index) = list_of::<P>(&answer.body)?;
    let rest: P::Answer = decode::body(&split::replaced(&members, index, Some(b"[]"))).ok()?;
    let (mut items, mut broken) = (Vec::new(), Vec::new());
    for (index, json) in split::items(members[index].1)?.into_iter().enumerate().filter(|(_, json)| *json != b"null") {
        let finding = match decode::body::<P::Item>(json) {
            Ok(item) if !lacks_id::<P>(&item) => {
                items.push(item);
                continue;
            }
            Ok(_) => Finding::new(P::CURSOR, Fault::Missing),
            Err(finding) => finding,
        };
        let (line, column) = in_body(&answer.body, json, (finding.line, finding.column));
        let finding = Finding { line, column, ..finding.within(&format!("{name}[{index}]")) };
        let id = raw_id(json, P::CURSOR);
        let error = DecodeError::new(P::OPERATION, (answer.status, &answer.headers), answer.attempts, finding);
        let mut error = error.of_item(json, id.as_deref());
        // The call hides secrets only in the error that it returns, and this error is part of a page.
        error.hide(&client.own_secrets(&answer.set_by_hooks));
        broken.push(BrokenItem { place: items.len() + broken.len(), error, id });
    }
    if broken.is_empty() {
        return None;
    }
    let has_more = P::has_more(&rest);
    let following = following::<P>(&rest, items.len() + broken.len(), answer);
    Some(PageItems { items: items.into_iter(), broken: broken.into_iter(), has_more, following, ..PageItems::none() })
}

/// The id of an item that could not be decoded.
fn raw_id(json: &[u8], name: &str) -> Option<String> {
    let members = split::members(json)?;
    let mut ids = members.iter().filter(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value);
    match (ids.next().map(crate::value::json::read), ids.next()) {
        (Some(Ok(Value::String(id))), None) if !id.is_empty() => Some(id),
        _ => None,
    }
}

/// Converts a position in an item to a position in the body that contains the item.
fn in_body(body: &[u8], item: &[u8], (line, column): (usize, usize)) -> (usize, usize) {
    if line == 0 {
        return (0, 0);
    }
    let before = &body[..item.as_ptr().addr().saturating_sub(body.as_ptr().addr()).min(body.len())];
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    let last_line = before.iter().rposition(|byte| *byte == b'\n').map_or(before.len(), |at| before.len() - at - 1);
    (line + lines, if line == 1 { column + last_line } else { column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_item_is_read_from_its_json() {
        for (json, expected) in [
            (r#"{"a":{"id":"x"},"id":"b\u0041","status":7}"#, Some("bA")),
            (r#"{"id":""}"#, None),
            (r#"{"id":null}"#, None),
            (r#"{"id":7}"#, None),
            (r#"{"ID":"x"}"#, None),
            (r#"{"id":"a","id":"b"}"#, None),
            (r#"["id"]"#, None),
            ("7", None),
        ] {
            assert_eq!(raw_id(json.as_bytes(), "id").as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_position_in_an_item_is_one_in_the_body() {
        let body = b"{\n \"data\": [1,\n  {\"a\":\n 7}]}";
        let item = body.strip_suffix(b"]}").and_then(|body| body.get(17..)).unwrap();
        assert_eq!(item, b"{\"a\":\n 7}");
        for (position, expected) in [((1, 2), (3, 4)), ((2, 2), (4, 2)), ((0, 0), (0, 0))] {
            assert_eq!(in_body(body, item, position), expected);
        }
        assert_eq!(in_body(body, body, (1, 1)), (1, 1));
    }
}
