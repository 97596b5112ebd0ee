//! A local server is reached by every web page on the machine: which requests are refused.

use reqwest::Method;

use super::process::{Process, client};

async fn status(program: &Process, method: Method, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = client().request(method, format!("{}{path}", program.url())).bearer_auth("sandbox-key");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn a_foreign_name_leads_nowhere_unless_it_is_allowed() {
    let program = Process::start(&["--allow-host", "sandbox.example.com"]);
    for path in ["/", "/_sandbox/health", "/v2/customers"] {
        let (code, body) = status(&program, Method::GET, path, &[("host", "rebound.example")]).await;
        assert!(code == 403 && body.contains("DNS rebinding"), "{path}: {code} {body}");
    }
    for host in ["sandbox.example.com", "imprint:8080", "localhost"] {
        assert_eq!(status(&program, Method::GET, "/v2/customers", &[("host", host)]).await.0, 200);
    }
}

#[tokio::test]
async fn scripts_of_other_pages_change_nothing_unless_their_origin_is_allowed() {
    let program = Process::start(&["--cors", "http://localhost:3000"]);
    let post = async |origin| status(&program, Method::POST, "/v2/customer_sessions", &[("origin", origin)]).await;
    let (code, body) = post("https://evil.example").await;
    assert!(code == 403 && body.contains("--cors https://evil.example"), "{code} {body}");
    let line = program.line(" 403 refused POST /v2/customer_sessions ");
    assert!(line.contains("--cors https://evil.example"), "{line}");
    assert_ne!(post("http://localhost:3000").await.0, 403);
    assert_eq!(program.get("/_sandbox/health").await.1["requests"], 1, "what is refused does not reach the API");
}

#[tokio::test]
async fn a_browser_is_told_what_an_allowed_page_may_do() {
    let program = Process::start(&["--cors", "http://localhost:3000"]);
    let ask = |origin: &'static str| {
        let url = format!("{}/v2/customer_sessions", program.url());
        let asked = [("origin", origin), ("access-control-request-method", "POST")];
        let mut request = client().request(Method::OPTIONS, url);
        for (name, value) in asked {
            request = request.header(name, value);
        }
        request.send()
    };
    let allowed = ask("http://localhost:3000").await.expect("an answer");
    assert_eq!(allowed.headers()["access-control-allow-origin"], "http://localhost:3000");
    assert!(allowed.headers()["access-control-allow-headers"].to_str().expect("text").contains("authorization"));
    let refused = ask("http://localhost:3001").await.expect("an answer");
    assert!(!refused.headers().contains_key("access-control-allow-origin"));

    let read = client().get(format!("{}/v2/customers", program.url())).bearer_auth("sandbox-key");
    let read = read.header("origin", "http://localhost:3000").send().await.expect("an answer");
    assert_eq!(read.headers()["access-control-allow-origin"], "http://localhost:3000");
    assert_eq!(read.headers()["vary"], "origin");
}

#[tokio::test]
async fn without_control_nobody_learns_the_names_of_accounts() {
    let flags = ["--control", "off", "--open-accounts"];
    let program = Process::start(&flags);
    let opened = client().get(format!("{}/v2/customers", program.url())).bearer_auth("sbx-worker-9").send().await;
    assert_eq!(opened.expect("an answer").status().as_u16(), 200);
    let (code, body) = program.get("/_sandbox/health?account=other").await;
    assert!(code == 404 && !body.to_string().contains("worker-9"), "{body}");
}
