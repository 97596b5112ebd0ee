//! No page has a secret or personal data.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Process, client};

use super::partner::{api, done, first_id, get, post, start_path};
use super::receiver::Receiver;

const SSN: &str = "219099999";
const EMAIL: &str = "somebody@example.com";
const PHONE: &str = "+14155550123";
const TOKEN: &str = "made-up-signing-token";
const QUERY: &str = "secret-of-the-receiver";

/// Every text of a JSON value whose member has one of these names.
fn collect(value: &Value, names: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, part) in map {
                if let (true, Some(text)) = (names.contains(&name.as_str()), part.as_str()) {
                    found.push(text.to_owned());
                }
                collect(part, names, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names, found)),
        _ => {}
    }
}

#[tokio::test]
async fn no_page_has_a_secret_or_personal_data() {
    let program = Process::start(&["--pci", "--retry", "off", "--log", "off", "--key", "my-own-key"]);
    let receiver = Receiver::start(401, "made-up-signing-token of +1 415 555 0123").await;
    let endpoint = format!("{}?token={QUERY}", receiver.url());
    done(&program, "endpoint-add", &[("url", &endpoint), ("token", TOKEN)]).await;
    let request = |method: Method, path: &str| {
        client().request(method, format!("{}{path}", program.url())).bearer_auth("my-own-key")
    };
    let body = json!({
        "partner_customer_id": "PARTNER_1",
        "customer_history": { "first_name": "Wilhelmina", "last_name": "Featherstone", "email": EMAIL, "phone": PHONE },
    });
    let session: Value =
        request(Method::POST, "/v2/customer_sessions").json(&body).send().await.unwrap().json().await.unwrap();
    let secret = session["client_secret"].as_str().expect("a client secret");
    let start = get(&program, &start_path(secret)).await;
    let refused = post(&program, &start_path(secret), &[("last_name", "approve"), ("otp", "1")]).await;
    let fields = [("last_name", "approve"), ("phone", PHONE), ("otp", "888888")];
    let sent = post(&program, &start_path(secret), &fields).await;
    let outcome = get(&program, &sent.location).await;
    request(Method::GET, &format!("/v2/customers?ssn={SSN}&email={EMAIL}")).send().await.expect("an answer");
    let method = first_id(&program, "payment-methods", "payment-method-").await;
    done(&program, "method-reissue", &[("id", &method)]).await;
    done(&program, "transaction-begin", &[("payment_method_id", &method), ("status", "CAPTURED"), ("amount", "5")])
        .await;
    let made: Value = request(Method::POST, "/v2/api_keys").send().await.unwrap().json().await.unwrap_or_default();
    let card: Value =
        request(Method::GET, &format!("/v2/payment_methods/{method}")).send().await.unwrap().json().await.unwrap();
    let mut secrets = Vec::new();
    collect(&card, &["pan", "cvv"], &mut secrets);
    assert!(secrets.len() == 2 && secrets[0].len() + secrets[1].len() > 15, "the key sees the card: {card}");
    // A security code has three digits, which other numbers have as well.
    secrets.retain(|secret| secret.len() > 4);
    collect(&made, &["key"], &mut secrets);
    secrets.extend(
        ["my-own-key", secret, SSN, EMAIL, PHONE, TOKEN, QUERY, "Wilhelmina", "Featherstone", "4155550123"]
            .map(str::to_owned),
    );

    let page = get(&program, "/?rows=500").await;
    let failed = super::partner::send(&program, "endpoint-add", &[("url", receiver.url()), ("token", TOKEN)]).await;
    for page in [&page, &failed, &start, &refused, &outcome] {
        for secret in &secrets {
            assert!(!page.text.contains(secret.as_str()), "a page has {secret}: {}", page.text);
        }
        let cvv = card["card"]["pci_details"]["cvv"].as_str().expect("a code");
        assert!(!page.text.contains(&format!("&quot;{cvv}&quot;")) && !page.text.contains("cvv"));
    }
    assert!(page.text.contains("(W. F.)"), "initials");
    assert!(page.text.contains("[hidden]"), "what was hidden shows that it was");
    let unrelated = api(&program, Method::GET, "/v2/customers", None).await;
    assert_eq!(unrelated.0, 401, "the default key is none");
}
