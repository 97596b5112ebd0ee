//! A product: what a partner has at Imprint under one merchant key.

use serde::{Deserialize, Serialize};

use crate::rewards::Rewards;

/// The settings of a product, for [`Builder::product`](crate::Builder::product).
///
/// ```
/// use imprint_sandbox::{CardType, Product};
///
/// let product = Product::default().merchant_key("STORE").program_name("Store Card").card_type(CardType::Virtual);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    merchant_key: String,
    program_name: String,
    kind: Kind,
    two_step_intents: bool,
    rewards: Rewards,
    may_over_capture: bool,
    /// Title and description.
    offer: (String, String),
}

/// What a customer has who was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Card(CardType),
    /// The amount in minor units, and the term.
    Loan {
        amount: i64,
        term_months: u32,
    },
}

/// The kind of card that customers of a product get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CardType {
    /// A card of plastic.
    Physical,
    /// A card without plastic.
    Virtual,
    /// One account for both.
    Unified,
}

impl CardType {
    /// As the API writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Physical => "PHYSICAL",
            Self::Virtual => "VIRTUAL",
            Self::Unified => "UNIFIED",
        }
    }
}

impl Default for Product {
    /// A card product under the merchant key `DEFAULT_PRODUCT`, which requests without a merchant key are about.
    fn default() -> Self {
        Self {
            merchant_key: "DEFAULT_PRODUCT".into(),
            program_name: "Sandbox Card".into(),
            kind: Kind::Card(CardType::Unified),
            two_step_intents: false,
            rewards: Rewards::default(),
            may_over_capture: true,
            offer: ("Welcome offer".into(), "An offer of the sandbox. Nothing can be earned with it.".into()),
        }
    }
}

impl Product {
    /// The merchant key, which requests name in the header `x-imprint-merchant-key`.
    pub fn merchant_key(mut self, key: impl Into<String>) -> Self {
        self.merchant_key = key.into();
        self
    }

    /// The name of the program, under which a customer's `statuses` show the account.
    pub fn program_name(mut self, name: impl Into<String>) -> Self {
        self.program_name = name.into();
        self
    }

    /// The kind of card that an approved customer gets. The default is [`CardType::Unified`].
    pub fn card_type(mut self, kind: CardType) -> Self {
        self.kind = Kind::Card(kind);
        self
    }

    /// Makes it a product of loans instead of cards: an approved customer gets one of this amount, in minor units of US
    /// dollars, over this many months.
    pub fn loan(mut self, amount: i64, term_months: u32) -> Self {
        self.kind = Kind::Loan { amount, term_months };
        self
    }

    /// Makes transaction intents take two steps: a new one has the status `REQUIRES_CONFIRMATION`, which the document's
    /// list of statuses lacks and Imprint's guide has.
    pub fn two_step_intents(mut self) -> Self {
        self.two_step_intents = true;
        self
    }

    /// How purchases are rewarded. The default is one percent per event, in US cents.
    pub fn rewards(mut self, rewards: Rewards) -> Self {
        self.rewards = rewards;
        self
    }

    /// Refuses to capture more than was authorised. Otherwise that is allowed, since card networks allow it.
    pub fn refuse_over_capture(mut self) -> Self {
        self.may_over_capture = false;
        self
    }

    pub(crate) fn may_over_capture(&self) -> bool {
        self.may_over_capture
    }

    /// The texts of the offer that `getOffer` answers to every customer of the product.
    pub fn offer(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        self.offer = (title.into(), description.into());
        self
    }

    /// Title and description of the offer.
    pub(crate) fn own_offer(&self) -> (&str, &str) {
        (&self.offer.0, &self.offer.1)
    }

    pub(crate) fn has_two_step_intents(&self) -> bool {
        self.two_step_intents
    }

    pub(crate) fn key(&self) -> &str {
        &self.merchant_key
    }

    pub(crate) fn program(&self) -> &str {
        &self.program_name
    }

    pub(crate) fn reward_settings(&self) -> &Rewards {
        &self.rewards
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}
