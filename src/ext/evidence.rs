//! Decides what the answer of a list operation proves about the one thing that was looked up by the partner's own id.
//!
//! A helper sends money again, or says "there is none", on the ground of such an answer. So the answer is read more
//! strictly here than by the generated types: an answer without its list, a page that contradicts itself, and an item
//! that cannot be read prove nothing, and are told apart from a page that is really empty.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::find::FindError;
use super::ids::same_resource;
use crate::call::{Request, Response, decode};
use crate::client::Client;
use crate::error::{DecodeError, Error, is_blank};
use crate::operation::Operation;
use crate::value::object;

/// Something that is looked up by an id that the partner gave it.
pub(super) trait Findable: DeserializeOwned + Send {
    /// The id that Imprint gave it, which is its cursor in a list as well.
    fn id(&self) -> Option<&str>;

    /// The partner's own id.
    fn partner_id(&self) -> Option<&str>;
}

/// A lookup of one thing by the partner's own id.
pub(super) struct Question<'a> {
    /// The list operation.
    pub(super) operation: &'static Operation,
    /// Its parameter that takes the partner's own id.
    pub(super) filter: &'static str,
    /// The partner's own id.
    pub(super) wanted: &'a str,
    /// Whether the list comes in pages: then two items are asked for, and the page behind them if there are more.
    pub(super) pages: bool,
    /// Whether money may be sent again on the answer. Then an empty page with a `total` above 0 is a contradiction
    /// (what `total` counts is not documented, so no other lookup relies on it), and one item is not the only one where
    /// the list says that there is more and does not show it.
    pub(super) moves_money: bool,
}

/// What an answer proves.
pub(super) enum Evidence<T> {
    /// It is not there: the list is empty and does not contradict itself.
    NotThere,
    /// It is there, once.
    One(T),
    /// It is there more than once.
    Several(Vec<T>),
    /// The answer proves nothing.
    Unusable {
        error: FindError<T>,
        /// Whether something in the answer may still be what was asked for: it has the id, letter case aside, or no id,
        /// or it cannot be read. Then it must not be taken for missing by a later answer either.
        seen: bool,
    },
}

impl<T> Evidence<T> {
    /// The same for a caller who asks once.
    pub(super) fn into_result(self) -> Result<Option<T>, FindError<T>> {
        match self {
            Self::NotThere => Ok(None),
            Self::One(found) => Ok(Some(found)),
            Self::Several(found) => Err(FindError::Several(found)),
            Self::Unusable { error, .. } => Err(error),
        }
    }
}

/// The answer of a list, its items still to be read.
pub(super) struct ListAnswer {
    /// An answer without the key is refused: it says nothing about what is in the list.
    data: RawItems,
    has_more: Option<bool>,
    total: Option<Box<RawValue>>,
    /// What no list has, and the bodies of errors have.
    code: Option<Value>,
    error: Option<Value>,
    errors: Option<Value>,
    message: Option<Value>,
}

// The document calls the list of orders `data` and `orders`.
object!(ListAnswer {
    data: Plain = "data" | "orders",
    has_more: Optional = "has_more",
    total: Optional = "total",
    code: Optional = "code",
    error: Optional = "error",
    errors: Optional = "errors",
    message: Optional = "message",
});

/// The items of a list, `null` among them. `null` in the place of the list is an empty list.
struct RawItems(Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for RawItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|items| Self(items.unwrap_or_default()))
    }
}

impl ListAnswer {
    /// Whether the list says of itself that it has items.
    fn promises_items(&self, moves_money: bool) -> bool {
        let total = || self.total.as_ref().and_then(|total| total.get().parse::<f64>().ok());
        self.has_more == Some(true) || moves_money && total().is_some_and(|total| total > 0.0)
    }

    /// Whether something went wrong by the answer's own words: `{"message": "database unreachable", "data": null}`.
    fn speaks_of_a_failure(&self) -> bool {
        [&self.code, &self.error, &self.errors, &self.message].into_iter().flatten().any(|value| !is_blank(value))
    }

    /// Whether the list is empty and the answer says that it is not, or that something went wrong; or whether it holds
    /// nothing but `null`.
    pub(super) fn contradicts_itself(&self, moves_money: bool) -> bool {
        let empty = self.data.0.iter().all(|item| is_null(item));
        empty && (!self.data.0.is_empty() || self.promises_items(moves_money) || self.speaks_of_a_failure())
    }
}

fn is_null(item: &RawValue) -> bool {
    item.get() == "null"
}

/// Looks the thing up, and decides what the answers prove.
pub(super) async fn ask<T: Findable>(client: &Client, question: &Question<'_>) -> Evidence<T> {
    let mut sum = Tally::<T> { found: Vec::new(), seen: false, fault: None };
    let list = match list(client, question, None).await {
        Ok(list) => list,
        Err(error) => return Evidence::Unusable { error: error.into(), seen: false },
    };
    sum.add(client, question, &list);
    let mut asked_for_more = false;
    if question.pages
        && list.has_more == Some(true)
        && sum.fault.is_none()
        && let [first] = &sum.found[..]
        && let Some(first) = first.id().map(str::to_owned)
    {
        asked_for_more = true;
        match self::list(client, question, Some(&first)).await {
            Ok(list) => sum.add(client, question, &list),
            Err(error) => return Evidence::Unusable { error: error.into(), seen: true },
        }
    }
    // Money may be sent again, or counted as recorded once, on such an answer: one item and more that were not shown.
    if list.has_more == Some(true) && !asked_for_more && question.moves_money && sum.found.len() == 1 {
        sum.fault.get_or_insert(FindError::Unreliable);
    }
    sum.conclude()
}

async fn list(client: &Client, question: &Question<'_>, after: Option<&str>) -> Result<Response<ListAnswer>, Error> {
    let mut request = Request::new();
    request.query(question.filter, Some(question.wanted));
    if question.pages {
        request.query("limit", Some(&2));
        request.query("starting_after", after);
    }
    client.call(question.operation, request).await
}

/// What the pages have shown so far.
struct Tally<T> {
    /// The items with the very id.
    found: Vec<T>,
    /// Whether another item may be it.
    seen: bool,
    /// Why the answer cannot be relied on.
    fault: Option<FindError<T>>,
}

impl<T: Findable> Tally<T> {
    fn add(&mut self, client: &Client, question: &Question<'_>, list: &Response<ListAnswer>) {
        if list.contradicts_itself(question.moves_money) {
            self.fault.get_or_insert(FindError::Unreliable);
        }
        for (index, item) in list.data.0.iter().enumerate().filter(|(_, item)| !is_null(item)) {
            match decode::body::<T>(item.get().as_bytes()) {
                Ok(item) => match item.partner_id() {
                    Some(id) if id == question.wanted => self.found(item),
                    other => {
                        self.seen |= other.is_none_or(|id| id.eq_ignore_ascii_case(question.wanted));
                        self.fault.get_or_insert(FindError::Unreliable);
                    }
                },
                Err(finding) => {
                    self.seen = true;
                    // The position is one in the item alone.
                    let finding = finding.within(&format!("data[{index}]")).without_position();
                    let mut error = DecodeError::new(question.operation, list.status(), list.attempts(), finding);
                    error.hide(&client.own_secrets());
                    self.fault.get_or_insert(FindError::Call(error.into()));
                }
            }
        }
    }

    /// One with an id that was there before is that one again: a list that repeats an item, or a server that ignores
    /// the cursor.
    fn found(&mut self, item: T) {
        let is_again =
            |earlier: &T| matches!((earlier.id(), item.id()), (Some(one), Some(other)) if same_resource(one, other));
        if !self.found.iter().any(is_again) {
            self.found.push(item);
        }
    }

    fn conclude(mut self) -> Evidence<T> {
        match self.fault {
            Some(error) => Evidence::Unusable { error, seen: self.seen || !self.found.is_empty() },
            None if self.found.len() > 1 => Evidence::Several(self.found),
            None => self.found.pop().map_or(Evidence::NotThere, Evidence::One),
        }
    }
}
