//! Fills every generated type and its builder with markers, and checks the `Debug` output.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use imprint_client::types;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use syn::{Fields, Item, Meta, Type};

use super::marker::{NUMBER, contains_text, marker};
use super::names::is_sensitive;

/// A field of a generated struct.
pub struct Field {
    /// The name of the field in the API.
    pub api_name: String,
    /// The name of its type, without `Option`.
    pub ty: String,
}

pub type Structs = BTreeMap<String, Vec<Field>>;

/// The fields of the generated structs by the name of the struct, read from the generated source.
pub fn structs() -> &'static Structs {
    static STRUCTS: LazyLock<Structs> = LazyLock::new(|| {
        let source = include_str!(concat!(env!("OUT_DIR"), "/types.rs"));
        let items = syn::parse_file(source).expect("generated code is Rust").items;
        let structs = items.into_iter().filter_map(|item| match item {
            // Ids are structs without named fields.
            Item::Struct(item) if matches!(item.fields, Fields::Named(_)) => {
                Some((item.ident.to_string(), item.fields.iter().map(field).collect()))
            }
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
    Field { api_name: renamed.unwrap_or(ident), ty: type_name(&field.ty) }
}

/// The name of a type: `Option<X>` becomes `X`, and `a::b::C` becomes `C`.
fn type_name(ty: &Type) -> String {
    let Type::Path(path) = ty else { panic!("a type without a path") };
    let last = path.path.segments.last().expect("a name");
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return last.ident.to_string() };
    let inner: Vec<_> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            syn::GenericArgument::Type(ty) => type_name(ty),
            _ => panic!("a generic argument that is not a type"),
        })
        .collect();
    if last.ident == "Option" { inner[0].clone() } else { format!("{}<{}>", last.ident, inner.join(",")) }
}

/// A value of the type as JSON, with a marker in every field that can hold one.
fn filled_value(owner: &str, name: &str, ty: &str) -> Value {
    if let Some(fields) = structs().get(ty) {
        let fields = fields.iter().map(|field| (field.api_name.clone(), filled_value(ty, &field.api_name, &field.ty)));
        return Value::Object(fields.collect::<Map<_, _>>());
    }
    if let Some(item) = ty.strip_prefix("Vec<") {
        return json!([filled_value(owner, name, item.trim_end_matches('>'))]);
    }
    match ty {
        "String" | "Secret" => json!(marker(&format!("{owner}.{name}"))),
        "i64" | "i32" => json!(NUMBER),
        "f64" => json!(NUMBER as f64),
        "bool" => json!(true),
        "Timestamp" => json!("2025-02-13T19:08:07.000Z"),
        map if map.starts_with("Map<") || map.starts_with("BTreeMap<") => json!({"a": "b"}),
        // Ids and open enums accept any text.
        _ => json!("X"),
    }
}

/// `_` is a builder of the type, for its own type.
fn check<T, B>(name: &str, _: B)
where
    T: DeserializeOwned + Serialize + Debug + Clone,
    B: From<T> + Debug,
{
    let json = filled_value("", "", name);
    let value: T = serde_json::from_value(json.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(
        serde_json::to_value(&value).expect("the value can be serialized"),
        json,
        "{name} lost what it was filled_value with"
    );
    let builder = B::from(value.clone());
    for shown in [format!("{value:?}"), format!("{value:#?}"), format!("{builder:?}"), format!("{builder:#?}")] {
        let mut within = BTreeSet::new();
        add_nested_structs(name, &mut within);
        for owner in &within {
            for field in &structs()[owner.as_str()] {
                let text = marker(&format!("{owner}.{}", field.api_name));
                if is_sensitive(owner, field) {
                    assert!(!contains_text(&shown, &text), "{name} shows {owner}.{}: {shown}", field.api_name);
                } else if field.ty == "String" && owner == name {
                    assert!(
                        contains_text(&shown, &text),
                        "{name} hides {}, which is not sensitive: {shown}",
                        field.api_name
                    );
                }
            }
        }
        if structs()[name].iter().all(|field| is_sensitive(name, field)) {
            assert!(!shown.contains(&NUMBER.to_string()), "{shown}");
        }
    }
}

/// Adds a struct and all structs that its fields contain.
fn add_nested_structs(name: &str, within: &mut BTreeSet<String>) {
    if !within.insert(name.to_owned()) {
        return;
    }
    for field in &structs()[name] {
        let inner = field.ty.trim_start_matches("Vec<").trim_end_matches('>');
        if structs().contains_key(inner) {
            add_nested_structs(inner, within);
        }
    }
}

macro_rules! every {
    ($($name:ident)*) => {
        const EVERY: &[(&str, fn(&str))] = &[$((stringify!($name), |name| check::<types::$name, _>(name, types::$name::builder()))),*];
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
fn debug_of_types_and_builders_shows_no_sensitive_values() {
    let known: BTreeSet<&str> = structs().keys().map(String::as_str).collect();
    let formatted: BTreeSet<&str> = EVERY.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = known.difference(&formatted).collect();
    assert!(missing.is_empty(), "these types are not tested, add them to `every!`: {missing:?}");
    let mut secrets = 0;
    for (name, check) in EVERY {
        check(name);
        secrets += structs()[*name].iter().filter(|field| field.ty == "Secret").count();
    }
    assert!(secrets >= 10, "only {secrets} secrets are left in the generated types");
}
