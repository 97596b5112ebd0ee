//! How helpers compare ids: one rule for all of them.
//!
//! Imprint writes the ids that it assigns (customers, payment methods, orders, rewards …) in upper case in some answers
//! and in lower case in others, so two such ids are the same if they differ only in the case of ASCII letters. An exact
//! comparison would take one customer for two different ones. The partner's own ids are the partner's text: `a-1` and
//! `A-1` may be two orders, so they are compared exactly.

/// Whether two ids that Imprint assigned name the same thing.
pub(super) fn same_resource(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_is_all_that_may_differ() {
        assert!(same_resource("2EE24580-B97B", "2ee24580-b97b"));
        for other in ["2EE24580-B97", "2EE24580_B97B", " 2EE24580-B97B", ""] {
            assert!(!same_resource("2EE24580-B97B", other), "{other}");
        }
        // The case of other letters is not ignored: the rule covers ASCII letters only.
        assert!(!same_resource("É", "é"));
    }
}
