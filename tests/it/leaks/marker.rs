//! Marker texts that the tests recognize in any output, in every encoding in which they could appear.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;

/// The characters that must be encoded in a path.
const LIGHTLY: &AsciiSet = &CONTROLS.add(b' ').add(b'?');

/// A text that is not in the document and that every encoding changes.
pub fn marker(of: &str) -> String {
    format!("leak of {of}?&é~")
}

/// A number that is not in the document.
pub const NUMBER: i64 = 731_947_265;

/// Replaces all texts and numbers in a value by markers. The marker of a text contains its place.
pub fn fill_with_markers(value: &mut Value, place: &str) {
    match value {
        Value::String(text) => *text = marker(place),
        Value::Number(_) => *value = NUMBER.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_with_markers(item, place)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| fill_with_markers(value, &format!("{place}.{name}")))
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The text in all encodings in which it could appear.
pub fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![
        text.to_owned(),
        text.escape_debug().to_string(),
        serde_json::to_string(text).expect("a text").trim_matches('"').to_owned(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        form_encoded(text),
        utf8_percent_encode(text, LIGHTLY).to_string(),
    ];
    // The Base64 of a text depends on the bytes before it. The outermost characters contain bits of neighboring bytes,
    // so they are left out.
    for before in 0..3 {
        let bytes = [&vec![b'x'; before], text.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            spellings.push(encoded[4..encoded.len() - 2].to_owned());
        }
    }
    spellings
}

/// The text as it is encoded in a query.
fn form_encoded(text: &str) -> String {
    let mut url = Url::parse("http://a").expect("a URL");
    url.query_pairs_mut().append_key_only(text);
    url.query().expect("a query").to_owned()
}

/// Whether the output contains the text in any encoding.
pub fn contains_text(shown: &str, text: &str) -> bool {
    spellings(text).iter().any(|spelling| shown.contains(spelling))
}

/// The line of the output that contains a marker, if any does.
pub fn find_marker(shown: &str) -> Option<&str> {
    let start = spellings("leak of ").into_iter().chain([NUMBER.to_string()]).find_map(|start| shown.find(&start))?;
    let from = shown[..start].rfind('\n').map_or(0, |line| line + 1);
    Some(shown[from..].lines().next().unwrap_or_default())
}

#[test]
fn markers_are_recognized_in_every_encoding() {
    let text = marker("ssn");
    for shown in [
        format!("a {text} b"),
        format!("{text:?}"),
        STANDARD_NO_PAD.encode(format!("{text}:")),
        URL_SAFE_NO_PAD.encode(format!("u:{text}")),
        STANDARD_NO_PAD.encode(format!("id:{text}:more")),
        format!("/v2/{}/x", utf8_percent_encode(&text, NON_ALPHANUMERIC)),
        serde_json::json!({"a": text}).to_string(),
    ] {
        assert!(contains_text(&shown, &text), "{shown}");
        assert!(find_marker(&shown).is_some(), "{shown}");
    }
    assert!(!contains_text("a leak", &text) && find_marker("a leak of_").is_none());
}
