//! What generated fields read with, where the API may send less or other than its document says.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A list for which `null` is the same as empty, and in which `null` is no item. (serde's `default` takes care of an
/// absent one.)
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    free(deserializer).map(|Items(items)| items)
}

/// A map for which `null` is the same as empty, and in which a name whose value is `null` is as good as absent.
pub(crate) fn map<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    free(deserializer).map(|Entries(entries)| entries)
}

/// Free-form JSON for which `null` is the same as empty; what is `null` within it stays.
pub(crate) fn free<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An integer that may be written with a fraction of nothing: `100.0`.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_i64(Integer)
}

/// The same, or `null`.
pub(crate) fn optional_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Optional;

    impl<'de> Visitor<'de> for Optional {
        type Value = Option<i64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Integer.expecting(f)
        }

        fn visit_none<E>(self) -> Result<Option<i64>, E> {
            Ok(None)
        }

        fn visit_unit<E>(self) -> Result<Option<i64>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<i64>, D::Error> {
            integer(deserializer).map(Some)
        }
    }

    deserializer.deserialize_option(Optional)
}

struct Items<T>(Vec<T>);

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Items<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Items<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element::<Option<T>>()? {
                    list.extend(item);
                }
                Ok(Items(list))
            }
        }

        deserializer.deserialize_seq(Read(PhantomData))
    }
}

struct Entries<T>(BTreeMap<String, T>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entries<T>, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((name, value)) = entries.next_entry::<String, Option<T>>()? {
                    map.extend(value.map(|value| (name, value)));
                }
                Ok(Entries(map))
            }
        }

        deserializer.deserialize_map(Read(PhantomData))
    }
}

struct Integer;

impl Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("i64")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        /// Beyond it not every integer is a number of its own.
        const EXACT: f64 = 9_007_199_254_740_992.0;

        if value.fract() == 0.0 && value.abs() < EXACT {
            Ok(value as i64)
        } else {
            Err(E::invalid_type(Unexpected::Float(value), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T>(read: impl FnOnce(Value) -> Result<T, serde_json::Error>, value: Value) -> Option<T> {
        read(value).ok()
    }

    #[test]
    fn null_is_no_item() {
        let strings = |value| read(list::<_, String>, value);
        assert_eq!(strings(json!(["a", null, "b"])), Some(vec!["a".into(), "b".into()]));
        assert_eq!(strings(json!([null])), Some(vec![]));
        assert_eq!(strings(json!(null)), Some(vec![]));
        assert_eq!(strings(json!([1])), None);
        assert_eq!(strings(json!({})), None);
    }

    #[test]
    fn null_is_no_entry() {
        let strings = |value| read(map::<_, String>, value).map(|map| json!(map));
        assert_eq!(strings(json!({"a": "b", "c": null})), Some(json!({"a": "b"})));
        assert_eq!(strings(json!(null)), Some(json!({})));
        assert_eq!(strings(json!({"a": 1})), None);
        assert_eq!(strings(json!([])), None);
        let free = |value| read(free::<_, serde_json::Map<String, Value>>, value).map(|map| json!(map));
        assert_eq!(free(json!({"a": null})), Some(json!({"a": null})));
        assert_eq!(free(json!(null)), Some(json!({})));
    }

    #[test]
    fn an_integer_may_have_a_fraction_of_nothing() {
        for (text, expected) in [
            ("100", Some(100)),
            ("100.0", Some(100)),
            ("-1e2", Some(-100)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("100.5", None),
            ("9223372036854775808", None),
            ("9007199254740993.0", None),
            ("1e300", None),
            ("\"100\"", None),
            ("true", None),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(integer, value.clone()), expected, "{text}");
            assert_eq!(read(optional_integer, value), expected.map(Some), "{text}");
        }
        assert_eq!(read(integer, json!(null)), None);
        assert_eq!(read(optional_integer, json!(null)), Some(None));
    }
}
