//! Webhooks: signing, retrying, what is told about failures, and that no event is lost.

use std::time::{Duration, SystemTime};

use imprint_client::webhook::{Event, Verifier};
use imprint_sandbox::{Clock, DeliveryStatus, Retry, Sandbox, TokenKind};

use super::receiver_of_webhooks::{Reaction, Receiver, status};

type Test = Result<(), Box<dyn std::error::Error>>;

/// A sandbox and a receiver that takes its webhooks.
async fn start() -> Result<(Sandbox, Receiver), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/imprint?key=a%20b"))?;
    Ok((sandbox, receiver))
}

/// The milliseconds of an attempt after another.
fn after(later: SystemTime, earlier: SystemTime) -> u128 {
    later.duration_since(earlier).unwrap_or_default().as_millis()
}

#[tokio::test]
async fn an_event_arrives_signed_and_is_acknowledged() -> Test {
    let (sandbox, receiver) = start().await?;
    let customer = sandbox.customer("A").approved().await?;
    sandbox.settled().await?;
    let got = receiver.got();
    assert_eq!(receiver.objects(), ["APPLICATION", "PAYMENT_METHOD"]);
    for one in &got {
        assert!(one.is_genuine, "{}", one.signature);
        assert_eq!((one.target.as_str(), one.content_type.as_str()), ("/imprint?key=a%20b", "application/json"));
    }
    let verifier = Verifier::new(sandbox.webhook_token());
    let Event::PaymentMethod(event) = verifier.verify(&got[1].signature, &got[1].raw)? else { panic!("another kind") };
    assert_eq!(event.payment_method_id, Some(customer.payment_method));
    let bodies: Vec<_> = sandbox.events().into_iter().map(|event| event.body).collect();
    assert_eq!(bodies, got.iter().map(|got| got.body.clone()).collect::<Vec<_>>());
    for delivery in sandbox.deliveries() {
        assert_eq!((delivery.status, delivery.attempts.len()), (DeliveryStatus::Acknowledged, 1));
        assert_eq!((delivery.endpoint, delivery.attempts[0].status), (receiver.url("/imprint"), Some(200)));
    }
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_failure_comes_again_when_the_clock_is_put_forward_and_is_dead_after_twelve_attempts() -> Test {
    let (sandbox, receiver) = start().await?;
    receiver.always(status(500));
    sandbox.customer("A").approved().await?;
    let error = sandbox.settled().await.expect_err("the receiver fails");
    assert_eq!(error.failed.len(), 2);
    let text = error.to_string();
    let url = receiver.url("/imprint");
    let id = &error.failed[0].id;
    let words = format!("APPLICATION to {url}, delivery {id}: waiting, after attempt 1: 500");
    assert!(text.contains(&words), "{text}");
    assert!(text.contains("look into its log") && text.contains("it comes again at 2026-01-01T00:00:05."), "{text}");
    sandbox.advance(Duration::from_millis(4_900)).await;
    assert_eq!(receiver.got().len(), 2);
    sandbox.advance(Duration::from_millis(200)).await;
    assert_eq!(receiver.got().len(), 4);
    sandbox.advance(Duration::from_secs(86_400)).await;
    let deliveries = sandbox.deliveries();
    let first = &deliveries[0];
    assert_eq!((first.status, first.attempts.len(), first.next_attempt), (DeliveryStatus::Dead, 12, None));
    let pauses: Vec<_> = first.attempts.windows(2).map(|pair| after(pair[1].at, pair[0].at) / 1_000).collect();
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600]);
    sandbox.advance(Duration::from_secs(86_400)).await;
    assert_eq!(receiver.got().len(), 24, "nothing is sent any more");
    // Each attempt has the same bytes.
    assert!(
        receiver.got().iter().all(|got| got.is_genuine && got.raw == deliveries[0].body.as_bytes()
            || got.raw == deliveries[1].body.as_bytes())
    );
    let error = sandbox.verify().expect_err("two are dead").to_string();
    assert_eq!(error.matches("a webhook that was not acknowledged").count(), 2, "{error}");
    assert!(sandbox.settled().await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_failure_holds_back_nothing_and_the_order_is_that_of_the_events() -> Test {
    let (sandbox, receiver) = start().await?;
    receiver.then([status(503)]);
    let customer = sandbox.customer("A").approved().await?;
    let card = sandbox.payment_method(customer.payment_method.as_str());
    card.deactivate().await?;
    card.activate().await?;
    assert!(sandbox.settled().await.is_err());
    let seen = |receiver: &Receiver| {
        let status =
            |got: &super::receiver_of_webhooks::Got| got.body["data"]["new_status"].as_str().map(str::to_owned);
        receiver.got().iter().map(|got| status(got).unwrap_or_else(|| got.object.clone())).collect::<Vec<_>>()
    };
    assert_eq!(seen(&receiver), ["APPLICATION", "ACTIVE", "INACTIVE", "ACTIVE"]);
    sandbox.advance(Duration::from_secs(6)).await;
    assert_eq!(seen(&receiver).last().map(String::as_str), Some("APPLICATION"));
    sandbox.settled().await?;
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn one_is_in_flight_for_each_endpoint_and_a_slow_one_does_not_hold_up_another() -> Test {
    let sandbox = Sandbox::start().await?;
    let (slow, quick) =
        (Receiver::start(sandbox.webhook_token()).await, Receiver::start(sandbox.webhook_token()).await);
    slow.always(Reaction::Late(Duration::from_millis(150), 200));
    sandbox.webhook(slow.url("/"))?;
    sandbox.webhook(quick.url("/"))?;
    sandbox.customer("A").approved().await?;
    let started = std::time::Instant::now();
    quick.has_got(2).await;
    assert!(slow.got().len() < 2, "the second waits for the first");
    sandbox.settled().await?;
    assert!(started.elapsed() >= Duration::from_millis(250), "{:?}", started.elapsed());
    assert_eq!(slow.objects(), ["APPLICATION", "PAYMENT_METHOD"]);
    Ok(())
}

#[tokio::test]
async fn each_way_to_fail_has_a_diagnosis() -> Test {
    let sandbox = Sandbox::builder().webhook_timeout(Duration::from_millis(200)).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    let url = receiver.url("/imprint?key=hidden-key");
    sandbox.webhook(&url)?;
    let customer = sandbox.customer("A").create()?;
    receiver.then([status(500)]);
    sandbox.link_in_app(&customer, "L").await?;
    assert!(sandbox.settled().await.is_err());
    let token = sandbox.webhook_token();
    let ending = format!("ending in ..{}", &token.expose()[token.expose().len() - 2..]);
    for (reaction, words) in [
        (status(401), ending.as_str()),
        (Reaction::Answer(400, "x".repeat(2_000)), "verify the raw body"),
        (status(302), "redirects are not followed"),
        (status(404), "handles the path /imprint"),
        (Reaction::Hang, "no answer within 200 ms; the receiver took the connection"),
        (Reaction::Break, "the connection ended without an answer"),
        (Reaction::Answer(500, format!("wrong token {}", token.expose())), "500 \"wrong token [hidden]\""),
    ] {
        receiver.then([reaction]);
        sandbox.replay(&sandbox.deliveries()[0].id).await?;
        let delivery = &sandbox.deliveries()[0];
        let last = delivery.attempts.last().expect("an attempt");
        let text = last.to_string();
        assert!(text.contains(words), "{words}: {text}");
        assert!(last.answer.len() <= 1_024);
        let shown = format!("{delivery} {delivery:?} {:?} {:?}", sandbox.settled().await, sandbox.verify());
        assert!(!shown.contains(token.expose()) && !shown.contains("hidden-key"), "{shown}");
    }
    drop(receiver);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let last = sandbox.replay(&sandbox.deliveries()[0].id).await?;
    assert!(last.to_string().contains("nothing listens at 127.0.0.1") && last.to_string().contains("host.docker"));
    Ok(())
}

#[tokio::test]
async fn what_the_document_marks_in_an_event_is_hidden_in_an_answer() -> Test {
    let (sandbox, receiver) = start().await?;
    let customer = sandbox.customer("A").approved().await?;
    sandbox.settled().await?;
    receiver.always(Reaction::Answer(500, String::new()));
    let token = sandbox.payment_method(customer.payment_method.as_str()).tokenize(TokenKind::Adyen).await?;
    receiver.always(Reaction::Answer(500, format!("cannot store {}", token.expose())));
    sandbox.advance(Duration::from_secs(20)).await;
    let error = sandbox.settled().await.expect_err("the receiver fails");
    let shown = format!("{error} {error:?} {:?}", sandbox.events());
    assert!(shown.contains("cannot store [hidden]") && !shown.contains(token.expose()), "{shown}");
    Ok(())
}

#[tokio::test]
async fn a_running_clock_retries_by_itself() -> Test {
    let sandbox = Sandbox::builder().clock(Clock::Running).webhook_retry(Retry::Fast).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.then([status(500), status(502)]);
    sandbox.webhook(receiver.url("/"))?;
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    let event = sandbox.wait_for("CUSTOMER_LINK").await?;
    assert_eq!(event.object, "CUSTOMER_LINK");
    // Nobody asks the sandbox for anything in the meantime.
    receiver.has_got(3).await;
    sandbox.settled().await?;
    assert_eq!(
        sandbox.deliveries()[0].attempts.iter().map(|a| a.status).collect::<Vec<_>>(),
        [500, 502, 200].map(Some)
    );
    Ok(())
}

#[tokio::test]
async fn a_running_clock_that_is_put_forward_goes_on_from_there() -> Test {
    let sandbox = Sandbox::builder().clock(Clock::Running).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.always(status(500));
    sandbox.webhook(receiver.url("/"))?;
    sandbox.customer("A").approved().await?;
    sandbox.advance(Duration::from_secs(86_400)).await;
    assert!(sandbox.deliveries().iter().all(|delivery| delivery.status == DeliveryStatus::Dead));
    let (before, started) = (sandbox.now(), std::time::Instant::now());
    tokio::time::sleep(Duration::from_millis(30)).await;
    let passed = after(sandbox.now(), before);
    assert!((28..=started.elapsed().as_millis() + 2).contains(&passed), "{passed}");
    Ok(())
}

#[tokio::test]
async fn without_retries_the_first_failure_is_the_last() -> Test {
    let sandbox = Sandbox::builder().webhook_retry(Retry::Off).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.then([status(500)]);
    sandbox.webhook(receiver.url("/"))?;
    sandbox.customer("A").approved().await?;
    let error = sandbox.settled().await.expect_err("the first has failed");
    assert_eq!((error.failed.len(), error.failed[0].status), (1, DeliveryStatus::Dead));
    let attempt = sandbox.replay(&error.failed[0].id).await?;
    assert!(attempt.is_success() && attempt.is_replay);
    sandbox.settled().await?;
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_replay_has_the_very_bytes_and_a_new_signature_or_the_old_one() -> Test {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.endpoint(receiver.url("/")).milliseconds().register()?;
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    sandbox.settled().await?;
    let id = sandbox.deliveries()[0].id.clone();
    tokio::time::sleep(Duration::from_millis(3)).await;
    let new = sandbox.replay(&id).await?;
    let old = sandbox.replay_with_old_signature(&id).await?;
    receiver.then([status(401)]);
    let refused = sandbox.replay_with_old_signature(&id).await?;
    assert_eq!((new.status, old.status, refused.status), (Some(200), Some(200), Some(401)));
    let got = receiver.got();
    assert_eq!(got.len(), 4);
    assert!(got.iter().all(|one| one.raw == got[0].raw && one.is_genuine));
    assert_ne!(got[1].signature, got[0].signature);
    assert_eq!(got[2].signature, got[1].signature);
    assert_eq!(sandbox.deliveries()[0].status, DeliveryStatus::Acknowledged, "a replay takes nothing back");
    sandbox.settled().await?;
    assert!(sandbox.replay("none").await.is_err());
    Ok(())
}

#[tokio::test]
async fn an_event_is_waited_for_and_a_wrong_kind_is_told_at_once() -> Test {
    let (sandbox, receiver) = start().await?;
    let waiting = sandbox.clone();
    let waiting = tokio::spawn(async move { waiting.wait_for("CUSTOMER_LINK").await });
    tokio::task::yield_now().await;
    let customer = sandbox.customer("A").create()?;
    sandbox.link_in_app(&customer, "L").await?;
    let event = waiting.await??;
    assert_eq!(event.body["data"]["customer_id"], customer.as_str());
    assert_eq!(receiver.got().len(), 1, "it was delivered when the wait is over");
    let unknown = sandbox.wait_for("LINK").await.expect_err("no such kind");
    assert!(unknown.to_string().contains("there are ACCOUNT_STATUS"), "{unknown}");
    Ok(())
}

#[tokio::test]
async fn a_sandbox_and_an_account_reach_their_own_endpoints_only() -> Test {
    let (one, first) = start().await?;
    let (two, second) = start().await?;
    let account = one.account("other");
    let third = Receiver::start(account.webhook_token()).await;
    account.webhook(third.url("/"))?;
    assert_ne!(one.webhook_token().expose(), account.webhook_token().expose());
    let customers = [one.customer("ONE").create()?, two.customer("TWO").create()?, account.customer("THREE").create()?];
    for (sandbox, customer) in [&one, &two, &account].into_iter().zip(&customers) {
        sandbox.link_in_app(customer, "L").await?;
    }
    for sandbox in [&one, &two, &account] {
        sandbox.settled().await?;
    }
    for (receiver, customer) in [&first, &second, &third].into_iter().zip(&customers) {
        let got: Vec<_> = receiver.got().iter().map(|got| got.body["data"]["customer_id"].clone()).collect();
        assert_eq!(got, [customer.as_str()]);
    }
    Ok(())
}

#[tokio::test]
async fn a_sandbox_that_was_dropped_delivers_nothing_any_more() -> Test {
    let sandbox = Sandbox::start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.always(Reaction::Late(Duration::from_millis(100), 200));
    sandbox.webhook(receiver.url("/"))?;
    sandbox.customer("A").approved().await?;
    receiver.has_got(1).await;
    drop(sandbox);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.objects(), ["APPLICATION"], "the second would have followed");
    Ok(())
}

#[tokio::test]
async fn events_before_an_endpoint_are_not_sent_and_a_refused_call_sends_none() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    sandbox.webhook(receiver.url("/"))?;
    let card = sandbox.payment_method(customer.payment_method.as_str());
    card.cancel().await?;
    assert!(card.activate().await.is_err());
    sandbox.settled().await?;
    assert_eq!((receiver.got().len(), sandbox.events().len(), sandbox.deliveries().len()), (1, 3, 1));
    Ok(())
}

#[tokio::test]
async fn so_many_events_are_waited_for() -> Test {
    let (sandbox, receiver) = start().await?;
    let customer = sandbox.customer("A").approved().await?;
    let card = sandbox.payment_method(&customer.payment_method);
    assert_eq!(sandbox.wait_for_events("PAYMENT_METHOD", 1).await?.len(), 1);
    let waiting = sandbox.clone();
    let waiting = tokio::spawn(async move { waiting.wait_for_events("PAYMENT_METHOD", 2).await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "the first is not the second");
    card.deactivate().await?;
    let events = waiting.await??;
    assert_eq!((events.len(), &events[1].body["data"]["new_status"]), (2, &"INACTIVE".into()));
    assert_eq!(receiver.got().len(), 3, "they were delivered when the wait is over");
    assert_eq!(sandbox.wait_for("PAYMENT_METHOD").await?, events[1]);
    Ok(())
}

#[tokio::test]
async fn the_oldest_acknowledged_deliveries_are_dropped_and_the_others_kept() -> Test {
    let sandbox = Sandbox::builder().delivery_log_size(3).webhook_retry(Retry::Off).start().await?;
    let receiver = Receiver::start(sandbox.webhook_token()).await;
    receiver.then([status(500)]);
    sandbox.webhook(receiver.url("/"))?;
    let customer = sandbox.customer("A").approved().await?;
    let card = sandbox.payment_method(&customer.payment_method);
    for _ in 0..4 {
        card.deactivate().await?;
        card.activate().await?;
    }
    assert!(sandbox.settled().await.is_err(), "the first has failed");
    let statuses: Vec<_> = sandbox.deliveries().iter().map(|delivery| delivery.status).collect();
    use DeliveryStatus::{Acknowledged, Dead};
    assert_eq!(statuses, [Dead, Acknowledged, Acknowledged, Acknowledged]);
    assert_eq!((receiver.got().len(), sandbox.events().len()), (10, 10));
    let last = sandbox.deliveries().pop().ok_or("a delivery")?;
    assert_eq!(last.body.as_bytes(), receiver.got()[9].raw);
    sandbox.replay(&last.id).await?;
    assert_eq!(sandbox.deliveries().len(), 4);
    Ok(())
}
