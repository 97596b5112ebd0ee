//! Values of a request that are sent as they are although this version of the library does not understand them.

/// A value that may be one that this version does not understand: a value of an open enum, or a timestamp.
///
/// Such a value may come from the API and is then sent back unchanged, so it is no error. It may also be a typing
/// mistake, which the API would answer with a refusal or would ignore. So it is reported, and with
/// [`strict_requests`](crate::ClientBuilder::strict_requests) refused.
pub(crate) trait Doubtful {
    /// What is doubtful about the value, as the rest of a sentence that begins with the name of the field.
    fn doubt(&self) -> Option<&'static str>;
}

impl Doubtful for super::Timestamp {
    fn doubt(&self) -> Option<&'static str> {
        (!self.is_valid()).then_some("is no RFC 3339 date and time such as 2025-02-13T19:08:07Z")
    }
}
