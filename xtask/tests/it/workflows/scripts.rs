//! Scripts of workflows, run with programs that only write down how they are called.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{self, Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{read, steps, workflow};

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("workflow-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The script of a step.
fn script(file: &str, job: &str, step: &str) -> String {
    let workflow = workflow(file);
    let found = steps(&workflow["jobs"][job]).iter().find(|value| value["name"] == step);
    found.and_then(|step| step["run"].as_str()).unwrap_or_else(|| panic!("{file} has no {step}")).to_owned()
}

/// A folder with a program for each name, of the given lines. Each writes its arguments into the file `calls` first.
fn programs(folder: &Path, programs: &[(&str, &str)]) {
    for (name, lines) in programs {
        let path = folder.join(name);
        let text = format!("#!/bin/sh\necho \"{name} $*\" >> '{}/calls'\n{lines}\n", folder.display());
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Runs a script as a workflow does, with these programs before all others. Returns how it ended, and the calls.
fn run(script: &str, at: &Path, folder: &Path) -> (Output, String) {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-e", "-c", script])
        .current_dir(at)
        .env("PATH", path)
        .env("RUNNER_TEMP", folder)
        .env("GITHUB_REF_NAME", "v0.1.0")
        .output()
        .unwrap();
    let calls = fs::read_to_string(folder.join("calls")).unwrap_or_default();
    (output, calls)
}

#[test]
fn only_a_name_that_the_registry_lacks_is_not_compared_with_its_last_release() {
    let script = script("release.yml", "verify", "The version says what breaks");
    for (curl, compares, succeeds) in [
        ("printf 200", true, true),
        ("printf 404", false, true),
        ("printf 403", false, false),
        ("printf 503", false, false),
        ("printf 000; exit 6", false, false),
    ] {
        let folder = Folder::new();
        programs(&folder.0, &[("curl", curl), ("cargo", "")]);
        let (output, calls) = run(&script, &folder.0, &folder.0);
        assert_eq!(output.status.success(), succeeds, "{curl}: {output:?}");
        for package in ["imprint-client", "imprint-sandbox"] {
            let compared = calls.contains(&format!("cargo semver-checks --package {package} --all-features"));
            assert_eq!(compared, compares, "{curl}: {calls}");
        }
    }
}

/// A repository with a remote one, and a patch in it that has not been applied.
fn repository(folder: &Path) {
    let git = |line: &str| {
        let output = Command::new("bash").args(["-ec", line]).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
    };
    let lock = folder.join("here/openapi/openapi.lock");
    let text = read("openapi/openapi.lock");
    let (before, hash) = text.split_once("sha256 = \"").unwrap();
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    fs::create_dir(folder.join("refresh")).unwrap();
    fs::write(&lock, &text).unwrap();
    fs::write(folder.join("refresh/summary.md"), "It has changed.").unwrap();
    git("git init --quiet --bare remote && git init --quiet --initial-branch main here");
    git("cd here && git remote add origin ../remote && git add .");
    git("cd here && git -c user.name=x -c user.email=x@example.com commit --quiet --message first");
    git("cd here && git push --quiet origin main");
    fs::write(&lock, format!("{before}sha256 = \"0123456789ab{}", &hash[12..])).unwrap();
    git("cd here && git diff --binary > ../refresh/refresh.patch && git checkout --quiet .");
}

#[test]
fn a_refresh_is_proposed_unless_a_pull_request_is_there() {
    let script = script("refresh-spec.yml", "propose", "Open a pull request");
    let branch = "refresh-spec/0123456789ab";
    for (is_pushed, pull_request) in
        [(false, ""), (true, ""), (true, "https://example.com/1"), (false, "https://example.com/1")]
    {
        let folder = Folder::new();
        repository(&folder.0);
        let here = folder.0.join("here");
        if is_pushed {
            let push = ["push", "--quiet", "origin", &format!("main:refs/heads/{branch}")];
            assert!(Command::new("git").args(push).current_dir(&here).status().unwrap().success());
        }
        let gh = format!("if [ \"$1 $2\" = 'pr list' ]; then printf '{pull_request}'; fi");
        programs(&folder.0, &[("gh", &gh)]);
        let (output, calls) = run(&script, &here, &folder.0);
        assert!(output.status.success(), "{output:?}");
        assert!(calls.contains(&format!("gh pr list --head {branch} ")), "{calls}");
        let opens = calls.contains(&format!("gh pr create --head {branch} "));
        assert_eq!(opens, pull_request.is_empty(), "pushed {is_pushed}, {pull_request}: {calls}");
        let there =
            Command::new("git").args(["rev-parse", branch]).current_dir(folder.0.join("remote")).output().unwrap();
        assert_eq!(there.status.success(), is_pushed || opens);
    }
}

/// Whoever has a key of Imprint in the environment for their work can run everything here without changing data at Imprint.
#[test]
fn a_key_in_the_environment_is_lent_to_nothing() {
    let script = read(".ci/run");
    let begin = script.find("for name in $(compgen -e IMPRINT_").expect("the loop over the variables");
    let end = begin + script[begin..].find("\ndone\n").unwrap() + "\ndone\n".len();
    let first = script.find("\ncargo ").unwrap();
    assert!(end < first, "a command runs before the variables are gone");
    for with in [&["IMPRINT_API_KEY", "IMPRINT_LIVE_TESTS", "IMPRINT_BASE_URL", "IMPRINT_SEED"][..], &[]] {
        let text = format!("set -euo pipefail\n{}compgen -e IMPRINT_ || true", &script[begin..end]);
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("IMPRINT_")) {
            command.env_remove(name);
        }
        let output = command.args(["-c", &text]).envs(with.iter().map(|name| (name, "1"))).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let left = String::from_utf8(output.stdout).unwrap();
        assert_eq!(left, if with.is_empty() { "" } else { "IMPRINT_SEED\n" });
    }
}
