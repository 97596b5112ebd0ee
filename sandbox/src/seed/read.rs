//! Reads the text of a seed file into a value. Limits bound what a hostile or broken file can cost.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{Fault, is_plain};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Json,
    #[cfg(feature = "seed-files")]
    Yaml,
}

/// How long a file may be.
const LONGEST: usize = 4 << 20;

/// How many values it may have. An alias of YAML counts as all that it stands for, so a short file can have very many.
const MOST: usize = 500_000;

/// How deep its values may be nested.
const DEEPEST: usize = 32;

/// A file that cannot be read, with the line and the column if the parser knows them.
pub struct Unreadable {
    pub place: Option<(usize, usize)>,
    pub fault: Fault,
}

/// The value of a file.
pub fn read(text: &str, syntax: Syntax) -> Result<Value, Unreadable> {
    let whole = |message: &str| Err(Unreadable { place: Some((1, 1)), fault: Fault::new("", message) });
    if text.len() > LONGEST {
        return whole("is longer than 4 MiB, which no seed file may be");
    }
    if text.trim().is_empty() {
        return whole("is empty; a file that seeds nothing is {}");
    }
    let reading = Reading::default();
    let outcome = match syntax {
        Syntax::Json => json(text, &reading),
        #[cfg(feature = "seed-files")]
        Syntax::Yaml => yaml(text, &reading),
    };
    match outcome {
        Ok(Value::Null) => whole("has no fields, only comments; a file that seeds nothing is {}"),
        Ok(value) => Ok(value),
        Err((place, syntax)) => {
            let pointer = reading.way.into_inner();
            let (message, is_about_name) = reading.problem.into_inner().unwrap_or((syntax, false));
            let pointer = pointer.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")));
            Err(Unreadable {
                place,
                fault: Fault { is_about_name, ..Fault::new(pointer.collect::<String>(), message) },
            })
        }
    }
}

/// Where the parser stopped, and what is wrong with the syntax there.
type Stopped = (Option<(usize, usize)>, String);

fn json(text: &str, reading: &Reading) -> Result<Value, Stopped> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Node(reading).deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let place = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
        let said = error.to_string();
        // The words of a syntax error are constants of the parser. Those of other errors may have values.
        let what = match error.is_syntax() || error.is_eof() {
            true => format!(": {}", said.split(" at line ").next().unwrap_or_default()),
            false => String::new(),
        };
        (place, format!("is not JSON{what}"))
    })
}

/// How many brackets of YAML may be open at once, those in texts and comments included. With more of them the parser would
/// take very long: its time grows with the square of the depth, before anything else can bound that.
#[cfg(feature = "seed-files")]
const MOST_OPEN: usize = 1_000;

#[cfg(feature = "seed-files")]
fn yaml(text: &str, reading: &Reading) -> Result<Value, Stopped> {
    let mut open = 0_usize;
    for (number, line) in text.lines().enumerate() {
        for letter in line.bytes() {
            match letter {
                b'[' | b'{' if open == MOST_OPEN => {
                    return Err((Some((number + 1, 1)), "has more than 1,000 brackets that are not closed".to_owned()));
                }
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
        }
    }
    Node(reading).deserialize(yaml_serde::Deserializer::from_str(text)).map_err(|error| {
        let place = error.location().map(|place| (place.line(), place.column()));
        let line = place.and_then(|(line, _)| text.lines().nth(line.saturating_sub(1))).unwrap_or_default();
        let indentation = &line[..line.len() - line.trim_start().len()];
        if indentation.contains('\t') {
            return (place, "is not YAML: a tab cannot indent; use spaces".to_owned());
        }
        let said = error.to_string();
        if said.contains("repetition limit") {
            return (place, "has aliases that stand for far more than the file has".to_owned());
        }
        // The words of a syntax error are constants of the parser. Those of other errors may have values, in quotes or
        // after a colon.
        let message = match said.contains(['"', '`']) || said.contains(": ") {
            true => "has something that cannot be read here: the name of a field that is no text, or a tag".to_owned(),
            false => format!("is not YAML: {said}"),
        };
        (place, message)
    })
}

/// What is known while a file is read.
#[derive(Default)]
struct Reading {
    /// The names and numbers that lead to the value that is being read. After an error they lead to its place.
    way: RefCell<Vec<String>>,
    values: Cell<usize>,
    /// What is wrong beyond the syntax, and whether it is a name.
    problem: RefCell<Option<(String, bool)>>,
}

impl Reading {
    /// An error whose own words do not matter: they would be mixed with those of the parser.
    fn refuse<E: Error>(&self, message: impl Into<String>, is_about_name: bool) -> E {
        *self.problem.borrow_mut() = Some((message.into(), is_about_name));
        E::custom("refused")
    }

    fn count<E: Error>(&self) -> Result<(), E> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MOST {
            return Err(self.refuse("has more than 500,000 values, aliases counted as what they stand for", false));
        }
        if self.way.borrow().len() > DEEPEST {
            return Err(self.refuse("is nested deeper than 32 levels", false));
        }
        Ok(())
    }
}

/// Reads a value of any kind.
#[derive(Clone, Copy)]
struct Node<'r>(&'r Reading);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// A number without a fraction is a whole number, however it is written: a schema sees no difference either.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        const EXACT: f64 = 9_007_199_254_740_991.0;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            return Ok((value as i64).into());
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| self.0.refuse("is no number that JSON has", false))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            self.0.way.borrow_mut().push(list.len().to_string());
            let item = items.next_element_seed(self)?;
            self.0.way.borrow_mut().pop();
            match item {
                Some(item) => list.push(item),
                None => return Ok(list.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let (mut map, mut known) = (Map::new(), BTreeSet::new());
        while let Some(name) = fields.next_key_seed(FieldName { reading: self.0, known: &known })? {
            self.0.way.borrow_mut().push(name.clone());
            let value = fields.next_value_seed(self)?;
            self.0.way.borrow_mut().pop();
            known.insert(name.clone());
            map.insert(name, value);
        }
        Ok(map.into())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(self.0.refuse("has a tag; tags, such as !name, have no meaning here", false))
    }
}

/// Reads the name of a field, which an object has once.
struct FieldName<'r> {
    reading: &'r Reading,
    known: &'r BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for FieldName<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        let what = match (name, self.known.contains(name)) {
            ("<<", _) => "the merge key << has no meaning here: write the fields out",
            (_, true) if is_plain(name) => {
                self.reading.way.borrow_mut().push(name.to_owned());
                "stands there twice: an object has each field once"
            }
            (_, true) => "has the same field twice",
            (_, false) => return Ok(name.to_owned()),
        };
        Err(self.reading.refuse(what, true))
    }
}
