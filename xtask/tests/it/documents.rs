//! `cargo xtask documents`, on documents of our own in `xtask/tests/documents`.

use std::{collections::BTreeMap, path::Path};

use xtask::{
    documents::{self, Compiled, DocumentResult},
    files::Files,
};

fn results(compile: bool) -> BTreeMap<String, DocumentResult> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/documents");
    let results = documents::run(&Files::new(&root.join("..")), &folder, compile).unwrap();
    results.into_iter().map(|result| (result.name.clone(), result)).collect()
}

#[test]
fn each_operation_is_generated_or_counted_under_the_reason_why_not() {
    let results = results(false);
    let names: Vec<&str> = results.keys().map(String::as_str).collect();
    assert_eq!(names, ["cut.json", "none.yaml", "partly.yaml", "whole.yaml"]);
    for result in results.values() {
        let refused: usize = result.refused.values().sum();
        assert_eq!(result.generated + refused, result.operations, "{result:#?}");
        assert_eq!(result.compiled, Compiled::NotTried);
    }
    let whole = &results["whole.yaml"];
    assert_eq!((whole.operations, whole.generated, whole.percent()), (3, 3, 100), "{whole:#?}");
    assert!(whole.left_out.is_empty(), "{whole:#?}");

    let partly = &results["partly.yaml"];
    assert_eq!((partly.operations, partly.generated, partly.percent()), (5, 1, 20), "{partly:#?}");
    let of =
        |says: &str| partly.refused.iter().filter(|(why, _)| why.contains(says)).map(|(_, count)| count).sum::<usize>();
    // The schema `Lamp` is refused, and with it the operation that only reaches it through `Lamps`.
    assert_eq!(of("does not resolve to a named schema"), 2, "{partly:#?}");
    assert_eq!(of("a secret in a URL"), 1, "{partly:#?}");
    // The webhook is no operation.
    assert_eq!(partly.left_out.values().sum::<usize>(), 1, "{partly:#?}");

    let none = &results["none.yaml"];
    assert_eq!((none.operations, none.generated), (1, 0), "{none:#?}");
    assert!(none.refused.keys().any(|why| why.contains("version")), "{none:#?}");
    let cut = &results["cut.json"];
    assert_eq!(cut.operations, 0);
    assert_eq!(cut.left_out.len(), 1, "{cut:#?}");
}

#[test]
fn the_table_has_a_line_for_each_document_and_the_reasons_below() {
    let results: Vec<DocumentResult> = results(false).into_values().collect();
    let table = documents::table(&results);
    let lines: Vec<&str> = table.lines().collect();
    let words = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    assert_eq!(words(lines[0])[..4], ["document", "operations", "generated", "%"]);
    assert_eq!(words(lines[3])[..4], ["partly.yaml", "5", "1", "20%"]);
    assert_eq!(words(lines[4])[..5], ["whole.yaml", "3", "3", "100%", "0"]);
    assert!(table.contains("\npartly.yaml\n     2 refused: `"), "{table}");
}

/// The helpers, which call operations of Imprint's API, are not in the way of other documents.
#[test]
fn what_is_generated_of_another_api_compiles_without_the_helpers() {
    let results = results(true);
    for name in ["partly.yaml", "whole.yaml"] {
        assert_eq!(results[name].compiled, Compiled::Yes, "{:#?}", results[name]);
    }
    assert_eq!(results["none.yaml"].compiled, Compiled::NotTried);
}
