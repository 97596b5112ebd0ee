//! The client as data, between progenitor's source and ours.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericArgument, PathArguments, Type};

use super::pages::Paging;

/// All of it.
#[derive(Default)]
pub struct Code {
    pub structs: Vec<Struct>,
    pub enums: Vec<Enum>,
    pub texts: Vec<Text>,
    pub calls: Vec<Call>,
}

impl Code {
    pub fn has_type(&self, name: &Ident) -> bool {
        self.structs.iter().any(|s| s.name == *name)
            || self.enums.iter().any(|e| e.name == *name)
            || self.texts.iter().any(|t| t.name == *name)
    }
}

/// An object.
pub struct Struct {
    pub name: Ident,
    pub docs: String,
    pub fields: Vec<Field>,
}

/// A field of an object.
pub struct Field {
    pub ident: Ident,
    /// The API's name of it.
    pub wire: String,
    pub docs: String,
    pub shape: Shape,
    /// The type without the Option around it.
    pub ty: Type,
    /// Left out of the JSON when absent or empty.
    pub skip: bool,
    /// Holds the properties nobody named.
    pub flatten: bool,
    /// Redacted in Debug.
    pub personal: bool,
    /// It is the list that an operation answers, which has to be there: the other names that it may have.
    pub list: Option<Vec<String>>,
    /// The name of its setter.
    pub setter: Ident,
}

/// How a field can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Required,
    Optional,
    /// A list or map: null, absent and empty are one, but for the list that an operation answers.
    Collection,
}

/// An open set of strings.
pub struct Enum {
    pub name: Ident,
    pub docs: String,
    pub values: Vec<Variant>,
}

pub struct Variant {
    pub ident: Ident,
    pub text: String,
}

/// A named string, ids above all.
pub struct Text {
    pub name: Ident,
    pub docs: String,
}

/// An operation.
pub struct Call {
    /// operationId; the key into the plan.
    pub id: String,
    /// The method of the client.
    pub method: Ident,
    /// The builder.
    pub builder: Ident,
    /// The constant.
    pub constant: Ident,
    pub arguments: Vec<Argument>,
    pub body: Option<Ident>,
    /// The type of the answer, `()` for none.
    pub answer: Type,
    pub empty: bool,
    /// The API's names of the fields of the answer.
    pub answer_names: Vec<String>,
    /// The names under which an answer may have its list; none for an operation that answers no list.
    pub list: Vec<String>,
    pub docs: String,
    pub deprecated: bool,
    pub repeatable: bool,
    pub pages: bool,
    /// How, once it is known.
    pub paging: Option<Paging>,
    /// The example of `stream`.
    pub stream_example: String,
    pub verb: Ident,
    pub path: String,
    /// The smallest page limit in the body.
    pub body_minimum: Option<i64>,
}

/// A parameter of an operation, in the path or in the query.
pub struct Argument {
    pub ident: Ident,
    pub wire: String,
    pub ty: Type,
    pub in_path: bool,
    pub required: bool,
    pub minimum: Option<i64>,
    pub docs: String,
    pub deprecated: bool,
    pub personal: bool,
    pub setter: Ident,
}

/// The type argument of `Name<T>`, for a path that ends in `name`.
pub fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The last name of a path type.
pub fn last_name(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.clone()),
        _ => None,
    }
}

pub fn is_collection(ty: &Type) -> bool {
    ["Vec", "Map", "BTreeMap"].iter().any(|name| argument_of(ty, name).is_some())
}

/// The type as another module names it: our own types behind `prefix`.
pub fn seen_from(code: &Code, ty: &Type, prefix: &str) -> TokenStream {
    let mut ty = ty.clone();
    qualify(code, &mut ty, &format_ident!("{prefix}"));
    ty.to_token_stream()
}

fn qualify(code: &Code, ty: &mut Type, prefix: &Ident) {
    let Type::Path(path) = ty else { return };
    if path.path.leading_colon.is_none()
        && let Some(only) = path.path.get_ident().cloned()
        && code.has_type(&only)
    {
        *ty = syn::parse_quote!(#prefix::#only);
        return;
    }
    for segment in &mut path.path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            for argument in &mut arguments.args {
                if let GenericArgument::Type(inner) = argument {
                    qualify(code, inner, prefix);
                }
            }
        }
    }
}

/// Doc comments, a line each: prettyplease would write a text with line ends as a block, which `*/` ends.
pub fn doc(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// A name or value of the API as a span of code.
pub fn code(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c == '`' || c.is_control() { '\'' } else { c }).collect();
    format!("`{plain}`")
}
