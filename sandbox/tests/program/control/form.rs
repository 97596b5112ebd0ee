//! A web page of another site cannot use the control API.

use super::Api;
use crate::process::client;

#[tokio::test]
async fn a_form_of_another_page_changes_nothing() {
    let api = Api::start(&[]);
    let url = format!("{}/_sandbox/state/reset", api.program.url());
    // What a form can send, with and without what a browser adds.
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
        let request = || client().post(&url).header("content-type", kind).body("{\"to\":\"empty\"}");
        assert_eq!(request().send().await.expect("an answer").status().as_u16(), 415, "{kind}");
        let foreign = request().header("origin", "https://evil.example").send().await.expect("an answer");
        assert_eq!(foreign.status().as_u16(), 403, "{kind}");
    }
    let rebound = client().get(format!("{}/_sandbox/state", api.program.url())).header("host", "evil.example:80");
    assert_eq!(rebound.send().await.expect("an answer").status().as_u16(), 403);
}
