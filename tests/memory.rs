//! Memory tests: a stream holds one or two pages however long its list is, and a forged webhook cannot make the
//! receiver use much memory or time. They are a test binary of their own, because the allocator counts for the whole
//! process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use imprint_client::Client;
use peak_alloc::PeakAlloc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The allocator counts for all threads, so one test runs at a time.
fn run_alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const PAGES: usize = 1_000;
const ITEMS: usize = 20;
/// After this number of pages, the connection, the buffers and the runtime have allocated what they need.
const WARM_UP_PAGES: usize = 100;

/// The ids are long, so that the test would notice if the stream kept one id of each page: 900 pages would add 225,000
/// bytes.
fn id(page: usize, item: usize) -> String {
    format!("{page:0>240}-{item:0>8}")
}

fn page(number: usize) -> String {
    let at = "2025-02-13T19:08:07.000Z";
    let items: Vec<String> = (0..ITEMS)
        .map(|item| {
            let id = id(number, item);
            format!(
                r#"{{"id":"{id}","customer_id":"C","type":"SIGN_UP","status":"PENDING","amount":1,"created_at":"{at}","updated_at":"{at}"}}"#
            )
        })
        .collect();
    format!(r#"{{"data":[{}],"has_more":{}}}"#, items.join(","), number < PAGES)
}

/// Serves all pages on one connection, and checks the cursor of each request.
async fn serve(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.expect("the client");
    let mut request = [0; 4096];
    for number in 1..=PAGES {
        let mut length = 0;
        while !request[..length].ends_with(b"\r\n\r\n") {
            let count = stream.read(&mut request[length..]).await.expect("a request");
            assert!(count > 0, "the client is gone on page {number}");
            length += count;
        }
        let cursor = format!("starting_after={} ", id(number - 1, ITEMS - 1));
        let line = String::from_utf8_lossy(&request[..length]);
        assert!(number == 1 || line.contains(&cursor), "page {number}: {line}");
        let body = page(number);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.expect("the client listens");
    }
}

/// Streams the list, and returns the memory in use after the first pages and the peak from then on.
async fn measure(prefetch: bool) -> (usize, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(serve(listener));
    let client = Client::builder().api_key("test").base_url(url).build().expect("a client");
    let mut rewards = client.search_rewards().limit(20).stream();
    if prefetch {
        rewards = rewards.prefetch();
    }
    let (mut count, mut baseline) = (0, 0);
    while let Some(reward) = rewards.try_next().await.expect("a page") {
        count += 1;
        drop(reward);
        if count == WARM_UP_PAGES * ITEMS {
            ALLOCATED.reset_peak_usage();
            baseline = ALLOCATED.current_usage();
        }
    }
    let peak = ALLOCATED.peak_usage();
    assert_eq!(count, PAGES * ITEMS);
    server.await.expect("every page was asked for once, in order");
    (baseline, peak)
}

#[test]
fn a_stream_over_a_thousand_pages_holds_one_or_two_pages() {
    let _alone = run_alone();
    let size = page(1).len();
    for prefetch in [false, true] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (baseline, peak) = runtime.block_on(measure(prefetch));
        let most = baseline + if prefetch { 14 } else { 12 } * size;
        println!("prefetch {prefetch}: {baseline} bytes after {WARM_UP_PAGES} pages, peak {peak}; a page is {size}");
        assert!(peak < most, "{baseline} bytes after {WARM_UP_PAGES} pages have become {peak}, prefetch: {prefetch}");
    }
}

/// The memory and time that a sender without the signing token can make a receiver use.
#[cfg(feature = "webhooks")]
mod webhooks {
    use std::time::{Duration, Instant, SystemTime};

    use imprint_client::webhook::{MAX_BODY_BYTES, Verifier, WebhookError};

    use super::{ALLOCATED, run_alone};

    const MOST_BYTES: usize = 10 << 20;

    /// The limit for a release build; without optimization the same work takes many times as long.
    const MOST_TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_500 } else { 10 });

    /// JSON texts of about this length that are expensive to parse or to serialize.
    fn bodies(length: usize) -> Vec<(&'static str, String)> {
        let repeated = |before: &str, part: &str, after: &str| {
            let count = (length - before.len() - after.len()) / part.len();
            format!("{before}{}{after}", part.repeat(count))
        };
        let list = |item: &str| repeated("[0", &format!(",{item}"), "]");
        let counted = |prefix: &str| {
            let mut keys = String::new();
            while keys.len() + prefix.len() + 20 < length {
                // The keys are not sorted, so sorting them takes time.
                let number = keys.len().reverse_bits() >> 32;
                keys.push_str(&format!("\"{prefix}{number:x}\":1,"));
            }
            format!("{{{keys}\"last\":1}}")
        };
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        vec![
            ("open brackets", "[".repeat(length)),
            ("deep lists", list(&deep)),
            ("empty lists", list("[]")),
            ("empty objects", list("{}")),
            ("digits", list("1")),
            ("decimals", list("0.1")),
            ("long decimals", list("0.12345678901234566")),
            ("one long number", repeated("", "1", "")),
            ("texts", list("\"\"")),
            ("escapes", list("\"\\n\"")),
            ("escapes of Go", repeated("\"", "<&>", "\"")),
            ("other escapes of Go", repeated("\"", "\u{2028}", "\"")),
            ("one long text", repeated("\"", "x", "\"")),
            ("one long text of escapes", repeated("\"", "\\u0001", "\"")),
            ("short keys", counted("")),
            ("long keys", counted(&"k".repeat(200))),
            ("a key many times", repeated("{", "\"a\":1,", "\"b\":1}")),
            ("white space", repeated("", " ", "{}")),
        ]
    }

    #[test]
    fn a_forged_webhook_uses_little_memory_and_time() {
        let _alone = run_alone();
        let verifier = Verifier::new("whtok_9f8e7d6c");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs();
        let header = format!("t={now},s={}", "0".repeat(64));
        // The largest body that is accepted, and the largest one whose sorted form is tried.
        for length in [MAX_BODY_BYTES, 128 << 10, 64 << 10, 40_000] {
            for (name, body) in bodies(length) {
                assert!(body.len() <= length && body.len() > length - 1000, "{name}: {}", body.len());
                ALLOCATED.reset_peak_usage();
                let before = ALLOCATED.current_usage();
                // Use the fastest of several runs, because other processes may use the processor.
                let times = (0..5).map(|_| {
                    let begun = Instant::now();
                    let result = verifier.verify(&header, body.as_bytes());
                    assert!(matches!(result, Err(WebhookError::WrongSignature)), "{name}: {result:?}");
                    begun.elapsed()
                });
                let time = times.min().expect("there is at least one run");
                let bytes = ALLOCATED.peak_usage().saturating_sub(before);
                assert!(bytes < MOST_BYTES, "{name} of {length} bytes made the receiver allocate {bytes} bytes");
                assert!(time < MOST_TIME, "{name} of {length} bytes took {time:?}");
                println!("{name} of {length} bytes: {time:?}, {bytes} bytes allocated at most");
            }
        }
    }
}
