//! The papers of the repository name things that exist, SECURITY.md the test that stops each attack, and do not contradict
//! each other.

use std::{collections::BTreeMap, fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Item, Meta};

const SECURITY: &str = include_str!("../../../SECURITY.md");
const CONTRIBUTING: &str = include_str!("../../../CONTRIBUTING.md");

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

/// The functions of a file that `cargo test` runs, by their names; `false` for those that are no test, or an ignored one.
fn functions(source: &str) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    let file = syn::parse_file(source).expect("a file of Rust");
    functions_of_items(&file.items, &mut found);
    found
}

fn functions_of_items(items: &[Item], found: &mut BTreeMap<String, bool>) {
    for item in items {
        match item {
            Item::Fn(function) => {
                found.insert(function.sig.ident.to_string(), is_run(&function.attrs));
            }
            Item::Mod(module) => {
                let items = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                functions_of_items(items, found);
            }
            Item::Macro(call) if call.mac.path.segments.last().is_some_and(|last| last.ident == "proptest") => {
                functions_of_proptest(call.mac.tokens.clone(), found);
            }
            _ => {}
        }
    }
}

/// The functions in `proptest! { … }`. Their parameters, as in `value in 0..9`, are no Rust that syn reads, so only the tokens
/// `#[…] … fn name` are looked for.
fn functions_of_proptest(tokens: TokenStream, found: &mut BTreeMap<String, bool>) {
    let (mut attributes, mut tokens) = (TokenStream::new(), tokens.into_iter().peekable());
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(ref mark) if mark.as_char() == '#' => {
                let is_bracket = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
                if let Some(group) = tokens.next_if(is_bracket) {
                    attributes.extend([token, group]);
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                let name = tokens.next().expect("a function has a name").to_string();
                let attributes = std::mem::take(&mut attributes);
                let attributes = syn::parse::Parser::parse2(Attribute::parse_outer, attributes).expect("attributes");
                found.insert(name, is_run(&attributes));
            }
            // The body of the function before.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => attributes = TokenStream::new(),
            _ => {}
        }
    }
}

/// Whether a function is a test that is not ignored, under no condition.
fn is_run(attributes: &[Attribute]) -> bool {
    let is =
        |attribute: &Attribute, name: &str| attribute.path().segments.last().is_some_and(|last| last.ident == name);
    let may_ignore = |attribute: &Attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let mut words = list.tokens.clone().into_iter();
        is(attribute, "cfg_attr") && words.any(|word| word.to_string() == "ignore")
    };
    attributes.iter().any(|attribute| is(attribute, "test"))
        && !attributes.iter().any(|attribute| is(attribute, "ignore") || may_ignore(attribute))
}

#[test]
fn a_function_that_is_not_run_is_no_test() {
    let found = functions(
        "fn helper() {}
         #[test] fn plain() {}
         #[tokio::test(start_paused = true)] async fn with_runtime() {}
         #[test] #[ignore = \"slow\"] fn ignored() {}
         #[test] #[cfg_attr(miri, ignore)] fn ignored_at_times() {}
         // #[test]
         fn below_a_comment() {}
         mod inner { #[test] fn inside() {} fn helper_inside() {} }
         proptest::proptest! {
             #![proptest_config(Config::with_cases(9))]
             /// With a comment.
             #[test] fn random(value in 0..9, other in \"[a-z]{3}\") { fn nested() {} }
             fn no_test_in_the_macro(value in any::<u8>()) {}
             #[test] #[ignore = \"slow\"] fn ignored_in_the_macro(value in any::<u8>()) {}
         }
         fn below_the_macro() {}",
    );
    let run: Vec<&str> = found.iter().filter(|(_, is_run)| **is_run).map(|(name, _)| name.as_str()).collect();
    assert_eq!(run, ["inside", "plain", "random", "with_runtime"]);
    let others: Vec<&str> = found.iter().filter(|(_, is_run)| !**is_run).map(|(name, _)| name.as_str()).collect();
    let expected = ["below_a_comment", "below_the_macro", "helper", "helper_inside", "ignored", "ignored_at_times"];
    assert_eq!(others, [&expected[..], &["ignored_in_the_macro", "no_test_in_the_macro"]].concat());
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
            let is_run = functions(&source).get(&test).copied();
            let is_run = is_run.unwrap_or_else(|| panic!("{file} has no {test}"));
            assert!(is_run, "{file}: {test} is no test, or an ignored one");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// Two pages that say which releases get fixes: whoever reports a weakness reads the one, whoever mends it the other.
#[test]
fn both_pages_say_the_same_about_which_releases_get_fixes() {
    let sentence = "Fixes go into the latest minor version; the one before gets security fixes for six months more.";
    for (path, text) in [("SECURITY.md", SECURITY), ("CONTRIBUTING.md", CONTRIBUTING)] {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        assert!(text.contains(sentence), "{path} does not say: {sentence}");
        assert_eq!(text.matches("minor version; ").count(), 1, "{path}");
    }
}
