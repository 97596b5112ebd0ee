//! Sessions and applications.

use std::time::Duration;

use imprint_client::types::{CustomerProgramStatus, PaymentMethodType};
use imprint_sandbox::{Decision, LoanStatus, Outcome, Product, Sandbox};
use serde_json::json;

use super::plain::{code, send};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_session_makes_its_customer_once() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let history = json!({"first_name": "Jo", "email": "jo@example.com", "account_tenure": 13});
    let body =
        json!({"partner_customer_id": "A", "customer_history": history, "source": "web", "metadata": {"store": 1}});
    let first = send(&sandbox, "POST", "/v2/customer_sessions", Some(body)).await;
    assert_eq!(
        (first.status, &first.body["source"], &first.body["metadata"]),
        (201, &json!("web"), &json!({"store": 1}))
    );
    let second = client.create_session().body_map(|b| b.partner_customer_id("A")).await?;
    assert_ne!(first.body["id"], second.id.as_str());
    let customers = client.search_customers().await?;
    assert_eq!(customers.data.len(), 1);
    assert_eq!(customers.data[0].first_name.as_deref(), Some("Jo"));

    let read =
        send(&sandbox, "GET", &format!("/v2/customer_sessions/{}", first.body["id"].as_str().ok_or("id")?), None).await;
    assert_eq!(read.body, first.body);
    let missing = client.get_session().session_id("cs_123").await.expect_err("no such session");
    assert_eq!(code(&missing), 404);
    Ok(())
}

#[tokio::test]
async fn a_session_for_nobody_or_for_two_is_refused_and_makes_nothing() -> Test {
    let sandbox = Sandbox::start().await?;
    let (one, two) = (sandbox.customer("A").create()?, sandbox.customer("B").create()?);
    for body in [
        json!({"customer_id": "none"}),
        json!({"customer_id": one.as_str(), "partner_customer_id": "B"}),
        json!({"customer_id": two.as_str(), "partner_customer_id": "C"}),
    ] {
        let refused = send(&sandbox, "POST", "/v2/customer_sessions", Some(body.clone())).await;
        assert_eq!((refused.status, &refused.body["error"]), (400, &json!("Bad Request")), "{body}");
        assert_eq!(refused.body["path"], "/v2/customer_sessions");
    }
    assert_eq!(sandbox.client().search_customers().await?.data.len(), 2);
    let fits = json!({"customer_id": one.as_str(), "partner_customer_id": "A"});
    assert_eq!(send(&sandbox, "POST", "/v2/customer_sessions", Some(fits)).await.status, 201);
    Ok(())
}

#[tokio::test]
async fn the_last_name_decides() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    for (name, outcome) in
        [("approve", "Approved"), ("Approve", "Rejected"), ("Doe", "Rejected"), ("frozen", "ActionRequired")]
    {
        let session = client.create_session().await?;
        let applied = sandbox.apply(&session).last_name(name).complete().await?;
        assert!(format!("{applied:?}").starts_with(outcome), "{name}: {applied:?}");
    }
    let approved = sandbox.customer("B").approved().await?;
    let customer = client.get_customer().customer_id(&approved.customer_id).await?;
    assert_eq!(customer.statuses.get("Sandbox Card"), Some(&CustomerProgramStatus::Open));
    // Of the customer's profile if the application names none.
    let named = sandbox.customer("C").last_name("approve").create()?;
    let session = client.create_session().body_map(|b| b.customer_id(&named)).await?;
    assert!(matches!(sandbox.apply(&session).complete().await?, Outcome::Approved { .. }));
    Ok(())
}

#[tokio::test]
async fn a_session_is_used_once_and_before_it_expires() -> Test {
    let sandbox = Sandbox::builder().session_lifetime(Duration::from_secs(60)).start().await?;
    let client = sandbox.client();
    let session = client.create_session().await?;
    let wrong =
        sandbox.apply(&session).last_name("approve").otp("123456").complete().await.expect_err("a wrong password");
    assert!(wrong.to_string().contains("888888") && wrong.code() != Some("INVALID_CLIENT_SECRET"), "{wrong}");
    sandbox.apply(&session).last_name("approve").complete().await?;
    let again = sandbox.apply(&session).last_name("approve").complete().await.expect_err("it was used");
    assert_eq!(again.code(), Some("INVALID_CLIENT_SECRET"));

    let session = client.create_session().await?;
    sandbox.advance(Duration::from_secs(59)).await;
    let other = client.create_session().await?;
    sandbox.advance(Duration::from_secs(2)).await;
    let late = sandbox.apply(&session).last_name("approve").complete().await.expect_err("it has expired");
    assert_eq!(late.code(), Some("INVALID_CLIENT_SECRET"));
    assert!(matches!(sandbox.apply(&other).last_name("approve").complete().await?, Outcome::Approved { .. }));
    let read = client.get_session().session_id(&session.id).await?;
    assert_eq!(read.client_secret, session.client_secret);
    Ok(())
}

#[tokio::test]
async fn a_phone_number_with_a_waiting_application_resumes_it() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let apply = async |name: &str| -> Result<Outcome, Box<dyn std::error::Error>> {
        let session = client.create_session().await?;
        Ok(sandbox.apply(&session).last_name(name).phone("+14155552671").complete().await?)
    };
    let Outcome::ActionRequired { application_id, customer_id, .. } = apply("review").await? else {
        panic!("it waits")
    };
    let resumed = apply("approve").await?;
    assert!(
        matches!(&resumed, Outcome::ActionRequired { application_id: id, .. } if *id == application_id),
        "{resumed:?}"
    );
    let Outcome::Rejected { .. } = sandbox.decide(&application_id, Decision::Reject).await? else {
        panic!("it was rejected")
    };
    assert!(sandbox.decide(&application_id, Decision::Approve).await.is_err(), "it is decided");
    assert!(client.get_payment_methods().customer_id(&customer_id).await?.data.is_empty());
    assert!(matches!(apply("approve").await?, Outcome::Approved { .. }));
    Ok(())
}

#[tokio::test]
async fn a_loan_waits_visibly_and_takes_its_steps() -> Test {
    let sandbox = Sandbox::builder().product(Product::default().loan(250_000, 12)).start().await?;
    let client = sandbox.client();
    let session = client.create_session().await?;
    let Outcome::ActionRequired { application_id, customer_id, .. } =
        sandbox.apply(&session).last_name("review").complete().await?
    else {
        panic!("it waits")
    };
    let shown = async || -> Result<(String, String, i64), imprint_client::Error> {
        let methods = client.get_payment_methods().customer_id(&customer_id).await?;
        let loan = methods.data[0].loan.as_ref().expect("a loan");
        assert_eq!(methods.data[0].type_, PaymentMethodType::Loan);
        let status = loan.loan_status.as_ref().map(|status| status.to_string()).unwrap_or_default();
        Ok((methods.data[0].status.to_string(), status, loan.amount))
    };
    assert_eq!(shown().await?, ("INACTIVE".into(), "PENDING".into(), 250_000));
    let Outcome::Approved { payment_method, .. } = sandbox.decide(&application_id, Decision::Approve).await? else {
        panic!("approved")
    };
    assert_eq!(shown().await?, ("ACTIVE".into(), "APPROVED".into(), 250_000));
    let loan = sandbox.payment_method(payment_method.as_str());
    assert!(loan.loan(LoanStatus::Closed).await.is_err());
    loan.loan(LoanStatus::Active).await?;
    loan.loan(LoanStatus::Closed).await?;
    assert_eq!(shown().await?, ("CANCELED".into(), "CLOSED".into(), 250_000));
    assert!(loan.reissue().await.is_err() && loan.tokenize(imprint_sandbox::TokenKind::Adyen).await.is_err());
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn the_debug_text_of_an_application_shows_nothing_personal() -> Test {
    let sandbox = Sandbox::start().await?;
    let session = sandbox.client().create_session().await?;
    let application = sandbox.apply(&session).last_name("Doe-Secret").phone("+14155552671").otp("123456");
    let shown = format!("{application:?}");
    for hidden in ["Doe-Secret", "4155552671", "123456", session.client_secret.expose()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("one_time_password"), "what is filled in is said: {shown}");
    Ok(())
}
