//! The macro that implements JSON Schemas for the types that are strings. Those of the objects are derived.

/// Implements `JsonSchema` for a type that may be any string in JSON; `$values` are given as examples.
///
/// The schema allows other values than those that the API document declares, because the enums are open.
macro_rules! string_schema {
    ($name:ident $(, $values:expr)?) => {
        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string" $(, "examples": $values)? })
            }
        }
    };
}
pub(crate) use string_schema;
