//! The confirmation of rewards, which is the partner's duty.

use std::fmt;

use super::Client;
use super::deadline::Deadline;
use crate::Response;
use crate::error::{Error, ErrorKind};
use crate::types::{Reward, RewardId, RewardStatus};

/// Which reward to confirm: a [`Reward`] in hand, or the id of one.
///
/// It is made by `into()` from either, owned or by reference.
#[derive(Clone, Debug)]
pub struct RewardRef(Known);

#[derive(Clone, Debug)]
enum Known {
    Reward(Box<Reward>),
    Id(RewardId),
}

impl From<Reward> for RewardRef {
    fn from(reward: Reward) -> Self {
        Self(Known::Reward(Box::new(reward)))
    }
}

impl From<&Reward> for RewardRef {
    fn from(reward: &Reward) -> Self {
        reward.clone().into()
    }
}

impl From<Response<Reward>> for RewardRef {
    fn from(answer: Response<Reward>) -> Self {
        answer.into_inner().into()
    }
}

impl From<&Response<Reward>> for RewardRef {
    fn from(answer: &Response<Reward>) -> Self {
        Reward::clone(answer).into()
    }
}

impl From<&str> for RewardRef {
    fn from(id: &str) -> Self {
        RewardId::from(id).into()
    }
}

impl From<String> for RewardRef {
    fn from(id: String) -> Self {
        RewardId::from(id).into()
    }
}

impl From<RewardId> for RewardRef {
    fn from(id: RewardId) -> Self {
        Self(Known::Id(id))
    }
}

impl From<&RewardId> for RewardRef {
    fn from(id: &RewardId) -> Self {
        id.clone().into()
    }
}

/// Why a reward is not confirmed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfirmError {
    /// A call failed. If it left open whether the reward was confirmed, the reward was still pending when it was read
    /// again right after. Calling the helper again is safe.
    Call(Error),
    /// The reward is in a state that cannot be confirmed, or it stayed in its state although the API answered with
    /// success. This is the reward as it was seen last; see its `status`.
    NotConfirmed(Box<Reward>),
    /// It is not known whether the reward was confirmed: the call that confirms it failed in a way that leaves it open,
    /// and so did the look at the reward after it. Calling the helper again with the id of the reward finds out.
    #[non_exhaustive]
    Unknown {
        /// Why `patchReward` failed. It is the [`source`](std::error::Error::source), too.
        error: Error,
        /// Why the look at the reward failed; `None` when there was no time left for it.
        lookup: Option<Error>,
    },
}

impl fmt::Display for ConfirmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::NotConfirmed(reward) => match reward.status {
                // The text of any other status is the server's own.
                RewardStatus::Unrecognized(_) => f.write_str("the reward has a status that this version does not know"),
                _ => write!(f, "the reward is {}", reward.status),
            },
            Self::Unknown { lookup: Some(lookup), .. } => {
                write!(f, "it is not known whether the reward is confirmed, and it could not be looked up: {lookup}")
            }
            Self::Unknown { lookup: None, .. } => {
                f.write_str("it is not known whether the reward is confirmed, and there was no time left to look it up")
            }
        }
    }
}

impl std::error::Error for ConfirmError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            Self::NotConfirmed(_) => None,
            Self::Unknown { error, .. } => Some(error),
        }
    }
}

impl From<Error> for ConfirmError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// What is pending, and what it becomes.
type Step = (RewardStatus, RewardStatus);

const ISSUED: Step = (RewardStatus::Pending, RewardStatus::Available);
const DEDUCTED: Step = (RewardStatus::PendingDeduction, RewardStatus::Deducted);

impl Client {
    /// Confirms whatever is pending of a reward: that the partner has issued it, or has taken it back.
    ///
    /// The status of the reward decides, and so it does with the status that is read for an id: where the id comes from
    /// elsewhere, from a webhook above all, which may be late or come twice, say what was done instead, by
    /// [`confirm_issued`](Client::confirm_issued) or [`confirm_deducted`](Client::confirm_deducted).
    ///
    /// | status | what is sent |
    /// |---|---|
    /// | `PENDING` | `patchReward` with the status `AVAILABLE` |
    /// | `PENDING_DEDUCTION` | `patchReward` with the status `DEDUCTED` |
    /// | `AVAILABLE`, `DEDUCTED` | nothing: it is confirmed |
    /// | any other | nothing: an error that carries the reward |
    ///
    /// Given an id instead of a reward, it reads the reward by `getReward` first. The status of a reward in hand may be
    /// out of date: when `patchReward` is refused, or leaves open whether it was carried out, the reward is read again,
    /// and counts as confirmed if it has become so. Nothing is ever patched twice by one call. `amount` is not sent.
    ///
    /// Do not confirm while a list of rewards by customer is being paged: that list is sorted by `updated_at`, which the
    /// confirmation changes, so that rewards would be skipped.
    ///
    /// ```no_run
    /// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let reward = client.get_reward().reward_id("DCBFC736-5D4E-4A0B-9C1F-0C6D3B7A9E21").send().await?;
    /// let confirmed = client.confirm_reward(&reward).await?;
    /// println!("{} is {}", confirmed.id, confirmed.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ConfirmError::NotConfirmed`]: the reward has a status that cannot be confirmed, or kept its status. It
    ///   carries the reward.
    /// - [`ConfirmError::Unknown`]: whether it was confirmed could not be found out.
    /// - [`ConfirmError::Call`]: every other failure.
    pub async fn confirm_reward(&self, reward: impl Into<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into(), &[ISSUED, DEDUCTED]).await
    }

    /// Confirms that the partner has issued a reward: from `PENDING` to `AVAILABLE`, and nothing else.
    ///
    /// For the handler of a `REWARD` webhook that says `PENDING`, after the reward is in the partner's own books. It does
    /// what [`confirm_reward`](Client::confirm_reward) does, but a reward that has become something else meanwhile, a
    /// pending deduction above all, is an error that carries it. `AVAILABLE` is success.
    ///
    /// ```no_run
    /// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::helpers::ConfirmError> {
    /// let reward = client.confirm_issued("DCBFC736-5D4E-4A0B-9C1F-0C6D3B7A9E21").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As by [`confirm_reward`](Client::confirm_reward).
    pub async fn confirm_issued(&self, reward: impl Into<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into(), &[ISSUED]).await
    }

    /// Confirms that the partner has taken a reward back: from `PENDING_DEDUCTION` to `DEDUCTED`, and nothing else.
    ///
    /// The counterpart of [`confirm_issued`](Client::confirm_issued); `DEDUCTED` is success.
    ///
    /// # Errors
    ///
    /// As by [`confirm_reward`](Client::confirm_reward).
    pub async fn confirm_deducted(&self, reward: impl Into<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into(), &[DEDUCTED]).await
    }

    async fn confirm(&self, reward: RewardRef, steps: &[Step]) -> Result<Reward, ConfirmError> {
        let deadline = Deadline::of(self);
        let (id, reward) = match reward.0 {
            Known::Reward(reward) => (reward.id.clone(), *reward),
            Known::Id(id) => {
                let read = self.get_reward().reward_id(&id).send().await?.into_inner();
                (id, read)
            }
        };
        let Some((_, target)) = steps.iter().find(|(from, to)| reward.status == *from || reward.status == *to).cloned()
        else {
            return Err(ConfirmError::NotConfirmed(Box::new(reward)));
        };
        if reward.status == target {
            return Ok(reward);
        }
        let Some(client) = deadline.half(self) else {
            return Err(ConfirmError::NotConfirmed(Box::new(reward)));
        };
        let patch = client.patch_reward().reward_id(&id).body_map(|body| body.status(&target));
        let error = match patch.send().await {
            Ok(patched) if patched.status == target => return Ok(patched.into_inner()),
            Ok(patched) => return Err(ConfirmError::NotConfirmed(Box::new(patched.into_inner()))),
            Err(error) => error,
        };
        let open = error.may_have_been_processed();
        if !open && !may_be_out_of_date(&error) {
            return Err(error.into());
        }
        let lookup = match deadline.client(self) {
            Some(client) => client.get_reward().reward_id(&id).send().await.map_err(Some),
            None => Err(None),
        };
        match lookup {
            Ok(now) if now.status == target => Ok(now.into_inner()),
            Ok(now) if now.status != reward.status => Err(ConfirmError::NotConfirmed(Box::new(now.into_inner()))),
            Err(lookup) if open => Err(ConfirmError::Unknown { error, lookup }),
            // Still pending: the failure is all there is to tell.
            Ok(_) | Err(_) => Err(error.into()),
        }
    }
}

/// Whether the API may have refused because the reward is no longer what the caller knows.
fn may_be_out_of_date(error: &Error) -> bool {
    match error {
        Error::Api(error) => {
            !matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::RateLimited)
        }
        _ => false,
    }
}
