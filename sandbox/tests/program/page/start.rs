//! The application that a customer fills in, by plain HTTP.

use crate::process::{Process, client};

use super::partner::{answer, api, attribute, done, get, post, session, start_path, texts};

#[tokio::test]
async fn the_last_name_decides_and_the_outcome_is_told() {
    let program = Process::start(&["--control", "off", "--clock", "frozen"]);
    for (place, (name, title)) in [
        ("approve", "Approved"),
        ("review", "Waiting for a decision"),
        ("frozen", "Waiting for a decision"),
        ("Approve", "Rejected"),
        ("", "Rejected"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = start_path(&session(&program, &format!("P-{place}")).await);
        let form = get(&program, &path).await;
        assert_eq!(form.status, 200, "{}", form.text);
        let phone = format!("+1 415 555 010{place}");
        let sent = post(&program, &path, &[("last_name", name), ("phone", &phone), ("otp", "888888")]).await;
        assert!(
            sent.status == 303 && sent.location.starts_with("/start?application="),
            "{} {}",
            sent.status,
            sent.text
        );
        let outcome = get(&program, &sent.location).await;
        assert_eq!(texts(&outcome.html(), "h1"), [title], "{name}");
        let again = get(&program, &path).await;
        assert!(again.status == 400 && again.text.contains("INVALID_CLIENT_SECRET"), "a session is used once");
        let twice = post(&program, &path, &[("last_name", name), ("otp", "888888")]).await;
        assert!(twice.status == 400 && twice.text.contains("INVALID_CLIENT_SECRET"));
    }
    let (_, found) = api(&program, reqwest::Method::GET, "/v2/customers?partner_customer_id=P-0", None).await;
    assert_eq!(
        (&found["data"][0]["phone"], &found["data"][0]["last_name"]),
        (&"+14155550100".into(), &"approve".into())
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_place_and_the_session_stays_open() {
    let program = Process::start(&["--clock", "frozen"]);
    let secret = session(&program, "P").await;
    let path = start_path(&secret);
    for (phone, otp, wrong, expected) in [
        ("+1 415 555 0100", "123456", "otp", "888888"),
        ("+1 415 555 0100", "", "otp", "Fill in the code."),
        ("call me", "888888", "phone", "country code"),
    ] {
        let refused = post(&program, &path, &[("last_name", "approve"), ("phone", phone), ("otp", otp)]).await;
        assert!(refused.problem().contains(expected), "{}", refused.problem());
        let html = refused.html();
        assert_eq!(attribute(&html, "[aria-invalid=true]", "id").as_deref(), Some(wrong));
        assert_eq!(
            attribute(&html, "#last_name", "value").as_deref(),
            Some("approve"),
            "what was typed is there again"
        );
        assert_eq!(attribute(&html, "#phone", "value").as_deref(), Some(phone));
        assert!(!refused.text.contains(&secret), "the secret stands in the address alone");
    }
    let sent = post(&program, &path, &[("last_name", "approve"), ("phone", ""), ("otp", "888888")]).await;
    assert_eq!(sent.status, 303);
}

#[tokio::test]
async fn a_secret_that_is_of_no_use_says_so() {
    let program = Process::start(&["--clock", "frozen"]);
    let unknown = get(&program, "/start?client_secret=nothing").await;
    assert!(unknown.status == 400 && texts(&unknown.html(), "[role=alert]") == ["INVALID_CLIENT_SECRET"]);
    let none = get(&program, "/start").await;
    assert!(none.status == 400 && none.text.contains("createSession"));
    assert_eq!(get(&program, "/start?application=nothing").await.status, 404);

    let path = start_path(&session(&program, "P").await);
    done(&program, "clock-advance", &[("number", "2"), ("unit", "hours")]).await;
    assert!(get(&program, &path).await.text.contains("INVALID_CLIENT_SECRET"), "it has expired");
    let late = post(&program, &path, &[("otp", "888888")]).await;
    assert!(late.status == 400 && late.text.contains("INVALID_CLIENT_SECRET"));
}

#[tokio::test]
async fn a_page_of_another_origin_leads_there_and_cannot_send_the_form() {
    let program = Process::start(&["--clock", "frozen"]);
    let path = start_path(&session(&program, "P").await);
    let url = format!("{}{path}&device-id=of-the-sdk", program.url());
    let linked = client().get(&url).header("origin", "http://shop.example").header("sec-fetch-site", "cross-site");
    assert_eq!(answer(linked).await.status, 200);
    let sent = client().post(&url).header("origin", "http://shop.example").form(&[("otp", "888888")]);
    assert_eq!(answer(sent).await.status, 403);
    assert_eq!(get(&program, &path).await.status, 200, "the session is open");
}
