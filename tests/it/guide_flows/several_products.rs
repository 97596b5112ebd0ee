//! The flow of the page `several_products`: one client for each product.

use imprint_client::webhook::Event;
use imprint_client::{Client, Error};
use imprint_sandbox::{Product, RewardKind, Sandbox};

use super::{PARTNER_ID, Test, start_with, webhooks};

/// A partner with two products, and a client of each.
async fn products() -> Result<(Sandbox, Client, Client), Box<dyn std::error::Error>> {
    let product = |key: &str, program: &str| Product::default().merchant_key(key).program_name(program);
    let builder = Sandbox::builder().product(product("acme-travel", "Travel Card"));
    let (sandbox, client) = start_with(builder.product(product("acme-home", "Home Card"))).await?;
    let (travel, home) = (client.with_merchant_key("acme-travel"), client.with_merchant_key("acme-home"));
    Ok((sandbox, travel, home))
}

#[tokio::test]
async fn each_client_sees_its_own_product() -> Test {
    let (sandbox, travel, home) = products().await?;
    let customer = sandbox.customer(PARTNER_ID).merchant_key("acme-home").approved().await?.customer_id;
    sandbox.grant_reward(&customer, RewardKind::OneTime, 500).await?;
    assert_eq!(travel.search_rewards().limit(100).await?.data.len(), 0);
    assert_eq!(home.search_rewards().limit(100).await?.data.len(), 1);
    // A single call names another product.
    assert_eq!(travel.search_rewards().merchant_key("acme-home").await?.data.len(), 1);

    assert!(travel.find_customer(PARTNER_ID).await?.is_none());
    let found = home.find_customer(PARTNER_ID).await?.ok_or("the customer is not found")?;
    // The state of an account is kept for each program.
    assert_eq!(found.statuses.keys().collect::<Vec<_>>(), ["Home Card"]);

    let keys = webhooks(&sandbox)?.into_iter().map(|event| match event {
        Event::Application(event) => event.merchant_key,
        Event::PaymentMethod(event) => event.merchant_key,
        Event::Reward(event) => event.merchant_key,
        other => panic!("{other:?}"),
    });
    assert_eq!(keys.collect::<Vec<_>>(), vec![Some("acme-home".to_owned()); 3]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_merchant_key_that_cannot_be_sent_sends_nothing_and_an_unknown_one_is_refused() -> Test {
    let (sandbox, travel, _) = products().await?;
    for call in [travel.with_merchant_key("a\nb").search_rewards(), travel.search_rewards().merchant_key("a\nb")] {
        let error = call.await.unwrap_err();
        assert!(matches!(error, Error::Config(_) | Error::InvalidRequest(_)), "{error:?}");
    }
    assert!(sandbox.requests().is_empty());
    let error = travel.with_merchant_key("acme-pets").search_rewards().await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn one_key_is_for_all_products_and_a_rotation_changes_it_for_all() -> Test {
    let (sandbox, travel, home) = products().await?;
    sandbox.customer(PARTNER_ID).merchant_key("acme-travel").approved().await?;
    let new_travel = travel.rotate_key(async |_| Ok::<_, std::io::Error>(())).await?;
    // The new client has the merchant key of the one that it was called on.
    assert!(new_travel.find_customer(PARTNER_ID).await?.is_some());
    let refused = home.search_rewards().await.unwrap_err();
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(401));
    let new_home = new_travel.with_merchant_key("acme-home");
    assert!(new_home.find_customer(PARTNER_ID).await?.is_none());
    sandbox.verify()?;
    Ok(())
}
