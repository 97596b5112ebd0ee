//! Text that is recognised wherever it turns up, in any of the spellings it could take.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;

/// What has to be encoded in a path, and no more.
const LIGHTLY: &AsciiSet = &CONTROLS.add(b' ').add(b'?');

/// A text that no text of the document holds, and that every encoding changes.
pub fn marker(of: &str) -> String {
    format!("leak of {of}?&é~")
}

/// A number likewise.
pub const NUMBER: i64 = 731_947_265;

/// All texts and numbers in a value become markers, those of the texts named after their place.
pub fn mark(value: &mut Value, place: &str) {
    match value {
        Value::String(text) => *text = marker(place),
        Value::Number(_) => *value = NUMBER.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| mark(item, place)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| mark(value, &format!("{place}.{name}"))),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The spellings in which this text could turn up.
pub fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![
        text.to_owned(),
        text.escape_debug().to_string(),
        serde_json::to_string(text).expect("a text").trim_matches('"').to_owned(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        form_encoded(text),
        utf8_percent_encode(text, LIGHTLY).to_string(),
    ];
    // Base64 depends on what stands before: the outermost characters hold bits of the neighbours.
    for before in 0..3 {
        let bytes = [&vec![b'x'; before], text.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            spellings.push(encoded[4..encoded.len() - 2].to_owned());
        }
    }
    spellings
}

/// As it would stand in a query.
fn form_encoded(text: &str) -> String {
    let mut url = Url::parse("http://a").expect("a URL");
    url.query_pairs_mut().append_key_only(text);
    url.query().expect("a query").to_owned()
}

/// Whether the text turns up in one of its spellings.
pub fn holds(shown: &str, text: &str) -> bool {
    spellings(text).iter().any(|spelling| shown.contains(spelling))
}

/// Whether any marker turns up.
pub fn holds_any(shown: &str) -> Option<&str> {
    let start = spellings("leak of ").into_iter().chain([NUMBER.to_string()]).find_map(|start| shown.find(&start))?;
    let from = shown[..start].rfind('\n').map_or(0, |line| line + 1);
    Some(shown[from..].lines().next().unwrap_or_default())
}

#[test]
fn markers_are_recognised_in_every_spelling() {
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
        assert!(holds(&shown, &text), "{shown}");
        assert!(holds_any(&shown).is_some(), "{shown}");
    }
    assert!(!holds("a leak", &text) && holds_any("a leak of_").is_none());
}
