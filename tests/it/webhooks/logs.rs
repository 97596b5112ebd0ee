//! What a receiver is told in its logs.

use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{Reading, Verifier};
use tracing::Level;

use super::{TOKEN, body};
use crate::capture::Capture;

#[test]
fn a_verifier_asks_once_to_pin_the_reading() {
    let delivery = Signer::new(TOKEN).sign(body("REWARD"));
    let verify = |verifier: &Verifier| verifier.verify(&delivery.signature, &delivery.body).is_ok();
    let capture = Capture::start();
    let unpinned = Verifier::new(TOKEN);
    assert!(verify(&unpinned) && verify(&unpinned.clone()) && verify(&unpinned));
    assert!(verify(&Verifier::new(TOKEN).pin(Reading::default())));
    assert!(!verify(&Verifier::new("another")));
    let events = capture.events();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.level, event.target.as_str()), (Level::WARN, "imprint_client"));
    assert_eq!(event.fields["reading"], "the token as key, the raw body");
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn the_extractor_tells_of_deliveries_that_nobody_else_would_learn_of() {
    use std::time::{Duration, SystemTime};

    use axum::extract::{FromRequest, Request};
    use imprint_client::webhook::testing::Delivery;
    use imprint_client::webhook::{SIGNATURE_HEADER, Webhook};

    let capture = Capture::start();
    let refused = async |Delivery { signature, body, .. }: Delivery| {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(SIGNATURE_HEADER, signature.parse().expect("a header"));
        let verifier = Verifier::new(TOKEN).pin(Reading::default());
        Webhook::from_request(request, &verifier).await.expect_err("a refusal")
    };
    let old = Signer::new(TOKEN).at(SystemTime::now() - Duration::from_secs(3600));
    refused(old.sign("PERSONAL")).await;
    refused(Signer::new("another").sign("PERSONAL")).await;
    refused(Signer::new(TOKEN).sign("PERSONAL")).await;
    let told: Vec<_> =
        capture.events().into_iter().map(|event| (event.level, event.fields["message"].clone())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].0 == Level::WARN && told[0].1.contains("signed 3600 s ago"), "{told:?}");
    assert!(told[1].0 == Level::ERROR && told[1].1.contains("no event"), "{told:?}");
    assert!(!capture.text().contains("PERSONAL"), "{}", capture.text());
}
