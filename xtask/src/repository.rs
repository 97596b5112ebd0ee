//! The repository's own document, overlay and facts, run through the pipeline.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::{
    build::{Output, document, generate, harden, lower, overlay::Overlay, problem::Problem, run, walk},
    check::check,
    failure::Failure,
    files::Files,
    lock::Lock,
};

const DOCUMENT: &str = include_str!("../../openapi/openapi.yaml");
const OVERLAY: &str = include_str!("../../openapi/overlay.yaml");
const LOCK: &str = include_str!("../../openapi/openapi.lock");
/// The structure of the upstream document of 2026-11-20, without its prose.
const FACTS: &str = include_str!("../../tests/facts/imprint-api.facts.yaml");

/// Whether the document is still the one that was made of the facts, with prose of our own. What upstream publishes later
/// is not measured by them: refresh-spec says what differs.
fn reconstructed() -> bool {
    Lock::parse(LOCK).unwrap().source.starts_with("reconstructed")
}

fn parsed(text: &str) -> Value {
    document::parse("a document", text).unwrap()
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
    if reconstructed() {
        assert_eq!(without_prose(parsed(DOCUMENT)), without_prose(parsed(FACTS)));
    }
}

#[test]
fn the_lock_the_overlay_and_the_snapshot_belong_to_the_document() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let problems = check(&Files::new(root)).unwrap().problems;
    assert!(problems.is_empty(), "{}", Failure { problems });
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
    if reconstructed() {
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

fn client(document: &str) -> Output {
    run(document, OVERLAY).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn the_facts_make_the_same_client_as_the_document() {
    if reconstructed() {
        let [document, facts] = [DOCUMENT, FACTS].map(|text| without_docs(client(text).code.parse().unwrap()));
        assert!(document == facts, "the facts and the document make different clients");
    }
}

#[test]
fn every_operation_has_a_method_and_an_example() {
    let code = client(DOCUMENT).code;
    let operations = lower::lower(corrected(None).unwrap()).unwrap().plan.operations.len();
    assert!(operations > 30);
    let (before, _) = code.split_once("pub mod builder {\n    #[allow(unused_imports)]").unwrap();
    let methods = before.rsplit_once("impl crate::Client {").unwrap().1;
    assert_eq!(methods.matches("pub fn ").count(), operations);
    assert_eq!(methods.matches("```no_run").count(), operations);
    assert_eq!(methods.matches("```ignore").count(), 0);
}

#[test]
fn eight_operations_page_and_two_posts_may_be_repeated() {
    let lowered = lower::lower(corrected(None).unwrap()).unwrap();
    let named = |keep: &dyn Fn(&crate::build::plan::Operation) -> bool| -> Vec<String> {
        lowered.plan.operations.values().filter(|o| keep(o)).map(|o| o.id.clone()).collect()
    };
    assert_eq!(
        named(&|operation| operation.pages.is_some()),
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
    let post = |operation: &crate::build::plan::Operation| operation.repeatable && operation.method == "post";
    assert_eq!(named(&post), ["searchCustomersPost", "searchPaymentMethodsPost"]);
    assert_eq!(lowered.plan.webhooks.len(), 7);
}

/// The document after every action, or after all but one.
fn corrected(without: Option<usize>) -> Result<Value, Problem> {
    let mut document = parsed(DOCUMENT);
    let mut overlay = Overlay::parse(&parsed(OVERLAY))?;
    if let Some(index) = without {
        overlay.actions.remove(index);
    }
    overlay.apply(&mut document)?;
    Ok(document)
}

#[test]
fn no_overlay_action_is_idle() {
    assert_eq!(client(DOCUMENT).notes, Vec::<String>::new());
}

/// What the overlay is for, each as a place of the client's source: the item, and a line of it.
const CORRECTIONS: &[(&str, &str)] = &[
    ("pub static SERVERS", r#""https://dev.imprint.co""#),
    ("pub struct UpdateCustomer {", "client: crate::Client"),
    ("pub struct CustomerLink {", "pub partner_identifier: ::std::option::Option<::std::string::String>"),
    ("pub struct Transaction {", "pub network_transaction_id: ::std::option::Option<NetworkTransactionId>"),
    ("pub struct Transaction {", "pub currency: ::std::option::Option<TransactionCurrency>"),
    ("pub static SEARCH_CUSTOMERS_POST", "repeatable: true"),
    ("pub static SEARCH_PAYMENT_METHODS_POST", "repeatable: true"),
    ("pub struct GetTransactionIntent {", "intent_id: ::std::option::Option<types::TransactionIntentId>"),
    ("pub struct TransactionIntent {", "pub id: TransactionIntentId"),
    ("pub struct Transaction {", "pub intent_id: ::std::option::Option<TransactionIntentId>"),
    ("pub struct TransactionEventData {", "pub intent_id: ::std::option::Option<TransactionIntentId>"),
    ("pub struct GetSession {", "session_id: ::std::option::Option<types::CustomerSessionId>"),
    ("pub struct CustomerSession {", "pub id: CustomerSessionId"),
    ("pub struct OrderBase {", "pub id: ::std::option::Option<OrderId>"),
    ("pub struct ListOrders {", "id: ::std::option::Option<types::OrderId>"),
    ("pub struct TransactionEvent {", "pub event_id: ::std::option::Option<TransactionEventId>"),
    ("pub struct SimulateTransactionEventBody {", "pub event_id: ::std::option::Option<TransactionEventId>"),
    ("pub struct PaymentMethod {", "pub type_: PaymentMethodType"),
    ("pub struct SearchPaymentMethods {", "type_: ::std::option::Option<types::PaymentMethodType>"),
    ("pub struct SearchPaymentMethodsPostBody {", "pub type_: ::std::option::Option<PaymentMethodType>"),
    ("pub struct PaymentMethod {", "pub status: PaymentMethodStatus"),
    ("pub struct PaymentMethodEventData {", "pub new_status: ::std::option::Option<PaymentMethodStatus>"),
    ("pub struct SearchTransactionIntents {", "type_: ::std::option::Option<types::TransactionIntentStatus>"),
    ("pub struct ApplicationEventData {", "pub customer_id"),
    ("pub struct TransactionEventData {", "pub customer_id"),
    ("pub struct PaymentMethodEventData {", "pub customer_id"),
    ("pub struct CustomerLinkEventData {", "pub customer_id"),
    ("pub struct RewardEventData {", "pub customer_id"),
    ("pub struct StreakEventData {", "pub customer_id"),
    ("pub struct AccountStatusEventData {", "pub customer_id"),
    ("dedupe::key( \"TRANSACTION\",", r#"&["event_id"], &["status", "amount", "created_at"]"#),
    ("dedupe::key( \"REWARD\",", r#"&["reward_id", "status"], &["amount", "currency", "created_at"]"#),
    (
        "dedupe::key( \"PAYMENT_METHOD\",",
        r#"&["payment_method_id", "new_status", "updated_at"], &["previous_status", "#,
    ),
    ("dedupe::key( \"STREAK\",", r#"&["streak_id", "event", "current_period"], &["created_at"]"#),
    ("dedupe::key( \"APPLICATION\",", r#""status", "created_at", "updated_at", ], &[]"#),
    ("dedupe::key( \"CUSTOMER_LINK\",", r#""partner_customer_id", "status", "updated_at", ], &["created_at"]"#),
    ("dedupe::key( \"ACCOUNT_STATUS\",", r#"&["merchant_key", "customer_id", "status", "updated_at"], &[]"#),
];

/// The corrections a client lacks.
fn missing(document: Value) -> Result<Vec<&'static str>, Problem> {
    let lowered = lower::lower(document)?;
    let code = harden::harden(generate::generate(&lowered.document)?, &lowered.plan)?;
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

#[test]
fn every_overlay_action_is_missed_when_it_is_left_out() {
    for index in 0..Overlay::parse(&parsed(OVERLAY)).unwrap().actions.len() {
        // Without it the pipeline stops, or a correction does not reach the client.
        let missed = corrected(Some(index)).and_then(missing).map_or(true, |missing| !missing.is_empty());
        assert!(missed, "overlay action {} could go and no test would notice", index + 1);
    }
}

#[test]
fn a_schema_that_hand_written_code_reads_is_missed_by_name() {
    let renamed = DOCUMENT
        .replace("schemas/CustomerLink'", "schemas/PartnerLink'")
        .replace("\n    CustomerLink:\n", "\n    PartnerLink:\n");
    let overlay =
        OVERLAY.replace("$.components.schemas.CustomerLink.properties", "$.components.schemas.PartnerLink.properties");
    let problem = run(&renamed, &overlay).err().expect("nothing is called CustomerLink");
    assert_eq!(problem.place, "/components/schemas/CustomerLink", "{problem}");
    assert!(problem.message.contains("existing_link"), "{problem}");
}

/// What a document lacks that hand-written code names: the change, the place and a word of what is said.
#[test]
fn what_hand_written_code_names_is_missed_by_name() {
    for (from, to, place, says) in [
        ("operationId: createKey", "operationId: makeKey", "createKey", "rotate_key"),
        ("operationId: listOrders\n", "operationId: getOrders\n", "listOrders", "create_order_once"),
        (
            "- name: partner_order_id",
            "- name: partners_order_id",
            "/paths/~1v2~1orders/get",
            "it has no `partner_order_id` any more",
        ),
        (
            "                status:\n                  $ref: '#/components/schemas/RewardStatus'\n                  description: >-\n                    Status to move",
            "                state:\n                  $ref: '#/components/schemas/RewardStatus'\n                  description: >-\n                    Status to move",
            "/paths/~1v2~1rewards~1{reward_id}/patch",
            "it has no `body.status` any more",
        ),
        ("- PENDING_DEDUCTION", "- DEDUCTING", "/components/schemas/Reward/properties/status", "`PENDING_DEDUCTION`"),
        ("\n    OrderLine:\n", "\n    OrderItem:\n", "/components/schemas/OrderLine", "check_totals"),
        (
            "        rewards_rate:\n",
            "        reward_rate:\n",
            "/components/schemas/OrderLine/properties/rewards_rate",
            "no more",
        ),
        (
            "      - rewards_rate\n",
            "",
            "/components/schemas/OrderLine/properties/rewards_rate",
            "it has become optional",
        ),
        ("      - total_order_amount\n", "", "/components/schemas/OrderBase/properties/total_order_amount", "optional"),
    ] {
        assert!(DOCUMENT.contains(from), "{from}");
        let changed = DOCUMENT.replace(from, to).replace("schemas/OrderLine'", to_reference(to));
        let problem = run(&changed, OVERLAY).err().unwrap_or_else(|| panic!("{from} could go"));
        assert_eq!(problem.place, place, "{problem}");
        assert!(problem.message.contains(says), "{problem}");
    }
}

/// A schema under another name is referred to by it.
fn to_reference(to: &str) -> &'static str {
    if to.contains("OrderItem") { "schemas/OrderItem'" } else { "schemas/OrderLine'" }
}

/// The sources of the client: `src/ext.rs` and what is below `src/ext/`.
fn sources(path: &Path, found: &mut Vec<String>) {
    if path.is_dir() {
        let folder = std::fs::read_dir(path).unwrap();
        folder.for_each(|entry| sources(&entry.unwrap().path(), found));
    } else if path.file_name().is_some_and(|name| name != "tests.rs") {
        found.push(std::fs::read_to_string(path).unwrap());
    }
}

#[test]
fn no_operation_can_take_the_name_of_a_method_of_the_client() {
    let mut texts = Vec::new();
    for path in ["../src/ext.rs", "../src/ext"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path), &mut texts);
    }
    let mut methods = Vec::new();
    for item in texts.iter().flat_map(|text| syn::parse_str::<syn::File>(text).unwrap().items) {
        let syn::Item::Impl(block) = item else { continue };
        let of_the_client = matches!(&*block.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
        if block.trait_.is_none() && of_the_client {
            methods.extend(block.items.into_iter().filter_map(|item| match item {
                syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                _ => None,
            }));
        }
    }
    assert!(methods.iter().any(|name| name == "rotate_key"), "{methods:?}");
    for name in &methods {
        assert!(harden::names::CLIENT_METHODS.contains(&name.as_str()), "{name} is missing in CLIENT_METHODS");
    }
    // And none that is no more.
    for name in harden::names::CLIENT_METHODS.iter().filter(|name| **name != "clone") {
        assert!(methods.iter().any(|method| method == name), "{name} is in CLIENT_METHODS and no method");
    }
}
