//! Two runs at the same time, folders that cannot be written to, and runs that were killed.

use std::fs;

use crate::{
    server::TestServer,
    support::{RepositoryCopy, result_of},
};

const IN_ORDER: [&str; 4] = ["CHANGELOG.md", "openapi/public-api.txt", "openapi/openapi.yaml", "openapi/openapi.lock"];

#[test]
fn a_second_refresh_at_the_same_time_is_refused() {
    let copy = RepositoryCopy::new();
    let tomorrow = copy.tomorrow();
    let body = tomorrow.clone();
    let server = TestServer::start(move |connection| {
        connection.stall();
        connection.respond("200 OK", "x: y", body.as_bytes());
    });
    let first = copy.command(&["refresh-spec", "--url", &server.url()]).spawn().unwrap();
    server.wait();
    let before = copy.state();
    copy.refresh(&server.url(), &[]).says(2, &["another refresh-spec is running", "wait for it"]);
    copy.run(&["snapshot"]).says(2, &["another refresh-spec is running"]);
    // `check` writes nothing and is not refused.
    copy.run(&["check"]).says(0, &[]);
    assert!(copy.state() == before);
    server.stop();
    result_of(first.wait_with_output().unwrap()).says(0, &["has been brought in"]);
    assert!(copy.read("openapi/openapi.yaml") == tomorrow);
    copy.run(&["check"]).says(0, &[]);
}

#[test]
fn a_run_that_is_killed_while_it_waits_leaves_nothing_behind() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::start(|connection| connection.stall());
    let mut run = copy.command(&["refresh-spec", "--url", &server.url()]).spawn().unwrap();
    server.wait();
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(copy.state() == before);
    // The killed process no longer keeps other runs out.
    copy.refresh(&TestServer::with(copy.tomorrow()).url(), &[]).says(0, &["has been brought in"]);
}

#[test]
fn a_run_that_is_killed_half_way_is_finished_by_the_next() {
    let whole = RepositoryCopy::new();
    let server = TestServer::with(whole.tomorrow());
    whole.refresh(&server.url(), &[]).says(0, &["has been brought in"]);
    for file in IN_ORDER {
        let copy = RepositoryCopy::new();
        let before = copy.read(file);
        let refresh = ["refresh-spec", "--url", &server.url()];
        let killed = result_of(copy.command(&refresh).env("REFRESH_SPEC_STOP_BEFORE", file).output().unwrap());
        assert_ne!(killed.code, Some(0));
        assert!(copy.read(file) == before, "{file} has been replaced");

        let half = file == "openapi/openapi.lock";
        let pair = "is not the document that openapi/openapi.lock describes";
        if half {
            copy.run(&["check"]).says(1, &[pair, "cargo xtask refresh-spec"]);
            copy.refresh(&server.url(), &["--check"]).says(1, &[pair, "operation added: getRefreshed"]);
        }
        let next = copy.refresh(&server.url(), &[]);
        next.says(0, &["operation added: getRefreshed", "has been brought in"]);
        assert_eq!(next.stdout.contains(pair), half, "{}", next.stdout);
        for file in IN_ORDER {
            assert!(copy.read(file) == whole.read(file), "{file} differs from that of a run that was not killed");
        }
        assert_eq!(copy.state().len(), whole.state().len(), "something is left over");
        copy.run(&["check"]).says(0, &[]);
    }
}

#[test]
fn a_run_that_cannot_finish_says_so_and_is_finished_by_the_next() {
    let copy = RepositoryCopy::new();
    let (lock, text) = (copy.root.join("openapi/openapi.lock"), copy.read("openapi/openapi.lock"));
    let (place, tomorrow) = (lock.clone(), copy.tomorrow());
    // When the last file is to be replaced, a folder stands in its place.
    let server = TestServer::start(move |connection| {
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        connection.respond("200 OK", "x: y", tomorrow.as_bytes());
    });
    let ended = copy.refresh(&server.url(), &[]);
    ended.says(2, &["stopped half-way", "openapi/openapi.lock cannot be replaced", "run this again"]);
    assert!(!ended.stdout.contains("nothing has been changed"), "{}", ended.stdout);
    fs::remove_dir(&lock).unwrap();
    fs::write(&lock, text).unwrap();
    copy.refresh(&TestServer::with(copy.tomorrow()).url(), &[])
        .says(0, &["a refresh was stopped", "has been brought in"]);
    copy.run(&["check"]).says(0, &[]);
}

#[test]
fn after_a_killed_run_the_old_document_can_be_brought_back() {
    let copy = RepositoryCopy::new();
    let before = copy.read("openapi/openapi.yaml");
    let tomorrow = TestServer::with(copy.tomorrow());
    let refresh = ["refresh-spec", "--url", &tomorrow.url()];
    copy.command(&refresh).env("REFRESH_SPEC_STOP_BEFORE", "openapi/openapi.lock").output().unwrap();
    // Upstream publishes the old document again in the meantime.
    copy.refresh(&TestServer::with(before.clone()).url(), &[]).says(0, &["a refresh was stopped"]);
    assert!(copy.read("openapi/openapi.yaml") == before);
    copy.run(&["check"]).says(0, &[]);
}

/// The last file cannot be written beside its place: a folder has the name. Permissions would not keep root from it.
#[test]
fn a_file_that_cannot_be_written_leaves_all_as_it_was() {
    let copy = RepositoryCopy::new();
    let server = TestServer::with(copy.tomorrow());
    let folder = copy.root.join("openapi/openapi.lock.new");
    fs::create_dir(&folder).unwrap();
    let before = copy.state();
    copy.refresh(&server.url(), &[])
        .says(2, &["openapi/openapi.lock cannot be written", "nothing has been changed", "run this again"]);
    assert!(copy.state() == before, "a file was left behind, or changed");
    fs::remove_dir(&folder).unwrap();
    copy.refresh(&server.url(), &[]).says(0, &["has been brought in"]);
}
