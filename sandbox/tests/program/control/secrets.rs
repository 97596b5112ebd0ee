//! No answer has a secret, unless it is made there or the answer is a snapshot.

use serde_json::json;

use super::{Api, contract};

#[tokio::test]
async fn what_is_secret_is_in_no_answer_about_what_has_happened() {
    let (key, token, ssn, query) = ("made-up-key-1", "made-up-token-1", "219099999", "made-up-query");
    let url = format!("http://127.0.0.1:9/imprint?s={query}");
    let flags = ["--clock", "frozen", "--key", key, "--pci", "--webhook", &url, "--webhook-token", token];
    let api = Api::start(&flags);
    let customer = json!({ "partner_customer_id": "P", "ssn": ssn, "applied": "approve" });
    let made = api.expect(201, "POST", "customers", Some(customer)).await;
    let id = made["payment_method_id"].as_str().expect("an id");
    let (_, method) = api.api(key, "GET", &format!("/v2/payment_methods/{id}"), None).await;
    let number = method["card"]["pci_details"]["pan"].as_str().expect("the number of a card");
    api.api(key, "POST", "/v2/payment_methods", Some(json!({ "pan": number }))).await;
    api.api(key, "GET", &format!("/v2/customers?ssn={ssn}"), None).await;
    api.api("another-made-up-key", "GET", "/v2/customers", None).await;
    let (_, session) = api.api(key, "POST", "/v2/customer_sessions", Some(json!({ "partner_customer_id": "P" }))).await;
    let client_secret = session["client_secret"].as_str().expect("a secret");
    let form = json!({ "client_secret": client_secret, "last_name": "approve" });
    let mut answers = vec![api.expect(201, "POST", "applications", Some(form)).await];
    answers.push(api.expect(424, "POST", "settle", None).await);
    let delivery = answers[1]["found"][0]["id"].as_str().expect("an id").to_owned();
    api.expect(201, "POST", "faults", Some(json!({ "next": 3, "body": client_secret }))).await;
    answers.push(api.expect(424, "POST", "requests/verify", None).await);
    let mut asked = 0;
    for operation in contract().operations().iter().filter(|operation| operation.method == "GET") {
        // A snapshot has everything, a stream does not end, and the others are the same in every run.
        if !["getState", "streamEvents", "getImprintDocument", "getControlDocument"].contains(&operation.id.as_str()) {
            asked += 1;
            answers.push(api.get(operation.path.replace("/_sandbox/", "").replace("{id}", &delivery)).await);
        }
    }
    assert!(asked > 8, "{asked}");
    for answer in answers {
        for secret in [key, token, ssn, query, number, client_secret, "another-made-up-key"] {
            assert!(!answer.to_string().contains(secret), "{secret} in {answer}");
        }
    }
    // The test would find one: a snapshot has them.
    assert!(api.get("state").await.to_string().contains(number));
}
