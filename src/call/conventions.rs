//! What the generator and the runtime have to agree on about a call: how the value of a parameter is written, which headers no call sets
//! as a parameter, and what the parts of a path template are.
//!
//! `build/http.rs` compiles this file as well, so it imports nothing.

/// How a list or an object is written. A single value is written in the same way by all of them but `Json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "which of these the generated code uses depends on the API document")]
pub enum Style {
    /// In a path or a header: items with commas between them.
    Simple,
    /// `name=a&name=b`; each property of an object is a parameter of its own.
    Form,
    /// `name=a,b`.
    Commas,
    /// `name=a%20b`.
    Spaces,
    /// `name=a%7Cb`.
    Bars,
    /// `name[property]=value` and `name[0]=value`, at any depth.
    Deep,
    /// The same, but a list of single values repeats its name, as forms have it that say nothing of their lists.
    Repeated,
    /// The value as JSON.
    Json,
}

/// Headers that have a setting of their own, or may have only the value that the client gives them.
pub const SET_BY_CLIENT: [&str; 7] =
    ["accept", "authorization", "content-length", "content-type", "host", "user-agent", "x-imprint-merchant-key"];

/// Headers by which the two ends of a connection agree on its use and on the coding of messages.
pub const OF_CONNECTION: [&str; 16] = [
    "accept-charset",
    "accept-encoding",
    "alt-used",
    "connection",
    "content-encoding",
    "content-range",
    "expect",
    "http2-settings",
    "if-range",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Headers that change, for a gateway that follows them, which operation is called. What may be repeated, and what the path may
/// hold, is decided for the operation of the call.
pub const OVERRIDES: [&str; 8] = [
    "x-forwarded-host",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-rewrite-url",
];

/// Headers for the proxy, all of them, begin so.
pub const OF_PROXY: &str = "proxy-";

/// A part of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Parameter(&'a str),
}

/// The parts of a path template or of a segment of it, such as `{id}` and `:reverse`. Braces that do not match are text.
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, (name, after))) =
        rest.split_once('{').and_then(|(text, from)| Some((text, from.split_once('}')?)))
    {
        pieces.extend((!text.is_empty()).then_some(Piece::Text(text)));
        pieces.push(Piece::Parameter(name));
        rest = after;
    }
    pieces.extend((!rest.is_empty() || template.is_empty()).then_some(Piece::Text(rest)));
    pieces
}
