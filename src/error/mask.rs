//! Hides secrets and personal data in texts that the server wrote, so that errors can be logged.

mod mail;
mod numbers;

use std::fmt;

use crate::value::OwnSecrets;

/// The most characters that are shown. Longer texts are cut, so that an error stays one line of a log.
const MAX_CHARS: usize = 300;

/// A text of the server whose `Display` and `Debug` are one line without secrets and personal data.
///
/// The server may repeat data that was sent to it. So these are replaced by `[REDACTED]`:
///
/// - the secrets of this client, see [`OwnSecrets`];
/// - e-mail addresses;
/// - 13 digits or more, which may be a card number, also with the separators that people write between digits;
/// - 9 digits, in one group or grouped as in a social security number;
/// - phone numbers: North American ones, and all numbers with a `+` before them.
///
/// UUIDs, dates and time stamps are shown. A number that may be a time stamp or one of the numbers above is replaced.
/// Control characters become spaces, so that a message cannot forge a line of a log. Characters that change the
/// direction of the text become spaces too.
pub(super) struct Masked<'a> {
    pub(super) text: &'a str,
    pub(super) own: &'a OwnSecrets,
}

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mask())
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.mask(), f)
    }
}

impl Masked<'_> {
    /// Replaces what must not be shown. The text beyond the cut is not read, however long it is.
    fn mask(&self) -> String {
        let Self { text, own } = *self;
        let (mut line, mut count, mut at) = (String::new(), 0, 0);
        while let Some(next) = text[at..].chars().next() {
            if count >= MAX_CHARS {
                line.push('…');
                break;
            }
            let hidden = own.end_at(text, at).or_else(|| mail::end_at(text, at)).or_else(|| numbers::end_at(text, at));
            if let Some(end) = hidden {
                line.push_str("[REDACTED]");
                count += 10;
                at = end;
            } else {
                let end = numbers::kept_end(text, at).unwrap_or(at + next.len_utf8());
                for c in text[at..end].chars() {
                    line.push(if is_harmless(c) { c } else { ' ' });
                    count += 1;
                }
                at = end;
            }
        }
        line
    }
}

/// Whether a character neither ends a line nor changes how the others are shown.
fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{61C}')
}

#[cfg(test)]
mod tests;
