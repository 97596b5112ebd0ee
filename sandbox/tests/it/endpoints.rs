//! Endpoints of webhooks: what they take and how they sign, which are refused, and removing one.

use std::time::Duration;

use imprint_client::webhook::{BodyReading, KeyReading, Reading, Verifier};
use imprint_sandbox::{DeliveryStatus, Endpoint, Retry, Sandbox, StartError};

use super::receiver_of_webhooks::{Reaction, Receiver, status};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn endpoints_take_kinds_and_products_and_sign_in_their_own_way() -> Test {
    let sandbox = Sandbox::start().await?;
    let reading = Reading::new(KeyReading::Sha256Hex, BodyReading::SortedGo);
    let (links, store, own) =
        (Receiver::start("t".into()).await, Receiver::start("t".into()).await, Receiver::start("t".into()).await);
    links.verifies_with(Verifier::new(sandbox.webhook_token()));
    store.verifies_with(Verifier::new(sandbox.webhook_token()));
    own.verifies_with(Verifier::new("a made-up token").pin(reading));
    sandbox.endpoint(links.url("/")).only(["CUSTOMER_LINK"]).register()?;
    sandbox.endpoint(store.url("/")).merchant_keys(["STORE"]).register()?;
    sandbox.endpoint(own.url("/")).token("a made-up token").reading(reading).milliseconds().register()?;
    sandbox.customer("A").merchant_key("STORE").approved().await?;
    let customer = sandbox.customer("B").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    sandbox.settled().await?;
    assert_eq!(links.objects(), ["CUSTOMER_LINK"]);
    assert_eq!(store.objects(), ["APPLICATION", "PAYMENT_METHOD"]);
    assert_eq!(own.objects(), ["APPLICATION", "PAYMENT_METHOD", "CUSTOMER_LINK"]);
    for got in [links.got(), store.got(), own.got()].concat() {
        assert!(got.is_genuine, "{}", got.signature);
    }
    let time = |receiver: &Receiver| receiver.got()[0].signature.split(',').next().map(str::len);
    assert_eq!((time(&own), time(&links)), (Some("t=1740779129000".len()), Some("t=1740779129".len())));
    Ok(())
}

#[tokio::test]
async fn endpoints_that_cannot_be_are_refused() -> Test {
    let sandbox = Sandbox::start().await?;
    for (url, words) in [
        ("https://localhost:9000/", "without TLS"),
        ("http://example.com/", "outside of this network"),
        ("nonsense", "begin with http://"),
    ] {
        let error = sandbox.webhook(url).expect_err(url);
        assert!(error.to_string().contains(words), "{error}");
    }
    let url = "http://localhost:9000/a?key=secret";
    let refused = |endpoint: Endpoint| {
        let again = sandbox.register(endpoint).expect_err("it would get events twice").to_string();
        assert!(again.contains("exists") && again.contains("twice") && !again.contains("secret"), "{again}");
    };
    sandbox.endpoint(url).only(["REWARD", "STREAK"]).merchant_keys(["A"]).register()?;
    sandbox.endpoint(url).only(["REWARD"]).merchant_keys(["B"]).register()?;
    sandbox.endpoint(url).only(["APPLICATION"]).register()?;
    refused(Endpoint::at(url).only(["STREAK", "TRANSACTION"]).merchant_keys(["A", "C"]));
    refused(Endpoint::at(url).only(["REWARD"]));
    refused(Endpoint::at(url).merchant_keys(["C"]));
    refused(Endpoint::at(url));
    sandbox.webhook("http://localhost:9000/another")?;
    let unknown = sandbox.endpoint("http://localhost:9000/").only(["REWARDS"]).register().expect_err("no such kind");
    assert!(unknown.to_string().contains("`REWARDS`; there are ACCOUNT_STATUS, APPLICATION"), "{unknown}");
    assert!(sandbox.endpoint("http://localhost:9000/").token(" ").register().is_err());
    let start = Sandbox::builder().webhook("http://example.com/").start().await.expect_err("it is outside");
    assert!(matches!(start, StartError::Endpoint(_)), "{start}");
    let shown = format!("{:?}", Endpoint::at("http://localhost/a?key=secret").token("made-up"));
    assert!(shown.contains("http://localhost:80/a") && !shown.contains("secret") && !shown.contains("made-up"));
    Ok(())
}

#[tokio::test]
async fn the_builder_registers_endpoints_and_signs_with_the_time_of_the_account_if_told() -> Test {
    let receiver = Receiver::start("made-up".into()).await;
    let sandbox = Sandbox::builder()
        .endpoint(Endpoint::at(receiver.url("/")).token("made-up").only(["APPLICATION"]))
        .sign_with_virtual_time()
        .start()
        .await?;
    sandbox.customer("A").approved().await?;
    sandbox.settled().await?;
    let got = &receiver.got()[0];
    assert!(got.signature.starts_with("t=1767225600,") && !got.is_genuine, "{}", got.signature);
    let now = sandbox.now();
    Verifier::new("made-up").clock(move || now).verify(&got.signature, &got.raw)?;
    Ok(())
}

#[tokio::test]
async fn an_endpoint_is_removed_and_replaced() -> Test {
    let sandbox = Sandbox::builder().webhook_retry(Retry::Off).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    let kept = sandbox.webhook(receiver.url("/kept"))?;
    let wrong = sandbox.webhook(receiver.url("/wrong?key=secret"))?;
    assert!(!format!("{wrong:?}").contains("secret"));
    // The first to arrive is that of either endpoint, so all fail.
    receiver.always(status(404));
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    assert_eq!(sandbox.settled().await.expect_err("both fail").failed.len(), 2);
    receiver.always(Reaction::Late(Duration::from_millis(100), 200));
    let delivery = |path: &str| {
        let url = receiver.url(path);
        sandbox.deliveries().into_iter().find(|one| one.endpoint == url).expect("one to the endpoint")
    };
    sandbox.replay(&delivery("/kept").id).await?;
    // One is dead, and one is being sent.
    sandbox.payment_method(sandbox.customer("B").approved().await?.payment_method).deactivate().await?;
    wrong.remove();
    wrong.remove();
    sandbox.settled().await?;
    sandbox.verify()?;
    let of = |path: &str| -> Vec<_> {
        let url = receiver.url(path);
        sandbox.deliveries().iter().filter(|one| one.endpoint == url).map(|one| one.status).collect()
    };
    assert_eq!(of("/kept"), [DeliveryStatus::Acknowledged; 4]);
    assert_eq!(of("/wrong"), [DeliveryStatus::Dropped; 4]);
    let refused = sandbox.replay(&delivery("/wrong").id).await.expect_err("it is gone").to_string();
    assert!(refused.contains("the endpoint of the delivery was removed"), "{refused}");
    let snapshot = sandbox.snapshot();
    sandbox.webhook(receiver.url("/wrong?key=secret"))?;
    let customer = sandbox.customer("C").create()?;
    sandbox.link_in_app(&customer, "M").await?;
    sandbox.settled().await?;
    assert_eq!(of("/wrong").last(), Some(&DeliveryStatus::Acknowledged));
    // It stays removed in a snapshot, and a handle of the state before removes nothing else.
    sandbox.restore(&snapshot)?;
    kept.remove();
    let customer = sandbox.customer("D").create()?;
    sandbox.link_in_app(&customer, "N").await?;
    assert_eq!(sandbox.deliveries().len(), 8);
    Ok(())
}
