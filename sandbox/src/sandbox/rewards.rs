//! Playing Imprint where it grants and confirms rewards without a request.

use imprint_client::types::RewardId;

use crate::model::reward::RewardKind;
use crate::operations::{rewards, statements};
use crate::refusal::Refusal;

use super::{Refused, Sandbox};

impl Sandbox {
    /// Gives a customer a reward that no purchase is the reason of. It is pending, and partners are told.
    ///
    /// # Errors
    ///
    /// If there is no such customer, or the amount is below 1.
    pub async fn grant_reward(
        &self,
        customer_id: impl AsRef<str>,
        kind: RewardKind,
        amount: i64,
    ) -> Result<RewardId, Refused> {
        let id = customer_id.as_ref();
        let product = self.product_of_customer(id);
        let reward = self.control(product.as_deref(), |tx| rewards::grant(tx, id, kind, amount))?;
        Ok(RewardId::from(reward.id))
    }

    /// Confirms a pending reward in Imprint's place: it becomes available or deducted, and partners are told.
    ///
    /// # Errors
    ///
    /// If there is no such reward, or it is not pending.
    pub async fn confirm_reward(&self, reward_id: impl AsRef<str>) -> Result<(), Refused> {
        let id = reward_id.as_ref();
        let product = self.account.read(|state| state.rewards.get(id).map(|reward| reward.product.clone()));
        self.control(product.as_deref(), |tx| rewards::confirm(tx, id).map(drop))
    }

    /// Closes the statement of a customer now. Otherwise it closes every 30 days of the account's clock, from the approval
    /// on.
    ///
    /// # Errors
    ///
    /// If there is no such customer.
    pub async fn close_statement(&self, customer_id: impl AsRef<str>) -> Result<(), Refused> {
        let id = customer_id.as_ref();
        let product = self.product_of_customer(id);
        self.control(product.as_deref(), |tx| {
            let known = tx.state.customers.get(id).map(|customer| customer.id.clone());
            let unknown = || Refusal::not_found("CUSTOMER_NOT_FOUND_ERROR", "customer_id", "customer", id);
            statements::close(tx, &known.ok_or_else(unknown)?);
            Ok(())
        })
    }

    /// The merchant key of a customer's product.
    fn product_of_customer(&self, id: &str) -> Option<String> {
        self.account.read(|state| state.customers.get(id).map(|customer| customer.product.clone()))
    }
}
