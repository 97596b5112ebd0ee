//! Links.

use imprint_client::helpers::LinkError;
use imprint_sandbox::Sandbox;
use serde_json::json;

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_link_is_made_once_and_the_conflict_shows_it() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let session = client.create_session().await?;
    assert!(!session.id.as_str().is_empty());
    let customer = client.search_customers().await?.data[0].id.clone();
    let link = async |customer: &str, partner: &str| {
        client
            .link_customer_account()
            .customer_id(customer)
            .partner_customer_id(partner)
            .metadata(json!({"store": 7}))
            .await
    };
    let made = link(customer.as_str(), "A").await?;
    assert_eq!((made.customer_id.as_str(), made.status.as_str()), (customer.as_str(), "ACTIVE"));
    assert_eq!(serde_json::to_value(&made.metadata)?, json!({"store": 7}));
    assert_eq!(client.find_customer("A").await?.map(|found| found.id.clone()), Some(customer.clone()));

    let other = sandbox.customer("B").create()?;
    for (customer, partner) in [(customer.as_str(), "A"), (customer.as_str(), "C"), (other.as_str(), "A")] {
        let error = link(customer, partner).await.expect_err("a link is in the way");
        assert_eq!(code(&error), 409, "{error}");
        let imprint_client::Error::Api(error) = error else { panic!("an answer of the API") };
        let existing = error.existing_link().expect("the link");
        assert_eq!((existing.partner_customer_id.as_str(), &existing.created_at), ("A", &made.created_at));
    }
    assert!(matches!(client.ensure_linked(&customer, "A").await, Ok(link) if link.created_at == made.created_at));
    let elsewhere = client.ensure_linked(&customer, "C").await;
    assert!(matches!(elsewhere, Err(LinkError::LinkedElsewhere { .. })), "{elsewhere:?}");
    assert_eq!(code(&link("none", "Z").await.expect_err("no customer")), 404);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn the_existing_link_can_be_left_out() -> Test {
    let sandbox = Sandbox::builder().omit_existing_link().start().await?;
    let customer = sandbox.customer("A").create()?;
    let path = format!("/v2/customers/{customer}/link");
    let body = json!({"partner_customer_id": "A"});
    assert_eq!(send(&sandbox, "POST", &path, Some(body.clone())).await.status, 200);
    let refused = send(&sandbox, "POST", &path, Some(body)).await;
    assert_eq!(refused.body["error"]["type"], "CUSTOMER_ALREADY_LINKED");
    assert_eq!((refused.status, refused.body["error"].get("existing_link")), (409, None));
    assert!(refused.choices().contains(&"link-is-unique"));
    Ok(())
}

#[tokio::test]
async fn a_link_needs_a_partners_id() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    for body in [json!({}), json!({"partner_customer_id": ""}), json!({"partner_customer_id": 7})] {
        let refused = send(&sandbox, "POST", &format!("/v2/customers/{customer}/link"), Some(body)).await;
        assert_eq!(refused.status, 400);
        let details = refused.body["details"].as_array().expect("details");
        assert!(
            details.iter().any(|text| text.as_str().is_some_and(|t| t.starts_with("partner_customer_id: "))),
            "{details:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn only_a_link_that_the_customer_makes_in_an_app_is_an_event() -> Test {
    let sandbox = Sandbox::start().await?;
    let (one, two) = (sandbox.customer("A").create()?, sandbox.customer("B").create()?);
    sandbox.client().link_customer_account().customer_id(&one).partner_customer_id("X").await?;
    assert!(sandbox.events().is_empty());
    sandbox.link_in_app(&two, "Y").await?;
    let events = sandbox.events();
    assert_eq!((events.len(), events[0].object.as_str()), (1, "CUSTOMER_LINK"));
    assert_eq!(events[0].body["data"]["partner_customer_id"], "Y");
    let refused = sandbox.link_in_app(&two, "Z").await.expect_err("there is a link");
    assert_eq!(refused.code(), Some("CUSTOMER_ALREADY_LINKED"));
    assert_eq!(sandbox.events().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_customer_may_share_a_partners_id_by_a_link_and_goes_on_with_it() -> Test {
    let sandbox = Sandbox::start().await?;
    let (one, two) = (sandbox.customer("P").create()?, sandbox.customer("Q").create()?);
    let path = format!("/v2/customers/{two}/link");
    let linked = send(&sandbox, "POST", &path, Some(json!({"partner_customer_id": "P"}))).await;
    assert!(linked.status == 200 && linked.choices().contains(&"link-shares-partner-id"), "{linked:?}");
    for customer in [&one, &two] {
        let body = json!({"customer_id": customer.as_str(), "partner_customer_id": "P"});
        assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(body)).await.status, 201);
    }
    let body = json!({"customer_id": two.as_str(), "partner_customer_id": "Q"});
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(body)).await.status, 400);
    Ok(())
}
