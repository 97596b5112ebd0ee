//! JSON Schemas of the types that are strings; those of the objects are derived.

/// Implements `JsonSchema` for a type that is any string on the wire; `$values` are given as examples.
///
/// What the API document declares is no limit: the enums are open, and so are their schemas.
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
