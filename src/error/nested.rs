//! Builds the values nested in another value, and collects all problems with them by their paths.

use super::{Error, Problems};
use crate::value::fields::FreeForm;

#[allow(dead_code, reason = "which of these the generated code calls depends on the API document")]
impl Problems {
    /// A nested value, if it was given and has no problems. Its problems are added to these.
    pub(crate) fn built<B, T>(
        &mut self,
        name: &str,
        builder: Option<B>,
        build: impl FnOnce(B) -> Result<T, Error>,
    ) -> Option<T> {
        match build(builder?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.nest_error(name, error);
                None
            }
        }
    }

    /// The items of a list that have no problems. The problems of the others are added to these.
    pub(crate) fn all_built<B, T>(
        &mut self,
        name: &str,
        builders: Vec<B>,
        build: impl Fn(B) -> Result<T, Error>,
    ) -> Vec<T> {
        let mut built = Vec::with_capacity(builders.len());
        for (index, builder) in builders.into_iter().enumerate() {
            match build(builder) {
                Ok(value) => built.push(value),
                Err(error) => self.nest_error(&format!("{name}[{index}]"), error),
            }
        }
        built
    }

    /// A free-form map that the caller gave. If the value is not a map, this problem is added, and the map is empty.
    pub(crate) fn free_form<M: Default>(&mut self, name: &'static str, value: FreeForm<M>) -> M {
        value.into_map().unwrap_or_else(|reason| {
            self.invalid(name, reason);
            M::default()
        })
    }

    fn nest_error(&mut self, place: &str, error: Error) {
        match error {
            Error::InvalidRequest(error) => self.nest(place, error.into_problems()),
            _ => self.invalid(place.to_owned(), "could not be built"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing(given: bool) -> Result<u8, Error> {
        given.then_some(1).ok_or_else(|| Error::missing("Thing", &[("a", false), ("b", false)]))
    }

    #[test]
    fn problems_are_named_by_their_path() {
        let mut problems = Problems::of(&[("here", false), ("there", true)]);
        assert_eq!(problems.built("one", Some(true), thing), Some(1));
        assert_eq!(problems.built("two", None, thing), None);
        assert_eq!(problems.built("three", Some(false), thing), None);
        assert_eq!(problems.all_built("four", vec![true, false, true], thing), [1, 1]);
        let map: Vec<u8> = problems.free_form("five", FreeForm::refused("is wrong"));
        assert!(map.is_empty());
        let mut outer = Problems::default();
        outer.nest("at", problems);
        assert_eq!(
            Error::unfinished("Outer", outer).to_string(),
            "Outer needs at.here, at.three.a, at.three.b, at.four[1].a and at.four[1].b, and at.five is wrong"
        );
    }
}
