//! The rotation of the API key: the one change after which nothing may work any more.

mod error;

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::de::IgnoredAny;

use super::Client;
use crate::error::{Error, ErrorKind};
use crate::operation::{LIST_ORDER_EVENTS, Operation, SEARCH_CUSTOMERS, SEARCH_REWARDS, SEARCH_TRANSACTION_INTENTS};
use crate::request::Request;
use crate::secret::Secret;

use error::Source;
pub use error::{KeyRotationError, KeyState, RotationStep};

/// Reads that change nothing and can be kept to one item. Keys have permissions by kind of object, so that one of these
/// may be refused to a key that is good. The first is the one without personal data in its answer.
static READS: [&Operation; 4] = [&SEARCH_REWARDS, &SEARCH_TRANSACTION_INTENTS, &LIST_ORDER_EVENTS, &SEARCH_CUSTOMERS];

/// The pauses before a new key that is answered 401 is tried again: it may take a while until all servers know it.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(2_000)];

impl Client {
    /// Puts a new API key in the place of the one this client has, and gives the client with the new key.
    ///
    /// | step | what happens |
    /// |---|---|
    /// | create | `createKey` with the old key; the new one inherits its permissions |
    /// | store | `store` is called with the new key, to keep it where the partner keeps such things |
    /// | prove | a read of one item with the new key: `searchRewards`, or if that is refused `searchTransactionIntents`, `listOrderEvents`, `searchCustomers`. The items are not looked at. A 401 is tried twice more |
    /// | delete | `deleteKey` with the old key, because it deletes the key that makes the call |
    ///
    /// The old key is not touched before the new one is stored and proven. At any failure it lives on, or the error says
    /// that this is not known; and the error carries the new key and its client, so that nothing is lost. When the
    /// answer to `deleteKey` is lost, a read with the old key tells whether it is gone.
    ///
    /// The new client has the base URL, the options and the connections of this one, and sends the key in the same way.
    /// This client, its clones and its other variants keep the old key: replace them.
    ///
    /// `store` should come back only when the new key is safe, and refuse otherwise. Do not drop the future of this
    /// helper while it runs: between the steps there are two keys. Two rotations of one key at a time would end each
    /// other's.
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
        let failed = |step, source: Source| KeyRotationError::after(step, client.clone(), key.clone(), source);
        if let Err(error) = store(key.clone()).await {
            return Err(failed(RotationStep::Store, error.into()));
        }
        if let Err(error) = client.prove(&PAUSES).await {
            return Err(failed(RotationStep::Prove, error.into()));
        }
        match self.end_key(&key).await {
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
            // Its deletion would be that of the only one.
            Ok(client) if client.authorization() == self.authorization() => {
                let source = "createKey answered with the key that made the call".into();
                Err(KeyRotationError::at_creation(KeyState::NotCreated, None, source))
            }
            Ok(client) => Ok((client, key)),
            Err(error) => Err(KeyRotationError::at_creation(KeyState::Unknown, Some(key), error.into())),
        }
    }

    fn authorization(&self) -> Option<&HeaderValue> {
        self.inner.headers.get(AUTHORIZATION)
    }

    /// Proves that the key of this client works.
    async fn prove(&self, pauses: &[Duration]) -> Result<(), Error> {
        for pause in pauses {
            match self.read_something().await {
                Err(error) if is_unauthorized(&error) => self.inner.clock.sleep(*pause).await,
                outcome => return outcome,
            }
        }
        self.read_something().await
    }

    /// Succeeds with the first read that does. Of a read that is refused for its own sake it goes on to the next.
    async fn read_something(&self) -> Result<(), Error> {
        let mut outcome = Ok(());
        for read in READS {
            let mut request = Request::new();
            request.query("limit", Some(&1));
            outcome = self.call::<Page>(read, request).await.map(drop);
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

    /// Deletes the key of this client, which is not to be `new`; else the states of the old and of the new key.
    async fn end_key(&self, new: &Secret) -> Result<(), (KeyState, KeyState, Source)> {
        let error = match self.delete_key().send().await {
            Ok(deleted) if deleted.key.as_ref() == Some(new) => {
                let source = "deleteKey answered with the new key, made with the old one".into();
                return Err((KeyState::Unknown, KeyState::Deleted, source));
            }
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let open = error.may_have_been_processed() || is_unauthorized(&error);
        let old = if open { self.read_something().await } else { Ok(()) };
        match old {
            Err(gone) if is_unauthorized(&gone) => Ok(()),
            Err(_) => Err((KeyState::Unknown, KeyState::Valid, error.into())),
            Ok(()) => Err((KeyState::Valid, KeyState::Valid, error.into())),
        }
    }
}

fn is_unauthorized(error: &Error) -> bool {
    matches!(error, Error::Api(error) if error.kind() == ErrorKind::Unauthorized)
}

/// The answer of a list: that there is one proves the key, what is in it is nobody's business.
struct Page {
    _data: Vec<IgnoredAny>,
}

crate::decode::object!(Page { _data: Listed = "data" });
