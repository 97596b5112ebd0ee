// expect: {receive}: Handler<
// expect: Consider using `#[axum::debug_handler]` to improve the error message

use axum::{Router, extract::State, http::StatusCode, routing::post};
use imprint_client::webhook::{Verifier, Webhook};

#[derive(Clone)]
struct App {
    verifier: Verifier,
}

async fn receive(_: State<App>, _: Webhook) -> StatusCode {
    StatusCode::OK
}

fn main() {
    let app = App { verifier: Verifier::new("the token") };
    let _: Router = Router::new().route("/imprint", post(receive)).with_state(app);
}
