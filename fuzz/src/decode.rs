//! Decoding of answers and webhooks, and what an error says about a body that cannot be decoded. The input is the body of
//! an answer.

use std::fmt::Debug;

use imprint_client::operation::{self, Operation};
use imprint_client::types::{
    Customer, CustomerListResponse, CustomerSession, GetPaymentMethodsResponse, GetTransactionsResponse, Order, Reward,
    Transaction,
};
use imprint_client::webhook::Event;
use imprint_client::{Error, testing};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json;

pub fn check(body: &[u8]) {
    one::<Customer>(&operation::GET_CUSTOMER, body);
    one::<CustomerListResponse>(&operation::SEARCH_CUSTOMERS, body);
    one::<CustomerSession>(&operation::GET_SESSION, body);
    one::<GetPaymentMethodsResponse>(&operation::GET_PAYMENT_METHODS, body);
    one::<GetTransactionsResponse>(&operation::GET_TRANSACTIONS, body);
    one::<Order>(&operation::CREATE_ORDER, body);
    one::<Reward>(&operation::GET_REWARD, body);
    one::<Transaction>(&operation::GET_TRANSACTION, body);
    // Reads any JSON, so that only texts that are not JSON are errors.
    one::<Value>(&operation::GET_CUSTOMER, body);
    match Event::parse(body) {
        Ok(event) => {
            let again = Event::parse(&serde_json::to_vec(&event).expect("an event can be written"));
            let is_same = again.is_ok_and(|again| again == event);
            assert!(is_same || has_fraction(body), "the event changes when it is written and read again");
        }
        Err(error) => says_nothing_of_the_body(&format!("{error} {error:?}"), error.path()),
    }
}

/// serde_json reads a fraction with an error in its last bit, unless its feature `float_roundtrip` is on: such a number may
/// change when it is written and read again.
fn has_fraction(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).map_or(true, |value| json::has_unusual_number(&value))
}

fn one<T>(operation: &'static Operation, body: &[u8])
where
    T: DeserializeOwned + Serialize + PartialEq + Debug,
{
    let read = |body: &[u8]| testing::answer(operation, 200).body(body).read::<T>();
    match read(body) {
        Ok(response) => {
            let value = response.into_inner();
            let written = serde_json::to_vec(&value).expect("what was read can be written");
            match read(&written) {
                Ok(again) => {
                    let is_same = again.into_inner() == value;
                    assert!(
                        is_same || has_fraction(body),
                        "the value changes when it is written and read again: {value:?}"
                    );
                }
                Err(error) => panic!("{} cannot be read: {error}", String::from_utf8_lossy(&written)),
            }
            break_one_place::<T>(operation, body);
        }
        Err(Error::Decode(error)) => says_nothing_of_the_body(&format!("{error} {error:?}"), error.path()),
        // A success with the body of an error.
        Err(Error::Api(_)) => {}
        Err(other) => panic!("an answer gives {other:?}"),
    }
}

/// Puts a list of lists into the place of one scalar. If the place is of a type, the error has to name it.
fn break_one_place<T: DeserializeOwned>(operation: &'static Operation, body: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let mut places = Vec::new();
    scalars(&value, &mut Vec::new(), &mut places);
    let sum: usize = body.iter().map(|byte| usize::from(*byte)).sum();
    let Some(index) = sum.checked_rem(places.len()) else { return };
    let place = &places[index];
    let mut broken = value.clone();
    let mut at = &mut broken;
    for step in place {
        at = match (step, at) {
            (Step::Key(key), Value::Object(map)) => map.get_mut(key).expect("the key is there"),
            (Step::Index(index), Value::Array(items)) => &mut items[*index],
            _ => unreachable!("the place was found in this value"),
        };
    }
    *at = serde_json::json!([[]]);
    let broken = serde_json::to_vec(&broken).expect("JSON");
    let Err(Error::Decode(error)) = testing::answer(operation, 200).body(broken.clone()).read::<T>() else { return };
    let path = written(place);
    // A field that is a union or a map may be refused as a whole, and what a list holds may be refused within it.
    let named = error.path();
    assert!(
        path.starts_with(named) || named.starts_with(&path),
        "`{path}` is wrong, and the error names `{named}`: {}",
        String::from_utf8_lossy(&broken)
    );
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn scalars(value: &Value, place: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let mut below = |step: Step, value: &Value| {
        place.push(step);
        scalars(value, place, found);
        place.pop();
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| below(Step::Index(index), item)),
        Value::Object(map) => map.iter().for_each(|(key, value)| below(Step::Key(key.clone()), value)),
        _ => found.push(place.clone()),
    }
}

/// The place as errors write it.
fn written(place: &[Step]) -> String {
    let mut path = String::new();
    for step in place {
        match step {
            Step::Index(index) => path += &format!("[{index}]"),
            Step::Key(key) => {
                path += if path.is_empty() { "" } else { "." };
                path += if is_name(key) { key } else { "*" };
            }
        }
    }
    path
}

/// Whether a key is shown: it looks like the name of a field, and not like a number of a card or a person.
fn is_name(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    (1..=64).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && digits <= 4
}

/// The path consists of names and indices, and nowhere in the text are there more digits than a line or a column has.
fn says_nothing_of_the_body(text: &str, path: &str) {
    let is_part = |part: &str| {
        let name = part.split('[').next().unwrap_or_default();
        let indices = &part[name.len()..];
        let is_index = |index: &str| {
            index
                .strip_prefix('[')
                .and_then(|index| index.strip_suffix(']'))
                .is_some_and(|i| i.parse::<usize>().is_ok())
        };
        (name.is_empty() || name == "*" || is_name(name)) && indices.split_inclusive(']').all(is_index)
    };
    assert!(path.split('.').all(is_part), "the path `{path}` shows more than names");
    let longest = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(longest <= Some(8), "the error shows a long number: {text}");
}
