//! Answers requests on the loopback: a customer, and lists of rewards of a length and a latency that the id of the
//! customer says. It counts requests, prints its URL, and ends when its standard input does.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use benches::payloads;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How many requests came, those for this number not counted.
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// Pages that were asked for before: making them would take longer than sending them.
type Pages = Arc<Mutex<HashMap<String, Arc<str>>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    // The standard library asks the system to queue 128 connections, and up to 1,000 come at once.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(2048).expect("a listener");
    println!("http://{}", listener.local_addr().expect("an address"));
    let (customer, pages) = (answer(&payloads::customer()), Pages::default());
    accept(listener, customer, pages).await;
}

async fn accept(listener: TcpListener, customer: Arc<str>, pages: Pages) {
    while let Ok((stream, _)) = listener.accept().await {
        let (customer, pages) = (customer.clone(), pages.clone());
        tokio::spawn(async move {
            // The client is gone.
            let _ = serve(stream, &customer, &pages).await;
        });
    }
}

async fn serve(mut stream: TcpStream, customer: &str, pages: &Pages) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::with_capacity(4096);
    while stream.read_buf(&mut request).await? > 0 {
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8_lossy(&request).into_owned();
        request.clear();
        let target = head.split(' ').nth(1).unwrap_or_default();
        if target == "/requests" {
            // The connection is closed after it.
            return stream.write_all(answer(&REQUESTS.load(Ordering::Relaxed).to_string()).as_bytes()).await;
        }
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        match target.split_once("/rewards?") {
            None => stream.write_all(customer.as_bytes()).await?,
            Some((path, query)) => {
                let (items, latency) =
                    path.rsplit_once('/').and_then(|(_, id)| id.split_once('-')).expect("customer_with");
                let latency = Duration::from_millis(latency.parse().expect("milliseconds"));
                if !latency.is_zero() {
                    tokio::time::sleep(latency).await;
                }
                let page = page(pages, items.parse().expect("a number"), query);
                stream.write_all(page.as_bytes()).await?;
            }
        }
    }
    Ok(())
}

/// The answer for a page of a list of so many items.
fn page(pages: &Pages, items: usize, query: &str) -> Arc<str> {
    let key = format!("{items}?{query}");
    if let Some(page) = pages.lock().expect("the pages").get(&key) {
        return page.clone();
    }
    let (mut limit, mut start) = (10, 0);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "limit" => limit = value.parse().expect("a limit"),
            "starting_after" => start = 1 + value[value.len() - 12..].parse::<usize>().expect("an id"),
            _ => {}
        }
    }
    let end = items.min(start + limit);
    let page = answer(&payloads::rewards(start..end, end < items));
    pages.lock().expect("the pages").insert(key, page.clone());
    page
}

fn answer(body: &str) -> Arc<str> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").into()
}
