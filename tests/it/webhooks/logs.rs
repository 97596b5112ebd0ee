//! The log events of the verifier and of the axum extractor.

use imprint_client::webhook::testing::{Delivery, Signer};
use imprint_client::webhook::{Reading, Verifier};
use tracing::Level;

use super::{TOKEN, body};
use crate::capture::Capture;

#[test]
fn a_verifier_recommends_once_to_pin_the_reading() {
    let delivery = Signer::new(TOKEN).sign(body("REWARD"));
    let verify = |verifier: &Verifier| verifier.verify(&delivery.signature, &delivery.body).is_ok();
    let capture = Capture::start();
    let unpinned = Verifier::new(TOKEN);
    assert!(verify(&unpinned) && verify(&unpinned.clone()) && verify(&unpinned));
    assert!(verify(&Verifier::new(TOKEN).pin(Reading::default())));
    let events = capture.events();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.level, event.target.as_str()), (Level::INFO, "imprint_client"));
    assert_eq!(event.fields["reading"], "the token as key, the raw body");
}

#[test]
fn a_verifier_warns_once_if_no_signature_has_matched_so_far() {
    let signed = |token: &str| Signer::new(token).sign(body("REWARD"));
    let (right, wrong) = (signed(TOKEN), signed("another"));
    let warnings = |deliveries: &[&Delivery]| {
        let capture = Capture::start();
        let verifier = Verifier::new(TOKEN).pin(Reading::default());
        for Delivery { signature, body, .. } in deliveries {
            let _ = verifier.verify(signature, body);
        }
        capture.events().iter().filter(|event| event.fields["message"].contains("signing token")).count()
    };
    assert_eq!(warnings(&[&wrong, &wrong, &right, &wrong]), 1);
    assert_eq!(warnings(&[&right, &wrong]), 0);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn the_extractor_logs_refused_deliveries() {
    use std::time::{Duration, SystemTime};

    use axum::extract::{FromRequest, Request};
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
    let forged = Signer::new("another").at(SystemTime::now() - Duration::from_secs(7200));
    refused(forged.sign("PERSONAL")).await;
    refused(Signer::new("another").sign("PERSONAL")).await;
    refused(Signer::new(TOKEN).sign("PERSONAL")).await;
    let logged: Vec<_> =
        capture.events().into_iter().map(|event| (event.level, event.fields["message"].clone())).collect();
    for (level, text) in [
        (Level::WARN, "signed 3600 s ago"),
        (Level::DEBUG, "signed 7200 s ago"),
        (Level::DEBUG, "the signature of the webhook is wrong: either the body is not the raw one"),
        (Level::ERROR, "no event"),
    ] {
        assert!(logged.iter().any(|logged| logged.0 == level && logged.1.contains(text)), "{text}: {logged:?}");
    }
    assert!(!capture.text().contains("PERSONAL"), "{}", capture.text());
}
