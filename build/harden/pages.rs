//! The lists that come in pages: `stream` and `pages` of their builders, and what `src/page.rs` asks of each.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::model::{Call, Code, Field, Shape, Struct, argument_of, doc, last_name, seen_from};
use crate::build::{plan::Plan, problem::Problem};

/// How one operation pages.
pub struct Paging {
    cursor: Cursor,
    item: Type,
    data: Ident,
    has_more: (Ident, Shape),
    /// The field of an item that is its cursor.
    id: (Ident, Shape),
    id_wire: String,
}

/// Where the cursor goes: a parameter, or a field of the body by its name and setter.
enum Cursor {
    Query(Ident),
    Body(Ident, Ident),
}

/// The parameter that takes the cursor, and the fields of a page.
const CURSOR: &str = "starting_after";
const DATA: &str = "data";
const HAS_MORE: &str = "has_more";

/// Finds in the code what the plan says of each operation that pages.
pub fn find(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    for index in 0..code.calls.len() {
        let call = &code.calls[index];
        let operation = &plan.operations[&call.id];
        let Some(id) = &operation.pages else { continue };
        let paging = paging(code, call, id).map_err(|what| {
            let advice = "give it the shape of the other lists by an overlay action";
            Problem::new(&operation.pointer, format!("it pages, but {what}"), advice).in_operation(&call.id)
        })?;
        code.calls[index].paging = Some(paging);
    }
    Ok(())
}

fn paging(code: &Code, call: &Call, id_wire: &str) -> Result<Paging, String> {
    let is_text = |ty: &Type| {
        last_name(ty).is_some_and(|name| name == "String" || code.texts.iter().any(|text| text.name == name))
    };
    let texts = |field: &Field| is_text(&field.ty) && field.shape != Shape::Collection;
    let cursor = match call.arguments.iter().find(|argument| argument.wire == CURSOR) {
        Some(argument) => is_text(&argument.ty).then(|| Cursor::Query(argument.ident.clone())),
        None => field(structure(code, call.body.clone()), CURSOR)
            .filter(|field| texts(field))
            .map(|field| Cursor::Body(field.ident.clone(), field.setter.clone())),
    };
    let cursor = cursor.ok_or_else(|| format!("`{CURSOR}` is no text"))?;
    let answer = structure(code, last_name(&call.answer));
    let data = field(answer, DATA).ok_or_else(|| format!("`{DATA}` is no field of the answer"))?;
    let item = argument_of(&data.ty, "Vec").ok_or_else(|| format!("`{DATA}` is no list"))?;
    let has_more = field(answer, HAS_MORE)
        .filter(|field| last_name(&field.ty).is_some_and(|name| name == "bool"))
        .ok_or_else(|| format!("`{HAS_MORE}` is no boolean"))?;
    let id = field(structure(code, last_name(item)), id_wire)
        .filter(|field| texts(field))
        .ok_or_else(|| format!("`{id_wire}` of its items, the cursor, is no text that can be sent"))?;
    Ok(Paging {
        cursor,
        item: item.clone(),
        data: data.ident.clone(),
        has_more: (has_more.ident.clone(), has_more.shape),
        id: (id.ident.clone(), id.shape),
        id_wire: id_wire.to_string(),
    })
}

fn structure(code: &Code, name: Option<Ident>) -> Option<&Struct> {
    code.structs.iter().find(|structure| Some(&structure.name) == name.as_ref())
}

fn field<'a>(structure: Option<&'a Struct>, wire: &str) -> Option<&'a Field> {
    structure?.fields.iter().find(|field| field.wire == wire)
}

const STREAM: &str = "The items of all pages, one by one; `limit` is the size of a page.

Nothing is sent before the stream is polled. An item that cannot be decoded is an error in its place, and the next poll
goes on behind it. Changing what the list is sorted by while streaming it skips items. See [`Items`](crate::Items).";

const PAGES: &str = "The pages, whole: with `total`, headers and attempts. See [`Pages`](crate::Pages).";

/// The methods of the builder.
pub fn methods(code: &Code, call: &Call) -> Option<TokenStream> {
    let Paging { item, .. } = call.paging.as_ref()?;
    let item = seen_from(code, item, "types");
    let answer = &call.answer;
    let stream = doc(&if call.stream_example.is_empty() {
        STREAM.to_string()
    } else {
        format!("{STREAM}\n\n# Example\n\n{}", call.stream_example)
    });
    let pages = doc(PAGES);
    Some(quote! {
        #stream
        pub fn stream(self) -> crate::Items<#item> {
            crate::Items::new(self)
        }
        #pages
        pub fn pages(self) -> crate::Pages<#answer> {
            crate::Pages::new(self)
        }
    })
}

/// What the streams ask.
///
/// `request` is the code that makes the request.
pub fn implementation(code: &Code, call: &Call, request: &TokenStream) -> Option<TokenStream> {
    let Paging { cursor, item, data, has_more, id, id_wire } = call.paging.as_ref()?;
    let Call { builder, constant, answer, .. } = call;
    let item = seen_from(code, item, "types");
    let as_text = quote! { .as_ref().map(::std::convert::AsRef::<str>::as_ref) };
    let (get, set) = match cursor {
        Cursor::Query(ident) => (
            quote! { self.#ident #as_text },
            quote! { self.#ident = ::std::option::Option::Some(::std::convert::From::from(cursor)); },
        ),
        Cursor::Body(ident, setter) => {
            (quote! { self.body.#ident #as_text }, quote! { self.body = self.body.#setter(cursor); })
        }
    };
    let more = match has_more {
        (ident, Shape::Required) => quote! { ::std::option::Option::Some(answer.#ident) },
        (ident, _) => quote! { answer.#ident },
    };
    let id = match id {
        (ident, Shape::Required) => {
            quote! { ::std::option::Option::Some(::std::convert::AsRef::<str>::as_ref(&item.#ident)) }
        }
        (ident, _) => quote! { item.#ident #as_text },
    };
    Some(quote! {
        impl crate::page::Paged for #builder {
            type Answer = #answer;
            type Item = #item;
            const OPERATION: &'static crate::Operation = &super::operation::#constant;
            const CURSOR: &'static str = #id_wire;
            fn cursor(&self) -> ::std::option::Option<&str> {
                #get
            }
            fn after(mut self, cursor: &str) -> Self {
                #set
                self
            }
            fn request(self) -> (crate::Client, crate::request::Request) {
                #request
                (self.client, request)
            }
            fn items(answer: &#answer) -> &[#item] {
                &answer.#data
            }
            fn into_items(answer: #answer) -> ::std::vec::Vec<#item> {
                answer.#data
            }
            fn has_more(answer: &#answer) -> ::std::option::Option<bool> {
                #more
            }
            fn id(item: &#item) -> ::std::option::Option<&str> {
                #id
            }
        }
    })
}
