//! The `Debug` of errors: first the sentence of `Display`, then the causes, then the fields.
//!
//! A `main` that returns `Result<_, Box<dyn Error>>` prints the `Debug` of its error, and so do `unwrap` and `expect`.
//! The derived `Debug` begins with the fields, so that a person has to look for what went wrong. All public errors of
//! this crate therefore write their `Debug` by [`fmt_error`].

use std::error::Error;
use std::fmt::{self, Debug, Formatter};

/// An error whose `Debug` is written by [`fmt_error`].
pub(crate) trait DebugError: Error {
    /// The texts of the causes, the outermost first.
    ///
    /// There is no default that follows `source`: an error of the application's own code may quote a key, so each error
    /// says which of its causes may be shown.
    fn causes(&self) -> Vec<String>;

    /// Writes the name and the fields, as a derived `Debug` does.
    fn fmt_fields(&self, f: &mut Formatter<'_>) -> fmt::Result;
}

/// Writes the sentence of an error, its causes and its fields: `{:?}` on one line, `{:#?}` on a line each.
pub(crate) fn fmt_error(error: &(impl DebugError + ?Sized), f: &mut Formatter<'_>) -> fmt::Result {
    let next = if f.alternate() { "\n" } else { "; " };
    write!(f, "{error}")?;
    for cause in error.causes() {
        write!(f, "{next}caused by: {}", one_line(&cause))?;
    }
    write!(f, "{next}fields: ")?;
    error.fmt_fields(f)
}

/// The text of an error and those of all its sources. Only for errors that quote no secret.
pub(crate) fn texts_of(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect()
}

/// The text of an error of this crate, and those of its causes that may be shown.
pub(crate) fn text_and_causes(error: &(impl DebugError + ?Sized)) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    texts.extend(error.causes());
    texts
}

/// Shows only the fields of an error, for the `Debug` of another error that has said its sentence already.
pub(crate) struct FieldsOf<'a, E: ?Sized>(pub(crate) &'a E);

impl<E: DebugError + ?Sized> Debug for FieldsOf<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt_fields(f)
    }
}

/// The text without control characters: a cause may hold text of the peer, which must not forge a line of a log.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Outer {
        inner: Inner,
    }

    struct Inner(std::io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("it failed")
        }
    }

    impl fmt::Display for Inner {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("the middle")
        }
    }

    impl Debug for Outer {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            fmt_error(self, f)
        }
    }

    impl Debug for Inner {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            fmt_error(self, f)
        }
    }

    impl Error for Outer {}
    impl Error for Inner {}

    impl DebugError for Outer {
        fn causes(&self) -> Vec<String> {
            text_and_causes(&self.inner)
        }

        fn fmt_fields(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.debug_struct("Outer").field("inner", &FieldsOf(&self.inner)).finish()
        }
    }

    impl DebugError for Inner {
        fn causes(&self) -> Vec<String> {
            texts_of(&self.0)
        }

        fn fmt_fields(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("Inner")
        }
    }

    #[test]
    fn the_sentence_comes_first_then_the_causes_then_the_fields() {
        let error = Outer { inner: Inner(std::io::Error::other("line\nforged")) };
        let line = "it failed; caused by: the middle; caused by: line forged; fields: Outer { inner: Inner }";
        assert_eq!(format!("{error:?}"), line);
        let lines = "it failed\ncaused by: the middle\ncaused by: line forged\nfields: Outer {\n    inner: Inner,\n}";
        assert_eq!(format!("{error:#?}"), lines);
    }
}
