//! Fills the path template of an operation with values, and makes sure that no value leads to another operation.
//!
//! The value `..` would call another endpoint, an empty value would call the list operation, and `..\keys` has been
//! seen to delete the API key. A list of bad values is never complete, so the guard also checks the resulting URL: it
//! must equal, byte for byte, the template with the values as this module encodes them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::conventions::{Piece, pieces};
use crate::error::Problems;

/// All characters except the unreserved ones of RFC 3986 are encoded, so that a value stays one segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How much longer than its template a path is expected to be: an id that takes the place of its name.
const PATH_RESERVE: usize = 64;

/// Why a value is refused that would make another path.
const ELSEWHERE: &str = "would change where the request goes";

/// The URL of `template` under `base`, or `None` and the reasons in `problems`.
pub(crate) fn fill(
    base: &Url,
    template: &str,
    values: &[(&'static str, String)],
    problems: &mut Problems,
) -> Option<Url> {
    if !template.starts_with('/') {
        problems.invalid("path", "must begin with a slash");
        return None;
    }
    if template.contains(['?', '#']) {
        problems.invalid("path", "must not hold a query or a fragment; give parameters by query()");
        return None;
    }
    let mut complete = true;
    let root = base.path().trim_end_matches('/');
    let mut path = String::with_capacity(root.len() + template.len() + PATH_RESERVE);
    path.push_str(root);
    for segment in template.split('/').skip(1) {
        path.push('/');
        if !segment.contains('{') {
            path.push_str(segment);
            continue;
        }
        let pieces = pieces(segment);
        let mut whole = String::new();
        for piece in &pieces {
            let name = match piece {
                Piece::Parameter(name) => name,
                Piece::Text(part) => {
                    path.push_str(part);
                    whole.push_str(part);
                    continue;
                }
            };
            match values.iter().find(|(given, _)| given == name) {
                Some((name, value)) => match objection(value).or_else(|| beside(value, &pieces)) {
                    None => {
                        path.extend(utf8_percent_encode(value, ENCODED));
                        if pieces.len() > 1 {
                            whole.push_str(value);
                        }
                    }
                    Some(objection) => {
                        problems.invalid(*name, objection);
                        complete = false;
                    }
                },
                None => {
                    // A generated builder has already reported the missing value by its name.
                    if problems.is_empty() {
                        problems.invalid("path", "has a {name} without a value");
                    }
                    complete = false;
                }
            }
        }
        // Values that are harmless alone may make a segment like `..` together, or with the text between them.
        if complete && pieces.len() > 1 && objection(&whole).is_some() {
            for piece in &pieces {
                let given = values.iter().find(|(given, _)| matches!(piece, Piece::Parameter(name) if name == given));
                if let Some((name, _)) = given {
                    problems.invalid(*name, ELSEWHERE);
                }
            }
            complete = false;
        }
    }
    for (name, _) in values.iter().filter(|(name, _)| !has_place(template, name)) {
        problems.invalid(*name, "has no place in the path");
        complete = false;
    }
    if !complete {
        return None;
    }
    let mut url = base.clone();
    url.set_path(&path);
    if leads_to(&url, base, &path[root.len()..]) {
        return Some(url);
    }
    // With a generated template only a value can be wrong; with a caller's own template, the template itself can be.
    for name in values.iter().map(|(name, _)| *name).chain(values.is_empty().then_some("path")) {
        problems.invalid(name, ELSEWHERE);
    }
    None
}

/// Whether a template has a place for the value of this name.
fn has_place(template: &str, name: &str) -> bool {
    let mut opened = template.split('{').skip(1);
    opened.any(|rest| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('}')))
}

/// Why a value may not stand in a segment of several parts: it holds the text that divides them, so that the server could end the
/// value elsewhere. Where the last part of a segment names what is done, as in `/x/{id}:reverse`, a colon in the value could name another.
fn beside(value: &str, pieces: &[Piece<'_>]) -> Option<&'static str> {
    if pieces.len() == 1 {
        return None;
    }
    let decoded = decode_to_the_end(value.as_bytes());
    let decoded = String::from_utf8_lossy(&decoded);
    let divides = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => decoded.contains(text) || text.starts_with(':') && decoded.contains(':'),
        Piece::Parameter(_) => false,
    };
    pieces.iter().any(divides).then_some("holds the text that ends it in the path")
}

/// Whether `url` is `base` and `path` and nothing else: no segment more or fewer, none rewritten by the parser.
fn leads_to(url: &Url, base: &Url, path: &str) -> bool {
    (url.scheme(), url.host_str(), url.port_or_known_default())
        == (base.scheme(), base.host_str(), base.port_or_known_default())
        && url.path().strip_prefix(base.path().trim_end_matches('/')) == Some(path)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Why a value may not stand in a path, without quoting it.
///
/// No id of the API holds any of these, and servers and proxies differ in what they make of them:
///
/// - `.` and `..` refer to other places in the path.
/// - `/` and `\` divide segments, `;` ends what some servers match an operation by, and a control character may end the
///   line. Each of them is refused as itself and as a percent escape of any depth: some servers decode a path more than
///   once.
/// - A value that is not UTF-8 after decoding: some servers read `%c0%ae`, an overlong encoding of a dot, as a dot.
/// - Characters that Unicode normalization or a code page converts into one of these, such as `．` and `／`.
fn objection(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("is empty");
    }
    let decoded = decode_to_the_end(value.as_bytes());
    let Ok(decoded) = std::str::from_utf8(&decoded) else {
        return Some("holds percent escapes that are not UTF-8, which may change where the request goes");
    };
    // Some servers remove the spaces around a segment.
    if matches!(decoded.trim(), "." | "..") || decoded.contains(['/', '\\', ';']) {
        return Some(ELSEWHERE);
    }
    if decoded.chars().any(char::is_control) {
        return Some("holds a control character, which may change where the request goes");
    }
    // All of these are beyond ASCII.
    (!decoded.is_ascii() && decoded.chars().any(is_taken_for_syntax))
        .then_some("holds a character that may be taken for a dot or a slash")
}

/// Whether a character is turned into one of `.`, `/`, `\`, `;` and `%`, or into text with one of them, when a server
/// normalizes a path (Unicode's NFC and NFKC) or converts it into a code page that lacks the character.
fn is_taken_for_syntax(c: char) -> bool {
    let dot = ['\u{2024}', '\u{2025}', '\u{2026}', '\u{fe19}', '\u{fe52}', '\u{ff0e}'];
    let slash = ['\u{2044}', '\u{2100}', '\u{2101}', '\u{2105}', '\u{2106}', '\u{2215}', '\u{29f8}', '\u{ff0f}'];
    let backslash = ['\u{2216}', '\u{29f5}', '\u{29f9}', '\u{fe68}', '\u{ff3c}'];
    let semicolon = ['\u{37e}', '\u{fe14}', '\u{fe54}', '\u{ff1b}'];
    let percent = ['\u{fe6a}', '\u{ff05}'];
    [&dot[..], &slash, &backslash, &semicolon, &percent].iter().any(|taken| taken.contains(&c))
}

/// Decodes percent escapes until none is left, in one pass: a byte that completes an escape is folded at once, and may
/// complete the next one. `%u002e`, which some servers know for any character, is an escape as well.
fn decode_to_the_end(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'%') {
        return value.into();
    }
    let mut decoded = Vec::with_capacity(value.len());
    for &byte in value {
        decoded.push(byte);
        while let Some((length, bytes)) = escape_at_the_end(&decoded) {
            decoded.truncate(decoded.len() - length);
            decoded.extend(bytes);
        }
    }
    decoded.into()
}

/// The escape at the end of the text: its length, and the bytes that it encodes.
fn escape_at_the_end(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    match *text {
        [.., b'%', high, low] => Some((3, vec![u8::try_from(number(&[high, low])?).ok()?])),
        [.., b'%', b'u' | b'U', a, b, c, d] => {
            // Half of a surrogate pair is not a character.
            let character = char::from_u32(number(&[a, b, c, d])?).unwrap_or(char::REPLACEMENT_CHARACTER);
            Some((6, character.to_string().into_bytes()))
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests;
