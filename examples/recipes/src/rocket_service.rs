//! A service of rocket that begins applications.

use std::time::Duration;

use imprint_client::{Client, ClientBuilder, Error};
use rocket::http::Status;
use rocket::{Build, Rocket, State, post, routes};

/// Shorter than the time for which the callers of this service wait.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts an application, and passes its secret to the frontend.
///
/// Check first that the caller is logged in as this account: the secret opens its
/// application.
#[post("/accounts/<account>/application")]
async fn apply(client: &State<Client>, account: &str) -> (Status, String) {
    match client.create_session().partner_customer_id(account).await {
        Ok(session) => (Status::Ok, session.client_secret.expose().to_owned()),
        Err(error) => (status(&error), String::new()),
    }
}

/// The text of the error is for the log. The caller learns only whether another try may
/// help.
fn status(error: &Error) -> Status {
    eprintln!("{error}");
    match error.is_retryable() {
        true => Status::ServiceUnavailable,
        false => Status::BadGateway,
    }
}

/// The service, for the server and for tests. All its requests run in one runtime and
/// share the client.
pub fn service(client: Client) -> Rocket<Build> {
    rocket::build().manage(client).mount("/", routes![apply])
}

#[rocket::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = ClientBuilder::from_env()?.timeout(CALL_TIMEOUT).build()?;
    service(client).launch().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rocket::local::asynchronous::Client as Caller;

    use super::*;
    use crate::testing;

    #[rocket::async_test]
    async fn the_secret_is_passed_on_and_errors_are_not() {
        let (sandbox, _) = testing::sandbox().await;
        testing::put_off_and_refuse_sessions(&sandbox);
        let caller =
            Caller::untracked(service(testing::settings(&sandbox).build().unwrap()))
                .await
                .unwrap();
        for (account, status, is_empty) in [
            ("PARTNER_USER_456", Status::Ok, false),
            ("PARTNER_USER_457", Status::ServiceUnavailable, true),
            ("PARTNER_USER_458", Status::BadGateway, true),
        ] {
            let response =
                caller.post(format!("/accounts/{account}/application")).dispatch().await;
            assert_eq!(response.status(), status, "{account}");
            assert_eq!(
                response.into_string().await.unwrap_or_default().is_empty(),
                is_empty,
                "{account}"
            );
        }
        sandbox.verify().unwrap();
    }
}
