//! Lists: pages, cursors and totals.

use imprint_sandbox::{ApprovedCustomer, Sandbox};
use serde_json::json;

use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

async fn with_customers(count: usize) -> Result<Sandbox, Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    for number in 0..count {
        sandbox.customer(format!("PARTNER_{number}")).create()?;
    }
    Ok(sandbox)
}

#[tokio::test]
async fn pages_of_any_size_are_the_whole_list_in_order() -> Test {
    let sandbox = with_customers(23).await?;
    let client = sandbox.client();
    let whole = client.search_customers().limit(100).stream().collect_all(100).await?;
    let names: Vec<_> = whole.iter().filter_map(|c| c.partner_customer_id.as_ref().map(ToString::to_string)).collect();
    assert_eq!(names, (0..23).map(|number| format!("PARTNER_{number}")).collect::<Vec<_>>());
    for limit in [1, 2, 7, 22, 23, 24] {
        let pages = client.search_customers().limit(limit).stream().collect_all(100).await?;
        let posted = client.search_customers_post().body_map(|b| b.limit(limit)).stream().collect_all(100).await?;
        for list in [pages, posted] {
            assert_eq!(list.iter().map(|c| &c.id).collect::<Vec<_>>(), whole.iter().map(|c| &c.id).collect::<Vec<_>>());
        }
    }
    let first = client.search_customers().await?;
    assert_eq!((first.data.len(), first.has_more, first.total), (10, Some(true), Some(23)));
    let last = client.search_customers().limit(3).starting_after(whole[19].id.as_str()).await?;
    assert_eq!((last.data.len(), last.has_more, last.total), (3, Some(false), Some(23)));
    let after = client.search_customers().starting_after(whole[22].id.as_str()).await?;
    assert!(after.data.is_empty() && after.has_more == Some(false));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_limit_below_one_and_an_unknown_cursor_are_refused() -> Test {
    let sandbox = with_customers(1).await?;
    for (query, param) in
        [("limit=0", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("starting_after=none", "starting_after")]
    {
        let refused = send(&sandbox, "GET", &format!("/v2/customers?{query}"), None).await;
        assert_eq!((refused.status, refused.body["error"]["param"].as_str()), (400, Some(param)), "{query}");
    }
    let large = send(&sandbox, "GET", "/v2/customers?limit=100000", None).await;
    assert_eq!(large.status, 200);
    assert!(large.choices().contains(&"list-limit-has-no-maximum"));
    assert!(large.choices().contains(&"list-total-counts-matches"));
    Ok(())
}

#[tokio::test]
async fn a_list_without_paging_in_the_document_has_everything_and_no_counts() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    for _ in 0..11 {
        sandbox.customer("A").approved().await?;
    }
    let path = format!("/v2/customers/{}/payment_methods?limit=1", customer.customer_id);
    let list = send(&sandbox, "GET", &path, None).await;
    assert_eq!(list.body["data"].as_array().map(Vec::len), Some(12));
    assert_eq!(list.body.as_object().map(|body| body.len()), Some(1));
    let log = sandbox.requests().to("getPaymentMethods");
    assert_eq!(log[0].notes, ["limit ignored"]);
    Ok(())
}

#[tokio::test]
async fn a_cursor_is_an_item_of_the_list_or_one_that_was_deleted_from_it() -> Test {
    let sandbox = with_customers(3).await?;
    let elsewhere = sandbox.customer("OTHER").merchant_key("OTHER").create()?;
    let one = sandbox.customer("PARTNER_0").approved().await?;
    let two = sandbox.customer("PARTNER_1").approved().await?;
    let buy = async |customer: &ApprovedCustomer| {
        let body =
            json!({"payment_method_id": customer.payment_method.as_str(), "status": "CAPTURED", "amount": 5_000});
        send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await.body
    };
    let (_, other) = (buy(&one).await, buy(&two).await);
    let reward = sandbox.client().get_rewards().customer_id(&two.customer_id).await?.data[0].id.clone();
    let transaction = other["transaction_id"].as_str().ok_or("an id")?;
    let of_one = format!("/v2/customers/{}", one.customer_id);
    for (path, cursor) in [
        ("/v2/customers".to_owned(), elsewhere.as_str()),
        (format!("{of_one}/transactions"), transaction),
        (format!("{of_one}/rewards"), reward.as_str()),
    ] {
        let refused = send(&sandbox, "GET", &format!("{path}?starting_after={cursor}"), None).await;
        assert_eq!((refused.status, refused.body["error"]["param"].as_str()), (400, Some("starting_after")), "{path}");
        assert!(refused.choices().contains(&"list-cursor-unknown"), "{refused:?}");
    }
    let lower = one.customer_id.as_str().to_ascii_lowercase();
    let page = send(&sandbox, "GET", &format!("/v2/customers?starting_after={lower}"), None).await;
    assert_eq!((page.status, page.body["data"].as_array().map(Vec::len)), (200, Some(2)));
    assert!(page.choices().contains(&"ids-ignore-case"), "{page:?}");
    Ok(())
}
