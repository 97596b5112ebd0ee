//! Repairs JSON texts that are not valid Unicode.
//!
//! JSON is UTF-8 without a byte order mark, but some servers write one, some put a Latin-1 byte into a name, and some
//! cut a text in the middle of a surrogate pair. None of this says anything about the fields beside it, so it costs
//! nothing but the character: U+FFFD, the replacement character, takes the place of what is not Unicode.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use zeroize::Zeroizing;

/// Half of a surrogate pair needs its other half behind it.
const REPLACEMENT: &[u8; 6] = b"\\uFFFD";

/// Reads a JSON text, with U+FFFD in the place of what is not Unicode.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut text = Text::new(text);
    loop {
        match serde_json::from_slice(text.json()) {
            Err(error) if text.repair(&error) => {}
            result => return result,
        }
    }
}

/// A JSON text, first as it came, and then, if that cannot be read, as Unicode.
pub(crate) struct Text<'a> {
    /// Without the byte order mark.
    original: &'a [u8],
    has_mark: bool,
    /// Wiped when it is dropped: it may hold a card number.
    repaired: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let without = bytes.strip_prefix(MARK);
        Self { original: without.unwrap_or(bytes), has_mark: without.is_some(), repaired: None }
    }

    /// What is to be read.
    pub(crate) fn json(&self) -> &[u8] {
        self.repaired.as_ref().map_or(self.original, |repaired| repaired)
    }

    /// Makes another text of one that could not be read, if what was wrong with it may be that it is not Unicode.
    ///
    /// It is called after a failure only: a text that can be read is not looked at twice.
    #[cold]
    pub(crate) fn repair(&mut self, error: &serde_json::Error) -> bool {
        // What is not Unicode is an error of syntax to serde_json, or stands where the text ends too early.
        if self.repaired.is_some() || !matches!(error.classify(), Category::Syntax | Category::Eof) {
            return false;
        }
        let mut json = Zeroizing::new(Vec::with_capacity(self.original.len()));
        for chunk in self.original.utf8_chunks() {
            json.extend_from_slice(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                json.extend_from_slice(char::REPLACEMENT_CHARACTER.encode_utf8(&mut [0; 3]).as_bytes());
            }
        }
        replace_halves(&mut json);
        let differs = json.as_slice() != self.original;
        self.repaired = differs.then_some(json);
        differs
    }

    /// A position in the text that was read (line from 1, and bytes in the line) as one in the text that came.
    pub(crate) fn position(&self, (line, column): (usize, usize)) -> (usize, usize) {
        let mark = if line == 1 && self.has_mark { MARK.len() } else { 0 };
        if self.repaired.is_none() {
            return (line, mark + column);
        }
        // Neither a line end nor an escape changes its length, so only bytes that are no UTF-8 count, and only those in
        // the line.
        let original = self.original.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let (mut came, mut read) = (0, 0);
        for chunk in original.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
            if column <= read + valid {
                break;
            }
            read += valid + if invalid == 0 { 0 } else { char::REPLACEMENT_CHARACTER.len_utf8() };
            came += valid + invalid;
        }
        (line, mark + came + column.saturating_sub(read))
    }
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Puts U+FFFD in the place of each `\u` escape that is half of a surrogate pair without the other half.
///
/// An escape begins at a backslash that is not itself escaped. Outside of strings there is no backslash in JSON.
fn replace_halves(json: &mut [u8]) {
    let mut at = 0;
    while let Some(next) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        let Some(unit) = escaped(&json[at..]) else {
            // The backslash and what it escapes, which may be another backslash.
            at = (at + 2).min(json.len());
            continue;
        };
        let is_pair = matches!(unit, 0xD800..=0xDBFF)
            && escaped(&json[at + REPLACEMENT.len()..]).is_some_and(|low| matches!(low, 0xDC00..=0xDFFF));
        if is_pair {
            at += 2 * REPLACEMENT.len();
            continue;
        }
        if matches!(unit, 0xD800..=0xDFFF) {
            json[at..at + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
        }
        at += REPLACEMENT.len();
    }
}

/// The UTF-16 code unit of the `\u` escape at the start of a text.
fn escaped(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = (*digit as char).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests;
