//! Accounts and products: who sees what.

use imprint_sandbox::{Product, Sandbox};

use super::plain::code;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn what_one_account_has_does_not_exist_for_another() -> Test {
    let sandbox = Sandbox::start().await?;
    let other = sandbox.account("other");
    let (mine, theirs) = (sandbox.customer("A").approved().await?, other.customer("A").approved().await?);
    assert_ne!(mine.customer_id, theirs.customer_id);
    for (client, unseen) in [(sandbox.client(), &theirs), (other.client(), &mine)] {
        assert_eq!(client.search_customers().await?.total, Some(1));
        let customer = client.get_customer().customer_id(&unseen.customer_id).await.expect_err("of the other account");
        let method = client.get_payment_method().payment_method_id(&unseen.payment_method).await;
        assert_eq!((code(&customer), code(&method.expect_err("too"))), (404, 404));
    }
    assert_eq!(other.requests().len(), 3);
    assert!(sandbox.account("other").client().search_customers().await?.total == Some(1), "it is opened once");
    let before = other.now();
    sandbox.advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(other.now(), before);
    Ok(())
}

#[tokio::test]
async fn what_one_product_has_does_not_exist_for_another() -> Test {
    let sandbox = Sandbox::start().await?;
    let store = sandbox.client_builder().merchant_key("STORE").build()?;
    let customer = sandbox.customer("A").merchant_key("STORE").approved().await?;
    assert_eq!(store.get_customer().customer_id(&customer.customer_id).await?.id, customer.customer_id);
    let unseen = sandbox.client().get_customer().customer_id(&customer.customer_id).await.expect_err("another product");
    assert_eq!(code(&unseen), 404);
    assert_eq!(sandbox.client().search_customers().await?.total, Some(0));
    // The same id of the partner is another customer there.
    let same = sandbox.customer("A").create()?;
    assert_ne!(same, customer.customer_id);
    sandbox.client().link_customer_account().customer_id(&same).partner_customer_id("L").await?;
    store.link_customer_account().customer_id(&customer.customer_id).partner_customer_id("L").await?;
    Ok(())
}

#[tokio::test]
async fn a_merchant_key_of_no_declared_product_is_refused() -> Test {
    let product = Product::default().merchant_key("STORE").program_name("Store Card");
    let sandbox = Sandbox::builder().product(product).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let client = sandbox.client();
    let shown = client.get_customer().customer_id(&customer.customer_id).await?;
    assert!(shown.statuses.contains_key("Store Card"));
    client.get_customer().customer_id(&customer.customer_id).merchant_key("STORE").await?;
    let refused = client.search_customers().merchant_key("SHOP").await.expect_err("no such product");
    assert_eq!(code(&refused), 400);
    assert!(sandbox.customer("B").merchant_key("SHOP").create().is_err());
    Ok(())
}
