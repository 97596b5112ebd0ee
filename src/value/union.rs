//! The macro that reads and writes the unions of the API: values that have one of several shapes.

#![allow(dead_code, unused_macros, reason = "the API document has no union at present; tests/shapes has some")]

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::{Error, Serialize, Serializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use zeroize::Zeroize;

/// Implements the traits of a union, for an enum with a variant for each shape and `Unrecognized(Value)`.
///
/// It takes the property that tells the variants apart, if there is one, and for each variant its type, the values of that
/// property, and the properties that the type knows. A variant that is marked `personal` shows nothing of its value in
/// `Debug`, and `Unrecognized` never does: it may hold secrets.
///
/// Reading a union is never an error. A value whose tag is none of those listed, or that fits no variant, is
/// `Unrecognized`, and is written back as it came. Without a tag in the value it is of the variant that knows most of its
/// properties; of several that know as many, of the first.
macro_rules! union {
    ($name:ident by $tag:literal { $($variants:tt)* }) => {
        $crate::value::union!(@all $name (::std::option::Option::Some($tag)) { $($variants)* });
    };
    ($name:ident { $($variants:tt)* }) => {
        $crate::value::union!(@all $name (::std::option::Option::None) { $($variants)* });
    };
    (@all $name:ident ($tag:expr) {
        $($variant:ident($ty:ty) $([$mark:ident])? = [$($value:literal),*] knows [$($known:literal),*]),* $(,)?
    }) => {
        impl $name {
            /// Whether the value has a shape that this version knows.
            pub fn is_recognized(&self) -> bool {
                !::std::matches!(self, Self::Unrecognized(_))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(_value) => {
                        let shown: &dyn ::std::fmt::Debug = $crate::value::union!(@shown _value $($mark)?);
                        f.debug_tuple(stringify!($variant)).field(shown).finish()
                    })*
                    Self::Unrecognized(_) => f.write_str("Unrecognized(..)"),
                }
            }
        }

        impl $crate::value::Doubtful for $name {
            fn doubt(&self) -> ::std::option::Option<&'static str> {
                let doubt = "has a shape that this version of the library does not know";
                (!self.is_recognized()).then_some(doubt)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => {
                        let values: &[&str] = &[$($value),*];
                        $crate::value::union::write(value, $tag, values, serializer)
                    })*
                    Self::Unrecognized(value) => ::serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let mut value = $crate::value::union::Held::read(deserializer)?;
                $(if value.is_tagged($tag, |tag| { let values: &[&str] = &[$($value),*]; values.contains(&tag) }) {
                    return ::std::result::Result::Ok(match value.get::<$ty>() {
                        ::std::option::Option::Some(found) => Self::$variant(found),
                        ::std::option::Option::None => Self::Unrecognized(value.take()),
                    });
                })*
                let is_tagged = value.is_tagged($tag, |_| true);
                let mut best = $crate::value::union::Best::default();
                // A tag that is not listed means another variant, unless it is not known what tag a variant has.
                $(if (!is_tagged || { let values: &[&str] = &[$($value),*]; values.is_empty() })
                    && let ::std::option::Option::Some(rank) = best.beats(&value, &[$($known),*])
                    && let ::std::option::Option::Some(found) = value.get::<$ty>()
                {
                    best.set(rank, Self::$variant(found));
                })*
                ::std::result::Result::Ok(best.into().unwrap_or_else(|| Self::Unrecognized(value.take())))
            }
        }
    };
    (@shown $value:ident) => { $value };
    (@shown $value:ident personal) => { &$crate::value::Redacted };
}

pub(crate) use union;

/// A value of which it is not known yet what it is. Its memory is wiped unless it is taken: it may hold secrets.
pub(crate) struct Held(Value);

impl Held {
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }

    /// Whether a property holds a text that is accepted. A number or a boolean counts as its text.
    pub(crate) fn is_tagged(&self, name: Option<&str>, accepts: impl Fn(&str) -> bool) -> bool {
        match name.and_then(|name| self.0.get(name)) {
            Some(Value::String(text)) => accepts(text),
            // `1.0` is `1`, as it is for a field that is an integer.
            Some(Value::Number(number)) => match number.as_f64().filter(|number| number.fract() == 0.0) {
                Some(whole) if number.is_f64() => accepts(&format!("{whole:.0}")),
                _ => accepts(&number.to_string()),
            },
            Some(Value::Bool(value)) => accepts(if *value { "true" } else { "false" }),
            _ => false,
        }
    }

    /// The value as a type, if it fits.
    pub(crate) fn get<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.0).ok()
    }

    pub(crate) fn take(&mut self) -> Value {
        self.0.take()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The variant that knows most of a value.
pub(crate) struct Best<T>(Option<(usize, T)>);

impl<T> Default for Best<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Best<T> {
    /// How many properties of a value a variant knows, if that is more than the variants before it do. A variant with
    /// properties that knows none of them is not what the value is.
    pub(crate) fn beats(&self, value: &Held, known: &[&str]) -> Option<usize> {
        let members = value.0.as_object();
        let rank = members.map_or(0, |members| known.iter().filter(|name| members.contains_key(**name)).count());
        let is_strange = rank == 0 && !known.is_empty() && members.is_some_and(|members| !members.is_empty());
        (!is_strange && self.0.as_ref().is_none_or(|(best, _)| rank > *best)).then_some(rank)
    }

    pub(crate) fn set(&mut self, rank: usize, value: T) {
        self.0 = Some((rank, value));
    }

    pub(crate) fn into(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

/// Writes a variant. If its type leaves the tag out, the tag is added: without it the other side could not tell what it is.
///
/// The tag is a text, or the number or boolean that the text is where the type reads no text there.
pub(crate) fn write<T: Serialize + DeserializeOwned, S: Serializer>(
    value: &T,
    tag: Option<&str>,
    values: &[&str],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let (Some(tag), Some(first)) = (tag, values.first()) else { return value.serialize(serializer) };
    // The text of serde's error is not used, because it may quote the value.
    let mut written = Held(serde_json::to_value(value).map_err(|_| S::Error::custom("cannot be written as JSON"))?);
    if written.0.get(tag).is_none() && written.0.is_object() {
        written.0[tag] = Value::from(*first);
        if let (None, Ok(value)) = (written.get::<T>(), serde_json::from_str(first)) {
            written.0[tag] = value;
        }
    }
    written.0.serialize(serializer)
}

/// What is shown of a held value: nothing.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Card {
        pan: String,
    }

    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Bank {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iban: Option<String>,
    }

    #[derive(Clone, PartialEq)]
    enum Tagged {
        Card(Card),
        Bank(Bank),
        Unrecognized(Value),
    }

    union!(Tagged by "kind" {
        Card(Card) = ["card", "debit_card"] knows ["pan"],
        Bank(Bank) = ["bank"] knows ["iban", "kind"],
    });

    #[derive(Clone, PartialEq)]
    enum Plain {
        Card(Card),
        Bank(Bank),
        Integer(i64),
        Text(String),
        Unrecognized(Value),
    }

    union!(Plain {
        Card(Card) = [] knows ["pan"],
        Bank(Bank) = [] knows ["iban", "kind"],
        Integer(i64) = [] knows [],
        Text(String) [personal] = [] knows [],
    });

    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Coded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
    }

    #[derive(Clone, PartialEq)]
    enum Numbered {
        One(Coded),
        Two(Coded),
        Yes(Bank),
        Unrecognized(Value),
    }

    union!(Numbered by "code" {
        One(Coded) = ["1"] knows ["code"],
        Two(Coded) = ["2"] knows ["code"],
        Yes(Bank) = ["true"] knows ["iban"],
    });

    fn read<T: DeserializeOwned>(value: &Value) -> T {
        let read: T = serde_json::from_str(&value.to_string()).unwrap();
        drop(serde_json::from_value::<T>(value.clone()).unwrap());
        read
    }

    #[test]
    fn the_tag_decides() {
        let card = || Card { pan: "4111".into() };
        for (value, expected) in [
            (json!({"kind": "card", "pan": "4111"}), Tagged::Card(card())),
            (json!({"kind": "debit_card", "pan": "4111"}), Tagged::Card(card())),
            (json!({"kind": "bank", "pan": "4111"}), Tagged::Bank(Bank { kind: Some("bank".into()), iban: None })),
            // A new kind, a known one that has another shape now, and no object at all.
            (json!({"kind": "crypto", "pan": "4111"}), Tagged::Unrecognized(json!({"kind": "crypto", "pan": "4111"}))),
            (json!({"kind": "card"}), Tagged::Unrecognized(json!({"kind": "card"}))),
            (json!(null), Tagged::Unrecognized(json!(null))),
            // Without a tag it is what it looks like.
            (json!({"pan": "4111"}), Tagged::Card(card())),
        ] {
            assert!(read::<Tagged>(&value) == expected, "{value}");
        }
    }

    #[test]
    fn a_tag_may_be_a_number_or_a_boolean() {
        let two = |code| Numbered::Two(Coded { code });
        for (value, expected) in [
            (json!({"code": 2}), two(Some(2))),
            (json!({"code": true, "iban": "DE"}), Numbered::Yes(Bank { kind: None, iban: Some("DE".into()) })),
            (json!({"code": 3}), Numbered::Unrecognized(json!({"code": 3}))),
            (json!({"code": 2.5}), Numbered::Unrecognized(json!({"code": 2.5}))),
        ] {
            assert!(read::<Numbered>(&value) == expected, "{value}");
            if !matches!(expected, Numbered::Yes(_)) {
                assert_eq!(serde_json::to_value(read::<Numbered>(&value)).unwrap(), value);
            }
        }
        assert!(matches!(read::<Numbered>(&json!({"code": 1})), Numbered::One(_)));
        // The type reads a number there, so the tag that is left out is written as one.
        assert_eq!(serde_json::to_value(two(None)).unwrap(), json!({"code": 2}));
    }

    #[test]
    fn without_a_tag_it_is_what_it_looks_like() {
        for (value, expected) in [
            (json!({"pan": "4111", "x": 1}), Plain::Card(Card { pan: "4111".into() })),
            (json!({"iban": "DE"}), Plain::Bank(Bank { kind: None, iban: Some("DE".into()) })),
            (json!({"x": 1}), Plain::Unrecognized(json!({"x": 1}))),
            (json!(7), Plain::Integer(7)),
            (json!("a"), Plain::Text("a".into())),
            (json!([1]), Plain::Unrecognized(json!([1]))),
            (json!(7.5), Plain::Unrecognized(json!(7.5))),
        ] {
            assert!(read::<Plain>(&value) == expected, "{value}");
        }
    }

    #[test]
    fn what_was_read_is_written_back_and_a_tag_that_is_left_out_is_added() {
        for value in
            [json!({"kind": "crypto", "a": {"b": [1, null]}}), json!({"kind": "bank", "iban": "DE"}), json!(null)]
        {
            assert_eq!(serde_json::to_value(read::<Tagged>(&value)).unwrap(), value);
        }
        let bank = Tagged::Bank(Bank { kind: None, iban: Some("DE".into()) });
        assert_eq!(serde_json::to_value(bank).unwrap(), json!({"kind": "bank", "iban": "DE"}));
        assert_eq!(serde_json::to_value(Plain::Integer(7)).unwrap(), json!(7));
    }

    #[test]
    fn what_is_not_understood_is_not_shown() {
        let unknown: Tagged = read(&json!({"kind": "crypto", "seed": "abandon"}));
        assert_eq!(format!("{unknown:?}"), "Unrecognized(..)");
        assert!(!unknown.is_recognized());
        assert_eq!(
            format!("{:?}", Plain::Text("abandon".into())),
            "Text(***)".replace("***", &format!("{:?}", crate::value::Redacted))
        );
        assert_eq!(format!("{:?}", Plain::Integer(7)), "Integer(7)");
    }
}
