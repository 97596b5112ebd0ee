//! Reads what rustc says of a package, as cargo prints it in JSON, and finds the generated item that each error is in.

use std::fmt;

use heck::ToUpperCamelCase;
use serde_json::Value;

/// One error of rustc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Its code, such as `E0277`; an error of the parser or of a macro has none.
    pub code: Option<String>,
    pub message: String,
    /// File, line and column in hand-written code, if the error is there.
    pub place: Option<String>,
    /// Where it is in generated code, if it is there.
    pub item: Option<GeneratedItem>,
}

/// An item of generated code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GeneratedItem {
    /// The name of the file, such as `types.rs`.
    pub file: String,
    /// The name of the type, of the call's builder or of the event, in camel case.
    pub name: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "error[{code}]: {}", self.message)?,
            None => write!(f, "error: {}", self.message)?,
        }
        if let Some(place) = &self.place {
            write!(f, " --> {place}")?;
        }
        if let Some(GeneratedItem { file, name }) = &self.item {
            write!(f, " --> {name} in the generated {file}")?;
        }
        Ok(())
    }
}

/// The errors among the messages of cargo, each once and in its order. `generated` are the files that were compiled.
pub fn read(messages: &str, generated: &[(&'static str, String)]) -> Vec<CompileError> {
    let mut errors = Vec::new();
    for line in messages.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let error = &message["message"];
        if message["reason"] != "compiler-message" || error["level"] != "error" {
            continue;
        }
        let spans = error["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = error["message"].as_str().unwrap_or_default().to_string();
        // What rustc says at its end, of how many errors there were.
        if spans.is_empty() && text.starts_with("aborting due to") {
            continue;
        }
        let primary = spans.iter().find(|span| span["is_primary"] == true);
        let places: Vec<&Value> = primary.into_iter().flat_map(expansions).collect();
        let item = places.iter().find_map(|span| item(span, generated));
        let written =
            places.iter().find(|span| span["file_name"].as_str().is_some_and(|file| file.starts_with("src/")));
        // A macro of ours that generated code calls is not where the error comes from.
        let place = written.filter(|_| item.is_none()).map(|span| {
            let file = span["file_name"].as_str().unwrap_or_default();
            format!("{file}:{}:{}", span["line_start"], span["column_start"])
        });
        let error =
            CompileError { code: error["code"]["code"].as_str().map(str::to_string), message: text, place, item };
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// The place of a span, and the places of the macro calls that it comes from.
fn expansions(span: &Value) -> impl Iterator<Item = &Value> {
    std::iter::successors(Some(span), |span| Some(&span["expansion"]["span"]).filter(|outer| outer.is_object()))
}

/// The item of a generated file that a place is in.
fn item(span: &Value, generated: &[(&'static str, String)]) -> Option<GeneratedItem> {
    let path = span["file_name"].as_str()?;
    if path.starts_with("src/") {
        return None;
    }
    let (file, code) = generated.iter().find(|(name, _)| path.rsplit(['/', '\\']).next() == Some(*name))?;
    let line = usize::try_from(span["line_start"].as_u64()?).ok()?;
    Some(GeneratedItem { file: file.to_string(), name: name_above(code, line)? })
}

/// The name of the item that a line is in. Generated code is formatted: an item begins at the first column, and what is in
/// it is indented by four spaces.
fn name_above(code: &str, line: usize) -> Option<String> {
    let lines: Vec<&str> = code.lines().take(line).collect();
    let begins = |line: &&&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let header = lines.iter().rev().find(begins)?;
    let inside = || {
        let inner = lines.iter().rev().filter_map(|line| line.strip_prefix("    "));
        let mut inner = inner.filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        inner.find_map(|line| {
            let words = line.strip_prefix("pub fn ").or(Some(line).filter(|line| line.ends_with(") {")))?;
            identifier(words)
        })
    };
    let name = match header.split_once("!(") {
        _ if header.starts_with("events!") => inside()?,
        Some((_, words)) => identifier(words)?,
        None => {
            let words = header.rsplit_once(" for ").map_or_else(|| without_keywords(header), |(_, words)| words);
            let path = words.split(['<', '{', '(', ' ']).next()?.trim_end_matches(':');
            let path = path.rsplit("::").next()?;
            match path {
                // All operations of a tag are methods of one block.
                "Client" => inside()?,
                path => path.to_string(),
            }
        }
    };
    Some(name.trim_end_matches('_').to_upper_camel_case())
}

fn identifier(words: &str) -> Option<String> {
    let name: String = words.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The words of an item after `pub struct`, `impl<C>` and the like.
fn without_keywords(header: &str) -> &str {
    let header = header.strip_prefix("pub ").unwrap_or(header);
    match header.strip_prefix("impl<") {
        Some(generics) => generics.split_once("> ").map_or(generics, |(_, words)| words),
        None => header.split_once(' ').map_or(header, |(_, words)| words),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CALLS: &str = "\
use crate::types;
impl Client {
    /// Gets.
    pub fn get_offer(&self) -> GetOffer {
        GetOffer::new()
    }
}
#[derive(Debug)]
pub struct GetOffer<C = Client> {
    client: C,
}
impl<C> GetOffer<C> {
    pub fn of(self) {}
}
crate::client::awaitable!(ListOffers -> crate::types::Offer);
impl<C> IntoRequest for ListOffers<C> {
    fn into_request(self) {}
}
impl crate::calls::PostOffer<crate::blocking::Client> {
    pub fn send(self) {}
}
impl crate::blocking::Client {
    pub fn put_offer(&self) {}
}
pub static DELETE_OFFER: Operation = Operation {
    id: 1,
};
events! {
    /// `REWARD`.
    Reward(RewardEventData) {
        body: data,
    }
}
";

    #[test]
    fn the_generated_item_of_a_line_is_named() {
        let line = |text: &str| 1 + CALLS.lines().position(|line| line.contains(text)).unwrap();
        for (text, name) in [
            ("GetOffer::new", "GetOffer"),
            ("client: C", "GetOffer"),
            ("pub fn of", "GetOffer"),
            ("awaitable!", "ListOffers"),
            ("fn into_request", "ListOffers"),
            ("pub fn send", "PostOffer"),
            ("put_offer", "PutOffer"),
            ("id: 1", "DeleteOffer"),
            ("body: data", "Reward"),
        ] {
            assert_eq!(name_above(CALLS, line(text)).as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn errors_are_read_with_their_places() {
        let span = |file: &str, line: u64| json!({"file_name": file, "line_start": line, "column_start": 3, "is_primary": true});
        let message = |spans: Value| {
            let error = json!({"level": "error", "message": "no", "code": {"code": "E0277"}, "spans": spans});
            json!({"reason": "compiler-message", "message": error}).to_string()
        };
        let mut in_macro = span("src/value/id.rs", 7);
        in_macro["expansion"] = json!({"span": span("/t/out/calls.rs", 15)});
        let summary = json!({"reason": "compiler-message", "message":
            {"level": "error", "message": "aborting due to 2 previous errors", "code": null, "spans": []}});
        let messages = [
            message(json!([span("src/ext/a.rs", 4)])),
            message(json!([in_macro])),
            message(json!([in_macro])),
            summary.to_string(),
            "not JSON".to_string(),
        ];
        let errors = read(&messages.join("\n"), &[("calls.rs", CALLS.to_string())]);
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["error[E0277]: no --> src/ext/a.rs:4:3", "error[E0277]: no --> ListOffers in the generated calls.rs"]
        );
    }
}
