//! Webhooks: enroll, verify what comes, understand it, answer it.
//!
//! Imprint POSTs an event to your endpoint and repeats it, with growing pauses, until you answer with success. A
//! [`Verifier`] says whether a delivery is genuine and makes an [`Event`] of it:
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
//! With the feature `axum` there is an extractor, `Webhook`, that does so before your handler runs.
//!
//! # Enroll
//!
//! No operation subscribes an endpoint: give its address to the people at Imprint who set your program up, and get the
//! signing token from them. It has to be https. There may be several, such as one for each kind of event. The ranges of
//! addresses that Imprint sends from, for a firewall, come from the same people.
//!
//! # Verify
//!
//! Give the verifier the body byte for byte as it came: one that was parsed and written again is another body. A
//! signature header that came in several lines is one value: join the lines with commas, or give all headers to
//! [`Verifier::verify_headers`], which does so. A token
//! that cannot be used, such as a blank one, is found by [`Verifier::check`]: call it when your service starts.
//!
//! Imprint's documentation leaves open how the key is made of the signing token, and whether the raw body is signed or
//! a sorted form of it; it shows no token to try it with. So a [`Verifier`] accepts nine [readings](Reading), which
//! costs no security, since each needs the token:
//!
//! - three keys: the token as it is, its SHA-256, and the hex digits of its SHA-256;
//! - three bodies: as it came, as JSON without white space and with its keys sorted, and that with Go's escapes.
//!
//! It logs the one that matched, and [`Verifier::verify_signature`] reports it. Once you have seen genuine deliveries,
//! [pin](Verifier::pin) it.
//!
//! **If none matches**, all deliveries are [`WebhookError::WrongSignature`]. With the feature `tracing`, refusals are
//! logged at `DEBUG`, and a wrong signature before any right one at `WARN`, the first time. Look at these, in this
//! order:
//!
//! 1. Is the body the raw one? A framework may have decompressed, decoded or rewritten it.
//! 2. Is the token that of this endpoint and this environment, with no space at its ends?
//! 3. The documentation can be read in a way that is not tried here: that the token is hex or base64, and its decoded
//!    bytes are the key. Ask Imprint how the key is made, and for a signed example. If it is so, this library needs
//!    another [`KeyReading`]: please report it.
//! 4. Is the body larger than 128 KiB, or made of more than 10,000 values? Then only the body as it came is tried, and
//!    not the sorted forms.
//!
//! The age of a delivery is bounded, five minutes unless you [say otherwise](Verifier::tolerance). Imprint publishes no
//! limit, nor whether a repeated delivery is signed anew. If repetitions keep their first timestamp, those that come
//! later than five minutes are refused, again and again: if you see [`WebhookError::TooOld`] after an outage of yours,
//! raise the tolerance and rely on the dedupe key.
//!
//! # Understand
//!
//! No field of an event is sure to be there: each is an `Option`, or a list or map that may be empty. Of what events
//! share with the API, such as the tokens of a payment method, they have a type of their own for that reason.
//!
//! Events may come twice, late, and in any order; each carries its own times. There is no id of a delivery:
//! [`Event::dedupe_key`] is made of what tells one event from another, as far as that can be told. A field that may
//! tell two events apart is part of the key (amounts, times and statuses, too): if it were left out, an event could be
//! taken for a repetition and be lost. So a reward that is announced again with another amount has another key: what
//! must happen once for each reward needs its id under a unique index of its own.
//!
//! Kinds, statuses and fields that this
//! version does not know are no errors, but a field of the wrong type is. Such a body is in
//! [`WebhookError::Unreadable`]: keep it in a dead-letter queue.
//!
//! # Answer
//!
//! **Answer 200.** One page takes any 2xx for success; the guide to rewards and the OpenAPI document name 200.
//!
//! **The answer commits you.** A success for a reward that is `AVAILABLE` or `DEDUCTED` confirms to Imprint that you
//! have issued or deducted it, with no further call. So do what the event asks for, or write down that it has to be
//! done, and commit that before you answer. Answer anything but success when you could not, and the event comes again.
//! `PENDING` and `PENDING_DEDUCTION` are confirmed by a call instead; see [the guide](crate::guide::rewards).
//!
//! **After a dead letter** neither answer is right. The 400 of [`WebhookError::status`] has Imprint repeat what you
//! cannot read; no limit is published, so it may come for ever, and each time as another dead letter. A 200 ends
//! that, but the body may be a reward, and then it confirms what nobody has issued. Keep the 400 while a person looks
//! at it: repetitions cost little, a reward that is lost costs a customer. Answer 200 only for a body of which you
//! know that it is no reward, or whose work is done by hand.
//!
//! **Do it once.** Put the key under a unique index, in the same transaction as the work:
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
//! If the work fails, or the process dies, the transaction is rolled back and the mark is forgotten with it: the event
//! comes again and finds no trace. Whoever commits the mark first and works afterwards loses the events it died over.
//!
//! **Several instances** share the mark by sharing the table: the unique index, in your own database, lets one of two
//! that got the same delivery pass, and makes the other wait for it. A set in memory, or a file on each of them, does
//! not. Work that cannot be in the transaction, such as a call to another service, goes through an outbox: the
//! transaction writes down what to do, and a worker does it with an idempotency key of its own, such as the dedupe
//! key.
//!
//! Marks may go when Imprint has stopped repeating; it publishes no limit, so keep them for months rather than days.
//!
//! The example `webhook_server` in the repository does all of this with axum and SQLite, and has a `--self-test` that
//! kills it in the middle of an event.
//!
//! # Test
//!
//! [`testing::Signer`] makes deliveries of any event, at any time, under any reading.

// This room imports `value`, `error` and `call` (decoding, and the target of logs), and not the client: a receiver
// needs none. `Event` is generated from the document, and uses `envelope` and `dedupe`.

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

/// The largest body that is looked at: 1 MiB. Events are a few kilobytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
