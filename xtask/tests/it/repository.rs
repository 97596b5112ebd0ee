//! The repository's own document, overlay and facts, run through the generator.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use xtask::{
    build::overlay::Overlay,
    check::check,
    compile::Part,
    failure::Failure,
    files::Files,
    lock::Lock,
    pipeline::{self, Output, Problem, parse, run, walk},
};

use crate::frozen;

pub const DOCUMENT: &str = include_str!("../../../openapi/openapi.yaml");
pub const OVERLAY: &str = include_str!("../../../openapi/overlay.yaml");
const LOCK: &str = include_str!("../../../openapi/openapi.lock");
/// The structure of the upstream document of 2026-11-20, without its prose.
const FACTS: &str = include_str!("../../../tests/facts/imprint-api.facts.yaml");

/// Whether the document is still the one that was written from the facts, with prose of our own. A document that
/// upstream publishes later is not compared with the facts: refresh-spec says what differs.
fn is_reconstructed() -> bool {
    Lock::parse(LOCK).unwrap().source.starts_with("reconstructed")
}

pub fn parsed(text: &str) -> Value {
    parse("a document", text).unwrap()
}

/// Removes `summary` and `description` wherever they are prose: a property of that name holds a schema, not a text.
fn without_prose(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let is_prose = |key: &str, value: &Value| matches!(key, "summary" | "description") && value.is_string();
            let kept = map.into_iter().filter(|(key, value)| !is_prose(key, value));
            Value::Object(kept.map(|(key, value)| (key, without_prose(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_prose).collect()),
        scalar => scalar,
    }
}

#[test]
fn the_document_is_the_facts_and_prose() {
    if is_reconstructed() {
        assert_eq!(without_prose(parsed(DOCUMENT)), without_prose(parsed(FACTS)));
    }
}

#[test]
fn the_lock_the_overlay_and_the_snapshot_belong_to_the_document() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let problems = check(&Files::new(root)).unwrap().problems;
    assert!(problems.is_empty(), "{}", Failure { reasons: problems });
}

#[test]
fn the_facts_have_every_path_operation_webhook_and_schema() {
    let document = parsed(FACTS);
    let lock = Lock::of("", String::new(), "", &document);
    let paths = document["paths"].as_object().map(|paths| paths.len());
    assert_eq!((paths, lock.operations, lock.webhooks, lock.schemas), (Some(26), 35, 7, 55));
}

/// Where a description is missing, in a document.
fn undescribed(mut document: Value) -> Vec<String> {
    let mut missing = Vec::new();
    let mut check = |pointer: String, value: &Value, key: &str| {
        if value[key].as_str().is_none_or(|text| text.trim().is_empty()) {
            missing.push(format!("{pointer}/{key}"));
        }
    };
    walk::operations(&mut document, &mut |operation| {
        let value = Value::Object(operation.value.clone());
        check(operation.pointer.clone(), &value, "summary");
        check(operation.pointer.clone(), &value, "description");
        for (index, parameter) in value["parameters"].as_array().into_iter().flatten().enumerate() {
            if parameter.get("$ref").is_none() {
                check(format!("{}/parameters/{index}", operation.pointer), parameter, "description");
            }
        }
        Ok(())
    })
    .unwrap();
    for (name, parameter) in document["components"]["parameters"].clone().as_object().into_iter().flatten() {
        check(format!("/components/parameters/{name}"), parameter, "description");
    }
    walk::schemas(&mut document, &mut |schema, place| {
        if matches!(place.role, walk::Role::Named(_) | walk::Role::Property { .. }) {
            check(place.pointer.clone(), schema, "description");
        }
        Ok(())
    })
    .unwrap();
    missing
}

#[test]
fn every_operation_parameter_and_field_is_described() {
    if is_reconstructed() {
        assert_eq!(undescribed(parsed(DOCUMENT)), Vec::<String>::new());
    }
    assert!(undescribed(parsed(FACTS)).len() > 500);
}

/// The tokens without their doc comments, inside of macro calls, too.
fn without_docs(tokens: TokenStream) -> String {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_doc = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.stream().to_string().starts_with("doc "));
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && tokens.peek().is_some_and(is_doc) => {
                tokens.next();
            }
            TokenTree::Group(group) => out.push(format!("{:?}{{{}}}", group.delimiter(), without_docs(group.stream()))),
            other => out.push(other.to_string()),
        }
    }
    out.join(" ")
}

pub fn client(document: &str) -> Output {
    run(document, OVERLAY).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn the_facts_make_the_same_client_as_the_document() {
    if is_reconstructed() {
        let [document, facts] = [DOCUMENT, FACTS].map(|text| without_docs(client(text).code.parse().unwrap()));
        assert!(document == facts, "the facts and the document make different clients");
    }
}

/// The text of the doc comment that stands in these attributes.
pub fn doc_comment(attributes: &[syn::Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) => Some(line.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The public methods that the generated code gives the client.
pub fn client_methods(code: &str) -> Vec<syn::ImplItemFn> {
    let is_client = |ty: &syn::Type| matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Client"));
    let calls = syn::parse_file(code).unwrap().items.into_iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "calls" => module.content,
        _ => None,
    });
    let blocks = calls.unwrap().1.into_iter().filter_map(|item| match item {
        syn::Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => Some(block),
        _ => None,
    });
    let methods = blocks.flat_map(|block| block.items).filter_map(|item| match item {
        syn::ImplItem::Fn(method) if matches!(method.vis, syn::Visibility::Public(_)) => Some(method),
        _ => None,
    });
    methods.collect()
}

#[test]
fn every_operation_has_a_method_and_an_example() {
    let methods = client_methods(&client(DOCUMENT).code);
    let operations = Lock::of("", String::new(), "", &corrected(None).unwrap()).operations;
    assert!(operations > 30);
    assert_eq!(methods.len(), operations);
    for method in methods {
        let docs = doc_comment(&method.attrs);
        assert_eq!(docs.matches("```no_run").count(), 1, "{}: {docs}", method.sig.ident);
        assert_eq!(docs.matches("```ignore").count(), 0, "{}: {docs}", method.sig.ident);
    }
}

/// The operations of the client of the frozen document whose line in the snapshot has all of these words.
fn operations_with(words: &[&str]) -> Vec<String> {
    let snapshot = frozen::before().snapshot.as_deref().unwrap();
    let lines = snapshot.lines().filter(|line| line.starts_with("operation::"));
    let lines = lines.filter_map(|line| line.split_once(" = ")).map(|(_, line)| line.split(' ').collect::<Vec<_>>());
    let mut ids: Vec<String> =
        lines.filter(|line| words.iter().all(|word| line.contains(word))).map(|line| line[0].to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn eight_operations_page_and_two_posts_may_be_repeated() {
    assert_eq!(
        operations_with(&["pages"]),
        [
            "getRewards",
            "getTransactions",
            "listOrderEvents",
            "searchCustomers",
            "searchCustomersPost",
            "searchPaymentMethods",
            "searchRewards",
            "searchTransactionIntents",
        ]
    );
    let posts = operations_with(&["POST", "repeatable"]);
    assert_eq!(posts, ["searchCustomersPost", "searchPaymentMethodsPost"]);
}

#[test]
fn the_client_knows_every_kind_of_event() {
    let document = corrected(None).unwrap();
    let named = |schema: &Value| {
        document["components"]["schemas"][schema["$ref"].as_str()?.rsplit('/').next()?].as_object().cloned()
    };
    let webhooks = document["webhooks"].as_object().unwrap().values();
    let count = webhooks.len();
    let kinds: BTreeSet<String> = webhooks
        .map(|webhook| {
            let payload = &webhook["post"]["requestBody"]["content"]["application/json"]["schema"];
            let payload = named(payload).unwrap();
            payload["properties"]["object"]["enum"][0].as_str().unwrap().to_string()
        })
        .collect();
    assert_eq!(kinds.len(), count);
    let code = client(DOCUMENT).code;
    for kind in kinds {
        assert!(code.contains(&format!("{kind:?}")), "the client does not know the event {kind}");
    }
}

/// The document after every action, or after all but one.
pub fn corrected(without: Option<usize>) -> Result<Value, Problem> {
    let mut document = parsed(DOCUMENT);
    let mut overlay = Overlay::parse(&parsed(OVERLAY))?;
    if let Some(index) = without {
        overlay.actions.remove(index);
    }
    overlay.apply(&mut document)?;
    Ok(document)
}

#[test]
fn every_overlay_action_changes_something() {
    assert_eq!(client(DOCUMENT).notes, Vec::<String>::new());
}

/// What each correction of the overlay does to the client's source: an item, and a part of it.
const CORRECTIONS: &[(&str, &str)] = &[
    ("static SERVERS", r#""https://dev.imprint.co""#),
    ("pub struct UpdateCustomer<C = Client> {", "client: C,"),
    ("pub struct CustomerLink {", "pub partner_identifier: Option<String>"),
    ("pub struct Transaction {", "pub network_transaction_id: Option<NetworkTransactionId>"),
    ("pub struct Transaction {", "pub currency: Option<TransactionCurrency>"),
    ("pub static SEARCH_CUSTOMERS_POST", "repeatable: true"),
    ("pub static SEARCH_PAYMENT_METHODS_POST", "repeatable: true"),
    ("/// .search_customers()", r#".partner_customer_id("PARTNER_USER_456")"#),
    ("/// .create_session()", ".transaction_amount(34_000)"),
    ("/// .get_session()", r#".session_id("5B30532B"#),
    ("/// .search_payment_methods()", ".type_(types::PaymentMethodType::Card)"),
    ("/// .search_payment_methods_post()", r#".pan("4111111592341815")"#),
    ("/// .search_transaction_intents()", ".type_(types::TransactionIntentStatus::Confirmed)"),
    ("/// .update_transaction_intent()", ".amount(10_000)"),
    ("/// .search_rewards()", ".transaction_event_id("),
    ("/// .patch_reward()", ".status(types::RewardStatus::Available)"),
    ("/// .get_offer()", r#".partner_customer_id("PARTNER_USER_456")"#),
    ("/// .list_order_events()", ".order_id("),
    ("/// .post_order_event()", ".partner_event_id("),
    ("/// .list_orders()", ".partner_order_id("),
    ("/// .simulate_transaction_event()", ".amount(5000)"),
    ("pub struct Customer {", "without regard to letter case"),
    ("pub struct Transaction {", "each `event_id` once"),
    ("pub struct TransactionEventData {", "captured and refunded in parts"),
    ("pub struct OrderEventBase {", "by this event alone"),
    ("pub struct Reward {", "rewards per event"),
    ("pub struct TransactionIntent {", "documents no conversion"),
    ("pub struct GetTransactionIntent<C = Client> {", "intent_id: Option<types::TransactionIntentId>"),
    ("pub struct TransactionIntent {", "pub id: TransactionIntentId"),
    ("pub struct Transaction {", "pub intent_id: Option<TransactionIntentId>"),
    ("pub struct TransactionEventData {", "pub intent_id: Option<TransactionIntentId>"),
    ("pub struct GetSession<C = Client> {", "session_id: Option<types::CustomerSessionId>"),
    ("pub struct CustomerSession {", "pub id: CustomerSessionId"),
    ("pub struct OrderBase {", "pub id: Option<OrderId>"),
    ("pub struct ListOrders<C = Client> {", "id: Option<types::OrderId>"),
    ("pub struct TransactionEvent {", "pub event_id: Option<TransactionEventId>"),
    ("pub struct SimulateTransactionEventBody {", "pub event_id: Option<TransactionEventId>"),
    ("pub struct PaymentMethod {", "pub type_: PaymentMethodType"),
    ("pub struct SearchPaymentMethods<C = Client> {", "type_: Option<types::PaymentMethodType>"),
    ("pub struct SearchPaymentMethodsPostBody {", "pub type_: Option<PaymentMethodType>"),
    ("pub struct PaymentMethod {", "pub status: PaymentMethodStatus"),
    ("pub struct PaymentMethodEventData {", "pub new_status: Option<PaymentMethodStatus>"),
    ("pub struct SearchTransactionIntents<C = Client> {", "type_: Option<types::TransactionIntentStatus>"),
    ("pub struct ApplicationEventData {", "pub customer_id"),
    ("pub struct TransactionEventData {", "pub customer_id"),
    ("pub struct PaymentMethodEventData {", "pub customer_id"),
    ("pub struct CustomerLinkEventData {", "pub customer_id"),
    ("pub struct RewardEventData {", "pub customer_id"),
    ("pub struct StreakEventData {", "pub customer_id"),
    ("pub struct AccountStatusEventData {", "pub customer_id"),
    (r#"object: "TRANSACTION","#, r#"dedupe: ["event_id"], dedupe_also: ["status", "amount", "created_at"],"#),
    (r#"object: "REWARD","#, r#"dedupe: ["reward_id", "status"], dedupe_also: ["amount", "currency", "created_at"],"#),
    (
        r#"object: "PAYMENT_METHOD","#,
        r#"dedupe: ["payment_method_id", "new_status", "updated_at"], dedupe_also: ["previous_status", "card_type", "card_design_id", "created_at"],"#,
    ),
    (r#"object: "STREAK","#, r#"dedupe: ["streak_id", "event", "current_period"], dedupe_also: ["created_at"],"#),
    (
        r#"object: "APPLICATION","#,
        r#"dedupe: ["merchant_key", "customer_id", "status", "created_at", "updated_at"], dedupe_also: [],"#,
    ),
    (
        r#"object: "CUSTOMER_LINK","#,
        r#"dedupe: ["merchant_key", "customer_id", "partner_customer_id", "status", "updated_at"], dedupe_also: ["created_at"],"#,
    ),
    (
        r#"object: "ACCOUNT_STATUS","#,
        r#"dedupe: ["merchant_key", "customer_id", "status", "updated_at"], dedupe_also: [],"#,
    ),
];

/// The corrections that are missing in the client of a document.
fn missing(document: Value) -> Result<Vec<&'static str>, Vec<Problem>> {
    let code = pipeline::generate(&document)?.code;
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let holds = |item: &str, line: &str| {
        let (_, after) = code.split_once(item)?;
        let end = after.find('}').unwrap_or(after.len());
        after[..end].contains(line).then_some(())
    };
    Ok(CORRECTIONS.iter().filter(|(item, line)| holds(item, line).is_none()).map(|(item, _)| *item).collect())
}

#[test]
fn every_correction_of_the_overlay_reaches_the_client() {
    assert_eq!(missing(corrected(None).unwrap()).unwrap(), Vec::<&str>::new());
}

/// Whether an action marks lists of values so that the build stops when such a list gets a value of its own.
fn stops_for_another_value(action: usize) -> bool {
    let mut document = parsed(DOCUMENT);
    let tried = pipeline::try_overlay(&mut document, &parsed(OVERLAY)).unwrap();
    let places = tried[action].changed.as_ref().unwrap();
    let mut is_marked = false;
    for place in places {
        let schema = document.pointer_mut(place.trim_end_matches("/x-imprint-enum"));
        if let Some(schema) = schema.filter(|schema| schema.get("x-imprint-enum").is_some()) {
            schema["enum"].as_array_mut().unwrap().push("ADDED_LATER".into());
            is_marked = true;
        }
    }
    is_marked && pipeline::generate(&document).is_err()
}

#[test]
fn leaving_out_any_overlay_action_is_noticed() {
    // Without an action the pipeline stops, or a correction does not reach the client. A list of values that equals another one
    // today is one type with it in any case: there the action is for the day on which they differ.
    let is_missed = |index| {
        corrected(Some(index))
            .map_err(|problem| vec![problem])
            .and_then(missing)
            .map_or(true, |missing| !missing.is_empty())
            || stops_for_another_value(index)
    };
    let actions = 0..Overlay::parse(&parsed(OVERLAY)).unwrap().actions.len();
    let unnoticed: Vec<usize> = actions.filter(|index| !is_missed(*index)).map(|index| index + 1).collect();
    assert!(unnoticed.is_empty(), "these overlay actions could go and no test would notice: {unnoticed:?}");
}

#[test]
fn each_setter_has_words_of_its_own() {
    // Upstream may describe less: the report of a refresh is the place to look at that.
    if !is_reconstructed() {
        return;
    }
    let code = client(DOCUMENT).code;
    let bare: Vec<&str> = code.lines().filter(|line| line.contains(".** Sets `")).collect();
    assert!(bare.is_empty(), "describe by the overlay what these set: {bare:#?}");
}

/// Schemas may be called like what the generated code and the hand-written table of events use.
#[test]
fn names_of_rust_and_of_ours_are_names_of_types_as_well() {
    const NAMES: [&str; 22] = [
        "AsRef",
        "Box",
        "BTreeMap",
        "Client",
        "Default",
        "Error",
        "Event",
        "Finding",
        "From",
        "Items",
        "Map",
        "Method",
        "Option",
        "Problems",
        "Request",
        "Response",
        "Result",
        "Secret",
        "String",
        "Timestamp",
        "Value",
        "Vec",
    ];
    let text = serde_json::json!({"type": "string"});
    let mut document = corrected(None).unwrap();
    let mut properties = serde_json::Map::new();
    for name in NAMES {
        let schema = serde_json::json!({
            "type": "object",
            "required": ["text"],
            "properties": {"text": text, "list": {"type": "array", "items": text}, "pan": text, "made_at": text},
        });
        document["components"]["schemas"][name] = schema;
        properties.insert(name.to_lowercase(), serde_json::json!({"$ref": format!("#/components/schemas/{name}")}));
    }
    let body = serde_json::json!({"description": "d", "content": {"application/json": {"schema": {
        "type": "object", "properties": properties,
    }}}});
    for (path, id) in [("/client", "Client"), ("/request", "Request"), ("/option", "Option"), ("/paged", "Paged")] {
        document["paths"][path] = serde_json::json!({"post": {
            "operationId": id, "requestBody": body, "responses": {"200": body},
        }});
    }
    document["components"]["schemas"]["RewardWebhookPayload"]["properties"]["data"] =
        serde_json::json!({"$ref": "#/components/schemas/Event"});
    document["components"]["schemas"]["RewardWebhookPayload"]["x-imprint-dedupe"] = serde_json::json!(["text"]);
    document["components"]["schemas"]["RewardWebhookPayload"]["x-imprint-dedupe-also"] = serde_json::json!(["list"]);
    let files = Files::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let errors = xtask::compile::check(&files, "names", Part::Whole, &pipeline::files(&document).unwrap()).unwrap();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn no_operation_can_take_the_name_of_a_method_of_the_client() {
    let mut document = frozen::corrected();
    let offer = &mut document["paths"]["/v2/offers"]["get"]["operationId"];
    assert_eq!(*offer, "getOffer");
    *offer = "rotateKey".into();
    let code = pipeline::generate(&document).unwrap().code;
    assert!(code.contains("pub fn rotate_key_(&self) -> RotateKey {"), "the helper `rotate_key` would be hidden");
}

/// A reader compares the generated source with hand-written code.
#[test]
fn no_line_of_the_client_is_longer_than_those_of_hand_written_code() {
    let code = client(DOCUMENT).code;
    let long: Vec<&str> = code.lines().filter(|line| line.chars().count() > 120).collect();
    assert!(long.is_empty(), "{long:#?}");
}
