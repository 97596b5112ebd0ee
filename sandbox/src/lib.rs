#![doc = include_str!("../docs/links.md")]
#![doc = include_str!("../README.md")]
// The front page. Where a link has two destinations Markdown takes the first one: here it is an item of the crate, and
// where the README is shown by itself it is a page on docs.rs.
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod blocking;
mod bugs;
mod choices;
mod clock;
#[doc(hidden)]
pub mod contract;
mod deliver;
mod faults;
mod ids;
mod index;
mod instant;
mod json;
mod log;
mod model;
mod operations;
mod product;
#[cfg(feature = "program")]
#[doc(hidden)]
pub mod program;
mod receiver;
mod refusal;
mod rewards;
mod sandbox;
mod seed;
mod server;
mod settings;
#[cfg(feature = "program")]
mod state_file;
mod table;
mod world;

pub use bugs::Bug;
pub use choices::Choice;
pub use faults::FaultStatus;
pub use imprint_client;
pub use log::{AnswerKind, Request};
pub use model::delivery::{Attempt, DeliveryStatus};
pub use model::payment_method::LoanStatus;
pub use model::reward::RewardKind;
pub use product::{CardType, Product};
pub use receiver::{Check, Expected, Report};
pub use rewards::Rewards;
#[doc(hidden)]
pub use sandbox::Moment;
pub use sandbox::{
    AcknowledgedReward, Application, ApprovedCustomer, Builder, Chaos, CustomerSetup, Decision, Delivery, Endpoint,
    EndpointSetup, Event, Fault, FaultPlace, Faults, HasClientSecret, Outcome, PaymentMethodControl, Refused,
    RegisteredEndpoint, Requests, Sandbox, Snapshot, SnapshotError, StartError, Streak, StreakSetup, TokenKind, TooFew,
    Undelivered, Unverified, check_receiver,
};
pub use seed::{Seed, SeedError, Seeded, UnknownName};
#[doc(hidden)]
pub use server::{Arrival, Carried};
pub use settings::{Clock, ErrorShapes, Permissions, Retry, Validation};
#[cfg(feature = "program")]
#[cfg_attr(docsrs, doc(cfg(feature = "program")))]
pub use state_file::{AccountSummary, StateFileError, StateSummary};
