//! Reads the fields of structs. The readers also accept fields that are missing, `null` or written in another way than
//! the API document says.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a field of the type `T`.
pub(crate) trait Reader<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;

    /// The value of the field if the object does not have it; `None` if the field is required.
    fn absent() -> Option<T>;
}

/// Reads a field as [`object!`](super::object!) would, for the `deserialize_with` of structs that serde derives.
#[allow(dead_code, reason = "the API document has no object at present whose unknown properties are kept")]
pub(crate) fn with<'de, R: Reader<T>, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    R::read(deserializer)
}

/// A field that is required.
pub(crate) struct Plain;

/// A field that may be `null` or absent.
pub(crate) struct Optional;

/// An integer, which may be written with a fraction of zero: `100.0`. As an `Option` it may be `null` or absent.
pub(crate) struct Integer;

/// A list that is empty if it is `null` or absent. Items that are `null` are left out.
pub(crate) struct List;

/// A list that is required: an answer without it does not show that there are no items. `null` is an empty list.
pub(crate) struct Listed;

/// A map that is empty if it is `null` or absent. Entries whose value is `null` are left out. An empty list is accepted
/// as an empty map, because PHP writes empty maps like this.
pub(crate) struct Map;

/// A list or map of free-form JSON, or of values that may be null. It is read like [`List`] or [`Map`], but values within it
/// that are `null` are kept.
pub(crate) struct Free;

impl<T: DeserializeOwned> Reader<T> for Plain {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }

    fn absent() -> Option<T> {
        None
    }
}

impl<T: DeserializeOwned> Reader<Option<T>> for Optional {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(deserializer)
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl Reader<i64> for Integer {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        Whole::deserialize(deserializer).map(|Whole(number)| number)
    }

    fn absent() -> Option<i64> {
        None
    }
}

impl Reader<Option<i64>> for Integer {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let number = Option::deserialize(deserializer)?;
        Ok(number.map(|Whole(number)| number))
    }

    fn absent() -> Option<Option<i64>> {
        Some(None)
    }
}

impl<T: DeserializeOwned> Reader<Vec<T>> for List {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let items: Option<NonNullItems<T>> = Option::deserialize(deserializer)?;
        Ok(items.map_or_else(Vec::new, |NonNullItems(items)| items))
    }

    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

impl<T: DeserializeOwned> Reader<Vec<T>> for Listed {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        List::read(deserializer)
    }

    fn absent() -> Option<Vec<T>> {
        None
    }
}

impl<T: DeserializeOwned> Reader<BTreeMap<String, T>> for Map {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        let entries: Option<Entries<Present<T>>> = Option::deserialize(deserializer)?;
        Ok(entries.map_or_else(BTreeMap::new, |Entries(Present(map))| map))
    }

    fn absent() -> Option<BTreeMap<String, T>> {
        Some(BTreeMap::new())
    }
}

impl<T: DeserializeOwned> Reader<BTreeMap<String, T>> for Free {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        let entries: Option<Entries<_>> = Option::deserialize(deserializer)?;
        Ok(entries.map_or_else(BTreeMap::new, |Entries(map)| map))
    }

    fn absent() -> Option<BTreeMap<String, T>> {
        Some(BTreeMap::new())
    }
}

impl Reader<serde_json::Map<String, Value>> for Free {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<serde_json::Map<String, Value>, D::Error> {
        let entries: Option<Entries<_>> = Option::deserialize(deserializer)?;
        Ok(entries.map_or_else(serde_json::Map::new, |Entries(map)| map))
    }

    fn absent() -> Option<serde_json::Map<String, Value>> {
        Some(serde_json::Map::new())
    }
}

impl<T: DeserializeOwned> Reader<Vec<T>> for Free {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        Option::deserialize(deserializer).map(Option::unwrap_or_default)
    }

    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

/// The items of a list that are not null.
struct NonNullItems<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for NonNullItems<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemsVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemsVisitor<T> {
            type Value = NonNullItems<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NonNullItems<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element::<Option<T>>()? {
                    list.extend(item);
                }
                Ok(NonNullItems(list))
            }
        }

        deserializer.deserialize_seq(ItemsVisitor(PhantomData))
    }
}

/// A map, which may also be written as an empty list.
struct Entries<M>(M);

/// A map that entries can be added to.
trait Collect: Default {
    type Value: DeserializeOwned;

    fn add(&mut self, name: String, value: Self::Value);
}

/// The entries of a map that are not null.
struct Present<T>(BTreeMap<String, T>);

impl<T> Default for Present<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: DeserializeOwned> Collect for Present<T> {
    type Value = Option<T>;

    fn add(&mut self, name: String, value: Option<T>) {
        self.0.extend(value.map(|value| (name, value)));
    }
}

impl<T: DeserializeOwned> Collect for BTreeMap<String, T> {
    type Value = T;

    fn add(&mut self, name: String, value: T) {
        self.insert(name, value);
    }
}

impl Collect for serde_json::Map<String, Value> {
    type Value = Value;

    fn add(&mut self, name: String, value: Value) {
        self.insert(name, value);
    }
}

impl<'de, M: Collect> Deserialize<'de> for Entries<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<M>(PhantomData<M>);

        impl<'de, M: Collect> Visitor<'de> for EntriesVisitor<M> {
            type Value = Entries<M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entries<M>, A::Error> {
                let mut map = M::default();
                while let Some((name, value)) = entries.next_entry::<String, M::Value>()? {
                    map.add(name, value);
                }
                Ok(Entries(map))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entries<M>, A::Error> {
                match items.next_element::<IgnoredAny>()? {
                    None => Ok(Entries(M::default())),
                    Some(_) => Err(not_a_list(items, &self)),
                }
            }
        }

        // serde_json reads a struct from an object or a list, and from nothing else. `deserialize_any` would also pass
        // numbers as maps if serde_json's feature `arbitrary_precision` is on.
        deserializer.deserialize_struct("", &[], EntriesVisitor(PhantomData))
    }
}

/// The error for a list in a place where no list is allowed.
///
/// The list is read to its end first. Otherwise the position in the error would be within the list, and the path, which
/// is made from the position, would be wrong too.
pub(super) fn not_a_list<'de, A: SeqAccess<'de>>(mut items: A, expected: &impl Visitor<'de>) -> A::Error {
    loop {
        match items.next_element::<IgnoredAny>() {
            Ok(Some(_)) => {}
            Ok(None) => return Error::invalid_type(Unexpected::Seq, expected),
            Err(error) => return error,
        }
    }
}

/// Reads a number that serde_json passes as a map; `None` if it is really a map.
///
/// If another crate has turned on serde_json's feature `arbitrary_precision`, serde_json passes numbers as maps of a
/// form that only its own types know. A map that is no number is read to its end, for the same reason as a list in
/// [`not_a_list`].
pub(crate) fn number<'de, A: MapAccess<'de>>(mut members: A) -> Option<serde_json::Number> {
    let mut watched = Watched { members: &mut members, key_is_read: false };
    if let Ok(number) = serde_json::Number::deserialize(MapAccessDeserializer::new(&mut watched)) {
        return Some(number);
    }
    if watched.key_is_read {
        members.next_value::<IgnoredAny>().ok()?;
    }
    while members.next_entry::<IgnoredAny, IgnoredAny>().ok()?.is_some() {}
    None
}

/// The members of a map, and whether a key has been read whose value has not been read yet.
struct Watched<'a, A> {
    members: &'a mut A,
    key_is_read: bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = self.members.next_key_seed(seed);
        // A key that the seed refused has been read as well, so its value is next.
        self.key_is_read = !matches!(key, Ok(None));
        key
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.key_is_read = false;
        self.members.next_value_seed(seed)
    }
}

/// An integer in any spelling, such as `100` or `100.0`.
struct Whole(i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // `deserialize_i64` is not used: with `arbitrary_precision` it fails for a `serde_json::Value` that holds
        // `100.0`.
        deserializer.deserialize_any(ReadWhole)
    }
}

struct ReadWhole;

impl<'de> Visitor<'de> for ReadWhole {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("i64")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Whole, E> {
        Ok(Whole(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Whole, E> {
        i64::try_from(value).map(Whole).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    // serde_json calls these two for numbers beyond 64 bits if `arbitrary_precision` is on. If it is off, it calls
    // `visit_f64`.
    fn visit_i128<E: Error>(self, value: i128) -> Result<Whole, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Whole, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Whole, E> {
        /// 2^53. Beyond it a float cannot hold every integer.
        const EXACT: f64 = 9_007_199_254_740_992.0;

        if value.fract() == 0.0 && value.abs() < EXACT {
            Ok(Whole(value as i64))
        } else {
            Err(E::invalid_type(Unexpected::Float(value), &self))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Whole, A::Error> {
        Err(not_a_list(items, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Whole, A::Error> {
        let Some(number) = number(members) else { return Err(Error::invalid_type(Unexpected::Map, &self)) };
        if let Some(value) = number.as_i64() {
            self.visit_i64(value)
        } else if let Some(value) = number.as_u64() {
            self.visit_u64(value)
        } else {
            self.visit_f64(number.as_f64().unwrap_or(f64::INFINITY))
        }
    }
}

#[cfg(test)]
mod tests;
