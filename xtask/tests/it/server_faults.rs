//! What servers can do wrong. The command ends with exit code 2, a reason and advice, and changes nothing.

use std::time::{Duration, Instant};

use crate::{
    server::{Connection, TestServer},
    support::RepositoryCopy,
};

/// Runs the command against a server that answers like this, and expects a refusal.
#[track_caller]
fn refused(answer: impl Fn(&mut Connection) + Send + Sync + 'static, says: &[&str]) {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::start(answer);
    for more in [&["--timeout", "100"][..], &["--check"]] {
        copy.refresh(&server.url(), more).says(2, says).says(2, &["what to do: ", "nothing has been changed"]);
    }
    assert!(copy.state() == before);
}

#[track_caller]
fn refused_body(body: impl Into<Vec<u8>>, says: &[&str]) {
    let body = body.into();
    refused(move |connection| connection.respond("200 OK", "content-type: application/yaml", &body), says);
}

#[test]
fn text_that_is_not_a_document_is_refused() {
    refused_body("openapi: 3.1.0\npaths: [\n", &["the new document", "not YAML"]);
    refused_body("a: 1\na: 2\n", &["duplicate"]);
    refused_body("- 1\n", &["not a map"]);
    refused_body("name: something else\n", &["/openapi", "does not say which version of OpenAPI"]);
    refused_body("", &["it is empty"]);
    refused_body(" \n\n", &["it is empty"]);
    refused_body(vec![0xff, 0xfe, b'a'], &["not UTF-8"]);
    refused_body("<!doctype html>\n<html></html>", &["HTML"]);
}

#[test]
fn the_content_type_decides_nothing() {
    refused(|connection| connection.respond("200 OK", "content-type: text/html", b"\n  <html>login</html>"), &["HTML"]);
    // A document with another content type is accepted: many servers have no type for YAML.
    let copy = RepositoryCopy::new();
    let text = copy.read("openapi/openapi.yaml");
    let server = TestServer::start(move |c| c.respond("200 OK", "content-type: image/png", text.as_bytes()));
    copy.refresh(&server.url(), &[]).says(0, &["has not changed"]);
}

#[test]
fn truncated_documents_are_refused() {
    let copy = RepositoryCopy::new();
    let text = copy.tomorrow();
    // The connection ends before what it promised.
    let (half, length) = (text[..text.len() / 2].to_string(), text.len());
    refused(
        move |c| {
            c.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{half}").as_bytes());
        },
        &["could not be fetched"],
    );
    // Chunks without an end.
    refused(
        |c| {
            c.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nopen\r\n");
        },
        &["could not be fetched"],
    );
    // Cut at any tenth of it, at a line's end and within a line: no YAML, or references that lead nowhere.
    for tenth in 1..10 {
        let cut = text.len() * tenth / 10;
        let cut = (cut..).find(|at| text.is_char_boundary(*at)).unwrap();
        let line = text[..cut].rfind('\n').unwrap() + 1;
        for end in [cut, line] {
            refused_file(&text[..end]);
        }
    }
}

fn refused_file(text: &str) {
    let copy = RepositoryCopy::new();
    copy.write("cut.yaml", text);
    let before = copy.state();
    let file = copy.root.join("cut.yaml").display().to_string();
    copy.run(&["refresh-spec", "--file", &file]).says(2, &["What is in the way"]);
    assert!(copy.state() == before);
}

#[test]
fn error_answers_are_refused() {
    for status in ["404 Not Found", "403 Forbidden", "500 Internal Server Error", "304 Not Modified"] {
        refused(move |c| c.respond(status, "x: y", b"openapi: 3.1.0"), &["the server answered", &status[..3]]);
    }
    refused(
        |c| {
            c.send(b"SSH-2.0-OpenSSH\r\n");
        },
        &["could not be fetched"],
    );
    refused(|_| {}, &["could not be fetched"]);
}

#[test]
fn endless_answers_are_refused() {
    let started = Instant::now();
    // Bytes as fast as the server can send them: the limit on the size ends it.
    refused(
        |connection| {
            connection.send(b"HTTP/1.1 200 OK\r\n\r\n");
            while connection.send(&[b'a'; 64 * 1024]) {}
        },
        &["larger than 8 MiB"],
    );
    // A content length over the limit is refused without waiting for the body.
    refused(
        |connection| {
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n");
            connection.stall();
        },
        &["larger than 8 MiB"],
    );
    assert!(started.elapsed() < Duration::from_secs(100));
}

/// Each read of the client has a timeout of its own, which an answer that comes byte by byte never reaches.
#[test]
fn an_answer_that_comes_byte_by_byte_ends_with_the_timeout() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::start(|connection| {
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n");
        // It ends after a minute, so that a client without the limit fails the test instead of running for hours.
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) && connection.send(b"#") {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    copy.refresh(&server.url(), &["--timeout", "1"])
        .says(2, &["could not be fetched", "it has not ended after 1 seconds"]);
    assert!(copy.state() == before);
}

#[test]
fn a_server_that_never_answers_times_out() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let server = TestServer::start(|connection| connection.stall());
    let started = Instant::now();
    copy.refresh(&server.url(), &["--timeout", "1"]).says(2, &["could not be fetched"]);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!(copy.state() == before);
}

#[test]
fn redirects_stay_on_their_host() {
    let copy = RepositoryCopy::new();
    let text = copy.read("openapi/openapi.yaml");
    let server = TestServer::start(move |connection| match connection.path.as_str() {
        "/openapi.yaml" => connection.respond("302 Found", "location: /v2/openapi.yaml", b""),
        _ => connection.respond("200 OK", "x: y", text.as_bytes()),
    });
    copy.refresh(&server.url(), &[]).says(0, &["has not changed"]);

    let elsewhere = format!("location: {}", server.url());
    refused(move |c| c.respond("302 Found", &elsewhere, b""), &["another host"]);
    refused(|c| c.respond("302 Found", "location: /openapi.yaml", b""), &["too many redirects"]);
}

#[test]
fn unreachable_servers_and_unusable_urls_are_refused() {
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let closed = TestServer::with("").url();
    copy.refresh(&closed, &[]).says(2, &["could not be fetched", "--file"]);
    copy.refresh(&closed.replace("http:", "https:"), &[]).says(2, &["could not be fetched"]);
    copy.refresh("http://docs.example/openapi.yaml", &[]).says(2, &["is not https"]);
    copy.refresh("ftp://127.0.0.1/openapi.yaml", &[]).says(2, &["is not https"]);
    copy.refresh("openapi.yaml", &[]).says(2, &["is not a URL", "--file"]);
    let secret = copy.refresh("https://user:hunter2@docs.example/openapi.yaml", &[]);
    secret.says(2, &["credentials"]);
    assert!(!secret.stdout.contains("hunter2") && !secret.stderr.contains("hunter2"));
    assert!(copy.state() == before);
}
