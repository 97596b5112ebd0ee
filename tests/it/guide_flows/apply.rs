//! The flow of the page `apply`: a session, an application, a link.

use std::time::Duration;

use imprint_client::helpers::LinkError;
use imprint_client::types::ApplicationEventDataStatus as Status;
use imprint_client::webhook::Event;
use imprint_client::{Error, ErrorKind};
use imprint_sandbox::{Decision, Outcome, Sandbox};

use super::{PARTNER_ID, Test, start, start_with, webhooks};

/// The statuses of the `APPLICATION` webhooks so far.
fn statuses(sandbox: &Sandbox) -> Result<Vec<Status>, Box<dyn std::error::Error>> {
    let status = |event| if let Event::Application(application) = event { application.status } else { None };
    Ok(webhooks(sandbox)?.into_iter().filter_map(status).collect())
}

#[tokio::test]
async fn a_customer_applies_is_approved_and_is_found_by_the_partners_id() -> Test {
    let (sandbox, client) = start().await?;
    assert!(client.find_customer(PARTNER_ID).await?.is_none());

    let session = client.create_session().partner_customer_id(PARTNER_ID).await?;
    assert!(!format!("{session:?}").contains(session.client_secret.expose()), "Debug shows the secret");
    let outcome = sandbox.apply(session.client_secret.expose()).last_name("approve").complete().await?;
    let Outcome::Approved { customer_id, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(statuses(&sandbox)?, [Status::OfferAccepted]);

    let customer = client.find_customer(PARTNER_ID).await?.ok_or("the customer is not found")?;
    assert_eq!((&customer.id, customer.statuses.len()), (&customer_id, 1));
    // The session already connected the two, so that the link is nothing more than a confirmation.
    let link = client.ensure_linked(&customer_id, PARTNER_ID).await?;
    assert_eq!(link.customer_id, customer_id);
    sandbox.requests().assert_none_doubled();
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_secret_is_for_one_use_and_expires_with_its_session() -> Test {
    let (sandbox, client) = start_with(Sandbox::builder().session_lifetime(Duration::from_secs(60))).await?;
    let used = client.create_session().await?;
    sandbox.apply(&used).last_name("approve").complete().await?;
    let expired = client.create_session().await?;
    sandbox.advance(Duration::from_secs(61)).await;
    for session in [&used, &expired] {
        let refused = sandbox.apply(session).last_name("approve").complete().await.unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_CLIENT_SECRET"));
    }
    Ok(())
}

#[tokio::test]
async fn a_session_whose_answer_was_lost_is_not_created_again() -> Test {
    let (sandbox, client) = start().await?;
    sandbox.on("createSession").next(1).lose_answer();
    let error = client.create_session().partner_customer_id(PARTNER_ID).await.unwrap_err();
    assert!(error.may_have_been_processed() && !error.is_retryable(), "{error:?}");
    sandbox.requests().to("createSession").assert_count(1);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn the_last_name_selects_the_result_and_the_webhook_tells_only_of_final_ones() -> Test {
    for (name, is_approved, webhook) in [
        ("approve", Some(true), Some(Status::OfferAccepted)),
        ("Approve", Some(false), Some(Status::Rejected)),
        ("Doe", Some(false), Some(Status::Rejected)),
        ("review", None, None),
        ("frozen", None, None),
    ] {
        let (sandbox, client) = start().await?;
        let session = client.create_session().partner_customer_id(PARTNER_ID).await?;
        let outcome = sandbox.apply(&session).last_name(name).complete().await?;
        let is = match &outcome {
            Outcome::Approved { .. } => Some(true),
            Outcome::Rejected { .. } => Some(false),
            Outcome::ActionRequired { .. } => None,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!((is, statuses(&sandbox)?), (is_approved, webhook.into_iter().collect()), "{name}");
        // What needs action is decided later, by a person.
        if let Outcome::ActionRequired { application_id, .. } = outcome {
            let decision = if name == "review" { Decision::Approve } else { Decision::Reject };
            sandbox.decide(&application_id, decision).await?;
            let decided = if name == "review" { Status::OfferAccepted } else { Status::Rejected };
            assert_eq!(statuses(&sandbox)?, [decided], "{name}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn one_password_is_accepted_and_a_phone_number_resumes_an_open_application() -> Test {
    let (sandbox, client) = start().await?;
    let first = client.create_session().await?;
    let application = || sandbox.apply(&first).last_name("review").phone("+12025550123");
    assert!(application().otp("123456").complete().await.is_err());
    let outcome = application().otp("888888").complete().await?;
    let Outcome::ActionRequired { application_id, .. } = outcome else { panic!("{outcome:?}") };

    let second = client.create_session().await?;
    let outcome = sandbox.apply(&second).last_name("approve").phone("+12025550123").complete().await?;
    let Outcome::ActionRequired { application_id: resumed, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(resumed, application_id);
    Ok(())
}

#[tokio::test]
async fn an_existing_link_is_a_success_and_another_one_is_shown() -> Test {
    let (sandbox, client) = start().await?;
    // Sessions that named no account, so that nobody is linked.
    let mut customers = Vec::new();
    for _ in 0..2 {
        let session = client.create_session().await?;
        let outcome = sandbox.apply(&session).last_name("approve").complete().await?;
        let Outcome::Approved { customer_id, .. } = outcome else { panic!("{outcome:?}") };
        customers.push(customer_id);
    }
    let made = client.ensure_linked(&customers[0], PARTNER_ID).await?;
    let there = client.ensure_linked(&customers[0], PARTNER_ID).await?;
    assert_eq!(there.created_at, made.created_at);

    // The customer has another account, and the account has another customer.
    for (customer, account) in [(&customers[0], "PARTNER_USER_789"), (&customers[1], PARTNER_ID)] {
        let error = client.ensure_linked(customer, account).await.unwrap_err();
        let LinkError::LinkedElsewhere { existing, .. } = error else { panic!("{error:?}") };
        assert_eq!((&existing.customer_id, existing.partner_customer_id.as_str()), (&customers[0], PARTNER_ID));
    }
    let found = client.find_customer(PARTNER_ID).await?.ok_or("the customer is not found")?;
    assert_eq!(found.id, customers[0]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_conflict_that_does_not_show_the_link_stays_an_error() -> Test {
    let (sandbox, client) = start_with(Sandbox::builder().omit_existing_link()).await?;
    let customer = sandbox.customer("PARTNER_USER_789").approved().await?.customer_id;
    sandbox.link_in_app(&customer, "PARTNER_USER_789").await?;
    let error = client.ensure_linked(&customer, PARTNER_ID).await.unwrap_err();
    let LinkError::Call(Error::Api(error)) = error else { panic!("{error:?}") };
    assert_eq!((error.kind(), error.existing_link().is_some()), (ErrorKind::Conflict, false));
    Ok(())
}
