//! Compares the client with the API document: the requests that it sends and the responses that it decodes.

use std::collections::BTreeSet;

use imprint_client::operation;
use serde_json::{Value, json};

use super::table;
use imprint_sandbox::contract::{Contract, PropertySet};

mod answers;
mod path_guard;
mod requests;

#[test]
fn the_document_the_library_and_the_table_have_the_same_operations() {
    let contract = Contract::shared();
    let document: Vec<_> = contract
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
    assert_eq!(document.len(), library.len(), "an operation is listed twice");

    let known: BTreeSet<_> = library.iter().map(|(id, ..)| *id).collect();
    let table: BTreeSet<_> = table::ids().collect();
    let missing: Vec<_> = known.difference(&table).collect();
    assert!(
        missing.is_empty(),
        "the generator wrote no row of the table of calls for these operations, so no test calls them: {missing:?}"
    );
    let gone: Vec<_> = table.difference(&known).collect();
    assert!(gone.is_empty(), "the table has entries for operations that do not exist: {gone:?}");
    assert_eq!(table::ids().count(), table.len(), "the table has two entries for one operation");
}

/// The document requires some names that it does not define as properties, so no value can have them. If a new one
/// appears, check whether a property was renamed.
#[test]
fn three_required_names_of_the_document_are_not_defined() {
    assert_eq!(
        Contract::shared().undefined_requirements(),
        ["OrdersResponse: orders", "PaymentMethod/properties/card: brand", "updateTransactionIntent: created_at"]
    );
}

/// The other tests send the only success answer that an operation declares.
#[test]
fn every_operation_has_one_success_answer() {
    for operation in Contract::shared().operations() {
        assert_eq!(operation.successes().count(), 1, "{}: the tests have to send each of them", operation.id);
    }
}

/// If the validator accepted everything, the other tests would pass without testing anything.
#[test]
fn the_validator_applies_the_schemas_of_the_document() {
    let contract = Contract::shared();
    let named = |name: &str| contract.named(name).expect("a schema");
    let check = |name: &str, value: Value| contract.check(named(name), &value).is_empty();
    let link = contract.compose(named("CustomerLink"), PropertySet::All);
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
    // `nullable` with a type and with an enum.
    assert!(check("Merchant", json!({"category": null})) && !check("Merchant", json!({"name": null})));
    assert!(check("PurchaseMethod", json!(null)) && !check("PurchaseMethod", json!("")));
    // References, items of lists, and the limits of a number, a text and a time.
    assert!(!check("OrderEventsResponse", json!({"data": [{"order_id": "O"}]})));
    assert!(check("DateOfBirth", json!({"year": 1990, "month": 12})) && !check("DateOfBirth", json!({"month": 13})));
    let changed = |name: &str, pointer: &str, value: &str| {
        let mut whole = contract.compose(named(name), PropertySet::All);
        *whole.pointer_mut(pointer).expect("a place") = json!(value);
        check(name, whole)
    };
    assert!(changed("PaymentMethod", "/card/last4", "4321") && !changed("PaymentMethod", "/card/last4", "12345"));
    assert!(changed("Order", "/created_at", "2025-02-13T19:08:07Z") && !changed("Order", "/created_at", "soon"));
}
