//! The generated types: they accept unknown and missing data, serialize exactly, and do not show personal data.

use imprint_client::{Error, Secret, types};
use serde_json::json;

use super::support::{json, payload};

#[test]
fn an_unknown_enum_value_is_kept_and_serialized_unchanged() {
    for (status, known) in [("ACTIVE", true), ("SUSPENDED", false), ("", false)] {
        let status: types::CustomerLinkStatus = serde_json::from_value(json!(status)).expect("any text is accepted");
        assert_eq!(!matches!(status, types::CustomerLinkStatus::Unrecognized(_)), known);
    }
    let kind: types::RewardType = serde_json::from_value(json!("TRANSACTIONAL")).expect("any text is accepted");
    assert_eq!(kind, types::RewardType::Unrecognized("TRANSACTIONAL".into()));
    assert_eq!(serde_json::to_value(&kind).expect("text"), json!("TRANSACTIONAL"));
    assert_eq!(types::PurchaseMethod::from("UNKNOWN"), types::PurchaseMethod::Unknown);
    assert_eq!(types::PaymentMethodCardNetwork::from(""), types::PaymentMethodCardNetwork::Empty);
}

#[test]
fn a_null_or_absent_list_or_map_is_empty() {
    let base = json!({"id": "P", "type": "CARD", "customer_id": "C", "created_at": "x", "status": "ACTIVE"});
    for metadata in [json!(null), json!({})] {
        let mut method = base.clone();
        method["metadata"] = metadata;
        method["card"] = json!({"last4": "1234", "tokens": null, "pci_details": null});
        let method: types::PaymentMethod = serde_json::from_value(method).expect("a payment method");
        assert!(method.metadata.is_empty() && method.card.expect("a card").tokens.is_empty());
    }
    let absent: types::PaymentMethod = serde_json::from_value(base).expect("a payment method");
    assert!(absent.metadata.is_empty());
    let orders: types::OrdersResponse = serde_json::from_value(json!({"data": null, "new_field": 1})).expect("a page");
    assert!(orders.data.is_empty());
}

#[test]
fn required_names_that_are_not_defined_are_not_required() {
    // The document requires `brand` of a card, `orders` of a page of orders and `created_at` of the update of an
    // intent, but does not define them.
    let card: types::PaymentMethodCard = serde_json::from_value(json!({"last4": "1234"})).expect("a card");
    assert_eq!(card.last4, "1234");
    let body = types::UpdateTransactionIntentBody::builder().customer_id("C").amount(1).status("CANCELED").build();
    assert!(body.is_ok());
}

#[test]
fn values_outside_of_the_documents_limits_are_read() {
    let card: types::PaymentMethodCard = serde_json::from_value(json!({"last4": "12345"})).expect("a card");
    assert_eq!(card.last4, "12345");
    let born: types::DateOfBirth = serde_json::from_value(json!({"year": 1850, "month": 13})).expect("a date");
    assert_eq!((born.year, born.month, born.day), (Some(1850), Some(13), None));
}

#[test]
fn setters_accept_plain_values_options_and_references() {
    let customer = types::CustomerId::from("C");
    let text = String::from("C");
    let build = |builder: types::builder::CreateSessionBodyBuilder| builder.build().expect("nothing is required");
    let by_id = build(types::CreateSessionBody::builder().customer_id(&customer).transaction_amount(34_000));
    let by_text = build(types::CreateSessionBody::builder().customer_id(&text).transaction_amount(Some(34_000_i64)));
    let by_owned = build(types::CreateSessionBody::builder().customer_id(text).transaction_amount(34_000_i64));
    let by_option = build(types::CreateSessionBody::builder().customer_id(Some("C")).transaction_amount(34_000_u32));
    assert!([&by_text, &by_owned, &by_option].iter().all(|other| **other == by_id));
    let cleared = build(types::CreateSessionBody::builder().customer_id("C").customer_id(None::<&str>));
    assert_eq!(cleared.customer_id, None);
}

#[test]
fn a_value_can_be_turned_back_into_its_builder() {
    let line = types::OrderLine::builder()
        .name("Couch")
        .quantity(1)
        .rate(274_999)
        .rewards_rate(2_500)
        .build()
        .expect("a line");
    let order = types::OrderBase::builder()
        .payment_method_id("P")
        .partner_order_id("O")
        .total_order_amount(274_999)
        .order_lines(vec![line])
        .build()
        .expect("an order");
    let changed = types::builder::OrderBaseBuilder::from(order.clone()).currency("USD").build().expect("an order");
    assert_eq!((changed.currency.as_deref(), &changed.order_lines), (Some("USD"), &order.order_lines));
}

#[test]
fn build_reports_all_missing_fields_by_their_api_names() {
    let error = types::OrderEventBase::builder().amount(1).build().expect_err("three fields are missing");
    assert!(matches!(error, Error::InvalidRequest(_)));
    let said = error.to_string();
    for name in ["order_id", "type", "network_transaction_id"] {
        assert!(said.contains(name), "{said} does not name {name}");
    }
    assert!(!said.contains("type_") && !said.contains("amount"), "{said}");
}

#[test]
fn a_nested_value_can_be_set_as_a_value_or_as_its_builder() {
    let line = || types::OrderLine::builder().name("Couch").quantity(1).rate(2).rewards_rate(0);
    let order = || types::OrderBase::builder().payment_method_id("P").partner_order_id("O").total_order_amount(2);
    let finished = order().order_lines(vec![line().build().expect("a line")]).build().expect("an order");
    for same in [order().order_lines([line()]), order().order_lines(Some([line()])), order().order_lines(Some(line()))]
    {
        assert_eq!(same.build().expect("an order"), finished);
    }
    let lines = finished.order_lines.iter().cloned();
    assert_eq!(order().order_lines(lines).build().expect("an order"), finished);

    let address = types::Address::builder().city("Rome");
    let intent = |address| types::CreateTransactionIntentBody::builder().merchant_address(address);
    let finished = types::builder::CreateTransactionIntentBodyBuilder::default()
        .merchant_address(address.clone().build().expect("nothing is required"));
    assert_eq!(format!("{finished:?}"), format!("{:?}", intent(Some(address))));
    assert!(!format!("{finished:?}").contains("Rome"));
}

#[test]
fn missing_fields_of_nested_values_are_reported_with_their_path() {
    let line = types::OrderLine::builder();
    let order = types::OrderBase::builder()
        .partner_order_id("O")
        .order_lines([line.clone().name("a").quantity(1).rate(2).rewards_rate(0), line.name("b").quantity(1)]);
    let error = order.clone().build().expect_err("four are missing");
    let missing = ["payment_method_id", "total_order_amount", "order_lines[1].rate", "order_lines[1].rewards_rate"];
    let Error::InvalidRequest(details) = &error else { panic!("{error}") };
    assert_eq!(details.missing(), missing);
    assert_eq!(
        error.to_string(),
        "OrderBase needs payment_method_id, total_order_amount, order_lines[1].rate and order_lines[1].rewards_rate"
    );
    // Setting a field again replaces the invalid value.
    let order = order.payment_method_id("P").total_order_amount(2).order_lines(None::<Vec<types::OrderLine>>);
    assert!(order.build().expect("an order").order_lines.is_empty());
}

#[test]
fn metadata_accepts_any_value_that_serializes_into_an_object() {
    #[derive(serde::Serialize)]
    struct Mine {
        tier: &'static str,
    }
    let body = || types::LinkCustomerAccountBody::builder().partner_customer_id("P");
    let map = json!({"tier": "gold"}).as_object().cloned().expect("a map");
    for same in [
        body().metadata(json!({"tier": "gold"})),
        body().metadata(&map),
        body().metadata(Some(map.clone())),
        body().metadata(Mine { tier: "gold" }),
        body().metadata([("tier", "gold")]),
        body().metadata(vec![("tier".to_owned(), json!("gold"))]),
        body().metadata(7).metadata(json!({"tier": "gold"})),
    ] {
        assert_eq!(same.build().expect("a body").metadata, map);
    }
    assert!(body().metadata(&map).metadata(None::<Mine>).build().expect("a body").metadata.is_empty());
    let session = types::CreateSessionBody::builder().customer_metadata([("tier", "gold")]).build().expect("a body");
    assert_eq!(session.customer_metadata["tier"], "gold");
}

#[tokio::test]
async fn metadata_that_is_not_an_object_is_refused_without_its_value() {
    let (server, client) = super::support::server_responding(200, "{}").await;
    for (metadata, says) in
        [(json!("4111111592341815"), "must be an object"), (json!([["4111111592341815"]]), "must be an object")]
    {
        let call = client.link_customer_account().body_map(|b| b.metadata(metadata));
        let error = call.send().await.expect_err("the metadata is not an object");
        assert_eq!(
            error.to_string(),
            format!(
                "linkCustomerAccount needs customer_id and partner_customer_id, and metadata {says}; nothing was sent"
            )
        );
        let Error::InvalidRequest(details) = &error else { panic!("{error}") };
        assert_eq!(details.invalid().collect::<Vec<_>>(), ["metadata"]);
        assert!(!format!("{error:?}").contains("4111"));
    }
    let texts = types::CreateSessionBody::builder().customer_metadata(json!({"year": 2019})).build();
    assert_eq!(
        texts.expect_err("a number").to_string(),
        "CreateSessionBody: customer_metadata must have text values only"
    );
    drop(server);
}

#[test]
fn debug_shows_neither_secrets_nor_personal_data() {
    let customer: types::Customer =
        serde_json::from_str(&payload("updateCustomer--seed-002.json")).expect("a customer");
    let method: types::PaymentMethod =
        serde_json::from_str(&payload("getPaymentMethod--openapi-composed.json")).expect("a payment method");
    let shown =
        format!("{customer:?} {customer:#?} {method:?} {:?}", types::builder::CustomerBuilder::from(customer.clone()));
    for hidden in [
        "customer@example.com",
        "John",
        "Doe",
        "+14155552671",
        "123 Main St",
        "94105",
        "1990",
        "1234\")",
        "5105105105105100",
    ] {
        assert!(!shown.contains(hidden), "{hidden} is shown: {shown}");
    }
    assert!(shown.contains("[REDACTED]") && shown.contains("9B5E1EE0"), "{shown}");
    // The fields and accessors still return the values.
    assert_eq!(customer.email.as_deref(), Some("customer@example.com"));
    let pci = method.card.and_then(|card| card.pci_details).expect("details");
    assert_eq!(pci.pan.as_ref().map(Secret::expose), Some("5105105105105100"));
}

#[test]
fn a_timestamp_keeps_the_text_that_was_sent() {
    for text in ["2025-02-13T19:08:07.000Z", "2025-02-13T19:08:07Z", "2025-01-20T18:18:22.923+00:00", "soon"] {
        let mut link = json(&payload("linkCustomerAccount--openapi-composed.json"));
        link["created_at"] = json!(text);
        let link: types::CustomerLink = serde_json::from_value(link).expect("a link");
        assert_eq!(serde_json::to_value(&link.created_at).expect("text"), json!(text));
    }
}

#[test]
fn an_order_that_was_read_can_be_sent() {
    let order: types::Order = serde_json::from_str(&payload("createOrder--docs-newer.json")).expect("an order");
    let builder = types::builder::OrderBaseBuilder::from(order);
    assert!(builder.total_order_amount(1).build().is_ok());
}

#[test]
fn builders_and_types_are_send_sync_and_static() {
    fn assert_send_and_sync<T: Send + Sync + Clone + 'static>() {}
    assert_send_and_sync::<imprint_client::Client>();
    assert_send_and_sync::<imprint_client::calls::GetRewards>();
    assert_send_and_sync::<types::builder::CreateSessionBodyBuilder>();
    assert_send_and_sync::<types::Customer>();
    fn assert_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_error::<Error>();
}
