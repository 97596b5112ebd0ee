#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod blocking;
mod choices;
mod clock;
#[doc(hidden)]
pub mod contract;
mod faults;
mod ids;
mod instant;
mod log;
mod model;
mod operations;
mod product;
mod refusal;
mod rewards;
mod sandbox;
mod server;
mod settings;
mod table;
mod world;

pub use choices::Choice;
pub use faults::FaultStatus;
pub use imprint_client;
pub use log::{AnswerKind, Request};
pub use model::payment_method::LoanStatus;
pub use model::reward::RewardKind;
pub use product::{CardType, Product};
pub use rewards::Rewards;
#[doc(hidden)]
pub use sandbox::Moment;
pub use sandbox::{
    Application, ApprovedCustomer, Builder, CustomerSetup, Event, Fault, FaultPlace, Faults, HasClientSecret, Outcome,
    PaymentMethodControl, Refused, Requests, Sandbox, Snapshot, SnapshotError, StartError, Streak, StreakSetup,
    TokenKind, TooFew, Unverified,
};
pub use server::Bug;
#[doc(hidden)]
pub use server::{Arrival, Delivery};
pub use settings::{Clock, ErrorShapes, Permissions, Validation};
