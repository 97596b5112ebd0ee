//! The macro that reads structs from JSON objects.
//!
//! serde's derive also reads a list as a struct, by the order of its fields: `[1990, 1, 2]` would become a date of
//! birth and six strings an address. The code that this macro generates finds the fields by their names and accepts
//! nothing but an object. It is also less code for each struct than the derive writes, so the build takes less time.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};

use super::lenient::Reader;

/// Implements `Deserialize` for a struct.
///
/// For each field it takes the name in Rust, the [`Reader`] that reads the field, and the names in JSON. Errors show
/// the first of these names. A key that is not the name of a field is ignored; a field that is there twice is an error.
macro_rules! object {
    ($name:ident $(<$parameter:ident>)? {
        $($field:ident: $reader:ident = $wire:literal $(| $other:literal)*),* $(,)?
    }) => {
        impl<'de $(, $parameter: ::serde::de::DeserializeOwned)?> ::serde::Deserialize<'de> for $name $(<$parameter>)? {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::value::object::read(deserializer)
            }
        }

        impl $(<$parameter: ::serde::de::DeserializeOwned>)? $crate::value::object::Object for $name $(<$parameter>)? {
            fn from_members<'de, A: ::serde::de::MapAccess<'de>>(
                mut members: A,
            ) -> ::std::result::Result<Self, A::Error> {
                #[allow(non_camel_case_types)]
                #[derive(Clone, Copy)]
                enum Field { $($field),* }
                static NAMES: &[(&str, Field)] = &[$(($wire, Field::$field), $(($other, Field::$field),)*)*];

                $(let mut $field = ::std::option::Option::None;)*
                while let ::std::option::Option::Some(found) =
                    members.next_key_seed($crate::value::object::Names(NAMES))?
                {
                    match found {
                        $(::std::option::Option::Some(Field::$field) => {
                            $crate::value::object::once::<$crate::value::lenient::$reader, _, _>(
                                &mut $field, $wire, &mut members,
                            )?;
                        })*
                        ::std::option::Option::None => {
                            members.next_value::<::serde::de::IgnoredAny>()?;
                        }
                    }
                }
                ::std::result::Result::Ok(Self {
                    $($field: $crate::value::object::found::<$crate::value::lenient::$reader, _, _>($field, $wire)?,)*
                })
            }
        }
    };
}

pub(crate) use object;

/// A type that can be read from the members of a JSON object.
pub(crate) trait Object: Sized {
    fn from_members<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error>;
}

/// Reads an object and refuses everything else.
pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::from_members(members)
        }
    }

    deserializer.deserialize_map(Members(PhantomData))
}

/// Finds the field that a key names; `None` if the key is not the name of a field.
pub(crate) struct Names<F: 'static>(pub(crate) &'static [(&'static str, F)]);

impl<'de, F: Copy> DeserializeSeed<'de> for Names<F> {
    type Value = Option<F>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<F>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<F: Copy> Visitor<'_> for Names<F> {
    type Value = Option<F>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<F>, E> {
        Ok(self.0.iter().find(|(name, _)| *name == key).map(|(_, field)| *field))
    }
}

/// Reads the value of a field. It is an error if the field has a value already.
pub(crate) fn once<'de, R: Reader<T>, T, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    members: &mut A,
) -> Result<(), A::Error> {
    struct Value<R, T>(PhantomData<(R, T)>);

    impl<'de, R: Reader<T>, T> DeserializeSeed<'de> for Value<R, T> {
        type Value = T;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
            R::read(deserializer)
        }
    }

    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(members.next_value_seed(Value::<R, T>(PhantomData))?);
    Ok(())
}

/// The value of a field. If the field is not there, its reader gives the value, or the field is an error.
pub(crate) fn found<R: Reader<T>, T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.or_else(R::absent).ok_or_else(|| E::missing_field(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq)]
    struct Born {
        year: i64,
        month: Option<i64>,
        type_: String,
        names: Vec<String>,
        labels: BTreeMap<String, String>,
    }

    object!(Born {
        year: Integer = "year",
        month: Integer = "month",
        type_: Plain = "type" | "kind",
        names: List = "names",
        labels: Map = "labels",
    });

    #[derive(Debug, PartialEq)]
    struct Nothing {}

    object!(Nothing {});

    #[derive(Debug, PartialEq)]
    struct Around<T> {
        data: Option<T>,
    }

    object!(Around<T> { data: Optional = "data" });

    fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_are_found_by_their_names() {
        let born =
            || Born { year: 1990, month: None, type_: "T".into(), names: vec!["a".into()], labels: BTreeMap::new() };
        for json in [
            r#"{"year":1990,"type":"T","names":["a"]}"#,
            r#"{"names":["a"],"kind":"T","month":null,"":[1],"labels":{},"Year":1,"year":1990.0}"#,
            r#"{"typ\u0065":"T","y\u0065ar":1990,"names":["a",null],"labels":null}"#,
        ] {
            assert_eq!(read(json), Ok(born()), "{json}");
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(Born::deserialize(&value).unwrap(), born());
            assert_eq!(serde_json::from_value::<Born>(value).unwrap(), born());
        }
        assert_eq!(read(r#"{"a":{}}"#), Ok(Nothing {}));
        assert_eq!(read(r#"{"data":{"x":1}}"#), Ok(Around { data: Some(Nothing {}) }));
        assert_eq!(read(r#"{"data":null}"#), Ok(Around::<Nothing> { data: None }));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["[]", "[1990,1,\"T\",[],{}]", "null", "7", "\"x\"", "true"] {
            let expected = "expected a map";
            assert!(read::<Born>(json).unwrap_err().contains(expected), "{json}");
            assert!(read::<Nothing>(json).unwrap_err().contains(expected), "{json}");
            assert!(read::<Around<Nothing>>(json).unwrap_err().contains(expected), "{json}");
            let value: Value = serde_json::from_str(json).unwrap();
            assert!(serde_json::from_value::<Born>(value).is_err(), "{json}");
        }
        assert!(read::<Around<Nothing>>(r#"{"data":[]}"#).is_err());
    }

    /// A struct as it is generated for an object whose unknown properties are kept.
    #[derive(Debug, Deserialize, PartialEq)]
    struct Open {
        #[serde(deserialize_with = "crate::value::lenient::with::<crate::value::lenient::Integer, _, _>")]
        year: i64,
        #[serde(default, deserialize_with = "crate::value::lenient::with::<crate::value::lenient::List, _, _>")]
        names: Vec<String>,
        #[serde(flatten)]
        extra: BTreeMap<String, String>,
    }

    #[test]
    fn a_struct_that_keeps_unknown_properties_is_read_from_objects_only() {
        let expected = Open { year: 7, names: vec![], extra: BTreeMap::from([("a".into(), "b".into())]) };
        assert_eq!(read(r#"{"a":"b","year":7.0,"names":null}"#), Ok(expected));
        for json in ["[7,[],{}]", "[7]", "[]"] {
            assert!(read::<Open>(json).unwrap_err().contains("expected"), "{json}");
        }
    }

    #[test]
    fn a_field_is_there_once() {
        for (json, says) in [
            (r#"{"year":1,"year":1}"#, "duplicate field `year`"),
            (r#"{"month":null,"month":1}"#, "duplicate field `month`"),
            (r#"{"names":[],"names":[]}"#, "duplicate field `names`"),
            (r#"{"type":"a","kind":"a"}"#, "duplicate field `type`"),
            (r#"{"type":"a"}"#, "missing field `year`"),
            (r#"{"year":1}"#, "missing field `type`"),
        ] {
            assert!(read::<Born>(json).unwrap_err().starts_with(says), "{json}");
        }
        assert!(serde_json::from_value::<Born>(json!({"year": null, "type": "a"})).is_err());
    }
}
