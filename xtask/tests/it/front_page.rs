//! README.md is shown by itself and as the front page of the documentation; both forms have to be complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const README: &str = include_str!("../../../README.md");
const SANDBOX_LINKS: &str = include_str!("../../../sandbox/docs/links.md");
const SANDBOX_README: &str = include_str!("../../../sandbox/README.md");

/// The destinations of the same links as items of the crate. They stand before the README in the documentation, and the
/// first destination of a link counts.
const LINKS: &str = include_str!("../../../docs/links.md");

/// Where pages of the repository are that are in no package.
const REPOSITORY: &str = "https://github.com/imprint-client/imprint-client/";

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
        if page.starts_with(REPOSITORY) {
            assert_eq!(path, page, "[{label}]");
            continue;
        }
        let name = path.rsplit("::").next().unwrap_or_default();
        let is_of_item = [format!("/{name}/index.html"), format!(".{name}.html"), format!("#method.{name}")];
        assert!(is_of_item.iter().any(|end| page.ends_with(end)), "[{label}] is {path} here and {page} there");
    }
}

/// The README of the sandbox has destinations of other kinds as well, such as files of the package.
#[test]
fn items_of_the_sandbox_have_a_destination_in_both_forms() {
    let items: BTreeSet<&str> = destinations(SANDBOX_LINKS).into_iter().map(|(label, _)| label).collect();
    let pages = destinations(SANDBOX_README);
    let linked: BTreeSet<&str> = pages.iter().map(|(label, _)| *label).filter(|label| label.starts_with('`')).collect();
    assert_eq!(linked, items, "sandbox/README.md and sandbox/docs/links.md must define the same links to items");
    for label in SANDBOX_README.split("[`").skip(1).filter_map(|rest| rest.split_once("`]")).map(|(label, _)| label) {
        assert!(
            items.contains(format!("`{label}`").as_str()),
            "[`{label}`] leads nowhere outside of the documentation"
        );
    }
    for (label, page) in pages.iter().filter(|(label, _)| label.starts_with('`')) {
        let name = label.trim_matches('`').rsplit("::").next().unwrap_or_default();
        assert!(
            page.ends_with(&format!(".{name}.html")) || page.ends_with(&format!("#method.{name}")),
            "{label}: {page}"
        );
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

/// Whoever finds the package by the registry wants to know how it gets into their program, and what a call looks like.
#[test]
fn it_begins_with_the_installation_and_the_first_call() {
    for (page, first, second) in [(README, "```toml", "```rust,no_run"), (SANDBOX_README, "```toml", "```rust")] {
        let fences: Vec<&str> = page.lines().filter(|line| line.starts_with("```") && *line != "```").collect();
        assert_eq!(fences[..2], [first, second]);
        let before = page.lines().take_while(|line| *line != second);
        let prose = before.filter(|line| !line.is_empty() && !line.starts_with("[!["));
        assert!(prose.count() < 30, "the first call is too far down");
    }
}

/// A relative link leads nowhere on the page of the registry.
#[test]
fn links_are_absolute_or_within_the_page() {
    for page in [README, SANDBOX_README] {
        let inline = page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(url, _)| url);
        let urls: Vec<&str> = inline.chain(destinations(page).into_iter().map(|(_, url)| url)).collect();
        assert!(urls.len() > 5, "{urls:?}");
        for url in urls {
            assert!(url.starts_with("https://") || url.starts_with('#'), "{url} is relative");
        }
    }
}

/// A page of the repository that is linked to exists, and the URL of the repository is the one of the manifest.
#[test]
fn pages_of_the_repository_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("repository = \"{}\"", REPOSITORY.trim_end_matches('/'))));
    for (_, url) in destinations(README) {
        let Some(path) = url.strip_prefix(REPOSITORY) else { continue };
        let path = path.strip_prefix("blob/main/").or_else(|| path.strip_prefix("tree/main/"));
        assert!(path.is_some_and(|path| root.join(path).exists()), "{url}");
    }
    for page in [README, SANDBOX_README] {
        for rest in page.split("https://github.com/").skip(1) {
            assert!(format!("https://github.com/{rest}").starts_with(REPOSITORY), "{rest:.60}");
        }
    }
}

/// Where a README is shown by itself, hidden lines are visible.
#[test]
fn no_line_of_code_is_hidden() {
    for page in [README, SANDBOX_README] {
        let (mut is_rust, mut count) = (false, 0);
        for line in page.lines() {
            if let Some(language) = line.strip_prefix("```") {
                is_rust = language.starts_with("rust");
            } else if is_rust {
                assert!(line.trim() != "#" && !line.trim_start().starts_with("# "), "a hidden line: {line}");
                count += 1;
            }
        }
        assert!(count > 30, "{count}");
    }
}

/// Where the README is shown by itself, long lines are cut off.
#[test]
fn code_is_narrow() {
    assert!(code(README).count() > 30);
    for line in code(README) {
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
