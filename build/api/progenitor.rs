//! Reads the source that progenitor generated into the model: the types, their fields, and how each operation is sent.
//!
//! Whatever looks different from what is known here stops the build: a new version of progenitor, or a shape that
//! lowering should have refused.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprMethodCall, Fields, FnArg, GenericArgument, ImplItem, Item, ItemEnum, ItemMod, ItemStruct,
    LitStr, Meta, Pat, PathArguments, ReceiverKind, ReturnType, Stmt, Token, punctuated::Punctuated,
};

use super::{
    Api, Body, BodyType, Enum, EnumValue, Field, Operation, Parameter, ParameterFacts, Shape, Struct, Text, Type,
    Union, Variant,
    document::{Declared, DeclaredOperation},
    found::Sources,
};
use crate::build::{
    enum_tokens, generate,
    http::{self, Form, Place},
    lower::{Lowered, Marks, unions},
    problem::Problem,
    rust_names::{identifier, type_name},
};

const ADVICE: &str = "teach build/api/progenitor.rs this shape, or avoid it by an overlay action or a lowering rule";

fn unknown(place: impl Into<String>, what: impl std::fmt::Display) -> Problem {
    Problem::new(place, format!("progenitor wrote something unexpected: {what}"), ADVICE)
}

/// The model of what the document declares and progenitor generated.
pub fn read(tokens: TokenStream, declared: Declared, lowered: &Lowered) -> Result<Api, Problem> {
    let file: syn::File = syn::parse2(tokens).map_err(|e| unknown("progenitor's output", e))?;
    let Declared { servers, tags, operations, webhooks, event_tag } = declared;
    let mut api = Api {
        servers,
        tags,
        webhooks,
        event_tag,
        aliases: lowered.aliases.clone(),
        marks: lowered.marks.clone(),
        sources: Sources { document: lowered.document.clone(), places: lowered.places.clone() },
        renamed: lowered.renamed.clone(),
        ..Api::default()
    };
    let module = |name: &str| {
        file.items.iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == name => Some(module),
            _ => None,
        })
    };
    let types = module("types").ok_or_else(|| unknown("progenitor's output", "no module `types`"))?;
    let unions: BTreeMap<String, &unions::Union> =
        lowered.unions.iter().map(|(name, union)| (type_name(name), union)).collect();
    for item in items(types) {
        read_type(item, &unions, &mut api)?;
    }
    // A document without operations has an empty builder module.
    let builder = module("builder").ok_or_else(|| unknown("progenitor's output", "no module `builder`"))?;
    for item in items(builder) {
        if let Item::Struct(structure) = item {
            let operation = read_call(structure, builder, &operations, &api)?;
            // Of two builders of one name the first is found twice.
            if api.operations.iter().any(|other| other.facts.id == operation.facts.id) {
                let name = heck::AsSnakeCase(&operation.name).to_string();
                let message = format!("`{name}` would be the Rust name of two operations");
                return Err(operation.problem(message, "rename one operationId by an overlay action"));
            }
            api.operations.push(operation);
        }
    }
    let is_missing = |id: &String| !api.operations.iter().any(|operation| operation.facts.id == *id);
    let missing = operations.into_values().map(|operation| operation.facts).filter(|facts| is_missing(&facts.id));
    api.missing_operations = missing.map(|facts| (facts.id, facts.pointer)).collect();
    Ok(api)
}

fn items(module: &ItemMod) -> &[Item] {
    module.content.as_ref().map_or(&[], |(_, items)| items)
}

fn read_type(item: &Item, unions: &BTreeMap<String, &unions::Union>, api: &mut Api) -> Result<(), Problem> {
    match item {
        Item::Enum(item) => api.enums.push(read_enum(item)?),
        Item::Struct(item) => match &item.fields {
            Fields::Named(_) => {
                let structure = read_struct(item, &api.marks)?;
                match unions.get(&structure.name) {
                    Some(union) => api.unions.push(read_union(structure, union)?),
                    None => api.structs.push(structure),
                }
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                if read_value(&fields.unnamed[0].ty).is_none_or(|(ty, _)| ty != Type::Text) {
                    return Err(unknown(item.ident.to_string(), "a newtype around what is no string"));
                }
                api.texts.push(Text { name: item.ident.to_string(), description: docs(&item.attrs) });
            }
            _ => return Err(unknown(item.ident.to_string(), "a struct without named fields")),
        },
        // Conversions and the builders of typify: ours take their place.
        Item::Impl(_) => {}
        Item::Mod(module) if module.ident == "builder" || module.ident == "error" => {}
        other => return Err(unknown("mod types", other.to_token_stream())),
    }
    Ok(())
}

fn read_enum(item: &ItemEnum) -> Result<Enum, Problem> {
    let place = item.ident.to_string();
    let mut values = Vec::new();
    for variant in &item.variants {
        let token = serde(&variant.attrs, &place)?.into_iter().find(|(key, _)| key == "rename").and_then(|(_, v)| v);
        let text = token.unwrap_or_else(|| variant.ident.to_string());
        let text = enum_tokens::text(&text);
        let (Some(text), Fields::Unit) = (text, &variant.fields) else {
            return Err(unknown(place, "an enum that is no set of strings"));
        };
        values.push(EnumValue { name: variant.ident.to_string(), text });
    }
    Ok(Enum { name: item.ident.to_string(), description: docs(&item.attrs), values })
}

fn read_struct(item: &ItemStruct, marks: &Marks) -> Result<Struct, Problem> {
    let place = item.ident.to_string();
    if !serde(&item.attrs, &place)?.is_empty() {
        return Err(unknown(place, "a serde attribute on a struct"));
    }
    let mut fields = Vec::new();
    for field in &item.fields {
        let Some(name) = field.ident.as_ref().map(ToString::to_string) else {
            return Err(unknown(place, "a field without a name"));
        };
        let mut wire = name.clone();
        let (mut skip, mut flatten) = (false, false);
        for (key, value) in serde(&field.attrs, &place)? {
            match (key.as_str(), value) {
                ("rename", Some(name)) => wire = name,
                ("skip_serializing_if", Some(_)) => skip = true,
                ("flatten", None) => flatten = true,
                ("default", None) => {}
                // Required and nullable: typify insists on the key. Absent and null mean the same here.
                ("deserialize_with", Some(_)) if argument_of(&field.ty, "Option").is_some() => {}
                (key, _) => return Err(unknown(format!("{place}.{name}"), format!("serde({key})"))),
            }
        }
        let (shape, value) = match argument_of(&field.ty, "Option") {
            Some(inner) => (Shape::Optional, inner),
            None => (Shape::Required, &field.ty),
        };
        let (ty, is_marked) = value_of(value, || format!("{place}.{name}"))?;
        let personal = is_marked || marks.personal_names.contains(&wire);
        let description = docs(&field.attrs);
        fields.push(Field { wire, name, description, shape, ty, skip, flatten, personal, list: None });
    }
    tell_apart(&mut fields);
    Ok(Struct { name: place, description: docs(&item.attrs), fields })
}

/// Numbers fields that would have one Rust name, such as those of `id` and `ID`: what is sent has the names of the document all the same.
/// The property that is spelled as in Rust keeps its name.
fn tell_apart(fields: &mut [Field]) {
    let mut taken: BTreeSet<String> = fields
        .iter()
        .filter(|field| field.wire == field.name && !field.flatten)
        .map(|field| field.name.clone())
        .collect();
    for field in fields.iter_mut().filter(|field| field.wire != field.name || field.flatten) {
        let base = field.name.clone();
        for number in 2.. {
            if taken.insert(field.name.clone()) {
                break;
            }
            field.name = format!("{base}_{number}");
        }
    }
}

/// A union, of the object that stands for it.
fn read_union(object: Struct, union: &unions::Union) -> Result<Union, Problem> {
    let Struct { name, description, fields } = object;
    let variants = union.variants.iter().enumerate().map(|(index, variant)| {
        let field = fields.iter().find(|field| field.wire == unions::property(index));
        let field = field.ok_or_else(|| unknown(&name, format!("no variant `{}`", variant.name)))?;
        let (name, values) = (variant.name.clone(), variant.values.clone());
        Ok(Variant { name, ty: field.ty.clone(), values, personal: field.personal })
    });
    let variants = variants.collect::<Result<_, Problem>>()?;
    Ok(Union { name, description, tag: union.tag.clone(), variants })
}

/// The text of the doc comments; typify's own `` `Name` `` says nothing.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => literal(&pair.value).map(|text| text.value()),
        _ => None,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let only_a_name = text.starts_with('`') && text.ends_with('`') && !text.contains(' ');
    if only_a_name { String::new() } else { text.trim().to_string() }
}

fn literal(value: &Expr) -> Option<LitStr> {
    syn::parse2(value.to_token_stream()).ok()
}

/// The keys and texts of `#[serde(...)]`.
fn serde(attributes: &[Attribute], place: &str) -> Result<Vec<(String, Option<String>)>, Problem> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in metas.map_err(|e| unknown(place, e))? {
            let key = meta.path().to_token_stream().to_string();
            let value = match &meta {
                Meta::NameValue(pair) => literal(&pair.value).map(|text| text.value()),
                _ => None,
            };
            found.push((key, value));
        }
    }
    Ok(found)
}

/// What `send` does with the arguments.
#[derive(Default)]
struct Sent {
    url: String,
    /// The name that progenitor was given of each parameter, and its variable.
    query: Vec<(String, String)>,
    verb: String,
    body: bool,
}

fn read_call(
    structure: &ItemStruct,
    module: &ItemMod,
    operations: &BTreeMap<String, DeclaredOperation>,
    api: &Api,
) -> Result<Operation, Problem> {
    let place = structure.ident.to_string();
    let send = items(module).iter().find_map(|item| match item {
        Item::Impl(block) if last_name(&block.self_ty).as_deref() == Some(place.as_str()) => {
            block.items.iter().find_map(|item| match item {
                // A setter may be called `send`, too.
                ImplItem::Fn(function) if function.sig.ident == "send" && function.sig.asyncness.is_some() => {
                    Some(function)
                }
                _ => None,
            })
        }
        _ => None,
    });
    let send = send.ok_or_else(|| unknown(&place, "a builder without `send`"))?;
    if !matches!(send.sig.inputs.first(), Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, ReceiverKind::Value))
    {
        return Err(unknown(&place, "`send` does not take self"));
    }
    let answer = answer(&send.sig.output).ok_or_else(|| unknown(&place, "the type `send` answers"))?;
    if last_name(answer).is_some_and(|name| name == "ByteStream" || name == "Upgraded") {
        return Err(unknown(&place, "an answer that is no JSON"));
    }
    let sent = read_send(&send.block.stmts, &place)?;
    let declared = operations
        .values()
        .find(|operation| {
            operation.facts.method == sent.verb && format!("{{}}{}", generate::path(&operation.facts.path)) == sent.url
        })
        .ok_or_else(|| unknown(&place, format!("`{} {}` is no operation of the document", sent.verb, sent.url)))?;
    let facts = &declared.facts;
    let located = |problem: Problem| Problem { place: facts.pointer.clone(), ..problem }.in_operation(&facts.id);

    let mut parameters = Vec::new();
    let mut body = None;
    for field in structure.fields.iter().filter(|field| field.ident.as_ref().is_some_and(|ident| !is_client(ident))) {
        let Some(name) = field.ident.as_ref().map(ToString::to_string) else { continue };
        let ty = argument_of(&field.ty, "Result").ok_or_else(|| unknown(&place, format!("field {name}")))?;
        if name == "body" && sent.body {
            let builder = last_name(ty).filter(|_| ty.to_token_stream().to_string().contains("builder"));
            body = Some(match builder {
                // An object stands for the union, and it has a builder of progenitor's and none of ours.
                Some(name) if api.union(&name).is_some() => BodyType::Value(Type::Named(name)),
                Some(name) => BodyType::Fields(name),
                None => BodyType::Value(value_of(ty, || format!("{place}.body"))?.0),
            });
            continue;
        }
        let parameter = parameter(declared, &sent, &name, ty, &api.marks)?
            .ok_or_else(|| located(unknown(&place, format!("`{name}` is no parameter of the operation"))))?;
        parameters.push(parameter);
    }
    // Those of the path as they follow each other there, and then the others by their names.
    let order = http::names(&facts.path);
    parameters.sort_by_key(|parameter| {
        let ParameterFacts { place, wire, .. } = &parameter.facts;
        let at = order.iter().position(|name| *place == Place::Path && name == wire);
        (*place, at, wire.clone())
    });
    if body.is_none() {
        body = declared.body.as_ref().and_then(|body| match body.form {
            Form::Bytes => Some(BodyType::Bytes),
            Form::Multipart if !body.files.is_empty() => Some(BodyType::Files),
            _ => None,
        });
    }
    let is_empty = matches!(answer, syn::Type::Tuple(tuple) if tuple.elems.is_empty());
    if is_empty == declared.has_answer {
        return Err(located(unknown(&place, "an answer where the document has none, or the reverse")));
    }
    if parameters.len() != declared.parameters.len() || body.is_some() != declared.body.is_some() {
        return Err(located(unknown(&place, "not every parameter of the operation is sent")));
    }
    let answer = if is_empty { None } else { Some(value_of(answer, || place.clone())?.0) };
    Ok(Operation {
        facts: facts.clone(),
        name: identifier(&place),
        parameters,
        body: body.zip(declared.body.clone()).map(|(ty, facts)| Body { facts, ty }),
        answer,
        paging: None,
        follow: None,
    })
}

fn is_client(ident: &syn::Ident) -> bool {
    ident == "client" || ident == "_client"
}

/// One parameter; `None` if the document does not have it.
fn parameter(
    operation: &DeclaredOperation,
    sent: &Sent,
    name: &str,
    ty: &syn::Type,
    marks: &Marks,
) -> Result<Option<Parameter>, Problem> {
    let Some((key, _)) = sent.query.iter().find(|(_, variable)| *variable == name) else { return Ok(None) };
    let (key, is_wrapped) = generate::unwrapped(key);
    let Some(declared) = operation.parameters.iter().find(|declared| declared.key == key) else { return Ok(None) };
    let optional = argument_of(ty, "Option");
    let in_path = declared.place == Place::Path;
    // progenitor makes a nullable parameter optional whatever `required` says, and so do we; the reverse is a mistake.
    if optional.is_none() && !declared.required && !in_path {
        return Ok(None);
    }
    let (ty, is_marked) = value_of(optional.unwrap_or(ty), || format!("{}.{name}", operation.facts.id))?;
    let ty = match ty {
        Type::List(item) if is_wrapped => *item,
        ty => ty,
    };
    let own = if is_wrapped { identifier(&key.to_snake_case()) } else { name.to_string() };
    Ok(Some(Parameter {
        facts: declared.clone(),
        name: declared.named.as_ref().map_or(own, |named| identifier(named)),
        ty,
        required: in_path || optional.is_none(),
        personal: is_marked || marks.personal_names.contains(&declared.wire),
    }))
}

fn answer(output: &ReturnType) -> Option<&syn::Type> {
    let ReturnType::Type(_, ty) = output else { return None };
    argument_of(argument_of(ty, "Result")?, "ResponseValue")
}

fn read_send(statements: &[Stmt], place: &str) -> Result<Sent, Problem> {
    let mut sent = Sent::default();
    for statement in statements {
        match statement {
            Stmt::Local(local) => {
                let init = local.init.as_ref().map(|init| &*init.expr);
                match (&local.pat, init) {
                    (Pat::Ident(name), Some(Expr::Macro(call))) if name.ident == "url" => {
                        let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
                        read_url(parts.map_err(|e| unknown(place, e))?.into_iter().collect(), &mut sent)
                            .ok_or_else(|| unknown(place, "how the URL is made"))?;
                    }
                    (Pat::Ident(name), Some(Expr::Try(chain))) if name.ident == "request" => {
                        read_chain(&chain.expr, &mut sent, place)?;
                    }
                    // `let limit = limit.map_err(..)?`, and what progenitor does around its own hooks.
                    (Pat::Struct(_), _) => {}
                    (Pat::Ident(_), Some(Expr::Try(_))) => {}
                    (Pat::Ident(name), _)
                        if ["header_map", "info", "result"].iter().any(|known| name.ident == known) => {}
                    _ => return Err(unknown(place, statement.to_token_stream())),
                }
            }
            Stmt::Expr(expression, _) => {
                let text = expression.to_token_stream().to_string();
                let header = text.starts_with("header_map . append") && text.contains("\"api-version\"");
                let known = header
                    || text.starts_with("client . pre")
                    || text.starts_with("client . post")
                    || text.starts_with("_client . pre")
                    || text.starts_with("_client . post")
                    || text.starts_with("match response . status ()");
                if !known {
                    return Err(unknown(place, text));
                }
            }
            other => return Err(unknown(place, other.to_token_stream())),
        }
    }
    Ok(sent)
}

/// `format!("{}/v2/orders", client.baseurl)`.
fn read_url(parts: Vec<Expr>, sent: &mut Sent) -> Option<()> {
    let mut parts = parts.into_iter();
    sent.url = literal(&parts.next()?)?.value();
    parts.next()?;
    parts.next().is_none().then_some(())
}

/// `client.client.get(url).header(..).query(..).json(&body).headers(header_map).build()`.
fn read_chain(chain: &Expr, sent: &mut Sent, place: &str) -> Result<(), Problem> {
    let mut at = chain;
    while let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = at {
        match method.to_string().as_str() {
            "build" | "headers" | "header" => {}
            "json" => sent.body = true,
            "query" => {
                let pair = args.first().and_then(query_pair).ok_or_else(|| unknown(place, "how the query is made"))?;
                sent.query.push(pair);
            }
            verb if args.first().is_some_and(|url| url.to_token_stream().to_string() == "url") => {
                sent.verb = verb.to_string();
            }
            other => return Err(unknown(place, format!("`.{other}(…)` on the request"))),
        }
        at = receiver;
    }
    Ok(())
}

/// `&progenitor_client::QueryParam::new("limit", &limit)`.
fn query_pair(argument: &Expr) -> Option<(String, String)> {
    let Expr::Reference(reference) = argument else { return None };
    let Expr::Call(call) = &*reference.expr else { return None };
    let name = literal(call.args.first()?)?.value();
    let Expr::Reference(variable) = call.args.get(1)? else { return None };
    Some((name, variable.expr.to_token_stream().to_string()))
}

/// The type of a value, and whether it is marked as personal data.
fn value_of(ty: &syn::Type, place: impl FnOnce() -> String) -> Result<(Type, bool), Problem> {
    read_value(ty).ok_or_else(|| unknown(place(), format!("a value of the type `{}`", ty.to_token_stream())))
}

fn read_value(ty: &syn::Type) -> Option<(Type, bool)> {
    let syn::Type::Path(path) = ty else { return None };
    let path = &path.path;
    let spelled = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::");
    let mut arguments = match &path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().collect::<Vec<_>>(),
        _ => Vec::new(),
    }
    .into_iter()
    .map(|argument| match argument {
        GenericArgument::Type(ty) => read_value(ty),
        _ => None,
    });
    let mut argument = || arguments.next().flatten();
    let plain = |ty| Some((ty, false));
    match spelled.as_str() {
        "bool" => plain(Type::Bool),
        "i32" => plain(Type::I32),
        "i64" => plain(Type::I64),
        "f32" => plain(Type::F32),
        "f64" => plain(Type::F64),
        "std::string::String" => plain(Type::Text),
        generate::SECRET => plain(Type::Secret),
        generate::TIMESTAMP => plain(Type::Timestamp),
        generate::PERSONAL_TEXT => Some((Type::Text, true)),
        generate::PERSONAL_INTEGER => Some((Type::I64, true)),
        generate::PERSONAL_NUMBER => Some((Type::F64, true)),
        "serde_json::Value" => plain(Type::Any),
        "serde_json::Map" => plain(Type::FreeObject),
        "std::vec::Vec" => argument().map(|(ty, personal)| (Type::List(Box::new(ty)), personal)),
        "std::option::Option" => argument().map(|(ty, personal)| (Type::Nullable(Box::new(ty)), personal)),
        "std::boxed::Box" => argument().map(|(ty, personal)| (Type::Boxed(Box::new(ty)), personal)),
        "std::collections::BTreeMap" => {
            let (Type::Text, _) = argument()? else { return None };
            argument().map(|(ty, personal)| (Type::Map(Box::new(ty)), personal))
        }
        name => {
            let name = name.strip_prefix("types::").unwrap_or(name);
            (!name.contains("::")).then(|| (Type::Named(name.to_string()), false))
        }
    }
}

/// The type argument of `Name<T>`, for a path that ends in `name`.
fn argument_of<'a>(ty: &'a syn::Type, name: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The last name of a path.
fn last_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}
