//! Payment methods: searching, reading, and what the bank does.

use imprint_client::Client;
use imprint_client::types::PaymentMethodType::{Card, Loan};
use imprint_sandbox::{Permissions, Sandbox, TokenKind};

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

async fn pci(sandbox: &Sandbox) -> Result<Client, Box<dyn std::error::Error>> {
    Ok(sandbox.client_builder().api_key(sandbox.add_key("pci", Permissions::PCI)).build()?)
}

#[tokio::test]
async fn they_are_found_by_customer_type_and_number() -> Test {
    let sandbox = Sandbox::start().await?;
    let (one, two) = (sandbox.customer("A").approved().await?, sandbox.customer("B").approved().await?);
    let client = pci(&sandbox).await?;
    let of = |customer: &imprint_client::types::CustomerId| client.search_payment_methods().customer_id(customer);
    assert_eq!(of(&one.customer_id).await?.data[0].id, one.payment_method);
    assert_eq!(of(&one.customer_id).type_(Card).await?.total, Some(1));
    assert_eq!(of(&one.customer_id).type_(Loan).await?.total, Some(0));
    let method = client.get_payment_method().payment_method_id(&two.payment_method).await?;
    let card = method.card.as_ref().ok_or("a card")?;
    let details = card.pci_details.as_ref().ok_or("the details")?;
    let pan = details.pan.as_ref().ok_or("a number")?.expose().to_owned();
    assert!(pan.len() == 16 && pan.ends_with(card.last4.as_str()));
    let by_pan =
        |customer| client.search_payment_methods_post().body_map(|b| b.customer_id(customer).pan(pan.as_str()));
    assert_eq!(by_pan(&two.customer_id).await?.data.len(), 1);
    assert_eq!(by_pan(&one.customer_id).await?.data.len(), 0);

    let unknown = send(&sandbox, "GET", "/v2/payment_methods?customer_id=none", None).await;
    assert_eq!((unknown.status, unknown.body["total"].as_i64()), (200, Some(0)));
    assert!(unknown.choices().contains(&"payment-methods-of-unknown-customer"));
    let missing = send(&sandbox, "GET", "/v2/payment_methods", None).await;
    assert_eq!((missing.status, missing.body["error"]["param"].as_str()), (400, Some("customer_id")));
    let posted = send(&sandbox, "POST", "/v2/payment_methods", Some(serde_json::json!({}))).await;
    assert_eq!((posted.status, posted.body["details"][0].as_str()), (400, Some("customer_id: is required")));
    let listed = client.get_payment_methods().customer_id("none").await.expect_err("no such customer");
    assert_eq!(code(&listed), 404);
    let read = client.get_payment_method().payment_method_id("none").await.expect_err("no such payment method");
    assert_eq!(code(&read), 404);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_card_is_issued_again_and_tokenized() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let client = pci(&sandbox).await?;
    let pan = async || -> Result<String, Box<dyn std::error::Error>> {
        let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
        let details = method.card.as_ref().and_then(|card| card.pci_details.as_ref()).ok_or("details")?;
        Ok(details.pan.as_ref().ok_or("a number")?.expose().to_owned())
    };
    let before = pan().await?;
    let control = sandbox.payment_method(customer.payment_method.as_str());
    let token = control.tokenize(TokenKind::Adyen).await?;
    let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
    let tokens = &method.card.as_ref().ok_or("a card")?.tokens;
    assert_eq!((tokens.len(), tokens[0].type_.as_str(), &tokens[0].token), (1, "ADYEN", &token));
    control.reissue().await?;
    let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
    assert!(method.card.as_ref().is_some_and(|card| card.tokens.is_empty()));
    assert_ne!(pan().await?, before);
    control.cancel().await?;
    for refused in
        [control.activate().await, control.reissue().await, control.tokenize(TokenKind::Worldpay).await.map(drop)]
    {
        assert!(refused.is_err());
    }
    assert!(sandbox.payment_method("none").activate().await.is_err());
    Ok(())
}
