//! Writes the public API of the generated client, a line for each thing that users can name: `openapi/public-api.txt`.
//!
//! It is read from the source that the generator wrote, so that a reviewer sees in a diff what users will see,
//! whichever part of the generator was behind it. Prose and bodies of functions are left out.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{
    Attribute, Expr, Fields, FnArg, GenericParam, Ident, Item, ItemEnum, ItemImpl, ItemMacro, ItemStruct, Lit, Meta,
    ReturnType, Token, Visibility, parse::ParseStream, punctuated::Punctuated,
};

use crate::pipeline::Problem;

const HEADER: &str = "\
# The public API that is generated from openapi.yaml, for reviewers: a line for each thing a user can name, sorted.
# Written by `cargo xtask refresh-spec` and `cargo xtask snapshot`, compared by `cargo xtask check`; never edited.
";

/// What ends the line of something that is deprecated.
pub const DEPRECATED: &str = " (deprecated)";

/// The snapshot of a generated client.
pub fn of(code: &str) -> Result<String, Problem> {
    let refuse = |what: String| {
        Problem::new(
            "the generated code",
            what,
            "this is a defect of the generator, or of xtask/src/public_api/snapshot.rs",
        )
    };
    let file = syn::parse_file(code).map_err(|e| refuse(format!("what was generated is not Rust: {e}")))?;
    let mut lines = BTreeSet::new();
    items(&file.items, "", &mut lines).map_err(|e| refuse(format!("the public API cannot be read: {e}")))?;
    let lines: Vec<String> = lines.into_iter().collect();
    Ok(format!("{HEADER}{}\n", lines.join("\n")))
}

/// The lines of a snapshot without comments.
pub fn lines(snapshot: &str) -> BTreeSet<&str> {
    snapshot.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

type Lines = BTreeSet<String>;

fn items(items: &[Item], within: &str, lines: &mut Lines) -> syn::Result<()> {
    // Types that a macro call behind them says more of.
    let described: BTreeSet<String> = items.iter().filter_map(described).collect();
    for item in items {
        match item {
            Item::Struct(item) if described.contains(&item.ident.to_string()) => {}
            Item::Enum(item) if described.contains(&item.ident.to_string()) => {}
            Item::Mod(module) if public(&module.vis) => {
                let within = format!("{within}{}::", module.ident);
                self::items(module.content.as_ref().map_or(&[][..], |(_, items)| items), &within, lines)?;
            }
            Item::Struct(item) if public(&item.vis) => structure(item, within, "struct", lines),
            Item::Enum(item) if public(&item.vis) => enumeration(item, within, "enum", lines),
            Item::Type(item) if public(&item.vis) => {
                lines.insert(format!(
                    "{within}{}: alias of {}{}",
                    item.ident,
                    clean(&item.ty),
                    deprecated(&item.attrs)
                ));
            }
            Item::Static(item) if public(&item.vis) => constant(&item.ident.to_string(), &item.expr, within, lines),
            Item::Const(item) if public(&item.vis) => constant(&item.ident.to_string(), &item.expr, within, lines),
            Item::Fn(item) if public(&item.vis) => {
                lines.insert(format!("{within}{}{}", signature(&item.sig), deprecated(&item.attrs)));
            }
            Item::Trait(item) if public(&item.vis) => {
                lines.insert(format!("{within}{}: trait", item.ident));
            }
            Item::Macro(item) => macro_call(item, within, lines)?,
            Item::Impl(item) => implementation(item, within, lines),
            _ => {}
        }
    }
    Ok(())
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn structure(item: &ItemStruct, within: &str, kind: &str, lines: &mut Lines) {
    let name = format!("{within}{}", item.ident);
    lines.insert(format!("{name}: {kind}{}", deprecated(&item.attrs)));
    derives(&item.attrs, &name, lines);
    if let Fields::Named(fields) = &item.fields {
        for field in fields.named.iter().filter(|field| public(&field.vis)) {
            let field_name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            lines.insert(format!("{name}.{field_name}: {}{}", clean(&field.ty), deprecated(&field.attrs)));
        }
    }
}

fn enumeration(item: &ItemEnum, within: &str, kind: &str, lines: &mut Lines) {
    let name = format!("{within}{}", item.ident);
    lines.insert(format!("{name}: {kind}{}", deprecated(&item.attrs)));
    derives(&item.attrs, &name, lines);
    for variant in &item.variants {
        let of = match (&variant.fields, &variant.discriminant) {
            (_, Some((_, text))) => format!(" = {}", clean(text)),
            (Fields::Unit, None) => String::new(),
            (fields, None) => clean(fields),
        };
        lines.insert(format!("{name}::{}{of}{}", variant.ident, deprecated(&variant.attrs)));
    }
}

/// `Default`, the one derive that only some types have: a change of the document can remove it.
fn derives(attributes: &[Attribute], name: &str, lines: &mut Lines) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(paths) = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated) else {
            continue;
        };
        if paths.iter().any(|path| path.is_ident("Default")) {
            lines.insert(format!("{name}: Default"));
        }
    }
}

/// A constant: of an operation its id, its endpoint and its flags, of anything else the value.
fn constant(name: &str, value: &Expr, within: &str, lines: &mut Lines) {
    let text = match value {
        Expr::Struct(value) => {
            let members = value.fields.iter().filter_map(|field| match (&field.expr, &field.member) {
                (Expr::Lit(literal), member) => match &literal.lit {
                    // What is asked for unless the document says another media type.
                    Lit::Str(text) if text.value() == "application/json" => None,
                    Lit::Str(text) => Some(text.value()),
                    Lit::Bool(flag) if flag.value => Some(clean(member)),
                    _ => None,
                },
                // How the operation is repeated with an idempotency key.
                (Expr::Block(_), member) => Some(clean(member)),
                (Expr::Path(path), _) if path.path.is_ident("None") => None,
                (Expr::Path(path), _) => path.path.segments.last().map(|last| last.ident.to_string()),
                _ => None,
            });
            members.collect::<Vec<_>>().join(" ")
        }
        // The list of all of them.
        Expr::Reference(value) if matches!(&*value.expr, Expr::Array(list) if list.elems.iter().all(|e| matches!(e, Expr::Reference(_)))) =>
        {
            return;
        }
        other => clean(other),
    };
    lines.insert(format!("{within}{name} = {text}"));
}

/// The type that `open_enum!` or `opaque_string!` is about.
fn described(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else { return None };
    let name = macro_name(item);
    let first = item.mac.tokens.clone().into_iter().next()?;
    (name == "open_enum" || name == "opaque_string").then(|| first.to_string())
}

fn macro_name(item: &ItemMacro) -> String {
    item.mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// `open_enum!` has the values of an enum, `opaque_string!` the name of an id, and `events!` the kinds of events.
/// `object!` has how the struct beside it is read, and `union!` how the enum is, which is no part of their API. `call_options!` and `awaitable!` say the
/// same of every call.
fn macro_call(item: &ItemMacro, within: &str, lines: &mut Lines) -> syn::Result<()> {
    match macro_name(item).as_str() {
        "open_enum" => item.mac.parse_body_with(|input: ParseStream<'_>| open_enum(input, within, lines)),
        "opaque_string" => {
            lines.insert(format!("{within}{}: opaque string", item.mac.tokens));
            Ok(())
        }
        "events" => item.mac.parse_body_with(|input: ParseStream<'_>| events(input, within, lines)),
        "object" | "union" | "call_options" | "awaitable" => Ok(()),
        other => {
            let message = format!("`{other}!` is a macro that the snapshot does not know");
            Err(syn::Error::new_spanned(&item.mac.path, message))
        }
    }
}

/// `Name { Variant = "text", … }`.
fn open_enum(input: ParseStream<'_>, within: &str, lines: &mut Lines) -> syn::Result<()> {
    let name = format!("{within}{}", input.parse::<Ident>()?);
    lines.insert(format!("{name}: open enum"));
    let values;
    syn::braced!(values in input);
    while !values.is_empty() {
        let variant: Ident = values.parse()?;
        values.parse::<Token![=]>()?;
        lines.insert(format!("{name}::{variant} = {}", clean(&values.parse::<Lit>()?)));
        values.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

/// `Kind(Data) { facts }` for each kind of event.
fn events(input: ParseStream<'_>, within: &str, lines: &mut Lines) -> syn::Result<()> {
    lines.insert(format!("{within}Event: enum"));
    while !input.is_empty() {
        input.call(Attribute::parse_outer)?;
        let kind: Ident = input.parse()?;
        let (data, facts);
        syn::parenthesized!(data in input);
        lines.insert(format!("{within}Event::{kind}(types::{})", data.parse::<Ident>()?));
        syn::braced!(facts in input);
        facts.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

fn implementation(item: &ItemImpl, within: &str, lines: &mut Lines) {
    // The builders of calls are generic over the client, which says nothing of the API.
    let name = clean(&item.self_ty);
    let name = name.strip_suffix("<C>").map_or(name.clone(), str::to_string);
    // The methods of the client stand among the builders that they start.
    if name == "Client" {
        for function in &item.items {
            if let syn::ImplItem::Fn(function) = function {
                let started = signature(&function.sig).replace(" -> ", &format!(" -> {within}"));
                lines.insert(format!("Client::{started}{}", deprecated(&function.attrs)));
            }
        }
        return;
    }
    if let Some((path, _)) = &item.trait_ {
        let path = clean(path);
        if path.starts_with("Default") || path.contains("Stream") {
            lines.insert(format!("{within}{name}: {path}"));
        }
        return;
    }
    for function in &item.items {
        if let syn::ImplItem::Fn(function) = function
            && public(&function.vis)
        {
            // A setter of the body and one of a parameter look the same to users, and send something else.
            let place = if sets_body(function) { " in the body" } else { "" };
            let deprecated = deprecated(&function.attrs);
            lines.insert(format!("{within}{name}::{}{place}{deprecated}", signature(&function.sig)));
        }
    }
}

/// Whether a method of a call passes its value on to the builder of the body.
fn sets_body(function: &syn::ImplItemFn) -> bool {
    let block = clean(&function.block);
    // The builder of a body that may be left out is made when it is first changed.
    let of = ["self . body = self . body .", "self . body = Some(self . body . unwrap_or_default() ."];
    of.iter().any(|builder| block.contains(&format!("{builder} {}", function.sig.ident)))
}

/// A signature as a user reads it: `V: IntoField<T, M>` is a setter that takes T.
fn signature(signature: &syn::Signature) -> String {
    let mut arguments: Vec<String> = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        arguments.push(argument_type(signature, &clean(&argument.ty)));
    }
    let answer = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) if clean(ty) == "Self" => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", clean(ty)),
    };
    let keyword = if signature.asyncness.is_some() { "async " } else { "" };
    format!(
        "{}({}){}",
        signature.ident,
        arguments.join(", "),
        if keyword.is_empty() { answer } else { format!("{answer}, async") }
    )
}

/// An argument whose type is a type parameter is written as the type it is converted into.
fn argument_type(signature: &syn::Signature, argument: &str) -> String {
    let is_parameter =
        signature.generics.params.iter().any(|p| matches!(p, GenericParam::Type(p) if p.ident == argument));
    let clauses = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bounds = clauses.filter_map(|predicate| match predicate {
        syn::WherePredicate::Type(predicate) if clean(&predicate.bounded_ty) == argument => {
            Some(clean(&predicate.bounds))
        }
        _ => None,
    });
    let Some(bounds) = bounds.into_iter().next().filter(|_| is_parameter) else { return argument.to_string() };
    let setters = ["IntoField<", "IntoInteger<"];
    let field = setters.iter().find_map(|name| bounds.strip_prefix(name)?.strip_suffix(", M>"));
    field.map(str::to_string).unwrap_or(bounds)
}

fn deprecated(attributes: &[Attribute]) -> &'static str {
    let found = attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("deprecated"),
        Meta::List(list) => list.path.is_ident("deprecated"),
        Meta::NameValue(pair) => pair.path.is_ident("deprecated"),
    });
    if found { DEPRECATED } else { "" }
}

/// Tokens without the paths of well-known types, spaced as rustfmt would.
fn clean(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" ,", ","),
        (", >", ">"),
        (",>", ">"),
        (",]", "]"),
        (" >", ">"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
    ] {
        text = text.replace(spaced, tight);
    }
    let known = [
        "::std::option::",
        "::std::string::",
        "::std::vec::",
        "::std::collections::",
        "::std::result::",
        "::std::convert::",
        "::std::ops::",
        "::std::default::",
        "::serde_json::",
        "::reqwest::",
        "crate::",
    ];
    known.iter().fold(text, |text, prefix| text.replace(prefix, "")).replace("super::", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
pub mod operation {
    pub static GET_REWARD: Operation = Operation {
        id: "getReward", method: Method::GET, path: "/v2/rewards", repeatable: true, pages: false,
        accept: "application/json", keyed: None,
    };
    pub static PAY: Operation = Operation {
        id: "pay", method: Method::POST, path: "/v2/payments", repeatable: false, accept: "text/csv",
        keyed: { static KEYED: Operation = Operation { id: "pay" }; Some(&KEYED) },
    };
    pub static ALL: &[&Operation] = &[&GET_REWARD];
    pub(crate) static SERVERS: &[&str] = &["https://a.example"];
}
pub mod types {
    #[non_exhaustive]
    pub enum Status { Active, Empty, Unrecognized(String) }
    crate::value::open_enum!(Status { Active = "ACTIVE", Empty = "", });
    pub struct RewardId(String);
    crate::value::opaque_string!(RewardId);
    /// Prose.
    #[derive(Clone, Default)]
    #[non_exhaustive]
    pub struct Reward {
        pub id: RewardId,
        #[deprecated]
        pub tags: Vec<BTreeMap<String, i64>>,
        hidden: i64,
    }
    pub type Alias = Reward;
    impl Reward { pub fn builder() -> builder::RewardBuilder { Default::default() } fn private(&self) {} }
}
pub mod calls {
    impl Client { pub fn get_reward(&self) -> GetReward { GetReward::new(self.clone()) } }
    pub struct GetReward { client: Client, request: Request }
    impl GetReward {
        pub(crate) fn new(client: Client) -> Self { Self { client, request: Request::new() } }
        pub fn reward_id<V, M>(mut self, value: V) -> Self where V: IntoField<types::RewardId, M> {
            self.request.path("reward_id", value.into_field().as_ref());
            self
        }
        pub fn body<V>(mut self, value: V) -> Self where V: Into<types::Reward> {
            self.request.json(Ok(value.into()));
            self
        }
        pub fn amount<V, M>(mut self, value: V) -> Self where V: IntoInteger<i64, M> {
            self.body = self.body.amount(value);
            self
        }
        pub fn note<V, M>(mut self, value: V) -> Self where V: IntoField<String, M> {
            self.body = Some(self.body.unwrap_or_default().note(value));
            self
        }
        pub async fn send(self) -> Result<Response<types::Reward>, Error> {
            self.client.call(&operation::GET_REWARD, self.request).await
        }
    }
}
pub mod webhook {
    events! {
        /// Prose.
        Reward(RewardEventData) { object: "REWARD", body: data, }
    }
}
"#;

    #[test]
    fn everything_a_user_can_name_is_a_line() {
        let snapshot = of(CODE).unwrap();
        let expected = [
            "Client::get_reward() -> calls::GetReward",
            "calls::GetReward: struct",
            "calls::GetReward::amount(i64) in the body",
            "calls::GetReward::body(Into<types::Reward>)",
            "calls::GetReward::note(String) in the body",
            "calls::GetReward::reward_id(types::RewardId)",
            "calls::GetReward::send() -> Result<Response<types::Reward>, Error>, async",
            "operation::GET_REWARD = getReward GET /v2/rewards repeatable",
            "operation::PAY = pay POST /v2/payments text/csv keyed",
            "types::Alias: alias of Reward",
            "types::Reward.id: RewardId",
            "types::Reward.tags: Vec<BTreeMap<String, i64>> (deprecated)",
            "types::Reward: Default",
            "types::Reward: struct",
            "types::Reward::builder() -> builder::RewardBuilder",
            "types::RewardId: opaque string",
            "types::Status: open enum",
            "types::Status::Active = \"ACTIVE\"",
            "types::Status::Empty = \"\"",
            "webhook::Event: enum",
            "webhook::Event::Reward(types::RewardEventData)",
        ];
        assert_eq!(lines(&snapshot).into_iter().collect::<Vec<_>>(), expected);
        assert!(snapshot.starts_with("# The public API") && snapshot.ends_with("\n"));
    }

    #[test]
    fn code_that_is_not_rust_and_unknown_macros_are_refused() {
        for (code, says) in [("pub struct {", "not Rust"), ("crate::closed_enum!(A { });", "closed_enum")] {
            let problem = of(code).unwrap_err().to_string();
            assert!(problem.contains(says) && problem.contains("advice"), "{problem}");
        }
    }
}
