//! The data of a card: a number that no network has issued but that passes the check of card numbers, and what belongs to
//! it.

use imprint_client::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::instant::Instant;
use crate::product::CardType;

#[derive(Clone, Serialize, Deserialize)]
pub struct Card {
    pub kind: CardType,
    pub pan: Secret,
    pub cvv: Secret,
    /// `01` to `12`.
    pub exp_month: String,
    /// The last two digits.
    pub exp_year: String,
    pub design_id: String,
    pub tokens: Vec<Token>,
}

/// The card at a processor or in a wallet.
#[derive(Clone, Serialize, Deserialize)]
pub struct Token {
    /// `ADYEN`, as the API writes it.
    pub kind: String,
    pub token: Secret,
    pub pan_reference_id: Secret,
    pub created_at: Instant,
}

/// Of the test numbers of VISA.
const PREFIX: &str = "411111";

impl Card {
    /// A card from digits: nine for the number, three for the security code, two that the month follows from.
    pub fn new(kind: CardType, digits: &str, design_id: String) -> Self {
        let digits: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(10)).collect();
        let text = |from: usize, to: usize| {
            digits[from.min(digits.len())..to.min(digits.len())].iter().map(u32::to_string).collect::<String>()
        };
        let month = digits.iter().skip(12).fold(0, |sum, digit| sum * 10 + digit) % 12 + 1;
        Self {
            kind,
            pan: with_check_digit(&format!("{PREFIX}{}", text(0, 9))).into(),
            cvv: text(9, 12).into(),
            exp_month: format!("{month:02}"),
            exp_year: "29".into(),
            design_id,
            tokens: Vec::new(),
        }
    }

    pub fn last4(&self) -> &str {
        let pan = self.pan.expose();
        &pan[pan.len().saturating_sub(4)..]
    }

    /// What answers show, with the card number only for a key that may see it.
    pub fn view(&self, pci: bool) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("last4".into(), json!(self.last4()));
        view.insert("network".into(), json!("VISA"));
        view.insert("card_type".into(), json!(self.kind.text()));
        view.insert("card_design_id".into(), json!(self.design_id));
        view.insert("exp_month".into(), json!(self.exp_month));
        view.insert("exp_year".into(), json!(format!("20{}", self.exp_year)));
        if pci {
            let details = json!({
                "pan": self.pan.expose(), "cvv": self.cvv.expose(), "exp_month": self.exp_month, "exp_year": self.exp_year,
            });
            view.insert("pci_details".into(), details);
        }
        if !self.tokens.is_empty() {
            view.insert("tokens".into(), self.tokens_view());
        }
        view
    }

    /// The tokens, as answers and webhooks show them.
    pub fn tokens_view(&self) -> Value {
        self.tokens.iter().map(Token::view).collect()
    }
}

impl Token {
    fn view(&self) -> Value {
        json!({
            "type": self.kind,
            "token": self.token.expose(),
            "pan_reference_id": self.pan_reference_id.expose(),
            "created_at": self.created_at.text(),
            "updated_at": self.created_at.text(),
        })
    }
}

/// The digits and the one that makes the number pass the check (Luhn).
fn with_check_digit(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_numbers_that_are_known() {
        for known in ["4111111111111111", "5105105105105100", "4242424242424242"] {
            assert_eq!(with_check_digit(&known[..15]), known);
        }
    }

    #[test]
    fn the_number_is_shown_only_to_those_who_may_see_it() {
        let card = Card::new(CardType::Virtual, "12345678912311", "d".into());
        assert_eq!((card.pan.expose().len(), card.cvv.expose(), card.exp_month.as_str()), (16, "123", "12"));
        let hidden = Value::from(card.view(false)).to_string();
        assert!(!hidden.contains(card.pan.expose()) && hidden.contains(card.last4()), "{hidden}");
        assert_eq!(card.view(true)["pci_details"]["pan"], card.pan.expose());
    }
}
