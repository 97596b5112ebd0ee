//! The helper `rotate_key`. A mistake in it can delete the only key that works, so each step follows the table below.
//!
//! | what is known | what is done | what is said |
//! |---|---|---|
//! | `createKey` was refused | nothing | `Create`: old valid, new not created |
//! | its answer is lost, cannot be read or has no key | nothing | `Create`: old valid, new unknown |
//! | it answered with the key that made the call | nothing: going on would delete the only key | `Create`: old valid, new not created |
//! | `store` failed | nothing | `Store`: both valid |
//! | no read with the new key gave a real page | nothing | `Prove`: old valid, new unproven |
//! | one did | `deleteKey` with the old key, once | see below |
//! | it answered with the old key | nothing | `Ok` |
//! | it answered with the new key | nothing | `Delete`: old unknown, new deleted |
//! | it was refused (not 401) | nothing | `Delete`: both valid |
//! | a 401, a lost answer, or success with no key or another one | read with the old key, then with the new one | `Ok` only if the old one is refused and the new one works; else `Delete` with what each read showed |

mod error;

use std::time::Duration;

use super::deadline::Deadline;
use super::evidence::ListAnswer;
use crate::call::Request;
use crate::client::Client;
use crate::error::{DecodeError, Error, ErrorKind, Fault, Finding, TimeoutError, TimeoutPhase};
use crate::operation::{LIST_ORDER_EVENTS, Operation, SEARCH_CUSTOMERS, SEARCH_REWARDS, SEARCH_TRANSACTION_INTENTS};
use crate::value::Secret;

use error::BoxError;
pub use error::{KeyRotationError, KeyState, RotationStep};

/// Reads that change nothing and can be kept to one item. Keys have permissions by kind of object, so that one of these
/// may be refused to a key that is good. The first is the one without personal data in its answer.
static READS: [&Operation; 4] = [&SEARCH_REWARDS, &SEARCH_TRANSACTION_INTENTS, &LIST_ORDER_EVENTS, &SEARCH_CUSTOMERS];

/// The pauses before a new key that is answered 401 is tried again: it may take a while until all servers know it.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// # Helpers for API keys
impl Client {
    /// Puts a new API key in the place of the one this client has, and gives the client with the new key.
    ///
    /// | step | what happens |
    /// |---|---|
    /// | create | `createKey` with the old key; the new one inherits its permissions |
    /// | store | `store` is called with the new key, to keep it where the partner keeps such things |
    /// | prove | a read of one item with the new key: `searchRewards`, or if that is refused `searchTransactionIntents`, `listOrderEvents`, `searchCustomers`. Only an answer with a list in it counts. The items are not looked at. A 401 is tried twice more |
    /// | delete | `deleteKey` with the old key, because it deletes the key that makes the call |
    ///
    /// The old key is not touched before the new one is stored and proven. At any failure it lives on, or the error
    /// says that this is not known; and the error carries the new key and its client, so that nothing is lost. When the
    /// answer to `deleteKey` is lost, a read with each key tells: the old one counts as gone only if it is refused
    /// while the new one works. When both are refused, that is an outage and no proof.
    ///
    /// The new client has the base URL, the options and the connections of this one, and sends the key in the same way.
    /// This client, its clones and its other variants keep the old key: replace them.
    ///
    /// `store` should come back only when the new key is safe, and refuse otherwise. Do not drop the future of this
    /// helper while it runs: between the steps there are two keys.
    ///
    /// **Two rotations of one key at a time** both succeed, and leave two new keys behind: each makes and stores one of
    /// its own, the first to come to its end deletes the old key, and the second finds it gone. The key that was stored
    /// last is the one in your store; the other one works too, until somebody deletes it with a client that has it. So
    /// let one process rotate at a time.
    ///
    /// **What it cannot find out**: it goes by what the server answers. If a gateway answers reads from a cache without
    /// looking at the key, a new key that does not work is taken for proven, and the old one is deleted.
    ///
    /// ```no_run
    /// use imprint_client::Secret;
    ///
    /// async fn put_into_the_vault(key: &str) -> std::io::Result<()> {
    ///     // ...
    /// #   let _ = key;
    ///     Ok(())
    /// }
    ///
    /// # async fn example(client: imprint_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let client = client.rotate_key(async |key: Secret| put_into_the_vault(key.expose()).await).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyRotationError`], which names the step that failed and the state of both keys. When the answer to
    /// `createKey` is lost, there may be a key that nobody knows: its state is [`KeyState::Unknown`], and only the
    /// Imprint dashboard can tell.
    pub async fn rotate_key<S, E>(&self, store: S) -> Result<Self, KeyRotationError>
    where
        S: AsyncFnOnce(Secret) -> Result<(), E>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (client, key) = self.new_key().await?;
        let failed = |step, source: BoxError| KeyRotationError::after(step, client.clone(), key.clone(), source);
        if let Err(error) = store(key.clone()).await {
            return Err(failed(RotationStep::Store, error.into()));
        }
        if let Err(error) = client.prove().await {
            return Err(failed(RotationStep::Prove, error.into()));
        }
        match self.end_key(&client, &key).await {
            Ok(()) => Ok(client),
            Err((old, new, error)) => Err(failed(RotationStep::Delete, error).with_states(old, new)),
        }
    }

    /// A new key, and the client that has it.
    async fn new_key(&self) -> Result<(Self, Secret), KeyRotationError> {
        let key = match self.create_key().send().await {
            Ok(answer) => answer.into_inner().key,
            Err(error) => {
                let new = if error.may_have_been_processed() { KeyState::Unknown } else { KeyState::NotCreated };
                return Err(KeyRotationError::at_creation(new, None, error.into()));
            }
        };
        let Some(key) = key else {
            return Err(KeyRotationError::at_creation(
                KeyState::Unknown,
                None,
                "createKey answered without a key".into(),
            ));
        };
        match self.with_key(&key) {
            // The server returned our current key: going on would delete the only key.
            Ok(_) if self.sends_key(&key) => {
                let source = "createKey answered with the key that made the call".into();
                Err(KeyRotationError::at_creation(KeyState::NotCreated, None, source))
            }
            Ok(client) => Ok((client, key)),
            Err(error) => Err(KeyRotationError::at_creation(KeyState::Unknown, Some(key), error.into())),
        }
    }

    /// Proves that the key of this client works, within the time that one call has.
    async fn prove(&self) -> Result<(), Error> {
        let deadline = Deadline::of(self);
        let mut pauses = PAUSES.iter();
        loop {
            match self.read_something(&deadline).await {
                Err(error) if is_unauthorized(&error) => match pauses.next() {
                    Some(pause) if deadline.pause(*pause).await => {}
                    _ => return Err(error),
                },
                outcome => return outcome,
            }
        }
    }

    /// Succeeds with the first read that gives a page. Of a read that is refused for its own sake, or whose answer is
    /// no page, it goes on to the next.
    async fn read_something(&self, deadline: &Deadline) -> Result<(), Error> {
        let mut outcome: Result<(), Error> =
            Err(TimeoutError::new(READS[0], TimeoutPhase::Call, self.timeout(), None, 0).into());
        for read in READS {
            let Some(client) = deadline.client(self) else { break };
            let mut request = Request::new();
            request.query("limit", Some(&1));
            outcome = client.call::<ListAnswer>(read, request).await.and_then(|page| {
                if !page.contradicts_itself(false) {
                    return Ok(());
                }
                let finding = Finding::new("data", Fault::Other);
                Err(DecodeError::new(read, page.status(), page.attempts(), finding).into())
            });
            match &outcome {
                Err(Error::Decode(_)) => {}
                Err(Error::Api(error))
                    if matches!(
                        error.kind(),
                        ErrorKind::BadRequest | ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Other
                    ) => {}
                _ => break,
            }
        }
        outcome
    }

    /// Deletes the key of this client, which is not to be `new`, that of `client`; else the states of the old and of
    /// the new key.
    async fn end_key(&self, client: &Self, new: &Secret) -> Result<(), (KeyState, KeyState, BoxError)> {
        let error: BoxError = match self.delete_key().send().await {
            Ok(deleted) => match &deleted.key {
                Some(key) if key == new => {
                    let source = "deleteKey answered with the new key, made with the old one".into();
                    return Err((KeyState::Unknown, KeyState::Deleted, source));
                }
                Some(key) if self.sends_key(key) => return Ok(()),
                Some(_) => "deleteKey answered with a key that is neither of the two".into(),
                None => "deleteKey answered without the key that it deleted".into(),
            },
            Err(error) if error.may_have_been_processed() || is_unauthorized(&error) => error.into(),
            Err(error) => return Err((KeyState::Valid, KeyState::Valid, error.into())),
        };
        let old = self.read_something(&Deadline::of(self)).await;
        let new = client.read_something(&Deadline::of(client)).await;
        let refused = |read: &Result<(), Error>| read.as_ref().is_err_and(is_unauthorized);
        // A key that no read could try was proven before, and `deleteKey` was not called with it.
        let new_state = if refused(&new) { KeyState::Unknown } else { KeyState::Valid };
        match old {
            Err(_) if refused(&old) && new.is_ok() => Ok(()),
            Err(_) => Err((KeyState::Unknown, new_state, error)),
            Ok(()) => Err((KeyState::Valid, new_state, error)),
        }
    }
}

fn is_unauthorized(error: &Error) -> bool {
    matches!(error, Error::Api(error) if error.kind() == ErrorKind::Unauthorized)
}
