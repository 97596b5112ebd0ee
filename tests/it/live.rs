//! Tests against Imprint's sandbox. They are skipped unless `IMPRINT_LIVE_TESTS` is 1 and `IMPRINT_API_KEY` is set.

use std::io::Write;

use imprint_client::{Client, Environment, OptionalExt};

/// A client of the sandbox, or `None` if nobody asked for these tests. A key alone does not ask: whoever has one in the
/// environment for their work runs the tests of this library without changing data at Imprint.
///
/// The message goes to stderr directly, because the test runner does not hide it there.
fn sandbox(test: &str) -> Option<Client> {
    let variable = |name| std::env::var(name).ok();
    match (variable("IMPRINT_LIVE_TESTS").as_deref(), variable("IMPRINT_API_KEY")) {
        // Other environment variables are ignored: the calls change data, so they must reach the sandbox only.
        (Some("1"), Some(key)) => {
            let client = Client::builder().api_key(key).environment(Environment::Sandbox).build();
            Some(client.expect("IMPRINT_API_KEY is a key"))
        }
        (Some("1"), None) => panic!("IMPRINT_LIVE_TESTS=1 needs a key of Imprint's sandbox in IMPRINT_API_KEY"),
        _ => {
            let _ = writeln!(std::io::stderr(), "skipped {test}: IMPRINT_LIVE_TESTS is not 1");
            None
        }
    }
}

#[tokio::test]
async fn live_customers_and_their_data_can_be_read() {
    let Some(client) = sandbox("live_customers_and_their_data_can_be_read") else { return };
    let found = client.search_customers().limit(1).send().await.expect("a page of customers");
    assert!(found.data.len() <= 1);
    let Some(customer) = found.data.first() else { return };
    let same = client.get_customer().customer_id(&customer.id).send().await.expect("the customer");
    assert_eq!(same.id, customer.id);
    client.get_payment_methods().customer_id(&customer.id).send().await.expect("its payment methods");
    client.get_rewards().customer_id(&customer.id).limit(2).send().await.expect("its rewards");
    client.get_transactions().customer_id(&customer.id).limit(2).send().await.expect("its transactions");
}

#[tokio::test]
async fn live_an_unknown_customer_is_none() {
    let Some(client) = sandbox("live_an_unknown_customer_is_none") else { return };
    let nobody = client.get_customer().customer_id("00000000-0000-4000-8000-000000000000").send().await;
    assert!(nobody.optional().expect("a 404 and nothing else").is_none());
}

#[tokio::test]
async fn live_a_session_can_be_created_and_read() {
    let Some(client) = sandbox("live_a_session_can_be_created_and_read") else { return };
    let session = client
        .create_session()
        .body_map(|b| b.partner_customer_id("imprint-client-live-test").source("imprint-client"))
        .send()
        .await
        .expect("a session");
    let same = client.get_session().session_id(&session.id).send().await.expect("the session");
    assert_eq!(same.id, session.id);
}
