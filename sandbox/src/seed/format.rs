//! The structure of a seed file. The schema for editors is made of these types and of their comments.
//!
//! None of them has `Debug`: their values are keys, tokens and data of made-up persons.

mod commerce;

use std::collections::BTreeMap;

use imprint_client::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::settings;

use super::scalars::{Amount, Name, Span, Time};

pub use commerce::{Intent, IntentStatus, Order, Step, StepStatus, Transaction};

/// What an account of imprint-sandbox has before a test begins. Relations are named by the names of this file, and never
/// by ids, which the sandbox makes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "A seed file of imprint-sandbox"))]
pub struct File {
    /// The schema of this file, for editors.
    #[serde(rename = "$schema")]
    #[expect(dead_code, reason = "it is for editors")]
    pub schema: Option<String>,
    /// Whether webhooks are sent for what this file makes. Without it nothing is announced: there are no events and no
    /// deliveries.
    #[serde(default)]
    pub emit: bool,
    /// What time it is for the account. Without it the clock stays as it is.
    pub clock: Option<Clock>,
    /// The API keys that are accepted. Give made-up ones.
    #[serde(default)]
    pub keys: Vec<Key>,
    /// The products. The first is what requests without a merchant key are about. Without any there is one with the
    /// default settings, and each merchant key that a request names opens another.
    #[serde(default)]
    pub products: Vec<Product>,
    /// Where webhooks are sent to.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// The customers.
    #[serde(default)]
    pub customers: Vec<Customer>,
    /// The transaction intents. They are made before the transactions, which are matched with them.
    #[serde(default)]
    pub intents: Vec<Intent>,
    /// The transactions, each as what has happened to it.
    #[serde(default)]
    pub transactions: Vec<Transaction>,
    /// The rewards that no purchase is the reason of. Those for purchases follow from the transactions and the product.
    #[serde(default)]
    pub rewards: Vec<Reward>,
    /// The orders, with their events.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// The streaks that customers are enrolled in.
    #[serde(default)]
    pub streaks: Vec<Streak>,
}

/// What time it is: one of the two fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("minProperties" = 1, "maxProperties" = 1)))]
pub struct Clock {
    /// Time stands still here, except for a millisecond with each change.
    pub frozen_at: Option<Time>,
    /// Time passes as it does outside.
    #[cfg_attr(test, schemars(extend("const" = true)))]
    pub running: Option<bool>,
}

impl Clock {
    /// The setting of a sandbox that it is.
    pub fn setting(&self) -> settings::Clock {
        match (self.frozen_at, self.running) {
            (Some(time), _) => settings::Clock::Frozen(time.0),
            // The schema allows no other value, and asks for one of the two.
            (None, Some(_) | None) => settings::Clock::Running,
        }
    }
}

/// An API key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Key"))]
pub struct Key {
    /// What a client sends: visible characters of ASCII.
    #[cfg_attr(test, schemars(with = "String", regex(pattern = "^[!-~]{1,255}$")))]
    pub text: Secret,
    /// What the log shows in the place of the key. The default is `key` and its number.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub label: Option<String>,
    /// What the key may do. The default is to read and to write.
    pub permissions: Option<KeyPermissions>,
}

/// What a key may do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Permissions"))]
pub struct KeyPermissions {
    /// Operations that only read. The default is true.
    pub read: Option<bool>,
    /// All other operations. The default is true.
    pub write: Option<bool>,
    /// Card numbers and security codes in answers. The default is false.
    pub pci: Option<bool>,
}

/// What a partner has at Imprint under one merchant key. It can be declared when a sandbox starts, and not later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Product {
    /// What requests name it by, in the header x-imprint-merchant-key.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub merchant_key: String,
    /// What the statuses of a customer name it by. The default is `Sandbox Card`.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub program_name: Option<String>,
    /// The kind of card that customers get. The default is UNIFIED.
    pub card_type: Option<CardKind>,
    /// Customers get a loan instead of a card.
    pub loan: Option<Loan>,
    /// Whether a new transaction intent has to be confirmed: its status is REQUIRES_CONFIRMATION then.
    #[serde(default)]
    pub two_step_intents: bool,
    /// Whether to refuse to capture more than was authorised.
    #[serde(default)]
    pub refuse_over_capture: bool,
    /// How purchases are rewarded. The default is one percent per event, in US cents.
    pub rewards: Option<Scheme>,
    /// The texts of the offer.
    pub offer: Option<Offer>,
}

/// The kind of a card.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum CardKind {
    Physical,
    Virtual,
    Unified,
}

/// A loan that an approved customer gets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Loan {
    /// In minor units of US dollars.
    pub amount: Amount,
    /// Over how many months it is paid back.
    #[cfg_attr(test, schemars(range(min = 1, max = 1_200)))]
    pub term_months: u32,
}

/// How purchases are rewarded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Rewards"))]
pub struct Scheme {
    /// When a purchase becomes a reward: `per_event` with each capture and refund, `statement` with the statement,
    /// `delayed` with the first statement after a delay, `none` never.
    pub scheme: SchemeKind,
    /// The reward in hundredths of a percent of the purchase: 200 are two percent. All schemes but `none` need it.
    #[cfg_attr(test, schemars(range(max = 1_000_000)))]
    pub basis_points: Option<u32>,
    /// After what time a purchase counts. The scheme `delayed` needs it, and no other has it.
    pub delay: Option<Span>,
    /// What rewards are in: `points`, or US cents, which is the default.
    pub unit: Option<Unit>,
}

/// When a purchase becomes a reward.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum SchemeKind {
    PerEvent,
    Statement,
    Delayed,
    None,
}

/// What rewards are in.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Unit {
    Cents,
    Points,
}

/// The texts of an offer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Offer {
    /// The heading.
    pub title: String,
    /// The text below it.
    pub description: String,
}

/// A receiver of webhooks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Endpoint {
    /// Where it is: on this machine or in a private network, by http.
    #[cfg_attr(test, schemars(with = "String"))]
    pub url: Secret,
    /// The signing token. The default is that of the account.
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub token: Option<Secret>,
    /// The kinds of events that it takes, such as REWARD. The default is all.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub only: Option<Vec<String>>,
    /// The merchant keys of the products that it takes events of. The default is all.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub merchant_keys: Option<Vec<String>>,
    /// Under which reading of Imprint's documentation webhooks are signed. The default is the likeliest.
    pub reading: Option<Reading>,
    /// Whether the timestamps of signatures count milliseconds.
    #[serde(default)]
    pub milliseconds: bool,
}

/// How signatures are made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reading {
    /// How the key of the HMAC is made from the token.
    pub key: ReadingKey,
    /// Which form of the body is signed.
    pub body: ReadingBody,
}

/// How the key of the HMAC is made from the token.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ReadingKey {
    Token,
    Sha256,
    Sha256Hex,
}

/// Which form of the body is signed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ReadingBody {
    Raw,
    Sorted,
    SortedGo,
}

/// A customer. What is not given is not known to Imprint either.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Customer {
    /// The name that the rest of the file and the result have for the customer.
    pub name: Name,
    /// Your id for the customer.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub partner_customer_id: Option<String>,
    /// The product. The default is that of requests without a merchant key.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub merchant_key: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The email address.
    #[cfg_attr(test, schemars(email))]
    pub email: Option<String>,
    /// The phone number, in E.164 form and in quotes.
    #[cfg_attr(test, schemars(regex(pattern = r"^\+?[1-9][0-9]{1,14}$")))]
    pub phone: Option<String>,
    /// The date of birth.
    pub date_of_birth: Option<Date>,
    /// The social security number: nine made-up digits, in quotes.
    #[cfg_attr(test, schemars(with = "Option<String>", regex(pattern = "^[0-9]{9}$")))]
    pub ssn: Option<Secret>,
    /// The language that the customer prefers.
    pub preferred_language: Option<String>,
    /// Where the customer lives.
    pub address: Option<Address>,
    /// Free-form data that answers show.
    pub metadata: Option<Map<String, Value>>,
    /// Free-form texts that the webhooks of the customer have.
    pub customer_metadata: Option<BTreeMap<String, String>>,
    /// Whether the customer was screened for the product's offer before applying.
    #[serde(default)]
    pub prescreened: bool,
    /// What became of the customer's application. Without it the customer has not applied. `approve` gives a card or a
    /// loan, `review` waits for a decision.
    pub applied: Option<Applied>,
    /// Whether the customer is linked to the account that `partner_customer_id` names at the partner.
    #[serde(default)]
    pub linked: bool,
}

/// What became of an application.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Applied {
    Approve,
    Review,
    Reject,
}

/// A day.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Date {
    #[cfg_attr(test, schemars(range(min = 1_900, max = 9_999)))]
    pub year: u16,
    #[cfg_attr(test, schemars(range(min = 1, max = 12)))]
    pub month: u8,
    #[cfg_attr(test, schemars(range(min = 1, max = 31)))]
    pub day: u8,
}

/// A postal address.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Address {
    /// Street and number.
    pub street_line1: Option<String>,
    /// What the street needs besides.
    pub street_line2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state, such as NY.
    pub state: Option<String>,
    /// The postal code, in quotes.
    pub postal_code: Option<String>,
    /// The country, such as USA.
    pub country: Option<String>,
}

/// A reward that no purchase is the reason of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reward {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// The customer, by name.
    pub customer: Name,
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: RewardKind,
    /// Points or cents, as the product has it; 1 or more.
    #[cfg_attr(test, schemars(extend("minimum" = 1)))]
    pub amount: Amount,
    /// The default is PENDING. An AVAILABLE one was confirmed by Imprint.
    pub status: Option<RewardStatus>,
}

/// What a reward is for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum RewardKind {
    Offer,
    OneTime,
    Referral,
}

/// The status of a reward.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum RewardStatus {
    Pending,
    Available,
}

/// A streak that a customer is enrolled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Streak {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// The customer, by name.
    pub customer: Name,
    /// The id of the configuration that it follows.
    pub config_id: String,
    /// How many periods it has.
    #[cfg_attr(test, schemars(range(min = 1, max = 1_000)))]
    pub total_periods: u32,
    /// How many periods are completed. The default is 0.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(max = 1_000)))]
    pub completed_periods: u32,
    /// Whether the customer has missed the period after that.
    #[serde(default)]
    pub failed: bool,
    /// What a period is called in the events. The default is STATEMENT.
    pub period_type: Option<String>,
    /// How long a period is in the events. The default is 30d.
    pub period_length: Option<Span>,
    /// What the customer earns with the last period.
    #[serde(default)]
    pub benefits: Vec<String>,
    /// Free-form data of the events.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}
