//! The events that Imprint sends, by their kind.
//!
//! Which kinds there are, and which fields tell two events of a kind apart, comes from the API document: the build
//! script writes a table of that, and the macro `events` makes [`Event`] of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::error::UnreadableError;
use super::{dedupe, digits, envelope};
#[allow(unused_imports, reason = "whether it is used depends on the API document")]
use crate::call::decode;
use crate::error::Finding;
use crate::types::{self, CustomerId, PartnerCustomerId};

/// Gives the value of a field that a kind of event may have: `some` where it has it.
macro_rules! field {
    (some, $data:ident.$field:ident.$read:ident()) => {
        $data.$field.$read()
    };
    (none, $data:ident.$field:ident.$read:ident()) => {{
        let _ = $data;
        None
    }};
    (some, &$data:ident.$field:ident) => {
        &$data.$field
    };
    (none, &$data:ident.$field:ident) => {{
        let _ = $data;
        &NO_METADATA
    }};
}

/// Reads and writes the body of a kind: what it says stands under `data`, or is the whole body.
macro_rules! body {
    (read data, $body:ident) => {
        envelope::data($body)?
    };
    (read whole, $body:ident) => {
        decode::body($body)?
    };
    (write data, $serializer:ident, $object:literal, $data:ident) => {
        envelope::write($serializer, $object, $data)
    };
    (write whole, $serializer:ident, $object:literal, $data:ident) => {
        Serialize::serialize($data, $serializer)
    };
}

/// Makes `Event` of the table of kinds.
///
/// Of each kind the table has: its doc comment, the variant and the type of its data; the text by which Imprint calls
/// it; where in the body the data stands; the fields that tell two events apart, with those that count where they are
/// there; and whether it has each of the fields that events share.
macro_rules! events {
    ($(
        $(#[$docs:meta])*
        $kind:ident($data:ident) {
            object: $object:literal,
            body: $place:ident,
            dedupe: [$($dedupe:literal),*],
            dedupe_also: [$($also:literal),*],
            customer_id: $customer_id:ident,
            partner_customer_id: $partner_customer_id:ident,
            merchant_key: $merchant_key:ident,
            customer_metadata: $customer_metadata:ident,
        }
    )*) => {
        /// An event that Imprint sends, by its kind.
        ///
        /// A kind that this version does not know is [`Unrecognized`](Event::Unrecognized) and no error: answer it with
        /// success, or it will be sent again and again. `Debug` shows what it shows of the types: neither secrets nor
        /// personal data, and nothing of an unrecognized event.
        ///
        /// It is written as the JSON that it is read from, by [`parse`](Event::parse).
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$docs])* $kind(types::$data),)*
            /// A kind of event that this version does not know.
            Unrecognized {
                /// The kind, as Imprint calls it.
                object: String,
                /// What the event says, as it came; null if it says nothing. An integer beyond 64 bits is a text here:
                /// a number would lose digits.
                data: Value,
            },
        }

        impl Event {
            /// The kind of the event, as Imprint calls it.
            pub fn object(&self) -> &str {
                match self {
                    $(Self::$kind(_) => $object,)*
                    Self::Unrecognized { object, .. } => object,
                }
            }

            /// The customer the event is about. `None` where a kind of event does not say it, or this one does not.
            pub fn customer_id(&self) -> Option<&CustomerId> {
                match self {
                    $(Self::$kind(data) => field!($customer_id, data.customer_id.as_ref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// Your own id of that customer. `None` where a kind of event does not say it, or this one does not.
            pub fn partner_customer_id(&self) -> Option<&PartnerCustomerId> {
                match self {
                    $(Self::$kind(data) => field!($partner_customer_id, data.partner_customer_id.as_ref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// The co-branded product the event is about, for partners with several. `None` where a kind of event does
            /// not say it, or this one does not.
            pub fn merchant_key(&self) -> Option<&str> {
                match self {
                    $(Self::$kind(data) => field!($merchant_key, data.merchant_key.as_deref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// What you gave as `customer_metadata` when you created the customer's session. Empty where a kind of
            /// event does not say it, or this one does not.
            pub fn customer_metadata(&self) -> &BTreeMap<String, String> {
                match self {
                    $(Self::$kind(data) => field!($customer_metadata, &data.customer_metadata),)*
                    Self::Unrecognized { .. } => &NO_METADATA,
                }
            }

            /// A key that two deliveries of one event have in common, and no two events.
            ///
            /// Imprint sends no id of a delivery, so this is what tells a repeated one: keep it under a unique index,
            /// and take an event whose key is there already for a repetition.
            ///
            /// It is the kind, a colon, and a SHA-256 in hex. Hashed are the fields that tell two events of this kind
            /// apart: ids, statuses, amounts and times. If a field is missing without which that cannot be told (the id
            /// of a reward, say), or it is not known which fields tell it, everything that this version reads of the
            /// event is hashed. So a key has a fixed length for each kind, and nothing about a person can be read in
            /// it.
            ///
            /// Times count as instants, so that `07Z` and `07.000Z` are one. Integers keep all their digits.
            ///
            /// Of a known kind, fields that this version does not know are no part of it: two events that differ in
            /// nothing else have one key.
            ///
            /// Another version of this crate may make other keys of the same events, when more is known of a kind: the
            /// release notes say so. Around such an update an event may be handled twice.
            pub fn dedupe_key(&self) -> String {
                match self {
                    $(Self::$kind(data) => dedupe::key($object, data, &[$($dedupe),*], &[$($also),*]),)*
                    Self::Unrecognized { object, data } => dedupe::key(object, data, &[], &[]),
                }
            }

            /// Reads a body of a kind that has been read from it before.
            pub(super) fn read(object: String, body: &[u8]) -> Result<Self, Finding> {
                Ok(match object.as_str() {
                    $($object => Self::$kind(body!(read $place, body)),)*
                    _ => Self::Unrecognized { data: envelope::data_or_null(body)?, object },
                })
            }
        }

        impl fmt::Debug for Event {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$kind(data) => f.debug_tuple(stringify!($kind)).field(data).finish(),)*
                    Self::Unrecognized { .. } => f.debug_struct("Unrecognized").finish_non_exhaustive(),
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$kind(data) => body!(write $place, serializer, $object, data),)*
                    Self::Unrecognized { object, data } => envelope::write(serializer, object, data),
                }
            }
        }
    };
}

impl Event {
    /// Reads the body of a delivery without verifying it: for bodies that were verified before they were stored, and
    /// for tests. Use [`Verifier::verify`](crate::webhook::Verifier::verify) for what comes from the network.
    ///
    /// ```
    /// use imprint_client::{types, webhook::Event};
    ///
    /// let event = Event::parse(br#"{"object": "REWARD", "data": {"reward_id": "DCBFC736", "status": "PENDING"}}"#)?;
    /// let Event::Reward(reward) = &event else { panic!("not a reward") };
    /// assert_eq!(reward.status, Some(types::RewardStatus::Pending));
    /// # Ok::<(), imprint_client::webhook::UnreadableError>(())
    /// ```
    ///
    /// In free-form data, such as `metadata` and the data of kinds that this version does not know, an integer beyond
    /// 64 bits becomes a text, because a number would lose digits.
    ///
    /// # Errors
    ///
    /// [`UnreadableError`], which has the body, when it is not JSON, is no object with an `object` that says the kind,
    /// or holds something in a field of a known kind that the field cannot hold.
    pub fn parse(body: &[u8]) -> Result<Self, UnreadableError> {
        Self::find(body).map_err(|finding| UnreadableError::new(finding, body))
    }

    pub(super) fn find(body: &[u8]) -> Result<Self, Finding> {
        let event = Self::read(envelope::kind(body)?, body)?;
        // Where the digits of a long integer can be kept they are. Where they cannot, a field takes no text.
        let kept = digits::quoted(body).and_then(|body| Self::read(event.object().to_owned(), &body).ok());
        Ok(kept.unwrap_or(event))
    }
}

static NO_METADATA: LazyLock<BTreeMap<String, String>> = LazyLock::new(BTreeMap::new);

include!(concat!(env!("OUT_DIR"), "/event.rs"));
