//! What stands in front of the API: the checks of where a request comes from, headers for pages of allowed origins, and
//! the paths that are the program's own.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::any;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tower_service::Service;

use crate::log::Request;
use crate::server::{Front, FrontResponse, Serving, Way};

use super::control;
use super::failure::Failure;
use super::lines::Lines;
use super::page;
use super::served::Served;

/// What paths of the program's own begin with, besides the page.
const OWN: &str = "/_sandbox/";

/// The front of the program.
pub struct ProgramFront {
    served: Arc<Served>,
    router: Router,
    lines: Lines,
}

impl ProgramFront {
    pub fn new(served: Arc<Served>, lines: Lines) -> Self {
        let router = Router::new()
            .route(OWN, any(control::serve))
            .route("/_sandbox/{*path}", any(control::serve))
            .merge(page::router(served.has_control))
            .fallback(unknown)
            .with_state(Arc::clone(&served));
        Self { served, router, lines }
    }

    /// Answers the question of a browser whether a script of a page may send a request; None if it is no such question, or
    /// the page is of no origin that may.
    fn preflight(&self, request: &request::Parts) -> Option<FrontResponse> {
        let asks = request.method == Method::OPTIONS && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let allowed = self.allowed_origin(&request.headers).filter(|_| asks)?;
        let mut answer = StatusCode::NO_CONTENT.into_response();
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
        let names = "authorization, content-type, x-imprint-merchant-key";
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(names));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        headers.insert(VARY, HeaderValue::from_static("origin"));
        Some(boxed(answer))
    }

    /// The origin of a page whose scripts may read the answer.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        origin.to_str().is_ok_and(|origin| self.served.guard.allows(origin)).then(|| origin.clone())
    }
}

impl Front for ProgramFront {
    fn way(&self, request: &request::Parts) -> Way {
        if let Some(message) = self.served.guard.refusal(&request.method, &request.headers) {
            self.lines.refused(request.method.as_str(), request.uri.path(), &message);
            let failure = Failure::new(StatusCode::FORBIDDEN, "FORBIDDEN_ERROR", message);
            return Way::Refused(Box::new(boxed(failure.into_response())));
        }
        if let Some(answer) = self.preflight(request) {
            return Way::Refused(Box::new(answer));
        }
        let path = request.uri.path();
        let is_own = path.starts_with(OWN) || matches!(path, "/" | "/_sandbox" | "/start" | "/favicon.ico");
        if is_own { Way::Front } else { Way::Api }
    }

    fn serve(&self, request: http::Request<Incoming>) -> Serving {
        let mut router = self.router.clone();
        let allowed = self.allowed_origin(request.headers());
        Box::pin(async move {
            let answer: Result<_, Infallible> = router.call(request.map(Body::new)).await;
            let mut answer = answer.unwrap_or_else(|never| match never {});
            expose(allowed, answer.headers_mut());
            boxed(answer)
        })
    }

    fn complete(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        expose(self.allowed_origin(request), answer);
    }

    fn recorded(&self, account: &str, request: &Request) {
        let is_first = account == self.served.sandbox.account_name();
        self.lines.request((!is_first).then_some(account), request);
    }
}

/// Lets scripts of an origin read an answer, with its headers.
fn expose(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
}

fn boxed(answer: Response<Body>) -> FrontResponse {
    answer.map(|body| body.map_err(Into::into).boxed_unsync())
}

async fn unknown() -> Failure {
    Failure::not_found("the sandbox has no such path")
}
