//! README.md is shown by itself and as the front page of the documentation; both forms have to be complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const README: &str = include_str!("../../../README.md");

/// The destinations of the same links as items of the crate. They stand before the README in the documentation, and the
/// first destination of a link counts.
const LINKS: &str = include_str!("../../../docs/links.md");

const PUBLIC_API: &str = include_str!("../../../openapi/public-api.txt");

/// The labels of the destinations at the end of a page, with the destinations.
fn destinations(page: &str) -> Vec<(&str, &str)> {
    page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// The lines of a page that are in code blocks of any language.
fn code(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        is_code && !is_fence
    })
}

#[test]
fn links_have_a_destination_in_both_forms() {
    let labels = |page| destinations(page).into_iter().map(|(label, _)| label).collect::<BTreeSet<_>>();
    assert_eq!(labels(README), labels(LINKS), "README.md and docs/links.md must define the same links");
    assert!(!labels(README).is_empty());
    let items = destinations(LINKS);
    for (label, page) in destinations(README) {
        let path = items.iter().find(|(of, _)| *of == label).expect("the labels are the same").1;
        let name = path.rsplit("::").next().unwrap_or_default();
        let is_of_item = [format!("/{name}/index.html"), format!(".{name}.html"), format!("#method.{name}")];
        assert!(is_of_item.iter().any(|end| page.ends_with(end)), "[{label}] is {path} here and {page} there");
    }
}

#[test]
fn the_table_has_every_operation() {
    let operations = PUBLIC_API.lines().filter_map(|line| line.strip_prefix("Client::")?.split_once("()"));
    let mut count = 0;
    for (operation, _) in operations {
        let link = format!("[`{operation}`]");
        let is_listed = README.lines().any(|line| line.starts_with('|') && line.contains(&link));
        assert!(
            is_listed,
            "the table of operations in README.md lacks {link}; its destinations go there and to docs/links.md"
        );
        count += 1;
    }
    assert!(count > 30, "only {count} operations were found");
}

/// Where the README is shown by itself, hidden lines are visible and long ones are cut off.
#[test]
fn code_is_complete_and_narrow() {
    assert!(code(README).count() > 30);
    for line in code(README) {
        assert!(line != "#" && !line.starts_with("# "), "a hidden line: {line}");
        assert!(line.chars().count() <= 90, "a line of more than 90 columns: {line}");
    }
}

/// The block in the language `rs` is not built by rustdoc, since it needs the file of the service under test.
#[test]
fn the_whole_test_is_the_one_that_runs() {
    let [readme, test] =
        [README, include_str!("../../../sandbox/tests/readme/main.rs")].map(|text| text.replace("\r\n", "\n"));
    let shown = readme.split("```rs\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(test.as_str()));
}

/// The first cells of the rows of a table, without the marks of code: the table whose head begins with `head`.
fn first_cells(head: &str) -> BTreeSet<String> {
    let table = README.lines().skip_while(|line| !line.starts_with(head)).take_while(|line| line.starts_with('|'));
    let cells = table.skip(2).map(|line| line.split('|').nth(1).unwrap_or_default());
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn the_table_of_errors_has_every_variant() {
    let file = syn::parse_file(include_str!("../../../src/error/of_call.rs")).unwrap();
    let variants = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "Error" => Some(&item.variants),
        _ => None,
    });
    let variants: BTreeSet<String> = variants.unwrap().iter().map(|variant| variant.ident.to_string()).collect();
    assert_eq!(first_cells("| [`Error`]`::` |"), variants);
}

#[test]
fn the_table_of_features_has_every_feature() {
    let manifest = include_str!("../../../Cargo.toml").lines();
    let features = manifest.skip_while(|line| *line != "[features]").skip(1).take_while(|line| !line.starts_with('['));
    let features = features.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned());
    assert_eq!(first_cells("| feature |"), features.filter(|name| name != "default").collect());
}

#[test]
fn the_hosts_are_those_of_the_client() {
    let source = include_str!("../../../src/client/environment.rs");
    let hosts: BTreeSet<&str> = source.split('"').filter(|text| text.starts_with("https://")).collect();
    assert!(hosts.len() > 1, "{hosts:?}");
    for host in hosts {
        assert!(README.contains(&format!("| `{host}` |")), "README.md lacks {host}");
    }
}

#[test]
fn every_example_is_listed() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let index = fs::read_to_string(examples.join("README.md")).unwrap();
    let folders =
        fs::read_dir(examples).unwrap().map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir());
    let names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(index.contains(&format!("| [{name}]({name}) |")), "examples/README.md lacks {name}");
        let runs = ["--example", "--package"].map(|option| format!("{option} {name} "));
        let is_listed = README.lines().any(|line| runs.iter().any(|run| line.contains(run)));
        assert!(is_listed, "the list of examples in README.md lacks {name}");
    }
}
