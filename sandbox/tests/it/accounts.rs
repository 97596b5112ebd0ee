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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_accounts_at_once_see_only_themselves() -> Test {
    let sandbox = Sandbox::start().await?;
    let runs = (0..50).map(|number| {
        let account = sandbox.account(&format!("worker-{number}"));
        tokio::spawn(async move {
            let approved = account.customer("THE_SAME_EVERYWHERE").approved().await.expect("a customer");
            let client = account.client();
            for _ in 0..3 {
                client.create_session().body_map(|b| b.customer_id(&approved.customer_id)).await.expect("a session");
            }
            let all = client.search_customers().await.expect("customers");
            assert_eq!((all.total, &all.data[0].id), (Some(1), &approved.customer_id));
            assert_eq!((account.requests().len(), account.events().len()), (4, 2));
            approved.customer_id.to_string()
        })
    });
    let mut ids = std::collections::BTreeSet::new();
    for run in runs.collect::<Vec<_>>() {
        ids.insert(run.await?);
    }
    assert_eq!(ids.len(), 50, "each account has ids of its own");
    assert!(sandbox.requests().is_empty() && sandbox.bugs().is_empty());
    Ok(())
}
