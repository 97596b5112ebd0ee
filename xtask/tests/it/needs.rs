//! What hand-written code needs of the API: `openapi/needs.yaml` lists all of it and nothing else, and a document without it
//! is refused by name.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use xtask::{
    files::Files,
    pipeline::{self, walk},
};

use crate::{
    frozen,
    repository::{DOCUMENT, client, client_methods, corrected, doc_comment},
};

/// The identifiers and the texts in the code of a file, comments and unit tests left out.
fn words_of(file: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    fn collect(tokens: TokenStream, idents: &mut BTreeSet<String>, texts: &mut BTreeSet<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(group.stream(), idents, texts),
                TokenTree::Ident(ident) => drop(idents.insert(ident.to_string())),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                    texts.extend(text.map(|text| text.value()));
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let mut parsed = syn::parse_file(&std::fs::read_to_string(path).expect(file)).expect(file);
    parsed.items.retain(|item| !matches!(item, syn::Item::Mod(module) if module.ident == "tests"));
    let (mut idents, mut texts) = (BTreeSet::new(), BTreeSet::new());
    // Comments on items are texts as well; none of them is the name of a parameter alone.
    collect(quote::quote!(#parsed), &mut idents, &mut texts);
    (idents, texts)
}

#[test]
fn each_need_is_used_by_the_files_that_are_said_to_use_it() {
    for need in pipeline::needed_names().unwrap() {
        let is_used = need.used_by.iter().any(|file| {
            let (idents, texts) = words_of(file);
            let spelled = [need.in_rust.clone(), format!("{}_", need.in_rust), format!("{}Builder", need.in_rust)];
            spelled.iter().any(|name| idents.contains(name)) || texts.contains(&need.name)
        });
        assert!(is_used, "{:?} do not use {}: remove it from openapi/needs.yaml", need.used_by, need.name);
    }
}

/// Compiling proves nothing about names in texts: a request with a parameter that the API has renamed would be sent
/// without it, and the answer could be taken for proof that an order is not there.
#[test]
fn each_parameter_that_a_helper_names_in_a_text_is_a_need() {
    let parameters = pipeline::parameters(&corrected(None).unwrap()).unwrap();
    let needs = pipeline::needed_names().unwrap();
    let mut found = BTreeSet::new();
    for file in ["customers", "evidence", "find", "keys", "links", "once", "orders", "rewards"] {
        let file = format!("src/ext/{file}.rs");
        for text in words_of(&file).1.intersection(&parameters) {
            let is_needed = needs.iter().any(|need| need.name == *text && need.used_by.contains(&file));
            assert!(is_needed, "{file} names the parameter {text}, and openapi/needs.yaml does not say so");
            found.insert(text.clone());
        }
    }
    for expected in ["limit", "starting_after", "partner_order_id"] {
        assert!(found.contains(expected), "{expected} is looked for in vain: {found:?}");
    }
}

/// The page of an operation is where users look for a helper.
#[test]
fn each_helper_is_named_on_the_page_of_an_operation() {
    let methods = client_methods(&client(DOCUMENT).code);
    let pages: Vec<String> = methods.iter().map(|method| doc_comment(&method.attrs)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/ext");
    let mut helpers = Vec::new();
    for file in ["customers", "keys", "links", "orders", "rewards"] {
        let text = std::fs::read_to_string(root.join(file).with_extension("rs")).unwrap();
        for block in syn::parse_file(&text).unwrap().items.into_iter().filter_map(|item| match item {
            syn::Item::Impl(block) if block.trait_.is_none() => Some(block),
            _ => None,
        }) {
            helpers.extend(block.items.iter().filter_map(|item| match item {
                syn::ImplItem::Fn(method)
                    if matches!(method.vis, syn::Visibility::Public(_)) && method.sig.asyncness.is_some() =>
                {
                    Some(method.sig.ident.to_string())
                }
                _ => None,
            }));
        }
    }
    assert!(helpers.len() >= 10, "{helpers:?}");
    for helper in helpers {
        let link = format!("**Helper**: [`{helper}`](crate::Client::{helper}): ");
        assert!(
            pages.iter().any(|page| page.contains(&link)),
            "no operation of openapi/needs.yaml has {helper} under `helpers`"
        );
    }
}

#[test]
fn a_helper_that_nobody_has_written_is_refused() {
    let needs = pipeline::NEEDS.replacen("Client::rotate_key", "Client::rotate_keys", 1);
    let problem = pipeline::needed_only(&corrected(None).unwrap(), &needs).unwrap_err();
    assert!(problem.message.contains("`Client::rotate_keys`"), "{problem}");
    assert!(problem.place.contains("Key/helpers"), "{problem}");
}

/// Without one need the library does not compile against what is left.
#[test]
fn a_need_that_is_missing_in_the_file_is_found() {
    let files = Files::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let without = |line: &str| {
        assert!(line.is_empty() || pipeline::NEEDS.contains(line), "{line}");
        xtask::needs::prove(&files, &pipeline::NEEDS.replacen(line, "", 1)).unwrap()
    };
    let missing = without("      currency: Option<RewardCurrency>\n").expect("confirm_reward compares currencies");
    assert!(missing.message.contains("no field `currency`"), "{missing:?}");
    let missing = without("    body: OrderEventBase\n").expect("post_order_event_once sends a body");
    assert!(missing.message.contains("src/ext/orders.rs"), "{missing:?}");
    assert!(without("").is_none(), "with all needs it compiles");
}

/// The first problem of a document.
fn first(document: &Value) -> Option<pipeline::Problem> {
    pipeline::generate(document).err().map(|problems| problems[0].clone())
}

#[test]
fn everything_that_is_missing_is_told_at_once_and_what_is_gone_with_it_is_not() {
    let places = |change: &dyn Fn(&mut Value)| {
        let mut document = frozen::corrected();
        change(&mut document);
        let problems = pipeline::generate(&document).err().expect("it is refused");
        problems.into_iter().map(|problem| problem.operation.unwrap_or(problem.place)).collect::<Vec<_>>()
    };
    let three = places(&|document| {
        rename_property(schema(document, "OrderLine"), "rewards_rate", "reward_rate");
        operation(document, "listOrders")["operationId"] = "getOrders".into();
        let values = schema(document, "RewardStatus")["enum"].as_array_mut().unwrap();
        values.retain(|value| value != "PENDING_DEDUCTION");
    });
    assert_eq!(
        three,
        ["listOrders", "/components/schemas/OrderLine/properties/rewards_rate", "/components/schemas/RewardStatus"]
    );
    // The schema `Key` is still in the document.
    let without_keys = places(&|document| {
        document["paths"].as_object_mut().unwrap().retain(|path, _| !path.starts_with("/v2/keys"));
    });
    assert_eq!(without_keys, ["createKey", "deleteKey"]);
}

/// A 204 where a helper reads the answer would otherwise be an error of rustc in the helper.
#[test]
fn an_answer_that_a_helper_needs_is_missed_by_name() {
    let mut tried = 0;
    for (id, answer, used_by) in pipeline::needed_answers().unwrap() {
        let mut document = corrected(None).unwrap();
        walk::operations(&mut document, &mut |operation| {
            if operation.id == Some(id.as_str()) {
                operation.value["responses"] = serde_json::json!({"204": {"description": "Nothing."}});
                tried += 1;
            }
            Ok(())
        })
        .unwrap();
        let problem = first(&document).unwrap_or_else(|| panic!("{id} could answer nothing"));
        assert_eq!(problem.operation.as_deref(), Some(id.as_str()), "{problem}");
        assert!(problem.message.contains(&format!("answers `nothing` where `{answer}`")), "{problem}");
        assert!(problem.message.contains(&used_by), "{problem}");
    }
    assert!(tried > 8, "only {tried} operations are needed with their answer");
}

/// Renames a schema wherever the document or the overlay names it.
fn rename_schema(text: &str, from: &str, to: &str) -> Value {
    let reference = |name: &str| format!("\"#/components/schemas/{name}\"");
    let mut document: Value = serde_json::from_str(&text.replace(&reference(from), &reference(to))).unwrap();
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let schema = schemas.remove(from).unwrap();
    schemas.insert(to.to_string(), schema);
    document
}

#[test]
fn a_schema_that_hand_written_code_reads_is_missed_by_name() {
    let renamed = rename_schema(&frozen::corrected().to_string(), "CustomerLink", "PartnerLink");
    let problem = first(&renamed).expect("nothing is called CustomerLink");
    assert_eq!(problem.place, "/components/schemas/CustomerLink", "{problem}");
    assert!(problem.message.contains("src/ext/links.rs"), "{problem}");
}

/// The operation of this id.
fn operation<'d>(document: &'d mut Value, id: &str) -> &'d mut Value {
    let items = document["paths"].as_object_mut().unwrap().values_mut();
    let operations = items.flat_map(|item| item.as_object_mut().unwrap().values_mut());
    operations.into_iter().find(|operation| operation["operationId"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn schema<'d>(document: &'d mut Value, name: &str) -> &'d mut Value {
    let schema = &mut document["components"]["schemas"][name];
    assert!(schema.is_object(), "no {name}");
    schema
}

fn rename_property(schema: &mut Value, from: &str, to: &str) {
    let properties = schema["properties"].as_object_mut().unwrap();
    let property = properties.remove(from).unwrap_or_else(|| panic!("no {from}"));
    properties.insert(to.to_string(), property);
}

fn require_no_longer(schema: &mut Value, name: &str) {
    let required = schema["required"].as_array_mut().unwrap();
    let before = required.len();
    required.retain(|required| required != name);
    assert!(required.len() < before, "{name} was not required");
}

/// A change of the document, after its overlay, that removes what hand-written code names.
struct Lacks {
    change: fn(&mut Value),
    /// What the refusal names: the place, and a part of the message.
    place: &'static str,
    says: &'static str,
}

const LACKS: [Lacks; 9] = [
    Lacks {
        change: |d| operation(d, "createKey")["operationId"] = "makeKey".into(),
        place: "/paths",
        says: "src/ext/keys.rs",
    },
    Lacks {
        change: |d| operation(d, "listOrders")["operationId"] = "getOrders".into(),
        place: "/paths",
        says: "src/ext/orders.rs",
    },
    Lacks {
        change: |d| {
            let parameters = operation(d, "listOrders")["parameters"].as_array_mut().unwrap().iter_mut();
            parameters
                .filter(|parameter| parameter["name"] == "partner_order_id")
                .for_each(|parameter| parameter["name"] = "partners_order_id".into());
        },
        place: "/paths/~1v2~1orders/get",
        says: "it no longer has the parameter `partner_order_id`",
    },
    Lacks {
        change: |d| {
            let body = &mut operation(d, "patchReward")["requestBody"]["content"]["application/json"]["schema"];
            rename_property(body, "status", "state");
        },
        place: "/components/schemas/PatchRewardBody/properties/status",
        says: "no longer has this property",
    },
    Lacks {
        change: |d| {
            let values = schema(d, "RewardStatus")["enum"].as_array_mut().unwrap();
            values.retain(|value| value != "PENDING_DEDUCTION");
        },
        place: "/components/schemas/RewardStatus",
        says: "`PENDING_DEDUCTION`",
    },
    Lacks {
        change: |d| *d = rename_schema(&d.to_string(), "OrderLine", "OrderItem"),
        place: "/components/schemas/OrderBase/properties/order_lines",
        says: "Vec<OrderItem>",
    },
    Lacks {
        change: |d| rename_property(schema(d, "OrderLine"), "rewards_rate", "reward_rate"),
        place: "/components/schemas/OrderLine/properties/rewards_rate",
        says: "no longer has this property",
    },
    Lacks {
        change: |d| require_no_longer(schema(d, "OrderLine"), "rewards_rate"),
        place: "/components/schemas/OrderLine/properties/rewards_rate",
        says: "has become `Option<i64>`",
    },
    Lacks {
        change: |d| require_no_longer(schema(d, "OrderBase"), "total_order_amount"),
        place: "/components/schemas/OrderBase/properties/total_order_amount",
        says: "Option<i64>",
    },
];

#[test]
fn what_hand_written_code_names_is_missed_by_name() {
    for Lacks { change, place, says } in LACKS {
        let mut document = frozen::corrected();
        change(&mut document);
        let problem = first(&document).unwrap_or_else(|| panic!("{place} could go"));
        assert_eq!(problem.place, place, "{problem}");
        assert!(problem.message.contains(says), "{problem}");
    }
}
