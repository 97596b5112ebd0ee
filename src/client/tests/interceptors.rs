//! Tests the hooks of users: what they see, which headers they may set, and how a call ends that they stop.

use std::sync::Mutex;

use super::*;
use crate::call::interceptor::{Attempt, AttemptReport, CallReport, Interceptor};
use crate::test_support::TestClock;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A hook before each attempt, made of a closure.
struct Before<F>(F);

impl<F> Interceptor for Before<F>
where
    F: Fn(&mut Attempt<'_>) -> Result<(), BoxError> + Send + Sync + 'static,
{
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), BoxError> {
        (self.0)(attempt)
    }
}

fn before(
    hook: impl Fn(&mut Attempt<'_>) -> Result<(), BoxError> + Send + Sync + 'static,
) -> impl Interceptor + 'static {
    Before(hook)
}

/// Notes everything that the hooks after attempts and calls get.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Interceptor for Notes {
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), BoxError> {
        self.add(format!("before {}", attempt.number()));
        Ok(())
    }

    fn after_attempt(&self, attempt: &AttemptReport<'_>) {
        let status = attempt.status().map(|status| status.as_u16());
        let trace = attempt.headers().map(|headers| headers.contains_key("x-trace"));
        let (number, failure) = (attempt.number(), attempt.error_type());
        self.add(format!("after {} {number} {status:?} {failure:?} {trace:?}", attempt.operation().id()));
    }

    fn after_call(&self, call: &CallReport<'_>) {
        let status = call.status().map(|status| status.as_u16());
        let (attempts, failure, seconds) = (call.attempts(), call.error_type(), call.elapsed().as_secs());
        self.add(format!(
            "end {} {attempts} {status:?} {failure:?} {seconds} s {}",
            call.operation().id(),
            call.may_have_been_processed()
        ));
    }
}

fn served(status: &str, headers: &[&str], body: &str) -> OnConnection {
    OnConnection::Answer(answer(status, headers, body))
}

/// A client that repeats and does not wait.
fn repeating(server: &TestServer, clock: &TestClock) -> ClientBuilder {
    builder(&server.url).retry(RetryPolicy::default()).clock(clock.clone())
}

#[test]
fn a_hook_sees_the_request_as_it_is_sent_and_sets_headers_of_it() {
    let server = TestServer::answering("200 OK", &[], "{}");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let client = builder(&format!("{}/base/", server.url))
        .merchant_key("acme-travel")
        .interceptor(before(|attempt| {
            attempt.set_header("x-first", "1")?;
            attempt.set_header("x-second", "from the first")?;
            Ok(attempt.set_header("accept-language", "en")?)
        }))
        .interceptor(before(move |attempt| {
            let headers = attempt.headers().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            let headers: std::collections::BTreeMap<_, _> = headers.collect();
            let line = format!(
                "{} {}{}?{} HTTP",
                attempt.method(),
                attempt.host(),
                attempt.path(),
                attempt.query().unwrap_or("none"),
            );
            let has =
                ["authorization", "x-imprint-merchant-key", "x-gateway-token", "x-none"].map(|n| attempt.has_header(n));
            let operation = (attempt.operation().id(), attempt.operation().path(), attempt.number(), attempt.scheme());
            assert!(!format!("{attempt:?}").contains("things"), "{attempt:?}");
            note.lock().unwrap().push((line, headers, has, format!("{operation:?}"), attempt.body().to_vec()));
            Ok(attempt.set_header("X-Second", "from the second")?)
        }))
        .build()
        .unwrap()
        .with_options(CallOptions::new().header("x-gateway-token", "a-token").header("accept-language", "de"));
    let mut request = Request::new();
    request.path("thing_id", Some("ä b"));
    request.query("email", Some("a+b@example.com"));
    request.json(Some(&serde_json::json!({"a": "é"})));
    run(client.call::<Thing>(&POST, request)).unwrap();

    let sent = server.request();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let [(line, headers, has, operation, body)] = &seen[..] else { panic!("{seen:?}") };
    let host = server.url.strip_prefix("http://").unwrap();
    assert_eq!(line.replacen(host, "", 1), sent.lines().next().unwrap().replace(" HTTP/1.1", " HTTP"));
    assert!(sent.contains(&format!("\r\nhost: {host}\r\n")) && line.contains(host), "{sent}");
    assert!(sent.ends_with(std::str::from_utf8(body).unwrap()) && body == r#"{"a":"é"}"#.as_bytes(), "{sent}");
    assert_eq!(*operation, r#"("postThing", "/v2/things/{thing_id}", 1, "http")"#);
    assert_eq!(*has, [true, true, true, false]);
    let names: Vec<&str> = headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["accept", "accept-language", "content-type", "user-agent", "x-first", "x-second"]);
    assert_eq!((headers["accept-language"].as_str(), headers["x-second"].as_str()), ("en", "from the first"));
    for (name, value) in headers.iter().filter(|(name, _)| *name != "x-second") {
        assert!(sent.contains(&format!("\r\n{name}: {value}\r\n")), "{name} in {sent}");
    }
    // The last value counts, and it replaces the others.
    assert_eq!(sent.matches("\r\nx-second: ").count(), 1);
    assert!(sent.contains("\r\nx-second: from the second\r\n"), "{sent}");
    assert_eq!(sent.matches("\r\naccept-language: ").count(), 1);
}

#[test]
fn a_header_that_may_not_be_set_is_refused_and_never_sent() {
    for (name, value, problem) in [
        ("Authorization", "Bearer hunter2", "sets itself"),
        ("x-imprint-merchant-key", "hunter2", "sets itself"),
        ("user-agent", "hunter2", "sets itself"),
        ("Host", "hunter2", "sets itself"),
        ("content-type", "hunter2", "sets itself"),
        ("Content-Length", "2", "sets itself"),
        ("Transfer-Encoding", "hunter2", "describes the connection"),
        ("proxy-authorization", "hunter2", "describes the connection"),
        ("accept-encoding", "hunter2", "describes the connection"),
        ("x-hunter2 ", "x", "cannot be sent"),
        ("x-line", "hunter2\r\nx-more: 1", "cannot be sent"),
    ] {
        let server = TestServer::answering("200 OK", &[], "{}");
        let client = builder(&server.url).interceptor(before(move |attempt| Ok(attempt.set_header(name, value)?)));
        let error = discreet(get(&client.build().unwrap()).unwrap_err());
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(error.to_string().contains(problem) && error.to_string().ends_with("nothing was sent"), "{shown}");
        assert!(!shown.contains("hunter2") && matches!(error, Error::Interceptor(_)), "{shown}");
        assert!(server.got_nothing());

        // A hook that ignores the error changes nothing.
        let ignoring = builder(&server.url).interceptor(before(move |attempt| {
            assert!(attempt.set_header(name, value).is_err());
            Ok(())
        }));
        get(&ignoring.build().unwrap()).unwrap();
        let sent = server.request();
        assert!(!sent.contains("hunter2") && sent.contains("authorization: Bearer the-key\r\n"), "{sent}");
    }
}

fn previous_of(error: &Error) -> &Error {
    let Error::Interceptor(error) = error else { panic!("{error:?}") };
    error.previous().expect("an attempt before")
}

/// What the caller sends for finding the request in logs is shown, also where the server repeats it.
#[test]
fn an_id_for_logs_is_no_secret() {
    let id = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
    let body = format!(r#"{{"type":"T","message":"see {id}"}}"#);
    for by_hook in [true, false] {
        let echo = format!("X-Request-Id: {id}");
        let server = TestServer::answering("400 Bad Request", &[&echo], &body);
        let client = builder(&server.url);
        let client = if by_hook {
            client.interceptor(before(move |attempt| Ok(attempt.set_header("X-Request-Id", id)?))).build().unwrap()
        } else {
            client.build().unwrap().with_options(CallOptions::new().header("x-request-id", id))
        };
        let error = run(client.call::<Thing>(&GET, request())).unwrap_err();
        assert!(server.request().contains(id));
        assert_eq!(error.to_string().matches(id).count(), 2, "{error}");
    }
}

#[test]
fn the_time_of_hooks_is_time_of_the_call() {
    let server = TestServer::answering("200 OK", &[], "{}");
    let clock = TestClock::default();
    let slow = clock.clone();
    let client = builder(&server.url).clock(clock).timeout(Duration::from_secs(3));
    let client = client.interceptor(before(move |_| {
        slow.pass(Duration::from_secs(4));
        Ok(())
    }));
    let error = run(client.build().unwrap().call::<Thing>(&POST, request())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "postThing: an interceptor failed before attempt 1 (the interceptors took all the time that was left for the \
         call); nothing was sent"
    );
    assert!(server.got_nothing());
}

/// The hook fails before the second attempt. Whether money may have moved depends on the first one.
#[test]
fn an_attempt_that_a_hook_stops_does_not_hide_an_earlier_one() {
    for (first, operation, processed) in [
        (OnConnection::Close, &GET, true),
        (served("503 Service Unavailable", &[], ""), &GET, true),
        (served("429 Too Many Requests", &["Retry-After: 1"], ""), &GET, false),
        (served("429 Too Many Requests", &["Retry-After: 1"], ""), &POST, false),
    ] {
        let server = TestServer::start(vec![first, served("200 OK", &[], "{}")]);
        let (clock, notes) = (TestClock::default(), Notes::default());
        let client = repeating(&server, &clock)
            .interceptor(before(
                |attempt| if attempt.number() == 2 { Err("the signer is gone: hunter2".into()) } else { Ok(()) },
            ))
            .interceptor(notes.clone())
            .build()
            .unwrap();
        let error = discreet(run(client.call::<Thing>(operation, request())).unwrap_err());
        assert!(matches!(&error, Error::Interceptor(error) if error.stopped_attempt() == 2), "{error:?}");
        assert_eq!((error.may_have_been_processed(), error.attempts(), error.is_retryable()), (processed, 1, false));
        let end =
            if processed { "but an earlier one may have been processed" } else { "and no earlier one was processed" };
        assert_eq!(
            error.to_string(),
            format!(
                "{}: an interceptor failed before attempt 2; this attempt was not sent, {end}; the attempt before: {}",
                operation.id,
                previous_of(&error)
            )
        );
        assert_eq!(previous_of(&error).may_have_been_processed(), processed);
        assert_eq!(error.source().unwrap().to_string(), "the signer is gone: hunter2");
        assert!(!format!("{error:?}").contains("hunter2"));
        server.request();
        assert!(server.got_nothing());
        assert_eq!(clock.pauses().len(), 1);
        let notes = notes.take();
        assert_eq!((notes.len(), notes[0].as_str()), (3, "before 1"), "{notes:?}");
        assert!(notes[1].starts_with(&format!("after {} 1 ", operation.id)), "{notes:?}");
        assert!(notes[2].starts_with(&format!("end {} 1 None Some(\"interceptor\")", operation.id)), "{notes:?}");
        assert!(notes[2].ends_with(&processed.to_string()), "{notes:?}");
    }
    // Nothing was sent at all.
    let server = TestServer::answering("200 OK", &[], "{}");
    let client = builder(&server.url).interceptor(before(|_| Err("no".into()))).build().unwrap();
    let error = run(client.call::<Thing>(&POST, request())).unwrap_err();
    assert_eq!(error.to_string(), "postThing: an interceptor failed before attempt 1; nothing was sent");
    assert_eq!((error.may_have_been_processed(), error.attempts()), (false, 0));
    assert!(server.got_nothing());
}

#[test]
fn hooks_run_for_each_attempt_and_each_call_in_their_order() {
    let server = TestServer::start(vec![
        served("503 Service Unavailable", &["X-Trace: 1"], ""),
        OnConnection::Close,
        served("200 OK", &["X-Trace: 1"], "{}"),
    ]);
    let (clock, notes) = (TestClock::default(), Notes::default());
    let numbered = |number: u32| {
        let (notes, clock) = (notes.clone(), clock.clone());
        before(move |_| {
            clock.pass(Duration::from_secs(1));
            notes.add(format!("hook {number}"));
            Ok(())
        })
    };
    let client =
        repeating(&server, &clock).interceptor(numbered(1)).interceptor(notes.clone()).interceptor(numbered(2));
    assert_eq!(get(&client.build().unwrap()).unwrap().attempts(), 3);
    assert_eq!(
        notes.take(),
        [
            "hook 1",
            "before 1",
            "hook 2",
            "after getThing 1 Some(503) Some(\"503\") Some(true)",
            "hook 1",
            "before 2",
            "hook 2",
            "after getThing 2 None Some(\"transport\") None",
            "hook 1",
            "before 3",
            "hook 2",
            "after getThing 3 Some(200) None Some(true)",
            // Six hooks of a second each, and the pauses of 0.25 and 0.5 seconds.
            "end getThing 3 Some(200) None 6 s false",
        ]
    );
}

#[test]
fn each_kind_of_failure_is_reported_and_what_was_not_sent_is_no_attempt() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec();
    for (step, attempt, end) in [
        (
            served("404 Not Found", &[], ""),
            "1 Some(404) Some(\"404\") Some(false)",
            "Some(404) Some(\"404\") 0 s false",
        ),
        (served("302 Found", &[], ""), "1 Some(302) Some(\"302\") Some(false)", "Some(302) Some(\"302\") 0 s true"),
        (served("200 OK", &[], "[]"), "1 Some(200) None Some(false)", "Some(200) Some(\"decode\") 0 s true"),
        (
            served("200 OK", &["X-Trace: 1"], r#"{"error":{"type":"T","message":"m"}}"#),
            "1 Some(200) None Some(true)",
            "Some(200) Some(\"error_body\") 0 s true",
        ),
        (
            served("200 OK", &[], &"x".repeat(2000)),
            "1 Some(200) Some(\"response_too_large\") None",
            "Some(200) Some(\"response_too_large\") 0 s true",
        ),
        (
            OnConnection::Answer(cut.clone()),
            "1 Some(200) Some(\"transport\") None",
            "Some(200) Some(\"transport\") 0 s true",
        ),
        (OnConnection::Stall(vec![]), "1 None Some(\"timeout\") None", "None Some(\"timeout\") 0 s true"),
    ] {
        let server = TestServer::start(vec![step]);
        let notes = Notes::default();
        let client = builder(&server.url).clock(TestClock::default()).max_response_bytes(1000);
        let client = client.attempt_timeout(Duration::from_millis(300)).interceptor(notes.clone()).build().unwrap();
        run(client.call::<Thing>(&POST, request())).unwrap_err();
        assert_eq!(
            notes.take(),
            ["before 1".to_owned(), format!("after postThing {attempt}"), format!("end postThing 1 {end}")]
        );
    }
    let unreachable = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let notes = Notes::default();
    let client = builder(&unreachable).clock(TestClock::default()).interceptor(notes.clone()).build().unwrap();
    get(&client).unwrap_err();
    let [attempt, end] =
        ["after getThing 1 None Some(\"connect\") None", "end getThing 1 None Some(\"connect\") 0 s false"];
    assert_eq!(notes.take(), ["before 1", attempt, end]);

    run(client.call::<Thing>(&GET, Request::new())).unwrap_err();
    assert_eq!(notes.take(), ["end getThing 0 None Some(\"invalid_request\") 0 s false"]);
    get(&client.with_merchant_key("a\nb")).unwrap_err();
    assert_eq!(notes.take(), ["end getThing 0 None Some(\"config\") 0 s false"]);
    // A runtime without drivers: the attempt is not sent, so there is nothing to report after it.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(client.call::<Thing>(&GET, request())).unwrap_err();
    assert_eq!((error.operation_id(), error.attempts()), (Some("getThing"), 0));
    assert_eq!(notes.take(), ["before 1", "end getThing 0 None Some(\"config\") 0 s false"]);
}

#[test]
fn what_a_server_repeats_of_the_headers_of_hooks_is_not_shown() {
    let secret = "signature_4ec39hqlyjwdarjt";
    let words = format!("no {secret}!");
    let labels = serde_json::json!({"pan": {secret: 1}});
    for (status, body) in [
        ("400 Bad Request", serde_json::json!({"type": words, "message": words, "param": words})),
        ("200 OK", serde_json::json!({"error": {"type": words, "message": words}})),
        ("200 OK", labels),
    ] {
        let script = vec![served("503 Service Unavailable", &[], ""), served(status, &[], &body.to_string())];
        let server = TestServer::start(script);
        let clock = TestClock::default();
        // Only the first attempt sends the header: what it sent may come back later.
        let client = repeating(&server, &clock).interceptor(before(move |attempt| match attempt.number() {
            1 => Ok(attempt.set_header("x-signature", secret)?),
            _ => Ok(()),
        }));
        let client = client.build().unwrap();
        #[derive(Debug, Deserialize)]
        struct Labels {
            #[expect(dead_code, reason = "it is never read")]
            pan: std::collections::BTreeMap<String, bool>,
        }
        let error = run(client.call::<Labels>(&GET, request())).unwrap_err();
        assert!(server.request().contains(secret) && !server.request().contains(secret));
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains(secret), "{shown}");
        assert!(shown.contains("[REDACTED]") || shown.contains("pan.*"), "{shown}");
    }
}

#[test]
fn a_panic_of_a_hook_reaches_the_caller() {
    struct Panicking(&'static str);
    impl Interceptor for Panicking {
        fn before_attempt(&self, _: &mut Attempt<'_>) -> Result<(), BoxError> {
            if self.0 == "before" { panic!("{}", self.0) } else { Ok(()) }
        }

        fn after_attempt(&self, _: &AttemptReport<'_>) {
            assert_ne!(self.0, "after");
        }

        fn after_call(&self, _: &CallReport<'_>) {
            assert_ne!(self.0, "end");
        }
    }
    for place in ["before", "after", "end", "nowhere"] {
        let server = TestServer::answering("200 OK", &[], "{}");
        let client = builder(&server.url).interceptor(Panicking(place)).build().unwrap();
        let panicked = run(async { tokio::spawn(async move { client.call::<Thing>(&GET, request()).await }).await });
        assert_eq!(panicked.is_err_and(|error| error.is_panic()), place != "nowhere", "{place}");
    }
}

#[test]
fn a_shared_interceptor_runs_all_its_hooks() {
    let server = TestServer::answering("200 OK", &[], "{}");
    let notes = Notes::default();
    let shared: Arc<dyn Interceptor> = Arc::new(notes.clone());
    get(&builder(&server.url).interceptor(shared).build().unwrap()).unwrap();
    let firsts: Vec<String> = notes.take().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(firsts, ["before", "after", "end"]);
}

#[test]
fn variants_of_a_client_have_its_interceptors() {
    let server = TestServer::start((0..2).map(|_| served("200 OK", &[], "{}")).collect());
    let client =
        builder(&server.url).interceptor(before(|attempt| Ok(attempt.set_header("x-a", "1")?))).build().unwrap();
    for client in [client.with_timeout(PATIENCE), client.with_key(&"another-key".into()).unwrap()] {
        get(&client).unwrap();
        assert!(server.request().contains("\r\nx-a: 1\r\n"));
    }
}
