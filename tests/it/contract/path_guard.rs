//! A path parameter can never select another operation than the one that was called.

use imprint_client::{Error, operation};
use serde_json::json;

use crate::raw_server::RawServer;
use crate::table::{Arguments, entry};
use imprint_sandbox::contract::{Contract, PropertySet};

/// Ids that the client, a proxy or a server could read as another path.
const REFUSED_IDS: &[&str] = &[
    "",
    ".",
    "..",
    "%2e",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "..\\keys",
    "..%5ckeys",
    "../keys",
    "a/..",
    "a/../../keys",
    "a/../../../v2/keys",
    "a\\..\\..\\keys",
    "..%2fkeys",
    "/",
    "\\",
    "%2f",
    "//example.com/v2/keys",
    "x\\link",
    "a/link",
    "a%2flink",
    "a;b=c",
    "..;",
    "%3b",
    "a\r\nx-injected: 1",
    "a%0d%0ax-injected:%201",
    "\0",
    "%00",
    "\u{7f}",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "..%c0%afkeys",
    "%u002e%u002e",
    "\u{ff0e}\u{ff0e}",
    "\u{2025}",
    "..\u{ff0f}keys",
    "..%ef%bc%8fkeys",
    "\u{2024}\u{2024}",
    "..\u{2215}keys",
];

/// Unusual ids that are valid path segments.
const ACCEPTED_IDS: &[&str] = &[
    "2EE24580-B97B-4949-A65C-929CCB9B9B8D",
    "CSMR-v1-123",
    "a?limit=1",
    "a#b",
    "...",
    "a b",
    " a ",
    "a%b",
    "a%c3%a4",
    "\u{e4}\u{1f4b3}",
];

#[tokio::test]
async fn an_id_is_sent_to_its_operation_or_refused() {
    let server = RawServer::start().await;
    server.respond_with(400, &[], b"{}");
    let client = server.client();
    let (mut guarded, mut refused, mut sent) = (0, 0, 0);
    for operation in Contract::shared().operations() {
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "path") {
            guarded += 1;
            for id in REFUSED_IDS.iter().chain(ACCEPTED_IDS) {
                let what = format!("{} with {id:?}", operation.id);
                let mut given = Arguments::of(operation, PropertySet::Required);
                given.parameters.insert(parameter.name.clone(), json!(id));
                let error = (entry(&operation.id).call)(&client, &given).await.expect_err(&what);
                let lines = server.lines();
                if let Error::InvalidRequest(error) = &error {
                    assert!(lines.is_empty(), "{what} was refused and sent: {lines:?}");
                    assert_eq!(error.invalid().collect::<Vec<_>>(), [parameter.name.as_str()], "{what}");
                    let said = format!("{error} {error:?}");
                    assert!(id.len() < 5 || !said.contains(id), "{what} is quoted: {said}");
                    refused += 1;
                } else {
                    let path = operation.path.replace(&format!("{{{}}}", parameter.name), &encoded(id));
                    assert_eq!(lines, [format!("{} {path} HTTP/1.1", operation.method)], "{what}: {error}");
                    assert!(!REFUSED_IDS.contains(id), "{what} was sent as {lines:?}");
                    sent += 1;
                }
            }
        }
    }
    assert_eq!(guarded, operation::ALL.iter().map(|operation| operation.path().matches('{').count()).sum::<usize>());
    assert_eq!((refused, sent), (guarded * REFUSED_IDS.len(), guarded * ACCEPTED_IDS.len()));
    assert!(server.connections() < 10, "connections must be reused");
}

/// A segment in which all characters are escaped but the unreserved ones of RFC 3986.
fn encoded(id: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    id.bytes().map(byte).collect()
}
