//! Builders of the types: setters that take the plain value or an Option of it, builders where a type is nested, and a
//! `build` that names all that is missing at once, in nested values as well.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    docs,
    layout::Piece,
    names,
    rust::{self, From},
    types,
};
use crate::build::api::{Api, Body, Field, Shape, Struct, Type};

pub fn write(api: &Api) -> Vec<Piece> {
    api.structs.iter().flat_map(|structure| write_builder(api, structure)).collect()
}

/// How a builder holds a field, and so what its setter takes.
pub enum Held<'a> {
    /// As it is.
    Value,
    /// An integer, with the note whether it fits.
    Integer,
    /// A builder of the struct of that name.
    Builder(&'a str),
    /// A list of values.
    Values(&'a Type),
    /// A list of builders of the struct of that name.
    Builders(&'a str),
    /// A map of the caller's making.
    Map,
}

impl<'a> Held<'a> {
    pub fn of(api: &Api, field: &'a Field) -> Self {
        // Not behind a Box: a type that holds itself would need an endless number of builders.
        let structure = |ty: &'a Type| ty.named().filter(|name| api.structure(name).is_some());
        let is_collection = field.shape == Shape::Collection;
        match &field.ty {
            Type::List(item) if is_collection => structure(item).map_or_else(|| Self::Values(item), Self::Builders),
            Type::FreeObject if is_collection => Self::Map,
            // Secrets are not to go through JSON on their way.
            Type::Map(value) if is_collection && **value == Type::Text => Self::Map,
            Type::I32 | Type::I64 => Self::Integer,
            ty => structure(ty).map_or(Self::Value, Self::Builder),
        }
    }

    /// What the setter says that it takes, behind what the document says of the field.
    fn takes(&self) -> String {
        match self {
            Self::Value | Self::Integer => String::new(),
            Self::Builder(_) => "\n\nTakes the finished value or its builder.".into(),
            Self::Values(item) => {
                format!("\n\nTakes the items of a list, an array or an iterator.{}", empty_list(item))
            }
            Self::Builders(name) => {
                let empty = empty_list(&Type::Named(name.to_string()));
                format!("\n\nTakes the items of a list, an array or an iterator, finished or as builders.{empty}")
            }
            Self::Map => {
                "\n\nTakes whatever serializes into an object: `json!({…})`, a map, a struct of yours, or pairs \
                          of name and value. `build` refuses anything else."
                    .into()
            }
        }
    }
}

/// How to write an empty list, whose items the compiler cannot guess. What has type arguments has no short name.
fn empty_list(item: &Type) -> String {
    let name = match item {
        Type::List(_) | Type::Map(_) | Type::FreeObject | Type::Nullable(_) | Type::Boxed(_) => return String::new(),
        Type::Named(name) => name.clone(),
        Type::Text => "String".to_string(),
        Type::Secret => "Secret".to_string(),
        Type::Timestamp => "Timestamp".to_string(),
        Type::Any => "Value".to_string(),
        scalar => rust::ty(scalar, From::Types).to_string(),
    };
    format!(" An empty list needs its type: `Vec::<{name}>::new()`.")
}

fn builder(structure: &str) -> Ident {
    rust::ident(&names::builder(structure))
}

/// The type in which a builder holds a field.
pub fn held_ty(api: &Api, field: &Field, from: From) -> TokenStream {
    let ty = rust::ty(&field.ty, from);
    match Held::of(api, field) {
        Held::Builder(name) => {
            let builder = rust::builder(name, from);
            quote! { ::std::option::Option<#builder> }
        }
        Held::Builders(name) => {
            let builder = rust::builder(name, from);
            quote! { ::std::vec::Vec<#builder> }
        }
        Held::Map => quote! { crate::value::FreeForm<#ty> },
        Held::Integer => quote! { crate::value::integer::Integer<#ty> },
        Held::Values(_) => ty,
        Held::Value if field.shape == Shape::Collection => ty,
        Held::Value => quote! { ::std::option::Option<#ty> },
    }
}

fn write_builder(api: &Api, structure: &Struct) -> Vec<Piece> {
    let Struct { name: text, fields, .. } = structure;
    let (name, built) = (builder(text), rust::ident(text));
    let docs = docs::comment(&format!("Builder of [`{text}`](super::{text})."));
    let has_personal = fields.iter().any(|field| field.personal);
    let debug = (!has_personal).then(|| quote! { Debug, });
    let idents: Vec<_> = fields.iter().map(|field| rust::ident(&field.name)).collect();
    let types = fields.iter().map(|field| held_ty(api, field, From::Builder));
    let setters =
        fields.iter().map(|field| Setter::of(api, field, From::Builder).of_builder(&rust::ident(&field.name)));
    let (build, finish) = build(api, structure);
    let back = fields.iter().map(|field| {
        let ident = rust::ident(&field.name);
        match (Held::of(api, field), field.shape) {
            (Held::Builder(_), Shape::Required) => quote! { #ident: ::std::option::Option::Some(value.#ident.into()) },
            (Held::Builder(_), _) => quote! { #ident: value.#ident.map(::std::convert::Into::into) },
            (Held::Builders(_), _) => {
                quote! { #ident: value.#ident.into_iter().map(::std::convert::Into::into).collect() }
            }
            (Held::Map | Held::Integer, _) => quote! { #ident: value.#ident.into() },
            (_, Shape::Required) => quote! { #ident: ::std::option::Option::Some(value.#ident) },
            _ => quote! { #ident: value.#ident },
        }
    });
    let mut pieces = vec![
        Piece::Items(quote! {
            #docs
            #[derive(Clone, #debug Default)]
            #[must_use = "a builder is only of use in `build`, or as an argument"]
            pub struct #name { #(pub(crate) #idents: #types,)* }
        }),
        Piece::Items(quote! {
            impl #name {
                #(#setters)*
                #build
            }
        }),
        Piece::Items(finish),
        Piece::Items(quote! {
            impl ::std::convert::TryFrom<#name> for super::#built {
                type Error = crate::error::Error;
                fn try_from(builder: #name) -> ::std::result::Result<Self, crate::error::Error> {
                    builder.build()
                }
            }
        }),
        Piece::Items(quote! {
            impl ::std::convert::From<super::#built> for #name {
                fn from(value: super::#built) -> Self {
                    Self { #(#back,)* }
                }
            }
        }),
    ];
    if has_personal {
        // Nothing is required of a builder yet.
        let shown = fields.iter().map(|field| (field.name.clone(), field.personal, true));
        pieces.push(Piece::Items(types::debug(&names::builder(text), shown)));
    }
    pieces
}

/// The step of a call's builder that changes the builder of the body. A body that may be left out is an `Option`: one that nobody
/// has touched is not sent.
pub fn change_body(body: &Body, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    if body.facts.required {
        let changed = change(quote! { self.body });
        return quote! { self.body = #changed; };
    }
    let changed = change(quote! { self.body.unwrap_or_default() });
    quote! { self.body = ::std::option::Option::Some(#changed); }
}

/// A setter: its comment, what it takes, and the value that the builder keeps.
pub struct Setter {
    docs: TokenStream,
    deprecated: Option<TokenStream>,
    name: Ident,
    /// The type parameters behind the value's own.
    marker: Option<TokenStream>,
    bound: TokenStream,
    kept: TokenStream,
}

impl Setter {
    /// The setter of a field. `from` is where the code stands.
    pub fn of(api: &Api, field: &Field, from: From) -> Self {
        Self::called(api, field, from, &names::field_setter(field), field.shape == Shape::Required)
    }

    /// The same with another name, for what is required or not whatever its shape says.
    pub fn called(api: &Api, field: &Field, from: From, name: &str, required: bool) -> Self {
        let ty = rust::ty(&field.ty, from);
        let held = Held::of(api, field);
        let text = if field.description.is_empty() {
            format!("Sets {}.", docs::span(&field.wire))
        } else {
            field.description.clone()
        };
        let docs = docs::comment(&format!("{}{}", docs::need(&text, required), held.takes()));
        let builder = |name: &str| rust::builder(name, from);
        let (marker, bound, kept) = match held {
            Held::Value if field.shape == Shape::Collection => {
                (true, quote!(crate::value::IntoField<#ty, M>), quote! { value.into_field().unwrap_or_default() })
            }
            Held::Value => (true, quote!(crate::value::IntoField<#ty, M>), quote! { value.into_field() }),
            Held::Integer => {
                (true, quote!(crate::value::IntoInteger<#ty, M>), quote! { crate::value::integer::kept(value) })
            }
            Held::Builder(name) => {
                let builder = builder(name);
                (true, quote!(crate::value::IntoField<#builder, M>), quote! { value.into_field() })
            }
            Held::Values(item) => {
                let item = rust::ty(item, from);
                (true, quote!(crate::value::IntoList<#item, M>), quote! { value.into_list() })
            }
            Held::Builders(name) => {
                let builder = builder(name);
                (true, quote!(crate::value::IntoList<#builder, M>), quote! { value.into_list() })
            }
            Held::Map => (false, quote!(::serde::Serialize), quote! { crate::value::FreeForm::new(&value) }),
        };
        let marker = marker.then(|| quote! { , M });
        Self { docs, deprecated: None, name: rust::ident(name), marker, bound, kept }
    }

    /// The same for a collection that the builder holds as an `Option`: one without items is told from one that was not set.
    pub fn of_given(self, api: &Api, field: &Field) -> Self {
        let kept = match Held::of(api, field) {
            Held::Values(_) | Held::Builders(_) => quote! { value.into_given_list() },
            Held::Map => quote! { crate::value::FreeForm::given(&value) },
            Held::Value | Held::Integer | Held::Builder(_) => quote! { value.into_field() },
        };
        Self { kept, ..self }
    }

    /// The same with this attribute.
    pub fn deprecated(self, deprecated: Option<TokenStream>) -> Self {
        Self { deprecated, ..self }
    }

    /// The setter of the builder's own, which keeps the value in the field `ident`.
    pub fn of_builder(self, ident: &Ident) -> TokenStream {
        let kept = &self.kept;
        self.method(&quote! { self.#ident = #kept; })
    }

    /// The same setter for a call, which passes the value on to the builder of the body.
    pub fn of_call(self, body: &Body) -> TokenStream {
        let name = &self.name;
        self.method(&change_body(body, |builder| quote! { #builder.#name(value) }))
    }

    fn method(&self, set: &TokenStream) -> TokenStream {
        let Self { docs, deprecated, name, marker, bound, .. } = self;
        quote! {
            #docs
            #deprecated
            pub fn #name<V #marker>(mut self, value: V) -> Self
            where
                V: #bound,
            {
                #set
                self
            }
        }
    }
}

/// The step of `finish` for a field that may be wrong or doubtful in itself.
fn finish(api: &Api, field: &Field) -> Option<TokenStream> {
    let (ident, wire) = (rust::ident(&field.name), &field.wire);
    let value = match Held::of(api, field) {
        Held::Builder(_) => quote! { __problems.nested(#wire, #ident) },
        Held::Builders(_) => quote! { __problems.all_nested(#wire, #ident) },
        Held::Map => quote! { __problems.free_form(#wire, #ident) },
        Held::Integer => quote! { __problems.integer(#wire, #ident) },
        Held::Values(item) => {
            return api.may_be_unknown(item).then(|| quote! { __problems.doubt_each(#wire, &#ident); });
        }
        Held::Value if field.shape == Shape::Collection => return None,
        Held::Value => {
            return api.may_be_unknown(&field.ty).then(|| quote! { __problems.doubt(#wire, #ident.as_ref()); });
        }
    };
    Some(quote! { let #ident = #value; })
}

/// The method `build`, and what it and the calls do to finish the value.
fn build(api: &Api, structure: &Struct) -> (TokenStream, TokenStream) {
    let Struct { name: text, fields, .. } = structure;
    let (name, builder) = (rust::ident(text), builder(text));
    let steps: Vec<_> = fields.iter().filter_map(|field| finish(api, field)).collect();
    let idents: Vec<_> = fields.iter().map(|field| rust::ident(&field.name)).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.shape == Shape::Required).collect();
    let (needed, wires): (Vec<_>, Vec<_>) =
        required.iter().map(|field| (rust::ident(&field.name), &field.wire)).unzip();
    let named: Vec<String> = wires.iter().map(|wire| docs::span(wire)).collect();
    let missing = format!("[`crate::Error::InvalidRequest`] names every one of {} that is missing", named.join(", "));
    let wrong = fields
        .iter()
        .any(|field| matches!(Held::of(api, field), Held::Builder(_) | Held::Builders(_) | Held::Map | Held::Integer));
    let nested = "what is wrong with a value, of a nested one by its path";
    let errors = match (required.is_empty(), wrong) {
        (true, false) => "None today: no field is required.".to_string(),
        (true, true) => format!("[`crate::Error::InvalidRequest`] names {nested}."),
        (false, false) => format!("{missing}."),
        (false, true) => format!("{missing}, and {nested}."),
    };
    let docs = docs::comment(&format!("The finished `{text}`.\n\n# Errors\n\n{errors}"));
    let members = fields.iter().map(|field| {
        let ident = rust::ident(&field.name);
        if field.shape == Shape::Required {
            quote! { #ident: #ident? }
        } else {
            quote! { #ident }
        }
    });
    let require = (!required.is_empty()).then(|| quote! { __problems.require(&[#((#wires, #needed.is_some())),*]); });
    // Named so that no field can be called the same; and not used where there is nothing to check.
    let problems = if required.is_empty() && steps.is_empty() { quote!(_) } else { quote!(__problems) };
    let build = quote! {
        #docs
        pub fn build(self) -> ::std::result::Result<super::#name, crate::error::Error> {
            crate::error::Build::built(self)
        }
    };
    let finish = quote! {
        impl crate::error::Build for #builder {
            type Built = super::#name;
            const NAME: &'static str = #text;

            fn finish(self, #problems: &mut crate::error::Problems) -> ::std::option::Option<super::#name> {
                let Self { #(#idents),* } = self;
                #require
                #(#steps)*
                ::std::option::Option::Some(super::#name { #(#members),* })
            }
        }
    };
    (build, finish)
}
