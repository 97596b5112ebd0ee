//! Starting and stopping: how long it takes, that sandboxes know nothing of each other, and that nothing is left.

use std::time::{Duration, Instant};

use imprint_sandbox::{Product, Sandbox, StartError};
use tokio::net::TcpStream;

#[tokio::test]
async fn it_starts_in_milliseconds_and_answers_the_first_call_soon() {
    // The least of several, since the machine does other work as well.
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let sandbox = Sandbox::start().await.expect("a sandbox");
        least = least.min(started.elapsed());
        drop(sandbox);
    }
    assert!(least < Duration::from_millis(25), "{least:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_see_only_themselves() {
    let runs = (0..50).map(|number| {
        tokio::spawn(async move {
            let sandbox = Sandbox::start().await.expect("a sandbox");
            let client = sandbox.client();
            let own = format!("PARTNER_USER_{number}");
            for id in [own.as_str(), "THE_SAME_EVERYWHERE"] {
                client.create_session().body_map(|b| b.partner_customer_id(id)).await.expect("a session");
            }
            let all = client.search_customers().await.expect("customers");
            let ids: Vec<_> = all.data.iter().filter_map(|c| c.partner_customer_id.as_ref()).collect();
            assert_eq!(ids, [own.as_str(), "THE_SAME_EVERYWHERE"]);
            (all.data[0].id.to_string(), sandbox.url(), sandbox)
        })
    });
    let mut found = Vec::new();
    for run in runs.collect::<Vec<_>>() {
        found.push(run.await.expect("no panic"));
    }
    // The same seed gives the same ids, and each has an address of its own.
    assert!(found.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1));
}

#[tokio::test]
async fn the_last_handle_that_is_dropped_stops_it_and_ends_its_connections() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let address = sandbox.url().trim_start_matches("http://").to_owned();
    let client = sandbox.client();
    client.search_customers().await.expect("customers");
    let second = sandbox.clone();
    drop(sandbox);
    client.search_customers().await.expect("the second handle keeps it alive");
    drop(second);
    let gone = async {
        while TcpStream::connect(&address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("nothing listens any more");
    let error = client.search_customers().timeout(Duration::from_millis(500)).await.expect_err("no server");
    assert!(error.status().is_none(), "{error}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_names_it() {
    let first = Sandbox::start().await.expect("a sandbox");
    let port = first.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let error = Sandbox::builder().port(port).start().await.expect_err("the port is taken");
    assert!(matches!(error, StartError::Listen(..)) && error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn its_debug_output_has_no_key() {
    let builder = Sandbox::builder().key("made-up-key").basic_pair("id", "made-up-secret");
    assert!(!format!("{builder:?}").contains("made-up"), "{builder:?}");
    let sandbox = builder.start().await.expect("a sandbox");
    let shown = format!("{sandbox:?} {:?}", sandbox.customer("P").ssn("123456789").first_name("Jo"));
    assert!(!shown.contains("made-up") && !shown.contains("123456789") && !shown.contains("Jo"), "{shown}");
}

#[tokio::test]
async fn two_products_need_two_merchant_keys() {
    let product = |program: &str| Product::default().merchant_key("STORE").program_name(program);
    let error = Sandbox::builder().product(product("A")).product(product("B")).start().await.expect_err("the same key");
    assert!(matches!(&error, StartError::ProductTwice(key) if key == "STORE"), "{error:?}");
    assert!(error.to_string().contains("\"STORE\""), "{error}");
}
