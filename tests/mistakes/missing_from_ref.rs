// expect: expected `Verifier`, found `App`

use axum::{Router, http::StatusCode, routing::post};
use imprint_client::webhook::{Verifier, Webhook};

#[derive(Clone)]
struct App {
    verifier: Verifier,
}

async fn receive(_: Webhook) -> StatusCode {
    StatusCode::OK
}

fn main() {
    let app = App { verifier: Verifier::new("the token") };
    let _: Router = Router::new().route("/imprint", post(receive)).with_state(app);
}
