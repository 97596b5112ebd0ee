//! The page of the guide shows the code of this package, so that its code is what is
//! compiled and tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/guide/recipes.md");

/// The files that are no recipes.
const OTHERS: [&str; 2] = ["lib", "testing"];

/// The code blocks of the page, by the module that the line before each names.
fn blocks() -> BTreeMap<String, String> {
    let mut blocks = BTreeMap::new();
    let mut lines = PAGE.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            assert_eq!(line, "```no_run", "a block of another kind");
            let name = before
                .strip_prefix("From `src/")
                .and_then(|rest| rest.strip_suffix(".rs`:"));
            let name = name.unwrap_or_else(|| {
                panic!("the line before a block names no file: {before:?}")
            });
            let code: Vec<&str> =
                lines.by_ref().take_while(|line| *line != "```").collect();
            assert!(
                blocks.insert(name.to_owned(), code.join("\n")).is_none(),
                "{name} is shown twice"
            );
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

/// What the page shows of a file: all from the end of its documentation to its tests.
fn shown(text: &str) -> &str {
    let docs = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.len() + 1)
        .sum();
    text[docs..].split("#[cfg(test)]").next().unwrap_or_default().trim()
}

#[test]
fn the_page_shows_the_code_of_each_recipe() {
    let mut blocks = blocks();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    let names: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    for name in names.iter().filter(|name| !OTHERS.contains(&name.as_str())) {
        let text = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        let block = blocks.remove(name).unwrap_or_else(|| {
            panic!("docs/guide/recipes.md does not show src/{name}.rs")
        });
        let longest = block.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(90), "the page would cut off lines of src/{name}.rs");
        assert!(!block.is_empty(), "nothing of src/{name}.rs is shown");
        assert_eq!(
            block,
            shown(&text),
            "docs/guide/recipes.md shows another src/{name}.rs: copy the file there"
        );
    }
    assert!(
        blocks.is_empty(),
        "the page shows files that do not exist: {:?}",
        blocks.keys()
    );
}
