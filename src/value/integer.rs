//! Integers given to setters: values of any integer type, kept with the note whether they fit into the field.

use std::fmt;

/// An integer that a setter accepts for a field of type `T`: a value of any integer type, or an [`Option`] of one.
///
/// Amounts and page sizes often come as `usize`, `u64` or `i128`. A value that does not fit into the field is named by
/// `build` or `send`, and then nothing is sent; it is never cut off.
///
/// Types of your own that convert by `Into`, such as a type for money, are taken as well. What only converts by
/// `TryInto` is not, because such a conversion may round: a decimal number of dollars would lose its cents.
///
/// The trait is not meant to be implemented elsewhere; `Marker` only distinguishes its implementations and is always
/// inferred.
///
/// ```
/// # use imprint_client::types::CreateTransactionIntentBody;
/// # let lines = [1299_u64, 500];
/// let total: u64 = lines.iter().sum();
/// let intent = CreateTransactionIntentBody::builder().amount(total);
/// let too_large = CreateTransactionIntentBody::builder().amount(u64::MAX);
/// println!("{}", too_large.build().unwrap_err()); // … and amount must fit into a signed integer of 64 bits
/// # assert!(too_large_is_named());
/// # fn too_large_is_named() -> bool {
/// #     let error = CreateTransactionIntentBody::builder().amount(u64::MAX).build().unwrap_err().to_string();
/// #     error.contains("amount must fit into a signed integer of 64 bits")
/// # }
/// # let _ = intent;
/// ```
///
/// ```compile_fail,E0277
/// struct Dollars(f64);
/// impl TryFrom<Dollars> for i64 {
///     type Error = ();
///     fn try_from(dollars: Dollars) -> Result<i64, ()> {
///         Ok(dollars.0 as i64)
///     }
/// }
/// imprint_client::types::CreateTransactionIntentBody::builder().amount(Dollars(19.99));
/// ```
#[diagnostic::on_unimplemented(
    message = "a field that is an integer cannot be set from `{Self}`",
    label = "expected a value of an integer type, or an `Option` of one",
    note = "amounts are integers in the smallest unit of the currency, such as cents; text is to be parsed first, as by `text.parse::<{T}>()?`, and a bare `None` is written `None::<{T}>`"
)]
pub trait IntoInteger<T, Marker>: sealed::Kept<T, Marker> {}

#[diagnostic::do_not_recommend]
impl<T, V: sealed::Kept<T, Marker>, Marker> IntoInteger<T, Marker> for V {}

/// The value as builders keep it.
pub(crate) fn kept<T, M>(value: impl IntoInteger<T, M>) -> Integer<T> {
    value.kept()
}

/// An integer as a builder keeps it: setters cannot fail, so a value that does not fit is an error of `build`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Integer<T> {
    /// No value was given.
    #[default]
    Absent,
    /// The value.
    Given(T),
    /// A value was given that does not fit into the type of the field.
    OutOfRange,
}

impl<T> Integer<T> {
    /// Whether a value was given, one that does not fit included.
    pub(crate) fn is_some(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The value, if one was given that fits.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::OutOfRange => None,
        }
    }

    /// What is wrong with the value.
    pub(crate) fn problem(&self) -> Option<String> {
        let bits = 8 * size_of::<T>();
        matches!(self, Self::OutOfRange).then(|| format!("must fit into a signed integer of {bits} bits"))
    }

    /// The value, if one was given that fits. It has the form of `Option::iter`, for the `Debug` of redacted fields.
    #[allow(dead_code, reason = "the document has no redacted integer at present")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::OutOfRange => None,
        }
        .into_iter()
    }
}

impl<T> From<T> for Integer<T> {
    fn from(value: T) -> Self {
        Self::Given(value)
    }
}

impl<T> From<Option<T>> for Integer<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Given)
    }
}

impl<T: fmt::Display> fmt::Display for Integer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(value) => value.fmt(f),
            Self::Absent | Self::OutOfRange => Ok(()),
        }
    }
}

mod sealed {
    use super::Integer;

    /// Marks the implementation for values that always fit.
    #[derive(Debug)]
    pub enum ValueMarker {}

    /// Marks the implementation for an `Option` of such a value.
    #[derive(Debug)]
    pub enum OptionMarker {}

    /// Marks the implementations for the integer types that may not fit, and for an `Option` of one.
    #[derive(Debug)]
    pub enum CheckedMarker {}

    pub trait Kept<T, Marker> {
        fn kept(self) -> Integer<T>;
    }

    impl<T, V: Into<T>> Kept<T, ValueMarker> for V {
        fn kept(self) -> Integer<T> {
            Integer::Given(self.into())
        }
    }

    impl<T, V: Into<T>> Kept<T, OptionMarker> for Option<V> {
        fn kept(self) -> Integer<T> {
            self.map_or(Integer::Absent, |value| Integer::Given(value.into()))
        }
    }

    /// For the integer types only: `TryInto` of another type may round or cut off, as a decimal number does.
    macro_rules! checked {
        ($($field:ty: $($given:ty)*;)*) => {
            $($(
                impl Kept<$field, CheckedMarker> for $given {
                    fn kept(self) -> Integer<$field> {
                        self.try_into().map_or(Integer::OutOfRange, Integer::Given)
                    }
                }

                impl Kept<$field, CheckedMarker> for Option<$given> {
                    fn kept(self) -> Integer<$field> {
                        self.map_or(Integer::Absent, Kept::kept)
                    }
                }
            )*)*
        };
    }

    checked! {
        i64: u64 usize isize u128 i128;
        i32: i64 u32 u64 usize isize u128 i128;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide<M>(value: impl IntoInteger<i64, M>) -> Integer<i64> {
        kept(value)
    }

    fn narrow<M>(value: impl IntoInteger<i32, M>) -> Integer<i32> {
        kept(value)
    }

    #[test]
    fn every_integer_type_is_taken_while_it_fits() {
        let given = Integer::Given(100);
        assert_eq!(wide(100), given);
        for same in [wide(100_u8), wide(100_i16), wide(100_u32), wide(100_u64), wide(100_usize), wide(100_i128)] {
            assert_eq!(same, given);
        }
        assert_eq!(wide(Some(100_usize)), given);
        assert_eq!(wide(None::<u8>), Integer::Absent);
        assert_eq!(narrow(100_usize), Integer::Given(100));
        assert_eq!(wide(i64::MIN), Integer::Given(i64::MIN));
    }

    #[test]
    fn what_does_not_fit_is_remembered_and_never_cut_off() {
        for refused in [wide(u64::MAX), wide(Some(i128::MIN)), wide(1_u64 << 63)] {
            assert_eq!(refused, Integer::OutOfRange);
            assert!(refused.is_some() && refused.value().is_none());
            assert_eq!(refused.problem().unwrap(), "must fit into a signed integer of 64 bits");
        }
        assert_eq!(narrow(1_i64 << 31).problem().unwrap(), "must fit into a signed integer of 32 bits");
        assert_eq!(narrow(7).problem(), None);
    }

    /// A type of the caller that converts into the field's, such as an amount of money.
    #[test]
    fn a_type_that_converts_into_the_field_is_taken() {
        struct Cents(i64);
        impl From<Cents> for i64 {
            fn from(cents: Cents) -> Self {
                cents.0
            }
        }
        assert_eq!(wide(Cents(5)), Integer::Given(5));
        assert_eq!(wide(Some(Cents(5))), Integer::Given(5));
    }
}
