//! The flow of the page `orders`: an order is recorded once, whatever is lost, and its captures and refunds as well.

use std::time::Duration;

use imprint_client::helpers::{FindError, OnceError};
use imprint_client::types::{Order, OrderBase, OrderEventBase, OrderEventBaseType, OrderLine};
use imprint_client::{Client, Error};
use imprint_sandbox::Sandbox;

use super::{PARTNER_ID, Test, start};

const ORDER: &str = "o-c8a1fe46bbff4a18ba1d";

/// A sandbox with a customer, and the order of the page.
async fn world() -> Result<(Sandbox, Client, OrderBase), Box<dyn std::error::Error>> {
    let (sandbox, client) = start().await?;
    let customer = sandbox.customer(PARTNER_ID).approved().await?;
    let couch = OrderLine::builder().name("Couch Supreme").quantity(1).rate(274_999).rewards_rate(2_500).build()?;
    let order = OrderBase::builder()
        .partner_order_id(ORDER)
        .payment_method_id(customer.payment_method)
        .order_lines([couch])
        .total_order_amount(274_999)
        .total_rewards_amount(2_500)
        .build()?;
    order.check_totals()?;
    Ok((sandbox, client, order))
}

/// A capture or a refund of an order.
fn event(order: &Order, partner_event_id: &str, kind: OrderEventBaseType, amount: i64) -> OrderEventBase {
    let event = OrderEventBase::builder().partner_event_id(partner_event_id).order_id(order.id.clone());
    let event = event.network_transaction_id("615e3ba0-6b99-495b-ade4-1f584c40f376").type_(kind).amount(amount);
    event.build().expect("every required field is set")
}

#[tokio::test]
async fn an_order_is_recorded_and_found_by_the_partners_id() -> Test {
    let (sandbox, client, order) = world().await?;
    assert!(client.find_order(ORDER).await?.is_none());
    let recorded = client.create_order_once(order).await?;
    assert_eq!((recorded.was_found(), recorded.sends()), (false, 1));
    let found = client.find_order(ORDER).await?.ok_or("the order is not found")?;
    assert!(found.id.is_some() && found.id == recorded.id);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_looked_up_and_not_sent_twice() -> Test {
    let (sandbox, client, order) = world().await?;
    sandbox.on("createOrder").next(1).lose_answer();
    let recorded = client.create_order_once(order).await?;
    assert_eq!((recorded.was_found(), recorded.sends()), (true, 1));
    sandbox.requests().to("createOrder").assert_count(1);
    assert_eq!(client.list_orders().await?.data.len(), 1);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_order_is_unknown_if_there_is_no_time_to_look_and_sent_again_when_it_is_not_there() -> Test {
    let (sandbox, client, order) = world().await?;
    sandbox.on("createOrder").next(1).refuse_before();
    let hasty = client.with_timeout(Duration::from_secs(2));
    let error = hasty.create_order_once(order.clone()).await.unwrap_err();
    assert!(matches!(error, OnceError::Unknown { .. }), "{error:?}");
    // Later, as the page says: only if the order is not there.
    assert!(client.find_order(ORDER).await?.is_none());
    client.create_order_once(order).await?;
    assert_eq!(client.list_orders().await?.data.len(), 1);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_order_that_is_refused_is_not_recorded() -> Test {
    let (sandbox, client, order) = world().await?;
    let mut wrong = order.clone();
    wrong.total_order_amount = 1;
    assert!(wrong.check_totals().is_err(), "the check finds it without a request");
    let mut unknown = order.clone();
    unknown.payment_method_id = "nobody's".into();
    for refused in [wrong, unknown] {
        let error = client.create_order_once(refused).await.unwrap_err();
        assert!(matches!(&error, OnceError::Refused(Error::Api(_) | Error::InvalidRequest(_))), "{error:?}");
    }
    assert!(client.find_order(ORDER).await?.is_none());
    client.create_order_once(order).await?;
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn calls_for_one_order_at_a_time_record_it_once_and_in_two_processes_they_do_not() -> Test {
    let (sandbox, client, order) = world().await?;
    sandbox.on("createOrder").next(1).delay(Duration::from_millis(100));
    let other = client.with_timeout(Duration::from_secs(60));
    let (one, two) = tokio::join!(client.create_order_once(order.clone()), other.create_order_once(order.clone()));
    let (one, two) = (one?, two?);
    assert_eq!((one.was_found(), two.was_found(), one.sends() + two.sends()), (false, true, 1));
    assert_eq!(one.id, two.id);

    // A client that was built separately is like another process.
    sandbox.client().create_order_once(order).await?;
    let error = client.find_order(ORDER).await.unwrap_err();
    let FindError::Several(orders) = error else { panic!("{error:?}") };
    assert_eq!(orders.len(), 2);
    let duplicate = orders[1].id.clone().ok_or("no id")?;
    let deleted = client.delete_order().order_id(duplicate).await?;
    assert_eq!(deleted.status().as_u16(), 204);
    assert_eq!(client.find_order(ORDER).await?.and_then(|order| order.id), one.id);
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn captures_and_refunds_are_recorded_once_and_are_the_final_record() -> Test {
    let (sandbox, client, order) = world().await?;
    let order = client.create_order_once(order).await?.into_inner();
    client.post_order_event_once(event(&order, "shipped", OrderEventBaseType::Captured, 274_999)).await?;
    sandbox.on("postOrderEvent").next(1).lose_answer();
    let returned = event(&order, "returned", OrderEventBaseType::Refunded, 100_000);
    let recorded = client.post_order_event_once(returned).await?;
    assert_eq!((recorded.was_found(), recorded.sends()), (true, 1));
    assert!(client.find_order_event("returned").await?.is_some());
    assert!(client.find_order_event("lost").await?.is_none());

    // Pages, whose cursor is the id of an event.
    let events = client.list_order_events().limit(1).stream().collect_all(10).await?;
    let kept = events.iter().map(|event| match event.type_ {
        OrderEventBaseType::Captured => event.amount,
        OrderEventBaseType::Refunded => -event.amount,
        _ => 0,
    });
    assert_eq!(kept.sum::<i64>(), 174_999);
    let lists = sandbox.requests().to("listOrderEvents");
    lists.matching(|request| request.query.iter().any(|(name, _)| name == "starting_after")).assert_count(1);
    assert_eq!(client.find_order(ORDER).await?.map(|order| order.total_order_amount), Some(274_999));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_order_is_replaced_as_a_whole_also_when_an_attempt_is_lost() -> Test {
    let (sandbox, client, order) = world().await?;
    let recorded = client.create_order_once(order.clone()).await?.into_inner();
    let id = recorded.id.ok_or("no id")?;
    sandbox.on("putOrder").next(1).lose_answer();
    let put = client.put_order().order_id(&id).partner_order_id(ORDER).payment_method_id(&order.payment_method_id);
    let replaced = put.total_order_amount(200_000).await?;
    assert_eq!(replaced.attempts(), 2);
    let read = client.find_order(ORDER).await?.ok_or("the order is not found")?;
    assert_eq!((read.id, read.total_order_amount), (Some(id), 200_000));
    // What was not sent is gone.
    assert_eq!((read.order_lines.len(), read.total_rewards_amount), (0, None));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn an_order_and_its_events_are_deleted() -> Test {
    let (sandbox, client, order) = world().await?;
    let order = client.create_order_once(order).await?.into_inner();
    let shipped = event(&order, "shipped", OrderEventBaseType::Captured, 1);
    let shipped = client.post_order_event_once(shipped).await?.into_inner();
    let event_id = shipped.order_event_id.ok_or("no id")?;
    assert_eq!(client.delete_order_event().order_event_id(event_id).await?.status().as_u16(), 204);
    assert_eq!(client.delete_order().order_id(order.id.ok_or("no id")?).await?.status().as_u16(), 204);
    assert!(client.list_orders().await?.data.is_empty() && client.list_order_events().await?.data.is_empty());
    sandbox.verify()?;
    Ok(())
}
