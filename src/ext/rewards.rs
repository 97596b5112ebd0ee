//! The helpers that confirm rewards, as Imprint requires of partners.
//!
//! "Pending" and "confirmed" are meant for what the helper confirms: issued, deducted, or either of the two.
//!
//! | what is known | what is done | what is said |
//! |---|---|---|
//! | `confirm_issued`, `confirm_deducted`, or an id alone | read the reward first | `Call` if that fails |
//! | the read shows another id, or another amount than the reward in hand | nothing | `Different` |
//! | confirmed | nothing | `Ok` |
//! | neither pending nor confirmed | nothing | `NotConfirmed` |
//! | pending | `patchReward`, once | see below |
//! | the patch answers with this reward, confirmed | nothing | `Ok` |
//! | the patch answers with this reward in another status | nothing | `NotConfirmed` |
//! | the patch answers with another reward, or another amount | nothing | `Different` |
//! | the patch is refused for the caller's sake (401, 403, 429, nothing sent) | nothing | `Call` |
//! | the patch is refused otherwise, or left open | read again | confirmed: `Ok`; still pending: `Call`; else `NotConfirmed`; no read: `Unknown` |

use std::fmt;

use super::deadline::Deadline;
use super::ids::same_resource;
use crate::call::Response;
use crate::client::Client;
use crate::error::{Error, ErrorKind, TimeoutError, TimeoutPhase};
use crate::operation::PATCH_REWARD;
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
    /// The API answered with another reward than the one that was asked for: its id, its amount or its currency is not
    /// the one that was to be confirmed. This is that reward.
    ///
    /// If it was answered by the read before the write, nothing was confirmed. If it was answered by the write or after
    /// it, the reward may be confirmed: read it again and look at its `status` before you correct your books.
    Different(Box<Reward>),
    /// It is not known whether the reward was confirmed: the call that confirms it failed in a way that leaves it open,
    /// or the API refused it, perhaps because it was confirmed before; and the look at the reward after it failed, too.
    /// Calling the helper again with the id of the reward finds out.
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
            Self::Different(_) => f.write_str(
                "the API answered with another reward than the one to confirm: its id, amount or currency differs",
            ),
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
            Self::NotConfirmed(_) | Self::Different(_) => None,
            Self::Unknown { error, .. } => Some(error),
        }
    }
}

impl From<Error> for ConfirmError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// A confirmation: the pending status, and the status that it becomes.
type Transition = (RewardStatus, RewardStatus);

const ISSUED: Transition = (RewardStatus::Pending, RewardStatus::Available);
const DEDUCTED: Transition = (RewardStatus::PendingDeduction, RewardStatus::Deducted);

/// # Helpers for rewards
impl Client {
    /// Confirms whatever is pending of a reward: that the partner has issued it, or has taken it back.
    ///
    /// The status of the reward decides what is confirmed. If you give an id, the status is read first, and it may have
    /// changed since you saw it. So for the id of a webhook, which may be late or come twice, use
    /// [`confirm_issued`](Client::confirm_issued) or [`confirm_deducted`](Client::confirm_deducted).
    ///
    /// | status | what is sent |
    /// |---|---|
    /// | `PENDING` | `patchReward` with the status `AVAILABLE` |
    /// | `PENDING_DEDUCTION` | `patchReward` with the status `DEDUCTED` |
    /// | `AVAILABLE`, `DEDUCTED` | nothing: it is confirmed |
    /// | any other | nothing: an error that carries the reward |
    ///
    /// If you give an id, the reward is read by `getReward` first. If you give a `Reward`, it is not read first, and
    /// its status may be out of date: when `patchReward` is refused, or leaves open whether it was carried out, the
    /// reward is read again, and counts as confirmed if it has become so. Nothing is ever patched twice by one call.
    /// `amount` is not sent.
    ///
    /// Do not confirm while a list of rewards by customer is being paged: that list is sorted by `updated_at`, which
    /// the confirmation changes, so that rewards would be skipped.
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
    /// - [`ConfirmError::Different`]: the API answered with another reward, or with another amount.
    /// - [`ConfirmError::Unknown`]: whether it was confirmed could not be found out.
    /// - [`ConfirmError::Call`]: every other failure.
    pub async fn confirm_reward(&self, reward: impl Into<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into(), &[ISSUED, DEDUCTED], false).await
    }

    /// Confirms that the partner has issued a reward: from `PENDING` to `AVAILABLE`, and nothing else.
    ///
    /// For the handler of a `REWARD` webhook that says `PENDING`, after the reward is in the partner's own books. It
    /// reads the reward by `getReward` before it writes, whatever it is given: a reward that has become something else
    /// meanwhile, a pending deduction above all, is an error that carries it, and so is one whose amount is not that of
    /// a reward in hand. `AVAILABLE` is success. When `patchReward` fails it goes on like
    /// [`confirm_reward`](Client::confirm_reward).
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
        self.confirm(reward.into(), &[ISSUED], true).await
    }

    /// Confirms that the partner has taken a reward back: from `PENDING_DEDUCTION` to `DEDUCTED`, and nothing else.
    ///
    /// The counterpart of [`confirm_issued`](Client::confirm_issued); `DEDUCTED` is success.
    ///
    /// # Errors
    ///
    /// As by [`confirm_reward`](Client::confirm_reward).
    pub async fn confirm_deducted(&self, reward: impl Into<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into(), &[DEDUCTED], true).await
    }

    /// Confirms one of `transitions`. `reads` is whether a reward in hand is read again before anything is written.
    async fn confirm(
        &self,
        reward: RewardRef,
        transitions: &[Transition],
        reads: bool,
    ) -> Result<Reward, ConfirmError> {
        let deadline = Deadline::of(self);
        // The read must leave time for the write.
        let reader = deadline.half(self).unwrap_or_else(|| self.clone());
        let (id, reward) = match reward.0 {
            Known::Reward(reward) if !reads => (reward.id.clone(), *reward),
            Known::Reward(reward) => {
                let read = reader.get_reward().reward_id(&reward.id).send().await?.into_inner();
                (reward.id.clone(), the_same(&reward, read)?)
            }
            Known::Id(id) => {
                let read = reader.get_reward().reward_id(&id).send().await?.into_inner();
                if !same_resource(read.id.as_str(), id.as_str()) {
                    return Err(ConfirmError::Different(Box::new(read)));
                }
                (id, read)
            }
        };
        let Some((_, target)) =
            transitions.iter().find(|(from, to)| reward.status == *from || reward.status == *to).cloned()
        else {
            return Err(ConfirmError::NotConfirmed(Box::new(reward)));
        };
        if reward.status == target {
            return Ok(reward);
        }
        let Some(client) = deadline.half(self) else {
            let timeout = TimeoutError::new(&PATCH_REWARD, TimeoutPhase::Call, self.timeout(), None, 0);
            return Err(ConfirmError::Call(timeout.into()));
        };
        let patch = client.patch_reward().reward_id(&id).body_map(|body| body.status(&target));
        let error = match patch.send().await {
            Ok(patched) => return confirmed(the_same(&reward, patched.into_inner())?, &target),
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
            Ok(now) => {
                let now = the_same(&reward, now.into_inner())?;
                // Still pending: the failure is all there is to tell.
                if now.status == reward.status { Err(error.into()) } else { confirmed(now, &target) }
            }
            Err(lookup) => Err(ConfirmError::Unknown { error, lookup }),
        }
    }
}

/// A reward that was answered, if it is the one that was asked for and still about the same money.
fn the_same(asked: &Reward, answered: Reward) -> Result<Reward, ConfirmError> {
    // An answer may leave the currency out: silence is no other currency.
    let other_currency = answered.currency.is_some() && asked.currency.is_some() && asked.currency != answered.currency;
    let same = same_resource(asked.id.as_str(), answered.id.as_str()) && asked.amount == answered.amount;
    if same && !other_currency { Ok(answered) } else { Err(ConfirmError::Different(Box::new(answered))) }
}

fn confirmed(reward: Reward, target: &RewardStatus) -> Result<Reward, ConfirmError> {
    if reward.status == *target { Ok(reward) } else { Err(ConfirmError::NotConfirmed(Box::new(reward))) }
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
