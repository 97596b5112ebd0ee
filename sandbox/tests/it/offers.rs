//! Offers.

use imprint_client::OptionalExt;
use imprint_sandbox::{Product, Sandbox};
use serde_json::json;

use super::plain::{code, send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn customers_get_the_offer_of_the_product_and_some_are_prescreened() -> Test {
    let product = Product::default().offer("Earn $25", "Spend $500 in 90 days.");
    let sandbox = Sandbox::builder().product(product).start().await?;
    sandbox.customer("SCREENED").prescreened().create()?;
    sandbox.customer("NOT").create()?;
    let client = sandbox.client();
    let now = sandbox.now();
    let screened = client.get_offer().partner_customer_id("SCREENED").await?;
    assert_eq!((screened.title.as_str(), screened.description.as_str()), ("Earn $25", "Spend $500 in 90 days."));
    assert!(screened.is_prescreened);
    let id = screened.id.as_str();
    assert!(id.len() == 36 && !id.contains(|c: char| c.is_ascii_uppercase()), "{id}");
    let not = client.get_offer().partner_customer_id("NOT").await?;
    assert_eq!((&not.id, not.is_prescreened), (&screened.id, false));
    let nobody = send(&sandbox, "GET", "/v2/offers", None).await;
    assert_eq!((&nobody.body["id"], &nobody.body["is_prescreened"]), (&json!(id), &json!(false)));
    assert!(nobody.choices().contains(&"offer-without-customer"));
    assert!(nobody.choices().contains(&"offer-is-of-the-product"));
    assert_eq!(sandbox.now(), now, "reading changes nothing");

    // Who was screened stays so, whatever else is set up.
    sandbox.customer("SCREENED").first_name("Jo").create()?;
    assert!(client.get_offer().partner_customer_id("SCREENED").await?.is_prescreened);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_customer_who_does_not_exist_is_a_flat_404() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let error = client.get_offer().partner_customer_id("NOBODY").await.expect_err("no such customer");
    assert_eq!(code(&error), 404);
    assert!(client.get_offer().partner_customer_id("NOBODY").await.optional()?.is_none());
    let plain = send(&sandbox, "GET", "/v2/offers?partner_customer_id=NOBODY", None).await;
    assert_eq!((plain.status, &plain.body["type"]), (404, &json!("PARTNER_CUSTOMER_NOT_FOUND_ERROR")));
    assert_eq!((&plain.body["param"], plain.choices()), (&json!("partner_customer_id"), vec![]));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_product_has_an_offer_of_its_own_that_is_the_same_in_every_run() -> Test {
    let ids = async || -> Result<[String; 2], Box<dyn std::error::Error>> {
        let [one, two] = ["ONE", "TWO"].map(|key| Product::default().merchant_key(key));
        let sandbox = Sandbox::builder().product(one).product(two).start().await?;
        sandbox.customer("A").merchant_key("ONE").create()?;
        let authorization = format!("Bearer {}", sandbox.key().expose());
        let mut ids = Vec::new();
        for key in ["ONE", "TWO"] {
            let headers = [("authorization", authorization.as_str()), ("x-imprint-merchant-key", key)];
            let offer = send_with(&sandbox, "GET", "/v2/offers", None, &headers).await;
            ids.push(offer.body["id"].as_str().ok_or("an id")?.to_owned());
            let known = send_with(&sandbox, "GET", "/v2/offers?partner_customer_id=A", None, &headers).await;
            assert_eq!(known.status, if key == "ONE" { 200 } else { 404 });
        }
        Ok(<[String; 2]>::try_from(ids).map_err(|_| "two ids")?)
    };
    let first = ids().await?;
    assert_ne!(first[0], first[1]);
    assert_eq!(ids().await?, first);
    Ok(())
}
