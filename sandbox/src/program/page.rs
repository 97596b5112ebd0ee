//! The page of the program: what an account has and what happens to it, with a form for whatever a person may do to it;
//! and the application that a customer fills in.
//!
//! Everything is made here as HTML and works without a script. The script of the page only brings sections up to date.

mod actions;
mod assets;
mod changes;
mod layout;
mod parts;
mod problem;
mod query;
mod sections;
mod start;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};

use super::failure::Failure;
use super::served::Served;
use actions::Action;
use problem::{Fields, Problem, Refill};
use sections::Section;
use view::{Asked, View};

/// How long the body of a form may be.
const LONGEST_FORM: usize = 64 << 10;

/// Scripts, styles and forms of the sandbox alone, and no other page may show this one in a frame.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The paths of the page. Without control there is the application alone: its authority is the client secret.
pub fn router(has_control: bool) -> Router<Arc<Served>> {
    let open = Router::new()
        .route("/start", get(start::show).post(start::send))
        .route("/favicon.ico", get(assets::icon))
        .route(assets::PATH, get(assets::asset));
    let pages = match has_control {
        false => open.route("/", get(closed)),
        true => open
            .route("/", get(page))
            .route("/_sandbox/page/section/{name}", get(section))
            .route("/_sandbox/page/do/{action}", get(back).post(act))
            .route("/_sandbox/changes", get(changes::stream)),
    };
    pages.layer(from_fn(safe)).layer(DefaultBodyLimit::max(LONGEST_FORM))
}

/// Answers a panic with a page, and adds the headers that keep a page from being used by others. Assets keep the caching that they ask for.
async fn safe(request: axum::extract::Request, next: Next) -> Response {
    // In a task of its own, so that a panic is a page that says so instead of a connection that is closed.
    let made = tokio::spawn(next.run(request)).await;
    let mut answer = made.unwrap_or_else(|_| {
        let what = html! { p role="alert" { "The sandbox failed, which is a mistake of it: please report it. The message is on its standard error." } };
        html(StatusCode::INTERNAL_SERVER_ERROR, layout::short("The page failed", what))
    });
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: with it browsers send forms with the origin `null`, which the check of origins refuses.
    set(REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    answer
}

fn html(status: StatusCode, markup: Markup) -> Response {
    (status, Html(markup.into_string())).into_response()
}

async fn page(State(served): State<Arc<Served>>, asked: Asked) -> Response {
    match View::of(&served, &asked) {
        Ok(view) => html(StatusCode::OK, layout::page(&view)),
        Err(failure) => unknown_account(&served, failure),
    }
}

/// A section alone, for the script.
async fn section(
    State(served): State<Arc<Served>>,
    Path(name): Path<String>,
    asked: Asked,
) -> Result<Response, Failure> {
    let view = View::of(&served, &asked)?;
    let section = Section::named(&name).ok_or_else(|| Failure::not_found("the page has no such section"))?;
    Ok(html(StatusCode::OK, sections::whole(section, &view)))
}

/// Carries out a form. After a success the browser is sent back to the section, so that loading the page again does not
/// repeat it; after a refusal the page comes back with what was filled in.
async fn act(
    State(served): State<Arc<Served>>,
    Path(name): Path<String>,
    asked: Asked,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let view = match View::of(&served, &asked) {
        Ok(view) => view,
        Err(failure) => return unknown_account(&served, failure),
    };
    let Some(action) = Action::named(&name) else {
        return Failure::not_found("the page has no such form").into_response();
    };
    let fields = match form {
        Ok(Form(fields)) => Fields::new(fields),
        Err(rejection) => {
            let message = format!("the form cannot be read: {}", rejection.body_text());
            return Failure::new(rejection.status(), "INVALID_REQUEST_ERROR", message).into_response();
        }
    };
    // In a task of its own: what has begun goes on if the browser goes away.
    let (sandbox, given) = (view.sandbox.clone(), fields.clone());
    let outcome = tokio::spawn(async move { actions::run(action, &sandbox, &given).await }).await;
    let problem = match outcome {
        Ok(Ok(Some(elsewhere))) => return Redirect::to(&elsewhere).into_response(),
        Ok(Ok(None)) => return Redirect::to(&view.back(action)).into_response(),
        Ok(Err(problem)) => problem,
        Err(_) => Problem::new("the sandbox failed; the message is on its standard error"),
    };
    let view = view.with_refill(Refill { action, fields, problem });
    html(StatusCode::UNPROCESSABLE_ENTITY, layout::page(&view))
}

/// The address of a form that was loaded again.
async fn back(asked: Asked) -> Redirect {
    Redirect::to(&asked.link("/"))
}

fn unknown_account(served: &Served, failure: Failure) -> Response {
    let markup = layout::short(
        "No such account",
        html! {
            p role="alert" { "There is no account of this name." }
            p { "There are these:" }
            ul {
                @for name in served.sandbox.account_names() {
                    li { a href=(Asked::of_account(&name).link("/")) { (name) } }
                }
            }
        },
    );
    html(failure.status, markup)
}

/// What is at `/` without control.
async fn closed() -> Response {
    let markup = layout::short(
        "Imprint sandbox",
        html! {
            p { "This is a sandbox: an imitation of the Imprint API for tests. It is not Imprint, and nothing here moves money." }
            p {
                "Its page and its control API are off, since others may reach this address. Start it with "
                code { "--control on" } " to have them."
            }
            p { a href="/_sandbox/health" { "Is it well?" } }
        },
    );
    html(StatusCode::OK, markup)
}
