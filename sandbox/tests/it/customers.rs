//! Customers: searching both ways, reading, updating.

use imprint_client::OptionalExt;
use imprint_client::types::DateOfBirth;
use imprint_sandbox::Sandbox;
use serde_json::json;

use super::plain::{code, send};

#[tokio::test]
async fn a_search_finds_those_who_match_all_filters() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let first = sandbox.customer("A").ssn("123456789").date_of_birth(1990, 1, 2).create()?;
    let second = sandbox.customer("B").ssn("987654321").date_of_birth(1990, 3, 4).create()?;
    let client = sandbox.client();

    let by_get = client.search_customers().partner_customer_id("B").await?;
    assert_eq!(by_get.data.iter().map(|c| &c.id).collect::<Vec<_>>(), [&second]);
    let all = client.search_customers().await?;
    assert_eq!((all.data.len(), all.total, all.has_more), (2, Some(2), Some(false)));

    let by_ssn = client.search_customers_post().body_map(|b| b.ssn("123456789")).await?;
    assert_eq!(by_ssn.data.iter().map(|c| &c.id).collect::<Vec<_>>(), [&first]);
    assert_eq!(by_ssn.data[0].ssn4.as_ref().map(|s| s.expose()), Some("6789"));
    let born = |day: i64| DateOfBirth::builder().year(1990).month(1).day(day);
    let by_birth = client.search_customers_post().body_map(|b| b.date_of_birth(born(2))).await?;
    assert_eq!(by_birth.data.len(), 1);
    let none = client.search_customers_post().body_map(|b| b.date_of_birth(born(2)).partner_customer_id("B")).await?;
    assert_eq!((none.data.len(), none.total), (0, Some(0)));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_update_is_merged_and_stays() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let id = sandbox.customer("A").email("a@example.com").create()?;
    let client = sandbox.client();
    let before = client.get_customer().customer_id(&id).await?;
    let call = client.update_customer().customer_id(&id);
    let updated = call.city("Austin").state("TX").metadata(json!({"tier": 1})).await?;
    assert_eq!(updated.address.as_ref().and_then(|a| a.city.as_deref()), Some("Austin"));
    assert_eq!(updated.address.as_ref().and_then(|a| a.country.as_deref()), Some("USA"));
    assert_eq!(updated.email.as_deref(), Some("a@example.com"));
    assert_ne!(updated.updated_at, before.updated_at);
    assert_eq!(updated.created_at, before.created_at);
    let read = client.get_customer().customer_id(&id).await?;
    assert_eq!(serde_json::to_value(&*read)?, serde_json::to_value(&*updated)?);
    let replaced = client.update_customer().customer_id(&id).metadata(json!({"other": 2})).await?;
    assert_eq!(serde_json::to_value(&replaced.metadata)?, json!({"other": 2}));
    Ok(())
}

#[tokio::test]
async fn ids_are_found_in_any_letter_case_and_others_are_a_flat_404() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let id = sandbox.customer("A").create()?;
    let client = sandbox.client();
    let found = client.get_customer().customer_id(id.as_str().to_ascii_lowercase()).await?;
    assert_eq!(found.id, id);
    let error = client.get_customer().customer_id("CSMR-v1-123").await.expect_err("no such customer");
    assert_eq!(code(&error), 404);
    assert!(client.get_customer().customer_id("CSMR-v1-123").await.optional()?.is_none());
    let plain = send(&sandbox, "GET", "/v2/customers/CSMR-v1-123", None).await;
    assert_eq!((plain.status, &plain.body["type"]), (404, &json!("CUSTOMER_NOT_FOUND_ERROR")));
    assert_eq!(plain.body["param"], "customer_id");
    let update = client.update_customer().customer_id("CSMR-v1-123").city("Austin").await.expect_err("none");
    assert_eq!(code(&update), 404);
    Ok(())
}
