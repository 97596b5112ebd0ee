//! Tests calls to a server on the loopback interface: the requests, the decoded answers, and the texts of errors.

mod interceptors;

use std::error::Error as _;
use std::future::Future;
use std::io::Write;
use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::*;
use crate::error::{ErrorKind, TimeoutPhase};
use crate::test_support::{OnConnection, PATIENCE, TestServer, answer};

const PAN: &str = "4111111592341815";

static GET: Operation = operation("getThing", Method::GET, true, false);
static POST: Operation = operation("postThing", Method::POST, false, false);
static DELETE: Operation = operation("deleteThing", Method::DELETE, false, true);

const fn operation(id: &'static str, method: Method, repeatable: bool, empty: bool) -> Operation {
    let mut operation = Operation::undocumented(id, method, "/v2/things/{thing_id}", repeatable);
    operation.empty = empty;
    operation
}

#[derive(Debug, Deserialize, PartialEq)]
struct Thing {
    pan: Option<bool>,
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder().api_key("the-key").base_url(url).retry(RetryPolicy::off())
}

fn request() -> Request {
    let mut request = Request::new();
    request.path("thing_id", Some("a"));
    request.query("pan", Some(PAN));
    request
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await.expect("the test takes too long") })
}

fn get(client: &Client) -> Result<Response<Thing>, Error> {
    run(client.call(&GET, request()))
}

/// Host and port of a URL of a test server.
fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, host)| host)
}

/// Checks that no text of an error or of its sources shows the key, the path or the query, and returns the error.
fn discreet(error: Error) -> Error {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown += &format!("{error} {error:?}");
        source = error.source();
    }
    for secret in [PAN, "the-key", "/v2/things/a", "pan="] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    error
}

#[test]
fn a_call_through_a_generated_builder() {
    let body = r#"{"customer_id":"9B5E1EE0","partner_customer_id":"P","status":"FROZEN","metadata":null,
        "created_at":"2025-02-13T19:08:07.000Z","updated_at":"2025-02-13T19:08:07.000Z"}"#;
    let server = TestServer::answering("200 OK", &["X-Trace: t1"], body);
    let client = builder(&server.url).merchant_key("acme").user_agent_suffix("app/1").build().unwrap();
    let call = client.link_customer_account().customer_id("a b").body_map(|body| body.partner_customer_id("P"));
    let link = run(call.send()).unwrap();
    assert_eq!(link.status, "FROZEN");
    assert_eq!((link.status(), link.attempts()), (StatusCode::OK, 1));
    assert_eq!(link.headers()["x-trace"], "t1");

    let sent = server.request();
    assert!(sent.starts_with("POST /v2/customers/a%20b/link HTTP/1.1\r\n"), "{sent}");
    for header in [
        "accept: application/json",
        "authorization: Bearer the-key",
        "content-type: application/json",
        "x-imprint-merchant-key: acme",
        concat!("user-agent: imprint-client/", env!("CARGO_PKG_VERSION"), " app/1"),
    ] {
        assert!(sent.contains(&format!("\r\n{header}\r\n")), "{header} in {sent}");
    }
    assert!(!sent.contains("api-version"), "{sent}");
    assert!(sent.ends_with(r#"{"partner_customer_id":"P"}"#), "{sent}");
}

#[test]
fn plain_http_to_a_host_that_is_allowed_uses_no_proxy() {
    let server = TestServer::answering("200 OK", &[], r#"{"pan":true}"#);
    let address: std::net::SocketAddr = host(&server.url).parse().unwrap();
    let url = format!("http://Mock-Imprint:{}", address.port());
    // Nothing listens on this port of the proxy.
    let proxy = reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
    let named = builder(&url).http(|http| http.proxy(proxy).resolve("mock-imprint", address));
    let client = named.allow_plain_http_to("mock-imprint").build().unwrap();
    assert_eq!(get(&client).unwrap().into_inner(), Thing { pan: Some(true) });
    assert!(server.request().contains("authorization: Bearer the-key\r\n"));
}

#[test]
fn a_call_without_a_body_says_nothing_of_one() {
    let server = TestServer::answering("201 Created", &[], r#"{"pan":true,"more":1}"#);
    let client = builder(&format!("{}/base/", server.url)).basic_auth().build().unwrap();
    let answer: Response<Thing> = run(client.call(&POST, request())).unwrap();
    assert_eq!((answer.status(), answer.into_inner()), (StatusCode::CREATED, Thing { pan: Some(true) }));
    let sent = server.request();
    assert!(sent.starts_with(&format!("POST /base/v2/things/a?pan={PAN} HTTP/1.1\r\n")), "{sent}");
    assert!(sent.contains("authorization: Basic dGhlLWtleTo=\r\n"), "{sent}");
    for header in ["content-type", "x-imprint-merchant-key", "cookie", "referer"] {
        assert!(!sent.contains(header), "{sent}");
    }
}

#[test]
fn a_key_of_two_parts_is_sent_as_such() {
    let client = builder("https://example.com").api_key("id:secret").basic_auth().build().unwrap();
    assert_eq!(client.inner.headers["authorization"], "Basic aWQ6c2VjcmV0");
}

#[test]
fn credentials_are_not_shown() {
    for builder in [builder("https://example.com"), builder("https://example.com").basic_auth()] {
        let client = builder.merchant_key("acme").build().unwrap();
        assert!(client.inner.headers["authorization"].is_sensitive());
        let shown = format!("{client:?} {:?} {:?}", client.inner.headers, client.link_customer_account());
        for secret in ["the-key", "dGhlLWtleTo", "acme"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("https://example.com"));
    }
}

#[test]
fn what_a_server_repeats_of_the_secrets_of_the_client_is_not_shown() {
    #[derive(Debug, Deserialize)]
    struct Labels {
        #[expect(dead_code, reason = "it is never read")]
        labels: std::collections::BTreeMap<String, bool>,
    }
    let key = "a_key_hqlyjwdarjt";
    let another = "another_key_tzdpdc";
    let header = CallOptions::new().header("x-gateway-token", another);
    type Make<'a> = &'a dyn Fn(&str) -> Client;
    let built = |url: &str| builder(url).api_key(key);
    let cases: [(Make<'_>, Vec<&str>); 6] = [
        (
            &|url| built(url).build().unwrap(),
            vec![key, "a%5Fkey%5Fhqlyjwdarjt", "A_KEY_HQLYJWDARJT", "key_hqlyjwdarjt"],
        ),
        (&|url| built(url).basic_auth().build().unwrap(), vec![key, "YV9rZXlfaHFseWp3ZGFyanQ6"]),
        (
            &|url| builder(url).api_key(format!("{key}:{another}")).basic_auth().build().unwrap(),
            vec![key, another, "YV9rZXlfaHFseWp3ZGFyanQ6YW5vdGhlcl9rZXlfdHpkcGRj"],
        ),
        (&|url| built(url).build().unwrap().with_key(&another.into()).unwrap(), vec![another]),
        (&|url| built(url).build().unwrap().with_merchant_key(another), vec![key, another]),
        (&|url| built(url).build().unwrap().with_options(header.clone()), vec![key, another]),
    ];
    for (client, secrets) in cases {
        for secret in secrets {
            let words = format!("no {secret}!");
            let fields =
                serde_json::json!({"type": words, "message": words, "param": words, "details": [words, words]});
            let bodies = [
                ("401 Unauthorized", fields.clone()),
                ("403 Forbidden", serde_json::json!({"error": fields})),
                ("404 Not Found", serde_json::json!([words])),
                ("500 Internal TestServer Error", serde_json::json!({"error": words})),
                ("200 OK", serde_json::json!({"labels": {secret: 1}})),
            ];
            for (status, body) in bodies {
                let server = TestServer::answering(status, &[], &body.to_string());
                let error = run(client(&server.url).call::<Labels>(&GET, request())).map(|_| ()).unwrap_err();
                let shown = format!("{error} {error:?} {error:#?}");
                assert!(!shown.contains(secret), "{status}: {shown}");
                assert!(shown.contains("[REDACTED]") || shown.contains("labels.*"), "{status}: {shown}");
                if let Error::Api(error) = error {
                    let kept = [error.code(), Some(error.message()), error.details().first().map(String::as_str)];
                    assert!(kept.contains(&Some(words.as_str())), "{error:?}");
                    assert_eq!(error.body(), body.to_string().as_bytes());
                }
            }
        }
    }
}

#[test]
fn an_operation_without_an_answer_looks_at_none() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec();
    let large = answer("200 OK", &[], &"x".repeat(2000));
    for (bytes, status) in [
        (answer("204 No Content", &[], ""), 204),
        (answer("200 OK", &[], ""), 200),
        (answer("202 Accepted", &[], "<html>"), 202),
        (cut, 200),
        (large, 200),
    ] {
        let server = TestServer::start(vec![OnConnection::Answer(bytes)]);
        let client = builder(&server.url).max_response_bytes(1000).build().unwrap();
        let answer: Response<()> = run(client.call(&DELETE, request())).unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
}

/// Where the document has no body, a call ignores one that is too long or breaks off. A raw call must not: the caller
/// would take nothing for the whole body.
#[test]
fn a_raw_call_of_an_operation_without_an_answer_returns_what_came() {
    for (operation, bytes, expected) in [
        (&DELETE, answer("204 No Content", &[], ""), Ok("")),
        (&DELETE, answer("200 OK", &[], r#"{"error":{"message":"no"}}"#), Ok(r#"{"error":{"message":"no"}}"#)),
        (&GET, answer("200 OK", &[], "[]"), Ok("[]")),
        (&DELETE, answer("200 OK", &[], &"x".repeat(2000)), Err("larger than 1000 bytes")),
        (&DELETE, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec(), Err("broke within the answer")),
        (&DELETE, answer("409 Conflict", &[], "{}"), Err("answered 409 Conflict")),
    ] {
        let server = TestServer::start(vec![OnConnection::Answer(bytes)]);
        let client = builder(&server.url).max_response_bytes(1000).build().unwrap();
        match (run(client.call_raw(operation, request())).map_err(discreet), expected) {
            (Ok(answer), Ok(expected)) => assert_eq!(&**answer, expected.as_bytes()),
            (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{error}"),
            (other, _) => panic!("{other:?}"),
        }
        assert!(server.request().contains(" /v2/things/a?"));
    }
    // More than is read of a body that nobody asked for.
    let long = "x".repeat((64 << 10) + 1);
    let server = TestServer::answering("200 OK", &[], &long);
    let client = builder(&server.url).build().unwrap();
    assert_eq!(run(client.call_raw(&DELETE, request())).unwrap().len(), long.len());
}

#[test]
fn an_error_of_the_api() {
    let body = r#"{"error":{"type":"CONFLICT_ERROR","message":"4111111592341815 is taken"}}"#;
    let server = TestServer::answering("409 Conflict", &["Retry-After: 3"], body);
    let client = builder(&server.url).build().unwrap();
    let Error::Api(error) = discreet(get(&client).unwrap_err()) else { panic!() };
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("CONFLICT_ERROR")));
    assert_eq!((error.body(), error.is_body_complete()), (body.as_bytes(), true));
    assert_eq!((error.retry_after(), error.operation_id()), (Some(Duration::from_secs(3)), "getThing"));
}

#[test]
fn redirects_are_not_followed() {
    let other = TestServer::answering("200 OK", &[], "{}");
    let server = TestServer::answering("307 Temporary Redirect", &[&format!("Location: {}/", other.url)], "");
    let Err(Error::Api(error)) = get(&builder(&server.url).build().unwrap()) else { panic!() };
    assert_eq!((error.status(), error.kind()), (StatusCode::TEMPORARY_REDIRECT, ErrorKind::Other));
    assert!(other.got_nothing());
}

#[test]
fn a_status_is_not_lost_with_its_body() {
    let cut = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\nabc".to_vec();
    let flood = answer("500 Internal TestServer Error", &[], &"x".repeat(5000));
    for (step, status, kept) in [
        (OnConnection::Answer(cut.clone()), 503, 3),
        (OnConnection::Stall(cut), 503, 3),
        (OnConnection::Answer(flood), 500, 1000),
    ] {
        let server = TestServer::start(vec![step]);
        let client = builder(&server.url).max_response_bytes(1000).timeout(Duration::from_millis(300)).build().unwrap();
        let Error::Api(error) = discreet(get(&client).unwrap_err()) else { panic!() };
        assert_eq!((error.status().as_u16(), error.body().len(), error.is_body_complete()), (status, kept, false));
    }
}

#[test]
fn a_connection_that_was_never_made() {
    let url = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = builder(&url).build().unwrap();
    let error = discreet(run(client.call::<Thing>(&POST, request())).unwrap_err());
    assert_eq!(
        error.to_string(),
        format!("postThing: the connection to {} could not be made (connection refused)", host(&url))
    );
    assert!(error.is_retryable() && !error.may_have_been_processed());
    assert!(error.source().is_some());
    assert_eq!((error.operation_id(), error.status()), (Some("postThing"), None));
}

#[test]
fn a_connection_that_broke() {
    for (step, status) in [
        (OnConnection::Close, None),
        (OnConnection::Answer(b"nonsense\r\n\r\n".to_vec()), None),
        (OnConnection::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()), Some(200)),
        (OnConnection::Answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{".to_vec()), Some(200)),
    ] {
        let server = TestServer::start(vec![step]);
        let client = builder(&server.url).build().unwrap();
        let error = discreet(run(client.call::<Thing>(&POST, request())).unwrap_err());
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
        let start = format!("postThing: the connection to {} broke ", host(&server.url));
        assert!(error.to_string().starts_with(&start), "{error}");
        assert!(!error.is_retryable() && error.may_have_been_processed());
        assert_eq!(error.status().map(|status| status.as_u16()), status);
    }
    let server = TestServer::start(vec![OnConnection::Close]);
    assert!(get(&builder(&server.url).build().unwrap()).unwrap_err().is_retryable());
}

#[test]
fn time_runs_out() {
    let short = Duration::from_millis(100);
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec();
    for (step, status) in [(OnConnection::Stall(vec![]), None), (OnConnection::Stall(half), Some(StatusCode::OK))] {
        let server = TestServer::start(vec![step]);
        let client = builder(&server.url).attempt_timeout(short).build().unwrap();
        let Error::Timeout(error) = discreet(get(&client).unwrap_err()) else { panic!() };
        assert_eq!((error.phase(), error.limit(), error.status()), (TimeoutPhase::Attempt, short, status));
        let error = Error::from(error);
        let start = format!("getThing: no complete answer from {} within 100ms", host(&server.url));
        assert!(error.to_string().starts_with(&start), "{error}");
        assert!(error.is_retryable() && error.may_have_been_processed());
    }
    let server = TestServer::start(vec![OnConnection::Stall(vec![])]);
    let client = builder(&server.url).build().unwrap().with_timeout(short);
    let started = Instant::now();
    let error = discreet(run(client.call::<Thing>(&POST, request())).unwrap_err());
    assert!(started.elapsed() < PATIENCE / 2);
    assert_eq!(
        error.to_string(),
        format!("postThing: no complete answer from {} within 100ms (timeout of the call)", host(&server.url))
    );
    assert!(!error.is_retryable() && error.may_have_been_processed());
}

#[cfg(feature = "rustls")]
#[test]
fn a_handshake_that_takes_too_long_has_sent_nothing() {
    let server = TestServer::start(vec![OnConnection::Ignore]);
    let url = server.url.replace("http://", "https://");
    let client = builder(&url).connect_timeout(Duration::from_millis(100)).build().unwrap();
    let error = discreet(run(client.call::<Thing>(&POST, request())).unwrap_err());
    assert!(matches!(&error, Error::Timeout(error) if error.phase() == TimeoutPhase::Connect), "{error:?}");
    let start = format!("postThing: no connection to {} within 100ms", host(&server.url));
    assert!(error.to_string().starts_with(&start), "{error}");
    assert!(error.is_retryable() && !error.may_have_been_processed());
}

#[cfg(feature = "rustls")]
#[test]
fn why_no_connection_was_made_is_said() {
    struct Nowhere;
    impl reqwest::dns::Resolve for Nowhere {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(std::future::ready(Err("no such name".into())))
        }
    }

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let no_tls_host = listener.local_addr().unwrap();
    let no_tls = builder(&format!("https://{no_tls_host}")).build().unwrap();
    std::thread::spawn(move || listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let no_name = builder("https://nowhere.invalid").http(|http| http.dns_resolver(Nowhere)).build().unwrap();
    for (client, says) in [
        (
            no_tls,
            format!(
                "postThing: the connection to {no_tls_host} could not be made (TLS: received corrupt message of type"
            ),
        ),
        (
            no_name,
            "postThing: the connection to nowhere.invalid:443 could not be made (the name of the host was not found)"
                .to_owned(),
        ),
    ] {
        let error = discreet(run(client.call::<Thing>(&POST, request())).unwrap_err());
        assert!(error.to_string().starts_with(&says), "{error} {error:?}");
        assert!(error.is_retryable() && !error.may_have_been_processed());
    }
}

#[test]
fn bodies_are_read_up_to_the_limit() {
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(992));
    assert_eq!(body.len(), 1000);
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n{body}\r\n0\r\n\r\n").into_bytes();
    let unframed = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}").into_bytes();
    // The server announces a body that is larger than the limit, and never sends it.
    let liar = b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{".to_vec();
    for (limit, step, fits) in [
        (1000, OnConnection::Stall(answer("200 OK", &[], &body)), true),
        (1000, OnConnection::Stall(chunked.clone()), true),
        (1000, OnConnection::Answer(unframed.clone()), true),
        (999, OnConnection::Stall(answer("200 OK", &[], &body)), false),
        (999, OnConnection::Stall(chunked), false),
        (999, OnConnection::Stall(unframed), false),
        (1000, OnConnection::Stall(liar), false),
    ] {
        let server = TestServer::start(vec![step]);
        match (get(&builder(&server.url).max_response_bytes(limit).build().unwrap()), fits) {
            (Ok(_), true) => {}
            (Err(Error::ResponseTooLarge(error)), false) => assert_eq!(error.limit(), limit),
            (other, _) => panic!("{limit} {fits} {other:?}"),
        }
    }
}

#[test]
fn a_body_that_is_not_what_was_promised() {
    for (body, says) in [
        (format!("{{\"pan\":\"{PAN}\"}}"), "pan is a string, not a boolean (line 1, column 25)"),
        (String::new(), "the body is empty"),
        (format!("<html>{PAN}</html>"), "the body is HTML or XML, not JSON"),
        (format!("{{\"pan\":\"{PAN}"), "the body ends before its JSON does (line 1, column 24)"),
    ] {
        let server = TestServer::answering("200 OK", &[], &body);
        let error = discreet(get(&builder(&server.url).build().unwrap()).unwrap_err());
        assert_eq!(error.to_string(), format!("getThing answered 200, but {says}"));
        assert!(error.source().is_none() && !error.is_retryable() && error.may_have_been_processed());
    }
}

#[test]
fn what_cannot_be_sent_is_not_sent() {
    let server = TestServer::answering("200 OK", &[], "{}");
    let client = builder(&server.url).build().unwrap();
    let error = run(client.link_customer_account().send()).unwrap_err();
    assert_eq!(error.to_string(), "linkCustomerAccount needs customer_id and partner_customer_id; nothing was sent");
    let mut endless = Request::new();
    endless.path("thing_id", Some(&"a".repeat(70_000)));
    let error = run(client.call::<Thing>(&GET, endless)).unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
    let error = get(&client.with_merchant_key("a\nb")).unwrap_err();
    assert!(matches!(error, Error::Config(_)) && !error.may_have_been_processed(), "{error:?}");
    assert!(server.got_nothing());
}

#[test]
fn variants_of_a_client_differ_in_one_thing() {
    let script = (0..3).map(|_| OnConnection::Answer(answer("200 OK", &[], "{}"))).collect();
    let server = TestServer::start(script);
    let client = builder(&server.url).merchant_key("one").build().unwrap();
    let other = client.with_merchant_key("bad key").with_merchant_key("two");
    for (client, key) in [(&client, "one"), (&other, "two"), (&other.with_timeout(PATIENCE), "two")] {
        get(client).unwrap();
        let sent = server.request();
        assert_eq!(sent.matches("x-imprint-merchant-key: ").count(), 1, "{sent}");
        assert!(sent.contains(&format!("x-imprint-merchant-key: {key}\r\n")), "{sent}");
    }
    assert_eq!(client.inner.timeout, Duration::from_secs(100));
}

/// A process cannot safely change its own environment, so another process makes the call.
#[test]
fn plain_http_goes_past_any_proxy() {
    if let Ok(url) = std::env::var("IMPRINT_TEST_LOOPBACK") {
        get(&builder(&url).build().unwrap()).unwrap();
        return;
    }
    let server = TestServer::answering("200 OK", &[], "{}");
    let proxy = TestServer::answering("200 OK", &[], "{}");
    let (_, module) = module_path!().split_once("::").unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::plain_http_goes_past_any_proxy")])
        .env("IMPRINT_TEST_LOOPBACK", &server.url)
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, &proxy.url)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    assert!(server.request().contains("Bearer the-key"));
    assert!(proxy.got_nothing());
}

/// A process cannot safely change its own environment, so another process reads it.
#[test]
fn a_misnamed_variable_of_the_process_is_an_error() {
    const CHILD: &str = "IMPRINT_TEST_MISNAMED";
    if std::env::var_os(CHILD).is_some() {
        let error = Client::from_env().unwrap_err();
        assert!(error.to_string().starts_with("IMPRINT_ENV is set, but"), "{error}");
        return;
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("{module}::a_misnamed_variable_of_the_process_is_an_error")]);
    for name in ["IMPRINT_ENVIRONMENT", "IMPRINT_BASE_URL", "IMPRINT_MERCHANT_KEY"] {
        command.env_remove(name);
    }
    let output =
        command.envs([(CHILD, "1"), ("IMPRINT_API_KEY", "k"), ("IMPRINT_ENV", "production")]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn calls_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: T) {}
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Client>();
    let client = builder("https://example.com").build().unwrap();
    spawnable(client.link_customer_account().send());
}
