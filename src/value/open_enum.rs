//! The macro that implements the enums of the API, which keep values that this version does not know.

/// Implements the methods and traits of an open enum, for an enum with a variant for each named text and
/// `Unrecognized(String)`.
///
/// Imprint adds values without notice, and its own guides use some that its document does not declare: with a closed
/// enum a call would fail because of such a value. So an open enum accepts any other text as well and writes it back
/// unchanged.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        #[allow(dead_code, reason = "not every enum of a test is used in full")]
        #[allow(deprecated, reason = "a deprecated variant is still read and written")]
        impl $name {
            /// The texts that the API document declares, in its order.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// The text of this value, as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(text) => text,
                }
            }

            /// Whether the API document declares this value.
            pub fn is_recognized(&self) -> bool {
                Self::recognize(self.as_str()).is_some()
            }

            fn recognize(text: &str) -> ::std::option::Option<Self> {
                match text {
                    $($text => ::std::option::Option::Some(Self::$variant),)*
                    _ => ::std::option::Option::None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::recognize(text).unwrap_or_else(|| Self::Unrecognized(text.to_owned()))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::recognize(&text).unwrap_or(Self::Unrecognized(text))
            }
        }

        impl ::std::convert::From<&::std::string::String> for $name {
            fn from(text: &::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::convert::From<&Self> for $name {
            fn from(same: &Self) -> Self {
                same.clone()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(text))
            }
        }

        impl ::std::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::cmp::PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                ::std::option::Option::Some(::std::cmp::Ord::cmp(self, other))
            }
        }

        impl ::std::cmp::Ord for $name {
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                ::std::cmp::Ord::cmp(self.as_str(), other.as_str())
            }
        }

        impl ::std::hash::Hash for $name {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                ::std::hash::Hash::hash(self.as_str(), state)
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl $crate::value::Doubtful for $name {
            fn doubt(&self) -> ::std::option::Option<&'static str> {
                match self {
                    Self::Unrecognized(_) if !self.is_recognized() => {
                        ::std::option::Option::Some("has a value that this version of the library does not know")
                    }
                    _ => ::std::option::Option::None,
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        $crate::value::string_schema!($name, Self::VALUES);

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::value::text::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    /// The network of a card. `UNKNOWN` is a value of the API. It does not stand for values that this version does not
    /// know.
    #[derive(Clone, Debug)]
    enum Network {
        Empty,
        Visa,
        Unknown,
        Unrecognized(String),
    }

    open_enum!(Network {
        Empty = "",
        Visa = "VISA",
        Unknown = "UNKNOWN",
    });

    #[test]
    fn known_and_unknown_texts_survive_the_way_in_and_out() {
        for (text, expected) in [
            ("", Network::Empty),
            ("VISA", Network::Visa),
            ("UNKNOWN", Network::Unknown),
            ("visa", Network::Unrecognized("visa".into())),
            ("Ü\n\"", Network::Unrecognized("Ü\n\"".into())),
        ] {
            let json = serde_json::to_string(text).unwrap();
            let read: Network = serde_json::from_str(&json).unwrap();
            // `==` compares the texts only, so the variants are compared separately.
            for made in [read.clone(), Network::from(text), Network::from(text.to_owned())] {
                assert_eq!(std::mem::discriminant(&made), std::mem::discriminant(&expected), "{text}");
            }
            assert_eq!(read, expected);
            assert_eq!(read, text);
            assert_eq!(read, *text);
            assert_eq!(read.as_str(), text);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(serde_json::from_value::<Network>(text.into()).unwrap(), expected);
            assert_eq!(text.parse::<Network>(), Ok(expected.clone()));
            assert_eq!(Network::from(&text.to_owned()), Network::from(&expected));
        }
    }

    #[test]
    fn identity_is_that_of_the_text() {
        let handmade = Network::Unrecognized("VISA".into());
        assert_eq!(handmade, Network::Visa);
        assert_eq!(HashSet::from([handmade.clone(), Network::Visa]).len(), 1);
        assert!(handmade.is_recognized());
        assert!(!Network::from("AMEX").is_recognized());
        let sorted: Vec<_> = BTreeSet::from([Network::Visa, Network::from("AMEX"), Network::Empty, handmade])
            .into_iter()
            .map(|network| network.to_string())
            .collect();
        assert_eq!(sorted, ["", "AMEX", "VISA"]);
    }

    #[test]
    fn what_the_document_declares_can_be_listed() {
        assert_eq!(Network::VALUES, ["", "VISA", "UNKNOWN"]);
        assert!(Network::VALUES.iter().all(|text| Network::from(*text).is_recognized()));
    }

    #[test]
    fn printing() {
        assert_eq!(format!("{:?} {:?}", Network::Visa, Network::from("X")), "Visa Unrecognized(\"X\")");
        assert_eq!(format!("{:<6}|", Network::Visa), "VISA  |");
    }

    #[test]
    fn a_wrong_type_is_refused() {
        assert!(serde_json::from_str::<Network>("1").is_err());
        assert!(serde_json::from_str::<Network>("null").is_err());
        assert!(serde_json::from_str::<Network>("{\"VISA\":1}").is_err());
    }
}
