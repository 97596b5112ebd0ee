//! Finds the line and the column of a place in a seed file, when an error has to name it.
//!
//! The file is parsed again for that. So nothing has to be remembered of a file that is right, and the places are those of
//! the parser that reads it.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error::{Fault, names};
use super::read::Syntax;

/// The line and the column, counted from 1, of what a fault is about, or of the nearest around it that the file has.
pub fn place(text: &str, syntax: Syntax, fault: &Fault) -> Option<(usize, usize)> {
    let way = names(&fault.pointer);
    match syntax {
        Syntax::Json => {
            let whole: &RawValue = serde_json::from_str(text).ok()?;
            let place = json(text, whole, &way, fault.is_about_name)?;
            let before = &text[..place];
            let line = before.rsplit('\n').next().unwrap_or_default();
            Some((before.matches('\n').count() + 1, line.chars().count() + 1))
        }
        #[cfg(feature = "seed-files")]
        Syntax::Yaml => yaml::place(text, &way, fault.is_about_name),
    }
}

/// The position of a value of JSON in the text that it is borrowed from.
fn json(text: &str, value: &RawValue, way: &[String], is_about_name: bool) -> Option<usize> {
    let here = (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let Some((next, rest)) = way.split_first() else { return Some(here) };
    let Ok(Some(inner)) = serde_json::Deserializer::from_str(value.get()).deserialize_any(Member(next)) else {
        return Some(here);
    };
    if is_about_name && rest.is_empty() {
        let value = (inner.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        return Some(start_of_name(text, value));
    }
    json(text, inner, rest, is_about_name)
}

/// Where the name of the field begins whose value begins at a position.
fn start_of_name(text: &str, value: usize) -> usize {
    let before = text[..value].trim_end().trim_end_matches(':').trim_end();
    let inside = before.strip_suffix('"').unwrap_or(before);
    let quotes = inside.rmatch_indices('"').map(|(at, _)| at);
    // A quote after an odd number of backslashes is a part of the name.
    let is_real = |at: &usize| (inside[..*at].len() - inside[..*at].trim_end_matches('\\').len()).is_multiple_of(2);
    { quotes }.find(is_real).unwrap_or(value)
}

/// Takes the field or the item of a name out of an object or a list, as text.
struct Member<'a>(&'a str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = fields.next_key::<String>()? {
            let value = fields.next_value::<&RawValue>()?;
            found = found.or((name == self.0).then_some(value));
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let mut position = 0;
        while let Some(item) = items.next_element::<&RawValue>()? {
            found = found.or((position.to_string() == self.0).then_some(item));
            position += 1;
        }
        Ok(found)
    }
}

/// Goes to a place of YAML and fails there: the error of the parser has the line and the column.
#[cfg(feature = "seed-files")]
mod yaml {
    use std::fmt;

    use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

    pub fn place(text: &str, way: &[String], is_about_name: bool) -> Option<(usize, usize)> {
        let probe = Probe { way, is_about_name };
        let found = probe.deserialize(yaml_serde::Deserializer::from_str(text)).err()?.location()?;
        Some((found.line(), found.column()))
    }

    /// A value on the way. It always fails; whoever is next to the error has it, so the parser adds that place.
    #[derive(Clone, Copy)]
    struct Probe<'a> {
        way: &'a [String],
        is_about_name: bool,
    }

    impl<'de> DeserializeSeed<'de> for Probe<'_> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    impl<'de> Visitor<'de> for Probe<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("nothing: this is the place")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
            let Some((next, rest)) = self.way.split_first() else { return Err(A::Error::custom("here")) };
            let name = Name { sought: next, is_the_place: self.is_about_name && rest.is_empty() };
            while let Some(is_sought) = fields.next_key_seed(name)? {
                if is_sought {
                    fields.next_value_seed(Self { way: rest, ..self })?;
                } else {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
            Err(A::Error::custom("here"))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
            let Some((next, rest)) = self.way.split_first() else { return Err(A::Error::custom("here")) };
            for _ in 0..next.parse::<usize>().unwrap_or_default() {
                items.next_element::<IgnoredAny>()?;
            }
            items.next_element_seed(Self { way: rest, ..self })?;
            Err(A::Error::custom("here"))
        }
    }

    /// The name of a field; whether it is the one that is sought. It fails if that is the place.
    #[derive(Clone, Copy)]
    struct Name<'a> {
        sought: &'a str,
        is_the_place: bool,
    }

    impl<'de> DeserializeSeed<'de> for Name<'_> {
        type Value = bool;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
            deserializer.deserialize_str(self)
        }
    }

    impl Visitor<'_> for Name<'_> {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a field")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
            let is_sought = name == self.sought;
            if is_sought && self.is_the_place { Err(E::custom("here")) } else { Ok(is_sought) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, syntax: Syntax, pointer: &str, is_about_name: bool) -> Option<(usize, usize)> {
        place(text, syntax, &Fault { is_about_name, ..Fault::new(pointer, "") })
    }

    #[test]
    fn places_of_json_are_found() {
        let text = "{\n  \"a\": [1,\n    {\"b\\\"c\" : true, \"é\": \"é\", \"d\": 2}]\n}";
        let at = |pointer, is_about_name| at(text, Syntax::Json, pointer, is_about_name);
        assert_eq!(at("", false), Some((1, 1)));
        assert_eq!(at("/a", false), Some((2, 8)));
        assert_eq!(at("/a", true), Some((2, 3)));
        assert_eq!(at("/a/1", false), Some((3, 5)));
        assert_eq!(at("/a/1/b\"c", true), Some((3, 6)));
        assert_eq!(at("/a/1/b\"c", false), Some((3, 15)));
        assert_eq!(at("/a/1/d", true), Some((3, 31)), "columns are characters");
        // What is not there is missing in the object around it.
        assert_eq!(at("/a/1/x", false), Some((3, 5)));
        assert_eq!(at("/a/7", false), Some((2, 8)));
        assert_eq!(at("/a/0/x", false), Some((2, 9)));
    }

    #[cfg(feature = "seed-files")]
    #[test]
    fn places_of_yaml_are_found() {
        let text = "# comment\na:\n  - 1\n  - b: true\n    é: é\n    d: {e: [1, 2]}\nf: &x\n  g: 1\nh: *x\n";
        let at = |pointer, is_about_name| at(text, Syntax::Yaml, pointer, is_about_name);
        assert_eq!(at("/a", true), Some((2, 1)));
        assert_eq!(at("/a/0", false), Some((3, 5)));
        assert_eq!(at("/a/1", false), Some((4, 5)));
        assert_eq!(at("/a/1/b", false), Some((4, 8)));
        assert_eq!(at("/a/1/d", true), Some((6, 5)));
        assert_eq!(at("/a/1/d/e/1", false), Some((6, 16)));
        assert_eq!(at("/a/1/x", false), Some((4, 5)));
        assert_eq!(at("/h/g", false), Some((8, 6)), "an alias is where its anchor is");
    }
}
