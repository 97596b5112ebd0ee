//! Enum values travel through typify as tokens it cannot stumble over; harden names the variants from the real text.

use serde_json::{Value, json};

use super::Lowering;
use crate::build::{problem::Problem, walk};

/// typify merges `""`, `"a-b"` and `"a b"` into one variant name, or panics over it.
pub fn token(value: &str) -> String {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("T{hex}")
}

/// The text behind a token.
pub fn text(token: &str) -> Option<String> {
    let hex = token.strip_prefix('T')?;
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

pub fn tokens(lowering: &mut Lowering) -> Result<(), Problem> {
    walk::schemas(&mut lowering.document, &mut |schema, _| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        let Some(Value::Array(values)) = map.remove("enum") else { return Ok(()) };
        // An open enum of numbers is a number.
        if let Some(values) = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
            let mut tokens: Vec<String> = Vec::new();
            for value in values.into_iter().map(token) {
                if !tokens.contains(&value) {
                    tokens.push(value);
                }
            }
            map.insert("enum".into(), json!(tokens));
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_from_its_token() {
        for value in ["", "ACTIVE", "BUSINESS OWNER", "SELF-EMPLOYED", "ümlaut", "a\nb"] {
            assert_eq!(text(&token(value)).as_deref(), Some(value));
        }
        assert_eq!(text("ACTIVE"), None);
    }
}
