//! What a security team asks of workflows: no action by a tag that can move, no token that a job does not need, no end that
//! does not come.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// The one job that runs cargo and may write: it gets the token of the registry. It compiles nothing.
const PUBLISHES: &str = "release.yml: publish";

/// The workflows with the names of their files.
fn workflows() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    let mut found: Vec<(String, Value)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name.clone(), yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}")))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(found.len() > 4);
    found
}

/// The jobs of a workflow with their names.
fn jobs(workflow: &Value) -> impl Iterator<Item = (&str, &Value)> {
    workflow["jobs"].as_object().expect("a workflow has jobs").iter().map(|(name, job)| (name.as_str(), job))
}

fn steps(job: &Value) -> &[Value] {
    job["steps"].as_array().expect("a job has steps")
}

/// The permissions to write that a job has: its own, or those of its workflow.
fn may_write<'a>(workflow: &'a Value, job: &'a Value) -> BTreeSet<&'a str> {
    let permissions = job.get("permissions").or_else(|| workflow.get("permissions"));
    match permissions.expect("permissions") {
        Value::Object(map) => {
            map.iter().filter(|(_, value)| *value == "write").map(|(name, _)| name.as_str()).collect()
        }
        other => panic!("name each permission instead of {other}"),
    }
}

/// Whether a job runs cargo, or a script of the repository that does.
fn runs_cargo(job: &Value) -> bool {
    let scripts = steps(job).iter().filter_map(|step| step["run"].as_str());
    scripts.flat_map(str::lines).any(|line| line.contains("cargo ") || line.contains(".ci/"))
}

#[test]
fn actions_are_named_by_the_commit() {
    for (name, workflow) in workflows() {
        for (job, value) in jobs(&workflow) {
            for uses in steps(value).iter().filter_map(|step| step["uses"].as_str()) {
                let (_, commit) = uses.split_once('@').unwrap_or_else(|| panic!("{name}: {job}: {uses} has no commit"));
                let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
                assert!(is_commit, "{name}: {job}: a tag or a branch can move: {uses}");
            }
        }
    }
}

#[test]
fn no_checkout_leaves_its_token_behind() {
    let mut count = 0;
    for (name, workflow) in workflows() {
        for (job, value) in jobs(&workflow) {
            for step in steps(value) {
                if step["uses"].as_str().is_none_or(|uses| !uses.starts_with("actions/checkout@")) {
                    continue;
                }
                count += 1;
                let keeps = step["with"]["persist-credentials"] != Value::Bool(false);
                assert!(!keeps, "{name}: {job}: every later step could read the token of the checkout");
            }
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn permissions_are_named_and_every_job_ends() {
    for (name, workflow) in workflows() {
        assert!(workflow.get("permissions").is_some(), "{name} has no permissions: the default ones may write");
        assert!(may_write(&workflow, &Value::Null).is_empty(), "{name}: let each job name what it writes");
        assert!(workflow.get("concurrency").is_some(), "{name} has no concurrency");
        for (job, value) in jobs(&workflow) {
            let minutes = value["timeout-minutes"].as_u64();
            assert!(minutes.is_some_and(|minutes| minutes <= 90), "{name}: {job} has no timeout of 90 minutes at most");
        }
    }
}

#[test]
fn what_runs_cargo_cannot_write() {
    let mut publishes = false;
    for (name, workflow) in workflows() {
        for (job, value) in jobs(&workflow) {
            let writes = may_write(&workflow, value);
            if writes.is_empty() || !runs_cargo(value) {
                continue;
            }
            assert_eq!(format!("{name}: {job}"), PUBLISHES, "it runs cargo, and may write {writes:?}");
            publishes = true;
            assert_eq!(writes, BTreeSet::from(["id-token"]));
            for line in steps(value).iter().filter_map(|step| step["run"].as_str()).flat_map(str::lines) {
                let builds = ["build", "check", "test", "run", "install", "clippy", "doc", "xtask"];
                assert!(
                    !builds.iter().any(|word| line.contains(&format!("cargo {word}"))),
                    "{PUBLISHES} builds: {line}"
                );
                let packs = line.contains("cargo package") || line.contains("cargo publish");
                assert!(!packs || line.contains("--no-verify"), "{PUBLISHES} builds what it packs: {line}");
            }
        }
    }
    assert!(publishes);
}

/// A title of a pull request, a branch or a tag can hold anything, also commands of a shell.
#[test]
fn no_script_is_put_together_from_what_others_write() {
    for (name, workflow) in workflows() {
        for (job, value) in jobs(&workflow) {
            for run in steps(value).iter().filter_map(|step| step["run"].as_str()) {
                assert!(!run.contains("${{"), "{name}: {job}: pass it by `env`: {run}");
            }
        }
        assert!(workflow["on"].get("pull_request_target").is_none(), "{name}: it runs code of others with our tokens");
    }
}
