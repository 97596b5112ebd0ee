//! A program with what a partner does to it: requests of the API, and forms of the page by plain HTTP.

use reqwest::Method;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::process::{Process, client};

/// An answer to a form or to a request for a page.
pub struct Answer {
    pub status: u16,
    /// Where the answer leads to.
    pub location: String,
    pub text: String,
}

impl Answer {
    pub fn html(&self) -> Html {
        Html::parse_document(&self.text)
    }

    /// The text of the only message that a form was refused.
    pub fn problem(&self) -> String {
        assert_eq!(self.status, 422, "{}", self.text);
        let texts = texts(&self.html(), "[role=alert]");
        assert_eq!(texts.len(), 1, "{texts:?}");
        texts[0].clone()
    }
}

/// The texts of the elements that a selector finds.
pub fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    html.select(&selector).map(|found| found.text().collect::<String>().trim().to_owned()).collect()
}

/// An attribute of the first element that a selector finds.
pub fn attribute(html: &Html, selector: &str, name: &str) -> Option<String> {
    let selector = Selector::parse(selector).expect("a selector");
    html.select(&selector).next()?.attr(name).map(str::to_owned)
}

pub async fn get(program: &Process, path: &str) -> Answer {
    answer(client().get(format!("{}{path}", program.url()))).await
}

/// Sends a form of the page, as a browser without scripts does.
pub async fn send(program: &Process, action: &str, fields: &[(&str, &str)]) -> Answer {
    post(program, &format!("/_sandbox/page/do/{action}"), fields).await
}

/// Sends a form of the page that has to be accepted.
pub async fn done(program: &Process, action: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = send(program, action, fields).await;
    assert_eq!(answer.status, 303, "{action}: {:?}", texts(&answer.html(), "[role=alert]"));
    answer
}

pub async fn post(program: &Process, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = client().post(format!("{}{path}", program.url())).header("origin", program.url());
    answer(request.form(fields)).await
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.expect("an answer");
    let location = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    Answer { status: answer.status().as_u16(), location, text: answer.text().await.expect("text") }
}

/// A request of the API with the default key.
pub async fn api(program: &Process, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut request = client().request(method, format!("{}{path}", program.url())).bearer_auth("sandbox-key");
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default())
}

/// A session for a customer; its client secret.
pub async fn session(program: &Process, partner_customer_id: &str) -> String {
    let body = json!({ "partner_customer_id": partner_customer_id });
    let (status, session) = api(program, Method::POST, "/v2/customer_sessions", Some(body)).await;
    assert_eq!(status, 201, "{session}");
    session["client_secret"].as_str().expect("a client secret").to_owned()
}

/// The path of the application.
pub fn start_path(client_secret: &str) -> String {
    let query = reqwest::Url::parse_with_params("http://a/start", [("client_secret", client_secret)]).expect("a URL");
    format!("/start?{}", query.query().unwrap_or_default())
}

/// The id of the row that a table shows first: `row("webhooks", "delivery-")`.
pub async fn first_id(program: &Process, section: &str, prefix: &str) -> String {
    let html = get(program, &format!("/_sandbox/page/section/{section}")).await.html();
    let id = attribute(&html, &format!("tr[id^='{prefix}']"), "id");
    id.unwrap_or_else(|| panic!("{section} has no row {prefix}")).trim_start_matches(prefix).to_owned()
}

/// What a section shows.
pub async fn section(program: &Process, section: &str) -> Html {
    get(program, &format!("/_sandbox/page/section/{section}")).await.html()
}

/// The states that a table of a section shows, by their badges.
pub async fn badges(program: &Process, name: &str) -> Vec<String> {
    texts(&section(program, name).await, "tbody .badge")
}
