//! The client against `imprint-sandbox`: what every operation sends comes back, and the first call is quick.

mod comes_back;
mod first_call;
mod world;
