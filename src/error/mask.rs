//! Hides secrets and personal data in texts of the server, so that errors can be logged.

mod mail;
mod numbers;

use std::fmt;

use crate::value::OwnSecrets;

/// Longer texts are cut: one line must stay one line.
const MAX_CHARS: usize = 300;

/// A text of the server whose `Display` and `Debug` are one line without secrets and without what identifies a person.
///
/// The server may repeat what it was sent. So these are replaced by `[REDACTED]`:
///
/// - the secrets of this client, see [`OwnSecrets`];
/// - e-mail addresses;
/// - 13 digits or more, which may be a card number, with anything between them that people write there;
/// - 9 digits, as one or as in a social security number;
/// - phone numbers: North American ones, and any with a `+` before it.
///
/// UUIDs, dates and time stamps stay. Where a number may be either of them, it is replaced. Control characters become
/// spaces, so that a message cannot forge a line of a log, and so do those that change the direction of the text.
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
    /// What is beyond the cut is not looked at, however long the text is.
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
