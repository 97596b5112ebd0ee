//! Errors that may come from the wrong place name its host and port, and nothing else of a URL.

use imprint_client::Error;

use super::{call, expect_failure};
use crate::raw_server::{RawReply, RawServer};
use imprint_sandbox::contract::Contract;

#[tokio::test]
async fn every_operation_names_the_host_of_a_refusal_and_of_a_redirect() {
    let server = RawServer::start().await;
    let url = server.client().base_url().trim_end_matches('/').to_owned();
    let host = url.strip_prefix("http://").unwrap();
    let client = server.client_with(|builder| builder.base_url(format!("{url}/hunter2")));
    let location = "https://user:hunter2@elsewhere.example.com:8443/hunter2?pan=hunter2";
    for (status, words) in [
        (401, format!("(sent to {host}; check that the API key belongs to this environment)")),
        (403, format!("(sent to {host}; check that the API key may do this, and belongs to this environment)")),
        (
            307,
            format!(
                "(sent to {host}); the client does not follow redirects, and this one leads to \
                 elsewhere.example.com:8443: if that is the API, set its URL by base_url"
            ),
        ),
    ] {
        server.respond_with(status, &[("location", location)], b"");
        for operation in Contract::shared().operations() {
            let error = expect_failure(&client, operation).await;
            let text = error.to_string();
            assert!(text.ends_with(&words), "{}: {text}", operation.id);
            assert!(!format!("{text} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
    server.set_reply(RawReply::Close((*b"").into()));
    for operation in Contract::shared().operations() {
        let Err(error @ Error::Transport(_)) = call(&client, operation).await else { panic!("{}", operation.id) };
        let text = error.to_string();
        assert!(text.contains(&format!(": the connection to {host} broke before an answer came")), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
