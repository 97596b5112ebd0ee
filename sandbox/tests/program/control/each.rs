//! Each operation once right, and each status that the document has for it: none is documented that does not occur.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{Api, contract, message, streams};
use crate::process::{Process, client};

const KEY: &str = "first-key";

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}")).to_owned()
}

/// The id of a customer who was approved, and that of the card.
async fn approved(api: &Api, partner_id: &str) -> (String, String) {
    let body = json!({ "partner_customer_id": partner_id, "applied": "approve" });
    let made = api.expect(201, "POST", "customers", Some(body)).await;
    (text(&made, "customer_id"), text(&made, "payment_method_id"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_does_what_it_says_and_each_documented_status_occurs() {
    let api = Api::start(&["--clock", "frozen", "--key", KEY]);
    documents(&api).await;
    accounts(&api).await;
    time(&api).await;
    people(&api).await;
    cards(&api).await;
    rewards_and_streaks(&api).await;
    webhooks(&api).await;
    faults_and_requests(&api).await;
    state(&api).await;
    wrong_in_the_same_way_everywhere(&api).await;
    streams::too_many(&api).await;
    let mut seen = std::mem::take(&mut *api.seen.lock().expect("no panic"));
    seen.extend(without_control().await);
    seen.extend(while_it_stops().await);
    let declared: BTreeSet<(String, u16)> = contract()
        .operations()
        .iter()
        .flat_map(|operation| operation.answers.iter().map(|answer| (operation.id.clone(), answer.status)))
        .collect();
    let missing: Vec<_> = declared.difference(&seen).collect();
    assert!(missing.is_empty(), "documented, and in no test: {missing:?}");
}

async fn documents(api: &Api) {
    assert_eq!(api.get("health").await["control"], true);
    assert!(api.get("imprint-openapi.json").await["paths"].is_object());
    api.expect(200, "GET", "openapi.yaml", None).await;
    assert_eq!(api.get("bugs").await, json!({ "bugs": [] }));
}

async fn accounts(api: &Api) {
    let opened = api.expect(201, "POST", "accounts", Some(json!({ "name": "w-1" }))).await;
    let key = text(&opened, "key");
    assert_eq!(api.api(&key, "GET", "/v2/customers", None).await.0, 200);
    api.expect(409, "POST", "accounts", Some(json!({ "name": "w-1" }))).await;
    assert_eq!(api.expect(201, "POST", "accounts", None).await["name"], "account-1");
    let names = api.get("accounts").await;
    assert_eq!(names["accounts"][2], json!({ "name": "w-1", "is_first": false }));
    assert!(!names.to_string().contains(&key));
    let refused = api.expect(404, "GET", "clock?account=w-2", None).await;
    assert!(message(&refused).contains("account-1, sandbox, w-1"), "{refused}");

    let read_only = json!({ "label": "reports", "permissions": { "write": false } });
    let key_of_reports = text(&api.expect(201, "POST", "keys?account=w-1", Some(read_only)).await, "key");
    assert_eq!(api.api(&key_of_reports, "GET", "/v2/customers", None).await.0, 200);
    assert_eq!(api.api(&key_of_reports, "POST", "/v2/customer_sessions", Some(json!({}))).await.0, 403);

    api.expect(204, "DELETE", "accounts/w-1", None).await;
    for key in [&key, &key_of_reports] {
        assert_eq!(api.api(key, "GET", "/v2/customers", None).await.0, 401);
    }
    api.expect(404, "DELETE", "accounts/w-1", None).await;
    api.expect(409, "DELETE", "accounts/sandbox", None).await;
}

async fn time(api: &Api) {
    assert_eq!(api.get("clock").await, json!({ "now": "2026-01-01T00:00:00.000Z", "is_frozen": true }));
    let advanced = api.expect(200, "POST", "clock/advance", Some(json!({ "days": 1, "minutes": 2 }))).await;
    assert_eq!(advanced["now"], "2026-01-02T00:02:00.000Z");
    let frozen = api.expect(200, "POST", "clock/freeze", Some(json!({ "at": "2026-03-01T00:00:00+01:00" }))).await;
    assert_eq!(frozen["now"], "2026-02-28T23:00:00.000Z");
    api.expect(409, "POST", "clock/freeze", Some(json!({ "at": "2026-01-01T00:00:00Z" }))).await;
    let runs = api.expect(200, "POST", "clock/run", None).await;
    assert!(runs["is_frozen"] == false && text(&runs, "now").starts_with("2026-02-28T23:00:0"), "{runs}");
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_ne!(api.get("clock").await["now"], runs["now"]);
    assert_eq!(api.expect(200, "POST", "clock/freeze", None).await["is_frozen"], true);
}

async fn people(api: &Api) {
    let body = json!({ "partner_customer_id": "P1", "applied": "review", "ssn": "219099999", "phone": "+12125550101" });
    let waiting = api.expect(201, "POST", "customers", Some(body)).await;
    assert_eq!(waiting["status"], "ACTION_REQUIRED");
    let path = format!("applications/{}/decide", text(&waiting, "application_id"));
    let decide = || Some(json!({ "decision": "approve" }));
    assert_eq!(api.expect(200, "POST", &path, decide()).await["status"], "APPROVED");
    api.expect(409, "POST", &path, decide()).await;
    api.expect(404, "POST", "applications/none/decide", decide()).await;

    let (_, session) = api.api(KEY, "POST", "/v2/customer_sessions", Some(json!({}))).await;
    let form = |otp: &str| Some(json!({ "client_secret": session["client_secret"], "last_name": "other", "otp": otp }));
    let refused = api.expect(400, "POST", "applications", form("123456")).await;
    assert!(message(&refused).contains("888888"), "{refused}");
    assert_eq!(api.expect(201, "POST", "applications", form("888888")).await["status"], "REJECTED");
    let used = api.expect(400, "POST", "applications", form("888888")).await;
    assert_eq!(used["error"]["type"], "INVALID_CLIENT_SECRET");
    assert!(!used.to_string().contains(session["client_secret"].as_str().expect("text")));

    let (customer, _) = approved(api, "P2").await;
    let link = |id: &str| Some(json!({ "customer_id": id, "partner_customer_id": "LINKED" }));
    api.expect(204, "POST", "links", link(&customer)).await;
    api.expect(409, "POST", "links", link(&customer)).await;
    api.expect(404, "POST", "links", link("none")).await;

    let close = format!("customers/{customer}/close");
    api.expect(400, "POST", &close, Some(json!({ "effective": "2099-01-01T00:00:00Z" }))).await;
    api.expect(204, "POST", &close, Some(json!({ "effective": "2026-01-01T00:00:00Z" }))).await;
    api.expect(409, "POST", &close, None).await;
    api.expect(404, "POST", "customers/none/close", None).await;
}

async fn cards(api: &Api) {
    let (_, card) = approved(api, "CARDS").await;
    let status = |status: &str| Some(json!({ "status": status }));
    let at = |what: &str| format!("payment-methods/{card}/{what}");
    api.expect(204, "POST", at("status"), status("INACTIVE")).await;
    api.expect(204, "POST", at("status"), status("ACTIVE")).await;
    api.expect(409, "POST", at("status"), status("LOAN_ACTIVE")).await;
    let simulate = json!({ "payment_method_id": card, "status": "APPROVED", "amount": 100 });
    let authorise = async || api.api(KEY, "POST", "/v2/simulate_transaction_event", Some(simulate.clone())).await;
    api.expect(204, "POST", at("decline"), None).await;
    assert_eq!(authorise().await.0, 409);
    api.expect(204, "POST", at("accept"), None).await;
    assert!(authorise().await.0 < 300);
    let token = api.expect(201, "POST", at("tokenize"), Some(json!({ "type": "APPLE_WALLET" }))).await;
    let path = format!("/v2/payment_methods/{card}");
    let (_, shown) = api.api(KEY, "GET", &path, None).await;
    assert!(shown.to_string().contains(&text(&token, "token")), "{shown}");
    let events = api.get("events?kind=PAYMENT_METHOD&limit=1000").await;
    assert!(!events.to_string().contains(&text(&token, "token")), "a token is a secret");
    api.expect(204, "POST", at("reissue"), None).await;
    assert_ne!(api.api(KEY, "GET", &path, None).await.1["card"]["last4"], shown["card"]["last4"]);
    api.expect(204, "POST", at("status"), status("CANCELED")).await;
    let token = || Some(json!({ "type": "ADYEN" }));
    for (what, body) in
        [("status", status("ACTIVE")), ("decline", None), ("accept", None), ("tokenize", token()), ("reissue", None)]
    {
        api.expect(409, "POST", at(what), body.clone()).await;
        api.expect(404, "POST", format!("payment-methods/none/{what}"), body).await;
    }
}

async fn rewards_and_streaks(api: &Api) {
    let (customer, _) = approved(api, "REWARDS").await;
    let reward = |id: &str| Some(json!({ "customer_id": id, "type": "ONE_TIME", "amount": 500 }));
    let granted = text(&api.expect(201, "POST", "rewards", reward(&customer)).await, "reward_id");
    api.expect(404, "POST", "rewards", reward("none")).await;
    api.expect(204, "POST", format!("rewards/{granted}/confirm"), None).await;
    api.expect(409, "POST", format!("rewards/{granted}/confirm"), None).await;
    api.expect(404, "POST", "rewards/none/confirm", None).await;
    assert_eq!(api.get("rewards/acknowledged").await, json!({ "rewards": [] }));
    api.expect(204, "POST", "statements/close", Some(json!({ "customer_id": customer }))).await;
    api.expect(404, "POST", "statements/close", Some(json!({ "customer_id": "none" }))).await;

    let streak = |id: &str| {
        Some(json!({
            "customer_id": id, "config_id": "C", "total_periods": 1, "benefits": ["B"], "period_type": "WEEK",
            "period_days": 7, "metadata": { "a": 1 },
        }))
    };
    api.expect(404, "POST", "streaks", streak("none")).await;
    let one = text(&api.expect(201, "POST", "streaks", streak(&customer)).await, "streak_id");
    let other = text(&api.expect(201, "POST", "streaks", streak(&customer)).await, "streak_id");
    api.expect(204, "POST", format!("streaks/{one}/complete-period"), None).await;
    api.expect(409, "POST", format!("streaks/{one}/complete-period"), None).await;
    api.expect(204, "POST", format!("streaks/{other}/fail"), None).await;
    api.expect(409, "POST", format!("streaks/{other}/fail"), None).await;
    for what in ["complete-period", "fail"] {
        api.expect(404, "POST", format!("streaks/none/{what}"), None).await;
    }
    let events = api.get("events?kind=STREAK").await;
    let steps: Vec<_> =
        events["events"].as_array().expect("a list").iter().map(|e| &e["body"]["data"]["event"]).collect();
    assert_eq!(steps, ["ENROLLED", "ENROLLED", "STREAK_COMPLETED", "STREAK_FAILED"]);
}

async fn webhooks(api: &Api) {
    let receiver = Receiver::start("made-up-token").await;
    let endpoint = || Some(json!({ "url": format!("{}?s=hidden", receiver.url()), "token": "made-up-token" }));
    let registered = api.expect(201, "POST", "endpoints", endpoint()).await;
    assert!(!registered.to_string().contains("made-up-token") && !registered.to_string().contains("hidden"));
    api.expect(409, "POST", "endpoints", endpoint()).await;
    api.expect(400, "POST", "endpoints", Some(json!({ "url": "http://example.com/" }))).await;
    let other = json!({ "url": "http://127.0.0.1:9/imprint", "kinds": ["REWARD"], "merchant_keys": ["NONE"],
        "milliseconds": true });
    let other = text(&api.expect(201, "POST", "endpoints", Some(other)).await, "id");
    assert_eq!(api.get("endpoints").await["endpoints"][1]["kinds"], json!(["REWARD"]));
    api.expect(204, "DELETE", format!("endpoints/{other}"), None).await;
    api.expect(404, "DELETE", format!("endpoints/{other}"), None).await;

    let chaos = api.expect(200, "PUT", "chaos", Some(json!({ "duplicate": 2, "reverse": 4, "nulls": true }))).await;
    assert_eq!(api.get("chaos").await, chaos);
    approved(api, "HOOKS").await;
    assert_eq!(
        api.expect(200, "POST", "settle", None).await,
        json!({ "settled": true, "acknowledged": 4, "endpoints": 1 })
    );
    assert_eq!(receiver.taken(), ["PAYMENT_METHOD", "PAYMENT_METHOD", "APPLICATION", "APPLICATION"]);
    api.expect(400, "PUT", "chaos", Some(json!({ "reverse": 2, "shuffle": true }))).await;
    api.expect(204, "DELETE", "chaos", None).await;
    assert_eq!(api.get("chaos").await["duplicate"], 1);

    receiver.answer(500);
    api.expect(204, "POST", "chaos/unknown-event", None).await;
    let undelivered = api.expect(424, "POST", "settle", None).await;
    assert!(undelivered["found"][0]["attempts"][0]["diagnosis"].is_string(), "{undelivered}");
    let id = text(&undelivered["found"][0], "id");
    let waiting = api.get("deliveries?status=WAITING").await;
    assert_eq!(waiting["deliveries"], undelivered["found"]);
    let all = api.get("deliveries").await["deliveries"].as_array().cloned().expect("deliveries");
    let after = text(&all[0], "id");
    let rest = api.get(format!("deliveries?after={after}&limit=1")).await;
    assert_eq!(rest["deliveries"], json!([all[1]]));
    api.expect(400, "GET", "deliveries?after=none", None).await;
    assert!(api.get(format!("deliveries/{id}")).await["body"]["object"].is_string());
    api.expect(404, "GET", "deliveries/none", None).await;
    receiver.answer(200);
    let replayed =
        api.expect(200, "POST", format!("deliveries/{id}/replay"), Some(json!({ "signature": "old" }))).await;
    assert_eq!((&replayed["status"], &replayed["is_replay"]), (&json!(200), &json!(true)));
    assert_eq!(replayed["signature"], undelivered["found"][0]["attempts"][0]["signature"]);
    api.expect(200, "POST", "settle", None).await;
    api.expect(404, "POST", "deliveries/none/replay", None).await;
    api.expect(204, "DELETE", format!("endpoints/{}", text(&registered, "id")), None).await;
    api.expect(409, "POST", format!("deliveries/{id}/replay"), None).await;

    let nothing_there = json!({ "url": "http://127.0.0.1:9/imprint", "token": "t" });
    let report = api.expect(200, "POST", "receivers/check", Some(nothing_there)).await;
    assert!(report["is_ok"] == false && report["checks"][0]["advice"].is_string(), "{report}");
    let last = api.get("events?kind=CUSTOMER_LINK").await["last"].clone();
    let none = api.get(format!("events?kind=CUSTOMER_LINK&wait=0.01&after={}", last.as_str().expect("a mark"))).await;
    assert_eq!(none, json!({ "dropped": 0, "events": [], "last": last }));
    // A mark of another state hides nothing.
    let all = api.get("events?kind=CUSTOMER_LINK&after=0-999999").await;
    assert_eq!(all["events"].as_array().map(Vec::len), Some(1), "{all}");
    streams::read_one(api).await;
}

async fn faults_and_requests(api: &Api) {
    let body = json!({ "operation": "createSession", "next": 2, "status": 503, "retry_after": 1, "shape": "flat" });
    let fault = api.expect(201, "POST", "faults", Some(body)).await;
    assert_eq!((&fault["turn"], &fault["is_unused"]), (&json!("next 2"), &json!(true)));
    let once = json!({ "partner_customer_id": "ONCE" });
    assert_eq!(api.api(KEY, "POST", "/v2/customer_sessions", Some(once)).await.0, 503);
    assert_eq!(api.get("faults").await["faults"][0]["struck"], 1);
    let found = api.expect(424, "POST", "requests/verify", None).await;
    let kinds: Vec<_> = found["found"].as_array().expect("a list").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["unused_fault"], "{found}");
    api.expect(204, "DELETE", format!("faults/{}", fault["number"]), None).await;
    api.expect(404, "DELETE", format!("faults/{}", fault["number"]), None).await;
    api.expect(404, "DELETE", "faults/x", None).await;
    api.expect(200, "POST", "requests/verify", None).await;

    let session = || Some(json!({ "partner_customer_id": "TWICE" }));
    for _ in 0..2 {
        assert_eq!(api.api(KEY, "POST", "/v2/customer_sessions", session()).await.0, 201);
    }
    assert_eq!(api.api(KEY, "GET", "/v2/customers?limit=0", None).await.0, 400);
    let asked = json!({ "no_refusals": true, "counts": { "createSession": 1, "searchCustomers": 1 } });
    let found = api.expect(424, "POST", "requests/verify", Some(asked)).await;
    let kinds: Vec<_> = found["found"].as_array().expect("a list").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["doubled", "refused", "count", "count"], "{found}");
    api.expect(200, "POST", "requests/verify", Some(json!({ "none_doubled": false }))).await;

    let all = api.get("requests?operation=createSession&method=post&status=201&limit=2").await;
    let list = all["requests"].as_array().expect("a list");
    assert_eq!((list.len(), &list[0]["answer"], &list[0]["key"]), (2, &json!("state"), &json!("key 1")));
    let rest = api.get(format!("requests?operation=createSession&after={}", list[0]["number"])).await;
    assert!(rest["requests"].as_array().is_some_and(|rest| rest.iter().all(|one| one["number"] != list[0]["number"])));
    let wait =
        |count: u64| Some(json!({ "operation": "searchCustomers", "status": 400, "count": count, "seconds": 0.1 }));
    api.expect(200, "POST", "requests/wait", wait(1)).await;
    let few = api.expect(424, "POST", "requests/wait", wait(9)).await;
    assert!(few["found"].as_array().is_some_and(|found| found.len() == 1), "{few}");

    let hang = json!({ "always": true, "hang": true });
    api.expect(201, "POST", "faults", Some(hang)).await;
    for _ in 1..1_000 {
        api.expect(201, "POST", "faults", Some(json!({ "next": 1, "status": 503 }))).await;
    }
    api.expect(409, "POST", "faults", Some(json!({ "next": 1, "status": 503 }))).await;
    api.expect(204, "DELETE", "faults", None).await;
    assert_eq!(api.api(KEY, "GET", "/v2/customers", None).await.0, 200);
}

async fn state(api: &Api) {
    let customers = async || api.api(KEY, "GET", "/v2/customers", None).await.1["total"].as_u64().expect("a number");
    let before = customers().await;
    let snapshot = api.get("state").await;
    api.expect(204, "POST", "state/reset", Some(json!({ "to": "empty" }))).await;
    assert_eq!((customers().await, api.get("events").await["events"].as_array().map(Vec::len)), (0, Some(0)));
    api.expect(204, "PUT", "state", Some(snapshot.clone())).await;
    assert!(before > 0 && customers().await == before);
    api.expect(204, "POST", "state/keep-as-seed", None).await;
    api.expect(201, "POST", "customers", Some(json!({ "partner_customer_id": "LATER" }))).await;
    api.expect(204, "POST", "state/reset", None).await;
    assert_eq!(customers().await, before);
    api.expect(400, "PUT", "state", Some(json!({ "format": "another" }))).await;
    api.expect(201, "POST", "accounts", Some(json!({ "name": "w-3" }))).await;
    api.expect(409, "PUT", "state?account=w-3", Some(snapshot)).await;
}

/// What is wrong with a request in a way that each operation refuses.
async fn wrong_in_the_same_way_everywhere(api: &Api) {
    for operation in contract().operations() {
        let id = &operation.id;
        let path = operation.path.replace("/_sandbox/", "").replace(['{', '}'], "");
        let method = operation.method.as_str();
        let refused = api.expect(400, method, format!("{path}?acount=x"), None).await;
        let has_account = operation.parameters.iter().any(|parameter| parameter.name == "account");
        assert_eq!(message(&refused).contains("did you mean account?"), has_account, "{id}: {refused}");
        if has_account && operation.body.is_none() {
            let refused = api.expect(404, method, format!("{path}?account=nobody"), None).await;
            assert!(message(&refused).contains("there is no account of this name"), "{id}: {refused}");
        }
        if operation.body.is_none() {
            let refused = api.expect(400, method, path, Some(json!({ "unknown": 1 }))).await;
            assert_eq!(refused["error"]["param"], "body", "{id}");
            continue;
        }
        for (status, kind, body) in [
            (415, "application/x-www-form-urlencoded", "a=1".to_owned()),
            (400, "application/json", "{".to_owned()),
            (400, "application/json", "[]".to_owned()),
            (413, "application/json", "1".repeat(if id == "putState" { (64 << 20) + 1 } else { (1 << 20) + 1 })),
        ] {
            let url = format!("{}{}", api.program.url(), operation.path);
            let request = client().request(method.parse().expect("a method"), url).header("content-type", kind);
            let answer = request.body(body).send().await.unwrap_or_else(|e| panic!("{id} {status}: {e}"));
            assert_eq!(answer.status().as_u16(), status, "{id}");
            let answer: Value = answer.json().await.expect("JSON");
            assert_eq!(contract().check_answer(operation, status, Some(&answer)), Ok(Vec::new()), "{id} {status}");
            api.seen.lock().expect("no panic").insert((id.clone(), status));
        }
    }
}

/// With the control API off there is nothing of it but what always is.
async fn without_control() -> BTreeSet<(String, u16)> {
    let api = Api::start(&["--control", "off"]);
    for operation in contract().operations() {
        let path = operation.path.replace("/_sandbox/", "");
        let (status, answer) = api.call(&operation.method, &path.replace(['{', '}'], ""), None).await;
        if ["getHealth", "getImprintDocument", "getControlDocument"].contains(&operation.id.as_str()) {
            assert_eq!(status, 200, "{path}");
        } else {
            assert!(status == 404 && message(&answer).contains("--control on"), "{path}: {status} {answer}");
        }
    }
    std::mem::take(&mut *api.seen.lock().expect("no panic"))
}

/// What waits is told that the program stops.
async fn while_it_stops() -> BTreeSet<(String, u16)> {
    // It accepts connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/imprint", silent.local_addr().expect("an address"));
    let mut program = Process::start(&["--clock", "frozen", "--webhook", &url]);
    program.line("are signed with sandbox_");
    let waiting = {
        let api = Api::of(program);
        approved(&api, "P").await;
        let id = text(&api.get("deliveries").await["deliveries"][1], "id");
        let replay = format!("deliveries/{id}/replay");
        let calls = [
            ("POST", "settle", None),
            ("POST", "clock/advance", Some(json!({ "seconds": 1 }))),
            ("POST", "clock/freeze", Some(json!({ "at": "2030-01-01T00:00:00Z" }))),
            ("POST", &replay, None),
            ("POST", "receivers/check", Some(json!({ "url": url }))),
            ("GET", "events?kind=REWARD&wait=60", None),
            ("POST", "requests/wait", Some(json!({ "count": 9, "seconds": 60 }))),
        ];
        let began = std::time::Instant::now();
        let stop = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            api.program.signal("TERM");
        };
        let all = futures_util::future::join_all(calls.map(|(method, path, body)| api.expect(503, method, path, body)));
        futures_util::future::join(all, stop).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        let seen = std::mem::take(&mut *api.seen.lock().expect("no panic"));
        program = api.program;
        seen
    };
    assert!(program.ends().success());
    waiting
}
