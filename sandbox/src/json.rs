//! The text of JSON values.

use serde_json::Value;

/// A value as JSON, without spaces. It has the bytes that `Value::to_string` gives, which go through the formatter of the
/// standard library piece by piece, and so take twice as long.
pub fn text(value: &Value) -> String {
    // A value has texts as the keys of its objects, and writing into the memory does not fail, so there is no error.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_has_the_bytes_of_the_formatter() {
        let value = json!({"b": [1, -2.5, null, true], "a": {"é\n\"": "\u{1}\\/"}, "": u64::MAX});
        assert_eq!(text(&value), value.to_string());
    }
}
