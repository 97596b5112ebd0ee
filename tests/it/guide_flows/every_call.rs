//! The flow of the page `every_call`: how values are read, when an attempt is repeated, and what each error tells.

use std::time::Duration;

use imprint_client::types::{CustomerId, PaymentMethodStatus};
use imprint_client::{CallOptions, Error, ErrorKind, Method, OptionalExt, Response, RetryPolicy};
use imprint_sandbox::{ErrorShapes, Fault, Permissions, Sandbox};

use super::{PARTNER_ID, Test, start, start_with};

/// What a fault does to the next request.
type Strike = fn(Fault) -> Fault;

#[tokio::test]
async fn values_that_the_document_does_not_have_are_read() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    sandbox.on("getPaymentMethod").next(1).unknown_enum("/status").extra_fields().null("/card/tokens");
    let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
    assert!(matches!(method.status, PaymentMethodStatus::Unrecognized(_)), "{:?}", method.status);
    assert!(method.card.as_ref().is_some_and(|card| card.tokens.is_empty()));

    sandbox.on("getCustomer").next(1).lower_case_ids();
    let read = client.get_customer().customer_id(&customer.customer_id).await?;
    assert_ne!(read.id, customer.customer_id);
    assert!(read.id.as_str().eq_ignore_ascii_case(customer.customer_id.as_str()));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_list_has_to_be_there_and_an_error_under_200_is_one() -> Test {
    let (sandbox, client) = start().await?;
    sandbox.on("searchCustomers").next(1).null("/data");
    assert!(client.search_customers().await?.data.is_empty());
    sandbox.on("searchCustomers").next(1).without("/data");
    let error = client.search_customers().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    sandbox.on("searchCustomers").next(1).status(403).as_200();
    let error = client.search_customers().await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status().as_u16() == 200), "{error:?}");
    sandbox.verify()?;
    Ok(())
}

/// A GET, a POST that creates something, and a DELETE, as the columns of the table of the page.
const OPERATIONS: [&str; 3] = ["getCustomer", "createSession", "deleteOrder"];

#[tokio::test]
async fn the_table_of_retries_holds() -> Test {
    let rows: [(&str, Strike, [bool; 3], bool); 7] = [
        ("the connection broke", |fault| fault.refuse_before(), [true, false, false], true),
        ("the answer was lost", |fault| fault.lose_answer(), [true, false, false], true),
        ("the attempt timed out", |fault| fault.hang(), [true, false, false], true),
        ("503", |fault| fault.status(503), [true, false, false], true),
        ("429 with retry-after", |fault| fault.status(429).retry_after(0), [true, true, false], false),
        ("429 without", |fault| fault.status(429), [true, false, false], false),
        ("a page of a proxy with another status", |fault| fault.html(403), [false, false, false], false),
    ];
    for (name, strike, repeated, may_be_processed) in rows {
        let (sandbox, client) = start().await?;
        let customer = sandbox.customer(PARTNER_ID).approved().await?;
        let order = client.create_order().partner_order_id("o-1").total_order_amount(1);
        let order = order.payment_method_id(customer.payment_method).await?.into_inner().id.ok_or("no id")?;
        let options = CallOptions::new().attempt_timeout(Duration::from_millis(300));
        let client = client.with_options(options);
        for (operation, is_repeated) in OPERATIONS.into_iter().zip(repeated) {
            strike(sandbox.on(operation).next(1));
            let attempts = |error: Error| {
                assert_eq!(
                    error.may_have_been_processed(),
                    may_be_processed && operation != "getCustomer",
                    "{name}: {error:?}"
                );
                error.attempts()
            };
            let made = match operation {
                "getCustomer" => client.get_customer().customer_id(&customer.customer_id).await.map(|_| ()),
                "createSession" => client.create_session().await.map(|_| ()),
                _ => client.delete_order().order_id(&order).await.map(|_| ()),
            };
            assert_eq!(made.is_ok(), is_repeated, "{name}, {operation}: {made:?}");
            if let Err(error) = made {
                assert_eq!(attempts(error), 1, "{name}, {operation}");
            }
            sandbox.requests().to(operation).assert_count(if is_repeated { 2 } else { 1 });
        }
        sandbox.verify()?;
    }
    Ok(())
}

#[tokio::test]
async fn there_are_three_attempts_and_the_error_of_the_last_is_given() -> Test {
    let (sandbox, client) = start().await?;
    sandbox.on("searchCustomers").next(3).status(503);
    match client.search_customers().await.unwrap_err() {
        Error::Api(error) => {
            assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Server, 3, true));
        }
        other => panic!("{other:?}"),
    }
    // A wait that the call has no time for ends it at once.
    sandbox.on("searchCustomers").next(1).status(429).retry_after(61);
    let error = client.search_customers().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    sandbox.on("searchCustomers").next(1).status(503);
    let once = client.search_customers().retry(RetryPolicy::off()).await.unwrap_err();
    assert_eq!(once.attempts(), 1);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_error_has_its_kind_in_every_shape_of_its_body() -> Test {
    for shape in [ErrorShapes::AsDeclared, ErrorShapes::Nested, ErrorShapes::Flat, ErrorShapes::Spring] {
        let (sandbox, client) = start_with(Sandbox::builder().error_shapes(shape)).await?;
        let customer = sandbox.customer(PARTNER_ID).approved().await?;
        let account = "PARTNER_USER_789";
        client.link_customer_account().customer_id(&customer.customer_id).partner_customer_id(account).await.ok();
        let read_only = sandbox.add_key("reports", Permissions::READ_ONLY);
        let read_only = sandbox.client_builder().api_key(read_only).build()?;
        let stranger = sandbox.client_builder().api_key("a-key-of-nobody").build()?;
        let bad = client.create_session().customer_id("nobody");
        let taken = client.link_customer_account().customer_id(&customer.customer_id).partner_customer_id("A");
        let kind = |error: Error| match error {
            Error::Api(error) => error.kind(),
            other => panic!("{shape:?}: {other:?}"),
        };
        assert_eq!(kind(bad.await.unwrap_err()), ErrorKind::BadRequest);
        assert_eq!(kind(stranger.search_customers().await.unwrap_err()), ErrorKind::Unauthorized);
        assert_eq!(kind(read_only.create_session().await.unwrap_err()), ErrorKind::Forbidden);
        assert_eq!(kind(taken.await.unwrap_err()), ErrorKind::Conflict);
        let absent = client.get_customer().customer_id("nobody").await;
        let absent = if shape == ErrorShapes::Spring {
            // This shape has no code, and without one a 404 is not the proof that nothing is there.
            kind(absent.unwrap_err()) == ErrorKind::NotFound
        } else {
            absent.optional()?.is_none()
        };
        assert!(absent, "{shape:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_is_not_complete_or_would_reach_another_path_is_not_sent() -> Test {
    let (sandbox, client) = start().await?;
    let error = client.create_order().total_order_amount(1).await.unwrap_err();
    let Error::InvalidRequest(error) = error else { panic!("{error:?}") };
    assert_eq!(error.missing(), ["partner_order_id", "payment_method_id"]);
    for id in ["..", "a/b", "a;b", "%2e%2e"] {
        let error = client.get_customer().customer_id(id).await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{id}: {error:?}");
    }
    assert!(sandbox.requests().is_empty());
    Ok(())
}

#[tokio::test]
async fn options_are_for_one_call_or_for_a_client() -> Test {
    let (sandbox, client) = start().await?;
    let customer: CustomerId = sandbox.customer(PARTNER_ID).approved().await?.customer_id;
    sandbox.on("getCustomer").next(1).hang();
    let call = client.get_customer().customer_id(&customer).timeout(Duration::from_millis(200));
    let error = call.await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");

    sandbox.on("searchCustomers").next(4).status(503);
    let background = client.with_options(CallOptions::new().timeout(Duration::from_secs(60)));
    let found = background.search_customers().limit(100).retry(RetryPolicy::default().max_attempts(5)).await?;
    assert_eq!((found.data.len(), found.attempts()), (1, 5));

    let raw = client.get_customer().customer_id(&customer).send_raw().await?;
    assert!(!raw.is_empty());
    let path = format!("/v2/customers/{customer}");
    let read: Response<serde_json::Value> = client.request(Method::GET, &path).send().await?;
    assert_eq!(read["id"], customer.as_str());
    sandbox.verify()?;
    Ok(())
}
