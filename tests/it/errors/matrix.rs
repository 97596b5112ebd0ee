//! Every documented error body with every error status from every operation.

use imprint_client::{Client, ErrorKind, StatusCode, operation};

use super::bodies::{ErrorBody, documented_bodies, undocumented_bodies};
use super::{Error, expect_api_error};
use crate::raw_server::{RawReply, RawServer, response_head};
use imprint_sandbox::contract::{Contract, Operation};

/// Statuses of 4xx and their kinds.
const CLIENT_ERRORS: &[(u16, ErrorKind)] = &[
    (400, ErrorKind::BadRequest),
    (401, ErrorKind::Unauthorized),
    (402, ErrorKind::Other),
    (403, ErrorKind::Forbidden),
    (404, ErrorKind::NotFound),
    (405, ErrorKind::Other),
    (408, ErrorKind::Other),
    (409, ErrorKind::Conflict),
    (413, ErrorKind::Other),
    (422, ErrorKind::Other),
    (429, ErrorKind::RateLimited),
];

/// Statuses of 5xx, of redirects, and one that HTTP does not define, with their kinds.
const OTHER_ERRORS: &[(u16, ErrorKind)] = &[
    (500, ErrorKind::Server),
    (501, ErrorKind::Server),
    (502, ErrorKind::Server),
    (503, ErrorKind::Server),
    (504, ErrorKind::Server),
    (599, ErrorKind::Server),
    (300, ErrorKind::Other),
    (301, ErrorKind::Other),
    (302, ErrorKind::Other),
    (303, ErrorKind::Other),
    (307, ErrorKind::Other),
    (308, ErrorKind::Other),
    (600, ErrorKind::Other),
];

#[tokio::test]
async fn every_4xx_is_read_with_every_documented_body() {
    check_every_documented_body_with(CLIENT_ERRORS).await;
}

#[tokio::test]
async fn every_5xx_and_redirect_is_read_with_every_documented_body() {
    check_every_documented_body_with(OTHER_ERRORS).await;
}

async fn check_every_documented_body_with(statuses: &[(u16, ErrorKind)]) {
    let server = RawServer::start().await;
    let client = server.client();
    let documented_bodies = documented_bodies();
    let mut cases = 0;
    for &(status, kind) in statuses {
        for error_body in &documented_bodies {
            // The target of a redirect. Redirects must not be followed.
            server.respond_with(
                status,
                &[("content-type", "application/json"), ("location", "/v2/keys")],
                &error_body.body,
            );
            for operation in Contract::shared().operations() {
                check(&server, &client, operation, status, kind, error_body).await;
                cases += 1;
            }
        }
    }
    assert_eq!(cases, statuses.len() * documented_bodies.len() * operation::ALL.len());
    assert!(server.connections() < 10, "responses were not read to their end, or connections were not reused");
}

/// Each operation is tested with each body, and each body with many statuses; not every combination.
#[tokio::test]
async fn an_undocumented_body_keeps_the_status() {
    let server = RawServer::start().await;
    let client = server.client();
    let mut statuses = CLIENT_ERRORS.iter().chain(OTHER_ERRORS).cycle();
    for error_body in undocumented_bodies() {
        for operation in Contract::shared().operations() {
            let &(status, kind) = statuses.next().expect("a cycle");
            server.respond_with(status, &[("content-type", "application/json")], &error_body.body);
            check(&server, &client, operation, status, kind, &error_body).await;
        }
    }
}

#[tokio::test]
async fn the_content_type_is_ignored() {
    let server = RawServer::start().await;
    let client = server.client();
    let types =
        ["text/html; charset=iso-8859-1", "application/problem+json", "application/octet-stream", "", "nonsense"];
    for (index, operation) in Contract::shared().operations().iter().enumerate() {
        for error_body in documented_bodies() {
            let headers = [("content-type", types[index % types.len()])];
            // Every third response has no content type.
            server.respond_with(409, if index % 3 == 0 { &[] } else { &headers }, &error_body.body);
            check(&server, &client, operation, 409, ErrorKind::Conflict, &error_body).await;
        }
    }
}

/// A 304 has no body. The client sends no conditional requests, so a 304 is an error.
#[tokio::test]
async fn a_304_is_an_error() {
    let server = RawServer::start().await;
    let client = server.client();
    server.set_reply(RawReply::KeepOpen(response_head(304, [("etag", "\"x\"")]).chain(b"")));
    for operation in Contract::shared().operations() {
        let error = expect_api_error(&client, operation).await;
        assert_eq!(
            (error.status(), error.kind(), error.body()),
            (StatusCode::NOT_MODIFIED, ErrorKind::Other, &b""[..])
        );
        assert_eq!(error.message(), "Not Modified");
    }
}

async fn check(
    server: &RawServer,
    client: &Client,
    operation: &Operation,
    status: u16,
    kind: ErrorKind,
    error_body: &ErrorBody,
) {
    let what = || format!("{} with {status} and {}", operation.id, error_body.name);
    let error = expect_api_error(client, operation).await;
    assert_eq!((error.status().as_u16(), error.kind()), (status, kind), "{}", what());
    assert_eq!(error.operation_id(), operation.id, "{}", what());
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match error_body.message.or(reason) {
        Some(message) => assert_eq!(error.message(), message, "{}", what()),
        None => assert!(!error.message().is_empty(), "{}", what()),
    }
    assert_eq!((error.code(), error.param()), (error_body.code, error_body.param), "{}", what());
    assert_eq!(error.details(), error_body.details, "{}", what());
    let link = error.existing_link().map(|link| serde_json::to_value(link).expect("a link is JSON"));
    assert_eq!(link, error_body.existing_link, "{}", what());
    assert_eq!(error.body(), error_body.body, "{}", what());
    assert!(error.is_body_complete(), "{}", what());
    assert_eq!(error.attempts(), 1, "{}", what());
    assert_eq!(error.headers()["content-length"], error_body.body.len().to_string().as_str(), "{}", what());

    let line = Error::from(error).to_string();
    assert!(!line.contains('\n'), "{line}");
    let names = [
        Some(operation.id.as_str()),
        Some(&*status.to_string()),
        error_body.code,
        error_body.message,
        error_body.param,
    ];
    for name in names.into_iter().flatten().chain(error_body.details.iter().copied()) {
        // Each of these must be in the text of the error.
        assert!(line.contains(name), "{}: {line} does not say {name}", what());
    }
    assert_eq!(server.lines().len(), 1, "{}: sent once and not redirected", what());
}
