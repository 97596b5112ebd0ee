//! Closing the account of a customer.

use std::time::Duration;

use imprint_client::types::PaymentMethodStatus::Canceled;
use imprint_sandbox::{Decision, LoanStatus, Outcome, Product, Sandbox};
use serde_json::json;

use super::payloads::data_of;
use super::plain::send;

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn the_account_is_closed_and_its_payment_methods_are_canceled() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let customer = sandbox.customer("A").approved().await?;
    let second = sandbox.customer("A").approved().await?;
    let gone = sandbox.customer("A").approved().await?;
    sandbox.payment_method(second.payment_method.as_str()).deactivate().await?;
    sandbox.payment_method(gone.payment_method.as_str()).cancel().await?;
    let other = sandbox.customer("B").approved().await?;
    let before = sandbox.events().len();
    let opened = client.get_customer().customer_id(&customer.customer_id).await?;
    sandbox.close_account(customer.customer_id.as_str().to_ascii_lowercase(), sandbox.now()).await?;

    let closed = client.get_customer().customer_id(&customer.customer_id).await?;
    assert_eq!(closed.statuses["Sandbox Card"].as_str(), "CLOSED");
    assert_ne!(closed.updated_at, opened.updated_at);
    let methods = client.get_payment_methods().customer_id(&customer.customer_id).await?;
    assert!(methods.data.len() == 3 && methods.data.iter().all(|method| method.status == Canceled));
    let untouched = client.get_customer().customer_id(&other.customer_id).await?;
    assert_eq!(untouched.statuses["Sandbox Card"].as_str(), "OPEN");

    let kinds: Vec<_> = sandbox.events().into_iter().skip(before).map(|event| event.object).collect();
    assert_eq!(kinds, ["ACCOUNT_STATUS", "PAYMENT_METHOD", "PAYMENT_METHOD"]);
    let expected = json!({
        "merchant_key": "DEFAULT_PRODUCT", "customer_id": customer.customer_id.as_str(), "partner_customer_id": "A",
        "status": "CLOSED", "updated_at": "2026-01-01T00:00:00Z",
    });
    assert_eq!(data_of(&sandbox, "ACCOUNT_STATUS"), [expected]);
    let changes: Vec<_> = data_of(&sandbox, "PAYMENT_METHOD");
    let changes: Vec<_> = changes[changes.len() - 2..]
        .iter()
        .map(|data| {
            [&data["payment_method_id"], &data["previous_status"], &data["new_status"]]
                .map(|v| v.as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        changes,
        [
            [customer.payment_method.as_str(), "ACTIVE", "CANCELED"],
            [second.payment_method.as_str(), "INACTIVE", "CANCELED"],
        ]
    );
    assert!(sandbox.payment_method(customer.payment_method.as_str()).activate().await.is_err());
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn it_can_take_effect_in_the_past_and_never_in_the_future() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let events = sandbox.events().len();
    let tomorrow = sandbox.now() + Duration::from_secs(86_400);
    let refused = sandbox.close_account(&customer.customer_id, tomorrow).await.expect_err("it is not tomorrow");
    assert!(refused.to_string().contains("later than now, which is 2026-01-01T00:00:00.00"), "{refused}");
    assert_eq!(sandbox.events().len(), events);
    let long_ago = sandbox.now() - Duration::from_secs(90 * 86_400);
    sandbox.close_account(&customer.customer_id, long_ago).await?;
    assert_eq!(data_of(&sandbox, "ACCOUNT_STATUS")[0]["updated_at"], "2025-10-03T00:00:00Z");
    // The notification and the change of the payment method are from now.
    let closing = &sandbox.events()[events..];
    assert!(closing.iter().all(|event| event.at == sandbox.now()));
    assert_ne!(closing[1].body["data"]["updated_at"], "2025-10-03T00:00:00.000Z");
    Ok(())
}

#[tokio::test]
async fn nothing_can_be_simulated_on_a_closed_account() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let simulate = async |status: &str, transaction: Option<(&str, &str)>| {
        let mut body = json!({"payment_method_id": customer.payment_method.as_str(), "status": status, "amount": 500});
        if let Some((id, event)) = transaction {
            body["transaction_id"] = json!(id);
            body["event_id"] = json!(event);
        }
        send(&sandbox, "POST", "/v2/simulate_transaction_event", Some(body)).await
    };
    let bought = simulate("CAPTURED", None).await.body;
    let bought = (bought["transaction_id"].as_str().ok_or("an id")?, bought["event_id"].as_str().ok_or("an id")?);
    sandbox.close_account(&customer.customer_id, sandbox.now()).await?;
    let events = sandbox.events().len();
    for (status, transaction) in [
        ("APPROVED", None),
        ("CAPTURED", None),
        ("REFUNDED", None),
        ("CAPTURED", Some(bought)),
        ("REFUNDED", Some(bought)),
    ] {
        let refused = simulate(status, transaction).await;
        assert_eq!(refused.flat(), (409, "CONFLICT_ERROR", ""), "{status} {transaction:?}");
        assert!(refused.choices().contains(&"closed-accounts-have-no-transactions"), "{refused:?}");
    }
    assert_eq!(sandbox.events().len(), events);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn only_an_account_that_is_open_can_be_closed() -> Test {
    let sandbox = Sandbox::start().await?;
    let without = sandbox.customer("A").create()?;
    let customer = sandbox.customer("B").approved().await?;
    sandbox.close_account(&customer.customer_id, sandbox.now()).await?;
    let events = sandbox.events().len();
    for (customer, code) in [
        (without.as_str(), "CONFLICT_ERROR"),
        (customer.customer_id.as_str(), "CONFLICT_ERROR"),
        ("none", "CUSTOMER_NOT_FOUND_ERROR"),
    ] {
        let refused = sandbox.close_account(customer, sandbox.now()).await.expect_err("no open account");
        assert_eq!(refused.code(), Some(code), "{refused}");
    }
    assert_eq!(sandbox.events().len(), events);
    Ok(())
}

#[tokio::test]
async fn a_loan_that_was_paid_out_is_closed_with_the_account() -> Test {
    let product = Product::default().merchant_key("LOANS").program_name("Loan").loan(100_000, 12);
    let sandbox = Sandbox::builder().product(product).start().await?;
    let customer = sandbox.customer("A").approved().await?;
    sandbox.payment_method(customer.payment_method.as_str()).loan(LoanStatus::Active).await?;
    sandbox.close_account(&customer.customer_id, sandbox.now()).await?;
    let client = sandbox.client();
    let method = client.get_payment_method().payment_method_id(&customer.payment_method).await?;
    let loan = method.loan.as_ref().ok_or("a loan")?;
    assert_eq!((&method.status, loan.loan_status.as_ref().map(|status| status.as_str())), (&Canceled, Some("CLOSED")));
    let closed = client.get_customer().customer_id(&customer.customer_id).await?;
    assert_eq!(closed.statuses["Loan"].as_str(), "CLOSED");
    assert_eq!(data_of(&sandbox, "ACCOUNT_STATUS")[0]["merchant_key"], "LOANS");
    Ok(())
}

#[tokio::test]
async fn an_account_that_was_closed_is_not_opened_by_another_application() -> Test {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let waiting = sandbox.customer("A").phone("+12025550123").create()?;
    let session = client.create_session().body_map(|b| b.customer_id(&waiting)).await?;
    let Outcome::ActionRequired { application_id, .. } = sandbox.apply(&session).last_name("review").complete().await?
    else {
        panic!("it waits");
    };
    let session = client.create_session().body_map(|b| b.customer_id(&waiting)).await?;
    let approved = sandbox.apply(&session).phone("+12025550124").last_name("approve").complete().await?;
    assert!(matches!(approved, Outcome::Approved { .. }));
    sandbox.close_account(&waiting, sandbox.now()).await?;

    let session = client.create_session().body_map(|b| b.customer_id(&waiting)).await?;
    let rejected = sandbox.apply(&session).phone("+12025550125").last_name("approve").complete().await?;
    assert!(matches!(rejected, Outcome::Rejected { .. }), "{rejected:?}");
    assert_eq!(data_of(&sandbox, "APPLICATION").last().ok_or("an event")?["status"], "REJECTED");
    let refused = sandbox.decide(&application_id, Decision::Approve).await.expect_err("the account is closed");
    assert_eq!(refused.code(), Some("CONFLICT_ERROR"));
    assert!(matches!(sandbox.decide(&application_id, Decision::Reject).await?, Outcome::Rejected { .. }));
    let customer = client.get_customer().customer_id(&waiting).await?;
    assert_eq!(customer.statuses["Sandbox Card"].as_str(), "CLOSED");
    let refused = sandbox.customer("B").approved().await?;
    sandbox.close_account(&refused.customer_id, sandbox.now()).await?;
    let refused = sandbox.customer("B").approved().await.expect_err("closed");
    assert!(refused.to_string().contains("account is closed"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_loan_that_was_canceled_while_its_application_waited_stays_canceled() -> Test {
    let sandbox = Sandbox::builder().product(Product::default().loan(100_000, 12)).start().await?;
    let client = sandbox.client();
    for decision in [Decision::Approve, Decision::Reject] {
        let session = client.create_session().await?;
        let waiting = sandbox.apply(&session).last_name("review").complete().await?;
        let Outcome::ActionRequired { application_id, customer_id, .. } = waiting else { panic!("it waits") };
        let loan = client.get_payment_methods().customer_id(&customer_id).await?.data[0].id.clone();
        let control = sandbox.payment_method(loan.as_str());
        assert!(control.activate().await.is_err(), "nobody has approved it");
        control.cancel().await?;
        assert!(control.loan(LoanStatus::Approved).await.is_err());
        let decided = sandbox.decide(&application_id, decision).await;
        assert_eq!(decided.is_ok(), decision == Decision::Reject, "{decided:?}");
        let methods = client.get_payment_methods().customer_id(&customer_id).await?;
        assert!(methods.data.len() == 1 && methods.data[0].status == Canceled);
    }
    Ok(())
}
