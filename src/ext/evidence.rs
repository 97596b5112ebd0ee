//! Decides what the answer of a list operation proves about an object that was looked up by the partner's own id.
//!
//! On the basis of such an answer, a helper sends a request that moves money again, or reports that there is no such
//! object. So this module reads the answer more strictly than the generated types do: an answer without its list, a
//! page that contradicts itself, and an item that cannot be decoded prove nothing. They are distinguished from a page
//! that is really empty.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::find::FindError;
use super::ids::same_resource;
use crate::call::{Request, Response};
use crate::client::Client;
use crate::decode;
use crate::error::{DecodeError, Error, is_blank};
use crate::operation::Operation;
use crate::value::object;

/// An object that is looked up by the id that the partner gave it.
pub(super) trait Findable: DeserializeOwned + Send {
    /// The id that Imprint gave it, which is its cursor in a list as well.
    fn id(&self) -> Option<&str>;

    /// The partner's own id.
    fn partner_id(&self) -> Option<&str>;
}

/// A lookup of one object by the partner's own id.
pub(super) struct Question<'a> {
    /// The list operation.
    pub(super) operation: &'static Operation,
    /// Its parameter that takes the partner's own id.
    pub(super) filter: &'static str,
    /// The partner's own id.
    pub(super) wanted: &'a str,
    /// Whether the list comes in pages. If so, the lookup requests two items, and the next page if there are more.
    pub(super) pages: bool,
    /// Whether a request that moves money may be sent again because of the answer. If so, an empty page with a `total`
    /// above 0 is a contradiction (it is not documented what `total` counts, so no other lookup relies on it). Also,
    /// one item does not count as the only one if `has_more` is `true` but the further items were not requested.
    pub(super) moves_money: bool,
}

/// What the answers of a lookup prove.
pub(super) enum Evidence<T> {
    /// The object does not exist: the list is empty and the answer does not contradict itself.
    NotThere,
    /// The object exists once.
    One(T),
    /// The object exists more than once.
    Several(Vec<T>),
    /// The answer proves nothing.
    Unusable {
        error: FindError<T>,
        /// Whether an item in the answer may still be the requested object: it has the id (ignoring letter case), or it
        /// has no id, or it cannot be decoded. If so, a later answer must not prove that the object is missing either.
        seen: bool,
    },
}

impl<T> Evidence<T> {
    /// Converts the evidence to the result of a helper that makes a single lookup.
    pub(super) fn into_result(self) -> Result<Option<T>, FindError<T>> {
        match self {
            Self::NotThere => Ok(None),
            Self::One(found) => Ok(Some(found)),
            Self::Several(found) => Err(FindError::Several(found)),
            Self::Unusable { error, .. } => Err(error),
        }
    }
}

/// The answer of a list operation, with items that are not decoded yet.
pub(super) struct ListAnswer {
    /// An answer without this key is refused: such an answer does not show what the list contains.
    data: RawItems,
    has_more: Option<bool>,
    total: Option<Box<RawValue>>,
    /// This field and the next three occur in the bodies of errors, and in no list.
    code: Option<Value>,
    error: Option<Value>,
    errors: Option<Value>,
    message: Option<Value>,
}

// The document names the list of orders both `data` and `orders`.
object!(ListAnswer {
    data: Plain = "data" | "orders",
    has_more: Optional = "has_more",
    total: Optional = "total",
    code: Optional = "code",
    error: Optional = "error",
    errors: Optional = "errors",
    message: Optional = "message",
});

/// The items of a list, including items that are `null`. A `null` in place of the list is an empty list.
struct RawItems(Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for RawItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|items| Self(items.unwrap_or_default()))
    }
}

impl ListAnswer {
    /// Whether `has_more`, or `total` if money may be sent again, states that there are items.
    fn promises_items(&self, moves_money: bool) -> bool {
        let total = || self.total.as_ref().and_then(|total| total.get().parse::<f64>().ok());
        self.has_more == Some(true) || moves_money && total().is_some_and(|total| total > 0.0)
    }

    /// Whether the answer reports a failure, as in `{"message": "database unreachable", "data": null}`.
    fn speaks_of_a_failure(&self) -> bool {
        [&self.code, &self.error, &self.errors, &self.message].into_iter().flatten().any(|value| !is_blank(value))
    }

    /// Whether the list is empty although the answer states that there are items, or reports a failure; or whether the
    /// list holds only `null` items.
    pub(super) fn contradicts_itself(&self, moves_money: bool) -> bool {
        let empty = self.data.0.iter().all(|item| is_null(item));
        empty && (!self.data.0.is_empty() || self.promises_items(moves_money) || self.speaks_of_a_failure())
    }
}

fn is_null(item: &RawValue) -> bool {
    item.get() == "null"
}

/// Looks the object up, and decides what the answers prove.
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
    // The list showed one item and stated that there are more, which were not requested. Such an answer must not let a
    // caller send money again, or count the object as recorded once.
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

/// What the pages read so far have shown.
struct Tally<T> {
    /// The items whose id is exactly the requested one.
    found: Vec<T>,
    /// Whether another item may be the requested object.
    seen: bool,
    /// Why the answers cannot be relied on, if they cannot.
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
                    // The position is relative to the item, not to the body, so it is removed.
                    let finding = finding.within(&format!("data[{index}]")).without_position();
                    let head = (list.status(), list.headers());
                    let mut error = DecodeError::new(question.operation, head, list.attempts(), finding);
                    error.hide(&client.own_secrets(list.set_by_hooks()));
                    self.fault.get_or_insert(FindError::Call(error.into()));
                }
            }
        }
    }

    /// Adds an item. An item with the same Imprint id as an earlier one is the same object, so it is not added again:
    /// the list repeated an item, or the server ignored the cursor.
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
