//! The macro that implements the id types: strings that are kept and compared exactly as they came.

/// Implements the methods and traits of an id, for a struct around a `String`: the text is kept exactly, including its
/// letter case, and there is no conversion from one kind of id to another.
macro_rules! opaque_string {
    ($name:ident) => {
        #[allow(dead_code, reason = "not every id of a test is used in full")]
        impl $name {
            /// The text, exactly as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self(text)
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl ::std::convert::From<&::std::string::String> for $name {
            fn from(text: &::std::string::String) -> Self {
                Self(text.clone())
            }
        }

        impl ::std::convert::From<&Self> for $name {
            fn from(same: &Self) -> Self {
                same.clone()
            }
        }

        impl ::std::convert::From<$name> for ::std::string::String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::convert::From<&$name> for ::std::string::String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(text))
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl ::std::cmp::PartialEq<::std::string::String> for $name {
            fn eq(&self, text: &::std::string::String) -> bool {
                self.0 == *text
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        $crate::value::string_schema!($name);

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::value::text::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use opaque_string;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    /// One kind of id.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    struct ThingId(String);

    opaque_string!(ThingId);

    #[test]
    fn text_is_kept_exactly() {
        for text in ["2EE24580-ABCD", "2ee24580-abcd", "", " a b ", "ü/..", "intent-12345"] {
            let id = ThingId::from(text);
            assert_eq!(id.as_str(), text);
            assert_eq!(id.to_string(), text);
            assert_eq!(String::from(&id), text);
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, serde_json::to_string(text).unwrap());
            assert_eq!(serde_json::from_str::<ThingId>(&json).unwrap(), id);
        }
        assert_ne!(ThingId::from("ABC"), ThingId::from("abc"));
    }

    #[test]
    fn every_spelling_of_a_string_becomes_an_id() {
        let owned = String::from("a");
        let id = ThingId::from(&owned);
        assert_eq!(id, ThingId::from(&id));
        assert_eq!(id, ThingId::from(owned));
        assert_eq!("a".parse::<ThingId>(), Ok(id.clone()));
        assert_eq!(id, "a");
        assert_eq!(id, *"a");
        assert_eq!(id, String::from("a"));
        assert_ne!(id, String::from("A"));
        assert_eq!(id.as_ref(), "a");
        assert_eq!(format!("{id:?}/{id:>3}"), "ThingId(\"a\")/  a");
        assert_eq!(String::from(id), "a");
    }

    #[test]
    fn a_map_by_id_is_searched_by_text() {
        let map = HashMap::from([(ThingId::from("a"), 1)]);
        assert_eq!(map.get("a"), Some(&1));
    }
}
