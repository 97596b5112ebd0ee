//! The stream that tells which sections have changed.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::{LONGEST, Process, client};

use super::partner::{attribute, done, get, section};

/// The next event of a stream: the versions of sections.
async fn next(stream: &mut reqwest::Response, rest: &mut String) -> Option<Value> {
    loop {
        if let Some((event, behind)) = rest.split_once("\n\n") {
            let data = event.strip_prefix("data: ").map(|data| serde_json::from_str(data).expect("JSON"));
            *rest = behind.to_owned();
            if data.is_some() {
                return data;
            }
            continue;
        }
        let chunk = tokio::time::timeout(LONGEST, stream.chunk()).await.expect("in time").ok()??;
        rest.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
}

async fn follow(program: &Process) -> reqwest::Response {
    client().get(format!("{}/_sandbox/changes", program.url())).send().await.expect("a stream")
}

#[tokio::test]
async fn it_tells_all_versions_at_first_and_then_what_changes() {
    let program = Process::start(&["--clock", "frozen"]);
    let html = get(&program, "/").await.html();
    let (mut stream, mut rest) = (follow(&program).await, String::new());
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let first = next(&mut stream, &mut rest).await.expect("an event");
    for (id, version) in first.as_object().expect("a map") {
        let shown = attribute(&html, &format!("#{id}"), "data-version").expect("a version");
        assert_eq!(version.as_str(), Some(shown.as_str()), "{id}: the page that was loaded is up to date");
    }
    done(&program, "customer-add", &[("partner_customer_id", "P")]).await;
    let changed = next(&mut stream, &mut rest).await.expect("an event");
    for id in ["customers", "payment-methods", "applications"] {
        assert!(changed.get(id).is_some(), "{id}: {changed}");
    }
    assert!(changed.get("faults").is_none() && changed.get("orders").is_none(), "{changed}");
    let version = attribute(&section(&program, "customers").await, "#customers", "data-version");
    assert_eq!(changed["customers"].as_str().map(str::to_owned), version);

    // Of faults nobody tells; it is looked for them.
    let fault = [("turn", "next"), ("count", "1"), ("effect", "empty")];
    done(&program, "fault-add", &fault).await;
    assert!(next(&mut stream, &mut rest).await.expect("an event").get("faults").is_some());
}

#[tokio::test]
async fn a_burst_is_a_few_events() {
    let program = Process::start(&["--clock", "frozen"]);
    let (mut stream, mut rest) = (follow(&program).await, String::new());
    next(&mut stream, &mut rest).await.expect("an event");
    let begin = Instant::now();
    let burst = async {
        while begin.elapsed() < Duration::from_millis(1_500) {
            super::partner::api(&program, reqwest::Method::GET, "/v2/customers", None).await;
        }
    };
    let mut events = 0;
    let count = async {
        while begin.elapsed() < Duration::from_millis(1_500) {
            next(&mut stream, &mut rest).await.expect("an event");
            events += 1;
        }
    };
    tokio::join!(burst, count);
    assert!((1..=8).contains(&events), "{events} events in 1.5 s");
}

#[tokio::test]
async fn there_cannot_be_too_many_and_one_that_is_closed_makes_room() {
    let program = Process::start(&["--clock", "frozen"]);
    let mut streams = Vec::new();
    loop {
        let stream = follow(&program).await;
        if stream.status().as_u16() == 429 {
            break;
        }
        streams.push(stream);
        assert!(streams.len() <= 100, "there is no bound");
    }
    assert!(streams.len() >= 16, "{}", streams.len());
    streams.clear();
    let end = Instant::now() + LONGEST;
    while follow(&program).await.status().as_u16() != 200 {
        assert!(Instant::now() < end, "closed streams make no room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_when_the_program_is_stopped() {
    let mut program = Process::start(&[]);
    let (mut stream, mut rest) = (follow(&program).await, String::new());
    next(&mut stream, &mut rest).await.expect("an event");
    let begin = Instant::now();
    program.signal("TERM");
    while next(&mut stream, &mut rest).await.is_some() {}
    assert!(program.ends().success());
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}
