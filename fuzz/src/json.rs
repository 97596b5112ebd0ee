//! JSON in other spellings.

use serde_json::Value;

/// The same value, written as differently as JSON allows: white space everywhere, keys backwards, every character of a text
/// as an escape.
pub fn spelled_out(value: &Value) -> String {
    match value {
        Value::String(text) => escaped(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(spelled_out).collect();
            format!("[\n{}\t]", items.join(" ,\r\n"))
        }
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| format!("{} :\t{}", escaped(key), spelled_out(value)));
            let mut members: Vec<String> = members.collect();
            members.reverse();
            format!("{{ {}\n}}", members.join(" , "))
        }
        scalar => scalar.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{escapes}\"")
}

/// How many members all objects of a value have, at every depth.
pub fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Object(map) => map.len() + map.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

/// How many values there are at every depth, with the outermost.
pub fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(map) => map.values().map(values).sum(),
        _ => 0,
    }
}

/// How many colons of a JSON text stand outside of its strings: one for each member that is written.
pub fn colons(json: &[u8]) -> usize {
    let (mut colons, mut in_text, mut at) = (0, false, 0);
    while at < json.len() {
        match json[at] {
            b'"' => in_text = !in_text,
            b'\\' if in_text => at += 1,
            b':' if !in_text => colons += 1,
            _ => {}
        }
        at += 1;
    }
    colons
}

/// Whether a number is there that is no integer of 64 bits.
pub fn has_unusual_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_i64() && !number.is_u64(),
        Value::Array(items) => items.iter().any(has_unusual_number),
        Value::Object(map) => map.values().any(has_unusual_number),
        _ => false,
    }
}
