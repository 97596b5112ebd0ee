//! The streams over lists that come in pages: [`Items`] one by one, and [`Pages`] whole.
//!
//! `stream()` and `pages()` of an operation make them.

pub use crate::page::{Items, Pages};
