//! The types that the helpers of [`Client`](crate::Client) take, return and fail with.
//!
//! A helper is a method beside those of the operations. It makes the calls that a partner would otherwise write around
//! them by hand, and sends nothing that its documentation does not name:
//!
//! | helper | what it is for |
//! |---|---|
//! | [`ensure_linked`](crate::Client::ensure_linked) | a link that is there already is no failure |
//! | [`find_customer`](crate::Client::find_customer) | the one customer by the partner's own id |
//! | [`confirm_issued`](crate::Client::confirm_issued), [`confirm_deducted`](crate::Client::confirm_deducted) | a pending reward issued; a pending deduction taken back |
//! | [`confirm_reward`](crate::Client::confirm_reward) | whichever of the two its status says |
//! | [`rotate_key`](crate::Client::rotate_key) | a new API key in the place of the old one |
//! | [`create_order_once`](crate::Client::create_order_once) | an order, looked up before it is sent again |
//! | [`post_order_event_once`](crate::Client::post_order_event_once) | the same for the event of an order |
//! | [`find_order`](crate::Client::find_order), [`find_order_event`](crate::Client::find_order_event) | the one order or event by the partner's own id |
//! | [`OrderBase::check_totals`](crate::types::OrderBase::check_totals), [`OrderEventBase::check_totals`](crate::types::OrderEventBase::check_totals) | line sums, before anything is sent |
//!
//! Calls of a helper have the same limits, errors and options as all calls. The time limit of the client
//! ([`timeout`](crate::ClientBuilder::timeout)) holds for the whole helper; in `rotate_key` it holds for each call by
//! itself, and once for all reads that prove the new key.
//!
//! **Ids** are compared by one rule: those that Imprint assigns (of customers, rewards, payment methods, orders …)
//! without regard to letter case, because Imprint writes them in upper case in some answers and in lower case in
//! others; the partner's own (`partner_customer_id`, `partner_order_id`, `partner_event_id`) exactly.
//!
//! **Answers are believed for what they say.** What an answer shows is compared with what was asked, and another one is
//! an error that carries it. "There is none" is said only by a list that is there, is empty and does not contradict
//! itself.

pub use crate::ext::{
    ConfirmError, FindError, KeyRotationError, KeyState, LinkError, Lookup, Once, OnceError, RewardRef, RotationStep,
    TotalsError,
};
