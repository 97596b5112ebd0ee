//! Walks through the errors that an error of the HTTP stack contains.

use std::error::Error;
use std::io;

/// The errors within an error, from the outermost to the innermost, without the error itself.
pub(crate) fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(within(error), |error| within(*error))
}

/// The error directly within an error. `source` of an I/O error skips the error that it holds and returns the source of
/// that one; here no error is skipped.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    held.map(|held| held as _).or_else(|| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_passed_over() {
        let inner = io::Error::new(io::ErrorKind::NotFound, "innermost");
        let middle = io::Error::new(io::ErrorKind::InvalidData, inner);
        let outer = io::Error::other(middle);
        let kinds: Vec<_> = sources(&outer).map(|error| error.downcast_ref().map(io::Error::kind)).collect();
        assert_eq!(kinds, [Some(io::ErrorKind::InvalidData), Some(io::ErrorKind::NotFound), None]);
        assert_eq!(sources(&outer).last().map(ToString::to_string).as_deref(), Some("innermost"));
    }
}
