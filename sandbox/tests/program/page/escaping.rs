//! What comes from outside is shown as text.

use reqwest::Method;
use serde_json::json;

use crate::process::Process;

use super::partner::{api, done, get, send};
use super::receiver::Receiver;

const SCRIPT: &str = "<script>alert(1)</script>";

#[tokio::test]
async fn nothing_from_outside_becomes_markup() {
    let program = Process::start(&["--clock", "frozen", "--retry", "off"]);
    let receiver = Receiver::start(500, "<script>alert('receiver')</script>").await;
    done(&program, "endpoint-add", &[("url", receiver.url())]).await;
    done(&program, "customer-add", &[("partner_customer_id", &format!("id{SCRIPT}"))]).await;
    let quoted = "\"><img src=x onerror=alert(1)>";
    done(&program, "customer-add", &[("partner_customer_id", quoted)]).await;
    let body = json!({
        "partner_customer_id": "P", SCRIPT: 1, "customer_history": { "first_name": "<b>", "last_name": "\"'" },
        "customer_metadata": { "note": SCRIPT },
    });
    assert_eq!(api(&program, Method::POST, "/v2/customer_sessions", Some(body)).await.0, 201);
    api(&program, Method::GET, "/v2/<script>alert(1)</script>/'%22", None).await;
    api(&program, Method::GET, "/v2/customers?<script>=%3Cscript%3E", None).await;
    let method = super::partner::first_id(&program, "payment-methods", "payment-method-").await;
    let order =
        json!({ "partner_order_id": SCRIPT, "payment_method_id": method, "total_order_amount": 1, "currency": "USD" });
    assert_eq!(api(&program, Method::POST, "/v2/orders", Some(order)).await.0, 200);
    tokio::time::timeout(crate::process::LONGEST, async {
        while receiver.count() < 4 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("webhooks come");
    let pages = [
        get(&program, "/").await,
        send(&program, "endpoint-add", &[("url", quoted)]).await,
        send(&program, "fault-add", &[("operation", SCRIPT), ("detail", quoted)]).await,
        send(&program, "replay", &[("id", quoted)]).await,
    ];
    for page in &pages {
        assert!(!page.text.contains("<script>") && !page.text.contains("<img"), "{}", page.text);
        let scripts = scraper::Selector::parse("script, img, b > script").expect("a selector");
        assert_eq!(page.html().select(&scripts).count(), 1, "the script of the page alone");
    }
    assert!(pages[0].text.contains("id&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(pages[0].text.contains("&lt;script&gt;alert('receiver')&lt;/script&gt;"));
}
