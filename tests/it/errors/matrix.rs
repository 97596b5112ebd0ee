//! Every body with every status from every operation.

use imprint_client::{Client, ErrorKind, StatusCode, operation};

use super::bodies::{Row, families, others};
use super::{Error, api_error};
use crate::spec::{Operation, Spec};
use crate::wire::{Reply, Wire, head};

/// The statuses of the client's mistakes and their kinds.
const REFUSED: &[(u16, ErrorKind)] = &[
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

/// Those of the server, of what stands before it, and of nobody.
const FAILED: &[(u16, ErrorKind)] = &[
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
async fn the_api_refuses_in_every_family() {
    every_family_with(REFUSED).await;
}

#[tokio::test]
async fn the_api_fails_or_redirects_in_every_family() {
    every_family_with(FAILED).await;
}

async fn every_family_with(statuses: &[(u16, ErrorKind)]) {
    let wire = Wire::start().await;
    let client = wire.client();
    let families = families();
    let mut cases = 0;
    for &(status, kind) in statuses {
        for row in &families {
            // Where a redirect would go: it is not followed.
            wire.answer(status, &[("content-type", "application/json"), ("location", "/v2/keys")], &row.body);
            for operation in Spec::get().operations() {
                check(&wire, &client, operation, status, kind, row).await;
                cases += 1;
            }
        }
    }
    assert_eq!(cases, statuses.len() * families.len() * operation::ALL.len());
    assert!(wire.connections() < 10, "answers were not read to their ends, or connections not used again");
}

/// Not all with all: each operation with each body, each body with many statuses.
#[tokio::test]
async fn what_is_no_error_body_does_not_cost_the_status() {
    let wire = Wire::start().await;
    let client = wire.client();
    let mut statuses = REFUSED.iter().chain(FAILED).cycle();
    for row in others() {
        for operation in Spec::get().operations() {
            let &(status, kind) = statuses.next().expect("a cycle");
            wire.answer(status, &[("content-type", "application/json")], &row.body);
            check(&wire, &client, operation, status, kind, &row).await;
        }
    }
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let wire = Wire::start().await;
    let client = wire.client();
    let types =
        ["text/html; charset=iso-8859-1", "application/problem+json", "application/octet-stream", "", "nonsense"];
    for (index, operation) in Spec::get().operations().iter().enumerate() {
        for row in families() {
            let headers = [("content-type", types[index % types.len()])];
            // Every third answer has none at all.
            wire.answer(409, if index % 3 == 0 { &[] } else { &headers }, &row.body);
            check(&wire, &client, operation, 409, ErrorKind::Conflict, &row).await;
        }
    }
}

/// By its nature it has no body; nobody asked a condition, so it is an error all the same.
#[tokio::test]
async fn not_modified_is_an_error() {
    let wire = Wire::start().await;
    let client = wire.client();
    wire.reply(Reply::Whole(head(304, [("etag", "\"x\"")]).chain(b"")));
    for operation in Spec::get().operations() {
        let error = api_error(&client, operation).await;
        assert_eq!(
            (error.status(), error.kind(), error.body()),
            (StatusCode::NOT_MODIFIED, ErrorKind::Other, &b""[..])
        );
        assert_eq!(error.message(), "Not Modified");
    }
}

async fn check(wire: &Wire, client: &Client, operation: &Operation, status: u16, kind: ErrorKind, row: &Row) {
    let what = || format!("{} with {status} and {}", operation.id, row.name);
    let error = api_error(client, operation).await;
    assert_eq!((error.status().as_u16(), error.kind()), (status, kind), "{}", what());
    assert_eq!(error.operation_id(), operation.id, "{}", what());
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match row.message.or(reason) {
        Some(message) => assert_eq!(error.message(), message, "{}", what()),
        None => assert!(!error.message().is_empty(), "{}", what()),
    }
    assert_eq!((error.code(), error.param()), (row.code, row.param), "{}", what());
    assert_eq!(error.details(), row.details, "{}", what());
    let link = error.existing_link().map(|link| serde_json::to_value(link).expect("a link is JSON"));
    assert_eq!(link, row.existing_link, "{}", what());
    assert_eq!(error.body(), row.body, "{}", what());
    assert!(error.is_body_complete(), "{}", what());
    assert_eq!(error.attempts(), 1, "{}", what());
    assert_eq!(error.headers()["content-length"], row.body.len().to_string().as_str(), "{}", what());

    let line = Error::from(error).to_string();
    assert!(!line.contains('\n'), "{line}");
    let names = [Some(operation.id.as_str()), Some(&*status.to_string()), row.code, row.message, row.param];
    for name in names.into_iter().flatten().chain(row.details.iter().copied()) {
        // The name of a status says nothing more beside its number.
        assert!(line.contains(name), "{}: {line} does not say {name}", what());
    }
    assert_eq!(wire.lines().len(), 1, "{}: sent once and not redirected", what());
}
