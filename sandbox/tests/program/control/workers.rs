//! Workers of a test that run at the same time, each with an account of its own.

use serde_json::json;

use super::Api;
use super::receiver::Receiver;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_workers_that_take_a_key_each_see_only_themselves() {
    let api = &Api::start(&["--open-accounts", "--clock", "frozen"]);
    let workers = (1..=20_usize).map(|number| {
        async move {
            let (name, key) = (format!("worker_{number}"), format!("sbx-worker_{number}"));
            let at = |path: &str| format!("{path}{}account={name}", if path.contains('?') { '&' } else { '?' });
            // The key alone opens the account.
            assert_eq!(api.api(&key, "GET", "/v2/customers", None).await.1["total"], 0);
            let receiver = Receiver::start("made-up-token").await;
            let endpoint = json!({ "url": receiver.url(), "token": "made-up-token" });
            api.expect(201, "POST", at("endpoints"), Some(endpoint)).await;
            let body = json!({ "partner_customer_id": "THE_SAME_EVERYWHERE", "applied": "approve" });
            let made = api.expect(201, "POST", at("customers"), Some(body)).await;
            let days = json!({ "days": number });
            let clock = api.expect(200, "POST", at("clock/advance"), Some(days)).await;
            assert!(clock["now"].as_str().is_some_and(|now| now.starts_with(&format!("2026-01-{:02}", number + 1))));
            let fault = json!({ "operation": "getOffer", "next": number, "status": 503 });
            api.expect(201, "POST", at("faults"), Some(fault)).await;
            for _ in 0..number {
                assert_eq!(api.api(&key, "GET", "/v2/offers", None).await.0, 503);
            }
            api.expect(200, "POST", at("settle"), None).await;
            assert_eq!(receiver.taken(), ["APPLICATION", "PAYMENT_METHOD"]);
            let counts = json!({ "counts": { "getOffer": number, "searchCustomers": 1 } });
            api.expect(200, "POST", at("requests/verify"), Some(counts)).await;
            let (_, customers) = api.api(&key, "GET", "/v2/customers", None).await;
            assert_eq!((&customers["total"], &customers["data"][0]["id"]), (&json!(1), &made["customer_id"]));
            if number % 2 == 0 {
                api.expect(204, "POST", at("state/reset"), None).await;
                assert_eq!(api.api(&key, "GET", "/v2/customers", None).await.1["total"], 0);
                assert_eq!(api.get(at("requests")).await["requests"].as_array().map(Vec::len), Some(1));
                assert_eq!(api.get(at("endpoints")).await, json!({ "endpoints": [] }));
            }
            made["customer_id"].as_str().expect("an id").to_owned()
        }
    });
    let ids: std::collections::BTreeSet<_> = futures_util::future::join_all(workers).await.into_iter().collect();
    assert_eq!(ids.len(), 20);
    assert_eq!(api.get("health").await["accounts"], 21);
    assert_eq!(api.get("requests").await["requests"], json!([]), "the first account has seen nothing");
    // What was ended begins anew with its key.
    api.expect(204, "DELETE", "accounts/worker_1", None).await;
    assert_eq!(api.api("sbx-worker_1", "GET", "/v2/customers", None).await.1["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_opens_no_account_that_is_not_its_own_and_only_so_many() {
    let closed = Api::start(&[]);
    assert_eq!(closed.api("sbx-a", "GET", "/v2/customers", None).await.0, 401, "it is not asked for");
    let api = Api::start(&["--open-accounts"]);
    for (key, note) in [
        ("sbx-".to_owned(), "1 to 64"),
        (format!("sbx-{}", "a".repeat(65)), "1 to 64"),
        ("sbx-a/b".into(), "1 to 64"),
        ("other".into(), "no account has the key"),
        ("sbx-sandbox".into(), "an account of this name"),
    ] {
        assert_eq!(api.api(&key, "GET", "/v2/customers", None).await.0, 401, "{key}");
        let line = api.program.line(" 401 ");
        assert!(line.contains(note), "{line}");
    }
    let name = "a".repeat(64);
    assert_eq!(api.api(&format!("sbx-{name}"), "GET", "/v2/customers", None).await.0, 200);
    for number in 1..1_000 {
        assert_eq!(api.api(&format!("sbx-{number}"), "GET", "/v2/customers", None).await.0, 200, "{number}");
    }
    assert_eq!(api.api("sbx-1000", "GET", "/v2/customers", None).await.0, 401);
    let line = api.program.line(" 401 ");
    assert!(line.contains("no more are opened"), "{line}");
    api.expect(409, "POST", "accounts", Some(json!({ "name": "b" }))).await;
    api.expect(204, "DELETE", format!("accounts/{name}"), None).await;
    assert_eq!(api.api("sbx-1000", "GET", "/v2/customers", None).await.0, 200, "there is room again");
}
