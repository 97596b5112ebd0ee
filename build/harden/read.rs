//! Reads progenitor's output. Whatever looks different from what is known here stops the build: a new progenitor, or a
//! shape that lowering let through.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::{
    Attribute, Expr, ExprMethodCall, Fields, FnArg, GenericArgument, ImplItem, Item, ItemEnum, ItemMod, ItemStruct,
    LitStr, Meta, Pat, PathArguments, ReceiverKind, ReturnType, Stmt, Token, Type, punctuated::Punctuated,
};

use super::model::{Argument, Call, Code, Enum, Field, Shape, Struct, Text, Variant, argument_of, last_name};
use super::names::safe;
use crate::build::{
    lower::enums_text,
    plan::{Operation, Plan},
    problem::Problem,
};

const ADVICE: &str = "teach build/harden/read.rs this shape, or avoid it by an overlay action or a lowering rule";

fn unknown(place: impl Into<String>, what: impl std::fmt::Display) -> Problem {
    Problem::new(place, format!("progenitor wrote something unexpected: {what}"), ADVICE)
}

pub fn read(tokens: TokenStream, plan: &Plan) -> Result<Code, Problem> {
    let file: syn::File = syn::parse2(tokens).map_err(|e| unknown("progenitor's output", e))?;
    let mut code = Code::default();
    let module = |name: &str| {
        file.items.iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == name => Some(module),
            _ => None,
        })
    };
    let types = module("types").ok_or_else(|| unknown("progenitor's output", "no module `types`"))?;
    for item in items(types) {
        read_type(item, &mut code)?;
    }
    // A document without operations has an empty builder module.
    let builder = module("builder").ok_or_else(|| unknown("progenitor's output", "no module `builder`"))?;
    for item in items(builder) {
        if let Item::Struct(structure) = item {
            code.calls.push(read_call(structure, builder, plan)?);
        }
    }
    Ok(code)
}

fn items(module: &ItemMod) -> &[Item] {
    module.content.as_ref().map_or(&[], |(_, items)| items)
}

fn read_type(item: &Item, code: &mut Code) -> Result<(), Problem> {
    match item {
        Item::Enum(item) => code.enums.push(read_enum(item)?),
        Item::Struct(item) => match &item.fields {
            Fields::Named(_) => code.structs.push(read_struct(item)?),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                if last_name(&fields.unnamed[0].ty).is_none_or(|name| name != "String") {
                    return Err(unknown(item.ident.to_string(), "a newtype around what is no string"));
                }
                code.texts.push(Text { name: item.ident.clone(), docs: docs(&item.attrs) });
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
        let text = enums_text(&text);
        let (Some(text), Fields::Unit) = (text, &variant.fields) else {
            return Err(unknown(place, "an enum that is no set of strings"));
        };
        values.push(Variant { ident: variant.ident.clone(), text });
    }
    Ok(Enum { name: item.ident.clone(), docs: docs(&item.attrs), values })
}

fn read_struct(item: &ItemStruct) -> Result<Struct, Problem> {
    let place = item.ident.to_string();
    if !serde(&item.attrs, &place)?.is_empty() {
        return Err(unknown(place, "a serde attribute on a struct"));
    }
    let mut fields = Vec::new();
    for field in &item.fields {
        let Some(ident) = field.ident.clone() else { return Err(unknown(place, "a field without a name")) };
        let mut wire = ident.to_string();
        let (mut skip, mut flatten) = (false, false);
        for (key, value) in serde(&field.attrs, &place)? {
            match (key.as_str(), value) {
                ("rename", Some(name)) => wire = name,
                ("skip_serializing_if", Some(_)) => skip = true,
                ("flatten", None) => flatten = true,
                ("default", None) => {}
                // Required and nullable: typify insists on the key. Absent and null are one here.
                ("deserialize_with", Some(_)) if argument_of(&field.ty, "Option").is_some() => {}
                (key, _) => return Err(unknown(format!("{place}.{ident}"), format!("serde({key})"))),
            }
        }
        let (shape, ty) = match argument_of(&field.ty, "Option") {
            Some(inner) => (Shape::Optional, inner.clone()),
            None => (Shape::Required, field.ty.clone()),
        };
        let setter = ident.clone();
        let docs = docs(&field.attrs);
        fields.push(Field { docs, personal: false, list: None, ident, wire, shape, ty, skip, flatten, setter });
    }
    Ok(Struct { name: item.ident.clone(), docs: docs(&item.attrs), fields })
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
    in_path: Vec<String>,
    query: Vec<(String, String)>,
    verb: String,
    body: bool,
}

fn read_call(structure: &ItemStruct, module: &ItemMod, plan: &Plan) -> Result<Call, Problem> {
    let place = structure.ident.to_string();
    let send = items(module).iter().find_map(|item| match item {
        Item::Impl(block) if last_name(&block.self_ty).as_ref() == Some(&structure.ident) => {
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
    if last_name(&answer).is_some_and(|name| name == "ByteStream" || name == "Upgraded") {
        return Err(unknown(&place, "an answer that is no JSON"));
    }
    let sent = read_send(&send.block.stmts, &place)?;
    let operation = plan
        .operations
        .values()
        .find(|operation| operation.method == sent.verb && template(&operation.path) == sent.url)
        .ok_or_else(|| unknown(&place, format!("`{} {}` is no operation of the document", sent.verb, sent.url)))?;
    let operation_problem =
        |problem: Problem| Problem { place: operation.pointer.clone(), ..problem }.in_operation(&operation.id);

    let mut arguments = Vec::new();
    let mut body = None;
    for field in structure.fields.iter().filter(|field| field.ident.as_ref().is_some_and(|ident| !is_client(ident))) {
        let Some(ident) = field.ident.clone() else { continue };
        let ty = argument_of(&field.ty, "Result").ok_or_else(|| unknown(&place, format!("field {ident}")))?;
        if ident == "body" && sent.body {
            body = last_name(ty).filter(|_| ty.to_token_stream().to_string().contains("builder"));
            if body.is_none() {
                return Err(operation_problem(unknown(&place, "a body without a builder")));
            }
            continue;
        }
        let argument = argument(operation, &sent, &ident, ty).ok_or_else(|| {
            operation_problem(unknown(&place, format!("`{ident}` goes neither in the path nor in the query")))
        })?;
        arguments.push(argument);
    }
    let empty = matches!(&answer, Type::Tuple(tuple) if tuple.elems.is_empty());
    if empty != operation.empty {
        return Err(operation_problem(unknown(&place, "an answer where the document has none, or the reverse")));
    }
    if arguments.len() != operation.parameters.len() || body.is_some() != operation.body.is_some() {
        return Err(operation_problem(unknown(&place, "not every parameter of the operation is sent")));
    }
    let builder = structure.ident.clone();
    let method = safe(&heck::AsSnakeCase(builder.to_string()).to_string());
    Ok(Call {
        id: operation.id.clone(),
        constant: safe(&heck::AsShoutySnakeCase(builder.to_string()).to_string()),
        method,
        builder,
        arguments,
        body,
        answer,
        empty,
        answer_names: {
            // The order of the properties depends on a feature of serde_json; what is written must not.
            let mut names = operation.answer.clone();
            names.sort();
            names
        },
        list: operation.list.clone(),
        docs: String::new(),
        deprecated: operation.deprecated,
        repeatable: operation.repeatable,
        pages: operation.pages.is_some(),
        paging: None,
        stream_example: String::new(),
        verb: format_ident!("{}", sent.verb.to_uppercase()),
        path: operation.path.clone(),
        body_minimum: operation.body.as_ref().and_then(|body| body.minimum),
    })
}

fn is_client(ident: &syn::Ident) -> bool {
    ident == "client" || ident == "_client"
}

/// `/v2/orders/{}` for `/v2/orders/{order_id}`.
fn template(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    format!("{{}}{}", segments.collect::<Vec<_>>().join("/"))
}

fn argument(operation: &Operation, sent: &Sent, ident: &syn::Ident, ty: &Type) -> Option<Argument> {
    let name = ident.to_string();
    let query = sent.query.iter().find(|(_, variable)| *variable == name).map(|(wire, _)| wire.clone());
    let in_path = sent.in_path.iter().position(|variable| *variable == name);
    let template = operation.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
    let wire = query.or_else(|| template.clone().nth(in_path?).map(str::to_string))?;
    let parameter = operation.parameters.iter().find(|p| p.name == wire && p.in_path == in_path.is_some())?;
    let optional = argument_of(ty, "Option");
    // progenitor makes a nullable parameter optional whatever `required` says, and so do we; the reverse is a mistake.
    if optional.is_none() && !parameter.required {
        return None;
    }
    Some(Argument {
        ident: ident.clone(),
        ty: optional.unwrap_or(ty).clone(),
        in_path: in_path.is_some(),
        required: optional.is_none(),
        minimum: parameter.minimum,
        docs: parameter.description.clone().unwrap_or_default(),
        deprecated: parameter.deprecated,
        personal: false,
        setter: ident.clone(),
        wire,
    })
}

fn answer(output: &ReturnType) -> Option<Type> {
    let ReturnType::Type(_, ty) = output else { return None };
    argument_of(argument_of(ty, "Result")?, "ResponseValue").cloned()
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

/// `format!("{}/v2/orders/{}", client.baseurl, encode_path(&order_id.to_string()))`.
fn read_url(parts: Vec<Expr>, sent: &mut Sent) -> Option<()> {
    let mut parts = parts.into_iter();
    sent.url = literal(&parts.next()?)?.value();
    parts.next()?;
    for part in parts {
        let Expr::Call(call) = part else { return None };
        let Expr::Reference(reference) = call.args.first()? else { return None };
        let Expr::MethodCall(method) = &*reference.expr else { return None };
        sent.in_path.push(method.receiver.to_token_stream().to_string());
    }
    Some(())
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

/// Whether a type holds the path of a conversion anywhere.
pub fn mentions(ty: &Type, path: &str) -> bool {
    let Type::Path(found) = ty else { return false };
    let spelled = found.path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>().join("::");
    spelled == path
        || found.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .any(|argument| matches!(argument, GenericArgument::Type(inner) if mentions(inner, path))),
            _ => false,
        })
}
