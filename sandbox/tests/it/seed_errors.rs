//! Seed files that are wrong: each is refused with its place and a sentence, and nothing of it is applied.

use std::time::Instant;

use imprint_sandbox::{Product, Sandbox, Seed, SeedError};
use jsonschema::Validator;
use serde_json::{Value, json};

type Test = Result<(), Box<dyn std::error::Error>>;

/// Who finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// The parser: it is not YAML, or goes beyond a limit.
    Parser,
    /// The schema, and so an editor as well.
    Schema,
    /// The reader, since it is about two parts of the file.
    Reader,
    /// The account that the seed is applied to.
    Account,
}

/// A customer who can pay, in one line.
const ADA: &str = "customers: [{name: ada, partner_customer_id: a, phone: \"+12125550100\", applied: approve}]\n";

/// Wrong files, with line and column, JSON pointer, and a part of the message.
type Wrong = (By, String, Option<(usize, usize)>, &'static str, &'static str);

fn syntax() -> Vec<Wrong> {
    let case = |text: &str, place, pointer, message| (By::Parser, text.to_owned(), place, pointer, message);
    vec![
        case("", Some((1, 1)), "", "is empty"),
        case("\n  \n", Some((1, 1)), "", "is empty"),
        case("# nothing\n", Some((1, 1)), "", "only comments"),
        case("customers:\n  - name: ada\n   phone: x\n", Some((3, 4)), "/customers/1", "is not YAML"),
        case("customers:\n\t- name: ada\n", Some((2, 1)), "/customers", "a tab cannot indent"),
        case("emit: true\nemit: false\n", Some((2, 1)), "/emit", "stands there twice"),
        case("customers:\n  - name: a\n    name: b\n", Some((3, 5)), "/customers/0/name", "stands there twice"),
        case("a: &a {x: 1}\nkeys:\n  - <<: *a\n", Some((3, 5)), "/keys/0", "merge key"),
        case("keys: !secret\n  - 1\n", Some((1, 7)), "/keys", "has a tag"),
        case("keys: *nobody\n", Some((1, 7)), "/keys", "unknown anchor"),
        case("keys: [\n", Some((2, 1)), "/keys/0", "is not YAML"),
        case("emit: true\n---\nemit: false\n", None, "", "more than one document"),
        case("clock: .nan\n", Some((1, 8)), "/clock", "no number that JSON has"),
        case("keys: !!int 4111111111111111x\n", Some((1, 7)), "/keys", "cannot be read here"),
    ]
}

fn structure() -> Vec<Wrong> {
    let case = |text: &str, place, pointer, message| (By::Schema, text.to_owned(), Some(place), pointer, message);
    vec![
        case("[]\n", (1, 1), "", "has to be an object"),
        case("- ada\n", (1, 1), "", "has to be an object"),
        case("customer: []\n", (1, 1), "/customer", "did you mean `customers`?"),
        case("customers:\n", (1, 11), "/customers", "has no value: leave the field out"),
        case("customers: {ada: {}}\n", (1, 12), "/customers", "has to be a list"),
        case(
            "customers:\n  - name: ada\n    emial: a@b.example\n",
            (3, 5),
            "/customers/0/emial",
            "did you mean `email`?",
        ),
        case("customers:\n  - nmae: ada\n", (2, 5), "/customers/0/nmae", "did you mean `name`?"),
        case("customers:\n  - phone: \"+12125550100\"\n", (2, 5), "/customers/0/name", "is required"),
        case(
            "customers:\n  - name: ada\n    applied: aprove\n",
            (3, 14),
            "/customers/0/applied",
            "approve, review, reject",
        ),
        case("customers:\n  - name: Ada Example\n", (2, 11), "/customers/0/name", "has to match the pattern"),
        case("customers:\n  - {name: ada, ssn: 900123456}\n", (2, 22), "/customers/0/ssn", "has to be text"),
        case("customers:\n  - {name: ada, email: nobody}\n", (2, 24), "/customers/0/email", "email address"),
        case(
            "customers:\n  - {name: ada, 4111111111111111: x}\n",
            (2, 17),
            "/customers/0",
            "a field here that is not known",
        ),
        case("customers:\n  - name: ada\n    address: {ctiy: X}\n", (3, 15), "/customers/0/address/ctiy", "`city`"),
        case("customers:\n  - {name: ada, linked: yes}\n", (2, 25), "/customers/0/linked", "true or false"),
        case("clock: {}\n", (1, 8), "/clock", "at least 1 field"),
        case("clock: {running: false}\n", (1, 18), "/clock/running", "has to be true"),
        case("clock: {running: true, frozen_at: 2026-01-01T00:00:00Z}\n", (1, 8), "/clock", "at most 1 field"),
        case("clock: {frozen_at: yesterday}\n", (1, 20), "/clock/frozen_at", "2025-02-13T19:08:07Z"),
        case("clock: {frozen_at: 1066-10-14T09:00:00Z}\n", (1, 20), "/clock/frozen_at", "pattern"),
        case("keys: [{label: x}]\n", (1, 8), "/keys/0/text", "is required"),
        case("keys: [{text: \"a b\"}]\n", (1, 15), "/keys/0/text", "pattern"),
        case(
            "products: [{merchant_key: S, rewards: {scheme: evry}}]\n",
            (1, 48),
            "/products/0/rewards/scheme",
            "per_event",
        ),
        case(
            "products: [{merchant_key: S, loan: {amount: 1, term_months: 0}}]\n",
            (1, 61),
            "/products/0/loan/term_months",
            "at least 1",
        ),
        case(
            "endpoints: [{url: http://localhost, reading: {key: token}}]\n",
            (1, 46),
            "/endpoints/0/reading/body",
            "is required",
        ),
        case(
            "transactions: [{payment_method_of: ada, steps: []}]\n",
            (1, 48),
            "/transactions/0/steps",
            "at least 1 item",
        ),
        case(
            "rewards: [{customer: ada, type: STATEMENT, amount: 1}]\n",
            (1, 33),
            "/rewards/0/type",
            "OFFER, ONE_TIME, REFERRAL",
        ),
        case("rewards: [{customer: ada, type: OFFER, amount: 0}]\n", (1, 48), "/rewards/0/amount", "at least 1"),
        case("intents: [{customer: ada, amount: -1}]\n", (1, 35), "/intents/0/amount", "at least 0"),
        case("intents: [{customer: ada, amount: 1.5}]\n", (1, 35), "/intents/0/amount", "an integer"),
        case(
            "streaks: [{customer: ada, config_id: c, total_periods: 1, period_length: 30 days}]\n",
            (1, 74),
            "/streaks/0/period_length",
            "pattern",
        ),
        case("accounts: {}\n", (1, 1), "/accounts", "is no field here; allowed are $schema, clock"),
    ]
}

fn relations() -> Vec<Wrong> {
    let case =
        |text: &str, place, pointer, message| (By::Reader, format!("{ADA}{text}"), Some(place), pointer, message);
    let of_ada = |steps: &str| format!("transactions: [{{payment_method_of: ada, steps: [{steps}]}}]\n");
    vec![
        case("rewards: [{customer: adda, type: OFFER, amount: 1}]\n", (2, 22), "/rewards/0/customer", "did you mean `ada`?"),
        case("orders: [{payment_method_of: bob, partner_order_id: o, total_order_amount: 1}]\n", (2, 30), "/orders/0/payment_method_of", "no customer of the file has the name `bob`"),
        case("intents: [{customer: ada, payment_method_of: bob, amount: 1}]\n", (2, 46), "/intents/0/payment_method_of", "has to be the customer of the intent"),
        case("intents: [{name: i, customer: ada, amount: 1}, {name: i, customer: ada, amount: 1}]\n", (2, 55), "/intents/1/name", "is the name of another before it"),
        case(&of_ada("{name: s, status: CAPTURED, amount: 1}, {name: s, status: CAPTURED, amount: 1}"), (2, 96), "/transactions/0/steps/1/name", "is the name of another"),
        case(&of_ada("{status: APPROVED, amount: 1}, {status: REFUNDED, amount: 1}"), (2, 80), "/transactions/0/steps/1", "no step before it is CAPTURED"),
        case(&of_ada("{name: a, status: APPROVED, amount: 1}, {status: REFUNDED, capture: a}"), (2, 117), "/transactions/0/steps/1/capture", "no step before it is CAPTURED and has the name `a`"),
        case(&of_ada("{status: APPROVED, amount: 9}, {status: CAPTURED, amount: 1}, {status: CAPTURED, amount: 1}, {status: REFUNDED}"), (2, 142), "/transactions/0/steps/3", "needs `capture`"),
        case(&of_ada("{status: APPROVED, amount: 9, capture: x}"), (2, 88), "/transactions/0/steps/0/capture", "REFUNDED only"),
        case("keys: [{text: one}, {text: one}]\n", (2, 28), "/keys/1/text", "is the text of a key before it"),
        case("products: [{merchant_key: S}, {merchant_key: S}]\n", (2, 46), "/products/1/merchant_key", "a product before it"),
        case("products: [{merchant_key: S, card_type: VIRTUAL, loan: {amount: 1, term_months: 1}}]\n", (2, 56), "/products/0/loan", "cannot stand beside `card_type`"),
        case("products: [{merchant_key: S, rewards: {scheme: statement}}]\n", (2, 39), "/products/0/rewards", "needs `basis_points`"),
        case("products: [{merchant_key: S, rewards: {scheme: none, basis_points: 1}}]\n", (2, 68), "/products/0/rewards/basis_points", "no meaning"),
        case("products: [{merchant_key: S, rewards: {scheme: delayed, basis_points: 1}}]\n", (2, 39), "/products/0/rewards", "needs `delay`"),
        case("products: [{merchant_key: S, rewards: {scheme: statement, basis_points: 1, delay: 1d}}]\n", (2, 83), "/products/0/rewards/delay", "`delayed` only"),
        case("streaks: [{customer: ada, config_id: c, total_periods: 1, completed_periods: 2}]\n", (2, 78), "/streaks/0/completed_periods", "at most `total_periods`"),
        case("streaks: [{customer: ada, config_id: c, total_periods: 1, completed_periods: 1, failed: true}]\n", (2, 89), "/streaks/0/failed", "all periods are completed"),
        (By::Reader, "customers: [{name: a}, {name: a}]\n".into(), Some((1, 31)), "/customers/1/name", "is the name of another"),
        (By::Reader, "customers: [{name: a, linked: true}]\n".into(), Some((1, 31)), "/customers/0/linked", "needs `partner_customer_id`"),
        (By::Reader, "customers: [{name: bob, applied: review}]\norders: [{payment_method_of: bob, partner_order_id: o, total_order_amount: 1}]\n".into(), Some((2, 30)), "/orders/0/payment_method_of", "needs `applied: approve`"),
    ]
}

/// What only an account can refuse: one with the product STORE and a customer with the partner's id TAKEN.
fn state() -> Vec<Wrong> {
    let case =
        |text: &str, place, pointer, message| (By::Account, format!("{ADA}{text}"), Some(place), pointer, message);
    let of_ada = |steps: &str| format!("transactions: [{{payment_method_of: ada, steps: [{steps}]}}]\n");
    let alone = |text: &str, place, pointer, message| (By::Account, text.to_owned(), Some(place), pointer, message);
    vec![
        case(
            &of_ada("{status: CAPTURED, amount: 100}, {status: REFUNDED, amount: 101}"),
            (2, 82),
            "/transactions/0/steps/1",
            "more would be refunded",
        ),
        case(&of_ada("{status: UPDATED, amount: 1}"), (2, 49), "/transactions/0/steps/0", "cannot begin with UPDATED"),
        case(&of_ada("{status: APPROVED}"), (2, 49), "/transactions/0/steps/0/amount", "is required"),
        case(&of_ada("{status: APPROVED, amount: 0}"), (2, 76), "/transactions/0/steps/0/amount", "1 or more"),
        case(
            &of_ada("{status: APPROVED, amount: 5}, {status: VOIDED}, {status: CAPTURED}"),
            (2, 98),
            "/transactions/0/steps/2",
            "voided",
        ),
        case(
            "transactions: [{payment_method_of: ada, purchase_method: OLINE, steps: [{status: CAPTURED, amount: 1}]}]\n",
            (2, 58),
            "/transactions/0/purchase_method",
            "CHIP, CONTACTLESS",
        ),
        case(
            "orders: [{payment_method_of: ada, partner_order_id: o, total_order_amount: 2, order_lines: [{name: x, quantity: 1, rate: 1, rewards_rate: 0}]}]\n",
            (2, 76),
            "/orders/0/total_order_amount",
            "1",
        ),
        case(
            "orders: [{payment_method_of: ada, partner_order_id: o, total_order_amount: 2, events: [{type: SHIPPED, network_transaction_id: n, amount: 1}]}]\n",
            (2, 95),
            "/orders/0/events/0/type",
            "CAPTURED, REFUNDED",
        ),
        case(
            "orders: [{payment_method_of: ada, partner_order_id: o, total_order_amount: 2, events: [{type: CAPTURED, network_transaction_id: n, amount: 1, partner_event_id: e}, {type: CAPTURED, network_transaction_id: n, amount: 1, partner_event_id: e}]}]\n",
            (2, 238),
            "/orders/0/events/1/partner_event_id",
            "another order event",
        ),
        case(
            "products: [{merchant_key: STORE, two_step_intents: true}]\n",
            (2, 12),
            "/products/0",
            "products are declared when a sandbox starts",
        ),
        case(
            "endpoints: [{url: \"https://example.com/hooks?secret=1\"}]\n",
            (2, 19),
            "/endpoints/0/url",
            "without TLS",
        ),
        case(
            "endpoints: [{url: \"http://127.0.0.1:9\", only: [REWARDS]}]\n",
            (2, 47),
            "/endpoints/0/only",
            "there are",
        ),
        case(
            "endpoints: [{url: \"http://127.0.0.1:9\"}, {url: \"http://127.0.0.1:9\", only: [REWARD]}]\n",
            (2, 42),
            "/endpoints/1",
            "twice",
        ),
        case(
            "clock: {frozen_at: 2025-12-31T00:00:00Z}\n",
            (2, 20),
            "/clock/frozen_at",
            "earlier than the clock of the account",
        ),
        case("clock: {frozen_at: 2027-01-01T00:00:00Z}\n", (2, 20), "/clock/frozen_at", "advance its clock before"),
        case("clock: {running: true}\n", (2, 18), "/clock/running", "advance its clock before"),
        alone(
            "customers: [{name: bob, merchant_key: OTHER}]\n",
            (1, 39),
            "/customers/0/merchant_key",
            "no product; there are STORE",
        ),
        alone(
            "customers: [{name: bob, partner_customer_id: TAKEN}]\n",
            (1, 46),
            "/customers/0/partner_customer_id",
            "another customer",
        ),
        alone(
            "customers: [{name: a, phone: \"+12125550199\", applied: review}, {name: b, phone: \"+12125550199\", applied: approve}]\n",
            (1, 81),
            "/customers/1/phone",
            "waits for a decision",
        ),
        alone("keys: [{text: key-of-another-account}]\n", (1, 15), "/keys/0/text", "another account"),
        alone("keys: [{text: deleted-key}]\n", (1, 15), "/keys/0/text", "never accepted again"),
    ]
}

/// What is other than expected of an error.
fn difference(
    error: &SeedError,
    text: &str,
    place: Option<(usize, usize)>,
    pointer: &str,
    message: &str,
) -> Option<String> {
    let is_right =
        error.message().contains(message) && error.pointer() == pointer && error.line().zip(error.column()) == place;
    (!is_right).then(|| format!("{text}\n  {error}\n  instead of {place:?} {pointer} {message}\n"))
}

fn validator() -> Validator {
    let schema = serde_json::from_str(Seed::SCHEMA).expect("the schema is JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema can be used")
}

#[test]
fn wrong_files_are_refused_by_the_reader_as_by_the_schema() {
    let validator = validator();
    let all = [syntax(), structure(), relations()].concat();
    assert!(all.len() > 60);
    let mut differences = Vec::new();
    for (by, text, place, pointer, message) in all {
        let error = Seed::from_yaml(&text).map(drop).expect_err(&text);
        differences.extend(difference(&error, &text, place, pointer, message));
        if by != By::Parser {
            let value: Value = yaml_serde::from_str(&text).expect(&text);
            assert_eq!(validator.is_valid(&value), by != By::Schema, "{text}");
            // The same file in JSON is refused in the same way, at another line.
            let json =
                Seed::from_json(&serde_json::to_string_pretty(&value).expect("JSON")).map(drop).expect_err(&text);
            assert_eq!((json.pointer(), json.message()), (error.pointer(), error.message()), "{text}");
            assert!(json.line().is_some() && json.column().is_some(), "{text}");
        }
    }
    assert!(differences.is_empty(), "{}", differences.concat());
}

#[tokio::test]
async fn what_the_account_refuses_leaves_nothing_behind() -> Test {
    let product = Product::default().merchant_key("STORE");
    let sandbox = Sandbox::builder().product(product).key("first").key("deleted-key").start().await?;
    sandbox.customer("TAKEN").approved().await?; // with a statement that closes
    sandbox.client_builder().api_key("deleted-key").build()?.delete_key().await?;
    let other = sandbox.account("other");
    other.seed(&Seed::from_json(r#"{"keys": [{"text": "key-of-another-account"}]}"#)?)?;
    let before = sandbox.snapshot();
    let mut differences = Vec::new();
    for (by, text, place, pointer, message) in state() {
        assert_eq!(by, By::Account);
        let seed = Seed::from_yaml(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let error = sandbox.seed(&seed).map(drop).expect_err(&text);
        differences.extend(difference(&error, &text, place, pointer, message));
        assert!(sandbox.snapshot() == before, "{text}");
        assert!(validator().is_valid(&yaml_serde::from_str::<Value>(&text)?), "{text}");
    }
    assert!(differences.is_empty(), "{}", differences.concat());
    assert!(sandbox.bugs().is_empty());
    // A seed that is refused is not what a reset goes back to either.
    sandbox.reset();
    assert!(sandbox.client().search_customers().await?.data.is_empty());
    Ok(())
}

#[test]
fn hostile_files_cost_little() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, before) in "bcdefghij".chars().zip("abcdefghi".chars()) {
        let aliases = vec![format!("*{before}"); 10].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{aliases}]\n"));
    }
    let nested = |open: &str, close: &str, depth| format!("keys: {}{}", open.repeat(depth), close.repeat(depth));
    for (what, text, message) in [
        ("an alias bomb", bomb, "far more than the file has"),
        ("deep lists", nested("[", "]", 100), "nested deeper than 32 levels"),
        ("very deep lists", nested("[", "]", 100_000), "brackets that are not closed"),
        ("very deep blocks", "- ".repeat(100_000), "nested deeper"),
        ("very deep keys", "? ".repeat(100_000), "cannot be read here"),
        ("deep blocks", (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(), "nested deeper"),
        ("a huge file", format!("# {}\n", "x".repeat(5 << 20)), "longer than 4 MiB"),
        ("a huge list", format!("keys: [{}]", "1,".repeat(1_000_000)), "500,000 values"),
    ] {
        let started = Instant::now();
        let error = Seed::from_yaml(&text).map(drop).expect_err(what);
        assert!(error.message().contains(message), "{what}: {error}");
        assert!(started.elapsed().as_secs() < 20, "{what} took {:?}", started.elapsed());
    }
    let deep = format!("{{\"keys\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let error = Seed::from_json(&deep).map(drop).expect_err("it is too deep");
    assert!(error.message().contains("nested deeper"), "{error}");
}

#[test]
fn errors_of_json_have_places_too() {
    for (text, place, pointer, message) in [
        ("{\n  \"emit\": nul }", (2, 14), "/emit", "is not JSON: expected ident"),
        ("{\"emit\": true,}", (1, 15), "", "is not JSON: trailing comma"),
        ("{\"emit\": true} x", (1, 16), "", "is not JSON: trailing characters"),
        ("{\"emit\": true", (1, 13), "", "is not JSON: EOF"),
        ("{\"emit\": true,\n \"emit\": false}", (2, 7), "/emit", "stands there twice"),
        ("{\n \"keys\": [\n  {\"text\": \"x\", \"lable\": \"y\"}]}", (3, 17), "/keys/0/lable", "did you mean `label`?"),
    ] {
        let error = Seed::from_json(text).map(drop).expect_err(text);
        assert_eq!(difference(&error, text, Some(place), pointer, message), None);
    }
}

/// Puts each of these values in the place of each value of the example, takes each field away, and adds an unknown one:
/// the reader refuses what the schema refuses, says where, and tells no value. What the schema lets through can be read.
#[test]
fn reader_and_schema_agree_on_every_change_of_the_example() -> Test {
    let validator = validator();
    let example: Value = yaml_serde::from_str(Seed::EXAMPLE)?;
    let mut places = Vec::new();
    collect(&example, String::new(), &mut places);
    let wrong =
        [json!(null), json!(-1), json!(1e300), json!(7.5), json!("SECRET VALUE"), json!([]), json!({}), json!(true)];
    let secrets =
        ["900123456", "a-made-up-token", "sandbox-reports-key", "ada@example", "5550100", "SECRET VALUE", "1 Example"];
    let (mut refused, mut accepted) = (0, 0);
    for place in &places {
        let mut changed: Vec<Value> = wrong.iter().map(|value| with(&example, place, value.clone())).collect();
        if let Some((object, name)) = place.rsplit_once('/') {
            let mut without = example.clone();
            if let Some(fields) = without.pointer_mut(object).and_then(Value::as_object_mut) {
                fields.remove(name);
                changed.push(without);
            }
        }
        let mut more = example.clone();
        if let Some(fields) = more.pointer_mut(place).and_then(Value::as_object_mut) {
            fields.insert("unknown_field".into(), json!("SECRET VALUE"));
            changed.push(more);
        }
        for value in changed {
            let outcome = Seed::from_json(&value.to_string());
            let is_valid = validator.is_valid(&value);
            match &outcome {
                Ok(_) => accepted += 1,
                Err(error) => {
                    refused += 1;
                    let said = format!("{error} {error:?}");
                    assert!(!secrets.iter().any(|secret| said.contains(secret)), "{place}: {said}");
                    assert!(error.line().is_some() && error.column().is_some(), "{place}: {said}");
                    let is_unread = error.message() == "has a value that cannot be used here";
                    assert!(!is_valid || !is_unread, "the schema allows what cannot be read, at {place}: {said}");
                }
            }
            assert!(is_valid || outcome.is_err(), "the reader takes what the schema refuses, at {place}");
        }
    }
    assert!(places.len() > 150 && refused > 1_000 && accepted > 100, "{} {refused} {accepted}", places.len());
    Ok(())
}

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(value, format!("{place}/{name}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| collect(value, format!("{place}/{at}"), places));
        }
        _ => {}
    }
    places.push(place);
}

fn with(example: &Value, place: &str, value: Value) -> Value {
    let mut changed = example.clone();
    if let Some(there) = changed.pointer_mut(place) {
        *there = value;
    }
    changed
}
