//! The structure of the pages: landmarks, headings, labels, ids, tables.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

use crate::process::Process;

use super::partner::{attribute, done, get, post, send, session, start_path, texts};
use super::receiver::Receiver;

fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).expect("a selector")).collect()
}

/// What has to be true of each page.
fn check(name: &str, html: &Html) {
    let mut ids = HashSet::new();
    for element in all(html, "[id]") {
        let id = element.attr("id").expect("an id");
        assert!(!id.is_empty() && !id.contains(char::is_whitespace) && ids.insert(id), "{name}: the id {id:?}");
    }
    assert_eq!(attribute(html, "html", "lang").as_deref(), Some("en"), "{name}");
    assert_eq!((all(html, "h1").len(), all(html, "main").len(), all(html, "title").len()), (1, 1, 1), "{name}");
    let skip = attribute(html, "body > a", "href").expect("a skip link");
    assert!(ids.contains(skip.trim_start_matches('#')), "{name}: {skip}");

    let levels: Vec<u32> =
        all(html, "h1, h2, h3, h4").iter().filter_map(|h| h.value().name()[1..].parse().ok()).collect();
    assert_eq!(levels.first(), Some(&1), "{name}");
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");

    for field in all(html, "input:not([type=hidden]), select, textarea") {
        let id = field.attr("id").unwrap_or_else(|| panic!("{name}: a field without an id: {}", field.html()));
        let labels = texts(html, &format!("label[for='{id}']"));
        assert!(labels.len() == 1 && !labels[0].is_empty(), "{name}: the labels of {id}: {labels:?}");
        for described in field.attr("aria-describedby").unwrap_or_default().split_whitespace() {
            assert!(ids.contains(described), "{name}: {id} is described by {described}");
        }
    }
    for form in all(html, "form") {
        assert!(all(&Html::parse_fragment(&form.html()), "button").len() == 1, "{name}: {}", form.html());
    }
    let names: Vec<_> = texts(html, "tbody button");
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "{name}: buttons of rows differ: {names:?}");
    for table in all(html, "table") {
        let html = Html::parse_fragment(&table.html());
        assert_eq!(all(&html, "caption").len(), 1, "{name}: {}", table.html());
        assert!(all(&html, "th").iter().all(|th| matches!(th.attr("scope"), Some("col" | "row"))), "{name}");
        let columns = all(&html, "thead th").len();
        for row in all(&html, "tbody > tr") {
            let cells = row.children().filter(|child| child.value().is_element()).count();
            assert_eq!(cells, columns, "{name}: {}", row.html());
        }
        let around = table.parent().and_then(ElementRef::wrap).expect("an element");
        let around = |name: &str| around.attr(name);
        assert_eq!((around("role"), around("tabindex")), (Some("region"), Some("0")), "{name}");
        assert!(around("aria-label").is_some_and(|label| !label.is_empty()));
    }
    for link in all(html, "a[href^='#']") {
        let target = link.attr("href").expect("a target").trim_start_matches('#');
        assert!(ids.contains(target), "{name}: a link leads to {target}");
    }
    for section in all(html, "main > section") {
        let title = section.attr("aria-labelledby").expect("a title");
        assert!(ids.contains(title) && section.attr("data-version").is_some(), "{name}: {title}");
    }
}

#[tokio::test]
async fn pages_are_well_structured_empty_full_and_refused() {
    let program = Process::start(&["--clock", "frozen", "--retry", "off", "--log", "off"]);
    let empty = get(&program, "/").await.html();
    check("empty", &empty);
    assert!(all(&empty, ".empty").len() >= 8, "an empty section says what to do");
    assert_eq!(all(&empty, "main > section").len(), all(&empty, "nav li").len());
    assert_eq!(all(&empty, "header, nav[aria-label], main, footer").len(), 4, "landmarks");
    assert!(all(&empty, "[aria-live=polite] b").len() > 8, "counts are read out");

    fill(&program).await;
    let full = get(&program, "/").await.html();
    check("full", &full);
    let ids: Vec<String> =
        all(&full, "main > section").iter().filter_map(|s| s.attr("id").map(str::to_owned)).collect();
    for id in ids {
        let shown = all(&full, &format!("#{id} tbody tr, #{id} li, #{id} time")).len();
        assert!(shown > 0, "{id} is empty");
    }
    for (action, fields) in [
        ("endpoint-add", &[][..]),
        ("replay", &[("id", "x")]),
        ("clock-advance", &[("id", "hour"), ("number", "x"), ("unit", "hours")]),
        ("fault-add", &[("turn", "next")]),
    ] {
        check(action, &send(&program, action, fields).await.html());
    }
    let path = start_path(&session(&program, "P").await);
    check("start", &get(&program, &path).await.html());
    check("start refused", &post(&program, &path, &[("otp", "1")]).await.html());
    check("start invalid", &get(&program, "/start?client_secret=x").await.html());
    check("no such account", &get(&program, "/?account=x").await.html());
    let closed = Process::start(&["--control", "off"]);
    check("closed", &get(&closed, "/").await.html());
}

/// Something in every section.
pub async fn fill(program: &Process) {
    let receiver = Receiver::start(500, "broken").await;
    done(program, "endpoint-add", &[("url", receiver.url())]).await;
    for partner in ["PARTNER_1", "PARTNER_2"] {
        done(program, "customer-add", &[("partner_customer_id", partner)]).await;
    }
    let waiting = start_path(&session(program, "PARTNER_3").await);
    post(program, &waiting, &[("last_name", "review"), ("otp", "888888")]).await;
    let method = super::partner::first_id(program, "payment-methods", "payment-method-").await;
    for (status, amount) in [("CAPTURED", "50"), ("APPROVED", "1234.56"), ("REFUNDED", "3")] {
        let fields = [("payment_method_id", method.as_str()), ("status", status), ("amount", amount)];
        done(program, "transaction-begin", &fields).await;
    }
    let order = serde_json::json!({
        "partner_order_id": "O-1", "payment_method_id": method, "total_order_amount": 5_000, "currency": "USD",
    });
    super::partner::api(program, reqwest::Method::POST, "/v2/orders", Some(order)).await;
    super::partner::api(program, reqwest::Method::GET, "/v2/customers?nonsense=1", None).await;
    let fault = [("operation", "getCustomer"), ("turn", "next"), ("count", "1"), ("effect", "hang"), ("detail", "")];
    done(program, "fault-add", &fault).await;
    tokio::time::timeout(crate::process::LONGEST, async {
        while receiver.count() < 8 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("webhooks come");
}
