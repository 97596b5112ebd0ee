//! What the answer of a list proves about the one thing that was asked for by the partner's own id.
//!
//! A helper sends money again, or says "there is none", on the ground of such an answer. So the answer is read more
//! strictly here than by the generated types: an answer without its list, a page that contradicts itself, and an item
//! that cannot be read prove nothing, and are told apart from a page that is really empty.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Client;
use super::find::FindError;
use super::ids::same_resource;
use crate::Response;
use crate::decode;
use crate::error::{DecodeError, Error};
use crate::operation::Operation;
use crate::request::Request;

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
    /// Whether an empty page with a `total` above 0 is a contradiction. What `total` counts is not documented, so only
    /// lookups rely on it that money may be sent again upon.
    pub(super) trusts_total: bool,
}

/// What an answer proves.
pub(super) enum Evidence<T> {
    /// It is not there: the list is empty and does not contradict itself.
    NotThere,
    /// It is there, once.
    One(T),
    /// It is there more than once.
    Several(Vec<T>),
    /// Nothing to rely on.
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
pub(super) struct List {
    /// An answer without the key is refused: it says nothing about what is in the list.
    data: RawItems,
    has_more: Option<bool>,
    total: Option<Box<RawValue>>,
}

// The document calls the list of orders `data` and `orders`.
decode::object!(List { data: Plain = "data" | "orders", has_more: Optional = "has_more", total: Optional = "total" });

/// The items of a list, `null` among them. `null` in the place of the list is an empty list.
struct RawItems(Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for RawItems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|items| Self(items.unwrap_or_default()))
    }
}

impl List {
    /// Whether the list says of itself that it has items.
    fn promises_items(&self, trusts_total: bool) -> bool {
        let total = || self.total.as_ref().and_then(|total| total.get().parse::<f64>().ok());
        self.has_more == Some(true) || trusts_total && total().is_some_and(|total| total > 0.0)
    }

    /// Whether the list is empty and says that it is not, or holds nothing but `null`.
    pub(super) fn contradicts_itself(&self, trusts_total: bool) -> bool {
        self.data.0.iter().all(|item| is_null(item)) && (!self.data.0.is_empty() || self.promises_items(trusts_total))
    }
}

fn is_null(item: &RawValue) -> bool {
    item.get() == "null"
}

/// Asks, and weighs the answer.
pub(super) async fn ask<T: Findable>(client: &Client, question: &Question<'_>) -> Evidence<T> {
    let mut sum = Sum::<T> { found: Vec::new(), seen: false, fault: None };
    let list = match list(client, question, None).await {
        Ok(list) => list,
        Err(error) => return Evidence::Unusable { error: error.into(), seen: false },
    };
    sum.add(question, &list);
    let more = question.pages && list.has_more == Some(true);
    if more
        && sum.fault.is_none()
        && let [first] = &sum.found[..]
        && let Some(first) = first.id().map(str::to_owned)
    {
        match self::list(client, question, Some(&first)).await {
            Ok(list) => {
                sum.add(question, &list);
                // A server that ignores the cursor gives the first one again.
                let mut again = sum.found.split_off(1);
                again.retain(|item: &T| !item.id().is_some_and(|id| same_resource(id, &first)));
                sum.found.append(&mut again);
            }
            Err(error) => return Evidence::Unusable { error: error.into(), seen: true },
        }
    }
    sum.weigh()
}

async fn list(client: &Client, question: &Question<'_>, after: Option<&str>) -> Result<Response<List>, Error> {
    let mut request = Request::new();
    request.query(question.filter, Some(question.wanted));
    if question.pages {
        request.query("limit", Some(&2));
        request.query("starting_after", after);
    }
    client.call(question.operation, request).await
}

/// What has been learned from the pages so far.
struct Sum<T> {
    /// The items with the very id.
    found: Vec<T>,
    /// Whether another item may be it.
    seen: bool,
    /// Why the answer cannot be relied on.
    fault: Option<FindError<T>>,
}

impl<T: Findable> Sum<T> {
    fn add(&mut self, question: &Question<'_>, list: &Response<List>) {
        if list.contradicts_itself(question.trusts_total) {
            self.fault.get_or_insert(FindError::Unreliable);
        }
        for (index, item) in list.data.0.iter().enumerate().filter(|(_, item)| !is_null(item)) {
            match decode::body::<T>(item.get().as_bytes()) {
                Ok(item) => match item.partner_id() {
                    Some(id) if id == question.wanted => self.found.push(item),
                    other => {
                        self.seen |= other.is_none_or(|id| id.eq_ignore_ascii_case(question.wanted));
                        self.fault.get_or_insert(FindError::Unreliable);
                    }
                },
                Err((path, _, fault)) => {
                    self.seen = true;
                    let dot = if path.is_empty() { "" } else { "." };
                    let finding = (format!("data[{index}]{dot}{path}"), (0, 0), fault);
                    let error = DecodeError::new(question.operation, list.status(), list.attempts(), finding);
                    self.fault.get_or_insert(FindError::Call(error.into()));
                }
            }
        }
    }

    fn weigh(mut self) -> Evidence<T> {
        match self.fault {
            Some(error) => Evidence::Unusable { error, seen: self.seen || !self.found.is_empty() },
            None if self.found.len() > 1 => Evidence::Several(self.found),
            None => self.found.pop().map_or(Evidence::NotThere, Evidence::One),
        }
    }
}
