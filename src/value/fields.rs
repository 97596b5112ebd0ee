//! The traits and types of the arguments of the builders' setters (a value or an `Option` of one, lists, and free-form
//! maps), and of the methods that are written by hand (one value).
//!
//! The methods could take `impl Into<T>`, but then rustc would describe a wrong argument by the implementations of
//! `From` in this crate, which a macro writes. A trait of our own has a sentence of its own for this.

mod free_form;

pub(crate) use free_form::FreeForm;

/// A value that a setter accepts for a field of type `T`: anything that converts into `T`, or an [`Option`] of it.
///
/// So an id can be set from `"text"`, a `String`, `&id`, and from an option, such as `Some("text")` or `None::<&str>`;
/// `None` leaves the field out. The trait is implemented for all of these already and is not meant to be implemented
/// elsewhere; `Marker` only distinguishes its two implementations and is always inferred.
///
/// An id of one kind cannot be set from an id of another kind:
///
/// ```
/// # use imprint_client::types::{CustomerId, RewardId};
/// # fn example(client: imprint_client::Client, customer: CustomerId) {
/// client.get_customer().customer_id(customer);
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # use imprint_client::types::{CustomerId, RewardId};
/// # fn example(client: imprint_client::Client, reward: RewardId) {
/// client.get_customer().customer_id(reward);
/// # }
/// ```
///
/// A nested value can be set as a finished value or as its builder. With a builder,
/// [`build`](crate::types::builder::MerchantBuilder::build) or `send` names all missing fields at once:
///
/// ```
/// use imprint_client::types::{Address, CreateTransactionIntentBody};
///
/// let intent = CreateTransactionIntentBody::builder().merchant_address(Address::builder().city("New York"));
/// println!("{}", intent.build().unwrap_err()); // CreateTransactionIntentBody needs amount, …
/// ```
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set from `{Self}`",
    label = "expected a value that converts into `{T}`, or an `Option` of one",
    note = "the setter takes whatever implements `Into<{T}>`, plain or in an `Option`; write `None::<{T}>` for a bare `None`",
    note = "an id of one kind does not convert into another kind; where the value is right all the same, pass its text: `id.as_str()`"
)]
pub trait IntoField<T, Marker>: sealed::Sealed<T, Marker> {
    /// The value for the field; `None` leaves it out.
    fn into_field(self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoField<T, sealed::ValueMarker> for V {
    fn into_field(self) -> Option<T> {
        Some(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoField<T, sealed::OptionMarker> for Option<V> {
    fn into_field(self) -> Option<T> {
        self.map(Into::into)
    }
}

/// A value that a method accepts where it needs a `T`, such as the id of a customer: anything that converts into `T`.
///
/// So an id can be given as `"text"`, a `String`, `&id` or the id itself. The trait is implemented for all of these
/// already and is not meant to be implemented elsewhere.
///
/// An id of one kind is not accepted where the method needs an id of another kind:
///
/// ```
/// # use imprint_client::types::{CustomerId, PartnerCustomerId};
/// # fn example(client: imprint_client::Client, customer: CustomerId, partner: PartnerCustomerId) {
/// client.ensure_linked(customer, partner);
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # use imprint_client::types::{CustomerId, PartnerCustomerId};
/// # fn example(client: imprint_client::Client, customer: CustomerId, partner: PartnerCustomerId) {
/// client.ensure_linked(partner, customer);
/// # }
/// ```
///
/// To pass a value on, take this trait in your own function as well, or take `impl Into<T>`:
///
/// ```
/// use imprint_client::types::{Order, PartnerOrderId};
/// use imprint_client::{Client, IntoValue, helpers::FindError};
///
/// async fn order(client: &Client, id: impl IntoValue<PartnerOrderId>) -> Result<Option<Order>, FindError<Order>> {
///     client.find_order(id).await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "an argument of type `{T}` cannot be made from `{Self}`",
    label = "expected a value that converts into `{T}`",
    note = "the method takes whatever implements `Into<{T}>`; for an id that is the id, a reference to it, or its text; an `Option` is refused, take the value out of it first",
    note = "an id of one kind does not convert into another kind; where the value is right all the same, pass its text: `id.as_str()`"
)]
pub trait IntoValue<T>: sealed::SealedValue<T> {
    /// The value.
    fn into_value(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoValue<T> for V {
    fn into_value(self) -> T {
        self.into()
    }
}

/// A value that a setter accepts for a list of `T`: a list, an array or an iterator of anything that converts into `T`,
/// or an [`Option`] of it.
///
/// Like [`IntoField`] it is implemented for all of these already, and `Marker` is inferred.
#[diagnostic::on_unimplemented(
    message = "a list of `{T}` cannot be set from `{Self}`",
    label = "expected a list, an array or an iterator of values that convert into `{T}`",
    note = "the items may be finished values or builders of them; write `Vec::<{T}>::new()` for an empty list"
)]
pub trait IntoList<T, Marker>: sealed::SealedList<T, Marker> {
    /// The items for the field. `None` gives no items.
    fn into_list(self) -> Vec<T>;

    /// The items of a list whose absence means something else than its being empty; `None` is such an absence.
    #[doc(hidden)]
    fn into_given_list(self) -> Option<Vec<T>>;
}

#[diagnostic::do_not_recommend]
impl<T, I: IntoIterator<Item: Into<T>>> IntoList<T, sealed::ValueMarker> for I {
    fn into_list(self) -> Vec<T> {
        self.into_iter().map(Into::into).collect()
    }

    fn into_given_list(self) -> Option<Vec<T>> {
        Some(self.into_list())
    }
}

#[diagnostic::do_not_recommend]
impl<T, I: IntoIterator<Item: Into<T>>> IntoList<T, sealed::OptionMarker> for Option<I> {
    fn into_list(self) -> Vec<T> {
        self.into_iter().flatten().map(Into::into).collect()
    }

    fn into_given_list(self) -> Option<Vec<T>> {
        self.map(|items| items.into_iter().map(Into::into).collect())
    }
}

mod sealed {
    /// Marks the implementation for plain values.
    #[derive(Debug)]
    pub enum ValueMarker {}

    /// Marks the implementation for an `Option` of a value.
    #[derive(Debug)]
    pub enum OptionMarker {}

    pub trait Sealed<T, Marker> {}
    impl<T, V: Into<T>> Sealed<T, ValueMarker> for V {}
    impl<T, V: Into<T>> Sealed<T, OptionMarker> for Option<V> {}

    pub trait SealedValue<T> {}
    impl<T, V: Into<T>> SealedValue<T> for V {}

    pub trait SealedList<T, Marker> {}
    impl<T, I: IntoIterator<Item: Into<T>>> SealedList<T, ValueMarker> for I {}
    impl<T, I: IntoIterator<Item: Into<T>>> SealedList<T, OptionMarker> for Option<I> {}
}

#[cfg(test)]
mod tests {
    use super::{IntoField, IntoList, IntoValue};

    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    struct ThingId(String);

    crate::value::opaque_string!(ThingId);

    #[derive(Clone, Debug)]
    enum Kind {
        A,
        Unrecognized(String),
    }

    crate::value::open_enum!(Kind { A = "A" });

    /// A builder like the generated ones.
    #[derive(Default, Debug, PartialEq)]
    struct Builder {
        id: Option<ThingId>,
        kind: Option<Kind>,
        limit: Option<i64>,
        name: Option<String>,
        secret: Option<crate::value::Secret>,
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

        fn secret<V: IntoField<crate::value::Secret, M>, M>(mut self, value: V) -> Self {
            self.secret = value.into_field();
            self
        }

        fn list<V: IntoList<String, M>, M>(mut self, value: V) -> Self {
            self.list = value.into_list();
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
        assert_eq!(new().list(["x", "y"]).list, ["x", "y"]);
        assert_eq!(new().list(["x"].iter().map(|text| text.to_uppercase())).list, ["X"]);
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
        assert_eq!(new().list(Some(vec!["x"])), new().list(["x"]));
        assert_eq!(new().list(["x"]).list(None::<Vec<String>>), new());
        assert_eq!(new().list(Some("x")), new().list(["x"]));
    }

    #[test]
    fn a_required_value_is_given_in_every_form_that_converts() {
        fn take(id: impl IntoValue<ThingId>) -> ThingId {
            id.into_value()
        }
        // As callers have it who pass on what they were given.
        fn pass_on(id: impl Into<ThingId>) -> ThingId {
            take(id)
        }
        let (id, text) = (ThingId::from("a"), String::from("a"));
        for taken in [take("a"), take(&text), take(text.clone()), take(&id), take(id.clone()), pass_on(&*text)] {
            assert_eq!(taken, id);
        }
        let secret: crate::value::Secret = IntoValue::into_value("s");
        assert_eq!(secret.expose(), "s");
    }
}
