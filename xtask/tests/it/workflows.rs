//! What a security team asks of workflows: no action by a tag that can move, no token that a job does not need, no end that
//! does not come. And what the scripts of workflows and of `.ci/` promise.

#[cfg(unix)]
mod scripts;
mod shell;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// The one job that runs cargo and may write: it gets the token of the registry. It compiles nothing.
const PUBLISHES: &str = "release.yml: publish";

/// All that a job which may write may run, by the first words of each command. None of these runs code of the repository or
/// of a dependency.
const ALLOWED: [&str; 23] = [
    "[",
    "cp",
    "cut",
    "diff",
    "echo",
    "exit",
    "gh auth setup-git",
    "gh pr create",
    "gh pr list",
    "gh release create",
    "git apply",
    "git commit",
    "git config user.email",
    "git config user.name",
    "git ls-remote",
    "git push",
    "git switch",
    "grep",
    "head",
    "mkdir",
    "rustup toolchain install",
    "sed -n",
    "true",
];

/// What the job that publishes may run beside these.
const ALLOWED_OF_CARGO: [&str; 2] = ["cargo package --locked --no-verify", "cargo publish --locked --no-verify"];

/// The actions that a job which may write may use, without their commits.
const ALLOWED_ACTIONS: [&str; 4] = [
    "actions/attest-build-provenance",
    "actions/checkout",
    "actions/download-artifact",
    "rust-lang/crates-io-auth-action",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}")).replace("\r\n", "\n")
}

/// The workflow of a file.
fn workflow(file: &str) -> Value {
    workflows().into_iter().find(|(name, _)| name == file).unwrap_or_else(|| panic!("no {file}")).1
}

/// The workflows with the names of their files.
fn workflows() -> Vec<(String, Value)> {
    let folder = root().join(".github/workflows");
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

/// The scripts of a job.
fn scripts(job: &Value) -> impl Iterator<Item = &str> {
    steps(job).iter().filter_map(|step| step["run"].as_str())
}

/// The events that start a workflow. `on` is the name of one, a list of names, or a map with settings for each.
fn events(workflow: &Value) -> BTreeSet<&str> {
    match &workflow["on"] {
        Value::String(event) => BTreeSet::from([event.as_str()]),
        Value::Array(events) => events.iter().map(|event| event.as_str().expect("the name of an event")).collect(),
        Value::Object(events) => events.keys().map(String::as_str).collect(),
        other => panic!("nothing is known to start a workflow that has `on: {other}`"),
    }
}

/// Whether a command begins with one of these, word by word.
fn begins_with(command: &[String], allowed: &[&str]) -> bool {
    allowed.iter().any(|begin| {
        let words: Vec<&str> = begin.split(' ').collect();
        command.len() >= words.len() && command.iter().zip(words).all(|(word, begin)| word == begin)
    })
}

/// The commands of a job that may write, and that are not on the list.
fn not_allowed(job: &Value, allowed: &[&str]) -> Vec<String> {
    let commands = scripts(job).flat_map(shell::commands);
    commands.filter(|command| !begins_with(command, allowed)).map(|command| command.join(" ")).collect()
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

/// A job that may write runs only what is known to run no code of others. A list of what it may not run would have to know
/// every program that builds something.
#[test]
fn what_runs_cargo_cannot_write() {
    let mut publishes = false;
    for (name, workflow) in workflows() {
        for (job, value) in jobs(&workflow) {
            let writes = may_write(&workflow, value);
            if writes.is_empty() {
                continue;
            }
            let here = format!("{name}: {job}");
            let mut allowed = ALLOWED.to_vec();
            if here == PUBLISHES {
                publishes = true;
                assert_eq!(writes, BTreeSet::from(["id-token"]));
                allowed.extend(ALLOWED_OF_CARGO);
            }
            let others = not_allowed(value, &allowed);
            assert!(others.is_empty(), "{here} may write {writes:?} and runs {others:?}");
            for step in steps(value) {
                let uses = step["uses"].as_str().map(|uses| uses.split('@').next().unwrap());
                let is_known = uses.is_none_or(|uses| ALLOWED_ACTIONS.contains(&uses));
                assert!(is_known, "{here} may write {writes:?} and uses {uses:?}");
                assert!(step.get("shell").is_none(), "{here} runs a script by something other than bash");
            }
        }
    }
    assert!(publishes);
}

#[test]
fn every_command_of_a_script_is_compared_with_the_list() {
    let allowed: Vec<&str> = ALLOWED.into_iter().chain(ALLOWED_OF_CARGO).collect();
    for script in [
        "npm ci",
        "cargo build",
        "cargo package --locked",
        "cargo publish --no-verify",
        "cargo \\\n  test",
        "git status",
        "gh api --method DELETE /",
        "sed -i s/a/b/ file",
        "bash -c 'echo x'",
        ".ci/package",
        "./configure && echo done",
        "true || make",
        "echo a; make",
        "echo a | sh",
        "echo a & make",
        "echo \"$(make)\"",
        "echo $(head \"$(make)\")",
        "name=$(make)",
        "name=x make",
        "if ! make; then\n  echo x\nfi",
        "if true; then make; fi",
        "for name in a b; do make; done",
        "( make )",
        "case x in x) make ;; esac",
        "env echo x",
        "> file make",
        "echo `make`",
        "cat <<< x",
    ] {
        let job = serde_json::json!({ "steps": [{ "run": script }] });
        assert!(!not_allowed(&job, &allowed).is_empty(), "{script}");
    }
    for script in [
        "echo 'make | sh; $(make)' # make",
        "echo \"Imprint's; make\" >&2",
        "code=0\nothers=$(cut -f 3 < \"$x\" | grep -vxE 'a|b' || true)\nif [ -n \"$others\" ]; then\n  exit 1\nfi",
        "cargo publish --locked --no-verify --package one \\\n  --package two",
    ] {
        let job = serde_json::json!({ "steps": [{ "run": script }] });
        assert_eq!(not_allowed(&job, &allowed), [""; 0], "{script}");
    }
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
    }
}

/// Both of these events run with the rights of the repository for what somebody else has proposed.
#[test]
fn no_workflow_is_started_with_our_rights_by_what_others_propose() {
    for (name, workflow) in workflows() {
        for event in events(&workflow) {
            let is_safe = !["pull_request_target", "workflow_run"].contains(&event);
            assert!(is_safe, "{name}: {event} runs code of others with our tokens");
        }
    }
    for text in ["on: workflow_run", "on: [push, workflow_run]", "on:\n  push:\n  workflow_run:\n    types: [x]"] {
        let workflow: Value = yaml_serde::from_str(text).unwrap();
        assert!(events(&workflow).contains("workflow_run"), "{text}");
    }
}

/// A commit of main that was never tested would be noticed only when a later one fails.
#[test]
fn no_push_ends_the_run_of_another_commit() {
    let mut count = 0;
    for (name, workflow) in workflows() {
        if !workflow["on"]["push"]["branches"].is_array() {
            continue;
        }
        count += 1;
        let concurrency = &workflow["concurrency"];
        let cancels = concurrency["cancel-in-progress"].as_str();
        assert_eq!(cancels, Some("${{ github.event_name == 'pull_request' }}"), "{name}");
        let group = concurrency["group"].as_str().unwrap();
        assert!(group.contains("github.run_id"), "{name}: of one group only the newest run waits: {group}");
    }
    assert!(count > 1);
}

/// Each of these changes the program.
#[test]
fn the_static_program_is_built_when_a_part_of_it_changes() {
    let workflow = workflow("static-program.yml");
    let paths: Vec<&str> =
        workflow["on"]["pull_request"]["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    for file in [
        "src/lib.rs",
        "build/mod.rs",
        "build.rs",
        "openapi/overlay.yaml",
        "sandbox/src/lib.rs",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/dist.toml",
        ".ci/static-program",
    ] {
        let is_named =
            paths.iter().any(|path| path.strip_suffix("**").map_or(*path == file, |folder| file.starts_with(folder)));
        assert!(is_named, "{file} changes the program, and no run begins: {paths:?}");
        assert!(root().join(file).exists(), "{file}");
    }
}

/// What is attested was packed by a job that runs no code of others, and compared there with what was verified.
#[test]
fn what_is_attested_was_compared_before() {
    let workflow = workflow("release.yml");
    let jobs = &workflow["jobs"];
    let with = |job: &str, action: &str| -> Vec<&str> {
        let uses = |step: &&Value| step["uses"].as_str().is_some_and(|uses| uses.starts_with(&format!("{action}@")));
        steps(&jobs[job]).iter().filter(uses).map(|step| step["with"]["name"].as_str().unwrap()).collect()
    };
    assert_eq!(with("verify", "actions/upload-artifact"), ["verified"]);
    assert_eq!(with("pack", "actions/download-artifact"), ["verified"]);
    assert_eq!(with("pack", "actions/upload-artifact"), ["packages"]);
    for job in ["attest", "publish", "announce"] {
        assert_eq!(with(job, "actions/download-artifact"), ["packages"], "{job}");
    }
    for (job, needs) in [("pack", "verify"), ("attest", "pack"), ("publish", "attest"), ("announce", "publish")] {
        assert_eq!(jobs[job]["needs"], needs, "{job}");
    }
    let allowed: Vec<&str> = ALLOWED.into_iter().chain(ALLOWED_OF_CARGO).collect();
    assert_eq!(not_allowed(&jobs["pack"], &allowed), [""; 0]);
    for job in ["pack", "publish"] {
        assert!(scripts(&jobs[job]).any(|script| script.contains("\ndiff --recursive ")), "{job} compares nothing");
    }
}

/// Another version of cargo may pack other bytes.
#[test]
fn a_release_is_made_by_one_toolchain() {
    let workflow = workflow("release.yml");
    let version = workflow["env"]["RUSTUP_TOOLCHAIN"].as_str().expect("a version for all jobs");
    assert!(read(".ci/public-api").contains(&format!("\nPINNED={version}\n")), "{version}");
    for (job, value) in jobs(&workflow) {
        let installs = scripts(value).flat_map(shell::commands).filter(|command| command[0] == "rustup");
        for command in installs {
            let expected = ["rustup", "toolchain", "install", "$RUSTUP_TOOLCHAIN", "--profile", "minimal"];
            assert_eq!(command, expected, "{job}");
        }
        assert!(value.get("env").is_none(), "{job} has an environment of its own");
    }
}

/// The files that install tools, with their texts: the workflows, the scripts, and the page that tells people how.
fn files_that_install() -> BTreeMap<String, String> {
    let mut found = BTreeMap::from([("CONTRIBUTING.md".to_owned(), read("CONTRIBUTING.md"))]);
    for folder in [".ci", ".github/workflows"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            let text = read(&path);
            found.insert(path, text);
        }
    }
    found
}

/// A newer version of a tool finds other things, so a change would fail for what it did not touch.
#[test]
fn tools_have_the_same_exact_version_wherever_they_are_installed() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files_that_install() {
        let of_script = text.lines().find_map(|line| line.strip_prefix("VERSION=")).unwrap_or("none");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in lines.filter(|line| line.contains("cargo install ") || line.contains("npm install ")) {
            let is_cargo = line.contains("cargo install ");
            assert!(!is_cargo || line.contains("cargo install --locked "), "{path}: {line}");
            let tool = line.split(|c: char| c.is_whitespace() || c == '"' || c == '`').find(|word| word.contains('@'));
            let tool = tool.unwrap_or_else(|| panic!("{path} names no version: {line}"));
            let (name, version) = tool.split_once('@').unwrap();
            let version = if version == "$VERSION" { of_script } else { version };
            let is_exact = version.split('.').count() == 3 && version.chars().all(|c| c.is_ascii_digit() || c == '.');
            assert!(is_exact, "{path}: {name} has the version {version}");
            versions.entry(name.to_owned()).or_default().insert(version.to_owned());
        }
        for line in text.lines().filter(|line| line.contains("cargo deny ") && line.contains("check")) {
            assert!(line.contains("--workspace"), "{path}: cargo-deny sees imprint-client alone: {line}");
        }
    }
    assert!(versions.len() > 4, "{versions:?}");
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "{versions:?}");
}

/// Whoever owns a file by the list: the last line that matches decides.
#[test]
fn owners_are_asked_about_what_is_theirs() {
    let text = read(".github/CODEOWNERS");
    let lines: Vec<(&str, &str)> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').map(|(pattern, owner)| (pattern, owner.trim())).unwrap())
        .collect();
    for (pattern, _) in lines.iter().filter(|(pattern, _)| pattern.starts_with('/')) {
        let path = root().join(&pattern[1..]);
        assert!(path.exists() && path.is_dir() == pattern.ends_with('/'), "there is no {pattern}");
    }
    let owner = |file: &str| {
        let owns = |pattern: &str| match pattern.strip_prefix('/') {
            Some(path) => file == path || (path.ends_with('/') && file.starts_with(path)),
            None => pattern == "*" || pattern.strip_prefix("**").is_some_and(|end| format!("/{file}").ends_with(end)),
        };
        lines.iter().rev().find(|(pattern, _)| owns(pattern)).unwrap().1
    };
    for (team, files) in [
        (
            "@imprint-client/security",
            "SECURITY.md src/webhook.rs src/webhook/verifier.rs src/call/path.rs src/call/path/tests.rs \
             src/call/headers.rs src/client/auth.rs src/client/check.rs src/error/mask.rs src/error/mask/tests.rs",
        ),
        (
            "@imprint-client/releases",
            "build.rs build/mod.rs openapi/overlay.yaml .cargo/config.toml .ci/package .github/workflows/release.yml \
             deny.toml Cargo.lock Cargo.toml sandbox/Cargo.toml",
        ),
        ("@imprint-client/maintainers", "README.md"),
    ] {
        for file in files.split_whitespace() {
            assert!(root().join(file).exists(), "{file}");
            assert_eq!(owner(file), team, "{file}");
        }
    }
}

/// The examples that `.ci/run` runs as programs. A key alone lets none of them call Imprint: the consent is asked for first.
#[test]
fn no_example_calls_imprint_without_consent() {
    let ran = read(".ci/run");
    let mut count = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().to_str().unwrap().to_owned();
        let is_run = ["--example", "--package"].iter().any(|kind| ran.contains(&format!("cargo run {kind} {name}")));
        if !is_run {
            continue;
        }
        count += 1;
        let folder = root().join("examples").join(&name);
        let sources = if folder.join("src").exists() { folder.join("src") } else { folder };
        for entry in fs::read_dir(sources).unwrap() {
            let path = entry.unwrap().path();
            let text = if path.is_file() { fs::read_to_string(&path).unwrap() } else { String::new() };
            assert!(!text.contains("from_env("), "{}: a key alone makes it call Imprint", path.display());
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let reads: Vec<&str> = code.filter(|line| line.contains("env::var(\"IMPRINT_")).collect();
            if reads.iter().any(|line| line.contains("IMPRINT_API_KEY")) {
                assert!(reads[0].contains("IMPRINT_LIVE_TESTS"), "{}: {reads:?}", path.display());
            }
        }
    }
    assert!(count > 5, "{count}");
}
