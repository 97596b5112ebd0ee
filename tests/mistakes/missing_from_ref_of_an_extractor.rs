// What `#[axum::debug_handler]` shows, of which the message about a handler speaks.
//
// expect: the trait bound `Verifier: FromRef<App>` is not satisfied

use axum::extract::FromRequest;
use imprint_client::webhook::Webhook;

#[derive(Clone)]
struct App;

fn is_extractor<S: Send + Sync, T: FromRequest<S>>() {}

fn main() {
    is_extractor::<App, Webhook>();
}
