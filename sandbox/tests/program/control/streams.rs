//! Events as they happen, as server-sent events.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use super::Api;
use crate::process::{LONGEST, client};

/// How many streams there may be.
const STREAMS: usize = 64;

/// Opens a stream.
async fn open(api: &Api, query: &str, last: Option<&str>) -> Response {
    let mut request = client().get(format!("{}/_sandbox/events/stream{query}", api.program.url()));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.send().await.expect("an answer")
}

/// The next event of a stream: its id, its name and its data. None at the end.
async fn next(stream: &mut Response, read: &mut String) -> Option<(String, String, Value)> {
    let read_on = async {
        loop {
            if let Some((event, rest)) = read.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned())).unwrap_or_default()
                };
                let found = (field("id:"), field("event:"), field("data:"));
                *read = rest.to_owned();
                // A line that only says that the stream is there has no data.
                if !found.2.is_empty() {
                    return Some((found.0, found.1, serde_json::from_str(&found.2).expect("JSON")));
                }
                continue;
            }
            *read += std::str::from_utf8(&stream.chunk().await.ok()??).expect("text");
        }
    };
    tokio::time::timeout(LONGEST, read_on).await.expect("an event or the end")
}

async fn make(api: &Api, partner_id: &str) {
    let body = json!({ "partner_customer_id": partner_id, "applied": "reject" });
    api.expect(201, "POST", "customers", Some(body)).await;
}

/// Reads one event, so that the operation counts as called.
pub async fn read_one(api: &Api) {
    let mut stream = open(api, "?kind=APPLICATION&after=0-0", None).await;
    assert_eq!(
        (stream.status().as_u16(), &stream.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    assert_eq!(next(&mut stream, &mut String::new()).await.expect("an event").1, "APPLICATION");
    api.seen.lock().expect("no panic").insert(("streamEvents".into(), 200));
}

/// Opens more streams than there may be.
pub async fn too_many(api: &Api) {
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        streams.push(open(api, "", None).await);
        assert_eq!(streams.last().expect("one").status().as_u16(), 200);
    }
    api.expect(429, "GET", "events/stream", None).await;
    drop(streams);
    // The connections that are gone make room again.
    let end = std::time::Instant::now() + LONGEST;
    while open(api, "", None).await.status().as_u16() != 200 {
        assert!(std::time::Instant::now() < end, "no room again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_stream_tells_each_event_once_and_goes_on_where_it_was_broken_off() {
    let api = Api::start(&[]);
    make(&api, "BEFORE").await;
    let (mut stream, mut read) = (open(&api, "", None).await, String::new());
    make(&api, "A").await;
    make(&api, "B").await;
    let (first, name, data) = next(&mut stream, &mut read).await.expect("an event");
    assert_eq!((name.as_str(), &data["body"]["data"]["status"]), ("APPLICATION", &json!("REJECTED")));
    let (second, ..) = next(&mut stream, &mut read).await.expect("an event");
    assert_ne!(first, second);
    drop(stream);
    make(&api, "C").await;
    let listed = api.get(format!("events?after={second}")).await;
    let (mut stream, mut read) = (open(&api, "?after=0-0", Some(&first)).await, String::new());
    assert_eq!(next(&mut stream, &mut read).await.expect("an event").0, second);
    let (third, _, data) = next(&mut stream, &mut read).await.expect("an event");
    assert_eq!((&listed["events"][0], listed["last"].as_str()), (&data, Some(third.as_str())));
    // After a reset numbers begin anew, and what is new is told all the same.
    api.expect(204, "POST", "state/reset", None).await;
    make(&api, "D").await;
    assert_ne!(next(&mut stream, &mut read).await.expect("an event").0, first);
    assert_eq!(open(&api, "", Some("nonsense")).await.status().as_u16(), 400);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_ends_with_its_account_and_with_the_program() {
    let mut api = Api::start(&[]);
    api.expect(201, "POST", "accounts", Some(json!({ "name": "w" }))).await;
    let mut of_account = open(&api, "?account=w", None).await;
    api.expect(204, "DELETE", "accounts/w", None).await;
    assert_eq!(next(&mut of_account, &mut String::new()).await, None);
    let mut of_program = open(&api, "", None).await;
    let began = std::time::Instant::now();
    api.program.signal("TERM");
    assert_eq!(next(&mut of_program, &mut String::new()).await, None);
    assert!(api.program.ends().success());
    // It does not hold the end up until connections are cut off.
    assert!(began.elapsed() < Duration::from_millis(2_500), "{:?}", began.elapsed());
}
