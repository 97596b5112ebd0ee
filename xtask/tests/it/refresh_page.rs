//! The worked refreshes of `docs/refresh.md` are what the command prints. `WRITE_PAGES=1` writes them.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::RepositoryCopy;

const PAGE: &str = "docs/refresh.md";

/// What a refresh brings in.
type Mutation = fn(&mut Value);

/// A mark of the page, and the change of the document whose refresh stands below it.
const WORKED: [(&str, Mutation); 4] =
    [("additive", additive), ("renamed", renamed), ("refused", undefined), ("mended", undefined)];

fn additive(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    schemas["Reward"]["properties"]["colour"] = json!({"type": "string", "description": "The colour to show it in."});
    schemas["RewardType"]["enum"].as_array_mut().unwrap().push(json!("CASHBACK"));
    document["info"]["version"] = json!("2.1");
}

fn renamed(document: &mut Value) {
    let properties = document["components"]["schemas"]["Merchant"]["properties"].as_object_mut().unwrap();
    let category = properties.remove("category").unwrap();
    properties.insert("category_name".into(), category);
    document["components"]["securitySchemes"]["bearerAuth"]["description"] =
        json!("The API key. Keys expire after a year.");
}

fn undefined(document: &mut Value) {
    document["components"]["schemas"]["Reward"]["properties"]["amount"] = json!({"$ref": "#/components/schemas/Money"});
}

/// What the command prints, without the note that this copy has no sources to compile.
fn output(name: &str, mutate: Mutation, page: &str) -> String {
    let copy = RepositoryCopy::new();
    let mut document: Value = yaml_serde::from_str(&copy.read("openapi/openapi.yaml")).unwrap();
    mutate(&mut document);
    copy.write("new.yaml", &yaml_serde::to_string(&document).unwrap());
    if name == "mended" {
        let action = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        copy.write("openapi/overlay.yaml", &format!("{}\n{action}", copy.read("openapi/overlay.yaml").trim_end()));
    }
    let file = copy.root.join("new.yaml").display().to_string();
    let printed = copy.run(&["refresh-spec", "--file", &file]).stdout;
    let parts = printed.split("\n\n").filter(|part| !part.contains("no sources of the library"));
    parts.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn the_worked_refreshes_are_what_the_command_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let mut wanted = page.clone();
    for (name, mutate) in WORKED {
        let mark = format!("<!-- refresh: {name} -->\n");
        let (before, after) = wanted.split_once(&mark).unwrap_or_else(|| panic!("{PAGE} has no {mark}"));
        // The block that stands there now, if there is one.
        let rest = after
            .strip_prefix("\n```text\n")
            .and_then(|block| block.split_once("\n```\n"))
            .map_or(after, |(_, rest)| rest);
        let block = format!("$ cargo xtask refresh-spec --file new.yaml\n{}", output(name, mutate, &page).trim_end());
        wanted = format!("{before}{mark}\n```text\n{block}\n```\n{rest}");
    }
    if std::env::var_os("WRITE_PAGES").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(page == wanted, "{PAGE} shows what the command no longer prints: run this test with WRITE_PAGES=1");
}
