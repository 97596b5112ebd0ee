//! How explanations speak of JSON values.

use serde_json::Value;

/// A value as a sentence quotes it.
pub fn quoted(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(text) if text.is_empty() => "the empty text".into(),
        Value::String(text) => format!("`{text}`"),
        Value::Object(_) => "a schema".into(),
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
