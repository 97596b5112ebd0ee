//! How lists page that do not go by the id of their last item: by a cursor or a URL that a page gives for the next one, or by numbers.
//! Found by shape and name; a list that fits none of them is answered page by page as the caller asks.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Api, Field, Follow, FollowBy, Operation, Parameter, Shape, Struct, Type};
use crate::build::{http::Place, problem::Problem, walk::resolve};

/// Parameters that take the cursor of a page, in snake case.
const CURSORS: [&str; 11] = [
    "cursor",
    "page_token",
    "page_cursor",
    "next_token",
    "next_cursor",
    "next_page_token",
    "starting_token",
    "continuation_token",
    "after",
    "after_cursor",
    "iterator",
];

/// The field of a page that holds a cursor in one API and a URL in another.
const NEXT: &str = "next";

/// Fields of a page that hold the cursor of the next one.
const NEXT_CURSORS: [&str; 9] = [
    "next_cursor",
    "next_page_token",
    "next_token",
    "next_page_cursor",
    "continuation_token",
    "after_cursor",
    "end_cursor",
    "iterator",
    NEXT,
];

/// Fields of a page that hold the URL of the next one.
const NEXT_URLS: [&str; 6] = ["next_url", "next_page_url", "next_page_uri", "next_uri", "next_link", NEXT];

/// Fields of a page that hold what it says of pages.
const GROUPS: [&str; 7] = ["page", "paging", "pagination", "page_info", "meta", "links", "response_metadata"];

/// Fields that say whether there are more pages, and the value that they have if there are.
const MORE: [(&str, bool); 4] = [("has_more", true), ("has_next_page", true), ("has_next", true), ("done", false)];

/// Parameters that are the number of the first item of a page.
const OFFSETS: [&str; 2] = ["offset", "skip"];

/// Parameters that are the number of a page.
const NUMBERS: [&str; 2] = ["page", "page_number"];

/// Finds, for each list that is read by `GET` and not by ids, how its pages follow each other.
pub fn find(api: &mut Api) -> Result<(), Problem> {
    for index in 0..api.operations.len() {
        let found = follow(api, &api.operations[index]);
        api.operations[index].follow = found;
    }
    Ok(())
}

fn follow(api: &Api, operation: &Operation) -> Option<Follow> {
    let is_read = operation.facts.method == "get" && operation.body.is_none() && operation.paging.is_none();
    // An answer that may come without a body does not say how it goes on.
    let list = operation.facts.list.first().filter(|_| is_read && !operation.facts.success.may_be_empty)?;
    let answer = api.structure(operation.answer.as_ref()?.named()?)?;
    let data = answer.fields.iter().find(|field| field.wire == *list)?;
    let Type::List(item) = &data.ty else { return None };
    let by = by(api, operation, answer)?;
    Some(Follow { item: (**item).clone(), data: data.name.clone(), by })
}

fn by(api: &Api, operation: &Operation, answer: &Struct) -> Option<FollowBy> {
    let more = MORE.iter().find_map(|(name, goes_on)| {
        let is_flag = |field: &Field| field.ty == Type::Bool;
        Some((path(api, answer, &[name], &is_flag)?, *goes_on))
    });
    let is_text = |field: &Field| api.is_text(&field.ty) && field.shape != Shape::Collection && !field.personal;
    let takes = |parameter: &&Parameter| api.is_text(&parameter.ty);
    // The bare name says of neither what it is, so the document has to.
    let is_next = |is_url: bool| {
        let is_said = operation.facts.next_is_url == Some(is_url);
        move |field: &Field| is_text(field) && (field.wire.to_snake_case() != NEXT || is_said)
    };
    if let Some(parameter) = parameter(operation, &CURSORS).filter(takes)
        && let Some(next) = path(api, answer, &NEXT_CURSORS, &is_next(false))
    {
        return Some(FollowBy::Cursor { parameter: parameter.name.clone(), next, more });
    }
    if let Some(next) = path(api, answer, &NEXT_URLS, &is_next(true)) {
        return Some(FollowBy::Url { next, more });
    }
    let is_number = |parameter: &&Parameter| matches!(parameter.ty, Type::I32 | Type::I64);
    if let Some(parameter) = parameter(operation, &OFFSETS).filter(is_number) {
        return Some(FollowBy::Number { parameter: parameter.name.clone(), first: None });
    }
    let parameter = parameter(operation, &NUMBERS).filter(is_number)?;
    // Whether the first page is 0 or 1 has to be said: a guess would leave a page out.
    let first = parameter.facts.first.filter(|first| (0..=1).contains(first))?;
    Some(FollowBy::Number { parameter: parameter.name.clone(), first: Some(first.unsigned_abs()) })
}

/// Whether the field `next` of an answer, or of a group in it, is a URL: by its format or an example. `None` if neither says so.
pub fn is_url(document: &Value, answer: &Value) -> Option<bool> {
    let of = |schema: &Value, names: &[&str]| -> Option<Value> {
        let properties = resolve(document, schema)["properties"].as_object()?;
        let named = |name: &&str| properties.iter().find(|(property, _)| property.to_snake_case() == **name);
        names.iter().find_map(named).map(|(_, property)| property.clone())
    };
    let next = of(answer, &[NEXT]).or_else(|| GROUPS.iter().find_map(|group| of(&of(answer, &[group])?, &[NEXT])))?;
    let target = resolve(document, &next);
    if let Some("uri" | "url" | "uri-reference") = target["format"].as_str() {
        return Some(true);
    }
    let example = next["example"].as_str().or(target["example"].as_str())?;
    Some(example.starts_with("http") || example.starts_with('/'))
}

/// The parameter of the query that has one of these names.
fn parameter<'a>(operation: &'a Operation, names: &[&str]) -> Option<&'a Parameter> {
    let in_query = || operation.parameters.iter().filter(|parameter| parameter.facts.place == Place::Query);
    names.iter().find_map(|name| in_query().find(|parameter| parameter.facts.wire.to_snake_case() == *name))
}

/// Where a page has a field of one of these names: in itself, or in one of its groups.
fn path(api: &Api, page: &Struct, names: &[&str], fits: &dyn Fn(&Field) -> bool) -> Option<Vec<(String, Shape)>> {
    let find = |of: &Struct| {
        let named = |name: &&str| of.fields.iter().find(|field| field.wire.to_snake_case() == **name && fits(field));
        names.iter().find_map(named).map(|field| (field.name.clone(), field.shape))
    };
    find(page).map(|field| vec![field]).or_else(|| {
        GROUPS.iter().find_map(|name| {
            let group = page.fields.iter().find(|field| field.wire.to_snake_case() == *name)?;
            let field = find(api.structure(group.ty.named()?)?)?;
            Some(vec![(group.name.clone(), group.shape), field])
        })
    })
}
