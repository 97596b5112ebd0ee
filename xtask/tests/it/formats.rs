//! The forms of a report for programs and for pull requests.

use serde_json::Value;

use crate::{server::TestServer, support::RepositoryCopy};

#[test]
fn standard_output_is_one_json_report() {
    let copy = RepositoryCopy::new();
    let server = TestServer::with(copy.tomorrow());
    let ended = copy.refresh(&server.url(), &["--check", "--format", "json"]);
    ended.says(1, &[]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["outcome"], "different");
    assert_eq!(report["version"]["step"], "patch");
    let added =
        report["changes"].as_array().unwrap().iter().find(|change| change["kind"] == "operation added").unwrap();
    assert_eq!(added["pointer"], "/paths/~1v2~1refreshed/get");
    assert_eq!((&added["rust"], &added["wire"]), (&"additive".into(), &"additive".into()));
    assert_eq!(added["used_by"], serde_json::json!(["getRefreshed"]));
    assert!(report["surface"]["added"].as_array().unwrap().len() > 3);
    assert_eq!(report["surface"]["unexplained"], serde_json::json!([]));
    assert!(report["overlay"].as_array().unwrap().iter().all(|action| action["status"] == "needed"));
    assert!(report["suspicious"].as_array().unwrap().iter().any(|place| place["kind"] == "operation without errors"));
}

#[test]
fn json_of_a_refusal_has_the_problem() {
    let copy = RepositoryCopy::new();
    let ended = copy.refresh(&TestServer::with("<html>").url(), &["--format", "json"]);
    ended.says(2, &[]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["outcome"], "refused");
    assert!(report["problems"][0]["message"].as_str().unwrap().contains("HTML"));
    assert!(!report["problems"][0]["advice"].as_str().unwrap().is_empty());
}

#[test]
fn markdown_shows_the_changes_and_the_generated_api() {
    let copy = RepositoryCopy::new();
    let ended = copy.refresh(&TestServer::with(copy.tomorrow()).url(), &["--format", "markdown"]);
    ended.says(
        0,
        &[
            "# refresh-spec",
            "| operation added | `getRefreshed (GET /v2/refreshed)`<br>",
            "```diff",
            "+ Client::get_refreshed() -> calls::GetRefreshed",
            "## What to do next",
        ],
    );
}
