//! Which answers are lists: lowering and the model of the API ask it.

use heck::ToSnakeCase;
use serde_json::Value;

use super::walk::resolve;

/// What the lists of the API are called.
const DATA: &str = "data";

/// Names of a list that say that there is nothing else to the answer.
const USUAL: [&str; 5] = [DATA, "items", "results", "values", "records"];

/// Parameters by which a caller chooses a page, in snake case.
const PAGING: [&str; 16] = [
    "after",
    "before",
    "continuation_token",
    "count",
    "cursor",
    "ending_before",
    "limit",
    "max_results",
    "offset",
    "page",
    "page_number",
    "page_size",
    "page_token",
    "per_page",
    "skip",
    "starting_after",
];

/// Properties of an answer that say how much more there is, in snake case.
const COUNTS: [&str; 7] = ["count", "has_more", "has_next", "has_next_page", "total", "total_count", "total_pages"];

/// What is asked for: the path, and the names of the parameters.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub path: &'a str,
    pub parameters: &'a [&'a str],
}

impl Asked<'_> {
    fn is_for_pages(&self) -> bool {
        self.parameters.iter().any(|name| PAGING.contains(&name.to_snake_case().as_str()))
    }

    /// Whether the path ends with the name of a list, `/v1/active-pets` with `pets`.
    fn is_for(&self, list: &str) -> bool {
        let last = self.path.trim_end_matches('/').rsplit('/').next().filter(|last| !last.starts_with('{'));
        let Some(asked) = last.map(ToSnakeCase::to_snake_case) else { return false };
        let list = list.to_snake_case();
        let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_string();
        let (asked, list) = (singular(&asked), singular(&list));
        asked == list || asked.ends_with(&format!("_{list}")) || list.ends_with(&format!("_{asked}"))
    }
}

/// The name of the list, where a schema is the answer of an operation that lists things.
///
/// That is an object with a list `data`, or one with a single list and beside it only numbers and booleans, such as a
/// count. An object with lists and text is a thing of its own, such as an order with its lines. So is one whose list may be missing
/// and that nothing else shows to be a list, such as settings with tags: it could not be read without them.
pub fn key<'a>(document: &'a Value, schema: &'a Value, asked: Asked<'_>) -> Option<&'a str> {
    let target = resolve(document, schema);
    let properties = target["properties"].as_object()?;
    let kind = |schema| resolve(document, schema)["type"].as_str();
    if properties.get(DATA).is_some_and(|data| kind(data) == Some("array")) {
        return Some(DATA);
    }
    let mut lists = properties.iter().filter(|(_, schema)| kind(schema) == Some("array"));
    let (name, _) = lists.next()?;
    let mut others = properties.iter().filter(|(other, _)| *other != name);
    let are_scalars = others
        .clone()
        .map(|(_, schema)| kind(schema))
        .all(|kind| matches!(kind, Some("boolean" | "integer" | "number")));
    let is_required = target["required"].as_array().is_some_and(|required| required.iter().any(|other| other == name));
    let mut is_listed = || {
        is_required
            || USUAL.contains(&name.as_str())
            || asked.is_for_pages()
            || asked.is_for(name)
            || others.any(|(other, _)| COUNTS.contains(&other.to_snake_case().as_str()))
    };
    (are_scalars && is_listed()).then_some(name)
}
