//! A receiver of webhooks in axum, by the extractor of the feature `axum`.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use imprint_client::webhook::{Verifier, Webhook, WebhookRejection};

use recipes::inbox::Inbox;

/// The state of the service. It is a type of the service's own, because Rust allows
/// `FromRef` for a type of a library only from such a type.
#[derive(Clone)]
struct Service {
    inbox: Inbox,
}

/// The extractor takes the verifier from here.
impl FromRef<Service> for Verifier {
    fn from_ref(service: &Service) -> Self {
        service.inbox.verifier().clone()
    }
}

async fn receive(
    State(Service { inbox }): State<Service>,
    delivery: Result<Webhook, WebhookRejection>,
) -> StatusCode {
    let work = move || match delivery {
        Ok(webhook) => inbox.handle(&webhook.event),
        Err(rejection) => {
            let status = rejection.status();
            rejection.into_error().map_or(status, |error| inbox.refuse(&error))
        }
    };
    // The database blocks the thread, so it gets one that is made for this.
    tokio::task::spawn_blocking(work).await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The routes, for the server and for tests.
pub fn routes(inbox: Inbox) -> Router {
    Router::new().route("/imprint", post(receive)).with_state(Service { inbox })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use imprint_client::webhook::{MAX_BODY_BYTES, SIGNATURE_HEADER};
    use tower::ServiceExt as _;

    use super::*;
    use crate::{inbox, testing};

    #[tokio::test]
    async fn deliveries_are_answered() {
        let inbox = inbox::tests::inbox();
        for (delivery, status) in testing::deliveries(MAX_BODY_BYTES) {
            let request =
                Request::post("/imprint").header(SIGNATURE_HEADER, delivery.signature);
            let request = request.body(Body::from(delivery.body)).unwrap();
            assert_eq!(
                routes(inbox.clone()).oneshot(request).await.unwrap().status(),
                status
            );
        }
        assert_eq!(
            (
                inbox::tests::rows(&inbox, "to_do"),
                inbox::tests::rows(&inbox, "unreadable")
            ),
            (2, 1)
        );
    }
}
