//! The deliveries of webhooks, with every attempt, for a test to look at and to repeat.

use std::fmt;
use std::time::SystemTime;

use imprint_client::types::RewardId;
use serde_json::Value;

use crate::model::delivery::{Attempt, Delivery as Row, DeliveryStatus, Signature};
use crate::world::State;

use super::{Refused, Sandbox};

/// An event on its way to an endpoint.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The id, for [`Sandbox::replay`].
    pub id: String,
    /// The kind of the event, as `object` has it: `TRANSACTION`.
    pub object: String,
    /// The URL of the endpoint, without its query.
    pub endpoint: String,
    /// The merchant key of the product.
    pub merchant_key: String,
    /// When the event happened, by the clock of the account.
    pub at: SystemTime,
    /// What became of it.
    pub status: DeliveryStatus,
    /// When it is sent next, by the clock of the account, if it waits for a time.
    pub next_attempt: Option<SystemTime>,
    /// The attempts, the oldest first.
    pub attempts: Vec<Attempt>,
    /// What is sent, byte for byte. It has personal data and ids, as Imprint's would.
    pub body: String,
}

/// A reward that a receiver has confirmed by its answer: with 2xx to `AVAILABLE` it says that it has issued the reward,
/// with 2xx to `DEDUCTED` that it has deducted it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AcknowledgedReward {
    /// The reward.
    pub reward_id: RewardId,
    /// `AVAILABLE` or `DEDUCTED`.
    pub status: String,
}

impl Delivery {
    pub(super) fn of(state: &State, row: &Row) -> Self {
        let endpoint = state.endpoints.get(&row.endpoint_id);
        Self {
            id: row.id.clone(),
            object: row.object.clone(),
            endpoint: endpoint.map(|endpoint| endpoint.target.to_string()).unwrap_or_default(),
            merchant_key: row.product.clone(),
            at: row.at.system_time(),
            status: row.status,
            next_attempt: (row.status == DeliveryStatus::Waiting).then(|| row.due.system_time()),
            attempts: row.attempts.clone(),
            body: row.body.to_string(),
        }
    }

    /// The reward that the receiver has confirmed by acknowledging this, if it is about one that is `AVAILABLE` or
    /// `DEDUCTED`.
    pub fn acknowledged_reward(&self) -> Option<AcknowledgedReward> {
        if self.object != "REWARD" || self.status != DeliveryStatus::Acknowledged {
            return None;
        }
        let event: Value = serde_json::from_str(&self.body).ok()?;
        let text = |name: &str| event["data"][name].as_str();
        let status = text("status").filter(|status| matches!(*status, "AVAILABLE" | "DEDUCTED"))?;
        Some(AcknowledgedReward { reward_id: RewardId::from(text("reward_id")?), status: status.to_owned() })
    }
}

/// `REWARD to http://127.0.0.1:9000/imprint, delivery 5AF1…: waiting, after attempt 2: 500; the receiver failed: look into
/// its log`.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}, delivery {}: {}", self.object, self.endpoint, self.id, self.status)?;
        match self.attempts.last() {
            Some(last) => write!(f, ", after attempt {}: {last}", self.attempts.len()),
            None => Ok(()),
        }
    }
}

/// Without the body, which has personal data.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("object", &self.object)
            .field("endpoint", &self.endpoint)
            .field("merchant_key", &self.merchant_key)
            .field("at", &self.at)
            .field("status", &self.status)
            .field("next_attempt", &self.next_attempt)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// The deliveries of the account's webhooks so far, in the order of their events: one for each event and each endpoint
    /// that takes it. The oldest that nothing more happens to are dropped when there are more than
    /// [`Builder::delivery_log_size`](crate::Builder::delivery_log_size).
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.account.read(|state| state.deliveries.all().map(|row| Delivery::of(state, row)).collect())
    }

    /// The rewards that receivers have confirmed by answering their webhooks with 2xx, each status once; as far as the
    /// [`deliveries`](Self::deliveries) go back.
    pub fn acknowledged_rewards(&self) -> Vec<AcknowledgedReward> {
        let mut found = Vec::new();
        for reward in self.deliveries().iter().filter_map(Delivery::acknowledged_reward) {
            if !found.contains(&reward) {
                found.push(reward);
            }
        }
        found
    }

    /// Sends a delivery again: the very bytes, with a new signature. If the receiver acknowledges it, the delivery is
    /// acknowledged, also if it was dead; if not, the delivery is what it was before. The attempt is returned.
    ///
    /// # Errors
    ///
    /// If there is no such delivery, it is held back or being sent again already, or its endpoint does not go on.
    pub async fn replay(&self, delivery_id: impl AsRef<str>) -> Result<Attempt, Refused> {
        self.replay_with(delivery_id.as_ref(), Signature::New).await
    }

    /// Sends a delivery again with the signature of its last attempt, to see what a receiver makes of one that was seen
    /// before or is old.
    ///
    /// # Errors
    ///
    /// Those of [`replay`](Self::replay), and if there was no attempt yet.
    pub async fn replay_with_old_signature(&self, delivery_id: impl AsRef<str>) -> Result<Attempt, Refused> {
        self.replay_with(delivery_id.as_ref(), Signature::Old).await
    }

    async fn replay_with(&self, id: &str, signature: Signature) -> Result<Attempt, Refused> {
        let earlier = self.account.ask_for_replay(id, signature).map_err(Refused::new)?;
        let found = || {
            self.account.read(|state| {
                let mut replays = state.deliveries.get(id)?.attempts.iter().filter(|attempt| attempt.is_replay);
                replays.nth(earlier).cloned()
            })
        };
        let stuck = |_| Refused::new("the endpoint of the delivery does not go on");
        self.account.until(found).await.map_err(stuck)
    }

    /// The deliveries that an index of their table has.
    pub(super) fn deliveries_by(&self, index: &'static str) -> Vec<Delivery> {
        self.account.read(|state| state.deliveries.find(index, "").map(|(_, row)| Delivery::of(state, row)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_is_confirmed_by_an_acknowledged_event_about_its_end_only() {
        let confirmed = |object: &str, reward_status: &str, status| {
            let delivery = Delivery {
                id: "D".into(),
                object: object.into(),
                endpoint: "http://localhost:80/".into(),
                merchant_key: "STORE".into(),
                at: SystemTime::UNIX_EPOCH,
                status,
                next_attempt: None,
                attempts: Vec::new(),
                body: format!(r#"{{"object":"{object}","data":{{"reward_id":"R","status":"{reward_status}"}}}}"#),
            };
            delivery.acknowledged_reward().map(|reward| (reward.reward_id.to_string(), reward.status))
        };
        use DeliveryStatus::{Acknowledged, Dead};
        for status in ["AVAILABLE", "DEDUCTED"] {
            assert_eq!(confirmed("REWARD", status, Acknowledged), Some(("R".into(), status.into())));
            assert_eq!(confirmed("REWARD", status, Dead), None);
            assert_eq!(confirmed("STREAK", status, Acknowledged), None);
        }
        assert_eq!(confirmed("REWARD", "PENDING", Acknowledged), None);
    }
}
