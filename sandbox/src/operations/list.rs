//! Lists: which items there are, in which order, and which part of them is the page that was asked for.

use serde_json::{Map, Value, json};

use crate::choices::Choice;
use crate::refusal::Refusal;
use crate::table::{Place, Row, Table};
use crate::world::{State, Tx};

use super::request::{Asked, Reply};

/// How many items a page has unless the request says.
const DEFAULT_LIMIT: usize = 10;

/// Imprint documents no highest `limit`. An API of this kind mostly has one, of 100 most often, so that an answer to a
/// request for more than that says that it rests on a guess.
const LARGE_LIMIT: usize = 100;

/// Which rows belong into a list, besides those that an index finds.
pub type Keep<'a, T> = Option<&'a dyn Fn(&T) -> bool>;

/// A page of the rows that an index finds and that `keep` accepts, in the order of their creation.
///
/// An operation without paging in the document answers all of them.
pub fn page<T: Row>(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    table: fn(&State) -> &Table<T>,
    index: (&'static str, &str),
    keep: Keep<'_, T>,
    show: impl Fn(&T) -> Value,
) -> Result<Reply, Refusal> {
    let reply = page_of_index(tx, asked, table, index, keep, show)?;
    tx.choose(Choice::ListInOrderOfCreation);
    Ok(reply)
}

/// A page of the rows that an index finds and that `keep` accepts, in the order of the index. An item is behind the cursor
/// if it is behind its present place.
pub fn page_of_index<T: Row>(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    table: fn(&State) -> &Table<T>,
    (index, value): (&'static str, &str),
    keep: Keep<'_, T>,
    show: impl Fn(&T) -> Value,
) -> Result<Reply, Refusal> {
    let window = window(tx, asked, table, (index, value))?;
    let rows = table(tx.state);
    let mut items: Vec<Value> = Vec::new();
    let mut has_more = false;
    for row in rows.find_after(index, value, window.after).map(|(_, row)| row) {
        if keep.is_some_and(|keep| !keep(row)) {
            continue;
        }
        if items.len() == window.limit {
            has_more = true;
            break;
        }
        items.push(show(row));
    }
    let total = rows.count(index, value, keep);
    Ok(reply(tx, asked, items, has_more, total))
}

/// The part of a list that a request asks for.
struct Window {
    limit: usize,
    /// The place that the page begins behind.
    after: Option<Place>,
}

/// The part of the rows that an index finds which a request asks for. Its cursor has to be one of these rows, or to have
/// been one: an item of another list, or of another product, marks no place in this one.
fn window<T: Row>(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    table: fn(&State) -> &Table<T>,
    (index, value): (&'static str, &str),
) -> Result<Window, Refusal> {
    if !asked.operation_takes("limit") {
        return Ok(Window { limit: usize::MAX, after: None });
    }
    let limit = match asked.given("limit").map(Value::as_u64) {
        None => DEFAULT_LIMIT,
        Some(Some(limit)) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        Some(_) => return Err(Refusal::invalid("limit", "has to be 1 or more")),
    };
    if limit > LARGE_LIMIT {
        tx.choose(Choice::ListLimitHasNoMaximum);
    }
    let Some(cursor) = asked.text("starting_after") else { return Ok(Window { limit, after: None }) };
    let Some(place) = table(tx.state).place(cursor, index, value) else {
        tx.choose(Choice::ListCursorUnknown);
        return Err(Refusal::invalid("starting_after", "does not name an item of this list"));
    };
    match table(tx.state).get(cursor).map(|row| row.id() == cursor) {
        Some(true) => {}
        Some(false) => tx.choose(Choice::IdsIgnoreCase),
        None => tx.choose(Choice::ListCursorDeleted),
    }
    Ok(Window { limit, after: Some(place) })
}

fn reply(tx: &mut Tx<'_>, asked: &Asked<'_>, items: Vec<Value>, has_more: bool, total: usize) -> Reply {
    let mut body = Map::from_iter([("data".to_owned(), Value::from(items))]);
    if let (_, Some(schema)) = asked.operation.success() {
        let counts = Map::from_iter([("has_more".to_owned(), json!(has_more)), ("total".to_owned(), json!(total))]);
        asked.contract.echo(schema, &counts, &mut body);
    }
    if body.contains_key("total") {
        tx.choose(Choice::ListTotalCountsMatches);
    }
    Reply::of(body)
}
