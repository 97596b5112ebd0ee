//! The flow of the page `transact`: an intent, the steps of a purchase, their sums, and the steps that are refused.

use std::collections::BTreeSet;

use imprint_client::types::TransactionStatus::{Approved, Captured, Refunded, Updated, Voided};
use imprint_client::types::{PaymentMethodId, SimulateTransactionEventBody, TransactionEventData};
use imprint_client::types::{TransactionIntentStatus, TransactionStatus};
use imprint_client::webhook::Event;
use imprint_client::{Error, ErrorKind, OptionalExt};
use imprint_sandbox::{Product, Sandbox};

use super::{PARTNER_ID, Step, Test, capture, refund, start, start_with, webhooks};

/// The `TRANSACTION` webhooks so far.
fn steps(sandbox: &Sandbox) -> Result<Vec<TransactionEventData>, Box<dyn std::error::Error>> {
    let step = |event| if let Event::Transaction(step) = event { Some(step) } else { None };
    Ok(webhooks(sandbox)?.into_iter().filter_map(step).collect())
}

#[tokio::test]
async fn an_intent_of_two_steps_is_confirmed_and_a_canceled_one_stays_canceled() -> Test {
    let (sandbox, client) = start_with(Sandbox::builder().product(Product::default().two_step_intents())).await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?.customer_id;
    let announce = || client.create_transaction_intent().customer_id(&customer).amount(10_000).currency("USD");
    let update = |id, status| {
        let update = client.update_transaction_intent().intent_id(id).customer_id(&customer).amount(10_000);
        update.partner_transaction_id("PURCHASE-1").status(status)
    };

    let intent = announce().await?;
    assert_eq!(intent.status.as_str(), "REQUIRES_CONFIRMATION");
    let confirmed = update(&intent.id, TransactionIntentStatus::Confirmed).await?;
    assert_eq!(confirmed.status, TransactionIntentStatus::Confirmed);
    let read = client.get_transaction_intent().intent_id(&intent.id).await?;
    assert_eq!(read.partner_transaction_id.as_ref().map(|id| id.as_str()), Some("PURCHASE-1"));

    let dropped = announce().await?;
    update(&dropped.id, TransactionIntentStatus::Canceled).await?;
    let error = update(&dropped.id, TransactionIntentStatus::Confirmed).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));

    // The filter is named `type` and takes a status.
    let found = client.search_transaction_intents().type_("CANCELED").await?;
    assert_eq!(found.data.iter().map(|intent| &intent.id).collect::<Vec<_>>(), [&dropped.id]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_intent_whose_answer_was_lost_is_found_in_the_list() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?.customer_id;
    sandbox.on("createTransactionIntent").next(1).lose_answer();
    let intent = client.create_transaction_intent().customer_id(&customer).amount(10_000).currency("USD");
    let error = intent.await.unwrap_err();
    assert!(error.may_have_been_processed(), "{error:?}");
    let intents = client.get_transaction_intents().customer_id(&customer).await?;
    assert_eq!(intents.data.iter().map(|intent| intent.amount).collect::<Vec<_>>(), [10_000]);
    assert_eq!(intents.data[0].status, TransactionIntentStatus::Confirmed);
    sandbox.requests().assert_none_doubled();
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn each_step_has_an_event_of_its_own_and_one_transaction() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let event = client.simulate_transaction_event().payment_method_id(&customer.payment_method);
    let approved = event.clone().status(Approved).amount(5_000).await?.into_inner();
    let next = event.transaction_id(approved.transaction_id.clone());
    next.clone().status(Updated).amount(8_000).await?;
    next.clone().status(Captured).amount(5_000).await?;
    let second = next.clone().status(Captured).amount(3_000).await?.into_inner();
    next.status(Refunded).event_id(second.event_id).amount(1_000).await?;

    let steps = steps(&sandbox)?;
    let statuses: Vec<_> = steps.iter().filter_map(|step| step.status.clone()).collect();
    assert_eq!(statuses, [Approved, Updated, Captured, Captured, Refunded]);
    let events: BTreeSet<_> = steps.iter().filter_map(|step| Some(step.event_id.as_ref()?.as_str())).collect();
    assert_eq!(events.len(), steps.len());
    let is_same = |step: &TransactionEventData| step.transaction_id == approved.transaction_id;
    assert!(steps.iter().all(is_same));

    // What was taken is the sum of the captures less that of the refunds; the other steps move no money.
    let kept = |step: &TransactionEventData| match (step.status.as_ref(), step.amount) {
        (Some(Captured), Some(amount)) => amount,
        (Some(Refunded), Some(amount)) => -amount,
        _ => 0,
    };
    assert_eq!(steps.iter().map(kept).sum::<i64>(), 7_000);
    assert!(steps.iter().all(|step| step.amount >= Some(0)), "no amount is negative");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn one_transaction_that_cannot_be_read_does_not_hide_the_next() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    for amount in [1_000, 2_000, 3_000] {
        capture(&client, &customer.payment_method, amount).await?;
    }
    sandbox.on("getTransactions").next(1).without("/data/1/status");
    let mut transactions = client.get_transactions().customer_id(&customer.customer_id).limit(100).stream();
    let mut read = Vec::new();
    loop {
        match transactions.try_next().await {
            Ok(Some(transaction)) => read.push(Some(transaction.amount)),
            Ok(None) => break,
            Err(Error::Decode(error)) if error.item_json().is_some() => read.push(None),
            Err(error) => return Err(error.into()),
        }
    }
    assert_eq!(read, [Some(1_000), None, Some(3_000)]);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn ids_of_webhooks_match_those_of_resources_without_regard_to_letter_case() -> Test {
    let (sandbox, client) = start_with(Sandbox::builder().webhook_ids_in_lower_case()).await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let made = capture(&client, &customer.payment_method, 5_000).await?;
    let told = steps(&sandbox)?.remove(0).transaction_id.ok_or("no id")?;
    assert_ne!(told, made.transaction_id);
    assert!(told.as_str().eq_ignore_ascii_case(made.transaction_id.as_str()));
    let found = client.get_transaction().transaction_id(&told).await?;
    assert_eq!(found.id, made.transaction_id);
    Ok(())
}

/// A step that is refused, and why.
struct Refused {
    name: &'static str,
    status: TransactionStatus,
    amount: Option<i64>,
    after: After,
}

/// The transaction that a step is asked for.
enum After {
    Nothing,
    Authorization,
    Capture,
    Void,
}

#[tokio::test]
async fn a_step_that_is_not_allowed_is_a_conflict_and_changes_nothing() -> Test {
    let refused = |name, status, amount, after| Refused { name, status, amount, after };
    for Refused { name, status, amount, after } in [
        refused("a transaction cannot begin with an update", Updated, Some(1), After::Nothing),
        refused("a transaction cannot begin with a void", Voided, None, After::Nothing),
        refused("an authorization exists already", Approved, Some(1), After::Authorization),
        refused("an authorization was not captured", Refunded, Some(1), After::Authorization),
        refused("a capture cannot be updated", Updated, Some(1), After::Capture),
        refused("a capture cannot be voided", Voided, None, After::Capture),
        refused("more than the capture is refunded", Refunded, Some(5_001), After::Capture),
        refused("nothing follows a void", Captured, Some(1), After::Void),
        refused("a void is final", Voided, None, After::Void),
    ] {
        let (sandbox, client) = start().await?;
        let customer = sandbox.customer(PARTNER_ID).approved().await?;
        let card = &customer.payment_method;
        let event = client.simulate_transaction_event().payment_method_id(card);
        let step = match after {
            After::Nothing => None,
            After::Capture => Some(capture(&client, card, 5_000).await?),
            After::Authorization | After::Void => {
                let made = Step::of(event.clone().status(Approved).amount(5_000).await?.into_inner());
                if matches!(after, After::Void) {
                    event.clone().status(Voided).transaction_id(&made.transaction_id).await?;
                }
                Some(made)
            }
        };
        let mut body = SimulateTransactionEventBody::builder().payment_method_id(card).status(status).amount(amount);
        if let Some(Step { transaction_id, event_id }) = &step {
            body = body.transaction_id(transaction_id).event_id(event_id);
        }
        let before = steps(&sandbox)?.len();
        match client.simulate_transaction_event().body(body).await {
            Err(Error::Api(error)) => assert_eq!(error.kind(), ErrorKind::Conflict, "{name}: {error}"),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(steps(&sandbox)?.len(), before, "{name}");
        sandbox.verify()?;
    }
    Ok(())
}

#[tokio::test]
async fn captures_and_refunds_without_a_transaction_are_accepted_as_the_guide_does() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let forced = capture(&client, &customer.payment_method, 5_000).await?;
    refund(&client, &customer.payment_method, &forced, 5_000).await?;
    let error = refund(&client, &customer.payment_method, &forced, 1).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(409));
    let blind = client.simulate_transaction_event().payment_method_id(&customer.payment_method);
    blind.status(Refunded).amount(700).await?;
    assert_eq!(client.get_transactions().customer_id(&customer.customer_id).await?.data.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_card_that_is_declined_or_not_active_and_a_closed_account_authorize_nothing() -> Test {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let card = &customer.payment_method;
    let authorize = |card: &PaymentMethodId| {
        client.simulate_transaction_event().payment_method_id(card).status(Approved).amount(5_000)
    };
    let control = sandbox.payment_method(card);
    control.decline().await?;
    assert_eq!(authorize(card).await.unwrap_err().status().map(|status| status.as_u16()), Some(409));
    control.accept().await?;
    control.deactivate().await?;
    assert_eq!(authorize(card).await.unwrap_err().status().map(|status| status.as_u16()), Some(409));
    control.activate().await?;
    authorize(card).await?;
    sandbox.close_account(&customer.customer_id, sandbox.now()).await?;
    assert_eq!(authorize(card).await.unwrap_err().status().map(|status| status.as_u16()), Some(409));
    assert!(authorize(&PaymentMethodId::from("nobody's")).await.optional()?.is_none(), "404");
    assert_eq!(client.get_transactions().customer_id(&customer.customer_id).await?.data.len(), 1);
    sandbox.verify()?;
    Ok(())
}
