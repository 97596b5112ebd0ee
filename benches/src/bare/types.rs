//! The structs of the baseline: all fields of the API, as the API names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Deserialize, Serialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub has_more: Option<bool>,
    pub total: Option<i64>,
}

#[derive(Deserialize, Serialize)]
pub struct Address {
    pub street_line1: Option<String>,
    pub street_line2: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub struct Customer {
    pub id: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    #[serde(default)]
    pub statuses: BTreeMap<String, ProgramStatus>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub preferred_language: Option<String>,
    pub ssn4: Option<String>,
    pub date_of_birth: Option<DateOfBirth>,
    pub address: Option<Address>,
    pub partner_customer_id: Option<String>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub struct DateOfBirth {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

/// Declares enums that read texts they do not know as `Other`.
macro_rules! enums {
    ($($name:ident { $($variant:ident),* })*) => {$(
        #[derive(Deserialize, Serialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($variant,)* #[serde(other)] Other }
    )*};
}

enums! {
    ProgramStatus { Open, Closed, Pending }
    TransactionStatus { Approved, Captured, Declined, Voided, Refunded, Pending }
    PurchaseMethod { Chip, Contactless, Ecommerce, Manual, Swipe, Unknown }
    Currency { Usd }
    RewardStatus { Pending, Issued, Cancelled }
    RewardType { Transaction, SignUp, Statement }
    RewardCurrency { Points, Usd }
    PaymentMethodType { Card, Loan, BankAccount }
    PaymentMethodStatus { Active, Inactive, Closed }
    Network { Visa, Mastercard }
    CardType { Physical, Virtual, Unified }
    TokenType { Adyen, Network }
    AccountType { Checking, Savings }
    LoanStatus { Pending, Active, Closed }
}

#[derive(Deserialize, Serialize)]
pub struct Merchant {
    pub network_id: Option<String>,
    pub name: Option<String>,
    pub category: Option<String>,
    pub category_code: Option<String>,
    pub address: Option<Address>,
}

#[derive(Deserialize, Serialize)]
pub struct Transaction {
    pub id: String,
    pub intent_id: Option<String>,
    pub customer_id: String,
    pub authorization_code: Option<String>,
    pub payment_method_id: String,
    pub purchase_method: Option<PurchaseMethod>,
    pub amount: i64,
    pub currency: Option<Currency>,
    pub status: TransactionStatus,
    pub network_transaction_id: Option<String>,
    pub partner_transaction_id: Option<String>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub merchant: Option<Merchant>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
pub struct Reward {
    pub id: String,
    pub customer_id: String,
    pub transaction_event_id: Option<String>,
    pub amount: i64,
    #[serde(rename = "type")]
    pub kind: RewardType,
    pub currency: Option<RewardCurrency>,
    pub status: RewardStatus,
    pub created_at: String,
    pub updated_at: Option<String>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
pub struct PaymentMethod {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: PaymentMethodType,
    pub customer_id: String,
    pub card: Option<Card>,
    pub bank_account: Option<BankAccount>,
    pub loan: Option<Loan>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub status: PaymentMethodStatus,
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
pub struct Card {
    pub last4: String,
    pub network: Option<Network>,
    pub card_type: Option<CardType>,
    pub card_design_id: Option<String>,
    pub exp_month: Option<String>,
    pub exp_year: Option<String>,
    pub pci_details: Option<PciDetails>,
    #[serde(default)]
    pub tokens: Vec<Token>,
}

#[derive(Deserialize, Serialize)]
pub struct PciDetails {
    pub pan: Option<String>,
    pub exp_month: Option<String>,
    pub exp_year: Option<String>,
    pub cvv: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub struct Token {
    #[serde(rename = "type")]
    pub kind: TokenType,
    pub token: String,
    pub pan_reference_id: Option<String>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Deserialize, Serialize)]
pub struct BankAccount {
    pub last4: String,
    pub routing_number: String,
    pub bank_name: String,
    pub account_type: Option<AccountType>,
}

#[derive(Deserialize, Serialize)]
pub struct Loan {
    pub amount: i64,
    pub currency: Option<Currency>,
    pub remaining_balance: Option<i64>,
    pub term_months: i64,
    pub apr: Option<String>,
    pub loan_status: Option<LoanStatus>,
}

/// An order: the fields that the measured one has.
#[derive(Serialize)]
pub struct Order {
    pub customer_id: String,
    pub payment_method_id: String,
    pub partner_order_id: String,
    pub merchant_id: String,
    pub merchant_name: String,
    pub order_lines: Vec<OrderLine>,
    pub total_order_amount: i64,
    pub currency: String,
    pub created_at: String,
}

#[derive(Serialize)]
pub struct OrderLine {
    pub name: String,
    pub product_url: Option<String>,
    pub quantity: i64,
    pub rate: i64,
    pub rewards_rate: i64,
}

/// The `data` of a webhook of the kind `TRANSACTION`.
#[derive(Deserialize)]
pub struct TransactionEvent {
    pub merchant_key: Option<String>,
    pub transaction_id: Option<String>,
    pub event_id: Option<String>,
    pub intent_id: Option<String>,
    pub payment_method_id: Option<String>,
    pub customer_id: Option<String>,
    pub partner_customer_id: Option<String>,
    pub status: Option<TransactionStatus>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub authorization_code: Option<String>,
    pub network_transaction_id: Option<String>,
    pub purchase_method: Option<PurchaseMethod>,
    pub merchant: Option<Merchant>,
    #[serde(default)]
    pub customer_metadata: BTreeMap<String, String>,
}
