//! The guide: one page per flow of the API, with examples that compile.
//!
//! | page | from | to |
//! |---|---|---|
//! | [`apply`] | a customer clicks "apply" | an account, linked to yours |
//! | [`transact`] | a purchase that is to come | its authorization, capture and refunds |
//! | [`rewards`] | a reward is granted | it is issued, or taken back |
//! | [`orders`] | an order with its items | captures and refunds that count for it |
//! | [`rotate_key`] | an API key | another one |
//! | [`several_products`] | one partner | several co-branded products |
//! | [`every_call`] | a call | its values, its retries, its settings and its connection |
//! | [`recipes`] | the client | services, functions, workers, and several instances of them |
//! | [`testing`] | your code | tests of it: against `imprint-sandbox`, with responses made by hand, and by other means |
//!
//! Imprint describes itself in an OpenAPI document, in guides, and by what its mobile SDKs do, and these do not always
//! agree. Where they do not, the pages say so, and say what this library makes of it. Nothing here is from observing
//! the service: where no document speaks, the pages say that it is not documented.

#[doc = include_str!("../docs/guide/apply.md")]
pub mod apply {}

#[doc = include_str!("../docs/guide/transact.md")]
pub mod transact {}

#[doc = include_str!("../docs/guide/rewards.md")]
pub mod rewards {}

#[doc = include_str!("../docs/guide/orders.md")]
pub mod orders {}

#[doc = include_str!("../docs/guide/rotate_key.md")]
pub mod rotate_key {}

#[doc = include_str!("../docs/guide/several_products.md")]
pub mod several_products {}

#[doc = include_str!("../docs/guide/every_call.md")]
pub mod every_call {}

// The blocks of this page need the crates of frameworks: they are doc tests of the package examples/recipes.
#[cfg_attr(not(doctest), doc = include_str!("../docs/guide/recipes.md"))]
#[cfg_attr(doctest, doc = "See `docs/guide/recipes.md`.")]
pub mod recipes {}

#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
