//! The API as one model: operations, types, webhooks, tags, errors and constraints, as the document declares them.
//!
//! `read` fills the model once, from three sources: the document in its normal form (what is declared), the lowered
//! document's marks (which places hold secrets or personal data), and the source that progenitor generated (which Rust
//! types a schema becomes). What writes code, `emit`, reads nothing else of the document. The model knows nothing of
//! builders, doc comments or examples.

mod checks;
mod constraints;
mod cursor;
mod document;
mod follow;
mod found;
mod lists;
mod progenitor;
mod samples;
pub mod webhooks;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use serde_json::Value;

use super::{
    http::{File, Form, Place, Style},
    lower::{Lowered, Marks},
    problem::Problem,
    rust_names::type_name,
};

/// Everything that is known of an API.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// The base URLs of `servers`.
    pub servers: Vec<String>,
    /// The groups of operations, in the order of the document.
    pub tags: Vec<Tag>,
    /// Sorted by the name that progenitor gives their builders.
    pub operations: Vec<Operation>,
    pub structs: Vec<Struct>,
    pub enums: Vec<Enum>,
    /// Named strings, ids above all.
    pub texts: Vec<Text>,
    pub unions: Vec<Union>,
    /// Schemas that only name another one, by name, with the name of the schema they stand for.
    pub aliases: BTreeMap<String, String>,
    pub webhooks: Vec<Webhook>,
    /// The property of their payloads that tells the kinds of events apart.
    pub event_tag: String,
    /// Operations of the document that progenitor generated nothing for: their ids and pointers.
    missing_operations: Vec<(String, String)>,
    /// Places that lowering marked as secret or personal.
    pub marks: Marks,
    /// What everything has to be found of, until that is checked.
    sources: found::Sources,
    /// Schemas that got another name, so that no two have one Rust name.
    renamed: BTreeMap<String, String>,
}

/// A group of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub description: Option<String>,
}

/// One operation of the API.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What the document declares of it.
    pub facts: OperationFacts,
    /// The name of the operation in camel case, free of Rust's keywords.
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    /// The type that a successful answer carries; `None` for an answer without a body, or of bytes.
    pub answer: Option<Type>,
    /// How it pages, in terms of the types; set for every operation with a cursor.
    pub paging: Option<Paging>,
    /// How it pages otherwise.
    pub follow: Option<Follow>,
}

/// What the document declares of an operation, without its types.
#[derive(Clone, Debug)]
pub struct OperationFacts {
    /// `operationId`.
    pub id: String,
    /// The HTTP method, in lower case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Where it stands in the document.
    pub pointer: String,
    /// The first of its tags.
    pub tag: Option<String>,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub deprecated: bool,
    /// Sending the request twice does no more than sending it once.
    pub repeatable: bool,
    /// Whether the field `next` of the answer is the URL of another page, or what a parameter takes; `None` if that is not said.
    pub next_is_url: Option<bool>,
    /// The names of the properties of a successful answer, sorted.
    pub answer_properties: Vec<String>,
    /// The names under which an answer may have its list, the property's own name first; empty for an operation that
    /// does not answer a list.
    pub list: Vec<String>,
    /// A name that the example is to set, and that is neither a parameter nor a property of the body.
    pub unknown_in_example: Option<String>,
    /// The successful answer that the document declares.
    pub success: SuccessAnswer,
    /// Whether a header of it makes a request that is sent twice be carried out once.
    pub has_key: bool,
    /// The failures that the document declares.
    pub errors: Vec<ErrorAnswer>,
    /// The property of an item that is the cursor to the next page, for an operation that answers in pages.
    pub cursor: Option<String>,
}

/// A parameter, in the path, in the query or in a header.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What the document declares of it.
    pub facts: ParameterFacts,
    /// The name as a Rust variable.
    pub name: String,
    pub ty: Type,
    /// Whether a call without it is refused. A parameter that may be null is not required, whatever the document says.
    pub required: bool,
    pub personal: bool,
}

/// What the document declares of a parameter, without its type.
#[derive(Clone, Debug)]
pub struct ParameterFacts {
    /// The name in the document.
    pub wire: String,
    pub place: Place,
    /// How a value that is no scalar is written.
    pub style: Style,
    /// The name that progenitor has for it, and the text that its Rust name is made of where that is another.
    pub key: String,
    pub named: Option<String>,
    pub required: bool,
    pub description: Option<String>,
    pub deprecated: bool,
    /// The smallest page size that the document allows, for the parameter that is the page size.
    pub minimum: Option<i64>,
    /// The value that the document says it has if it is not set, or the smallest one: of an integer.
    pub first: Option<i64>,
    /// An example value.
    pub sample: Value,
    /// The document wants it in the example of the operation.
    pub shown: bool,
}

/// What an operation takes beside its parameters.
#[derive(Clone, Debug)]
pub struct Body {
    /// What the document declares of it.
    pub facts: BodyFacts,
    pub ty: BodyType,
}

/// The type of a body.
#[derive(Clone, Debug)]
pub enum BodyType {
    /// An object: the name of its struct.
    Fields(String),
    /// Another value, such as a list.
    Value(Type),
    /// Bytes of any kind.
    Bytes,
    /// The files of a form that has nothing else.
    Files,
}

impl Body {
    /// The name of the struct, of a body that has one.
    pub fn structure(&self) -> Option<&str> {
        match &self.ty {
            BodyType::Fields(name) => Some(name),
            BodyType::Value(_) | BodyType::Bytes | BodyType::Files => None,
        }
    }
}

/// What the document declares of a body, without its type.
#[derive(Clone, Debug)]
pub struct BodyFacts {
    /// How it is written, and as what.
    pub form: Form,
    pub media: String,
    pub required: bool,
    /// The files that a form of several parts takes beside its type.
    pub files: Vec<File>,
    /// How those properties of a form are written that are not written as always.
    pub styles: Vec<(String, Style)>,
    /// The smallest page size that the document allows in the body.
    pub minimum: Option<i64>,
    /// An example value.
    pub sample: Value,
}

/// The success that the document declares for an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuccessAnswer {
    /// The status as the document writes it, such as `200` or `2XX`; several where they differ in what they answer.
    pub status: String,
    /// In what form the body comes; `None` if there is none.
    pub form: Option<Form>,
    /// It may come without the body that other successes have.
    pub may_be_empty: bool,
    /// The value of the header `Accept`, where it is not plain JSON.
    pub accept: Option<String>,
    pub description: Option<String>,
}

/// A failure that the document declares for an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    pub status: u16,
    /// The error code that the document gives as an example; none where answers of other statuses have the same one, of
    /// which it says nothing then.
    pub code: Option<String>,
    pub description: Option<String>,
}

/// How an operation pages.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Where the cursor is sent.
    pub cursor: CursorPlace,
    pub item: Type,
    /// Rust names of fields of the answer, and whether the second is required.
    pub data: String,
    pub has_more: (String, Shape),
    /// The Rust name of the field of an item that is its cursor, and its name in the document.
    pub id: (String, Shape),
    pub id_wire: String,
}

/// How an operation pages whose pages say what follows them.
#[derive(Clone, Debug)]
pub struct Follow {
    pub item: Type,
    /// The Rust name of the field of the answer that is the list.
    pub data: String,
    pub by: FollowBy,
}

/// What leads to the next page. Paths are Rust names of fields, from the answer on.
#[derive(Clone, Debug)]
pub enum FollowBy {
    /// A cursor that a parameter takes; a flag may say whether there is more, by this value.
    Cursor { parameter: String, next: Vec<(String, Shape)>, more: Option<(Vec<(String, Shape)>, bool)> },
    /// The URL of the next page.
    Url { next: Vec<(String, Shape)>, more: Option<(Vec<(String, Shape)>, bool)> },
    /// A number that a parameter takes: that of the page, from `first` on, or that of its first item.
    Number { parameter: String, first: Option<u64> },
}

/// The Rust name of the parameter or field of the body that takes the cursor.
#[derive(Clone, Debug)]
pub enum CursorPlace {
    Query(String),
    Body(String),
}

/// An object.
#[derive(Clone, Debug)]
pub struct Struct {
    pub name: String,
    pub description: String,
    pub fields: Vec<Field>,
}

/// A property of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in the document.
    pub wire: String,
    /// The name as a Rust field.
    pub name: String,
    pub description: String,
    pub shape: Shape,
    /// The type of the value, without the `Option` around it.
    pub ty: Type,
    /// Left out of the JSON when absent or empty.
    pub skip: bool,
    /// Collects the properties that the schema does not name.
    pub flatten: bool,
    pub personal: bool,
    /// Set for the list that an operation answers, which has to be there: other names that the list may have.
    pub list: Option<Vec<String>>,
}

/// How a field can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Required,
    Optional,
    /// A list or map: null, absent and empty mean the same, except in the list that an operation answers.
    Collection,
}

/// An open set of strings.
#[derive(Clone, Debug)]
pub struct Enum {
    pub name: String,
    pub description: String,
    pub values: Vec<EnumValue>,
}

#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The name of the variant.
    pub name: String,
    pub text: String,
}

/// A named string.
#[derive(Clone, Debug)]
pub struct Text {
    pub name: String,
    pub description: String,
}

/// A value that has one of several shapes. The set is open, as that of an enum.
#[derive(Clone, Debug)]
pub struct Union {
    pub name: String,
    pub description: String,
    /// The property that tells the variants apart, if one does.
    pub tag: Option<String>,
    /// In the order of the document.
    pub variants: Vec<Variant>,
}

/// One shape of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub ty: Type,
    /// The values of the tag that mean this variant.
    pub values: Vec<String>,
    pub personal: bool,
}

/// An event that the API sends to its partners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub name: String,
    pub operation: String,
    /// The value in the payload that tells the kinds of events apart.
    pub object: String,
    /// The schema of the payload.
    pub schema: String,
    /// The fields of the payload's data that are the same in two deliveries of one event and differ between events;
    /// empty if the document does not say.
    pub dedupe: Vec<String>,
    /// Further fields that tell two events apart, where an event has them.
    pub dedupe_also: Vec<String>,
    /// The name of the struct that holds what the event says.
    pub holds: String,
    /// Whether that struct is the payload's property `data`, or the payload itself.
    pub in_data: bool,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Bool,
    I32,
    I64,
    F32,
    F64,
    /// A string that must not be shown.
    Secret,
    Timestamp,
    /// Any JSON value.
    Any,
    /// An object without a schema.
    FreeObject,
    /// A struct, enum or named string of the API.
    Named(String),
    List(Box<Type>),
    /// An object whose values all have one type.
    Map(Box<Type>),
    /// An item of a list, or a value of a map, that may be null.
    Nullable(Box<Type>),
    /// A type that holds itself.
    Boxed(Box<Type>),
}

impl Type {
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::FreeObject)
    }

    /// The name of the API's type, where it is one.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// Whether `sought` is this type or within it.
    pub fn contains(&self, sought: &Type) -> bool {
        self == sought
            || match self {
                Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) | Self::Boxed(inner) => {
                    inner.contains(sought)
                }
                _ => false,
            }
    }
}

impl Api {
    pub fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|structure| structure.name == name)
    }

    pub fn union(&self, name: &str) -> Option<&Union> {
        self.unions.iter().find(|union| union.name == name)
    }

    /// The name of the type of a schema, by the name that the document has for it.
    fn type_of(&self, schema: &str) -> String {
        type_name(self.renamed.get(schema).map_or(schema, String::as_str))
    }

    /// Whether a value of the type may be one that is kept without being understood: of an enum or union, or a timestamp.
    pub fn may_be_unknown(&self, ty: &Type) -> bool {
        match ty {
            Type::Timestamp => true,
            Type::Named(name) => self.enums.iter().any(|item| item.name == *name) || self.union(name).is_some(),
            _ => false,
        }
    }

    /// Whether values of the type can be sent as a cursor.
    fn is_text(&self, ty: &Type) -> bool {
        match ty {
            Type::Text => true,
            Type::Named(name) => self.texts.iter().any(|text| text.name == *name),
            _ => false,
        }
    }
}

impl Operation {
    /// The files that its body takes.
    pub fn files(&self) -> &[File] {
        self.body.as_ref().map_or(&[], |body| &body.facts.files)
    }

    /// The type of an item, of a list that is read over all its pages.
    pub fn paged_item(&self) -> Option<&Type> {
        let by_id = self.paging.as_ref().map(|paging| &paging.item);
        by_id.or(self.follow.as_ref().map(|follow| &follow.item))
    }

    /// Whether a successful answer is given as bytes.
    pub fn answers_bytes(&self) -> bool {
        self.facts.success.form.is_some_and(|form| form != Form::Json)
    }

    pub fn problem(&self, message: impl Into<String>, advice: impl Into<String>) -> Problem {
        Problem::new(&self.facts.pointer, message, advice).in_operation(&self.facts.id)
    }
}

/// One pass over the model: its name, and what it does.
pub struct Pass {
    pub name: &'static str,
    apply: fn(&mut Api) -> Result<(), Problem>,
}

const fn pass(name: &'static str, apply: fn(&mut Api) -> Result<(), Problem>) -> Pass {
    Pass { name, apply }
}

/// What is decided and checked once the model is filled, in this order.
pub const PASSES: &[Pass] = &[
    pass("check that nothing is lost", found::everything),
    pass("check that every secret is redacted", checks::secrets),
    pass("check that personal data is redacted", checks::personal),
    pass("make collections empty by default", constraints::collections),
    pass("require the list of an answer", lists::require),
    pass("check that every operation is generated", checks::complete),
    pass("find how operations page", cursor::find),
    pass("find how other lists go on", follow::find),
    pass("find what webhooks carry", webhooks::find),
];

/// Fills the model. `normal` is the document in its normal form, `lowered` what progenitor made `tokens` of.
///
/// Passes whose name `keep` does not accept are left out: tests do so to see that each is needed.
pub fn read(
    normal: &Value,
    lowered: &Lowered,
    tokens: TokenStream,
    keep: &dyn Fn(&str) -> bool,
) -> Result<Api, Problem> {
    let declared = document::read(normal)?;
    let mut api = progenitor::read(tokens, declared, lowered)?;
    for pass in PASSES.iter().filter(|pass| keep(pass.name)) {
        (pass.apply)(&mut api)?;
    }
    Ok(api)
}
