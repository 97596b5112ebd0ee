//! Guesses renames: which of the names that were removed is one of those that were added.

/// How much alike two names are, from 0 to 1; a name that holds the other has at least 0.8.
fn similarity(one: &str, other: &str) -> f64 {
    let [one, other] = [one, other].map(|name| name.to_lowercase().replace(['_', '-'], ""));
    let part = one.len() > 3 && other.len() > 3 && (one.contains(&other) || other.contains(&one));
    strsim::normalized_damerau_levenshtein(&one, &other).max(if part { 0.8 } else { 0.0 })
}

/// The least similarity that makes a guess.
const LEAST_SIMILARITY: f64 = 0.6;

/// Pairs removed names with added ones: of the pairs that `same` accepts, those most alike, each name once.
pub fn pair_most_alike<'a>(
    removed: &[&'a str],
    added: &[&'a str],
    same: &dyn Fn(&str, &str) -> bool,
) -> Vec<(&'a str, &'a str)> {
    let mut candidates: Vec<(f64, &str, &str)> = Vec::new();
    for old in removed {
        for new in added.iter().filter(|new| same(old, new)) {
            let similarity = similarity(old, new);
            if similarity >= LEAST_SIMILARITY {
                candidates.push((similarity, old, new));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (_, old, new) in candidates {
        if pairs.iter().all(|pair| pair.0 != old && pair.1 != new) {
            pairs.push((old, new));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_are_paired_and_each_once() {
        let any = |_: &str, _: &str| true;
        assert_eq!(
            pair_most_alike(&["amount", "total"], &["amounts", "amount_cents", "elsewhere"], &any),
            [("amount", "amounts")]
        );
        assert_eq!(pair_most_alike(&["source"], &["reference"], &any), []);
        assert_eq!(pair_most_alike(&["amount"], &["amounts"], &|_, _| false), []);
    }
}
