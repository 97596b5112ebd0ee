//! Lists: which items there are, in which order, and which part of them is the page that was asked for.

use serde_json::{Map, Value, json};

use crate::choices::Choice;
use crate::refusal::Refusal;
use crate::table::{Row, Table};
use crate::world::{State, Tx};

use super::request::{Asked, Reply};

/// How many items a page has unless the request says.
const DEFAULT_LIMIT: usize = 10;

/// A page of the rows that an index finds and that `keep` accepts, in the order of their creation.
///
/// An operation without paging in the document answers all of them.
pub fn page<T: Row>(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    table: fn(&State) -> &Table<T>,
    (index, value): (&'static str, &str),
    keep: impl Fn(&T) -> bool,
    show: impl Fn(&T) -> Value,
) -> Result<Reply, Refusal> {
    let is_paged = asked.operation_takes("limit");
    let limit = match asked.given("limit").map(Value::as_u64) {
        _ if !is_paged => usize::MAX,
        None => DEFAULT_LIMIT,
        Some(Some(limit)) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        Some(_) => return Err(Refusal::invalid("limit", "has to be 1 or more")),
    };
    let after = match asked.text("starting_after").filter(|_| is_paged) {
        None => None,
        Some(cursor) => match table(tx.state).number(cursor) {
            Some(number) => {
                if table(tx.state).get(cursor).is_none() {
                    tx.choose(Choice::ListCursorDeleted);
                }
                Some(number)
            }
            None => {
                tx.choose(Choice::ListCursorUnknown);
                return Err(Refusal::invalid("starting_after", "is the id of no item"));
            }
        },
    };
    let (mut items, mut total, mut has_more) = (Vec::new(), 0_usize, false);
    for (number, row) in table(tx.state).find(index, value).filter(|(_, row)| keep(row)) {
        total += 1;
        if after.is_some_and(|after| number <= after) {
            continue;
        }
        if items.len() < limit {
            items.push(show(row));
        } else {
            has_more = true;
        }
    }
    tx.choose(Choice::ListInOrderOfCreation);
    if limit > 100 && is_paged {
        tx.choose(Choice::ListLimitHasNoMaximum);
    }
    let mut body = Map::from_iter([("data".to_owned(), Value::from(items))]);
    if let (_, Some(schema)) = asked.operation.success() {
        let counts = Map::from_iter([("has_more".to_owned(), json!(has_more)), ("total".to_owned(), json!(total))]);
        asked.contract.echo(schema, &counts, &mut body);
    }
    if body.contains_key("total") {
        tx.choose(Choice::ListTotalCountsMatches);
    }
    Ok(Reply::of(body))
}
