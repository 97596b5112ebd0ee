//! The values of a seed file that are more than text or a number: names, amounts, times and durations.

use std::time::{Duration, SystemTime};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The name of something in the file, for relations and for the result. It is no value of the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(pub String);

/// Minor units of a currency, or points; 0 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub i64);

/// A point in time, from the year 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub SystemTime);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| D::Error::custom("no time of RFC 3339"))?;
        Ok(Self(time.into()))
    }
}

/// A duration: a whole number and `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let number: u64 = digits.parse().map_err(|_| D::Error::custom("no number"))?;
        let unit = match &text[digits.len()..] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(3_600),
            "d" => Duration::from_secs(86_400),
            _ => return Err(D::Error::custom("no unit of time")),
        };
        // The schema allows nine digits at most.
        u32::try_from(number).map(|number| Self(unit * number)).map_err(|_| D::Error::custom("too long"))
    }
}

/// What the schema says of each. It allows nothing that cannot be read.
#[cfg(test)]
mod schema {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Amount, Name, Span, Time};

    macro_rules! scalars {
        ($($of:ty, $name:literal, $schema:tt;)*) => {$(
            impl JsonSchema for $of {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    $name.into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*};
    }

    scalars! {
        Name, "Name", {
            "description": "The name of something in the file, for relations and for the result: lower-case letters, \
                            digits, `_` and `-`. It is no value of the API.",
            "type": "string", "pattern": "^[a-z][a-z0-9_-]{0,63}$",
        };
        Amount, "Amount", {
            "description": "Minor units of a currency, or points.",
            "type": "integer", "minimum": 0, "maximum": 9_223_372_036_854_775_807_i64,
        };
        Time, "Time", {
            "description": "A point in time such as 2026-01-01T00:00:00Z, from the year 1970 on.",
            "type": "string", "format": "date-time", "pattern": "^(19[7-9][0-9]|[2-9][0-9]{3})-",
        };
        Span, "Span", {
            "description": "A duration such as 30d: a whole number and `ms`, `s`, `m`, `h` or `d`.",
            "type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$",
        };
    }
}
