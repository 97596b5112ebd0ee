//! What the command does when nothing goes wrong, and when files are missing or out of date.

use std::process::Command;

use serde_json::Value;

use crate::{
    server::TestServer,
    support::{FILES, RepositoryCopy},
};

#[test]
fn the_same_document_changes_nothing() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::with(copy.read("openapi/openapi.yaml"));
    for more in [&[][..], &["--check"], &["--dry-run"]] {
        copy.refresh(&server.url(), more).says(0, &["The document has not changed."]);
    }
    assert!(copy.state() == before);
}

#[test]
fn a_new_document_is_brought_in_byte_for_byte_and_the_rest_follows() {
    let copy = RepositoryCopy::new();
    let changelog = copy.read("CHANGELOG.md");
    // Line ends and an odd space are the document's own.
    let tomorrow = copy.tomorrow().replacen('\n', " \n# a comment ü\r\n", 1);
    let server = TestServer::with(tomorrow.clone());
    let url = server.url();
    copy.refresh(&url, &[]).says(
        0,
        &[
            "has been brought in",
            "operation added: getRefreshed (GET /v2/refreshed)",
            "99.1",
            "What to do next",
            "cargo check",
        ],
    );
    assert!(copy.read("openapi/openapi.yaml") == tomorrow);
    let lock = copy.read("openapi/openapi.lock");
    for line in [&format!("source = \"{url}\""), "date = \"2026-11-28\"", "version = \"99.1\""] {
        assert!(lock.contains(line), "{lock}");
    }
    let snapshot = copy.read("openapi/public-api.txt");
    assert!(snapshot.contains("\nClient::get_refreshed() -> calls::GetRefreshed\n"));
    let news = copy.read("CHANGELOG.md");
    assert!(news.contains("- operation added: `getRefreshed (GET /v2/refreshed)`"), "{news}");
    // Everything that was there is still there, except for the line about the document.
    let others = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("Generated from")).map(str::to_string).collect()
    };
    let news = others(&news);
    assert!(others(&changelog).iter().all(|line| news.contains(line)));

    copy.run(&["check"]).says(0, &["belong to openapi.yaml"]);
    let after = copy.state();
    copy.refresh(&url, &[]).says(0, &["The document has not changed."]);
    assert!(copy.state() == after);
}

#[test]
fn check_and_dry_run_say_the_same_and_write_nothing() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::with(copy.tomorrow());
    let said = ["operation added: getRefreshed", "Nothing has been written", "without a place"];
    copy.refresh(&server.url(), &["--check"]).says(1, &said);
    copy.refresh(&server.url(), &["--dry-run"]).says(0, &said);
    assert!(copy.state() == before);
    assert!(!copy.root.join("target").exists(), "they need no lock");
}

#[test]
fn a_document_can_be_given_as_a_file() {
    let copy = RepositoryCopy::new();
    copy.write("tomorrow.yaml", &copy.tomorrow());
    let file = copy.root.join("tomorrow.yaml").display().to_string();
    copy.run(&["refresh-spec", "--file", &file]).says(0, &["has been brought in"]);
    // The path of the file is not recorded: it may say something about this machine.
    assert!(copy.read("openapi/openapi.lock").contains("source = \"file tomorrow.yaml\""));
    copy.run(&["refresh-spec", "--file", &format!("{file}.gone")]).says(2, &["cannot be read"]);
    copy.run(&["refresh-spec", "--file", &file, "--url", "https://a.example"]).says(2, &["cannot be used with"]);
}

#[test]
fn an_overlay_that_no_longer_fits_is_refused_by_action() {
    let copy = RepositoryCopy::new();
    let text = copy.tomorrow().replace("operationId: searchCustomersPost", "operationId: findCustomers");
    let before = copy.state();
    let server = TestServer::with(text.clone());
    copy.refresh(&server.url(), &[]).says(
        2,
        &["overlay action", "searchCustomersPost", "selects nothing", "openapi/overlay.yaml", "operationId changed"],
    );
    assert!(copy.state() == before);
    // After the overlay is corrected the refresh works, although the overlay no longer fits the old document.
    let overlay = copy.read("openapi/overlay.yaml");
    copy.write("openapi/overlay.yaml", &overlay.replace("'searchCustomersPost'", "'findCustomers'"));
    copy.refresh(&server.url(), &[]).says(0, &["operationId changed", "minor step", "findCustomers"]);
    assert!(copy.read("openapi/openapi.yaml") == text);
}

/// What the overlay had made of the old document belongs to the released API, also after the action is gone.
#[test]
fn an_overlay_that_is_being_changed_is_compared_with_the_committed_one() {
    let copy = RepositoryCopy::new();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").args(who).args(arguments).current_dir(&copy.root).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "t"]);
    let (document, overlay) = (copy.read("openapi/openapi.yaml"), copy.read("openapi/overlay.yaml"));
    // The action that adds a property goes, and with it the property.
    let mut actions: Value = yaml_serde::from_str(&overlay).unwrap();
    let is_it = |action: &Value| action["target"] == "$.components.schemas.CustomerLink.properties";
    let list = actions["actions"].as_array_mut().unwrap();
    let before = list.len();
    list.retain(|action| !is_it(action));
    assert_eq!(list.len(), before - 1);
    copy.write("openapi/overlay.yaml", &yaml_serde::to_string(&actions).unwrap());
    copy.write("new.yaml", &document.replacen('\n', "\n# Another.\n", 1));
    let file = copy.root.join("new.yaml").display().to_string();
    copy.run(&["refresh-spec", "--dry-run", "--no-type-check", "--file", &file])
        .says(0, &["property removed: CustomerLink.partner_identifier", "minor step"]);
}

#[test]
fn an_overlay_action_that_upstream_made_unnecessary_is_named() {
    let copy = RepositoryCopy::new();
    let text = copy.tomorrow().replace(
        "- url: https://dev.sbx.imprint.co",
        "- url: https://dev.sbx.imprint.co\n- url: https://dev.imprint.co\n  description: Production",
    );
    let server = TestServer::with(text);
    copy.refresh(&server.url(), &[]).says(0, &["1 no longer needed", "$.servers", "Remove the overlay actions"]);
    copy.run(&["check"]).says(1, &["$.servers", "remove the action from openapi/overlay.yaml"]);
}

#[test]
fn check_names_what_is_out_of_date_and_snapshot_updates_the_snapshot() {
    let copy = RepositoryCopy::new();
    copy.run(&["check"]).says(0, &["belong to openapi.yaml"]);
    let snapshot = copy.read("openapi/public-api.txt");
    copy.write("openapi/public-api.txt", &snapshot.replacen("Client::", "Server::", 1));
    copy.run(&["check"]).says(1, &["public-api.txt", "cargo xtask snapshot"]);
    copy.run(&["snapshot"]).says(0, &["has been written"]);
    assert!(copy.read("openapi/public-api.txt") == snapshot);
    copy.run(&["snapshot"]).says(0, &["is up to date"]);

    let lock = copy.read("openapi/openapi.lock");
    copy.write("openapi/openapi.lock", &lock.replace("schemas = ", "schemas = 1"));
    copy.run(&["check"]).says(1, &["counts other things"]);
    copy.write("openapi/openapi.lock", &lock);
    copy.write("openapi/openapi.yaml", &(copy.read("openapi/openapi.yaml") + "# by hand\n"));
    copy.run(&["check"])
        .says(1, &["is not the document that openapi/openapi.lock describes", "cargo xtask refresh-spec"]);
}

/// As a checkout with other line ends has the files.
#[test]
fn other_line_ends_change_nothing() {
    let copy = RepositoryCopy::new();
    let document = copy.read("openapi/openapi.yaml");
    for file in FILES {
        copy.write(file, &copy.read(file).replace('\n', "\r\n"));
    }
    let before = copy.state();
    copy.run(&["check"]).says(0, &["belong to openapi.yaml"]);
    copy.run(&["snapshot"]).says(0, &["is up to date"]);
    for text in [document.clone(), document.replace('\n', "\r\n")] {
        copy.refresh(&TestServer::with(text).url(), &[]).says(0, &["The document has not changed."]);
    }
    assert!(copy.state() == before);
    // What is written back keeps its line ends.
    copy.refresh(&TestServer::with(copy.tomorrow()).url(), &[]).says(0, &["operation added: getRefreshed"]);
    let changelog = copy.read("CHANGELOG.md");
    assert_eq!(changelog.matches('\n').count(), changelog.matches("\r\n").count());
    copy.run(&["check"]).says(0, &["belong to openapi.yaml"]);
}

#[test]
fn a_document_edited_by_hand_is_not_overwritten() {
    let copy = RepositoryCopy::new();
    let server = TestServer::with(copy.tomorrow());
    copy.write("openapi/openapi.yaml", &(copy.read("openapi/openapi.yaml") + "# by hand\n"));
    let before = copy.state();
    copy.refresh(&server.url(), &[]).says(2, &["edited by hand", "git restore openapi/openapi.yaml", "overlay.yaml"]);
    assert!(copy.state() == before);
}

#[test]
fn a_repository_without_its_files_is_named() {
    for file in FILES.into_iter().filter(|file| !matches!(*file, "CHANGELOG.md" | "openapi/public-api.txt")) {
        let copy = RepositoryCopy::new();
        let server = TestServer::with(copy.tomorrow());
        std::fs::remove_file(copy.root.join(file)).unwrap();
        copy.refresh(&server.url(), &[]).says(2, &[file, "cannot be read"]);
    }
    // These two are written when they are missing.
    let copy = RepositoryCopy::new();
    for file in ["CHANGELOG.md", "openapi/public-api.txt"] {
        std::fs::remove_file(copy.root.join(file)).unwrap();
    }
    copy.refresh(&TestServer::with(copy.tomorrow()).url(), &[]).says(0, &["There was no openapi/public-api.txt"]);
    copy.run(&["check"]).says(0, &[]);
}
