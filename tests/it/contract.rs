//! The client against the document: what it sends, and what becomes of what it gets.

use std::collections::BTreeSet;

use imprint_client::operation;
use serde_json::{Value, json};

use super::spec::{Spec, Which};
use super::table;

mod answers;
mod path_guard;
mod requests;

#[test]
fn the_document_the_library_and_the_table_have_the_same_operations() {
    let spec = Spec::get();
    let document: Vec<_> = spec
        .operations()
        .iter()
        .map(|operation| (operation.id.as_str(), operation.method.as_str(), operation.path.as_str()))
        .collect();
    let library: Vec<_> = operation::ALL
        .iter()
        .map(|operation| (operation.id(), operation.method().as_str(), operation.path()))
        .collect();
    let sorted = |list: &[(&str, &str, &str)]| -> BTreeSet<String> {
        list.iter().map(|(id, method, path)| format!("{id} {method} {path}")).collect()
    };
    assert_eq!(sorted(&document), sorted(&library));
    assert_eq!(document.len(), library.len(), "an operation is there twice");

    let known: BTreeSet<_> = library.iter().map(|(id, ..)| *id).collect();
    let table: BTreeSet<_> = table::ids().collect();
    let missing: Vec<_> = known.difference(&table).collect();
    assert!(missing.is_empty(), "operations that no test calls, give them an entry in the table: {missing:?}");
    let gone: Vec<_> = table.difference(&known).collect();
    assert!(gone.is_empty(), "the table calls what is no operation: {gone:?}");
    assert_eq!(table::ids().count(), table.len(), "an entry is there twice");
}

/// Names that are required and no properties: no value can have them. A new one wants a look, and may be a renamed
/// field.
#[test]
fn the_document_requires_what_it_does_not_define_in_three_places_only() {
    assert_eq!(
        Spec::get().undefined_requirements(),
        ["OrdersResponse: orders", "PaymentMethod/properties/card: brand", "updateTransactionIntent: created_at"]
    );
}

/// A validator that accepts everything would make the other tests pass.
#[test]
fn the_validator_keeps_the_rules_of_the_document() {
    let spec = Spec::get();
    let check = |name: &str, value: Value| spec.validator(&spec.named(name)).is_valid(&value);
    let link = spec.compose(&spec.named("CustomerLink"), Which::All);
    assert!(check("CustomerLink", link.clone()));
    for (field, wrong) in
        [("customer_id", json!(7)), ("status", json!("GONE")), ("status", json!(null)), ("metadata", json!([]))]
    {
        let mut link = link.clone();
        link[field] = wrong;
        assert!(!check("CustomerLink", link.clone()), "{link}");
    }
    let mut without = link;
    without.as_object_mut().expect("an object").remove("status");
    assert!(!check("CustomerLink", without));
    // `nullable`, beside a type and beside an enum.
    assert!(check("Merchant", json!({"category": null})) && !check("Merchant", json!({"name": null})));
    assert!(check("PurchaseMethod", json!(null)) && !check("PurchaseMethod", json!("")));
    // Through references, in lists, and what limits a number, a text and a time.
    assert!(!check("OrderEventsResponse", json!({"data": [{"order_id": "O"}]})));
    assert!(check("DateOfBirth", json!({"year": 1990, "month": 12})) && !check("DateOfBirth", json!({"month": 13})));
    let changed = |name: &str, pointer: &str, value: &str| {
        let mut whole = spec.compose(&spec.named(name), Which::All);
        *whole.pointer_mut(pointer).expect("a place") = json!(value);
        check(name, whole)
    };
    assert!(changed("PaymentMethod", "/card/last4", "4321") && !changed("PaymentMethod", "/card/last4", "12345"));
    assert!(changed("Order", "/created_at", "2025-02-13T19:08:07Z") && !changed("Order", "/created_at", "soon"));
}
