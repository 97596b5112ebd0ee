//! What a seed file has of purchases: intents, transactions and orders.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::seed::scalars::{Amount, Name};

use super::Address;

/// A transaction intent: a purchase that the partner announces.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Intent {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// The customer, by name.
    pub customer: Name,
    /// The customer whose card or loan it is about, by name. It has to be the same customer.
    pub payment_method_of: Option<Name>,
    /// The amount of the purchase.
    pub amount: Amount,
    /// The default is USD.
    pub currency: Option<String>,
    /// The id of the card network's transaction that belongs to it.
    pub network_transaction_id: Option<String>,
    /// When the purchase is expected.
    pub expected_date: Option<String>,
    /// The merchant, by id.
    pub merchant_id: Option<String>,
    /// The merchant, by name.
    pub merchant_name: Option<String>,
    /// The code of the merchant's category.
    pub merchant_code: Option<String>,
    /// Where the merchant is.
    pub merchant_address: Option<Address>,
    /// Free-form data.
    pub metadata: Option<Map<String, Value>>,
    /// The status. Without it, it is the one of a new intent.
    pub status: Option<IntentStatus>,
}

/// The status that an intent can be given.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum IntentStatus {
    Confirmed,
    Canceled,
}

/// A transaction of a card: a purchase, what led to it, and what came of it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Transaction {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// The customer whose card or loan is used, by name.
    pub payment_method_of: Name,
    /// The default is USD.
    pub currency: Option<String>,
    /// The id that the card network has for it.
    pub network_transaction_id: Option<String>,
    /// The code that the authorisation was given under.
    pub authorization_code: Option<String>,
    /// How the card was used, such as ONLINE or CHIP.
    pub purchase_method: Option<String>,
    /// Where it was used.
    pub merchant: Option<Merchant>,
    /// What has happened, in the order of time.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub steps: Vec<Step>,
}

/// The merchant of a transaction.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Merchant {
    /// The name.
    pub name: Option<String>,
    /// The category in words.
    pub category: Option<String>,
    /// The code of the category, in quotes.
    pub category_code: Option<String>,
    /// The id that the card network has for the merchant.
    pub network_id: Option<String>,
    /// Where the merchant is.
    pub address: Option<Address>,
}

/// One thing that happened to a transaction.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// The name, by which a refund names its capture and the result has the id of the event.
    pub name: Option<Name>,
    /// What happened. A transaction begins with APPROVED, CAPTURED or REFUNDED.
    pub status: StepStatus,
    /// The amount. A later capture without one is of the rest of what was authorised, a later refund without one of the
    /// rest of the capture.
    pub amount: Option<Amount>,
    /// The step that captured what is refunded here, by name. A refund after one capture alone needs none.
    pub capture: Option<Name>,
}

/// What happened to a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum StepStatus {
    Approved,
    Updated,
    Voided,
    Captured,
    Refunded,
}

/// An order that the partner has recorded.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Order {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// The customer whose card or loan it was paid with, by name.
    pub payment_method_of: Name,
    /// Your id for the order.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub partner_order_id: String,
    /// The amount. If there are lines, it is what they add up to.
    pub total_order_amount: Amount,
    /// The rewards. If there are lines, it is what they add up to.
    pub total_rewards_amount: Option<Amount>,
    /// The default is USD.
    pub currency: Option<String>,
    /// The merchant, by id.
    pub merchant_id: Option<String>,
    /// The merchant, by name.
    pub merchant_name: Option<String>,
    /// Where the merchant is.
    pub merchant_address: Option<Vec<Address>>,
    /// What was ordered.
    pub order_lines: Option<Vec<Line>>,
    /// What has happened to it, in the order of time.
    #[serde(default)]
    pub events: Vec<OrderEvent>,
}

/// A line of an order or of an order event.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// What was ordered.
    pub name: String,
    /// How many of it.
    pub quantity: Amount,
    /// The amount for one.
    pub rate: Amount,
    /// The rewards for one.
    pub rewards_rate: Amount,
    /// The page of it.
    pub product_url: Option<String>,
}

/// What has happened to an order.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OrderEvent {
    /// The name that the result has for it.
    pub name: Option<Name>,
    /// CAPTURED or REFUNDED.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the card network's transaction.
    pub network_transaction_id: String,
    /// Your id for the event. No two events have the same.
    pub partner_event_id: Option<String>,
    /// The amount. If there are lines, it is what they add up to.
    pub amount: Amount,
    /// The rewards. If there are lines, it is what they add up to.
    pub rewards_amount: Option<Amount>,
    /// The default is USD.
    pub currency: Option<String>,
    /// What the event is about.
    pub order_lines: Option<Vec<Line>>,
}
