//! The helpers of the blocking client: each runs the helper of the async client of the same name.

use super::Client;
use crate::ext::{ConfirmError, FindError, KeyRotationError, LinkError, Once, OnceError, RewardRef};
use crate::types::{
    Customer, CustomerId, CustomerLink, Order, OrderEvent, PartnerCustomerId, PartnerEventId, PartnerOrderId, Reward,
    builder,
};
use crate::value::{IntoValue, Secret};

/// # Helpers
///
/// What they send, what they conclude and how they fail is said at the helpers of the [async client](crate::Client).
impl Client {
    /// See [`Client::find_customer`](crate::Client::find_customer).
    ///
    /// # Errors
    ///
    /// [`FindError`], as by the async form.
    pub fn find_customer(
        &self,
        partner_customer_id: impl IntoValue<PartnerCustomerId>,
    ) -> Result<Option<Customer>, FindError<Customer>> {
        self.runtime.wait(self.client.find_customer(partner_customer_id))
    }

    /// See [`Client::ensure_linked`](crate::Client::ensure_linked).
    ///
    /// # Errors
    ///
    /// [`LinkError`], as by the async form.
    pub fn ensure_linked(
        &self,
        customer_id: impl IntoValue<CustomerId>,
        partner_customer_id: impl IntoValue<PartnerCustomerId>,
    ) -> Result<CustomerLink, LinkError> {
        self.runtime.wait(self.client.ensure_linked(customer_id, partner_customer_id))
    }

    /// See [`Client::confirm_reward`](crate::Client::confirm_reward).
    ///
    /// # Errors
    ///
    /// [`ConfirmError`], as by the async form.
    pub fn confirm_reward(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.runtime.wait(self.client.confirm_reward(reward))
    }

    /// See [`Client::confirm_issued`](crate::Client::confirm_issued).
    ///
    /// # Errors
    ///
    /// [`ConfirmError`], as by the async form.
    pub fn confirm_issued(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.runtime.wait(self.client.confirm_issued(reward))
    }

    /// See [`Client::confirm_deducted`](crate::Client::confirm_deducted).
    ///
    /// # Errors
    ///
    /// [`ConfirmError`], as by the async form.
    pub fn confirm_deducted(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.runtime.wait(self.client.confirm_deducted(reward))
    }

    /// See [`Client::rotate_key`](crate::Client::rotate_key). `store` saves the new key, and may make calls itself.
    ///
    /// # Errors
    ///
    /// [`KeyRotationError`], as by the async form. Its client is an async one, of which
    /// [`with_client`](Client::with_client) makes a blocking one.
    pub fn rotate_key<S, E>(&self, store: S) -> Result<Self, KeyRotationError>
    where
        S: FnOnce(Secret) -> Result<(), E>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let rotated = self.runtime.wait(self.client.rotate_key(async |key| store(key)))?;
        Ok(self.with_client(rotated))
    }

    /// See [`Client::find_order`](crate::Client::find_order).
    ///
    /// # Errors
    ///
    /// [`FindError`], as by the async form.
    pub fn find_order(
        &self,
        partner_order_id: impl IntoValue<PartnerOrderId>,
    ) -> Result<Option<Order>, FindError<Order>> {
        self.runtime.wait(self.client.find_order(partner_order_id))
    }

    /// See [`Client::find_order_event`](crate::Client::find_order_event).
    ///
    /// # Errors
    ///
    /// [`FindError`], as by the async form.
    pub fn find_order_event(
        &self,
        partner_event_id: impl IntoValue<PartnerEventId>,
    ) -> Result<Option<OrderEvent>, FindError<OrderEvent>> {
        self.runtime.wait(self.client.find_order_event(partner_event_id))
    }

    /// See [`Client::create_order_once`](crate::Client::create_order_once).
    ///
    /// # Errors
    ///
    /// [`OnceError`], as by the async form.
    pub fn create_order_once(
        &self,
        order: impl IntoValue<builder::OrderBaseBuilder>,
    ) -> Result<Once<Order>, OnceError<Order>> {
        self.runtime.wait(self.client.create_order_once(order))
    }

    /// See [`Client::post_order_event_once`](crate::Client::post_order_event_once).
    ///
    /// # Errors
    ///
    /// [`OnceError`], as by the async form.
    pub fn post_order_event_once(
        &self,
        event: impl IntoValue<builder::OrderEventBaseBuilder>,
    ) -> Result<Once<OrderEvent>, OnceError<OrderEvent>> {
        self.runtime.wait(self.client.post_order_event_once(event))
    }
}
