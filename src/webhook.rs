//! Webhooks: how to enroll an endpoint, verify a delivery, understand its event, and answer it.
//!
//! Imprint POSTs an event to your endpoint and repeats it, with growing pauses, until you answer with success. A
//! [`Verifier`] checks whether a delivery is genuine and reads its [`Event`]:
//!
//! ```
//! use imprint_client::webhook::{Event, Verifier, WebhookError};
//!
//! fn receive(verifier: &Verifier, signature_header: &str, raw_body: &[u8]) -> Result<(), WebhookError> {
//!     match verifier.verify(signature_header, raw_body)? {
//!         Event::Transaction(t) => println!("{:?}: {:?}", t.transaction_id, t.status),
//!         Event::Reward(r) => println!("{:?}: {:?}", r.reward_id, r.status),
//!         Event::Unrecognized { object, data: _ } => println!("{object} is new, and no error"),
//!         event => println!("{} of customer {:?}", event.object(), event.customer_id()),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! With the feature `axum` there is an extractor, `Webhook`, that verifies and reads the delivery before your handler
//! runs.
//!
//! # Enroll
//!
//! No operation of the API subscribes an endpoint: give its address to the people at Imprint who set your program up,
//! and get the signing token from them. The address has to be https. There may be several endpoints, such as one for
//! each kind of event. If you need the IP ranges that Imprint sends from, for a firewall, ask the same people.
//!
//! # Verify
//!
//! Give the verifier the body byte for byte as it came: if it is parsed and written again, its bytes change and the
//! signature is wrong. A signature header that came in several lines is one value: join the lines with commas, or give
//! all headers to [`Verifier::verify_headers`], which joins them. Call [`Verifier::check`] when your service starts: it
//! finds a token that cannot be used, such as a blank one.
//!
//! Imprint's documentation leaves open how the key of the HMAC is made from the signing token, and whether the raw body
//! is signed or a sorted form of it; it shows no token to try it with. So a [`Verifier`] accepts nine
//! [readings](Reading) of the documentation. This costs no security, since a signature under any of them needs the
//! token. They combine
//!
//! - three keys: the token as it is, its SHA-256, and the hex digits of its SHA-256;
//! - three bodies: the body as it came; JSON without white space and with sorted keys; the same JSON with Go's escapes.
//!
//! The verifier logs the reading that matched, once and at `INFO`, and [`Verifier::verify_signature`] reports it. Once
//! you have seen genuine deliveries, [pin](Verifier::pin) this reading.
//!
//! **If no reading matches**, all deliveries are [`WebhookError::WrongSignature`]. With the feature `tracing`, refusals
//! are logged at `DEBUG`, and a wrong signature before any right one at `WARN`, the first time. Check these causes, in
//! this order:
//!
//! 1. Is the body the raw one? A framework may have decompressed, decoded or rewritten it.
//! 2. Is the token that of this endpoint and this environment, with no space at its ends?
//! 3. Is the token hex or base64, and are its decoded bytes the key? The documentation can be read like this too, but
//!    it is not tried here. Ask Imprint how the key is made, and for a signed example. If it is made like this, this
//!    library needs another [`KeyReading`]: please report it.
//! 4. Is the body larger than 128 KiB, or made of more than 10,000 values? Then only the body as it came is tried, and
//!    not the sorted forms.
//!
//! A delivery may be five minutes old, unless you [set another limit](Verifier::tolerance). Imprint does not publish a
//! limit, nor whether a repeated delivery is signed anew. If repetitions keep their first timestamp, those that come
//! later than five minutes are refused, again and again: if you see [`WebhookError::TooOld`] after an outage of yours,
//! raise the tolerance and rely on the dedupe key.
//!
//! # Understand
//!
//! Any field of an event may be missing: each is an `Option`, or a list or map that may be empty. For this reason the
//! values that also occur in the API, such as the tokens of a payment method, have types of their own in events.
//!
//! Events may come twice, late, and in any order; each carries its own times. A delivery has no id. Instead,
//! [`Event::dedupe_key`] is made of the fields that differ between events, as far as these are known. Every field that
//! may differ between two events is part of the key (amounts, times and statuses, too): if it were left out, an event
//! could be taken for a repetition and be lost. So a reward that is announced again with another amount has another
//! key. If something must happen only once for each reward, keep the id of the reward, in lower case, under a unique index
//! of its own: Imprint writes its ids in both letter cases, and the dedupe key is made of them as they came.
//!
//! Kinds, statuses and fields that this version does not know are no errors, but a field of the wrong type is an error.
//! [`WebhookError::Unreadable`] then holds the body: keep it in a dead-letter queue.
//!
//! # Answer
//!
//! **Answer 200.** One page takes any 2xx for success; the guide to rewards and the OpenAPI document name 200.
//!
//! **The answer is binding.** A success for a reward that is `AVAILABLE` or `DEDUCTED` confirms to Imprint that you
//! have issued or deducted it, with no further call. So do the work of the event, or write down that it has to be
//! done, and commit that before you answer. If you could not, answer anything but success, and the event comes again.
//! `PENDING` and `PENDING_DEDUCTION` are confirmed by a call instead; see [the guide](crate::guide::rewards).
//!
//! **After a dead letter** both answers have a disadvantage. After the 400 of [`WebhookError::status`] Imprint repeats
//! the delivery that you cannot read; no limit is published, so it may come for ever, and each time as another dead
//! letter. A 200 ends the repetitions, but the body may be a reward, and then the 200 confirms a reward that nobody has
//! issued. Answer 400 as long as a person has not looked at the body: repetitions cost little, a reward that is lost
//! costs a customer. Answer 200 only if you know that the body is no reward, or if its work has been done by hand.
//!
//! **Do the work once.** Put the dedupe key under a unique index, in the same transaction as the work:
//!
//! ```sql
//! CREATE TABLE webhook_seen (dedupe_key VARCHAR(160) PRIMARY KEY, seen_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
//!
//! BEGIN;
//! INSERT INTO webhook_seen (dedupe_key) VALUES ($1) ON CONFLICT DO NOTHING;
//! -- no row inserted: it was done before. COMMIT and answer with success.
//! -- one row: do the work here, in this transaction.
//! COMMIT; -- and only then answer
//! ```
//!
//! If the work fails, or the process dies, the transaction is rolled back, and the row with the key is removed with it:
//! the event comes again and is handled as a new one. If you commit the key first and do the work afterwards, an event
//! is lost when the process dies between the two.
//!
//! **Several instances** of your service have to share the table: if two of them get the same delivery, the unique
//! index in your own database lets one of them continue and makes the other wait for it. A set in memory, or a file on
//! each instance, does not do this. Work that cannot be in the transaction, such as a call to another service, goes
//! through an outbox: the transaction writes down what to do, and a worker does it with an idempotency key of its own,
//! such as the dedupe key.
//!
//! You may delete the keys when Imprint has stopped repeating; it publishes no limit, so keep them for months rather
//! than days.
//!
//! The example `webhook_server` in the repository does all of this with axum and SQLite. Its `--self-test` kills the
//! server in the middle of an event.
//!
//! # Test
//!
//! [`testing::Signer`] makes deliveries of any event, at any time, under any reading.

// This module imports `value`, `error` and `call` (decoding, and the target of logs), but not the client: a receiver
// needs no client. `Event` is generated from the document, and uses `envelope` and `dedupe`.

#[cfg(feature = "axum")]
mod axum;
mod canonical;
mod dedupe;
mod digits;
mod envelope;
mod error;
#[allow(clippy::large_enum_variant, reason = "a box around each kind would be in the way of every match")]
mod event;
mod header;
mod reading;
pub mod testing;
mod verifier;

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use self::axum::{Webhook, WebhookRejection};
pub use error::{UnreadableError, WebhookError};
pub use event::Event;
pub use reading::{BodyReading, KeyReading, Reading};
pub use verifier::{Verified, Verifier};

/// The header that carries the signature, `X-IMPRINT-HMAC-SIGNATURE`: `t=<timestamp>,s=<signature>`.
pub const SIGNATURE_HEADER: &str = "x-imprint-hmac-signature";

/// The largest body that is accepted: 1 MiB. Events are a few kilobytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
