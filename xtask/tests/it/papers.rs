//! The papers of the repository name things that exist: SECURITY.md the test that stops each attack.

use std::{fs, path::Path};

const SECURITY: &str = include_str!("../../../SECURITY.md");

/// The tests that a cell of a table names, as `` `file`: `test`, `test` `` with semicolons between the files.
fn named(cell: &str) -> Vec<(String, String)> {
    let mut tests = Vec::new();
    for part in cell.split(';') {
        let mut quoted = part.split('`').skip(1).step_by(2);
        let file = quoted.next().unwrap_or_else(|| panic!("no file is named: {part}"));
        let of_file: Vec<_> = quoted.map(|test| (file.to_string(), test.to_string())).collect();
        assert!(!of_file.is_empty(), "no test is named: {part}");
        tests.extend(of_file);
    }
    tests
}

#[test]
fn each_attack_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let after = SECURITY.split_once("## What an attacker can try").expect("the section").1;
    let rows = after.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| attempt"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 3, "{row}");
        for (file, test) in named(cells[2]) {
            let source = fs::read_to_string(root.join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
            let declared = source.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
            // The attribute stands in one of the lines before, with comments and other attributes between.
            let before: Vec<&str> = source[..declared].lines().rev().take(6).collect();
            let is_test = before.iter().any(|line| {
                let line = line.trim();
                line.starts_with("#[test]") || line.starts_with("#[tokio::test")
            });
            let in_proptest = source.contains("proptest! {");
            assert!(is_test || in_proptest, "{file}: {test} is no test");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}
