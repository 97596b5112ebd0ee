//! All paths under another first segment, such as `/v3` for `/v2`: one difference, and not one for each operation.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::openapi::keys;

/// What every path began with, and begins with now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedPaths {
    /// Such as `/v2`.
    pub from: String,
    pub to: String,
    /// How many paths both documents have but for that.
    pub count: usize,
}

/// Whether all paths of a document begin otherwise in the new one. Most of them have to be the same but for that.
pub fn find(old: &Value, new: &Value) -> Option<MovedPaths> {
    let (before, after) = (keys(&old["paths"]), keys(&new["paths"]));
    let (from, to) = (shared_start(&before)?, shared_start(&after)?);
    let is_there =
        |path: &&&str| path.strip_prefix(&from).is_some_and(|rest| after.contains(format!("{to}{rest}").as_str()));
    let count = before.iter().filter(is_there).count();
    (from != to && count > 1 && count * 2 > before.len()).then_some(MovedPaths { from, to, count })
}

/// The first segment that all of these paths have, with its slash.
fn shared_start(paths: &BTreeSet<&str>) -> Option<String> {
    let starts: BTreeSet<&str> = paths.iter().filter_map(|path| path.strip_prefix('/')?.split('/').next()).collect();
    match Vec::from_iter(starts)[..] {
        [one] if !one.is_empty() && !one.starts_with('{') => Some(format!("/{one}")),
        _ => None,
    }
}

impl MovedPaths {
    /// A path of the new document as the old one has it.
    pub fn back(&self, path: &str) -> String {
        match path.strip_prefix(&self.to) {
            Some(rest) => format!("{}{rest}", self.from),
            None => path.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_paths_that_all_moved_in_the_same_way_are_one_difference() {
        let paths = |paths: &[&str]| json!({"paths": paths.iter().map(|path| (path.to_string(), json!({}))).collect::<serde_json::Map<_, _>>()});
        let old = paths(&["/v2/a", "/v2/b/{id}", "/v2/c"]);
        let moved = find(&old, &paths(&["/v3/a", "/v3/b/{id}", "/v3/d"])).unwrap();
        assert_eq!((moved.from.as_str(), moved.to.as_str(), moved.count), ("/v2", "/v3", 2));
        assert_eq!(moved.back("/v3/b/{id}"), "/v2/b/{id}");
        for other in
            [&["/v2/a", "/v3/b/{id}", "/v3/c"][..], &["/v3/x", "/v3/y", "/v3/c"], &["/v2/a", "/v2/b/{id}"], &[]]
        {
            assert_eq!(find(&old, &paths(other)), None, "{other:?}");
        }
    }
}
