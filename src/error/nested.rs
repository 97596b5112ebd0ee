//! Builds values from their builders, and collects all problems with them and with the values nested in them, by their
//! paths.

use super::{Error, Problems};
use crate::value::Doubtful;
use crate::value::fields::FreeForm;
use crate::value::integer::Integer;

/// A builder of a type of the API. The generated code implements this trait for each.
pub(crate) trait Build: Sized {
    type Built;

    /// The name of the type.
    const NAME: &'static str;

    /// The finished value; `None` if a required field is missing. Everything that is wrong or doubtful is added to
    /// `problems`, so a value is only to be used if they are empty.
    fn finish(self, problems: &mut Problems) -> Option<Self::Built>;

    /// The finished value, or an error that names all problems.
    fn built(self) -> Result<Self::Built, Error> {
        let mut problems = Problems::default();
        match self.finish(&mut problems) {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Error::unfinished(Self::NAME, problems)),
        }
    }
}

#[allow(dead_code, reason = "which of these the generated code calls depends on the API document")]
impl Problems {
    /// A nested value, if it was given and nothing that is required is missing in it.
    pub(crate) fn nested<B: Build>(&mut self, name: &str, builder: Option<B>) -> Option<B::Built> {
        builder.and_then(|builder| self.finished(name, builder))
    }

    /// The items of a list in which nothing that is required is missing.
    pub(crate) fn all_nested<B: Build>(&mut self, name: &str, builders: Vec<B>) -> Vec<B::Built> {
        let mut built = Vec::with_capacity(builders.len());
        for (index, builder) in builders.into_iter().enumerate() {
            let mut problems = Self::default();
            built.extend(builder.finish(&mut problems));
            if !problems.is_without_remarks() {
                self.nest(&format!("{name}[{index}]"), problems);
            }
        }
        built
    }

    fn finished<B: Build>(&mut self, name: &str, builder: B) -> Option<B::Built> {
        let mut problems = Self::default();
        let built = builder.finish(&mut problems);
        self.nest(name, problems);
        built
    }

    /// A free-form map that the caller gave. If the value is not a map, this problem is added, and the map is empty.
    pub(crate) fn free_form<M: Default>(&mut self, name: &'static str, value: FreeForm<M>) -> M {
        value.into_map().unwrap_or_else(|reason| {
            self.invalid(name, reason);
            M::default()
        })
    }

    /// An integer that the caller gave. If it does not fit into the field, this problem is added.
    pub(crate) fn integer<T>(&mut self, name: &'static str, value: Integer<T>) -> Option<T> {
        if let Some(reason) = value.problem() {
            self.invalid(name, reason);
        }
        value.value()
    }

    /// Notes whether this version understands a value.
    pub(crate) fn doubt<'a, V: Doubtful + 'a>(&mut self, name: &'static str, value: impl Into<Option<&'a V>>) {
        if let Some(reason) = value.into().and_then(Doubtful::doubt) {
            self.doubtful(name, reason);
        }
    }

    /// Notes whether this version understands the values of a list.
    pub(crate) fn doubt_each<V: Doubtful>(&mut self, name: &str, values: &[V]) {
        for (index, value) in values.iter().enumerate() {
            if let Some(reason) = value.doubt() {
                self.doubtful(format!("{name}[{index}]"), reason);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A builder that misses two fields unless it is true.
    struct Thing(bool);

    impl Build for Thing {
        type Built = u8;
        const NAME: &'static str = "Thing";

        fn finish(self, problems: &mut Problems) -> Option<u8> {
            problems.require(&[("a", self.0), ("b", self.0)]);
            problems.doubt("kind", Some(&Kind));
            self.0.then_some(1)
        }
    }

    struct Kind;

    impl Doubtful for Kind {
        fn doubt(&self) -> Option<&'static str> {
            Some("is odd")
        }
    }

    #[test]
    fn problems_are_named_by_their_path() {
        let mut problems = Problems::default();
        problems.require(&[("here", false), ("there", true)]);
        assert_eq!(problems.nested("one", Some(Thing(true))), Some(1));
        assert_eq!(problems.nested("two", None::<Thing>), None);
        assert_eq!(problems.nested("three", Some(Thing(false))), None);
        assert_eq!(problems.all_nested("four", vec![Thing(true), Thing(false), Thing(true)]), [1, 1]);
        let map: Vec<u8> = problems.free_form("five", FreeForm::refused("is wrong"));
        assert!(map.is_empty());
        assert_eq!(problems.integer("six", Integer::<i64>::OutOfRange), None);
        assert_eq!(problems.integer("seven", Integer::Given(7)), Some(7));
        let mut outer = Problems::default();
        outer.nest("at", problems);
        assert_eq!(
            Error::unfinished("Outer", outer).to_string(),
            "Outer needs at.here, at.three.a, at.three.b, at.four[1].a and at.four[1].b, and at.five is wrong, \
             and at.six must fit into a signed integer of 64 bits"
        );
    }

    #[test]
    fn doubts_are_named_by_their_path_and_are_no_errors() {
        assert_eq!(Thing(true).built().unwrap(), 1);
        let mut problems = Problems::default();
        problems.nested("one", Some(Thing(true)));
        problems.all_nested("list", vec![Thing(true)]);
        problems.doubt_each("kinds", &[Kind]);
        assert!(problems.is_empty());
        let doubts: Vec<_> = problems.doubts().collect();
        assert_eq!(doubts, ["one.kind is odd", "list[0].kind is odd", "kinds[0] is odd"]);
        problems.refuse_doubtful();
        assert_eq!(
            Error::unfinished("Outer", problems).to_string(),
            "Outer: one.kind is odd, and list[0].kind is odd, and kinds[0] is odd"
        );
    }
}
