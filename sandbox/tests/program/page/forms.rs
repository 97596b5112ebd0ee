//! Each form of the page, right and wrong, by plain HTTP.

use reqwest::Method;
use serde_json::json;

use crate::process::{Process, client};

use super::partner::{answer, api, attribute, badges, done, first_id, get, section, send, session, start_path, texts};
use super::receiver::Receiver;

fn frozen() -> Process {
    Process::start(&["--clock", "frozen", "--seed-number", "7", "--retry", "off"])
}

/// Waits until a section shows a text.
async fn shows(program: &Process, name: &str, text: &str) {
    let end = std::time::Instant::now() + crate::process::LONGEST;
    loop {
        let shown = texts(&section(program, name).await, "section").concat();
        if shown.contains(text) {
            return;
        }
        assert!(std::time::Instant::now() < end, "{name} does not show {text}: {shown}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_endpoint_is_added_and_removed_and_a_dead_webhook_is_replayed() {
    let program = frozen();
    let receiver = Receiver::start(401, "wrong signature").await;
    let url = receiver.url();
    for (fields, expected) in [
        (&[][..], "Fill in the address of your receiver."),
        (&[("url", "http://example.com/")], "may be outside of this network"),
        (&[("url", "https://127.0.0.1/")], "without TLS"),
        (&[("url", url), ("only", "NOTHING")], "no webhook is of the kind"),
    ] {
        let refused = send(&program, "endpoint-add", fields).await;
        assert!(refused.problem().to_lowercase().contains(&expected.to_lowercase()), "{}", refused.problem());
        let html = refused.html();
        let typed = fields.iter().find(|(name, _)| *name == "url").map(|(_, value)| (*value).to_owned());
        assert_eq!(attribute(&html, "#endpoint-add-url", "value"), typed, "what was typed is there again");
        assert_eq!(attribute(&html, "#endpoint-add-url", "aria-invalid").as_deref(), Some("true"));
        assert!(attribute(&html, "#endpoint-add-details", "open").is_some());
    }
    let added = done(&program, "endpoint-add", &[("url", url), ("token", "made-up-token")]).await;
    assert_eq!(added.location, "/?done=endpoint-add#webhooks");
    let twice = send(&program, "endpoint-add", &[("url", url)]).await;
    assert!(twice.problem().contains("twice"));
    done(&program, "customer-add", &[("partner_customer_id", "P")]).await;
    shows(&program, "webhooks", "compare its signing token with the one ending in ..en").await;
    shows(&program, "attention", "dead webhook").await;
    assert!(texts(&section(&program, "webhooks").await, ".answer").contains(&"wrong signature".to_owned()));

    receiver.answers(200);
    let delivery = first_id(&program, "webhooks", "delivery-").await;
    done(&program, "replay", &[("id", &delivery)]).await;
    assert!(badges(&program, "webhooks").await.contains(&"acknowledged".to_owned()));
    assert!(send(&program, "replay", &[("id", "nothing")]).await.problem().contains("no such delivery"));

    let endpoint = first_id(&program, "webhooks", "endpoint-").await;
    done(&program, "endpoint-remove", &[("id", &endpoint)]).await;
    let gone = send(&program, "endpoint-remove", &[("id", &endpoint)]).await;
    assert_eq!(gone.problem(), "There is no such endpoint any more.");
    let replayed = send(&program, "replay", &[("id", &delivery)]).await;
    assert!(replayed.problem().contains("was removed"));
}

#[tokio::test]
async fn a_fault_is_set_strikes_and_is_removed() {
    let program = frozen();
    let fault = |operation, turn, count, effect, detail| {
        [("operation", operation), ("turn", turn), ("count", count), ("effect", effect), ("detail", detail)]
    };
    for (fields, expected) in [
        (fault("createOrdr", "next", "1", "status", "503"), "Did you mean createOrder?"),
        (fault("", "next", "0", "status", "503"), "from 1 to"),
        (fault("", "sometimes", "1", "status", "503"), "Choose which requests"),
        (fault("", "next", "1", "status", "99"), "from 200 to 599"),
        (fault("", "next", "1", "html", ""), "from 200 to 599"),
        (fault("", "next", "1", "delay", "forever"), "from 1 to"),
        (fault("", "next", "1", "null", "data"), "begins with a slash"),
        (fault("", "next", "1", "without", ""), "JSON pointer"),
        (fault("", "next", "1", "explode", ""), "Choose what happens"),
    ] {
        let refused = send(&program, "fault-add", &fields).await;
        assert!(refused.problem().contains(expected), "{}", refused.problem());
        assert_eq!(attribute(&refused.html(), "#fault-add-detail", "value").unwrap_or_default(), fields[4].1);
    }
    assert_eq!(texts(&section(&program, "faults").await, "tbody tr").len(), 0, "a form that is refused sets nothing");

    done(&program, "fault-add", &fault("searchCustomers", "next", "1", "status", "503")).await;
    assert!(texts(&get(&program, "/").await.html(), "#attention").concat().contains("unused fault"));
    assert_eq!(api(&program, Method::GET, "/v2/customers", None).await.0, 503);
    assert_eq!(api(&program, Method::GET, "/v2/customers", None).await.0, 200);
    assert!(badges(&program, "faults").await.contains(&"1 of 1".to_owned()));
    let number = first_id(&program, "faults", "fault-").await;
    done(&program, "fault-remove", &[("id", &number)]).await;
    assert_eq!(send(&program, "fault-remove", &[("id", &number)]).await.problem(), "There is no such fault any more.");

    // Everything that can be chosen can be set.
    let html = section(&program, "faults").await;
    let effects = scraper::Selector::parse("#fault-add-effect option").expect("a selector");
    let effects: Vec<_> = html.select(&effects).filter_map(|option| option.attr("value")).collect();
    assert!(effects.len() > 15, "{effects:?}");
    for effect in &effects {
        let detail = if ["unknown-enum", "null", "without"].contains(effect) { "/data" } else { "500" };
        for turn in ["next", "nth", "every", "always"] {
            done(&program, "fault-add", &fault("getCustomer", turn, "2", effect, detail)).await;
        }
    }
    assert_eq!(texts(&section(&program, "faults").await, "tbody tr").len(), effects.len() * 4);
    done(&program, "faults-clear", &[]).await;
    assert_eq!(texts(&section(&program, "faults").await, "tbody tr").len(), 0);
}

#[tokio::test]
async fn the_clock_is_put_forward_and_stands_still_or_runs() {
    let program = frozen();
    let now = |html: &scraper::Html| attribute(html, "time", "datetime").expect("a time");
    assert_eq!(now(&section(&program, "clock").await), "2026-01-01T00:00:00.000Z");
    done(&program, "clock-advance", &[("number", "2"), ("unit", "days")]).await;
    assert_eq!(now(&section(&program, "clock").await), "2026-01-03T00:00:00.000Z");
    for (number, unit, expected) in [
        ("0", "days", "from 1 to 3650"),
        ("x", "hours", "from 1 to"),
        ("", "hours", "from 1"),
        ("1", "years", "A unit is"),
    ] {
        let refused = send(&program, "clock-advance", &[("number", number), ("unit", unit)]).await;
        assert!(refused.problem().contains(expected), "{}", refused.problem());
    }
    done(&program, "clock-run", &[]).await;
    let html = section(&program, "clock").await;
    assert!(attribute(&html, "time", "data-running").is_some() && texts(&html, ".badge") == ["running"]);
    done(&program, "clock-freeze", &[]).await;
    assert_eq!(texts(&section(&program, "clock").await, ".badge"), ["frozen"]);
}

#[tokio::test]
async fn customers_apply_and_are_decided() {
    let program = frozen();
    let missing = send(&program, "session-open", &[("partner_customer_id", " ")]).await;
    assert_eq!(missing.problem(), "Fill in your id of the customer.");
    let opened = done(&program, "session-open", &[("partner_customer_id", "P-1")]).await;
    assert!(opened.location.starts_with("/start?client_secret="), "{}", opened.location);
    assert_eq!(get(&program, &opened.location).await.status, 200);

    let mut ids = Vec::new();
    for _ in 0..2 {
        let secret = session(&program, "P-2").await;
        let phone = format!("+1415555010{}", ids.len());
        let fields = [("last_name", "review"), ("phone", &phone), ("otp", "888888")];
        let sent = super::partner::post(&program, &start_path(&secret), &fields).await;
        ids.push(sent.location.rsplit('=').next().expect("an id").to_owned());
    }
    done(&program, "application-approve", &[("id", &ids[0])]).await;
    done(&program, "application-reject", &[("id", &ids[1])]).await;
    let again = send(&program, "application-approve", &[("id", &ids[1])]).await;
    assert!(again.problem().contains("does not wait for a decision"));
    let mut states = badges(&program, "applications").await;
    states.sort();
    assert_eq!(states, ["APPROVED", "REJECTED"]);

    assert!(send(&program, "customer-add", &[]).await.problem().starts_with("Fill in"));
    done(&program, "customer-add", &[("partner_customer_id", "P-3")]).await;
    assert!(texts(&section(&program, "customers").await, "tbody tr").concat().contains("P-3"));
}

#[tokio::test]
async fn a_bank_locks_cancels_reissues_declines_and_accepts() {
    let program = frozen();
    done(&program, "customer-add", &[("partner_customer_id", "P")]).await;
    let id = first_id(&program, "payment-methods", "payment-method-").await;
    let state = async || texts(&section(&program, "payment-methods").await, "tbody tr").concat();
    let before = state().await;
    for (action, expected) in [
        ("method-deactivate", "INACTIVE"),
        ("method-activate", "ACTIVE"),
        ("method-decline", "declines"),
        ("method-accept", "accepts"),
        ("method-reissue", "ACTIVE"),
        ("method-cancel", "CANCELED"),
    ] {
        done(&program, action, &[("id", &id)]).await;
        let now = state().await;
        assert!(now.contains(expected), "{action}: {now}");
        assert!(action != "method-reissue" || now != before, "the card has other digits");
        let unknown = send(&program, action, &[("id", "nothing")]).await;
        assert!(unknown.problem().contains("payment method"), "{action}: {}", unknown.problem());
    }
    assert!(send(&program, "method-activate", &[("id", &id)]).await.problem().contains("stays as it is"));
}

#[tokio::test]
async fn a_purchase_goes_step_by_step_and_its_reward_is_confirmed() {
    let program = frozen();
    done(&program, "customer-add", &[("partner_customer_id", "P")]).await;
    let method = first_id(&program, "payment-methods", "payment-method-").await;
    let begin = |status, amount| [("payment_method_id", method.as_str()), ("status", status), ("amount", amount)];
    for (fields, expected) in [
        (begin("CAPTURED", ""), "Fill in the amount."),
        (begin("CAPTURED", "-5"), "written as 12.50"),
        (begin("VOIDED", "5"), "cannot begin with VOIDED"),
        (begin("SOLD", "5"), "one of APPROVED"),
        (begin("APPROVED", "0"), "1 or more"),
        ([("payment_method_id", "nothing"), ("status", "CAPTURED"), ("amount", "5")], "payment"),
    ] {
        let refused = send(&program, "transaction-begin", &fields).await;
        assert!(refused.problem().contains(expected), "{}", refused.problem());
        assert_eq!(attribute(&refused.html(), "#transaction-begin-amount", "value").unwrap_or_default(), fields[2].1);
    }
    done(&program, "transaction-begin", &begin("APPROVED", "80.50")).await;
    let id = first_id(&program, "transactions", "transaction-").await;
    let step = |step, amount| [("id", id.as_str()), ("step", step), ("amount", amount)];
    done(&program, "transaction-step", &step("CAPTURED", "50")).await;
    let refused = send(&program, "transaction-step", &step("VOIDED", "")).await;
    assert!(refused.problem().contains("captured cannot be voided"), "{}", refused.problem());
    assert_eq!(
        texts(&section(&program, "transactions").await, ".steps li"),
        ["APPROVED 80.50 USD", "CAPTURED 50.00 USD"]
    );

    let html = section(&program, "transactions").await;
    let refund = attribute(&html, "option[value^=REFUNDED]", "value").filter(|value| value.contains(' '));
    let refund = refund.expect("a refund of the capture");
    assert!(
        send(&program, "transaction-step", &step(&refund, "50.01")).await.problem().contains("left of the capture")
    );
    done(&program, "transaction-step", &step(&refund, "20")).await;
    assert!(texts(&section(&program, "transactions").await, "td").concat().contains("20.00 USD refunded"));
    let unknown = send(&program, "transaction-step", &[("id", "nothing"), ("step", "CAPTURED")]).await;
    assert!(unknown.problem().contains("no such transaction"));

    assert_eq!(badges(&program, "rewards").await, ["PENDING_DEDUCTION", "PENDING"]);
    let reward = first_id(&program, "rewards", "reward-").await;
    done(&program, "reward-confirm", &[("id", &reward)]).await;
    assert_eq!(badges(&program, "rewards").await, ["DEDUCTED", "PENDING"]);
    let again = send(&program, "reward-confirm", &[("id", &reward)]).await;
    assert!(again.problem().contains("pending"), "{}", again.problem());
    let customer = first_id(&program, "customers", "customer-").await;
    done(&program, "statement-close", &[("id", &customer)]).await;
    assert_eq!(badges(&program, "rewards").await, ["DEDUCTED", "AVAILABLE"]);
    assert!(send(&program, "statement-close", &[("id", "nothing")]).await.problem().contains("customer"));
}

#[tokio::test]
async fn orders_requests_keys_and_choices_are_shown() {
    let program = frozen();
    done(&program, "customer-add", &[("partner_customer_id", "P")]).await;
    let method = first_id(&program, "payment-methods", "payment-method-").await;
    let order = json!({
        "partner_order_id": "O-1", "payment_method_id": method, "total_order_amount": 12_345, "currency": "USD",
    });
    assert_eq!(api(&program, Method::POST, "/v2/orders", Some(order)).await.0, 200);
    assert_eq!(api(&program, Method::GET, "/v2/customers?custmer_id=1", None).await.0, 200);
    assert!(texts(&section(&program, "orders").await, "tbody tr").concat().contains("123.45 USD"));
    let requests = texts(&section(&program, "requests").await, "tbody tr");
    assert!(requests[0].contains("searchCustomers") && requests[0].contains("custmer_id ignored"), "{requests:?}");
    let choices = texts(&section(&program, "choices").await, "#choices-table tbody th");
    assert!(choices.contains(&"unknown-fields-are-ignored".to_owned()), "{choices:?}");
    assert_eq!(texts(&section(&program, "keys").await, "tbody th"), ["sandbox"]);
    assert_eq!(badges(&program, "keys").await, ["valid"]);
    assert_eq!(texts(&section(&program, "attention").await, ".attention li"), [""; 0]);
}

#[tokio::test]
async fn what_is_no_form_of_the_page_is_refused() {
    let program = frozen();
    assert_eq!(send(&program, "nothing", &[]).await.status, 404);
    assert_eq!(get(&program, "/_sandbox/page/section/nothing").await.status, 404);
    let url = format!("{}/_sandbox/page/do/faults-clear", program.url());
    let foreign = client().post(&url).header("origin", "http://evil.example").form(&[("a", "b")]);
    assert_eq!(answer(foreign).await.status, 403);
    let no_browser = client().post(&url).form(&[("a", "b")]);
    assert_eq!(answer(no_browser).await.status, 303, "a program without an origin");
    assert_eq!(answer(client().post(&url).json(&json!({}))).await.status, 415);
    let long = "a".repeat(70_000);
    assert_eq!(answer(client().post(&url).form(&[("a", long.as_str())])).await.status, 413);
    let back = get(&program, "/_sandbox/page/do/faults-clear").await;
    assert_eq!((back.status, back.location.as_str()), (303, "/"));
}

#[tokio::test]
async fn an_account_is_picked_by_its_name() {
    let program = frozen();
    let unknown = get(&program, "/?account=%3Cscript%3E").await;
    assert_eq!(unknown.status, 404);
    assert!(texts(&unknown.html(), "li").contains(&"sandbox".to_owned()) && !unknown.text.contains("<script>"));
    let named = get(&program, "/?account=sandbox&rows=5").await.html();
    let form = attribute(&named, "form[action*='do/clock-advance']", "action").expect("a form");
    assert_eq!(form, "/_sandbox/page/do/clock-advance?account=sandbox&rows=5");
    let answer = super::partner::post(&program, &form, &[("number", "1"), ("unit", "hours")]).await;
    assert_eq!(answer.location, "/?account=sandbox&rows=5&done=clock-advance#clock");
    let html = get(&program, "/?account=sandbox&done=clock-advance").await.html();
    assert_eq!(texts(&html, "#clock [role=status]"), ["The clock was put forward."]);
    assert_eq!(texts(&get(&program, "/?done=<b>").await.html(), ".done").len(), 0);
}

#[tokio::test]
async fn long_tables_say_how_much_is_left_out() {
    let program = frozen();
    for _ in 0..17 {
        api(&program, Method::GET, "/v2/customers", None).await;
    }
    let html = section(&program, "requests").await;
    assert_eq!(texts(&html, "tbody tr").len(), 15);
    assert!(texts(&html, ".more").concat().contains("The latest 15 of 17"));
    let more = attribute(&html, ".more a", "href").expect("a link");
    assert_eq!(more, "/?rows=500#requests");
    let html = get(&program, "/?rows=500").await.html();
    assert_eq!(texts(&html, "#requests tbody tr").len(), 17);
    assert_eq!(texts(&html, "#requests .more").len(), 0);
}

#[tokio::test]
async fn what_an_address_has_too_much_is_no_error() {
    let program = frozen();
    for path in ["/?account=sandbox&account=other&x=1", "/?rows=many", "/start?client_secret=a&client_secret=b"] {
        let answer = client().get(format!("{}{path}", program.url())).send().await.expect("an answer");
        let text = answer.text().await.expect("text");
        assert!(text.starts_with("<!DOCTYPE html>"), "{path}: {text}");
    }
}
