//! How explanations speak of JSON values.

use serde_json::Value;

/// A value as a sentence quotes it.
pub fn quoted(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(text) if text.is_empty() => "the empty text".into(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// Several values as a sentence quotes them.
pub fn quoted_list(values: &[Value]) -> String {
    values.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// A value without quotation marks.
pub fn unquoted(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// Names as a sentence lists them.
pub fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_quoted_can_be_told_apart() {
        assert_eq!(quoted(&json!({"email": "a@b.example"})), "`{\"email\":\"a@b.example\"}`");
        assert_eq!(quoted_list(&[json!("a"), json!(""), json!(null), json!(1)]), "`a`, the empty text, nothing, `1`");
    }
}
