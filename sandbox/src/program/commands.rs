//! What the program does in the place of serving.

mod check_receiver;
mod healthcheck;
mod openapi;
mod seed_example;

pub use check_receiver::check_receiver;
pub use healthcheck::healthcheck;
pub use openapi::openapi;
pub use seed_example::seed_example;
