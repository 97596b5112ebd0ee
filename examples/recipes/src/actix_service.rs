//! A service of actix-web that begins applications.

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, post, web};
use imprint_client::{Client, ClientBuilder, Error};

/// Shorter than the time for which the callers of this service wait.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts an application, and passes its secret to the frontend.
///
/// Check first that the caller is logged in as this account: the secret opens its
/// application.
#[post("/accounts/{account}/application")]
async fn apply(client: web::Data<Client>, account: web::Path<String>) -> HttpResponse {
    match client.create_session().partner_customer_id(account.into_inner()).await {
        Ok(session) => HttpResponse::Ok().body(session.client_secret.expose().to_owned()),
        Err(error) => refuse(&error),
    }
}

/// The text of the error is for the log. The caller learns only whether another try may
/// help.
fn refuse(error: &Error) -> HttpResponse {
    eprintln!("{error}");
    match error.is_retryable() {
        true => HttpResponse::ServiceUnavailable().finish(),
        false => HttpResponse::BadGateway().finish(),
    }
}

/// The routes, for the server and for tests.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(apply);
}

#[actix_web::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = || ClientBuilder::from_env()?.timeout(CALL_TIMEOUT).build();
    // Wrong settings end the program here, and not each worker.
    println!("calls go to {}", client()?.base_url());
    // actix runs this closure once in each worker. Each worker has an async runtime of
    // its own, and so gets a client of its own: connections of a client must not cross
    // runtimes.
    let app = move || {
        let client = client().expect("the settings were checked above");
        App::new().app_data(web::Data::new(client)).configure(routes)
    };
    HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::{http::StatusCode, test};

    use super::*;
    use crate::testing;

    #[actix_web::test]
    async fn the_secret_is_passed_on_and_errors_are_not() {
        let (sandbox, _) = testing::sandbox().await;
        testing::put_off_and_refuse_sessions(&sandbox);
        let client = testing::settings(&sandbox).build().unwrap();
        let app = test::init_service(
            App::new().app_data(web::Data::new(client)).configure(routes),
        )
        .await;
        for (account, status, is_empty) in [
            ("PARTNER_USER_456", StatusCode::OK, false),
            ("PARTNER_USER_457", StatusCode::SERVICE_UNAVAILABLE, true),
            ("PARTNER_USER_458", StatusCode::BAD_GATEWAY, true),
        ] {
            let request = test::TestRequest::post()
                .uri(&format!("/accounts/{account}/application"))
                .to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), status, "{account}");
            assert_eq!(test::read_body(response).await.is_empty(), is_empty, "{account}");
        }
        sandbox.verify().unwrap();
    }
}
