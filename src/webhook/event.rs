//! The events that Imprint sends, by their kind.
//!
//! The API document defines which kinds there are, and which fields differ between two events of a kind. The build
//! script writes both into a table, and the macro `events` makes [`Event`] from it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::error::UnreadableError;
use super::{dedupe, digits, envelope};
use crate::decode;
use crate::error::Finding;
use crate::types::{self, CustomerId, PartnerCustomerId};

/// Gives the value of a field that not every kind of event has: `some` for a kind that has the field, `none` for one
/// that does not.
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

/// Reads and writes the body of a kind of event: its data is the value of `data`, or the whole body.
macro_rules! body {
    (read data, $body:ident) => {
        envelope::data($body)?
    };
    (read whole, $body:ident) => {
        decode::body($body)?
    };
    (write data, $serializer:ident, $object:literal, $data:ident) => {
        envelope::write($serializer, (TAG, $object), $data)
    };
    (write whole, $serializer:ident, $object:literal, $data:ident) => {
        Serialize::serialize($data, $serializer)
    };
}

/// Makes `Event` from the table of kinds.
///
/// The table has an entry for each kind: its doc comment; the variant and the type of its data; the name by which
/// Imprint calls it (`object`); where in the body the data stands; the fields that differ between two events, and
/// further ones that are used if the event has them; and, for each field that several kinds share, whether this kind
/// has it.
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
        /// success, or it will be sent again and again. `Debug` shows the data of a known kind as the `Debug` of its
        /// type does, without secrets and personal data, and shows nothing of an unrecognized event.
        ///
        /// `Serialize` writes an event as the JSON that [`parse`](Event::parse) reads.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$docs])* $kind(types::$data),)*
            /// A kind of event that this version does not know.
            Unrecognized {
                /// The kind, as Imprint calls it.
                object: String,
                /// The `data` of the event, as it came; null if there is none. An integer beyond 64 bits is a text
                /// here, because a number would lose digits.
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

            /// The customer the event is about. `None` if this kind of event, or this event, does not have it.
            pub fn customer_id(&self) -> Option<&CustomerId> {
                match self {
                    $(Self::$kind(data) => field!($customer_id, data.customer_id.as_ref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// Your own id of that customer. `None` if this kind of event, or this event, does not have it.
            pub fn partner_customer_id(&self) -> Option<&PartnerCustomerId> {
                match self {
                    $(Self::$kind(data) => field!($partner_customer_id, data.partner_customer_id.as_ref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// The co-branded product the event is about, for partners with several. `None` if this kind of event, or
            /// this event, does not have it.
            pub fn merchant_key(&self) -> Option<&str> {
                match self {
                    $(Self::$kind(data) => field!($merchant_key, data.merchant_key.as_deref()),)*
                    Self::Unrecognized { .. } => None,
                }
            }

            /// The `customer_metadata` that you gave when you created the customer's session. Empty if this kind of
            /// event, or this event, does not have it.
            pub fn customer_metadata(&self) -> &BTreeMap<String, String> {
                match self {
                    $(Self::$kind(data) => field!($customer_metadata, &data.customer_metadata),)*
                    Self::Unrecognized { .. } => &NO_METADATA,
                }
            }

            /// A key that is the same for two deliveries of one event, and differs between two events.
            ///
            /// Imprint sends no id of a delivery, so recognize a repeated delivery by this key: keep it under a unique
            /// index, and take an event whose key is there already for a repetition.
            ///
            /// The key is the kind, a colon, and a SHA-256 in hex. The hash is made of the fields that differ between
            /// two events of this kind: ids, statuses, amounts and times. If a field is missing that is needed for this
            /// (the id of a reward, say), or if it is not known which fields differ, the hash is made of everything
            /// that this version reads of the event. So a key has a fixed length for each kind, and nothing about a
            /// person can be read in it.
            ///
            /// Times are compared as instants, so `07Z` and `07.000Z` are the same. Integers keep all their digits.
            ///
            /// In a known kind, fields that this version does not know are not part of the key: two events that differ
            /// only in such fields have the same key.
            ///
            /// Another version of this crate may make other keys of the same events, when more is known of a kind: the
            /// release notes say so. Around such an update an event may be handled twice.
            pub fn dedupe_key(&self) -> String {
                match self {
                    $(Self::$kind(data) => dedupe::key($object, data, &[$($dedupe),*], &[$($also),*]),)*
                    Self::Unrecognized { object, data } => dedupe::key(object, data, &[], &[]),
                }
            }

            /// Reads a body whose kind, `object`, has been read from it before.
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
                    Self::Unrecognized { object, data } => envelope::write(serializer, (TAG, object), data),
                }
            }
        }
    };
}

impl Event {
    /// Reads the body of a delivery without verifying it: for bodies that were verified before they were stored, and
    /// for tests. Use [`Verifier::verify`](crate::webhook::Verifier::verify) for a body that comes from the network.
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
    /// [`UnreadableError`], which holds the body, when the body is not JSON, is not an object whose `object` names the
    /// kind, or has a value in a field of a known kind that the field cannot hold.
    pub fn parse(body: &[u8]) -> Result<Self, UnreadableError> {
        Self::find(body).map_err(|finding| UnreadableError::new(finding, body))
    }

    pub(super) fn find(body: &[u8]) -> Result<Self, Finding> {
        // The body is read twice, and the first time only for the kind: in a sorted body `data` comes before it, so the
        // type of `data` is not known yet when it is reached.
        let event = Self::read(decode::body::<EventKind>(body)?.object, body)?;
        // Integers beyond 64 bits are quoted, so that they keep their digits, and the body is read again. If that fails
        // because a field of a known kind does not accept a text, the event that was read first is used.
        let kept = digits::quoted(body).and_then(|body| Self::read(event.object().to_owned(), &body).ok());
        Ok(kept.unwrap_or(event))
    }
}

static NO_METADATA: LazyLock<BTreeMap<String, String>> = LazyLock::new(BTreeMap::new);

include!(concat!(env!("OUT_DIR"), "/event.rs"));
