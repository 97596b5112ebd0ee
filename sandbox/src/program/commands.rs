//! What the program does in the place of serving.

mod check_receiver;
mod healthcheck;
mod openapi;

pub use check_receiver::check_receiver;
pub use healthcheck::healthcheck;
pub use openapi::openapi;
