//! Enum values as texts of letters and digits, and back.
//!
//! typify merges values such as `""`, `"a-b"` and `"a b"` into one variant name, or panics over them. So lowering
//! writes a token in the place of each value, and reading progenitor's output takes the value back out of the token.

/// The token that stands for a value.
pub fn token(value: &str) -> String {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("T{hex}")
}

/// The value behind a token; `None` for a text that is no token.
pub fn text(token: &str) -> Option<String> {
    let hex = token.strip_prefix('T')?;
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_its_token() {
        for value in ["", "ACTIVE", "BUSINESS OWNER", "SELF-EMPLOYED", "ümlaut", "a\nb"] {
            assert_eq!(text(&token(value)).as_deref(), Some(value));
        }
        assert_eq!(text("ACTIVE"), None);
    }
}
