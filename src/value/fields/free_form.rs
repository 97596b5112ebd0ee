//! Free-form maps such as `metadata`, which can be set from anything that serializes into an object.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// A map that was given to a setter, or the reason why the value is not a map. Setters cannot fail, so `build` returns
/// this error.
#[derive(Clone)]
pub(crate) struct FreeForm<M>(Result<M, &'static str>);

/// A type of map that can be made from a JSON object.
pub(crate) trait FromObject: Default {
    /// Makes the map. The error describes what is wrong with the values.
    fn from_object(object: Map<String, Value>) -> Result<Self, &'static str>;
}

impl FromObject for Map<String, Value> {
    fn from_object(object: Map<String, Value>) -> Result<Self, &'static str> {
        Ok(object)
    }
}

impl FromObject for BTreeMap<String, String> {
    fn from_object(object: Map<String, Value>) -> Result<Self, &'static str> {
        let text = |(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            _ => Err("must have text values only"),
        };
        object.into_iter().map(text).collect()
    }
}

impl<M: FromObject> FreeForm<M> {
    /// Makes a free-form map from a map, a struct, a list of pairs, or an `Option` of one of them.
    pub(crate) fn new(value: &impl Serialize) -> Self {
        Self::given(value).unwrap_or_default()
    }

    /// The same where the absence of a map means something else than its being empty; `None` is such an absence.
    pub(crate) fn given(value: &impl Serialize) -> Option<Self> {
        // The text of serde's error is not used, because it may quote the value.
        let value = serde_json::to_value(value).map_err(|_| "cannot be written as JSON");
        (value != Ok(Value::Null)).then(|| Self(value.and_then(object).and_then(M::from_object)))
    }
}

fn object(value: Value) -> Result<Map<String, Value>, &'static str> {
    match value {
        Value::Object(object) => Ok(object),
        Value::Array(pairs) => pairs.into_iter().map(pair).collect::<Option<_>>().ok_or(NO_OBJECT),
        _ => Err(NO_OBJECT),
    }
}

const NO_OBJECT: &str = "must be an object";

fn pair(pair: Value) -> Option<(String, Value)> {
    let Value::Array(pair) = pair else { return None };
    match <[Value; 2]>::try_from(pair) {
        Ok([Value::String(name), value]) => Some((name, value)),
        _ => None,
    }
}

impl<M> FreeForm<M> {
    pub(crate) fn into_map(self) -> Result<M, &'static str> {
        self.0
    }

    /// The map, if the value was one. It has the form of `Option::iter`, for the `Debug` of redacted fields.
    #[allow(dead_code, reason = "the document has no redacted map at present")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &M> {
        self.0.iter()
    }

    #[cfg(test)]
    pub(crate) fn refused(reason: &'static str) -> Self {
        Self(Err(reason))
    }
}

impl<M: Default> Default for FreeForm<M> {
    fn default() -> Self {
        Self(Ok(M::default()))
    }
}

impl<M> From<M> for FreeForm<M> {
    fn from(map: M) -> Self {
        Self(Ok(map))
    }
}

/// Shows only the map, or the reason why the value is not a map.
impl<M: fmt::Debug> fmt::Debug for FreeForm<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(map) => map.fmt(f),
            Err(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    type Json = Map<String, Value>;

    fn json_of(value: impl Serialize) -> Result<Value, &'static str> {
        FreeForm::<Json>::new(&value).into_map().map(Value::Object)
    }

    #[derive(Serialize)]
    struct Mine {
        tier: &'static str,
        since: u16,
    }

    #[test]
    fn whatever_serializes_into_an_object_is_one() {
        let expected = json!({"tier": "gold", "since": 2019});
        let map: Json = expected.as_object().cloned().unwrap();
        let hash: HashMap<&str, Value> = HashMap::from([("tier", json!("gold")), ("since", json!(2019))]);
        assert_eq!(json_of(&expected), Ok(expected.clone()));
        assert_eq!(json_of(&map), Ok(expected.clone()));
        assert_eq!(json_of(Some(map)), Ok(expected.clone()));
        assert_eq!(json_of(hash), Ok(expected.clone()));
        assert_eq!(json_of(Mine { tier: "gold", since: 2019 }), Ok(expected.clone()));
        assert_eq!(json_of([("tier", json!("gold")), ("since", json!(2019))]), Ok(expected.clone()));
        assert_eq!(json_of(vec![("tier".to_owned(), "gold")]), Ok(json!({"tier": "gold"})));
        assert_eq!(json_of((("tier", "gold"), ("since", 2019))), Ok(expected));
    }

    #[test]
    fn nothing_is_an_empty_map() {
        for empty in [json!({}), json!([]), json!(null)] {
            assert_eq!(json_of(empty), Ok(json!({})));
        }
        assert_eq!(json_of(None::<Mine>), Ok(json!({})));
    }

    #[test]
    fn what_is_no_object_is_refused_without_a_word_of_it() {
        let hidden = "4111111592341815";
        for value in [json!(hidden), json!(7), json!([hidden]), json!([[hidden]]), json!([[1, hidden]]), json!(true)] {
            assert_eq!(json_of(value), Err("must be an object"));
        }
        let nameless: HashMap<(u8, u8), &str> = HashMap::from([((1, 2), hidden)]);
        assert_eq!(json_of(nameless), Err("cannot be written as JSON"));
    }

    #[test]
    fn a_map_of_texts_takes_texts() {
        let texts = |value: Value| FreeForm::<BTreeMap<String, String>>::new(&value).into_map();
        assert_eq!(texts(json!({"a": "b"})), Ok(BTreeMap::from([("a".to_owned(), "b".to_owned())])));
        assert_eq!(texts(json!([["a", "b"]])), texts(json!({"a": "b"})));
        assert_eq!(texts(json!({"a": "b", "c": 1})), Err("must have text values only"));
    }

    #[test]
    fn debug_is_that_of_the_map() {
        assert_eq!(format!("{:?}", FreeForm::from(vec![1])), "[1]");
        assert_eq!(format!("{:?}", FreeForm::<Vec<u8>>::refused("must be an object")), "must be an object");
    }
}
