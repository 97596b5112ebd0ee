//! How many requests a second are answered, against a bare handler of axum that answers the same bytes.
//!
//! Both servers have one thread, and the client another. They are asked in turns, and each round gives a ratio, so that
//! what else the machine does falls on both. The processor time of the servers' threads is compared as well: it does not
//! count what the client and others take.

use std::sync::mpsc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use imprint_sandbox::{Builder, Sandbox};
use tokio::net::TcpListener;

use super::load::{Round, Server, once, round};
use super::requests::{order, runtime, step};
use super::table::{Spread, Table};

/// How many rounds there are, and how long each asks each server.
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(400);

/// How many clients ask at the same time.
const CLIENTS: usize = 8;

pub fn measure(table: &mut Table) {
    let sandbox = start_sandbox(Sandbox::builder());
    let method = sandbox.payment_method.as_str();
    let get = |target: &str| request("GET", target, "");
    let post = |target: &str, body: String| request("POST", target, &body);
    for (what, goal, request) in [
        ("getCustomer", 0.7, get(&format!("/v2/customers/{}", sandbox.customer))),
        ("getPaymentMethods", 0.7, get(&format!("/v2/customers/{}/payment_methods", sandbox.customer))),
        ("createSession", 0.4, post("/v2/customer_sessions", r#"{"partner_customer_id":"A"}"#.to_owned())),
        ("createOrder", 0.4, post("/v2/orders", order(method).to_string())),
        (
            "simulateTransactionEvent",
            0.4,
            post("/v2/simulate_transaction_event", step(method, "CAPTURED", 5_000).to_string()),
        ),
    ] {
        let bare = start_bare(&sandbox.server, &request);
        let rounds = in_turns([&sandbox.server, &bare], &request, CLIENTS);
        let ratios = Spread::of(rounds.iter().map(|[own, bare]| own.per_second / bare.per_second).collect());
        let busy = Spread::of(rounds.iter().map(|[own, bare]| bare.busy / own.busy).collect());
        let measured = format!("{}×; by processor time {}×", ratios.text(2), busy.text(2));
        table.row(&format!("{what}, requests a second"), &format!("≥ {goal}×"), &measured, ratios.median >= goal);
    }
}

/// Asks servers the same in turns; what each of them did in each round.
pub fn in_turns<const N: usize>(servers: [&Server; N], request: &[u8], clients: usize) -> Vec<[Round; N]> {
    let ask = |server: &Server| round(server, request, clients, ROUND);
    // The first calls compile validators.
    for server in servers {
        ask(server);
    }
    let rounds = (0..ROUNDS).map(|number| {
        // In both orders, so that none always comes when the machine is warm.
        if number % 2 == 0 {
            return servers.map(ask);
        }
        let mut backwards = servers;
        backwards.reverse();
        let mut rounds = backwards.map(ask);
        rounds.reverse();
        rounds
    });
    rounds.collect()
}

/// A sandbox in a thread of its own, with a customer who has a card.
pub struct Started {
    pub server: Server,
    customer: String,
    payment_method: String,
}

pub fn start_sandbox(builder: Builder) -> Started {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let sandbox = builder.start().await.expect("a sandbox");
            let customer = sandbox.customer("A").approved().await.expect("a customer");
            let address = sandbox.url().trim_start_matches("http://").parse().expect("an address");
            let started = Started {
                server: Server::here(address),
                customer: customer.customer_id.to_string(),
                payment_method: customer.payment_method.to_string(),
            };
            tell.send(started).expect("somebody waits for it");
            std::future::pending::<()>().await;
            drop(sandbox);
        });
    });
    told.recv().expect("a sandbox that starts")
}

/// A bare handler that answers what the sandbox does, headers included.
pub fn start_bare(sandbox: &Server, request: &[u8]) -> Server {
    let (head, body) = runtime().block_on(once(sandbox.address, request)).expect("the sandbox answers");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let status = StatusCode::from_u16(status).expect("a status");
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name != "content-length" && name != "date" {
            let name: HeaderName = name.parse().expect("a name");
            headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        }
    }
    let body = Bytes::from(body);
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(Server::here(listener.local_addr().expect("an address"))).expect("somebody waits for it");
            let handler = move |_sent: Bytes| async move { (status, headers, body) };
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            axum::serve(listener, Router::new().fallback(handler)).await.expect("it serves");
        });
    });
    told.recv().expect("a handler that starts")
}

/// A request as it goes over the connection.
pub fn request(method: &str, target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sandbox-key\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
