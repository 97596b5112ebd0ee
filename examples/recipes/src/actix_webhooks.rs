//! A receiver of webhooks in actix-web.

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, post, web};
use imprint_client::webhook::{MAX_BODY_BYTES, SIGNATURE_HEADER, Verifier};
use rusqlite::Connection;

use recipes::inbox::Inbox;

/// `body` is the body as it came: the extractors that parse JSON would change its bytes.
#[post("/imprint")]
async fn receive(
    inbox: web::Data<Inbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let lines: Vec<&str> = request
        .headers()
        .get_all(SIGNATURE_HEADER)
        .filter_map(|line| line.to_str().ok())
        .collect();
    let signature = lines.join(",");
    // The database blocks the thread, so it gets one that is made for this.
    let status = web::block(move || inbox.receive(&signature, &body).as_u16()).await;
    let status = status.ok().and_then(|status| StatusCode::from_u16(status).ok());
    HttpResponse::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The routes, for the server and for tests.
pub fn routes(config: &mut web::ServiceConfig) {
    // Without this, actix refuses bodies that are larger than 256 KiB.
    config.app_data(web::PayloadConfig::new(MAX_BODY_BYTES)).service(receive);
}

#[actix_web::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let verifier = Verifier::new(std::env::var("IMPRINT_SIGNING_TOKEN")?);
    // All workers share the inbox: it has no connections to Imprint.
    let inbox =
        web::Data::new(Inbox::new(verifier, Connection::open("webhooks.sqlite")?)?);
    let app = move || App::new().app_data(inbox.clone()).configure(routes);
    HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test;

    use super::*;
    use crate::{inbox, testing};

    #[actix_web::test]
    async fn deliveries_are_answered() {
        let inbox = inbox::tests::inbox();
        let app = App::new().app_data(web::Data::new(inbox.clone())).configure(routes);
        let app = test::init_service(app).await;
        for (delivery, status) in testing::deliveries(MAX_BODY_BYTES) {
            let request = test::TestRequest::post().uri("/imprint");
            let request = request
                .insert_header((SIGNATURE_HEADER, delivery.signature))
                .set_payload(delivery.body);
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status().as_u16(), status);
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
