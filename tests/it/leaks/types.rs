//! Every generated type and its builder, filled and formatted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use imprint_client::types;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use syn::{Item, Meta, Type};

use super::marker::{NUMBER, holds, marker};
use super::names::is_sensitive;

/// A field of a generated struct.
pub struct Field {
    /// The API's name.
    pub wire: String,
    /// The type without an Option around it.
    pub ty: String,
}

pub type Structs = BTreeMap<String, Vec<Field>>;

/// The generated structs, read off their source: by name, the fields.
pub fn structs() -> &'static Structs {
    static STRUCTS: LazyLock<Structs> = LazyLock::new(|| {
        let source = include_str!(concat!(env!("OUT_DIR"), "/generated.rs"));
        let file = syn::parse_file(source).expect("generated code is Rust");
        let types = file.items.into_iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => module.content,
            _ => None,
        });
        let (_, items) = types.expect("a module of types");
        let structs = items.into_iter().filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item.fields.iter().map(field).collect())),
            _ => None,
        });
        structs.collect()
    });
    &STRUCTS
}

fn field(field: &syn::Field) -> Field {
    let ident = field.ident.as_ref().expect("a name").to_string();
    let renamed = field.attrs.iter().find_map(|attribute| {
        let Meta::List(list) = &attribute.meta else { return None };
        let tokens = list.tokens.to_string();
        let (_, rest) = tokens.split_once("rename = \"")?;
        Some(rest.split('"').next()?.to_owned())
    });
    Field { wire: renamed.unwrap_or(ident), ty: spelled(&field.ty) }
}

/// `Option<X>` is `X`, `a::b::C` is `C`.
fn spelled(ty: &Type) -> String {
    let Type::Path(path) = ty else { panic!("a type without a path") };
    let last = path.path.segments.last().expect("a name");
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return last.ident.to_string() };
    let inner: Vec<_> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            syn::GenericArgument::Type(ty) => spelled(ty),
            _ => panic!("an argument that is no type"),
        })
        .collect();
    if last.ident == "Option" { inner[0].clone() } else { format!("{}<{}>", last.ident, inner.join(",")) }
}

/// A value of the type as JSON, with a marker in every field that takes one.
fn filled(owner: &str, name: &str, ty: &str) -> Value {
    if let Some(fields) = structs().get(ty) {
        let fields = fields.iter().map(|field| (field.wire.clone(), filled(ty, &field.wire, &field.ty)));
        return Value::Object(fields.collect::<Map<_, _>>());
    }
    if let Some(item) = ty.strip_prefix("Vec<") {
        return json!([filled(owner, name, item.trim_end_matches('>'))]);
    }
    match ty {
        "String" | "Secret" => json!(marker(&format!("{owner}.{name}"))),
        "i64" | "i32" => json!(NUMBER),
        "f64" => json!(NUMBER as f64),
        "bool" => json!(true),
        "Timestamp" => json!("2025-02-13T19:08:07.000Z"),
        map if map.starts_with("Map<") || map.starts_with("BTreeMap<") => json!({"a": "b"}),
        // Ids and open enums take any text.
        _ => json!("X"),
    }
}

fn check<T, B>(name: &str)
where
    T: DeserializeOwned + Serialize + Debug + Clone,
    B: From<T> + Debug,
{
    let json = filled("", "", name);
    let value: T = serde_json::from_value(json.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(serde_json::to_value(&value).expect("it can be written"), json, "{name} lost what it was filled with");
    let builder = B::from(value.clone());
    for shown in [format!("{value:?}"), format!("{value:#?}"), format!("{builder:?}"), format!("{builder:#?}")] {
        let mut within = BTreeSet::new();
        reached(name, &mut within);
        for owner in &within {
            for field in &structs()[owner.as_str()] {
                let text = marker(&format!("{owner}.{}", field.wire));
                if is_sensitive(owner, field) {
                    assert!(!holds(&shown, &text), "{name} shows {owner}.{}: {shown}", field.wire);
                } else if field.ty == "String" && owner == name {
                    assert!(holds(&shown, &text), "{name} hides {}, which is not sensitive: {shown}", field.wire);
                }
            }
        }
        if structs()[name].iter().all(|field| is_sensitive(name, field)) {
            assert!(!shown.contains(&NUMBER.to_string()), "{shown}");
        }
    }
}

/// A struct and all that it holds.
fn reached(name: &str, within: &mut BTreeSet<String>) {
    if !within.insert(name.to_owned()) {
        return;
    }
    for field in &structs()[name] {
        let inner = field.ty.trim_start_matches("Vec<").trim_end_matches('>');
        if structs().contains_key(inner) {
            reached(inner, within);
        }
    }
}

macro_rules! every {
    ($($name:ident)*) => {
        const EVERY: &[(&str, fn(&str))] = &[$((stringify!($name), check::<types::$name, types::builder::$name>)),*];
    };
}

every! {
    AccountStatusEventData AccountStatusWebhookPayload Address ApplicationEventData ApplicationWebhookPayload
    CreateSessionBody CreateTransactionIntentBody Customer CustomerAccountHistory CustomerLink CustomerLinkEventData
    CustomerLinkWebhookPayload CustomerListResponse CustomerSession DateOfBirth EventPaymentMethodToken
    GetPaymentMethodsResponse
    GetRewardsBalanceResponse GetRewardsResponse GetTransactionIntentsResponse GetTransactionsResponse Key
    LinkCustomerAccountBody Merchant Offer OrderBase OrderEventBase OrderEventsResponse OrderLine OrdersResponse
    PatchRewardBody PaymentMethod PaymentMethodBankAccount PaymentMethodCard PaymentMethodCardPciDetails
    PaymentMethodEventData PaymentMethodLoan PaymentMethodToken PaymentMethodWebhookPayload Reward RewardEventData
    RewardWebhookPayload SearchCustomersPostBody SearchPaymentMethodsPostBody SearchPaymentMethodsPostResponse
    SearchPaymentMethodsResponse SearchRewardsResponse SearchTransactionIntentsResponse SimulateRewardBody
    SimulateRewardResponse SimulateStatementRewardBody SimulateStatementRewardResponse SimulateTransactionEventBody
    StreakEventData StreakWebhookPayload Transaction TransactionEvent TransactionEventData TransactionIntent
    TransactionWebhookPayload UpdateCustomerBody UpdateTransactionIntentBody
}

#[test]
fn no_type_and_no_builder_shows_what_it_must_not() {
    let known: BTreeSet<&str> = structs().keys().map(String::as_str).collect();
    let formatted: BTreeSet<&str> = EVERY.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = known.difference(&formatted).collect();
    assert!(missing.is_empty(), "types that no test formats, add them to `every!`: {missing:?}");
    let mut secrets = 0;
    for (name, check) in EVERY {
        check(name);
        secrets += structs()[*name].iter().filter(|field| field.ty == "Secret").count();
    }
    assert!(secrets >= 10, "only {secrets} secrets are left in the generated types");
}
