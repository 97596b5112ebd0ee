//! Requests and responses of single calls, call options, configuration errors, and raw requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use httpmock::{HttpMockRequest, MockServer};
use imprint_client::{
    CallOptions, Client, Environment, Error, ErrorKind, HeaderMap, Method, OptionalExt, error::TimeoutPhase,
};
use serde_json::json;

use super::support::{KEY, client, payload, payloads, respond_always, server_expecting, server_responding};

fn header(request: &HttpMockRequest, name: &str) -> Option<String> {
    request.headers_vec().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

#[test]
fn base_url_returns_the_url_of_the_client() {
    let client = Client::builder().api_key(KEY).build().expect("a client");
    assert_eq!(client.base_url(), "https://dev.sbx.imprint.co/");
}

/// A page without items.
const NO_ITEMS: &str = r#"{"data":[]}"#;

#[tokio::test]
async fn a_get_sends_the_key_and_only_the_needed_headers() {
    let check = |request: &HttpMockRequest| {
        header(request, "authorization").as_deref() == Some(&format!("Bearer {KEY}"))
            && header(request, "accept").as_deref() == Some("application/json")
            && header(request, "user-agent").is_some_and(|agent| agent.starts_with("imprint-client/"))
            && ["api-version", "content-type", "x-imprint-merchant-key"]
                .iter()
                .all(|name| header(request, name).is_none())
    };
    let (_server, client) = server_expecting(check, 200, r#"{"id": "C"}"#).await;
    let customer = client.get_customer().customer_id("C").send().await.expect("a customer");
    assert_eq!((customer.id.as_str(), customer.status().as_u16(), customer.attempts()), ("C", 200, 1));
    assert!(customer.headers().contains_key("content-type"));
}

#[tokio::test]
async fn basic_authentication_and_the_merchant_key_are_sent_if_set() {
    // base64 of "test_4eC39HqLyjWDarjtT1zdp7dc:"
    let check = |request: &HttpMockRequest| {
        header(request, "authorization").as_deref() == Some("Basic dGVzdF80ZUMzOUhxTHlqV0Rhcmp0VDF6ZHA3ZGM6")
            && header(request, "x-imprint-merchant-key").as_deref() == Some("acme-travel")
    };
    let (server, _) = server_expecting(check, 200, NO_ITEMS).await;
    let client = Client::builder()
        .api_key(KEY)
        .basic_auth()
        .merchant_key("acme-travel")
        .base_url(server.base_url())
        .build()
        .expect("a client");
    client.search_customers().send().await.expect("a page");
}

#[tokio::test]
async fn path_and_query_are_encoded() {
    let check = |request: &HttpMockRequest| {
        request.uri_str().ends_with("/v2/customers/a%20b%3Ac/rewards?limit=5&starting_after=x%26y%3Dz")
            || request.uri_str().ends_with("/v2/customers/a%20b%3Ac/rewards?limit=5&starting_after=x%26y%3dz")
    };
    let (_server, client) = server_expecting(check, 200, NO_ITEMS).await;
    let call = client.get_rewards().customer_id("a b:c").limit(5).starting_after("x&y=z");
    call.send().await.expect("a page");
}

#[tokio::test]
async fn missing_and_invalid_values_are_reported_and_nothing_is_sent() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, NO_ITEMS).await;
    let client = client(&server);
    let both = client.link_customer_account().send().await.expect_err("two fields are missing").to_string();
    assert!(both.contains("customer_id") && both.contains("partner_customer_id"), "{both}");
    assert!(both.contains("linkCustomerAccount"), "{both}");
    let query = client.search_payment_methods().send().await.expect_err("a field is missing").to_string();
    assert!(query.contains("customer_id"), "{query}");
    for limit in [0, -1] {
        let error = client.get_rewards().customer_id("C").limit(limit).send().await.expect_err("too small");
        assert!(matches!(error, Error::InvalidRequest(_)) && error.to_string().contains("limit"), "{error}");
        let error = client.search_customers_post().body_map(|b| b.limit(limit)).send().await.expect_err("too small");
        assert!(error.to_string().contains("limit"), "{error}");
    }
    mock.assert_calls_async(0).await;
}

#[tokio::test]
async fn an_id_that_would_select_another_operation_is_refused() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, NO_ITEMS).await;
    let client = client(&server);
    for id in ["", ".", "..", "%2e%2e", "%252e%252e"] {
        let error = client.delete_order().order_id(id).send().await.expect_err(id);
        assert!(matches!(error, Error::InvalidRequest(_)), "{id}: {error}");
        assert!(!error.is_retryable() && !error.may_have_been_processed());
    }
    mock.assert_calls_async(0).await;
}

#[tokio::test]
async fn an_operation_without_a_response_body_returns_unit() {
    let (_server, client) = server_responding(204, "").await;
    let gone = client.delete_order().order_id("O").send().await.expect("deleted");
    assert_eq!(gone.status().as_u16(), 204);
    let () = gone.into_inner();
    // A body that the document does not declare is ignored.
    let (_server, client) = server_responding(200, "<html>").await;
    client.delete_order_event().order_event_id("E").send().await.expect("deleted");
}

#[tokio::test]
async fn a_204_for_a_documented_200_is_a_success_if_no_field_is_required() {
    let (_server, client) = server_responding(204, "").await;
    let key = client.delete_key().send().await.expect("the key is gone");
    assert!(key.key.is_none() && key.deleted_at.is_none());
    assert!(client.get_customer().customer_id("C").send().await.is_err(), "a customer must have an id");
    let (_server, client) = server_responding(200, "").await;
    assert!(client.delete_key().send().await.is_err(), "the missing body must be an error");
}

#[tokio::test]
async fn the_attempt_timeout_of_a_call_can_be_shorter_than_that_of_the_client() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.any_request();
            then.status(200).body("{}").delay(Duration::from_secs(5));
        })
        .await;
    let hasty = client(&server).with_options(CallOptions::new().attempt_timeout(Duration::from_millis(50)));
    let Err(Error::Timeout(error)) = hasty.search_customers().send().await else { panic!("the call must time out") };
    assert_eq!((error.phase(), error.limit()), (TimeoutPhase::Attempt, Duration::from_millis(50)));
    assert!(error.is_retryable() && error.may_have_been_processed());
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
#[tokio::test]
async fn a_build_without_tls_is_a_config_error_that_names_tls() {
    let client = Client::builder().api_key(KEY).base_url("https://127.0.0.1:1").build().expect("a client");
    let error = client.search_customers().send().await.expect_err("no TLS");
    assert!(matches!(error, Error::Config(_)) && error.to_string().contains("TLS"), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_decode_error_names_the_field_and_not_its_value() {
    let mut page = json!({"data": []});
    for _ in 0..4 {
        let method: serde_json::Value =
            serde_json::from_str(&payload("getPaymentMethod--openapi-composed.json")).expect("JSON");
        page["data"].as_array_mut().expect("a list").push(method);
    }
    page["data"][3]["card"]["exp_year"] = json!(5_105_105_105_105_100_i64);
    let (_server, client) = server_responding(200, &page.to_string()).await;
    let Err(Error::Decode(error)) = client.get_payment_methods().customer_id("C").send().await else {
        panic!("a number decoded as a string");
    };
    assert_eq!((error.operation_id(), error.status().as_u16()), ("getPaymentMethods", 200));
    assert_eq!(error.path(), "data[3].card.exp_year");
    let said = format!("{error} {error:?}");
    assert!(!said.contains("5105105105105100"), "{said}");
    assert!(std::error::Error::source(&error).is_none());
}

#[tokio::test]
async fn a_success_with_html_or_truncated_json_is_a_decode_error() {
    for body in ["", "<html>it is late</html>", r#"{"id": "C""#, "[1]", "null"] {
        let (_server, client) = server_responding(200, body).await;
        let error = client.get_customer().customer_id("C").send().await.expect_err(body);
        assert!(matches!(error, Error::Decode(_)), "{body}: {error}");
        assert!(!error.to_string().contains("late"), "{error}");
    }
}

#[tokio::test]
async fn an_api_error_keeps_any_status_and_any_body() {
    let kinds = [
        (302, ErrorKind::Other),
        (400, ErrorKind::BadRequest),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (418, ErrorKind::Other),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (503, ErrorKind::Server),
    ];
    for (status, kind) in kinds {
        for body in ["", "<html>", "[1]", "\"text\"", "{", r#"{"type": "T", "message": "M"}"#] {
            let (_server, client) = server_responding(status, body).await;
            let Err(Error::Api(error)) = client.create_key().send().await else { panic!("{status} is no error") };
            assert_eq!((error.status().as_u16(), error.kind()), (status, kind));
            assert_eq!(error.body(), body.as_bytes());
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
    }
}

#[tokio::test]
async fn an_error_masks_card_and_social_security_numbers_of_the_server() {
    let body = r#"{"error": {"type": "BAD", "message": "no card 4111111592341815 for 123456789"}}"#;
    let (_server, client) = server_responding(400, body).await;
    let error = client.create_session().send().await.expect_err("a 400 is an error");
    let shown = format!("{error} {error:?}");
    let Error::Api(error) = error else { panic!("{error} is no API error") };
    assert!(!shown.contains("4111111592341815") && !shown.contains("123456789"), "{shown}");
    assert_eq!(error.message(), "no card 4111111592341815 for 123456789");
}

#[tokio::test]
async fn a_refused_connection_is_a_transport_error_that_does_not_show_the_query() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let client = Client::builder().api_key(KEY).base_url(gone).build().expect("a client");
    let error = client.search_customers().partner_customer_id("WHO").send().await.expect_err("no server listens");
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert!(error.is_retryable() && !error.may_have_been_processed());
    let mut said = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        said.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!said.contains("WHO") && !said.contains(KEY), "{said}");
}

#[test]
fn a_configuration_error_names_the_setting_and_not_the_key() {
    let mistakes = [
        (Client::builder().build(), "api_key"),
        (Client::builder().api_key("  ").build(), "empty"),
        (Client::builder().api_key("key\n").build(), "line"),
        (Client::builder().api_key(KEY).base_url("http://example.com").build(), "https"),
        (Client::builder().api_key(KEY).base_url("https://user@example.com").build(), "user"),
        (Client::builder().api_key(KEY).base_url("https://example.com/?q=1").build(), "query"),
        (Client::builder().api_key(KEY).base_url("https://example.com/v2/").build(), "/v2"),
        (Client::builder().api_key(KEY).base_url("nonsense").build(), "URL"),
        (
            Client::builder().api_key(KEY).environment(Environment::Production).base_url("https://example.com").build(),
            "environment",
        ),
    ];
    for (client, says) in mistakes {
        let error = client.expect_err(says);
        assert!(matches!(error, Error::Config(_)), "{error}");
        assert!(error.to_string().to_lowercase().contains(&says.to_lowercase()), "{error} does not say {says}");
        assert!(!error.to_string().contains(KEY), "{error}");
    }
}

#[tokio::test]
async fn options_change_a_call_and_not_the_client() {
    let check = |request: &HttpMockRequest| {
        header(request, "x-request-id").as_deref() == Some("7f3a")
            && header(request, "x-imprint-merchant-key").as_deref() == Some("acme-travel")
            && header(request, "authorization").as_deref() == Some(&format!("Bearer {KEY}"))
    };
    let (_server, client) = server_expecting(check, 200, NO_ITEMS).await;
    let options = CallOptions::new().header("x-request-id", "7f3a").merchant_key("acme-travel");
    client.with_options(options.clone()).search_customers().send().await.expect("a page");
    assert!(client.search_customers().send().await.is_err(), "the options must not change the client itself");
    // `with_timeout` keeps the other options.
    let patient = client.with_options(options).with_timeout(Duration::from_secs(5));
    patient.search_customers().send().await.expect("a page");
}

#[tokio::test]
async fn an_invalid_option_is_a_config_error_and_nothing_is_sent() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, NO_ITEMS).await;
    let client = client(&server);
    for options in [
        CallOptions::new().header("Authorization", "Bearer other"),
        CallOptions::new().header("x-a", "a\nb"),
        CallOptions::new().merchant_key(""),
        CallOptions::new().timeout(Duration::ZERO),
    ] {
        let error = client.with_options(options).search_customers().send().await.expect_err("a bad option");
        assert!(matches!(error, Error::Config(_)), "{error}");
    }
    let error = client.with_merchant_key("a\nb").search_customers().send().await.expect_err("a bad key");
    assert!(error.to_string().contains("merchant key"), "{error}");
    mock.assert_calls_async(0).await;
}

#[tokio::test]
async fn settings_of_the_http_client_cannot_redirect_or_replace_the_key() {
    let elsewhere = MockServer::start_async().await;
    let requests_elsewhere = respond_always(&elsewhere, 200, "{}").await;
    let server = MockServer::start_async().await;
    let target = elsewhere.url("/v2/customers");
    // The headers that arrive, each as often as it arrives.
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&arrived);
    server
        .mock_async(|when, then| {
            when.is_true(move |request: &HttpMockRequest| {
                *noted.lock().expect("no thread has panicked") = request.headers_vec().clone();
                true
            });
            then.status(302).header("location", target);
        })
        .await;
    let proxy = reqwest::Proxy::all(elsewhere.base_url()).expect("a proxy");
    let mut headers = HeaderMap::new();
    headers.insert("x-from-http", "1".parse().expect("a value"));
    headers.insert("authorization", "Bearer other".parse().expect("a value"));
    headers.insert("user-agent", "other".parse().expect("a value"));
    let client = Client::builder()
        .api_key(KEY)
        .base_url(server.base_url())
        .http(|http| http.default_headers(headers).redirect(reqwest::redirect::Policy::limited(5)).proxy(proxy))
        .build()
        .expect("a client");
    let Err(Error::Api(error)) = client.search_customers().send().await else { panic!("the redirect was followed") };
    assert_eq!((error.status().as_u16(), error.kind()), (302, ErrorKind::Other));
    requests_elsewhere.assert_calls_async(0).await;
    let arrived = arrived.lock().expect("no thread has panicked").clone();
    let values = |wanted: &str| -> Vec<&str> {
        arrived.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("authorization"), [format!("Bearer {KEY}")]);
    assert_eq!(values("host"), [server.address().to_string()]);
    assert_eq!(values("x-from-http"), ["1"], "a header that is not ours stays");
    assert!(values("user-agent")[0].starts_with("imprint-client/"), "{arrived:?}");
}

/// hyper would send such a header in the place of the host of the URL, and a gateway that serves several hosts would
/// pass the call, with its key, to the other one.
#[test]
fn a_host_among_the_default_headers_of_the_http_client_is_refused() {
    let with = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-before", "1".parse().expect("a value"));
        headers.insert(name, value.parse().expect("a value"));
        Client::builder().api_key(KEY).http(|http| http.default_headers(headers)).build()
    };
    for value in ["evil.example", ""] {
        let Err(Error::Config(error)) = with("host", value) else { panic!("{value} would be sent as the host") };
        assert!(error.setting() == "http" && error.to_string().contains("`host`"), "{error}");
    }
    // The others of that kind: they change the operation that is called, or where a message ends.
    for name in ["content-length", "transfer-encoding", "x-forwarded-host", "x-http-method-override", "x-rewrite-url"] {
        let Err(Error::Config(error)) = with(name, "1") else { panic!("{name} would be sent") };
        assert!(error.setting() == "http" && error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    // Headers that only speak of a host are none.
    for (name, value) in [("x-host-of-mine", "a"), ("x-quoted", "\"host\": \"a\"")] {
        assert!(with(name, value).is_ok(), "{name}");
    }
    let address = "127.0.0.1:1".parse().expect("an address");
    assert!(Client::builder().api_key(KEY).http(|http| http.resolve("host", address)).build().is_ok());
}

#[tokio::test]
async fn optional_returns_none_for_a_not_found_code_of_the_api() {
    for name in payloads().into_iter().filter(|name| name.starts_with("error-404-")) {
        let (_server, client) = server_responding(404, &payload(&name)).await;
        assert!(client.get_customer().customer_id("C").send().await.optional().expect(&name).is_none(), "{name}");
    }
    for body in [
        // The two documented codes without `NOT`, a nested body as on Imprint's page about errors, and an unknown code.
        r#"{"type": "TRANSACTION_FOUND_ERROR", "message": "m"}"#,
        r#"{"type": "TRANSACTION_INTENT_FOUND_ERROR", "message": "m"}"#,
        r#"{"error": {"type": "CUSTOMER_NOT_FOUND_ERROR", "message": "m", "param": "customer_id"}}"#,
        r#"{"type": "WIDGET_NOT_FOUND_ERROR"}"#,
    ] {
        let (_server, client) = server_responding(404, body).await;
        assert!(client.get_customer().customer_id("C").send().await.optional().expect(body).is_none(), "{body}");
    }
    let (_server, client) = server_responding(200, r#"{"id": "C"}"#).await;
    let found = client.get_customer().customer_id("C").send().await.optional().expect("no error");
    assert_eq!(found.expect("a customer").id, "C");
}

/// A 404 of a gateway, of a wrong base path or of a web server does not say that the resource does not exist.
#[tokio::test]
async fn optional_keeps_any_other_404_as_an_error() {
    let spring = r#"{"timestamp": "2025-01-20T18:18:22.923+00:00", "status": 404, "error": "Not Found", "path": "/x"}"#;
    for (status, body) in [
        (403, ""),
        (403, r#"{"type": "CUSTOMER_NOT_FOUND_ERROR"}"#),
        (404, ""),
        (404, "{}"),
        (404, "null"),
        (404, "<html>nginx</html>"),
        (404, "404 page not found\n"),
        (404, spring),
        (404, r#"{"message": "no Route matched with those values"}"#),
        (404, r#"{"message": "Not Found"}"#),
        (404, r#"{"statusCode": 404, "message": "Resource not found"}"#),
        (404, r#"{"type": "about:blank", "title": "Not Found", "status": 404}"#),
        (404, r#"{"error": {"code": "NoSuchKey", "message": "m"}}"#),
        (404, r#"{"error": {"code": "ResourceNotFound", "message": "m"}}"#),
        (404, r#"{"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}"#),
        (404, r#"{"code": "NOT_FOUND", "message": "m"}"#),
        (404, r#"{"error": "not_found"}"#),
        (404, r#"{"type": "customer_not_found_error"}"#),
        (404, r#"{"type": "UNAUTHORIZED", "message": "m"}"#),
        (404, r#"{"message": "CUSTOMER_NOT_FOUND_ERROR"}"#),
    ] {
        let (_server, client) = server_responding(status, body).await;
        let error = client.get_customer().customer_id("C").send().await.optional().expect_err(body);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{body}");
    }
}

#[tokio::test]
async fn a_raw_request_uses_the_same_call_path() {
    let check = |request: &HttpMockRequest| {
        request.method_str() == "POST"
            && request.uri_str().ends_with("/v2/things/a%3Ab/parts?limit=2")
            && super::support::request_json(request) == json!({"a": 1})
            && header(request, "authorization").as_deref() == Some(&format!("Bearer {KEY}"))
    };
    let (_server, client) = server_expecting(check, 200, r#"{"b": 2}"#).await;
    let call = client.request(Method::POST, "/v2/things/{thing_id}/parts").path("thing_id", "a:b").query("limit", 2);
    let answer = call.json(&json!({"a": 1})).send::<serde_json::Value>().await.expect("an answer");
    assert_eq!(*answer, json!({"b": 2}));
    let (_server, client) = server_responding(204, "").await;
    client.request(Method::DELETE, "/v2/things/1").send::<()>().await.expect("deleted");
    let (_server, client) = server_responding(409, r#"{"type": "T", "message": "M"}"#).await;
    let Err(Error::Api(error)) = client.request(Method::PATCH, "/v2/x").send::<()>().await else { panic!("a 409") };
    assert_eq!((error.operation_id(), error.code()), ("request", Some("T")));
}

#[tokio::test]
async fn the_path_of_a_raw_request_is_checked() {
    let server = MockServer::start_async().await;
    let mock = respond_always(&server, 200, NO_ITEMS).await;
    let client = client(&server);
    let get = |path: &str| client.request(Method::GET, path);
    for (call, says) in [
        (get("v2/orders"), "slash"),
        (get("/v2/../keys"), "where the request goes"),
        (get("/v2/orders?x=1"), "query()"),
        (get("/v2/orders#x"), "query()"),
        (get("/v2/orders\\x"), "where the request goes"),
        (get("/v2/orders/{order_id}"), "without a value"),
        (get("/v2/orders/{order_id}").path("order_id", ".."), "where the request goes"),
        (get("/v2/orders").path("order_id", "1"), "no place"),
        (client.request(Method::TRACE, "/v2/orders"), "method"),
    ] {
        let error = call.send::<()>().await.expect_err(says);
        assert!(matches!(error, Error::InvalidRequest(_)) && error.to_string().contains(says), "{error}");
    }
    mock.assert_calls_async(0).await;
}

#[test]
fn debug_of_a_client_does_not_show_its_key() {
    let client = Client::builder().api_key(KEY).build().expect("a client");
    assert!(!format!("{client:?} {:?}", client.get_rewards()).contains(KEY));
}
