//! Makes deliveries that are signed as Imprint signs them, for the tests of a receiver.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::Mac;
use serde::Serialize;

use super::canonical::Node;
use super::event::Event;
use super::reading::{Reading, hex};
use super::{SIGNATURE_HEADER, envelope};
use crate::value::Redacted;
use crate::value::{IntoValue, Secret};

/// Signs the deliveries that a test sends to its own receiver.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use imprint_client::webhook::{Verifier, WebhookError, testing::Signer};
/// use serde_json::json;
///
/// let signer = Signer::new("the signing token");
/// let verifier = Verifier::new("the signing token");
///
/// let delivery = signer.deliver("REWARD", &json!({"reward_id": "DCBFC736", "status": "AVAILABLE"}));
/// assert_eq!(verifier.verify(&delivery.signature, &delivery.body)?.object(), "REWARD");
///
/// let stale = signer.at(SystemTime::now() - Duration::from_secs(3600)).deliver("REWARD", &json!({}));
/// assert!(matches!(verifier.verify(&stale.signature, &stale.body), Err(WebhookError::TooOld { .. })));
/// # Ok::<(), WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    token: Secret,
    reading: Reading,
    /// The time that is signed. `None` stands for the time at which the signature is made.
    at: Option<SystemTime>,
    milliseconds: bool,
}

/// A delivery: the signature header and the body to send in a POST.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The value of the header [`SIGNATURE_HEADER`].
    pub signature: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Signer {
    /// A signer with this token. It signs with the current time in seconds, under the
    /// [likeliest reading](Reading::default).
    pub fn new(signing_token: impl IntoValue<Secret>) -> Self {
        Self { token: signing_token.into_value(), reading: Reading::default(), at: None, milliseconds: false }
    }

    /// Signs under this reading.
    #[must_use]
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Signs with this time. A time before 1970 counts as 1970.
    #[must_use]
    pub fn at(mut self, time: SystemTime) -> Self {
        self.at = Some(time);
        self
    }

    /// Writes the timestamp in milliseconds.
    #[must_use]
    pub fn milliseconds(mut self) -> Self {
        self.milliseconds = true;
        self
    }

    /// A delivery of an event.
    pub fn event(&self, event: &Event) -> Delivery {
        self.sign(to_json(event))
    }

    /// A delivery of an event of any kind, with any data.
    pub fn deliver(&self, object: &str, data: &impl Serialize) -> Delivery {
        struct Envelope<'a, T>(&'a str, &'a T);
        impl<T: Serialize> Serialize for Envelope<'_, T> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                envelope::write(serializer, (super::event::TAG, self.0), self.1)
            }
        }
        self.sign(to_json(&Envelope(object, data)))
    }

    /// A delivery of exactly this body.
    pub fn sign(&self, body: impl Into<Vec<u8>>) -> Delivery {
        let body = body.into();
        Delivery { signature: self.header(&body), body }
    }

    /// The value of the signature header for a body.
    ///
    /// # Panics
    ///
    /// When the body has no [canonical form](super::BodyReading) and the reading needs one.
    pub fn header(&self, body: &[u8]) -> String {
        let since = self.at.unwrap_or_else(SystemTime::now).duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = if self.milliseconds { since.as_millis() } else { since.as_secs().into() }.to_string();
        let canonical = self.reading.body.escapes().map(|escapes| {
            let node = Node::parse(body)
                .expect("the body has a canonical form: no key twice, no unusual numbers, and it is small");
            node.write(escapes)
        });
        let signed = canonical.as_ref().map_or(body, String::as_bytes);
        let mac = self.reading.key.mac(&self.token, &timestamp, signed).finalize().into_bytes();
        format!("t={timestamp},s={}", *hex(&mac))
    }
}

impl Delivery {
    /// The header to send, by name and value.
    pub fn header(&self) -> (&'static str, &str) {
        (SIGNATURE_HEADER, &self.signature)
    }
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the data of a test is JSON")
}

/// Shows all fields but the token, which is secret.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token: _, reading, at, milliseconds } = self;
        f.debug_struct("Signer")
            .field("token", &Redacted)
            .field("reading", reading)
            .field("at", at)
            .field("milliseconds", milliseconds)
            .finish()
    }
}

/// Shows the signature, but not the body.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("signature", &self.signature).field("body", &Redacted).finish()
    }
}
