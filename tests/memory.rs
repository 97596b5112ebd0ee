//! What a stream holds in memory does not depend on how long its list is. A binary of its own: the allocator counts.

use futures_util::TryStreamExt;
use imprint_client::Client;
use peak_alloc::PeakAlloc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const PAGES: usize = 1_000;
const ITEMS: usize = 20;
/// By then the connection, the buffers and the runtime have what they need.
const WARM: usize = 100;

/// Long, so that keeping an id of each page would show: 900 pages would be 225,000 bytes of them.
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

/// Serves page after page on one connection, and checks the cursor of each.
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

/// Streams the list, and says what is held once it is warm, and the most that is held from then on.
async fn measure(prefetch: bool) -> (usize, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(serve(listener));
    let client = Client::builder().api_key("test").base_url(url).build().expect("a client");
    let mut rewards = client.search_rewards().limit(20).stream();
    if prefetch {
        rewards = rewards.prefetch();
    }
    let (mut count, mut warm) = (0, 0);
    while let Some(reward) = rewards.try_next().await.expect("a page") {
        count += 1;
        drop(reward);
        if count == WARM * ITEMS {
            ALLOCATED.reset_peak_usage();
            warm = ALLOCATED.current_usage();
        }
    }
    let peak = ALLOCATED.peak_usage();
    assert_eq!(count, PAGES * ITEMS);
    server.await.expect("every page was asked for once, in order");
    (warm, peak)
}

#[tokio::test]
async fn a_stream_over_a_thousand_pages_holds_one_or_two_of_them() {
    let size = page(1).len();
    for prefetch in [false, true] {
        let (warm, peak) = measure(prefetch).await;
        let most = warm + if prefetch { 14 } else { 12 } * size;
        println!("prefetch {prefetch}: {warm} bytes after {WARM} pages, at most {peak} after that; a page is {size}");
        assert!(peak < most, "{warm} bytes after {WARM} pages have become {peak}, prefetch: {prefetch}");
    }
}
