//! A whole test in plain HTTP, as one in another language makes it: a session, an application, a webhook that the receiver
//! refuses, what to do about it, the webhook again, and the verdict.

use serde_json::json;

use super::receiver::Receiver;
use super::{Api, message};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_failed_is_explained_sent_again_and_verified() {
    let api = Api::start(&["--clock", "frozen"]);
    let account = api.expect(201, "POST", "accounts", Some(json!({ "name": "flow" }))).await;
    let (key, token) = (account["key"].as_str().expect("a key"), account["webhook_token"].as_str().expect("a token"));
    let receiver = Receiver::start(token).await;
    api.expect(201, "POST", "endpoints?account=flow", Some(json!({ "url": receiver.url() }))).await;

    let (status, session) =
        api.api(key, "POST", "/v2/customer_sessions", Some(json!({ "partner_customer_id": "PARTNER_USER_456" }))).await;
    assert_eq!(status, 201);
    receiver.answer(500);
    let form = json!({ "client_secret": session["client_secret"], "last_name": "approve" });
    let outcome = api.expect(201, "POST", "applications?account=flow", Some(form)).await;
    assert_eq!(outcome["status"], "APPROVED");
    let undelivered = api.expect(424, "POST", "settle?account=flow", None).await;
    assert!(message(&undelivered).contains("look into its log"), "{undelivered}");
    let failed = undelivered["found"].as_array().expect("deliveries");
    assert_eq!(failed.len(), 2, "{undelivered}");
    assert!(failed[0]["attempts"][0]["diagnosis"].as_str().is_some_and(|why| why.contains("receiver")));

    receiver.answer(200);
    for delivery in failed {
        let path = format!("deliveries/{}/replay?account=flow", delivery["id"].as_str().expect("an id"));
        assert_eq!(api.expect(200, "POST", path, None).await["status"], 200);
    }
    assert_eq!(receiver.taken(), ["APPLICATION", "PAYMENT_METHOD"]);
    api.expect(200, "POST", "settle?account=flow", None).await;
    let all = api.get("deliveries?account=flow&status=ACKNOWLEDGED").await;
    assert_eq!(all["deliveries"].as_array().map(Vec::len), Some(2));

    // The answer to a call is lost, and the client under test must not simply ask again.
    let lost = json!({ "operation": "createSession", "next": 1, "lose_answer": true });
    api.expect(201, "POST", "faults?account=flow", Some(lost)).await;
    let body = json!({ "partner_customer_id": "OTHER" });
    let request = crate::process::client().post(format!("{}/v2/customer_sessions", api.program.url()));
    assert!(request.bearer_auth(key).json(&body).send().await.is_err(), "the connection is reset");
    let waited = json!({ "operation": "createSession", "count": 2 });
    let requests = api.expect(200, "POST", "requests/wait?account=flow", Some(waited)).await;
    assert_eq!(
        (&requests["requests"][1]["carried_out"], &requests["requests"][1]["fault"]),
        (&json!(true), &json!("lose_answer"))
    );
    let asked = || Some(json!({ "no_refusals": true }));
    api.expect(200, "POST", "requests/verify?account=flow", asked()).await;
    api.api(key, "POST", "/v2/customer_sessions", Some(body)).await;
    let found = api.expect(424, "POST", "requests/verify?account=flow", asked()).await;
    assert_eq!(found["found"][0]["kind"], "doubled", "{found}");
    // Nothing of it is to be seen in the first account.
    assert_eq!(api.get("requests").await["requests"], json!([]));
    assert_eq!(api.get("deliveries").await["deliveries"], json!([]));
}
