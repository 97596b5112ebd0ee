//! What hand-written code needs of the API: `openapi/needs.yaml` lists all of it and nothing else, and a document without it
//! is refused by name.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use xtask::{
    files::Files,
    pipeline::{self, run, walk},
};

use crate::repository::{DOCUMENT, OVERLAY, client, client_methods, corrected, doc_comment};

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
        let problem = pipeline::generate(&document).err().unwrap_or_else(|| panic!("{id} could answer nothing"));
        assert_eq!(problem.operation.as_deref(), Some(id.as_str()), "{problem}");
        assert!(problem.message.contains(&format!("answers `nothing` where `{answer}`")), "{problem}");
        assert!(problem.message.contains(&used_by), "{problem}");
    }
    assert!(tried > 8, "only {tried} operations are needed with their answer");
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
    assert!(problem.message.contains("src/ext/links.rs"), "{problem}");
}

/// Changes of the document that remove what hand-written code names: from, to, the place and a part of the message.
#[test]
fn what_hand_written_code_names_is_missed_by_name() {
    for (from, to, place, says) in [
        ("operationId: createKey", "operationId: makeKey", "createKey", "src/ext/keys.rs"),
        ("operationId: listOrders\n", "operationId: getOrders\n", "listOrders", "src/ext/orders.rs"),
        (
            "- name: partner_order_id",
            "- name: partners_order_id",
            "/paths/~1v2~1orders/get",
            "it no longer has the parameter `partner_order_id`",
        ),
        (
            "                status:\n                  $ref: '#/components/schemas/RewardStatus'\n                  description: >-\n                    Status to move",
            "                state:\n                  $ref: '#/components/schemas/RewardStatus'\n                  description: >-\n                    Status to move",
            "/components/schemas/PatchRewardBody/properties/status",
            "no longer has this property",
        ),
        ("- PENDING_DEDUCTION", "- DEDUCTING", "/components/schemas/RewardStatus", "`PENDING_DEDUCTION`"),
        (
            "\n    OrderLine:\n",
            "\n    OrderItem:\n",
            "/components/schemas/OrderBase/properties/order_lines",
            "Vec<OrderItem>",
        ),
        (
            "        rewards_rate:\n",
            "        reward_rate:\n",
            "/components/schemas/OrderLine/properties/rewards_rate",
            "no longer has this property",
        ),
        (
            "      - rewards_rate\n",
            "",
            "/components/schemas/OrderLine/properties/rewards_rate",
            "has become `Option<i64>`",
        ),
        (
            "      - total_order_amount\n",
            "",
            "/components/schemas/OrderBase/properties/total_order_amount",
            "Option<i64>",
        ),
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
