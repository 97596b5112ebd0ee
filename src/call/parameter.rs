//! Writes the values of parameters that are no plain text: lists, objects and what may be either, in the style that the API document gives
//! the parameter.
//!
//! The names and values of a query are encoded as forms are, and what divides the items of a list is not: a comma within an item stays
//! apart from a comma between two.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::conventions::Style;

/// What form encoding leaves as it is; a space becomes a plus.
const LEFT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// Why a value cannot be written.
const TOO_DEEP: &str = "holds a list or an object where only a single value can be written";

/// A query, or a body of a form, that grows pair by pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs(String);

impl Pairs {
    /// Adds a value.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.add_encoded(name, &encoded(value));
    }

    fn add_encoded(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(&encoded(name));
        self.0.push('=');
        self.0.push_str(value);
    }

    /// Adds a value of any shape. Null, and what has no items, adds nothing.
    pub(crate) fn add_value(&mut self, name: &str, style: Style, value: &Value) -> Result<(), &'static str> {
        let divided_by = match style {
            Style::Json => {
                self.add(name, &value.to_string());
                return Ok(());
            }
            Style::Deep => return self.add_deep(name, value, true),
            Style::Repeated => return self.add_deep(name, value, false),
            Style::Form => None,
            Style::Simple | Style::Commas => Some(","),
            Style::Spaces => Some("%20"),
            Style::Bars => Some("%7C"),
        };
        match (value, divided_by) {
            (Value::Array(items), None) => {
                for item in scalars(items)? {
                    self.add(name, &item);
                }
            }
            (Value::Object(properties), None) => {
                for (property, value) in properties {
                    match value {
                        Value::Array(items) => scalars(items)?.iter().for_each(|item| self.add(property, item)),
                        value => scalar(value)?.iter().for_each(|value| self.add(property, value)),
                    }
                }
            }
            (value, Some(divider)) => {
                let parts: Vec<String> = parts(value)?.iter().map(|part| encoded(part)).collect();
                if !parts.is_empty() {
                    self.add_encoded(name, &parts.join(divider));
                }
            }
            (value, None) => scalar(value)?.iter().for_each(|value| self.add(name, value)),
        }
        Ok(())
    }

    /// Adds an object or a list by the paths of its values. Without numbers, a list of single values repeats its name.
    fn add_deep(&mut self, name: &str, value: &Value, numbers: bool) -> Result<(), &'static str> {
        match value {
            Value::Object(properties) => {
                let mut properties = properties.iter();
                properties
                    .try_for_each(|(property, value)| self.add_deep(&format!("{name}[{property}]"), value, numbers))
            }
            Value::Array(items) if numbers || items.iter().any(|item| item.is_array() || item.is_object()) => {
                let mut items = items.iter().enumerate();
                items.try_for_each(|(index, item)| self.add_deep(&format!("{name}[{index}]"), item, numbers))
            }
            Value::Array(items) => {
                scalars(items)?.iter().for_each(|item| self.add(name, item));
                Ok(())
            }
            value => {
                scalar(value)?.iter().for_each(|value| self.add(name, value));
                Ok(())
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// A value as one text, with commas between the items of a list; `None` for null and for a list without items.
pub(crate) fn text(style: Style, value: &Value) -> Result<Option<String>, &'static str> {
    if style == Style::Json {
        return Ok(Some(value.to_string()));
    }
    let parts = parts(value)?;
    Ok((!parts.is_empty()).then(|| parts.join(",")))
}

/// A value that is no list and no object, as text; `None` for null.
pub(crate) fn scalar(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(TOO_DEEP),
    }
}

fn scalars(items: &[Value]) -> Result<Vec<String>, &'static str> {
    items.iter().filter_map(|item| scalar(item).transpose()).collect()
}

/// The items of a list, or the names and values of an object one after the other.
fn parts(value: &Value) -> Result<Vec<String>, &'static str> {
    match value {
        Value::Array(items) => scalars(items),
        Value::Object(properties) => {
            let mut parts = Vec::new();
            for (property, value) in properties {
                if let Some(value) = scalar(value)? {
                    parts.extend([property.clone(), value]);
                }
            }
            Ok(parts)
        }
        value => Ok(scalar(value)?.into_iter().collect()),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, LEFT).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(style: Style, value: Value) -> String {
        let mut pairs = Pairs::default();
        pairs.add_value("n m", style, &value).unwrap();
        pairs.into_string()
    }

    #[test]
    fn each_style_keeps_what_divides_apart_from_what_is_divided() {
        let list = json!(["a,b", "c d", "e|f&g=%"]);
        for (style, expected) in [
            (Style::Form, "n+m=a%2Cb&n+m=c+d&n+m=e%7Cf%26g%3D%25"),
            (Style::Commas, "n+m=a%2Cb,c+d,e%7Cf%26g%3D%25"),
            (Style::Spaces, "n+m=a%2Cb%20c+d%20e%7Cf%26g%3D%25"),
            (Style::Bars, "n+m=a%2Cb%7Cc+d%7Ce%7Cf%26g%3D%25"),
            (Style::Deep, "n+m%5B0%5D=a%2Cb&n+m%5B1%5D=c+d&n+m%5B2%5D=e%7Cf%26g%3D%25"),
            (Style::Repeated, "n+m=a%2Cb&n+m=c+d&n+m=e%7Cf%26g%3D%25"),
        ] {
            assert_eq!(written(style, list.clone()), expected, "{style:?}");
        }
        assert_eq!(written(Style::Json, json!(["a", 1])), "n+m=%5B%22a%22%2C1%5D");
    }

    #[test]
    fn objects_are_written_property_by_property() {
        let object = json!({"a": "x y", "b": 1, "c": null, "d": true});
        for (style, expected) in [
            (Style::Form, "a=x+y&b=1&d=true"),
            (Style::Commas, "n+m=a,x+y,b,1,d,true"),
            (Style::Deep, "n+m%5Ba%5D=x+y&n+m%5Bb%5D=1&n+m%5Bd%5D=true"),
        ] {
            assert_eq!(written(style, object.clone()), expected, "{style:?}");
        }
        let nested = json!({"a": {"b&c": ["x", 2]}});
        let deep = "n+m%5Ba%5D%5Bb%26c%5D%5B0%5D=x&n+m%5Ba%5D%5Bb%26c%5D%5B1%5D=2";
        assert_eq!(written(Style::Deep, nested.clone()), deep);
        assert_eq!(written(Style::Repeated, nested.clone()), "n+m%5Ba%5D%5Bb%26c%5D=x&n+m%5Ba%5D%5Bb%26c%5D=2");
        let objects = json!([{"a": [1]}, {"a": 2}]);
        assert_eq!(written(Style::Repeated, objects), "n+m%5B0%5D%5Ba%5D=1&n+m%5B1%5D%5Ba%5D=2");
        assert_eq!(Pairs::default().add_value("n", Style::Form, &nested), Err(TOO_DEEP));
        assert_eq!(Pairs::default().add_value("n", Style::Commas, &json!([["a"]])), Err(TOO_DEEP));
    }

    #[test]
    fn what_is_nothing_adds_nothing_and_a_single_value_is_itself() {
        for style in
            [Style::Simple, Style::Form, Style::Commas, Style::Spaces, Style::Bars, Style::Deep, Style::Repeated]
        {
            assert_eq!(written(style, json!(null)), "", "{style:?}");
            assert_eq!(written(style, json!([])), "", "{style:?}");
            assert_eq!(written(style, json!("a+b")), "n+m=a%2Bb", "{style:?}");
            assert_eq!(written(style, json!(1.5)), "n+m=1.5", "{style:?}");
        }
        assert_eq!(text(Style::Simple, &json!(["a", 1])), Ok(Some("a,1".to_owned())));
        assert_eq!(text(Style::Json, &json!("a")), Ok(Some("\"a\"".to_owned())));
        assert_eq!(text(Style::Simple, &json!(null)), Ok(None));
    }

    /// The encoding is that of the HTTP stack, which has written single values so far.
    #[test]
    fn single_values_are_written_as_the_url_parser_writes_them() {
        let all: String = (1_u32..0x300).filter_map(char::from_u32).chain("…😀".chars()).collect();
        let mut url = reqwest::Url::parse("https://x").unwrap();
        url.query_pairs_mut().append_pair("a [b]", &all);
        let mut pairs = Pairs::default();
        pairs.add("a [b]", &all);
        let ours = pairs.into_string();
        assert_eq!(url.query(), Some(&*ours));
        url.set_query(Some(&ours));
        assert_eq!(url.query(), Some(&*ours));
    }
}
