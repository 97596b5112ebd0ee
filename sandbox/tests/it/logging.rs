//! The log: what it has, and what it must not have.

use imprint_sandbox::{AnswerKind, Permissions, Sandbox};
use serde_json::json;

use super::plain::{send, send_with};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn it_has_every_request_with_its_number() -> Test {
    let sandbox = Sandbox::start().await?;
    let first = send(&sandbox, "POST", "/v2/customer_sessions", Some(json!({"source": "web"}))).await;
    send(&sandbox, "GET", "/v2/customers/none", None).await;
    send_with(&sandbox, "GET", "/v2/customers", None, &[]).await;
    send(&sandbox, "GET", "/v2/nothing", None).await;
    assert_eq!(first.header("x-imprint-sandbox-request"), "1");
    let log = sandbox.requests();
    let lines: Vec<_> = log.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "1: POST /v2/customer_sessions createSession 201 state",
            "2: GET /v2/customers/none getCustomer 404 refusal",
            "3: GET /v2/customers searchCustomers 401 refusal; the request has no key",
            "4: GET /v2/nothing no operation 404 refusal",
        ]
    );
    assert_eq!((log[0].key.as_deref(), log[0].body.clone()), (Some("sandbox"), Some(json!({"source": "web"}))));
    assert_eq!((log[0].merchant_key.as_deref(), log[2].key.as_deref()), (Some("DEFAULT_PRODUCT"), None));
    assert_eq!(log.clone().method("GET").status(404).len(), 2);
    assert_eq!(log.to("createSession")[0].answer, AnswerKind::State);
    Ok(())
}

#[tokio::test]
async fn it_has_no_secret_and_no_personal_data() -> Test {
    let sandbox = Sandbox::builder().key("made-up-key").start().await?;
    let customer = sandbox.customer("A").ssn("123456789").approved().await?;
    let pci = sandbox.client_builder().api_key(sandbox.add_key("pci", Permissions::PCI)).build()?;
    let method = pci.get_payment_method().payment_method_id(&customer.payment_method).await?;
    let details = method.card.as_ref().and_then(|card| card.pci_details.as_ref()).ok_or("details")?;
    let pan = details.pan.as_ref().ok_or("a number")?.expose().to_owned();
    let searched =
        pci.search_payment_methods_post().body_map(|b| b.customer_id(&customer.customer_id).pan(pan.as_str()));
    assert_eq!(searched.await?.data.len(), 1);
    pci.search_customers_post().body_map(|b| b.ssn("123456789")).await?;
    let personal =
        json!({"email": "jo@example.com", "first_name": "Josephine", "pan": pan, "note": format!("card {pan}")});
    send(&sandbox, "POST", &format!("/v2/customers/{}", customer.customer_id), Some(personal)).await;
    send(&sandbox, "GET", &format!("/v2/customers/{pan}?partner_customer_id={pan}&ssn=123456789"), None).await;
    let session = pci.create_session().await?;
    let key = pci.create_key().await?;
    let log = format!("{:?}", sandbox.requests());
    let key = key.key.as_ref().ok_or("a key")?.expose().to_owned();
    for secret in
        [&pan, "123456789", "made-up-key", "jo@example.com", "Josephine", session.client_secret.expose(), key.as_str()]
    {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(log.contains("[hidden]"));
    Ok(())
}
