//! Why a seed is refused: where in the file, and what is allowed there. A message never has a value of the file in it.

use std::fmt;

/// Why a seed is refused. Nothing of it was applied.
///
/// It names the place by line and column, where they are known, and by a JSON pointer, and never has a value in it: a
/// seed has keys, tokens and personal data.
///
/// ```
/// use imprint_sandbox::Seed;
///
/// let error = Seed::from_json(r#"{"customers": [{"name": "ada", "emial": "ada@example.com"}]}"#).unwrap_err();
/// assert_eq!((error.line(), error.pointer()), (Some(1), "/customers/0/emial"));
/// assert!(error.message().contains("did you mean `email`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError {
    place: Option<(usize, usize)>,
    pointer: String,
    message: String,
}

impl SeedError {
    pub(super) fn new(place: Option<(usize, usize)>, fault: &Fault) -> Self {
        Self { place, pointer: shown(&fault.pointer), message: fault.message.clone() }
    }

    /// The line of the file, counted from 1.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The column in the line, counted in characters from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.map(|(_, column)| column)
    }

    /// The place as a JSON pointer: `/customers/2/applied`. It is empty for the file as a whole, and ends before the name
    /// of a field that may be more than a name.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong, and what is allowed.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}, ")?;
        }
        let pointer = if self.pointer.is_empty() { "the file" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

impl std::error::Error for SeedError {}

/// What is wrong with a place of the file, before the place has a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub pointer: String,
    /// Whether it is the name of the field that is wrong, and not its value.
    pub is_about_name: bool,
    pub message: String,
}

impl Fault {
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), is_about_name: false, message: message.into() }
    }
}

/// Whether a name is surely no more than that. Somebody may have written a number of a card in the place of a field.
pub(super) fn is_plain(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'));
    !name.is_empty() && name.len() <= 40 && digits <= 6 && is_word
}

/// A pointer up to the first name that is not plain.
fn shown(pointer: &str) -> String {
    pointer.split('/').skip(1).take_while(|name| is_plain(name)).fold(String::new(), |whole, name| whole + "/" + name)
}

/// The names of a pointer.
pub(super) fn names(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_end_before_what_may_be_a_secret() {
        for (pointer, expected) in [
            ("/customers/2/applied", "/customers/2/applied"),
            ("/$schema", "/$schema"),
            ("/customers/0/metadata/4111111111111111/a", "/customers/0/metadata"),
            ("/customers/0/ada@example.com", "/customers/0"),
            ("/customers/0/a~1b", "/customers/0"),
            ("", ""),
        ] {
            assert_eq!(shown(pointer), expected);
        }
    }

    #[test]
    fn the_place_stands_before_the_message() {
        let fault = Fault::new("/emit", "has to be true or false");
        let (with, without) = (SeedError::new(Some((3, 7)), &fault), SeedError::new(None, &fault));
        assert_eq!(with.to_string(), "line 3, column 7, /emit: has to be true or false");
        assert_eq!((without.to_string().as_str(), without.line()), ("/emit: has to be true or false", None));
        assert_eq!(SeedError::new(None, &Fault::new("", "is empty")).to_string(), "the file: is empty");
    }
}
