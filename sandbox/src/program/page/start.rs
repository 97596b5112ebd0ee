//! The application that a customer fills in, as Imprint's own page is reached: `/start?client_secret=…`.
//!
//! It can be used without control: the client secret is its authority. A form without a target is sent to the address of
//! the page, so that the secret stands in the address alone and not in the page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use maud::{Markup, html};

use crate::model::application::ONE_TIME_PASSWORD;
use crate::program::failure::Failure;
use crate::program::served::Served;
use crate::sandbox::{Outcome, Sandbox};

use super::problem::{Fields, Problem};
use super::query;
use super::{html as answer, layout};

/// What the address of the page says. Imprint's SDKs send more, which changes nothing here.
pub struct Asked {
    client_secret: Option<String>,
    /// The application that was sent, to show what became of it.
    application: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let named = |name| query::first(parts, name);
        Ok(Self { client_secret: named("client_secret"), application: named("application") })
    }
}

/// What a last name leads to, as in Imprint's own sandbox.
const NAMES: [(&str, &str); 3] =
    [("approve", "is approved"), ("review or frozen", "waits for a decision"), ("any other", "is rejected")];

pub async fn show(State(served): State<Arc<Served>>, asked: Asked) -> Response {
    if let Some(id) = &asked.application {
        return outcome(&served, id);
    }
    let Some(secret) = asked.client_secret.as_deref() else {
        return without_secret(&served);
    };
    match open(&served, secret) {
        Some(_) => answer(StatusCode::OK, form(&Fields::default(), None)),
        None => invalid(),
    }
}

pub async fn send(
    State(served): State<Arc<Served>>,
    asked: Asked,
    form_sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let fields = match form_sent {
        Ok(Form(fields)) => Fields::new(fields),
        Err(rejection) => {
            let message = format!("the form cannot be read: {}", rejection.body_text());
            return Failure::new(rejection.status(), "INVALID_REQUEST_ERROR", message).into_response();
        }
    };
    let secret = asked.client_secret.unwrap_or_default();
    let Some(sandbox) = open(&served, &secret) else { return invalid() };
    let applied = match apply(&sandbox, &secret, &fields).await {
        Ok(applied) => applied,
        Err(None) => return invalid(),
        Err(Some(problem)) => return answer(StatusCode::UNPROCESSABLE_ENTITY, form(&fields, Some(&problem))),
    };
    let (Outcome::Approved { application_id, .. }
    | Outcome::ActionRequired { application_id, .. }
    | Outcome::Rejected { application_id, .. }) = applied;
    Redirect::to(&format!("/start?application={application_id}")).into_response()
}

/// The account of a client secret that an application can begin with.
fn open(served: &Served, secret: &str) -> Option<Sandbox> {
    let account = served.sandbox.account_of_session(secret)?;
    (account.session_is_open(secret) == Some(true)).then_some(account)
}

/// Sends the application. The error is None if the client secret is of no use any more.
async fn apply(sandbox: &Sandbox, secret: &str, fields: &Fields) -> Result<Outcome, Option<Problem>> {
    let mut application = sandbox.apply(secret);
    if !fields.get("last_name").is_empty() {
        application = application.last_name(fields.get("last_name"));
    }
    if !fields.get("phone").is_empty() {
        application = application.phone(phone(fields.get("phone")).ok_or_else(|| {
            Problem::at("phone", "A telephone number has a country code and up to 15 digits: +1 415 555 0100.")
        })?);
    }
    let code = fields.required("otp", "the code")?;
    application.otp(code).complete().await.map_err(|refused| match refused.code() {
        Some("INVALID_CLIENT_SECRET") => None,
        _ => Some(Problem::at("otp", refused.to_string())),
    })
}

/// A telephone number as the API writes it. Ten digits without a country code are a number of the United States.
fn phone(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let (has_country, digits) = kept.strip_prefix('+').map_or((false, kept.as_str()), |digits| (true, digits));
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    match digits.len() {
        7..=15 if is_number && has_country => Some(format!("+{digits}")),
        10 if is_number => Some(format!("+1{digits}")),
        _ => None,
    }
}

fn form(fields: &Fields, problem: Option<&Problem>) -> Markup {
    let is_wrong = |name: &str| problem.is_some_and(|problem| problem.field == Some(name));
    let field = |name: &str, label: &str, kind: &str, hint: &Markup, complete: &str, mode: Option<&str>| {
        let described = if is_wrong(name) { format!("problem {name}-hint") } else { format!("{name}-hint") };
        html! {
            div.field {
                label for=(name) { (label) }
                input id=(name) name=(name) type=(kind) value=(fields.get(name)) autocomplete=(complete) inputmode=[mode]
                    required[name == "otp"] autofocus[is_wrong(name)] aria-invalid=[is_wrong(name).then_some("true")]
                    aria-describedby=(described);
                small id=(format!("{name}-hint")) { (hint) }
            }
        }
    };
    layout::short(
        "Apply",
        html! {
            p { "This is the sandbox in the place of Imprint. No application is sent to anybody; enter no real personal data." }
            @if let Some(problem) = problem {
                p #problem .problem role="alert" tabindex="-1" { (problem.message) }
            }
            form.fields method="post" {
                (field("last_name", "Last name", "text", &html! {
                    "It decides, and its letter case counts. Left empty, it is the name that is known of the customer."
                }, "off", None))
                dl.names {
                    @for (name, outcome) in NAMES { dt { (name) } dd { (outcome) } }
                }
                (field("phone", "Telephone number", "tel", &html! {
                    "A made-up one, such as +1 415 555 0100. One with an application that waits goes on with that one."
                }, "off", Some("tel")))
                (field("otp", "Code that was sent to the telephone", "text", &html! {
                    "Nothing is sent: the code of the sandbox is " code { (ONE_TIME_PASSWORD) } "."
                }, "one-time-code", Some("numeric")))
                button.main { "Apply" }
            }
        },
    )
}

/// What became of an application that was sent.
fn outcome(served: &Served, id: &str) -> Response {
    let account = served.sandbox.account_of_application(id);
    let Some((account, status)) = account.and_then(|account| Some((account.clone(), account.application_status(id)?)))
    else {
        return answer(
            StatusCode::NOT_FOUND,
            layout::short(
                "No such application",
                html! {
                    p role="alert" { "The sandbox has no such application." }
                },
            ),
        );
    };
    let (title, content) = match status {
        "APPROVED" => (
            "Approved",
            html! { p role="status" { "The application was approved: the customer has an account and a payment method." } },
        ),
        "REJECTED" => {
            ("Rejected", html! { p role="status" { "The application was rejected: the customer has no account." } })
        }
        _ => (
            "Waiting for a decision",
            html! {
                p role="status" { "The application waits for a decision. Somebody at Imprint would decide it; here you do." }
                p {
                    @if served.has_control {
                        "Approve or reject it on " a href=(format!("{}#applications", page_of(served, &account))) { "the page of the sandbox" } ", "
                    } @else {
                        "Approve or reject it "
                    }
                    "with " code { "Sandbox::decide" } " in Rust or with the control API, then "
                    a href=(format!("/start?application={id}")) { "look again" } "."
                }
            },
        ),
    };
    let content = html! {
        (content)
        p.muted { "Application " code { (id) } }
    };
    answer(StatusCode::OK, layout::short(title, content))
}

/// The page of an account.
fn page_of(served: &Served, account: &Sandbox) -> String {
    let name = account.account_name();
    if name == served.sandbox.account_name() { "/".to_owned() } else { super::view::Asked::of_account(name).link("/") }
}

/// The client secret is unknown, expired or used. Imprint's SDKs tell partners the code.
fn invalid() -> Response {
    answer(
        StatusCode::BAD_REQUEST,
        layout::short(
            "This link cannot be used",
            html! {
                p role="alert" { code { "INVALID_CLIENT_SECRET" } }
                p { "No open session has this client secret: it is unknown, has expired or was used already. Begin again with a new session." }
            },
        ),
    )
}

fn without_secret(served: &Served) -> Response {
    answer(
        StatusCode::BAD_REQUEST,
        layout::short(
            "Apply",
            html! {
                p role="alert" { "The address lacks the client secret of a session: " code { "/start?client_secret=…" } }
                p { "A session is made by the operation " code { "createSession" } ":" }
                pre { "curl -u KEY: " (served.sandbox.url()) "/v2/customer_sessions \\\n  --json '{\"partner_customer_id\": \"PARTNER_USER_456\"}'" }
                @if served.has_control { p { "Or open one on " a href="/#applications" { "the page of the sandbox" } "." } }
            },
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_written_as_the_api_does() {
        for (typed, number) in [
            ("+1 415 555 0100", "+14155550100"),
            ("(415) 555-0100", "+14155550100"),
            ("+44.20.7946.0000", "+442079460000"),
        ] {
            assert_eq!(phone(typed).as_deref(), Some(number));
        }
        for typed in ["abc", "+1", "5550100", "+0123456789", "+12345678901234567", "<b>"] {
            assert_eq!(phone(typed), None, "{typed}");
        }
    }
}
