//! The events: one open enum over the webhooks of the document, and what their kinds have in common.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::model::{Code, Field, Shape, Struct, code as code_span, doc, last_name, seen_from};
use super::names::type_name;
use crate::build::{
    plan::{Plan, Webhook},
    problem::Problem,
};

/// What an event may say whatever its kind: the field, and the doc comment of the method that reads it.
const COMMON: [(&str, &str); 4] = [
    ("customer_id", "The customer the event is about."),
    ("partner_customer_id", "Your own id of that customer."),
    ("merchant_key", "The co-branded product the event is about, for partners with several."),
    ("customer_metadata", "What you gave as `customer_metadata` when you created the customer's session."),
];

/// One webhook, with the struct that holds what it says.
struct Kind<'a> {
    variant: Ident,
    webhook: &'a Webhook,
    /// The schema of `data`; the payload itself when it has no such object.
    holds: &'a Struct,
    in_data: bool,
}

pub fn render(code: &Code, plan: &Plan) -> Result<TokenStream, Problem> {
    let kinds: Vec<Kind<'_>> =
        plan.webhooks.iter().map(|webhook| kind(code, plan, webhook)).collect::<Result<_, _>>()?;
    unique(&kinds)?;
    let variants = kinds.iter().map(|Kind { variant, webhook, holds, .. }| {
        // A paragraph of its own: what begins a block of code is none behind other words, but its end would begin one.
        let docs = doc(&format!("{}.\n\n{}", code_span(&webhook.object), holds.docs));
        let name = &holds.name;
        quote! { #docs #variant(types::#name), }
    });
    let common = COMMON.iter().map(|(wire, docs)| accessor(code, &kinds, wire, docs)).collect::<Result<Vec<_>, _>>()?;
    let (names, objects): (Vec<_>, Vec<_>) = kinds.iter().map(|kind| (&kind.variant, &kind.webhook.object)).unzip();
    let shown: Vec<_> = names.iter().map(|name| name.to_string()).collect();
    let keys = kinds.iter().map(|kind| {
        let (needed, also) = (&kind.webhook.dedupe, &kind.webhook.dedupe_also);
        quote! { &[#(#needed),*], &[#(#also),*] }
    });
    let reads = kinds.iter().map(|kind| match kind.in_data {
        true => quote! { crate::webhook::envelope::data(body)? },
        false => quote! { crate::decode::body(body)? },
    });
    let writes = kinds.iter().map(|Kind { webhook, in_data, .. }| {
        let object = &webhook.object;
        match in_data {
            true => quote! { crate::webhook::envelope::write(serializer, #object, data) },
            false => quote! { ::serde::Serialize::serialize(data, serializer) },
        }
    });
    Ok(quote! {
        /// What Imprint sends to a partner's endpoints.
        #[cfg(feature = "webhooks")]
        pub mod webhook {
            #[allow(unused_imports)]
            use super::types;

            /// An event that Imprint tells of, by its kind.
            ///
            /// A kind that this version does not know is [`Unrecognized`](Event::Unrecognized) and no error: answer it
            /// with success, or it will be sent again and again. `Debug` shows what it shows of the types: neither
            /// secrets nor personal data, and nothing of an unrecognized event.
            ///
            /// It is written as the JSON that it is read from, by [`parse`](Event::parse).
            #[derive(Clone, PartialEq)]
            #[non_exhaustive]
            pub enum Event {
                #(#variants)*
                /// A kind of event that this version does not know.
                Unrecognized {
                    /// The kind, as Imprint calls it.
                    object: ::std::string::String,
                    /// What the event says, as it came; null if it says nothing. An integer beyond 64 bits is a
                    /// text here: a number would lose digits.
                    data: ::serde_json::Value,
                },
            }

            impl Event {
                /// The kind of the event, as Imprint calls it.
                pub fn object(&self) -> &str {
                    match self {
                        #(Self::#names(_) => #objects,)*
                        Self::Unrecognized { object, .. } => object,
                    }
                }
                #(#common)*
                /// A key that two deliveries of one event have in common, and no two events.
                ///
                /// Imprint sends no id of a delivery, so this is what tells a repeated one: keep it under a unique
                /// index, and take an event whose key is there already for a repetition.
                ///
                /// It is the kind, a colon, and a SHA-256 in hex. Hashed are the fields that tell two events of this
                /// kind apart: ids, statuses, amounts and times. If a field is missing without which that cannot be
                /// told (the id of a reward, say), or nobody knows which fields tell it, everything that this version
                /// reads of the event is hashed. So a key has a fixed length for each kind, and nothing about a person
                /// can be read in it.
                ///
                /// Times count as instants, so that `07Z` and `07.000Z` are one. Integers keep all their digits.
                ///
                /// Of a known kind, fields that this version does not know are no part of it: two events that differ
                /// in nothing else have one key.
                ///
                /// Another version of this crate may make other keys of the same events, when it has learnt more of
                /// a kind: the release notes say so. Around such an update an event may be handled twice.
                pub fn dedupe_key(&self) -> ::std::string::String {
                    match self {
                        #(Self::#names(data) => crate::webhook::dedupe::key(#objects, data, #keys),)*
                        Self::Unrecognized { object, data } => crate::webhook::dedupe::key(object, data, &[], &[]),
                    }
                }
                pub(crate) fn read(
                    object: ::std::string::String,
                    body: &[u8],
                ) -> ::std::result::Result<Self, crate::decode::Finding> {
                    ::std::result::Result::Ok(match object.as_str() {
                        #(#objects => Self::#names(#reads),)*
                        _ => Self::Unrecognized { data: crate::webhook::envelope::data_or_null(body)?, object },
                    })
                }
            }

            impl ::std::fmt::Debug for Event {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    match self {
                        #(Self::#names(data) => f.debug_tuple(#shown).field(data).finish(),)*
                        Self::Unrecognized { .. } => f.debug_struct("Unrecognized").finish_non_exhaustive(),
                    }
                }
            }

            impl ::serde::Serialize for Event {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#names(data) => #writes,)*
                        Self::Unrecognized { object, data } => {
                            crate::webhook::envelope::write(serializer, object, data)
                        }
                    }
                }
            }
        }
    })
}

fn kind<'a>(code: &'a Code, plan: &Plan, webhook: &'a Webhook) -> Result<Kind<'a>, Problem> {
    let place = format!("/components/schemas/{}", webhook.schema);
    let named = |name: &Ident| code.structs.iter().find(|structure| structure.name == *name);
    let schema = plan.aliases.get(&webhook.schema).unwrap_or(&webhook.schema);
    let Some(payload) = named(&type_name(schema)) else {
        return Err(Problem::new(
            place,
            format!("the payload of the webhook `{}` is no object", webhook.name),
            "describe it as an object with `object` and `data` by an overlay action",
        ));
    };
    let data = payload.fields.iter().find(|field| field.wire == "data");
    let data = data.and_then(|field| last_name(&field.ty)).and_then(|name| named(&name));
    let (holds, in_data) = data.map_or((payload, false), |data| (data, true));
    let lacks = |name: &&String| !holds.fields.iter().any(|field| field.wire == **name);
    for (mark, names) in [("x-imprint-dedupe", &webhook.dedupe), ("x-imprint-dedupe-also", &webhook.dedupe_also)] {
        if let Some(name) = names.iter().find(lacks) {
            return Err(Problem::new(
                format!("{place}/{mark}"),
                format!("`{name}` is no field of what the webhook `{}` carries", webhook.name),
                "name fields that are there in the mark, or leave it out: then all fields make the key",
            ));
        }
    }
    Ok(Kind { variant: type_name(&webhook.name), webhook, holds, in_data })
}

fn unique(kinds: &[Kind<'_>]) -> Result<(), Problem> {
    let (mut variants, mut objects) = (BTreeSet::from(["Unrecognized".to_string()]), BTreeSet::new());
    for Kind { variant, webhook, .. } in kinds {
        let taken = [(variants.insert(variant.to_string()), "name"), (objects.insert(&webhook.object), "`object`")];
        if let Some((_, what)) = taken.iter().find(|(free, _)| !free) {
            return Err(Problem::new(
                format!("/webhooks/{}", webhook.name),
                format!("the {what} of this webhook is taken: no two events could be told apart"),
                "rename one of the two by an overlay action",
            ));
        }
    }
    Ok(())
}

/// A method that reads a field of every kind that has it.
fn accessor(code: &Code, kinds: &[Kind<'_>], wire: &str, docs: &str) -> Result<TokenStream, Problem> {
    let method = format_ident!("{wire}");
    let fields: Vec<Option<&Field>> =
        kinds.iter().map(|kind| kind.holds.fields.iter().find(|field| field.wire == wire)).collect();
    let ty = |field: &Field| seen_from(code, &field.ty, "types").to_string();
    let first = fields.iter().flatten().next();
    let differs = |field: &&Field| first.is_some_and(|first| ty(first) != ty(field));
    if let Some(at) = fields.iter().position(|field| field.as_ref().is_some_and(differs)) {
        return Err(Problem::new(
            format!("/components/schemas/{}", kinds[at].webhook.schema),
            format!("`{wire}` has another type here than in other webhooks"),
            "give it the same schema everywhere by an overlay action",
        ));
    }
    let names = kinds.iter().map(|kind| &kind.variant);
    let collection = first.is_some_and(|field| field.shape == Shape::Collection);
    let is_text = first.is_none_or(|field| last_name(&field.ty).is_some_and(|name| name == "String"));
    let values = fields.iter().map(|field| {
        let Some(Field { ident, shape, .. }) = field else {
            return if collection {
                quote! { &EMPTY }
            } else {
                quote! { ::std::option::Option::None }
            };
        };
        match (shape, is_text) {
            (Shape::Collection, _) => quote! { &data.#ident },
            // Nothing is required of an event.
            (_, true) => quote! { data.#ident.as_deref() },
            (_, false) => quote! { data.#ident.as_ref() },
        }
    });
    let ty = first.map(|field| seen_from(code, &field.ty, "types"));
    let (answers, none, empty) = if collection {
        let empty = quote! {
            static EMPTY: ::std::sync::LazyLock<#ty> = ::std::sync::LazyLock::new(::std::default::Default::default);
        };
        (quote! { &#ty }, quote! { &EMPTY }, Some(empty))
    } else {
        let ty = if is_text { Some(quote! { str }) } else { ty };
        (quote! { ::std::option::Option<&#ty> }, quote! { ::std::option::Option::None }, None)
    };
    let docs = match collection {
        true => format!("{docs} Empty where a kind of event does not say it, or this one does not."),
        false => format!("{docs} `None` where a kind of event does not say it, or this one does not."),
    };
    let docs = doc(&docs);
    Ok(quote! {
        #docs
        #[allow(unused_variables)]
        pub fn #method(&self) -> #answers {
            #empty
            match self {
                #(Self::#names(data) => #values,)*
                Self::Unrecognized { .. } => #none,
            }
        }
    })
}

#[cfg(test)]
mod tests;
