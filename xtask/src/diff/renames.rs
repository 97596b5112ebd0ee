//! Guesses renames: which of the names that were removed is one of those that were added.

use super::{documents::Documents, value_types};
use crate::openapi::{keys, named_schema};

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

/// What an old named schema seems to be called now: because the two look alike, or because the one stands in every place
/// where the other stood.
pub fn schema_renamed_to(documents: &Documents<'_>, old: &str) -> Option<String> {
    documents.renamed_to(old).map(str::to_string).or_else(|| {
        let is_gone = named_schema(documents.new, old).is_null() && !named_schema(documents.old, old).is_null();
        let to = is_gone.then(|| documents.successors().only_of_old(old))??;
        let from = documents.successors().only_of_new(to)?;
        let is_new = named_schema(documents.old, to).is_null() && !named_schema(documents.new, to).is_null();
        (is_new && from == old && !documents.was_renamed(to) && resembles(documents, old, to)).then(|| to.to_string())
    })
}

/// Whether a new named schema seems to be an old one under another name.
pub fn schema_was_renamed(documents: &Documents<'_>, new: &str) -> bool {
    documents.was_renamed(new) || {
        let is_new = named_schema(documents.old, new).is_null();
        let from = is_new.then(|| documents.successors().only_of_new(new)).flatten();
        from.is_some_and(|from| schema_renamed_to(documents, from).as_deref() == Some(new))
    }
}

/// Whether two schemas have the same type, and objects most of their properties.
fn resembles(documents: &Documents<'_>, old: &str, new: &str) -> bool {
    let (old, new) = (named_schema(documents.old, old), named_schema(documents.new, new));
    let (before, after) = (keys(&old["properties"]), keys(&new["properties"]));
    let common = before.intersection(&after).count();
    value_types::in_words(old) == value_types::in_words(new) && common * 2 >= before.len().max(after.len())
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
