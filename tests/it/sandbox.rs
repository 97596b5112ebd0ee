//! The client against `imprint-sandbox`: what every operation sends comes back.

mod comes_back;
mod world;
