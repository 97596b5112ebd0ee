//! Compares the generated client with the document that it is generated from.

use std::collections::BTreeSet;

use imprint_client::operation;
use imprint_sandbox::contract::Contract;

#[test]
fn the_client_has_every_operation_of_the_document() {
    let declared: BTreeSet<&str> =
        Contract::shared().operations().iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(operation::ALL.iter().map(|operation| operation.id()).collect::<BTreeSet<_>>(), declared);
    assert!(declared.len() > 20, "{declared:?}");
    let update = &operation::UPDATE_CUSTOMER;
    assert_eq!(
        (update.id(), update.method().as_str(), update.path()),
        ("updateCustomer", "POST", "/v2/customers/{customer_id}")
    );
    let pages = |id| operation::ALL.iter().any(|operation| operation.id() == id && operation.pages());
    assert!(pages("getRewards") && pages("searchCustomersPost") && !pages("getCustomer"));
}

#[test]
fn only_gets_puts_and_the_marked_searches_are_repeatable() {
    for operation in operation::ALL {
        let search = ["searchCustomersPost", "searchPaymentMethodsPost"].contains(&operation.id());
        let harmless = search || ["GET", "PUT"].contains(&operation.method().as_str());
        assert_eq!(operation.is_repeatable(), harmless, "{}", operation.id());
    }
}
