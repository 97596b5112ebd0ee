//! The values of indexes that keep products apart, for rows and for those who look for them.
//!
//! Imprint's own ids are found in whatever letter case they are written; the texts of others, such as a partner's id, only
//! as they are.

/// The value of an index by one of Imprint's ids.
pub fn id(product: &str, id: &str) -> String {
    text(product, &id.to_ascii_lowercase())
}

/// The value of an index by a text that is not Imprint's. A merchant key comes in a header, so it has no line end.
pub fn text(product: &str, text: &str) -> String {
    format!("{product}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_ignore_the_letter_case_and_products_are_apart() {
        assert_eq!(id("P", "AB"), id("P", "ab"));
        assert_ne!(text("P", "AB"), text("P", "ab"));
        assert_ne!(id("P", "AB"), id("p", "AB"));
        assert_ne!(text("A", "B C"), text("A B", "C"));
    }
}
