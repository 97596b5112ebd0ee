//! Reads and writes the object around every event: `{"object": "REWARD", "data": {…}}`.

use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::decode;
use crate::error::Finding;
use crate::value::object;

/// The kind of an event. The body is read twice, and the first time only for the kind: in a sorted body `data` comes
/// before `object`, so the type of `data` is not known yet when it is reached.
struct EventKind {
    object: String,
}

object!(EventKind { object: Plain = "object" });

struct EventData<T> {
    data: Option<T>,
}

object!(EventData<T> { data: Optional = "data" });

/// The kind of the event in a body, as Imprint calls it.
pub(super) fn kind(body: &[u8]) -> Result<String, Finding> {
    Ok(decode::body::<EventKind>(body)?.object)
}

/// The `data` of a known kind. Any of its fields may be missing, and so may `data` itself, which is then read as an
/// empty object.
pub(super) fn data<T: DeserializeOwned>(body: &[u8]) -> Result<T, Finding> {
    match decode::body::<EventData<T>>(body)?.data {
        Some(data) => Ok(data),
        None => decode::body(b"{}"),
    }
}

/// The `data` of an unknown kind; null if it is missing.
pub(super) fn data_or_null(body: &[u8]) -> Result<Value, Finding> {
    Ok(decode::body::<EventData<Value>>(body)?.data.unwrap_or_default())
}

/// Writes the envelope around the data.
pub(super) fn write<S: Serializer>(serializer: S, object: &str, data: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut envelope = serializer.serialize_struct("Event", 2)?;
    envelope.serialize_field("object", object)?;
    envelope.serialize_field("data", data)?;
    envelope.end()
}
