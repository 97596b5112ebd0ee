//! Compares the generated client with the document that it is generated from.

use imprint_client::operation;

#[test]
fn the_client_has_every_operation_of_the_document() {
    assert_eq!(operation::ALL.len(), 36);
    let update = &operation::UPDATE_CUSTOMER;
    assert_eq!(
        (update.id(), update.method().as_str(), update.path()),
        ("updateCustomer", "POST", "/v2/customers/{customer_id}")
    );
    let pages = operation::ALL.iter().filter(|operation| operation.pages()).count();
    assert_eq!(pages, 8);
}

#[test]
fn only_gets_puts_and_the_marked_searches_are_repeatable() {
    for operation in operation::ALL {
        let search = ["searchCustomersPost", "searchPaymentMethodsPost"].contains(&operation.id());
        let harmless = search || ["GET", "PUT"].contains(&operation.method().as_str());
        assert_eq!(operation.is_repeatable(), harmless, "{}", operation.id());
    }
}
