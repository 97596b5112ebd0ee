//! Playing the bank: what happens to a card or a loan without an operation of the API.

use imprint_client::Secret;

use crate::model::card::Token;
use crate::model::payment_method::{LoanStatus, PaymentMethod, PaymentMethodStatus, What};
use crate::operations::applications::new_card;
use crate::operations::emit;
use crate::refusal::Refusal;
use crate::world::Tx;

use super::{Refused, Sandbox};

/// A payment method that a test changes.
#[derive(Clone, Debug)]
pub struct PaymentMethodControl {
    sandbox: Sandbox,
    id: String,
}

/// Where a card is tokenized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// The processor Adyen.
    Adyen,
    /// Apple's wallet.
    AppleWallet,
    /// The processor Cybersource.
    Cybersource,
    /// The processor Worldpay.
    Worldpay,
}

impl TokenKind {
    /// As the API writes it.
    fn text(self) -> &'static str {
        match self {
            Self::Adyen => "ADYEN",
            Self::AppleWallet => "APPLE_WALLET",
            Self::Cybersource => "CYBERSOURCE",
            Self::Worldpay => "WORLDPAY",
        }
    }
}

impl Sandbox {
    /// A payment method, to change what no operation changes.
    ///
    /// ```
    /// use imprint_client::types::PaymentMethodStatus::Inactive;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = imprint_sandbox::Sandbox::start().await?;
    /// let customer = sandbox.customer("PARTNER_USER_456").approved().await?;
    /// sandbox.payment_method(customer.payment_method.as_str()).deactivate().await?;
    /// let method = sandbox.client().get_payment_method().payment_method_id(&customer.payment_method).await?;
    /// assert_eq!(method.status, Inactive);
    /// # Ok(())
    /// # }
    /// ```
    pub fn payment_method(&self, id: impl AsRef<str>) -> PaymentMethodControl {
        PaymentMethodControl { sandbox: self.clone(), id: id.as_ref().to_owned() }
    }
}

impl PaymentMethodControl {
    /// Makes it active.
    ///
    /// # Errors
    ///
    /// If it does not exist, or is canceled, as for each method here; and if it is a loan whose application waits for a
    /// decision.
    pub async fn activate(&self) -> Result<(), Refused> {
        self.status(PaymentMethodStatus::Active)
    }

    /// Makes it inactive.
    ///
    /// # Errors
    ///
    /// If it does not exist, or is canceled.
    pub async fn deactivate(&self) -> Result<(), Refused> {
        self.status(PaymentMethodStatus::Inactive)
    }

    /// Cancels it for good.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate).
    pub async fn cancel(&self) -> Result<(), Refused> {
        self.status(PaymentMethodStatus::Canceled)
    }

    /// Declines what is to be authorised from now on.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate).
    pub async fn decline(&self) -> Result<(), Refused> {
        self.decides(true)
    }

    /// Accepts again what is to be authorised.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate).
    pub async fn accept(&self) -> Result<(), Refused> {
        self.decides(false)
    }

    /// Issues the card again: it has a new number, security code and design, no tokens, and the same id.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate), and if it is a loan.
    pub async fn reissue(&self) -> Result<(), Refused> {
        self.change(|tx, method| {
            let What::Card(card) = &method.what else { return Err("it is a loan and no card".into()) };
            let card = new_card(tx, card.kind);
            let mut method = method.changeable()?;
            method.what = What::Card(card);
            Ok(method)
        })
    }

    /// Adds a token of the card at a processor or in a wallet; the token.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate), and if it is a loan.
    pub async fn tokenize(&self, kind: TokenKind) -> Result<Secret, Refused> {
        let mut made = None;
        self.change(|tx, method| {
            let mut method = method.changeable()?;
            let What::Card(card) = &mut method.what else { return Err("it is a loan and no card".into()) };
            let token = Secret::from(tx.state.ids.next("token"));
            card.tokens.push(Token {
                kind: kind.text().to_owned(),
                token: token.clone(),
                pan_reference_id: tx.state.ids.next("pan_reference").into(),
                created_at: tx.now,
            });
            made = Some(token);
            Ok(method)
        })?;
        made.ok_or_else(|| Refused::new("no token was made"))
    }

    /// Moves the loan on: an approved one becomes active, an active one closed.
    ///
    /// # Errors
    ///
    /// As for [`deactivate`](Self::deactivate), and if it is no loan, or there is no such step.
    pub async fn loan(&self, status: LoanStatus) -> Result<(), Refused> {
        self.change(|tx, method| method.with_loan_status(status, tx.now))
    }

    /// The bank's mind is nothing that partners are told about.
    fn decides(&self, is_declined: bool) -> Result<(), Refused> {
        self.alter(|tx, method| {
            let method = PaymentMethod { is_declined, ..method.changeable()? };
            tx.state.payment_methods.put(method);
            Ok(())
        })
    }

    fn status(&self, status: PaymentMethodStatus) -> Result<(), Refused> {
        self.change(|tx, method| method.with_status(status, tx.now))
    }

    /// Changes the payment method and tells partners.
    fn change(
        &self,
        change: impl FnOnce(&mut Tx<'_>, PaymentMethod) -> Result<PaymentMethod, String>,
    ) -> Result<(), Refused> {
        self.alter(|tx, method| {
            let before = method.status;
            let mut changed = change(tx, method)?;
            changed.updated_at = tx.now;
            emit::payment_method(tx, &changed, Some(before));
            tx.state.payment_methods.put(changed);
            Ok(())
        })
    }

    fn alter(&self, alter: impl FnOnce(&mut Tx<'_>, PaymentMethod) -> Result<(), String>) -> Result<(), Refused> {
        let known = self.sandbox.account.read(|state| state.payment_methods.get(&self.id).cloned());
        let merchant_key = known.as_ref().map(|method| method.product.as_str());
        self.sandbox.control(merchant_key, |tx| {
            let method = tx.state.payment_methods.get(&self.id).map(|method| PaymentMethod::clone(method));
            let missing = || {
                Refusal::not_found("PAYMENT_METHOD_NOT_FOUND_ERROR", "payment_method_id", "payment method", &self.id)
            };
            alter(tx, method.ok_or_else(missing)?).map_err(Refusal::conflict)
        })
    }
}
