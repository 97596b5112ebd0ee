//! What calls send and answer: the types of the API document.
//!
//! Every enum and every kind of id is open: it takes values that this version does not know. Structs may get more
//! fields in a new version, so they are made by their builders, of which [`builder`] has one for each.

#![allow(missing_docs, reason = "not everything is described in the API document")]
#![allow(clippy::all, rustdoc::all, unused_qualifications, reason = "made by the build script")]

include!(concat!(env!("OUT_DIR"), "/types.rs"));

pub mod builder {
    //! Builders of the types. `build` names every missing field at once.

    include!(concat!(env!("OUT_DIR"), "/builder.rs"));
}
