//! The helper `rotate_key`. A mistake in it can delete the only key that works, so each step follows the table below.
//!
//! | what is known | what the helper does | result |
//! |---|---|---|
//! | `createKey` was refused, not with a 401 | nothing | `Create`: old valid, new not created |
//! | `createKey` was refused with a 401 | nothing | `Create`: old unknown, new not created |
//! | the answer of `createKey` is lost, cannot be read or has no key | nothing | `Create`: old valid, new unknown |
//! | `createKey` answered with the key that made the call | nothing: going on would delete the only key | `Create`: old valid, new not created |
//! | `store` failed | nothing | `Store`: both valid |
//! | no read with the new key returned a valid page | nothing | `Prove`: old valid, new unproven |
//! | a read with the new key returned a valid page | calls `deleteKey` with the old key, once | see below |
//! | `deleteKey` answered with the old key | nothing | `Ok` |
//! | `deleteKey` answered with the new key | nothing | `Delete`: old unknown, new deleted |
//! | `deleteKey` was refused (not with a 401) | nothing | `Delete`: both valid |
//! | `deleteKey` got a 401, its answer was lost, or it succeeded with no key or with another key | reads with the old key, then with the new key | `Ok` only if the old key is refused and the new key works; else `Delete` with the states that the reads showed |

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

/// Operations that only read and whose answer can be limited to one item. The permissions of a key are set by kind of
/// object, so the API may refuse one of these reads although the key works. The first operation is the one whose answer
/// has no personal data.
static READS: [&Operation; 4] = [&SEARCH_REWARDS, &SEARCH_TRANSACTION_INTENTS, &LIST_ORDER_EVENTS, &SEARCH_CUSTOMERS];

/// The pauses before the helper tries a new key again after a 401: it may take a while until all servers know the key.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

/// # Helpers for API keys
impl Client {
    /// Replaces the API key of this client by a new one, and returns a client with the new key.
    ///
    /// | step | what happens |
    /// |---|---|
    /// | create | `createKey` with the old key; the new one inherits its permissions |
    /// | store | calls `store` with the new key, which saves it where the partner keeps its secrets |
    /// | prove | reads one item with the new key: `searchRewards`, or if that is refused `searchTransactionIntents`, `listOrderEvents`, `searchCustomers`. Only an answer that has a list proves the key. The items are not examined. After a 401 the read is tried twice more |
    /// | delete | `deleteKey` with the old key, because the operation deletes the key that makes the call |
    ///
    /// The helper does not delete the old key before the new one is stored and proven. After any failure the old key is
    /// still valid, or the error says that its state is not known. The error also carries the new key and a client with
    /// it, so that the new key is not lost. When the answer to `deleteKey` is lost, the helper reads with each key: the
    /// old key counts as deleted only if it is refused while the new one works. If both keys are refused, this may be
    /// an outage, and it proves nothing.
    ///
    /// The new client has the base URL, the options, the interceptors and the connections of this client, and sends the key in the same
    /// way. This client, its clones and its other variants keep the old key: replace them.
    ///
    /// `store` must return `Ok` only after the new key is saved, and an error otherwise. Do not drop the future of this
    /// helper while it runs: between the steps there are two keys. In a handler of a web framework, which drops futures
    /// when its caller hangs up, run it in a task of its own.
    ///
    /// **Two rotations of one key at a time** both succeed, and leave two new keys: each rotation makes and stores its
    /// own key, the first to finish deletes the old key, and the second finds the old key deleted. Your store holds the
    /// key that was stored last. The other new key works too, until it is deleted by a client that has it. So let only
    /// one process rotate at a time.
    ///
    /// **What the helper cannot detect**: it relies on the answers of the server. If a gateway answers reads from a
    /// cache without checking the key, the helper takes a new key that does not work for proven, and deletes the old
    /// one.
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
    /// `createKey` is lost, a new key may exist that nobody knows: its state is [`KeyState::Unknown`], and only the
    /// Imprint dashboard can show whether it exists.
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

    /// Creates a new key; returns it, and a client with it.
    async fn new_key(&self) -> Result<(Self, Secret), KeyRotationError> {
        let key = match self.create_key().send().await {
            Ok(answer) => answer.into_inner().key,
            Err(error) => {
                let new = if error.may_have_been_processed() { KeyState::Unknown } else { KeyState::NotCreated };
                // An earlier rotation may have deleted the old key, or it is an outage.
                let old = if is_unauthorized(&error) { KeyState::Unknown } else { KeyState::Valid };
                return Err(KeyRotationError::at_creation(new, None, error.into()).with_states(old, new));
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

    /// Proves that the key of this client works, within the time limit of one call.
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

    /// Succeeds at the first read that returns a valid page. If the API refuses a read for a reason that may concern
    /// this operation alone, or if its answer is not a valid page, the next read is tried.
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
                let mut error = DecodeError::new(read, (page.status(), page.headers()), page.attempts(), finding);
                error.hide(&client.own_secrets(page.set_by_hooks()));
                Err(error.into())
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

    /// Deletes the key of this client. That key must not be `new`, which is the key of `client`. On failure, returns
    /// the states of the old key and of the new key, and the error.
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
        // If no read could test the new key now, it counts as valid: it was proven before, and `deleteKey` was not
        // called with it.
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
