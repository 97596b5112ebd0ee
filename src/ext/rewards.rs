//! The helpers that confirm rewards, as Imprint requires of partners.
//!
//! In this table, "pending" and "confirmed" refer to the transitions that the helper confirms: issued, deducted, or
//! either of the two.
//!
//! | what is known | what the helper does | result |
//! |---|---|---|
//! | the helper is `confirm_issued` or `confirm_deducted`, or only an id was given | reads the reward first | `Call` if that fails |
//! | the read shows another id, or an amount other than that of the given reward | nothing | `Different` |
//! | the reward is confirmed | nothing | `Ok` |
//! | the reward is neither pending nor confirmed | nothing | `NotConfirmed` |
//! | the reward is pending | calls `patchReward`, once | see below |
//! | the patch answers with this reward, confirmed | nothing | `Ok` |
//! | the patch answers with this reward in another status | nothing | `NotConfirmed` |
//! | the patch answers with another reward, or another amount | nothing | `Different` |
//! | the patch is refused for a reason unrelated to the reward (401, 403, 429, nothing sent) | nothing | `Call` |
//! | the patch is refused for another reason, or it is not known whether it was carried out | reads the reward again | confirmed: `Ok`; still pending: `Call`; else `NotConfirmed`; if the read fails: `Unknown` |

use std::fmt;

use super::deadline::Deadline;
use super::ids::same_resource;
use crate::call::Response;
use crate::client::Client;
use crate::error::{Error, ErrorKind, TimeoutError, TimeoutPhase};
use crate::operation::PATCH_REWARD;
use crate::types::{Reward, RewardId, RewardStatus};
use crate::value::IntoValue;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error, text_and_causes};

/// The reward to confirm: a [`Reward`], or the id of one.
///
/// It is made by `into()` from a reward or an id, owned or by reference.
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
#[non_exhaustive]
pub enum ConfirmError {
    /// A call failed. If the failure left open whether the reward was confirmed, the reward was read again right after,
    /// and was still pending. It is safe to call the helper again.
    Call(Error),
    /// The reward has a status that cannot be confirmed, or it kept its status although the API answered with success.
    /// The variant holds the reward as the API last showed it; see its `status`.
    NotConfirmed(Box<Reward>),
    /// The API answered with a different reward: its id, amount or currency differs from that of the reward to confirm.
    /// The variant holds the reward of the answer.
    ///
    /// If the read before the write returned the different reward, nothing was confirmed. If the write or the read
    /// after it did, the reward may be confirmed: read it again and check its `status` before you correct your books.
    Different(Box<Reward>),
    /// It is not known whether the reward was confirmed. The call that confirms it failed and left this open, or the
    /// API refused the call, perhaps because the reward was confirmed before; and the read of the reward after that
    /// failed, too. Call the helper again with the id of the reward to find out.
    #[non_exhaustive]
    Unknown {
        /// Why `patchReward` failed. This error is also the [`source`](std::error::Error::source).
        error: Error,
        /// Why the read after `patchReward` failed; `None` if there was no time left for the read.
        lookup: Option<Error>,
    },
}

impl fmt::Display for ConfirmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::NotConfirmed(reward) => match reward.status {
                // The text of any other status comes from the server, so it is not printed.
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

impl fmt::Debug for ConfirmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for ConfirmError {
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Call(error) => error.causes(),
            Self::NotConfirmed(_) | Self::Different(_) => Vec::new(),
            Self::Unknown { error, .. } => text_and_causes(error),
        }
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => f.debug_tuple("Call").field(&FieldsOf(error)).finish(),
            Self::NotConfirmed(reward) => f.debug_tuple("NotConfirmed").field(reward).finish(),
            Self::Different(reward) => f.debug_tuple("Different").field(reward).finish(),
            Self::Unknown { error, lookup } => f
                .debug_struct("Unknown")
                .field("error", &FieldsOf(error))
                .field("lookup", &lookup.as_ref().map(FieldsOf))
                .finish(),
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
    /// Confirms the pending change of a reward: that the partner has issued the reward, or has taken it back.
    ///
    /// The status of the reward decides what is confirmed. If you give an id, the status is read first, and it may have
    /// changed since you saw it. So for an id from a webhook, which may arrive late or twice, use
    /// [`confirm_issued`](Client::confirm_issued) or [`confirm_deducted`](Client::confirm_deducted).
    ///
    /// | status | request |
    /// |---|---|
    /// | `PENDING` | `patchReward` with the status `AVAILABLE` |
    /// | `PENDING_DEDUCTION` | `patchReward` with the status `DEDUCTED` |
    /// | `AVAILABLE`, `DEDUCTED` | none: the reward is confirmed already |
    /// | any other | none: the result is an error that carries the reward |
    ///
    /// If you give an id, the reward is read by `getReward` first. If you give a `Reward`, it is not read first, and
    /// its status may be out of date: when `patchReward` is refused, or it is not known whether it was carried out, the
    /// reward is read again, and counts as confirmed if its status is the confirmed one. One call of the helper never
    /// sends `patchReward` twice. `amount` is not sent.
    ///
    /// Do not confirm rewards while you page through a list of rewards by customer: the list is sorted by `updated_at`,
    /// which the confirmation changes, so the pages would skip rewards.
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
    /// - [`ConfirmError::NotConfirmed`]: the reward has a status that cannot be confirmed, or kept its status. The
    ///   error carries the reward.
    /// - [`ConfirmError::Different`]: the API answered with another reward, or with another amount.
    /// - [`ConfirmError::Unknown`]: the helper could not find out whether the reward was confirmed.
    /// - [`ConfirmError::Call`]: every other failure.
    pub async fn confirm_reward(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into_value(), &[ISSUED, DEDUCTED], false).await
    }

    /// Confirms that the partner has issued a reward: from `PENDING` to `AVAILABLE`, and nothing else.
    ///
    /// Use this helper in the handler of a `REWARD` webhook with the status `PENDING`, after the reward is in the
    /// partner's own books. The helper reads the reward by `getReward` before it writes, even if you give a `Reward`.
    /// If the status of the reward has changed to any other than `AVAILABLE`, for example to a pending deduction, the
    /// result is an error that carries the reward. The same applies if the amount differs from that of a given
    /// `Reward`. `AVAILABLE` is success. If `patchReward` fails, the helper continues like
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
    pub async fn confirm_issued(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into_value(), &[ISSUED], true).await
    }

    /// Confirms that the partner has taken a reward back: from `PENDING_DEDUCTION` to `DEDUCTED`, and nothing else.
    ///
    /// The counterpart of [`confirm_issued`](Client::confirm_issued); `DEDUCTED` is success.
    ///
    /// # Errors
    ///
    /// As by [`confirm_reward`](Client::confirm_reward).
    pub async fn confirm_deducted(&self, reward: impl IntoValue<RewardRef>) -> Result<Reward, ConfirmError> {
        self.confirm(reward.into_value(), &[DEDUCTED], true).await
    }

    /// Confirms one of `transitions`. If `reads` is true, a given reward is read again before the write.
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
                // The reward is still pending, so the result is the failure of the patch.
                if now.status == reward.status { Err(error.into()) } else { confirmed(now, &target) }
            }
            Err(lookup) => Err(ConfirmError::Unknown { error, lookup }),
        }
    }
}

/// Returns the reward of an answer if it has the id, the amount and the currency of the requested reward, else
/// `Different`.
fn the_same(asked: &Reward, answered: Reward) -> Result<Reward, ConfirmError> {
    // An answer may leave the currency out: a missing currency does not count as a different one.
    let other_currency = answered.currency.is_some() && asked.currency.is_some() && asked.currency != answered.currency;
    let same = same_resource(asked.id.as_str(), answered.id.as_str()) && asked.amount == answered.amount;
    if same && !other_currency { Ok(answered) } else { Err(ConfirmError::Different(Box::new(answered))) }
}

fn confirmed(reward: Reward, target: &RewardStatus) -> Result<Reward, ConfirmError> {
    if reward.status == *target { Ok(reward) } else { Err(ConfirmError::NotConfirmed(Box::new(reward))) }
}

/// Whether the API may have refused because the reward has changed since the caller read it.
fn may_be_out_of_date(error: &Error) -> bool {
    match error {
        Error::Api(error) => {
            !matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::RateLimited)
        }
        _ => false,
    }
}
