//! Reads and writes the object around every event: `{"object": "REWARD", "data": {…}}`.

use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::decode;
use crate::error::Finding;
use crate::value::object;

struct EventData<T> {
    data: Option<T>,
}

object!(EventData<T> { data: Optional = "data" });

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

/// Writes the envelope around the data; `tag` is the property that has the kind.
pub(super) fn write<S: Serializer>(
    serializer: S,
    (tag, object): (&'static str, &str),
    data: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut envelope = serializer.serialize_struct("Event", 2)?;
    envelope.serialize_field(tag, object)?;
    envelope.serialize_field("data", data)?;
    envelope.end()
}
