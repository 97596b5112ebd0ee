//! The page in a real browser: what happens is seen without loading it again, and everything can be done by clicks.

use reqwest::Method;
use serde_json::json;

use crate::process::Process;

use super::browser::Browser;
use super::partner::{api, done, session, start_path};
use super::receiver::Receiver;

/// A mark on the page that is gone when the page is loaded again.
const MARK: &str = "window.mark = true; return true";
const IS_MARKED: &str = "return window.mark === true";

#[tokio::test]
async fn webhooks_clock_applications_and_faults_are_seen_live_and_done_by_clicks() {
    let Some(browser) = Browser::start(true).await else { return };
    let program = Process::start(&["--clock", "frozen", "--retry", "off", "--log", "off"]);
    let receiver = Receiver::start(500, "broken").await;
    browser.go(program.url()).await;
    browser.shows("#live", "Live").await;
    browser.run(MARK).await;

    // A webhook arrives, fails and shows its diagnosis.
    done(&program, "endpoint-add", &[("url", receiver.url())]).await;
    done(&program, "customer-add", &[("partner_customer_id", "PARTNER_1")]).await;
    browser.shows("#webhooks", "the receiver failed: look into its log").await;
    browser.shows("#attention", "dead webhook").await;
    browser.shows("[data-count-of=customers]", "1").await;
    assert_eq!(browser.run(IS_MARKED).await, json!(true), "the page was not loaded again");

    // It is replayed, to a receiver that has been mended.
    receiver.answers(200);
    let before = receiver.count();
    browser.click("form[action*='do/replay'] button").await;
    browser.shows("#webhooks .done", "sent again").await;
    browser.shows("#webhooks", "a replay").await;
    assert_eq!(receiver.count(), before + 1);

    // The clock is put forward.
    browser.click("#clock form[action*='clock-advance'] button").await;
    browser.shows("#clock time", "01:00:00").await;
    browser.shows("#clock .done", "put forward").await;

    // An application is completed.
    browser.type_into("#session-open-partner_customer_id", "PARTNER_2").await;
    browser.click("form[action*='session-open'] button").await;
    browser.type_into("#last_name", "approve").await;
    browser.type_into("#phone", "+1 415 555 0100").await;
    browser.type_into("#otp", "123456").await;
    browser.click("form button").await;
    browser.shows("#problem", "888888").await;
    browser.clear("#otp").await;
    browser.type_into("#otp", "888888").await;
    browser.click("form button").await;
    browser.shows("h1", "Approved").await;

    // The next call is made to fail.
    browser.go(program.url()).await;
    browser.shows("#applications tbody", "PARTNER_2").await;
    browser.click("#fault-add-details summary").await;
    browser.choose("#fault-add-operation", "searchCustomers").await;
    browser.click("form[action*='fault-add'] button").await;
    browser.shows("#faults", "0 of 1").await;
    browser.run(MARK).await;
    assert_eq!(api(&program, Method::GET, "/v2/customers", None).await.0, 503);
    browser.shows("#faults", "1 of 1").await;
    browser.shows("#requests tbody tr", "503").await;
    assert_eq!(browser.run(IS_MARKED).await, json!(true), "the page was not loaded again");

    drop(program);
    browser.shows("#live", "Not connected").await;
}

#[tokio::test]
async fn what_is_used_at_the_moment_is_left_alone() {
    let Some(browser) = Browser::start(true).await else { return };
    let program = Process::start(&["--clock", "frozen", "--retry", "off", "--log", "off"]);
    done(&program, "customer-add", &[("partner_customer_id", "PARTNER_1")]).await;
    let body = json!({ "partner_customer_id": "PARTNER_1" });
    api(&program, Method::POST, "/v2/customer_sessions", Some(body)).await;
    browser.go(program.url()).await;
    browser.shows("#live", "Live").await;

    // Typed text and the focus stay, and rows come all the same.
    browser.type_into("#customer-add-partner_customer_id", "half a na").await;
    browser.click("#requests tbody summary").await;
    browser.click("#endpoint-add-details summary").await;
    browser.type_into("#endpoint-add-url", "http://127").await;
    done(&program, "customer-add", &[("partner_customer_id", "PARTNER_NEW")]).await;
    assert_eq!(api(&program, Method::GET, "/v2/customers", None).await.0, 200);
    browser.shows("#customers tbody", "PARTNER_NEW").await;
    browser.shows("#requests tbody tr", "searchCustomers").await;
    let value = "return document.getElementById('customer-add-partner_customer_id').value";
    assert_eq!(browser.run(value).await, json!("half a na"));
    assert_eq!(browser.run("return document.activeElement.id").await, json!("endpoint-add-url"));
    let open = "return document.querySelectorAll('#requests tbody details[open]').length";
    assert_eq!(browser.run(open).await, json!(1));
    let order = "return [...document.querySelectorAll('#requests tbody tr')].map(row => row.id).join()";
    assert_eq!(browser.run(order).await, json!("request-2,request-1"));

    // What was left alone is brought up to date when it is used no more.
    browser.click("#requests tbody details[open] summary").await;
    browser.run("document.activeElement.blur()").await;
    browser.clear("#customer-add-partner_customer_id").await;
    done(&program, "customer-add", &[("partner_customer_id", "PARTNER_LAST")]).await;
    browser.shows("#customers tbody", "PARTNER_LAST").await;
    let current = "return [...document.querySelectorAll('main > section')].every(s => s.dataset.version)";
    assert_eq!(browser.run(current).await, json!(true));
}

#[tokio::test]
async fn everything_works_without_scripts() {
    let Some(browser) = Browser::start(false).await else { return };
    let program = Process::start(&["--clock", "frozen", "--retry", "off", "--log", "off"]);
    let receiver = Receiver::start(401, "no").await;
    browser.go(program.url()).await;
    browser.click("#endpoint-add-details summary").await;
    browser.type_into("#endpoint-add-url", "ftp://nowhere").await;
    browser.click("form[action*='endpoint-add'] button").await;
    browser.shows("#webhooks [role=alert]", "http://").await;
    browser.clear("#endpoint-add-url").await;
    browser.type_into("#endpoint-add-url", receiver.url()).await;
    browser.click("form[action*='endpoint-add'] button").await;
    browser.shows("#webhooks .done", "takes events").await;

    browser.go(&format!("{}{}", program.url(), start_path(&session(&program, "PARTNER_1").await))).await;
    browser.type_into("#last_name", "review").await;
    browser.type_into("#otp", "888888").await;
    browser.click("form button").await;
    browser.shows("h1", "Waiting for a decision").await;
    browser.click("main a").await;
    browser.click("#applications form[action*='approve'] button").await;
    browser.shows("#applications .badge", "APPROVED").await;
    browser.go(program.url()).await;
    browser.shows("#payment-methods tbody", "ACTIVE").await;
    receiver.answers(200);
    browser.click("form[action*='do/replay'] button").await;
    browser.shows("#deliveries-table tbody tr", "acknowledged").await;
    let no_script = "return document.querySelector('#live noscript') !== null";
    assert_eq!(browser.run(no_script).await, json!(true), "no script of the page ran");
}
