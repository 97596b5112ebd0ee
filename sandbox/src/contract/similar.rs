//! Finds the known name that somebody may have meant.

/// Names longer than this are not compared: the comparison takes the product of both lengths.
const LONGEST: usize = 80;

/// The known name that is nearest to `name`, if it is near enough to have been meant. The case of letters, and `_` and
/// `-` between words, make no difference.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let sought = folded(name);
    let distances = known.map(|known| (strsim::osa_distance(&sought, &folded(known)), known));
    let (distance, known) = distances.min_by_key(|(distance, _)| *distance)?;
    // One letter in three may be wrong.
    (distance <= sought.chars().count().max(known.len()) / 3).then_some(known)
}

fn folded(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_have_been_meant_are_found() {
        let known = ["customer_id", "amount", "id"];
        let nearest = |name: &str| nearest(name, known.into_iter());
        assert_eq!(nearest("custmer_id"), Some("customer_id"));
        assert_eq!(nearest("customerId"), Some("customer_id"));
        assert_eq!(nearest("CUSTOMER-ID"), Some("customer_id"));
        assert_eq!(nearest("amuont"), Some("amount"));
        assert_eq!(nearest("currency"), None);
        assert_eq!(nearest("x"), None);
        assert_eq!(nearest(&"customer_id".repeat(1000)), None);
        assert_eq!(super::nearest("a", std::iter::empty()), None);
    }
}
