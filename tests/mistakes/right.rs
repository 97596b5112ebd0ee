// What the other files are without their mistakes: it compiles, without a warning.

use axum::extract::{FromRef, State};
use axum::{Router, http::StatusCode, routing::post};
use imprint_client::types::{CustomerId, PartnerCustomerId};
use imprint_client::webhook::{Verifier, Webhook};
use imprint_client::{Client, blocking};

#[derive(Clone)]
struct App {
    verifier: Verifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

async fn receive(_: State<App>, _: Webhook) -> StatusCode {
    StatusCode::OK
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _: Router =
        Router::new().route("/imprint", post(receive)).with_state(App { verifier: Verifier::new("the token") });
    blocking::Client::from_env()?.get_customer().customer_id("BBB815E9").send()?;
    let _ = async {
        let client = Client::from_env()?;
        let customer = client.get_customer().customer_id(CustomerId::from("BBB815E9")).await?;
        client.find_customer(PartnerCustomerId::from("PARTNER_USER_456")).await?;
        client.get_rewards().customer_id(&customer.id).limit(100_usize).await?;
        client.get_reward().reward_id("DCBFC736").await?;
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    Ok(())
}
