//! A receiver of webhooks in rocket.

use std::convert::Infallible;

use imprint_client::webhook::{MAX_BODY_BYTES, SIGNATURE_HEADER, Verifier};
use rocket::data::{Data, ToByteUnit};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::tokio::task::spawn_blocking;
use rocket::{Build, Rocket, State, post, routes};
use rusqlite::Connection;

use recipes::inbox::Inbox;

/// The signature header of a delivery; empty if there is none.
struct Signature(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Signature {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let lines: Vec<&str> = request.headers().get(SIGNATURE_HEADER).collect();
        Outcome::Success(Self(lines.join(",")))
    }
}

/// `body` is the body as it came: the guards that parse JSON would change its bytes.
#[post("/imprint", data = "<body>")]
async fn receive(
    inbox: &State<Inbox>,
    signature: Signature,
    body: Data<'_>,
) -> (Status, ()) {
    let body = match body.open(MAX_BODY_BYTES.bytes()).into_bytes().await {
        Ok(body) if body.is_complete() => body.into_inner(),
        Ok(_) => return (Status::PayloadTooLarge, ()),
        Err(_) => return (Status::BadRequest, ()),
    };
    let inbox = Inbox::clone(inbox);
    // The database blocks the thread, so it gets one that is made for this.
    match spawn_blocking(move || inbox.receive(&signature.0, &body)).await {
        Ok(status) => (Status::new(status.as_u16()), ()),
        Err(_) => (Status::InternalServerError, ()),
    }
}

/// The service, for the server and for tests.
pub fn service(inbox: Inbox) -> Rocket<Build> {
    rocket::build().manage(inbox).mount("/", routes![receive])
}

#[rocket::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let verifier = Verifier::new(std::env::var("IMPRINT_SIGNING_TOKEN")?);
    let inbox = Inbox::new(verifier, Connection::open("webhooks.sqlite")?)?;
    service(inbox).launch().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rocket::http::Header;
    use rocket::local::asynchronous::Client as Caller;

    use super::*;
    use crate::{inbox, testing};

    #[rocket::async_test]
    async fn deliveries_are_answered() {
        let inbox = inbox::tests::inbox();
        let caller = Caller::untracked(service(inbox.clone())).await.unwrap();
        for (delivery, status) in testing::deliveries(MAX_BODY_BYTES) {
            let request = caller
                .post("/imprint")
                .header(Header::new(SIGNATURE_HEADER, delivery.signature));
            let response = request.body(delivery.body).dispatch().await;
            assert_eq!(response.status().code, status);
            assert!(response.into_bytes().await.unwrap_or_default().is_empty());
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
