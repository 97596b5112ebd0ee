//! The tests of webhooks in `tests/it/webhooks`, compiled against the library without the client.
//!
//! `.ci/run` runs this package alone and checks that no HTTP client and no runtime is in its graph. When the whole workspace
//! is built at once, cargo turns the client on here as well.

#[path = "../../it/webhooks/events.rs"]
mod events;
#[path = "../../it/webhooks/keys.rs"]
mod keys;
#[path = "../../it/webhooks/properties.rs"]
mod properties;
#[path = "../../it/webhooks/samples.rs"]
mod samples;
#[path = "../../it/webhooks/vectors.rs"]
mod vectors;

use samples::{KINDS, TOKEN, body, event};

/// What these tests use of `tests/it/support.rs`, which needs the client.
mod support {
    use serde_json::Value;

    /// The text of a file in `tests/payloads`.
    pub fn payload(name: &str) -> String {
        let path = format!("{}/../payloads/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub fn json(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }
}

/// A signature, the kind of an event and the fields of its type, for each payload of a webhook in the documentation.
#[test]
fn every_payload_is_verified_and_a_wrong_signature_is_refused() {
    use imprint_client::webhook::{Verifier, WebhookError, testing::Signer};

    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../payloads")).expect("the payloads");
    let names = folder.map(|file| file.expect("a file").file_name().into_string().expect("a UTF-8 name"));
    let mut kinds: Vec<String> = names
        .filter_map(|name| Some(name.strip_prefix("webhook-")?.split_once("--")?.0.to_owned()))
        .filter(|kind| kind != "signature")
        .collect();
    kinds.sort();
    assert_eq!(kinds, KINDS, "each payload of a webhook is tested, and once");
    let verifier = Verifier::new(TOKEN);
    for kind in KINDS {
        let delivery = Signer::new(TOKEN).sign(body(kind));
        let received = verifier.verify(&delivery.signature, &delivery.body).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert_eq!(received, event(&body(kind)), "{kind}");
        let of_another = Signer::new("another token").sign(body(kind));
        let refused = verifier.verify(&of_another.signature, &of_another.body);
        assert!(matches!(refused, Err(WebhookError::WrongSignature)), "{kind}: {refused:?}");
    }
}

/// Without the client there is another type `Error`, with one variant, that says the same.
#[test]
fn a_value_that_is_not_complete_names_what_it_needs() {
    use imprint_client::types::OrderBase;

    let error = OrderBase::builder().partner_order_id("o-1").build().expect_err("it has no total");
    let sentence = error.to_string();
    assert!(sentence.starts_with("OrderBase needs ") && sentence.contains("total_order_amount"), "{sentence}");
    let fields = format!("{sentence}; fields: InvalidRequest(InvalidRequestError {{ subject: \"OrderBase\", ");
    assert!(format!("{error:?}").starts_with(&fields), "{error:?}");
    assert!(matches!(error, imprint_client::Error::InvalidRequest(_)));
}
