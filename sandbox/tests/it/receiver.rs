//! The check of receivers: a right one passes, and each mistake is found.

use imprint_client::webhook::{BodyReading, KeyReading, Reading, Verifier};
use imprint_sandbox::{Expected, Report, Sandbox, check_receiver};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::receiver_of_webhooks::{Reaction, Receiver};

type Test = Result<(), Box<dyn std::error::Error>>;

const TOKEN: &str = "a made-up token";

/// A receiver that does with a delivery what the client's verifier says.
async fn verifying(verifier: Verifier) -> Receiver {
    let receiver = Receiver::start(TOKEN.into()).await;
    receiver.verifies_with(verifier);
    receiver.always(Reaction::Verify);
    receiver
}

/// The deliveries that were answered wrongly.
fn wrong(report: &Report) -> Vec<&str> {
    report.checks.iter().filter(|check| !check.is_right).map(|check| check.delivery.as_str()).collect()
}

#[tokio::test]
async fn a_receiver_with_the_verifier_of_the_client_is_right_in_everything() -> Test {
    let receiver = verifying(Verifier::new(TOKEN)).await;
    let report = check_receiver(receiver.url("/imprint?key=secret"), TOKEN).await?;
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.checks.iter().filter(|check| check.delivery.starts_with("genuine ")).count(), 7, "{report}");
    let refused = report.checks.iter().filter(|check| check.expected == Expected::Refused).count();
    assert_eq!((refused, report.checks.len()), (6, 18));
    assert!(report.checks.iter().all(|check| check.advice.is_none()), "{report}");
    let shown = format!("{report} {report:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("secret"), "{shown}");
    assert!(receiver.got().iter().all(|got| got.target == "/imprint?key=secret"));
    // A second check is not taken for a repetition of the first.
    assert!(check_receiver(receiver.url("/"), TOKEN).await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn each_mistake_is_found() -> Test {
    let receiver = verifying(Verifier::new(TOKEN).accept_any_age()).await;
    assert_eq!(wrong(&check_receiver(receiver.url("/"), TOKEN).await?), ["signed an hour ago", "signed an hour ahead"]);

    let believing = Receiver::start(TOKEN.into()).await;
    let report = check_receiver(believing.url("/"), TOKEN).await?;
    assert_eq!(wrong(&report).len(), 6, "{report}");
    assert!(report.to_string().contains("anybody could send this"), "{report}");

    let other = verifying(Verifier::new("the token of another endpoint")).await;
    let report = check_receiver(other.url("/"), TOKEN).await?;
    assert_eq!(wrong(&report).len(), 12, "{report}");
    assert!(report.checks[0].advice.as_ref().is_some_and(|advice| advice.contains("ending in ..en")), "{report}");

    let failing = Receiver::start(TOKEN.into()).await;
    failing.always(Reaction::Answer(500, String::new()));
    let report = check_receiver(failing.url("/"), TOKEN).await?;
    assert_eq!(wrong(&report).len(), report.checks.len(), "{report}");

    let limited = verifying(Verifier::new(TOKEN)).await;
    limited.limits_bodies_to(64 << 10);
    let report = check_receiver(limited.url("/"), TOKEN).await?;
    assert_eq!(wrong(&report), ["genuine, of 300 KiB"]);
    assert!(report.to_string().contains("take bodies of a mebibyte"), "{report}");

    let terse = verifying(Verifier::new(TOKEN)).await;
    terse.always(Reaction::VerifyWith(204, 404));
    let report = check_receiver(terse.url("/"), TOKEN).await?;
    assert!(report.is_ok() && report.checks.iter().all(|check| check.advice.is_some()), "{report}");
    Ok(())
}

/// What a receiver in Python makes of a body when it reads it and writes it again.
fn as_python_writes_it(body: Vec<u8>) -> Vec<u8> {
    let text = serde_json::from_slice::<Value>(&body).expect("JSON").to_string();
    // Nothing in the events has a comma or colon within a text.
    text.replace("\":", "\": ").replace(",\"", ", \"").into_bytes()
}

#[tokio::test]
async fn a_receiver_that_verifies_json_which_it_wrote_anew_is_told_so() -> Test {
    let only_raw = || Verifier::new(TOKEN).pin(Reading::new(KeyReading::Token, BodyReading::Raw));

    // What it writes looks as the sandbox writes it, so that only one delivery finds the mistake.
    let compact = verifying(only_raw()).await;
    compact.verifies_what_is_rewritten(|body| serde_json::from_slice::<Value>(&body).expect("JSON").to_string().into());
    let report = check_receiver(compact.url("/"), TOKEN).await?;
    assert_eq!(wrong(&report), ["genuine, in a spelling of its own"], "{report}");
    assert!(report.to_string().contains("verify the bytes of the body as they came"), "{report}");

    let python = verifying(only_raw()).await;
    python.verifies_what_is_rewritten(as_python_writes_it);
    let report = check_receiver(python.url("/"), TOKEN).await?;
    let advice = report.checks[0].advice.clone().unwrap_or_default();
    assert!(advice.starts_with("its token is right") && advice.contains("Python's json.dumps"), "{report}");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_breaks_off_in_the_middle_of_a_long_body_is_advised_about_its_length() -> Test {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let receiving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // It reads 32 KiB at most, and answers and ends the connection while the rest is still to come.
            let (mut request, mut part) = (Vec::new(), vec![0; 4_096]);
            let is_long = loop {
                let read = stream.read(&mut part).await.unwrap_or_default();
                request.extend_from_slice(&part[..read]);
                if read == 0 || request.ends_with(b"}") {
                    break false;
                }
                if request.len() > 32 << 10 {
                    break true;
                }
            };
            let status = if is_long { "413 Content Too Large" } else { "200 OK" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let report = check_receiver(&url, TOKEN).await?;
    receiving.abort();
    let long = report.checks.iter().find(|check| check.delivery == "genuine, of 300 KiB").ok_or("the long one")?;
    assert!(!long.is_right && matches!(long.status, None | Some(413)), "{report}");
    assert!(long.advice.as_ref().is_some_and(|advice| advice.contains("take bodies of a mebibyte")), "{report}");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_a_report_of_one_line() -> Test {
    let report = check_receiver("http://127.0.0.1:9/imprint", TOKEN).await?;
    assert!(!report.is_ok() && report.checks.len() == 1);
    assert!(report.to_string().contains("nothing listens at 127.0.0.1:9"), "{report}");
    assert!(check_receiver("https://localhost/", TOKEN).await.is_err());
    assert!(check_receiver("http://localhost/", " ").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_sandbox_checks_with_its_token_and_its_document() -> Test {
    let document = imprint_client::openapi::DOCUMENT.replace("\"STREAK\"", "\"SERIES\"");
    let sandbox = Sandbox::builder().document(document).start().await?;
    let receiver = verifying(Verifier::new(sandbox.webhook_token())).await;
    let report = sandbox.check_receiver(receiver.url("/")).await?;
    assert!(report.is_ok(), "{report}");
    assert!(report.checks.iter().any(|check| check.delivery == "genuine SERIES"), "{report}");
    assert!(sandbox.deliveries().is_empty() && sandbox.events().is_empty());
    Ok(())
}
