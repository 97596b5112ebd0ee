//! What the generated types are made of: secrets, timestamps, open enums, ids, what setters take, and how fields are
//! read.
//!
//! This is the lowest floor. It imports no other module of this crate: nothing here knows of operations, errors of
//! calls, or the client.
//!
//! | module | what it has |
//! |---|---|
//! | `secret` | [`Secret`], the mark that replaces personal data in `Debug`, and the search for our own secrets in texts |
//! | `timestamp` | [`Timestamp`] |
//! | `open_enum`, `id` | the macros behind the generated enums and ids |
//! | `fields`, `integer` | what the setters of builders, and the methods that are written by hand, take |
//! | `doubt` | values that are sent although this version does not understand them |
//! | `object`, `lenient` | how structs and their fields are read from JSON |
//! | `union` | how values that have one of several shapes are read and written |
//! | `json` | the repair of JSON texts that are not valid Unicode |
//! | `text`, `schema` | reading JSON strings, and the JSON Schemas of types that are strings |
//! | `credential` | what is wrong with a key or a token |
//! | `error_debug` | the `Debug` of all public errors |

mod credential;
mod doubt;
pub(crate) mod error_debug;
pub(crate) mod fields;
mod id;
pub(crate) mod integer;
pub(crate) mod json;
pub(crate) mod lenient;
pub(crate) mod object;
mod open_enum;
mod schema;
mod secret;
pub(crate) mod text;
mod timestamp;
pub(crate) mod union;

pub(crate) use credential::CredentialProblem;
pub(crate) use doubt::Doubtful;
#[allow(unused_imports, reason = "whether the generated code uses it depends on the API document")]
pub(crate) use fields::FreeForm;
pub use fields::{IntoField, IntoList, IntoValue};
pub(crate) use id::opaque_string;
pub use integer::IntoInteger;
pub(crate) use object::object;
pub(crate) use open_enum::open_enum;
pub(crate) use schema::string_schema;
pub use secret::Secret;
pub(crate) use secret::{OwnSecrets, Redacted};
pub use timestamp::{Timestamp, TimestampError};
#[allow(unused_imports, reason = "the API document has no union at present")]
pub(crate) use union::union;
