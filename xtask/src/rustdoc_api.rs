//! Writes the public API of a package as rustdoc knows it, for `docs/public-api/`: what is written by hand, and which traits
//! every type implements. `.ci/public-api` has rustdoc write the JSON that is read here.
//!
//! A new document of Imprint adds types and methods, which `openapi/public-api.txt` shows. Here a generated type is a line
//! only where it differs from the others, so that a refresh leaves these snapshots as they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A public item: its line as Rust, and whether that is inside of an `impl` of a trait.
#[derive(Clone, Debug)]
pub struct Item {
    pub line: String,
    pub is_of_trait: bool,
}

/// The public items that are in the JSON of rustdoc.
pub fn items(json: &Path) -> Result<Vec<Item>, String> {
    let api = public_api::Builder::from_rustdoc_json(json).sorted(true).omit_blanket_impls(true).build();
    let api = api.map_err(|e| format!("{}: {e}", json.display()))?;
    let lines: BTreeMap<_, String> = api.items().map(|item| (item.id(), item.to_string())).collect();
    let found = api.items().map(|item| {
        let parent = item.parent_id().and_then(|id| lines.get(&id));
        Item { line: item.to_string(), is_of_trait: parent.is_some_and(|parent| implementation(parent).is_some()) }
    });
    Ok(found.collect())
}

/// The trait and the type of `impl<…> Trait for Type where …`, with generics and bounds where they belong.
fn implementation(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("unsafe ").unwrap_or(line).strip_prefix("impl")?;
    let end = if rest.starts_with('<') { closing(rest)? + 1 } else { 0 };
    let (generics, rest) = rest.split_at(end);
    let at = outside_of_brackets(rest, " for ")?;
    let (name, of) = (rest[..at].trim(), rest[at + " for ".len()..].trim());
    let (of, bounds) = of.split_once(" where ").unwrap_or((of, ""));
    let generics = [generics, bounds].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" where ");
    // Lifetimes alone say nothing about when the trait is implemented.
    let says_more = generics.contains(':');
    Some((if says_more { format!("{name} if {generics}") } else { name.to_owned() }, of.to_owned()))
}

/// Where the bracket that a text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let bytes = text.as_bytes();
    bytes.iter().enumerate().find_map(|(at, byte)| {
        match byte {
            b'<' => depth += 1,
            b'>' if at == 0 || bytes[at - 1] != b'-' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// Where a word stands that is in no brackets.
fn outside_of_brackets(text: &str, word: &str) -> Option<usize> {
    let mut depth = 0;
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        match bytes[at] {
            b'<' | b'(' | b'[' => depth += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' | b')' | b']' => depth -= 1,
            _ => {}
        }
        depth == 0 && text[at..].starts_with(word)
    })
}

/// The paths in a line: names joined by `::`.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|path| path.trim_matches(':'))
        .filter(|path| path.contains("::"))
}

/// The crates whose items a snapshot names, but for the package itself and the standard library.
pub fn foreign_crates(items: &[Item], package: &str) -> BTreeSet<String> {
    let crates = items.iter().flat_map(|item| paths(&item.line)).filter_map(|path| path.split("::").next());
    let foreign = crates.filter(|name| !["alloc", "core", "std", package].contains(name));
    let names = foreign.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    // serde has its traits from there and gives them as its own.
    names.map(|name| if name == "serde_core" { "serde" } else { name }.to_owned()).collect()
}

/// The generated types with their modules, by the lines of `openapi/public-api.txt`: `types::Reward`.
fn generated(generated_api: &str) -> BTreeSet<&str> {
    let lines = generated_api.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| line.split_once(": "));
    let types =
        named.filter(|(_, kind)| ["struct", "enum", "open enum", "opaque string"].iter().any(|k| kind.starts_with(k)));
    types.map(|(name, _)| name).collect()
}

/// Whether `openapi/public-api.txt` has a member of a generated type: a field, a variant or a method.
fn is_shown(generated_api: &BTreeSet<&str>, of: &str, member: &str) -> bool {
    [format!("{of}.{member}"), format!("{of}::{member}")].iter().any(|name| generated_api.contains(name.as_str()))
}

/// The snapshot. `generated_api` is the text of `openapi/public-api.txt`, or empty for a package without generated types.
pub fn snapshot(items: &[Item], package: &str, generated_api: &str) -> String {
    let generated = generated(generated_api);
    let shown: BTreeSet<&str> = generated_api.lines().map(member_of_line).collect();
    let within = format!("{package}::");
    let short = |line: &str| {
        let mut line = line.replace(&within, "");
        for (long, short) in WELL_KNOWN {
            line = line.replace(long, short);
        }
        line
    };
    let mut lines = BTreeSet::new();
    let mut traits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // What generated types have beside what is shown elsewhere, without their names: module, line, types.
    let mut shared: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.is_of_trait) {
        let line = short(&item.line);
        if let Some((name, of)) = implementation(&line) {
            let bare = name.trim_start_matches('!').split(' ').next().unwrap_or_default();
            if UNSTABLE.contains(&bare) {
                continue;
            }
            traits.entry(of).or_default().insert(name);
            continue;
        }
        if line.starts_with("impl") {
            continue;
        }
        let Some(path) = line
            .split([' ', '(', '<', ',', ';'])
            .find(|word| word.contains("::"))
            .map(|path| path.trim_end_matches(':'))
        else {
            lines.insert(line);
            continue;
        };
        let owner = path
            .match_indices("::")
            .map(|(at, _)| &path[..at])
            .chain([path])
            .filter(|prefix| generated.contains(prefix))
            .last();
        match owner {
            None => {
                // Constants of operations, methods of the client and the like.
                if !shown.contains(path) {
                    lines.insert(line);
                }
            }
            Some(owner) if owner == path => {}
            Some(owner) => {
                let member = &path[owner.len() + 2..];
                if !is_shown(&shown, owner, member) {
                    let key = (module(owner), line.replace(owner, "_"));
                    shared.entry(key).or_default().insert(owner.to_owned());
                }
            }
        }
    }
    for ((module, line), of) in shared {
        // What only few have was written for them by hand.
        if of.len() < 3 {
            lines.extend(of.iter().map(|owner| line.replacen('_', owner, 1)));
        } else {
            lines.insert(format!("generated types of {module}: {line}"));
        }
    }
    let mut sets: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
    for (of, names) in traits {
        let bare = of.split('<').next().unwrap_or_default();
        if generated.contains(bare) {
            let names: BTreeSet<String> = names.iter().map(|name| without_names(name, &generated)).collect();
            sets.insert((format!("generated types of {}", module(bare)), names.into_iter().collect()));
        } else {
            sets.insert((
                of,
                names
                    .into_iter()
                    .map(|name| without_names(&name, &generated))
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            ));
        }
    }
    let crates: Vec<String> = foreign_crates(items, package).into_iter().collect();
    let mut text = format!(
        "# The public API of {package} as rustdoc knows it, with all features. What openapi/public-api.txt shows is left out.\n\
         # Written by `.ci/public-api --write`, compared by `.ci/public-api`; never edited.\n\n\
         # Crates whose items it names\n{}\n\n# Items\n",
        crates.join("\n")
    );
    lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push_str("\n# Traits\n");
    for (of, names) in sets {
        text.push_str(&format!("{of}: {}\n", names.join(" + ")));
    }
    text
}

/// The name that a line of `openapi/public-api.txt` is about: `types::Reward.id` of `types::Reward.id: RewardId`.
fn member_of_line(line: &str) -> &str {
    let end = line
        .match_indices([':', '(', ' '])
        .find(|(at, found)| *found != ":" || !(line[at + 1..].starts_with(':') || line[..*at].ends_with(':')));
    &line[..end.map_or(line.len(), |(at, _)| at)]
}

fn module(path: &str) -> String {
    path.rsplit_once("::").map(|(module, _)| module.to_owned()).unwrap_or_default()
}

/// A trait without the names of generated types, of which one more or less says nothing new.
fn without_names(name: &str, generated: &BTreeSet<&str>) -> String {
    let mut text = name.to_owned();
    let mut named: Vec<&str> = paths(name).filter(|path| generated.contains(path)).collect();
    named.sort_by_key(|path| std::cmp::Reverse(path.len()));
    for path in named {
        text = text.replace(path, "_");
    }
    text
}

/// Traits that nobody can name or rely on outside of the standard library.
const UNSTABLE: [&str; 3] = ["Freeze", "StructuralPartialEq", "UnsafeUnpin"];

/// Paths that everybody knows by the last name.
const WELL_KNOWN: [(&str, &str); 22] = [
    ("core::marker::", ""),
    ("core::panic::unwind_safe::", ""),
    ("core::clone::", ""),
    ("core::cmp::", ""),
    ("core::convert::", ""),
    ("core::default::", ""),
    ("core::fmt::", "fmt::"),
    ("core::hash::", ""),
    ("core::iter::traits::iterator::", ""),
    ("core::iter::traits::collect::", ""),
    ("core::future::future::", ""),
    ("core::future::into_future::", ""),
    ("core::ops::deref::", ""),
    ("core::ops::drop::", ""),
    ("core::ops::function::", ""),
    ("core::option::", ""),
    ("core::result::", ""),
    ("core::str::traits::", ""),
    ("alloc::string::", ""),
    ("alloc::vec::", ""),
    ("alloc::boxed::", ""),
    ("core::time::", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATED: &str = "# Prose: struct\nClient::get_a() -> calls::GetA\ntypes::A: struct\ntypes::A.id: String\n\
                             types::A::builder() -> B\ntypes::B: struct\ntypes::C: open enum\noperation::GET_A = getA GET /a\n";

    fn of(lines: &[&str]) -> String {
        let items: Vec<Item> = lines.iter().map(|line| Item { line: (*line).into(), is_of_trait: false }).collect();
        let text = snapshot(&items, "own", GENERATED);
        text.split_once("# Items\n").unwrap().1.to_owned()
    }

    #[test]
    fn a_lost_trait_is_a_difference_of_one_line() {
        let lines = [
            "pub struct own::Client",
            "impl core::marker::Send for own::Client",
            "impl core::clone::Clone for own::Client",
        ];
        assert_eq!(of(&lines), "pub struct Client\n\n# Traits\nClient: Clone + Send\n");
        assert_eq!(of(&lines[..2]), "pub struct Client\n\n# Traits\nClient: Send\n");
        let bounded = of(&["impl<T> core::marker::Send for own::Items<T> where T: core::marker::Send"]);
        assert_eq!(bounded, "\n# Traits\nItems<T>: Send if <T> where T: Send\n");
        let arrow = of(&["impl<F: Fn(u8) -> u8> own::Hook for F"]);
        assert_eq!(arrow, "\n# Traits\nF: Hook if <F: Fn(u8) -> u8>\n");
    }

    #[test]
    fn generated_types_are_lines_only_where_they_differ() {
        let mut lines = vec![
            "pub struct own::types::A",
            "pub own::types::A::id: alloc::string::String",
            "pub fn own::types::A::builder() -> own::B",
            "pub fn own::types::A::check(&self)",
            "pub fn own::Client::get_a(&self) -> own::calls::GetA",
            "pub static own::operation::GET_A: own::operation::Operation",
        ];
        let same = ["A", "B", "C"].map(|name| format!("impl core::marker::Send for own::types::{name}"));
        let from = ["A", "B", "C"].map(|name| format!("impl core::convert::From<own::types::{name}> for own::Value"));
        let text = ["A", "B", "C"].map(|name| format!("pub fn own::types::{name}::text(&self) -> &str"));
        lines.extend(same.iter().chain(&from).chain(&text).map(String::as_str));
        assert_eq!(
            of(&lines),
            "generated types of types: pub fn _::text(&self) -> &str\npub fn types::A::check(&self)\n\n\
             # Traits\nValue: From<_>\ngenerated types of types: Send\n"
        );
        lines.push("impl core::marker::Sync for own::types::A");
        assert!(of(&lines).contains("types: Send\n") && of(&lines).contains("types: Send + Sync\n"));
    }

    #[test]
    fn crates_are_found_wherever_they_are_named() {
        let lines = [
            "pub fn own::a(http::Uri) -> core::option::Option<own::B>",
            "impl serde_core::Serialize for own::B",
            "impl<T> From<url::Url> for own::B",
        ];
        let items: Vec<Item> = lines.iter().map(|line| Item { line: (*line).into(), is_of_trait: false }).collect();
        assert_eq!(foreign_crates(&items, "own").into_iter().collect::<Vec<_>>(), ["http", "serde", "url"]);
    }
}
