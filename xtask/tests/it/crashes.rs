//! Two at once, folders that cannot be written to, and runs that were killed.

use std::fs;

use crate::{
    server::Server,
    support::{Copy, ended},
};

const IN_ORDER: [&str; 4] = ["CHANGELOG.md", "openapi/public-api.txt", "openapi/openapi.yaml", "openapi/openapi.lock"];

#[test]
fn the_second_of_two_at_once_steps_back() {
    let copy = Copy::new();
    let tomorrow = copy.tomorrow();
    let body = tomorrow.clone();
    let server = Server::start(move |connection| {
        connection.stall();
        connection.respond("200 OK", "x: y", body.as_bytes());
    });
    let first = copy.command(&["refresh-spec", "--url", &server.url()]).spawn().unwrap();
    server.wait();
    let before = copy.state();
    copy.refresh(&server.url(), &[]).says(2, &["another refresh-spec is at work", "wait for it"]);
    copy.run(&["snapshot"]).says(2, &["another refresh-spec is at work"]);
    // Who only looks is let in.
    copy.run(&["check"]).says(0, &[]);
    assert!(copy.state() == before);
    server.stop();
    ended(first.wait_with_output().unwrap()).says(0, &["has been brought in"]);
    assert!(copy.read("openapi/openapi.yaml") == tomorrow);
    copy.run(&["check"]).says(0, &[]);
}

#[test]
fn a_run_that_is_killed_while_it_waits_leaves_nothing_behind() {
    let copy = Copy::new();
    let before = copy.state();
    let server = Server::start(|connection| connection.stall());
    let mut run = copy.command(&["refresh-spec", "--url", &server.url()]).spawn().unwrap();
    server.wait();
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(copy.state() == before);
    // And its lock is gone with it.
    copy.refresh(&Server::with(copy.tomorrow()).url(), &[]).says(0, &["has been brought in"]);
}

#[test]
fn a_run_that_is_killed_half_way_is_finished_by_the_next() {
    let whole = Copy::new();
    let server = Server::with(whole.tomorrow());
    whole.refresh(&server.url(), &[]).says(0, &["has been brought in"]);
    for file in IN_ORDER {
        let copy = Copy::new();
        let before = copy.read(file);
        let refresh = ["refresh-spec", "--url", &server.url()];
        let killed = ended(copy.command(&refresh).env("REFRESH_SPEC_STOP_BEFORE", file).output().unwrap());
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
    let copy = Copy::new();
    let (lock, text) = (copy.root.join("openapi/openapi.lock"), copy.read("openapi/openapi.lock"));
    let (place, tomorrow) = (lock.clone(), copy.tomorrow());
    // When the last file is to be replaced, a folder stands in its place.
    let server = Server::start(move |connection| {
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        connection.respond("200 OK", "x: y", tomorrow.as_bytes());
    });
    let ended = copy.refresh(&server.url(), &[]);
    ended.says(2, &["stopped half-way", "openapi/openapi.lock cannot be replaced", "run this again"]);
    assert!(!ended.stdout.contains("nothing has been changed"), "{}", ended.stdout);
    fs::remove_dir(&lock).unwrap();
    fs::write(&lock, text).unwrap();
    copy.refresh(&Server::with(copy.tomorrow()).url(), &[]).says(0, &["a refresh was stopped", "has been brought in"]);
    copy.run(&["check"]).says(0, &[]);
}

#[test]
fn a_run_that_was_killed_can_go_back_as_well() {
    let copy = Copy::new();
    let before = copy.read("openapi/openapi.yaml");
    let tomorrow = Server::with(copy.tomorrow());
    let refresh = ["refresh-spec", "--url", &tomorrow.url()];
    copy.command(&refresh).env("REFRESH_SPEC_STOP_BEFORE", "openapi/openapi.lock").output().unwrap();
    // Upstream has taken its document back in the meantime.
    copy.refresh(&Server::with(before.clone()).url(), &[]).says(0, &["a refresh was stopped"]);
    assert!(copy.read("openapi/openapi.yaml") == before);
    copy.run(&["check"]).says(0, &[]);
}

/// The last file cannot be written beside its place: a folder has the name. Permissions would not keep root from it.
#[test]
fn a_file_that_cannot_be_written_leaves_all_as_it_was() {
    let copy = Copy::new();
    let server = Server::with(copy.tomorrow());
    let folder = copy.root.join("openapi/openapi.lock.new");
    fs::create_dir(&folder).unwrap();
    let before = copy.state();
    copy.refresh(&server.url(), &[])
        .says(2, &["openapi/openapi.lock cannot be written", "nothing has been changed", "run this again"]);
    assert!(copy.state() == before, "a file was left behind, or changed");
    fs::remove_dir(&folder).unwrap();
    copy.refresh(&server.url(), &[]).says(0, &["has been brought in"]);
}
