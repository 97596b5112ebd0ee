//! Property tests of the verifier and of the decoding of events.

use std::time::{Duration, SystemTime};

use imprint_client::webhook::testing::Signer;
use imprint_client::webhook::{BodyReading, Event, Reading, Verifier, WebhookError};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{KINDS, TOKEN};

/// Arbitrary JSON objects for the `data` of an event.
fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    });
    prop::collection::btree_map(any::<String>(), value, 0..6).prop_map(|map| json!(map))
}

fn reading() -> impl Strategy<Value = Reading> {
    prop::sample::select(Reading::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_signed_delivery_is_verified_and_decoded(object in "[A-Z_]{1,20}x", data in data(), reading in reading(), seconds in 0_u64..4_000_000_000, spread: bool) {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let signer = Signer::new(TOKEN).reading(reading).at(then);
        let envelope = json!({"object": object, "data": data});
        let body = if spread { serde_json::to_vec_pretty(&envelope) } else { serde_json::to_vec(&envelope) }.expect("JSON");
        let delivery = signer.sign(body);
        let verifier = Verifier::new(TOKEN).clock(move || then);
        let verified = verifier.verify_signature(&delivery.signature, &delivery.body).expect("the delivery is signed correctly");
        prop_assert_eq!(verified.reading.key, reading.key);
        prop_assert_eq!(verified.signed_at, then);
        let expected = Event::Unrecognized { object, data };
        prop_assert_eq!(verifier.pin(reading).verify(&delivery.signature, &delivery.body).expect("the delivery is signed correctly"), expected);
    }

    #[test]
    fn another_body_is_refused(body in any::<Vec<u8>>(), other in any::<Vec<u8>>(), text in "[{}\\[\\]\":, a0]{0,12}") {
        let delivery = Signer::new(TOKEN).sign(body);
        let verifier = Verifier::new(TOKEN);
        for other in [other, text.into_bytes()] {
            let verified = verifier.verify_signature(&delivery.signature, &other);
            match verified {
                // The bodies are equal, or they are the same JSON in its sorted form.
                Ok(verified) => prop_assert!(other == delivery.body || verified.reading.body != BodyReading::Raw),
                Err(error) => prop_assert!(matches!(error, WebhookError::WrongSignature)),
            }
        }
        prop_assert!(verifier.verify_signature(&delivery.signature, &delivery.body).is_ok());
    }

    #[test]
    fn no_invalid_header_is_accepted_or_causes_a_panic(header in any::<String>(), like in "[ts=, 0-9a-f\t]{0,90}", digits in "[0-9]{0,30}") {
        let verifier = Verifier::new(TOKEN).accept_any_age();
        let hex = "0".repeat(64);
        for header in [header, like, format!("t={digits},s={hex}")] {
            let result = verifier.verify(&header, b"[]");
            prop_assert!(result.is_err());
        }
    }

    #[test]
    fn an_event_is_unchanged_after_serialization_and_deserialization(kind in prop::sample::select(KINDS.to_vec()), amount in any::<i64>(), text in any::<String>(), metadata in data()) {
        let data = json!({
            "merchant_key": text, "customer_id": text, "partner_customer_id": text, "status": text, "updated_at": text,
            "amount": amount, "metadata": metadata, "customer_metadata": {text.clone(): text},
        });
        let event = Event::parse(&Signer::new(TOKEN).deliver(kind, &data).body).expect("an event");
        prop_assert_eq!(event.object(), kind);
        let again = Event::parse(&serde_json::to_vec(&event).expect("JSON")).expect("an event");
        prop_assert_eq!(&again, &event);
        prop_assert_eq!(again.dedupe_key(), event.dedupe_key());
    }

    #[test]
    fn no_body_causes_a_panic(body in any::<Vec<u8>>(), text in "\\{\"object\": ?\"REWARD\", ?\"data\": ?[\\[\\]{}\":, a0]{0,12}") {
        for body in [body, text.into_bytes()] {
            if let Err(error) = Event::parse(&body) {
                prop_assert_eq!(error.body(), &body[..]);
            }
        }
    }
}
