//! Faults of the connection and of time, seen at the socket: resets, bodies that are cut, answers that never come.

use std::time::{Duration, Instant};

use imprint_client::{Error, RetryPolicy};
use imprint_sandbox::{AnswerKind, Sandbox};

use super::raw::{End, Raw, content_length};

type Test = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_refused_request_is_reset_and_not_carried_out() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("createSession").next(1).refuse_before();
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("POST", "/v2/customer_sessions").await;
    assert_eq!(raw.end().await, (vec![], End::Reset));
    let record = &sandbox.requests()[0];
    assert_eq!((record.status, record.carried_out, record.answer), (0, false, AnswerKind::Fault));
    assert_eq!(record.operation.as_deref(), Some("createSession"));
    assert_eq!(
        record.to_string(),
        "1: POST /v2/customer_sessions createSession without an answer; fault: refuse_before, not carried out"
    );
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_is_reset_and_carried_out() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("createKey").next(1).lose_answer();
    let before = sandbox.requests().len();
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("GET", "/v2/customers").await;
    assert!(raw.answer().await.0.starts_with("HTTP/1.1 200"));
    // The same connection, so that one can be struck that has answered before.
    raw.send("POST", "/v2/keys").await;
    assert_eq!(raw.end().await, (vec![], End::Reset));
    let record = &sandbox.requests()[before + 1];
    assert_eq!((record.carried_out, record.answer), (true, AnswerKind::State));
    assert_eq!(record.fault.as_deref(), Some("lose_answer"));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_cut_body_has_so_many_bytes_and_the_length_of_the_whole() -> Test {
    let sandbox = Sandbox::start().await?;
    let customer = sandbox.customer("A").create()?;
    let path = format!("/v2/customers/{customer}");
    for bytes in [0, 1, 40] {
        sandbox.on("getCustomer").next(1).cut_body(bytes);
        let mut raw = Raw::connect(&sandbox).await;
        raw.send("GET", &path).await;
        let head = raw.head().await;
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("x-imprint-sandbox-fault: cut_body"), "{head}");
        let (body, end) = raw.end().await;
        assert_eq!((body.len(), end), (bytes, End::Closed));
        assert!(content_length(&head) > 40, "{head}");
    }
    let client = sandbox.client_builder().retry(RetryPolicy::off()).build()?;
    sandbox.on("getCustomer").next(1).cut_body(5);
    let error = client.get_customer().customer_id(&customer).await.expect_err("half of an answer");
    assert!(matches!(error, Error::Transport(_)) && error.may_have_been_processed(), "{error:?}");
    sandbox.verify()?;
    sandbox.on("getCustomer").next(1).cut_body(1_000_000);
    client.get_customer().customer_id(&customer).await?;
    let told = sandbox.verify().expect_err("nothing was cut").to_string();
    assert!(told.contains("cut_body 1000000") && told.contains("the body of the answer has"), "{told}");
    Ok(())
}

#[tokio::test]
async fn other_connections_are_not_cut() -> Test {
    let sandbox = Sandbox::start().await?;
    let (mut good, mut bad) = (Raw::connect(&sandbox).await, Raw::connect(&sandbox).await);
    for connection in [&mut good, &mut bad] {
        connection.send("GET", "/v2/customers").await;
        assert!(connection.answer().await.0.starts_with("HTTP/1.1 200"));
    }
    sandbox.on("getSession").always().lose_answer();
    sandbox.on("searchCustomers").next(1).slow_body(Duration::from_millis(200));
    good.send("GET", "/v2/customers").await;
    bad.send("GET", "/v2/customer_sessions/none").await;
    assert_eq!(bad.end().await.1, End::Reset);
    // The answer that was under way meanwhile is whole, and the connection goes on.
    let (head, body) = good.answer().await;
    assert_eq!(body.len(), content_length(&head));
    good.send("GET", "/v2/customers").await;
    assert!(good.answer().await.0.starts_with("HTTP/1.1 200"));
    Ok(())
}

#[tokio::test]
async fn a_slow_body_is_whole_and_takes_its_time() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("searchCustomers").next(2).slow_body(Duration::from_millis(160));
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("GET", "/v2/customers").await;
    let (head, began) = (raw.head().await, Instant::now());
    let mut body = vec![0; content_length(&head)];
    raw.read(&mut body).await;
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
    assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
    let client =
        sandbox.client_builder().retry(RetryPolicy::off()).attempt_timeout(Duration::from_millis(40)).build()?;
    let error = client.search_customers().await.expect_err("too slow");
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_hanging_request_ends_when_the_client_goes() -> Test {
    let sandbox = Sandbox::start().await?;
    let hanging = sandbox.on_any().next(2).hang();
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("POST", "/v2/customer_sessions").await;
    assert!(raw.is_silent(Duration::from_millis(100)).await);
    sandbox.requests().to("createSession").wait_for(1).await?;
    // The server ends its side, too: nothing waits there any more.
    raw.go().await;
    assert_eq!(raw.end().await, (vec![], End::Closed));
    let client = sandbox.client_builder().retry(RetryPolicy::off()).timeout(Duration::from_millis(100)).build()?;
    let error = client.create_session().await.expect_err("no answer");
    assert!(matches!(error, Error::Timeout(_)) && error.may_have_been_processed(), "{error:?}");
    assert_eq!(hanging.struck(), 2);
    assert!(sandbox.requests().iter().all(|request| !request.carried_out && request.status == 0));
    // Carried out all the same: the client cannot tell the two apart.
    sandbox.on("createSession").next(1).hang().carried_out();
    client.create_session().await.expect_err("no answer");
    let log = sandbox.requests().to("createSession");
    let record = log.last().ok_or("a record")?;
    assert_eq!((record.status, record.carried_out), (201, true));
    sandbox.verify()?;
    Ok(())
}

#[tokio::test]
async fn a_hanging_request_ends_when_the_sandbox_is_dropped() -> Test {
    let sandbox = Sandbox::start().await?;
    // The handle of a fault does not keep the server alive.
    let _fault = sandbox.on_any().always().hang();
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("GET", "/v2/customers").await;
    assert!(raw.is_silent(Duration::from_millis(50)).await);
    drop(sandbox);
    assert!(raw.end().await.0.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_delay_comes_before_anything_else() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on("createSession").next(1).delay(Duration::from_millis(100));
    let began = Instant::now();
    sandbox.client().create_session().await?;
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
    assert!(sandbox.requests()[0].took >= Duration::from_millis(100));

    sandbox.on("createSession").next(1).delay(Duration::from_secs(60)).status(503);
    let client = sandbox.client_builder().retry(RetryPolicy::off()).timeout(Duration::from_millis(50)).build()?;
    client.create_session().await.expect_err("not in time");
    let log = sandbox.requests().to("createSession").wait_for(2).await?;
    assert!(!log[1].carried_out && log[1].fault.as_deref() == Some("delay 60s, error, status 503"), "{}", log[1]);
    assert!(log[1].to_string().contains("the client went away during the delay"), "{}", log[1]);
    Ok(())
}

#[tokio::test]
async fn a_request_to_no_operation_is_struck_as_well() -> Test {
    let sandbox = Sandbox::start().await?;
    sandbox.on_any().next(1).lose_answer();
    let mut raw = Raw::connect(&sandbox).await;
    raw.send("GET", "/v2/nothing").await;
    assert_eq!(raw.end().await.1, End::Reset);
    // It was refused, so that there was nothing to carry out.
    assert_eq!((sandbox.requests()[0].status, sandbox.requests()[0].carried_out), (404, false));
    Ok(())
}
