//! Finds mistakes in an API key or a signing token, most of which come from copying it: line ends, quotation marks,
//! invisible characters.

use std::fmt;

/// What is wrong with a key or a token. It does not hold the value, which is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialProblem {
    Blank,
    /// A line end follows the last visible character.
    LineEnd,
    /// A line end stands before the last visible character.
    InnerLineEnd,
    Outer,
    Quoted,
    Invisible,
}

impl CredentialProblem {
    /// What is wrong with this text, if anything is. A space within the text is allowed: a token may be several words.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let to_last_visible = text.trim_end_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let white_space_at_end = &text[text.trim_end().len()..];
        if to_last_visible.is_empty() {
            Some(Self::Blank)
        } else if to_last_visible.contains(LINE_ENDS) {
            Some(Self::InnerLineEnd)
        } else if white_space_at_end.contains(LINE_ENDS) {
            Some(Self::LineEnd)
        } else if text.chars().any(is_invisible) {
            Some(Self::Invisible)
        } else if text.trim() != text {
            Some(Self::Outer)
        } else if text.starts_with(is_quote) || text.ends_with(is_quote) {
            Some(Self::Quoted)
        } else {
            None
        }
    }

    /// Describes the problem and what to do about it, as the end of a sentence whose subject is a key or a token.
    const fn advice(self) -> &'static str {
        match self {
            Self::Blank => "is empty or blank",
            Self::LineEnd => "ends with a line end, as one that was read from a file does; trim it",
            Self::InnerLineEnd => {
                "holds a line end inside it; check that it is one line, copied whole and without other text"
            }
            Self::Outer => "begins or ends with white space; trim it",
            Self::Quoted => {
                "begins or ends with a quotation mark, which belongs to the file it was copied from; remove it"
            }
            Self::Invisible => {
                "holds an invisible character, such as a byte order mark or a zero-width space, as text copied from a \
                 page does; type it in again or copy it as plain text"
            }
        }
    }
}

impl fmt::Display for CredentialProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}

/// The characters that end a line.
const LINE_ENDS: [char; 2] = ['\r', '\n'];

/// Whether a character is a quotation mark, as programs or word processors write it.
fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '\u{2018}'
            ..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{ff02}' | '\u{ff07}'
    )
}

/// Whether a character is not visible and is not the plain space: a control character, another space, or a character
/// that Unicode calls default-ignorable.
fn is_invisible(c: char) -> bool {
    let of_unicode = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    );
    of_unicode || c.is_control() || (c.is_whitespace() && c != ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong() {
        for text in ["4eC39HqLyjWDarjtT1zdp7dc", "the signing token", "don't", "a\"b", "hünter", "密钥", "~!@#$%^&*()"]
        {
            assert_eq!(CredentialProblem::of(text), None, "{text}");
        }
        for (text, problem) in [
            ("", CredentialProblem::Blank),
            (" \t\n", CredentialProblem::Blank),
            ("\u{feff}\u{200b}\u{a0}", CredentialProblem::Blank),
            ("abc\n", CredentialProblem::LineEnd),
            ("abc\r\n", CredentialProblem::LineEnd),
            ("abc\n \n", CredentialProblem::LineEnd),
            (" abc\r", CredentialProblem::LineEnd),
            ("a\r\nb", CredentialProblem::InnerLineEnd),
            ("a\nb\n", CredentialProblem::InnerLineEnd),
            ("\nabc", CredentialProblem::InnerLineEnd),
            ("abc\n\u{200b}", CredentialProblem::Invisible),
            (" abc", CredentialProblem::Outer),
            ("abc ", CredentialProblem::Outer),
        ] {
            assert_eq!(CredentialProblem::of(text), Some(problem), "{text:?}");
        }
        // Only a line end at the end is put down to a file.
        assert!(CredentialProblem::LineEnd.to_string().contains("from a file"));
        assert!(!CredentialProblem::InnerLineEnd.to_string().contains("file"));
        for quote in ["\"\"", "''", "``", "“”", "„“", "‘’", "«»", "‹›", "＂＂"] {
            let mut marks = quote.chars();
            let (open, close) = (marks.next().unwrap(), marks.next().unwrap());
            for text in [format!("{open}abc{close}"), format!("{open}abc"), format!("abc{close}")] {
                assert_eq!(CredentialProblem::of(&text), Some(CredentialProblem::Quoted), "{text}");
            }
        }
        for invisible in "\u{200b}\u{200d}\u{feff}\u{a0}\u{ad}\u{2060}\u{202e}\u{2003}\u{3000}\u{fe0f}\u{e0041}\0\t\u{7f}\u{85}\u{2028}".chars() {
            for text in [format!("{invisible}abc"), format!("a{invisible}bc"), format!("abc{invisible}")] {
                assert_eq!(CredentialProblem::of(&text), Some(CredentialProblem::Invisible), "{text:?}");
            }
        }
    }
}
