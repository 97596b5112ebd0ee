//! Reads and writes the object around every event: `{"object": "REWARD", "data": {…}}`.

use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::digits;
use super::error::UnreadableError;
use super::event::Event;
use crate::call::decode;
use crate::error::Finding;
use crate::value::object;

/// The kind of an event. It is read first, and `data` is passed over, because `data` comes before `object` in a sorted
/// body.
struct EventKind {
    object: String,
}

object!(EventKind { object: Plain = "object" });

struct EventData<T> {
    data: Option<T>,
}

object!(EventData<T> { data: Optional = "data" });

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
        let kind: EventKind = decode::body(body)?;
        let event = Self::read(kind.object, body)?;
        // Where the digits of a long integer can be kept they are. Where they cannot, a field takes no text.
        let kept = digits::quoted(body).and_then(|body| Self::read(event.object().to_owned(), &body).ok());
        Ok(kept.unwrap_or(event))
    }
}

/// The `data` of a known kind. None of its fields is sure to be there, and it itself is not.
pub(crate) fn data<T: DeserializeOwned>(body: &[u8]) -> Result<T, Finding> {
    match decode::body::<EventData<T>>(body)?.data {
        Some(data) => Ok(data),
        None => decode::body(b"{}"),
    }
}

/// The `data` of an unknown kind.
pub(crate) fn data_or_null(body: &[u8]) -> Result<Value, Finding> {
    Ok(decode::body::<EventData<Value>>(body)?.data.unwrap_or_default())
}

/// Writes the envelope around the data.
pub(crate) fn write<S: Serializer>(serializer: S, object: &str, data: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut envelope = serializer.serialize_struct("Event", 2)?;
    envelope.serialize_field("object", object)?;
    envelope.serialize_field("data", data)?;
    envelope.end()
}
