//! What the setters of the builders take: a value, or an `Option` of one.

/// Something a setter takes for a field of type `T`: anything that converts into `T`, or an [`Option`] of such a thing.
///
/// So an id is set by `"text"`, by a `String`, by `&id`, and by `Some("text")` or `None::<&str>` where the caller has an
/// option in hand; `None` leaves the field out. The trait is implemented for all of these already and is not meant to be
/// implemented elsewhere; `Marker` only tells its two implementations apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set from `{Self}`",
    label = "expected a value that converts into `{T}`, or an `Option` of one",
    note = "the setter takes whatever implements `Into<{T}>`, plain or in an `Option`; write `None::<{T}>` for a bare `None`"
)]
pub trait IntoField<T, Marker>: sealed::Sealed<T, Marker> {
    /// The value for the field; `None` leaves it out.
    fn into_field(self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoField<T, sealed::Plain> for V {
    fn into_field(self) -> Option<T> {
        Some(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoField<T, sealed::Optional> for Option<V> {
    fn into_field(self) -> Option<T> {
        self.map(Into::into)
    }
}

mod sealed {
    /// Marks a plain value.
    #[derive(Debug)]
    pub enum Plain {}

    /// Marks an `Option` of a value.
    #[derive(Debug)]
    pub enum Optional {}

    pub trait Sealed<T, Marker> {}
    impl<T, V: Into<T>> Sealed<T, Plain> for V {}
    impl<T, V: Into<T>> Sealed<T, Optional> for Option<V> {}
}

#[cfg(test)]
mod tests {
    use super::IntoField;

    crate::opaque_string! {
        /// An id.
        pub struct ThingId;
    }
    crate::open_enum! {
        /// An enum.
        pub enum Kind {
            /// `A`
            A = "A",
        }
    }

    /// A builder as the generated ones are.
    #[derive(Default, Debug, PartialEq)]
    struct Builder {
        id: Option<ThingId>,
        kind: Option<Kind>,
        limit: Option<i64>,
        name: Option<String>,
        secret: Option<crate::Secret>,
        list: Vec<String>,
    }

    impl Builder {
        fn id<V: IntoField<ThingId, M>, M>(mut self, value: V) -> Self {
            self.id = value.into_field();
            self
        }

        fn kind<V: IntoField<Kind, M>, M>(mut self, value: V) -> Self {
            self.kind = value.into_field();
            self
        }

        fn limit<V: IntoField<i64, M>, M>(mut self, value: V) -> Self {
            self.limit = value.into_field();
            self
        }

        fn name<V: IntoField<String, M>, M>(mut self, value: V) -> Self {
            self.name = value.into_field();
            self
        }

        fn secret<V: IntoField<crate::Secret, M>, M>(mut self, value: V) -> Self {
            self.secret = value.into_field();
            self
        }

        fn list<V: IntoField<Vec<String>, M>, M>(mut self, value: V) -> Self {
            self.list = value.into_field().unwrap_or_default();
            self
        }
    }

    fn new() -> Builder {
        Builder::default()
    }

    #[test]
    fn plain_values_are_set_without_annotation() {
        let (id, text) = (ThingId::from("a"), String::from("a"));
        for built in [new().id("a"), new().id(&text), new().id(text.clone()), new().id(&id), new().id(id.clone())] {
            assert_eq!(built.id.as_ref(), Some(&id));
        }
        let small: i32 = 100;
        assert_eq!(new().limit(100).limit, Some(100));
        assert_eq!(new().limit(small), new().limit(100_i64));
        assert_eq!(new().kind("A"), new().kind(&Kind::A));
        assert_eq!(new().name(&id).name.as_deref(), Some("a"));
        assert_eq!(new().secret("s").secret, Some("s".into()));
        assert_eq!(new().list(["x".to_owned()]).list, ["x"]);
    }

    #[test]
    fn options_are_set_or_left_out() {
        assert_eq!(new().id(Some("a")), new().id("a"));
        assert_eq!(new().id("a").id(None::<&str>), new());
        assert_eq!(new().limit(Some(5)), new().limit(5));
        assert_eq!(new().limit(None::<i32>), new());
        assert_eq!(new().kind(Some(Kind::A)), new().kind("A"));
        let held: Option<&ThingId> = None;
        assert_eq!(new().id(held), new());
        assert_eq!(new().list(Some(vec![])), new());
    }
}
