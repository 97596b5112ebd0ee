//! Style, script and headers.

use crate::process::{Process, client};

use super::partner::{attribute, get, texts};

#[tokio::test]
async fn assets_have_their_types_and_may_be_kept_for_good() {
    let program = Process::start(&[]);
    let html = get(&program, "/").await.html();
    for (selector, name, content_type) in [
        ("link[rel=stylesheet]", "href", "text/css; charset=utf-8"),
        ("script", "src", "text/javascript; charset=utf-8"),
        ("link[rel=icon]", "href", "image/svg+xml"),
    ] {
        let path = attribute(&html, selector, name).expect("a path");
        let answer = client().get(format!("{}{path}", program.url())).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(
            (header("content-type").as_str(), header("x-content-type-options").as_str()),
            (content_type, "nosniff")
        );
        assert!(header("cache-control").contains("immutable"));
    }
    assert_eq!(get(&program, "/_sandbox/page/asset/style-0.css").await.status, 404);
    assert_eq!(get(&program, "/favicon.ico").await.status, 200);
}

#[tokio::test]
async fn pages_run_nothing_but_what_the_sandbox_serves() {
    let program = Process::start(&[]);
    for path in ["/", "/start", "/_sandbox/page/section/clock", "/?account=nobody"] {
        let answer = client().get(format!("{}{path}", program.url())).send().await.expect("an answer");
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(
            (header("x-content-type-options").as_str(), header("referrer-policy").as_str()),
            ("nosniff", "same-origin")
        );
        assert_eq!(header("cache-control"), "no-store");
        let text = answer.text().await.expect("text");
        for forbidden in [" style=", " onclick=", "<style", "javascript:", "http://www.", "https://"] {
            assert!(!text.contains(forbidden), "{path} has {forbidden}");
        }
    }
}

#[tokio::test]
async fn without_control_there_is_a_plain_page_and_nothing_can_be_done() {
    let program = Process::start(&["--control", "off"]);
    let page = get(&program, "/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("--control on") && texts(&page.html(), "form").is_empty());
    for path in ["/_sandbox/page/section/clock", "/_sandbox/changes", "/_sandbox/page/do/clock-run"] {
        assert_eq!(get(&program, path).await.status, 404, "{path}");
    }
    assert_eq!(super::partner::send(&program, "clock-run", &[]).await.status, 404);
}
