//! Repairs JSON texts that are not valid Unicode.
//!
//! JSON is UTF-8 without a byte order mark, but some servers write one, some put a Latin-1 byte into a name, and some
//! cut a text in the middle of a surrogate pair. The other fields can still be read, so only the invalid bytes or
//! escapes are replaced, by U+FFFD, the replacement character. A byte order mark is skipped.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use zeroize::Zeroizing;

/// The escape that replaces a `\u` escape for half of a surrogate pair. It has the same length.
const REPLACEMENT: &[u8; 6] = b"\\uFFFD";

/// Reads a JSON text. Where it is not valid Unicode, U+FFFD is read.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut text = Text::new(text);
    loop {
        match serde_json::from_slice(text.json()) {
            Err(error) if text.repair(&error) => {}
            result => return result,
        }
    }
}

/// A JSON text: as it came at first, and repaired if it cannot be read and is not valid Unicode.
pub(crate) struct Text<'a> {
    /// The text as it came, but without the byte order mark.
    original: &'a [u8],
    has_mark: bool,
    /// The repaired text. Its memory is wiped when it is dropped, because it may hold a card number.
    repaired: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let without = bytes.strip_prefix(MARK);
        Self { original: without.unwrap_or(bytes), has_mark: without.is_some(), repaired: None }
    }

    /// The text to read: the repaired one, if there is one.
    pub(crate) fn json(&self) -> &[u8] {
        self.repaired.as_ref().map_or(self.original, |repaired| repaired)
    }

    /// Repairs a text that could not be read, if the error may come from invalid Unicode. Returns whether the repaired
    /// text differs, so that it has to be read again.
    ///
    /// It is called after a failure only, so a text that can be read is not read twice.
    #[cold]
    pub(crate) fn repair(&mut self, error: &serde_json::Error) -> bool {
        // serde_json reports invalid Unicode as an error of syntax, or as an early end of the text if it is there.
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

    /// Converts a position in the text that was read into the position in the text that came. A position is a line,
    /// counted from 1, and a column in bytes.
    pub(crate) fn position(&self, (line, column): (usize, usize)) -> (usize, usize) {
        let mark = if line == 1 && self.has_mark { MARK.len() } else { 0 };
        if self.repaired.is_none() {
            return (line, mark + column);
        }
        // Repairing changes no line end and no length of an escape. So only the bytes in this line that are not UTF-8
        // can change the column.
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

/// Replaces each `\u` escape that is half of a surrogate pair without the other half by the escape for U+FFFD.
///
/// An escape begins at a backslash that is not itself escaped. Outside of strings there is no backslash in JSON.
fn replace_halves(json: &mut [u8]) {
    let mut at = 0;
    while let Some(next) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        let Some(unit) = escaped(&json[at..]) else {
            // Skips the backslash and the character that it escapes, which may be another backslash.
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
