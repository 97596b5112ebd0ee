//! The extractor for axum 0.8, which verifies and reads a delivery before the handler runs.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

use axum_core::RequestExt as _;
use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::MAX_BODY_BYTES;
use super::error::WebhookError;
use super::event::Event;
use super::verifier::{Verified, Verifier, signature};
#[cfg(feature = "tracing")]
use crate::log_target::TARGET;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// A verified delivery, as an extractor: a handler that takes one runs for genuine deliveries only.
///
/// The extractor takes the [`Verifier`] from the state. It reads the body exactly as it came, up to
/// [`MAX_BODY_BYTES`](crate::webhook::MAX_BODY_BYTES), or up to axum's `DefaultBodyLimit` if that is less. A delivery
/// that is refused is answered without a body, see [`WebhookRejection`].
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use imprint_client::webhook::{Verifier, Webhook};
///
/// async fn receive(webhook: Webhook) -> StatusCode {
///     println!("{:?}, signed at {:?}", webhook.event, webhook.verified.signed_at);
///     StatusCode::OK
/// }
///
/// // The state is the verifier; in an application that has more, `FromRef` takes it from there.
/// let app: Router = Router::new().route("/imprint", post(receive)).with_state(Verifier::new("the signing token"));
/// ```
///
/// # A state of your own
///
/// Say where your state has the verifier, by `FromRef`. Without it the compiler says "expected `Verifier`, found `App`", or,
/// if the handler takes the `State` as well, that the handler does not implement `Handler`:
///
/// ```
/// use axum::extract::{FromRef, State};
/// use axum::{Router, http::StatusCode, routing::post};
/// use imprint_client::webhook::{Verifier, Webhook};
///
/// #[derive(Clone)]
/// struct App {
///     verifier: Verifier,
/// }
///
/// impl FromRef<App> for Verifier {
///     fn from_ref(app: &App) -> Self {
///         app.verifier.clone()
///     }
/// }
///
/// async fn receive(_: State<App>, webhook: Webhook) -> StatusCode {
///     println!("{:?}", webhook.event);
///     StatusCode::OK
/// }
///
/// let app = App { verifier: Verifier::new("the signing token") };
/// let router: Router = Router::new().route("/imprint", post(receive)).with_state(app);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Webhook {
    /// The event that was delivered.
    pub event: Event,
    /// How the delivery was verified.
    pub verified: Verified,
}

impl<S> FromRequest<S> for Webhook
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.with_limited_body().into_parts();
        // A request without the signature header is refused before its body is read, so it costs little.
        let header = signature(&parts.headers).map_err(|error| refuse(error, || false))?;
        let body = read(body).await?;
        match verifier.deliver(&header, &body) {
            Ok((event, verified)) => Ok(Self { event, verified }),
            Err(error) => Err(refuse(error, || verifier.is_signed(&header, &body))),
        }
    }
}

async fn read(body: Body) -> Result<impl Deref<Target = [u8]>, WebhookRejection> {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => {
            let mut causes =
                std::iter::successors(Some(&*error as &(dyn StdError + 'static)), |error| (*error).source());
            let too_large = causes.any(|cause| cause.is::<LengthLimitError>());
            Err(WebhookRejection(too_large.then_some(WebhookError::TooLarge)))
        }
    }
}

/// Logs why a delivery is refused, and makes the rejection.
///
/// A problem that somebody has to solve is logged as an error or a warning: the receiver has no token, or a delivery
/// whose signature is right cannot be read or has a wrong age. All else is logged at `DEBUG` only, because strangers
/// could fill the log with it.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nobody to tell"))]
fn refuse(error: WebhookError, is_signed: impl Fn() -> bool) -> WebhookRejection {
    #[cfg(feature = "tracing")]
    match &error {
        WebhookError::NoToken { .. } | WebhookError::Unreadable(_) => tracing::error!(target: TARGET, "{error}"),
        WebhookError::TooOld { .. } | WebhookError::TooNew { .. } if is_signed() => {
            tracing::warn!(target: TARGET, "{error}");
        }
        _ => tracing::debug!(target: TARGET, "{error}"),
    }
    WebhookRejection(Some(error))
}

/// Why a delivery was refused. Its response has [a status](WebhookError::status) and no body.
///
/// Extract a `Result<Webhook, WebhookRejection>` to look at it, above all to keep bodies in a dead-letter queue.
pub struct WebhookRejection(Option<WebhookError>);

impl WebhookRejection {
    /// Why the delivery was refused; `None` when the body did not arrive.
    pub fn error(&self) -> Option<&WebhookError> {
        self.0.as_ref()
    }

    /// Why the delivery was refused; `None` when the body did not arrive.
    pub fn into_error(self) -> Option<WebhookError> {
        self.0
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.as_ref().map_or(StatusCode::BAD_REQUEST, WebhookError::status)
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str("the body of the webhook did not arrive"),
        }
    }
}

impl fmt::Debug for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for WebhookRejection {
    fn causes(&self) -> Vec<String> {
        self.0.as_ref().map_or_else(Vec::new, DebugError::causes)
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WebhookRejection").field(&self.0.as_ref().map(FieldsOf)).finish()
    }
}

impl StdError for WebhookRejection {}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

#[cfg(test)]
mod tests;
