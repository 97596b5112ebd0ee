//! The error of `rotate_key`: which step failed, and what is known about both keys.

use std::fmt;

use crate::client::Client;
use crate::value::Secret;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a key was not rotated; see [`Client::rotate_key`].
///
/// `Display` shows the step and the states alone, `Debug` the cause as well, with the new key taken out of its words.
/// The [`source`](std::error::Error::source) is the error of the call that failed, or that of the caller's own `store`,
/// whose words are the caller's.
pub struct KeyRotationError(Box<Inner>);

struct Inner {
    step: RotationStep,
    old: KeyState,
    new: KeyState,
    client: Option<Client>,
    key: Option<Secret>,
    source: BoxError,
}

/// The step of a rotation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RotationStep {
    /// Making the new key. Nothing is to be undone, unless the new key is [`KeyState::Unknown`].
    Create,
    /// The caller's `store`. Store the key of the error, or delete it by `delete_key` of the client of the error.
    Store,
    /// The read with the new key. It is stored, but was not seen to work: a service that loads it may be locked out.
    Prove,
    /// The deletion of the old key. The new key is stored and did work. If it is [`KeyState::Valid`] still, delete the
    /// old one by the old client. If it is [`KeyState::Deleted`], delete nothing: the old one may be the last. If it is
    /// [`KeyState::Unknown`], it worked before but was refused afterwards: try both keys again before you delete one.
    Delete,
}

/// What is known about a key after a rotation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// It was never made.
    NotCreated,
    /// It is there: it was not deleted as far as is known, or it was tried afterwards and worked. A new key that no
    /// read could reach afterwards, because of an outage, counts as valid, too.
    Valid,
    /// It was made, and then it did not work: not yet, or not at all.
    Unproven,
    /// It is gone.
    Deleted,
    /// It cannot be told: an answer was lost, or the key was refused in a way that may be an outage. A new key may be
    /// there that nobody knows, an old one may be gone.
    Unknown,
}

impl KeyRotationError {
    /// The step that failed.
    pub fn step(&self) -> RotationStep {
        self.0.step
    }

    /// The state of the old key.
    pub fn old_key(&self) -> KeyState {
        self.0.old
    }

    /// The state of the new key.
    pub fn new_key(&self) -> KeyState {
        self.0.new
    }

    /// A client with the new key, if there is one that can be sent.
    pub fn client(&self) -> Option<&Client> {
        self.0.client.as_ref()
    }

    /// The client with the new key, taken out.
    pub fn into_client(self) -> Option<Client> {
        self.0.client
    }

    /// The new key itself, if it is known.
    pub fn secret(&self) -> Option<&Secret> {
        self.0.key.as_ref()
    }

    /// No client has the new key. The old one is untouched.
    pub(super) fn at_creation(new: KeyState, key: Option<Secret>, source: BoxError) -> Self {
        Self(Box::new(Inner { step: RotationStep::Create, old: KeyState::Valid, new, client: None, key, source }))
    }

    /// Both keys are there.
    pub(super) fn after(step: RotationStep, client: Client, key: Secret, source: BoxError) -> Self {
        let new = if step == RotationStep::Prove { KeyState::Unproven } else { KeyState::Valid };
        let old = KeyState::Valid;
        Self(Box::new(Inner { step, old, new, client: Some(client), key: Some(key), source }))
    }

    pub(super) fn with_states(mut self, old: KeyState, new: KeyState) -> Self {
        (self.0.old, self.0.new) = (old, new);
        self
    }
}

impl fmt::Display for KeyRotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = match self.0.step {
            RotationStep::Create => "the new key could not be made",
            RotationStep::Store => "the new key could not be stored",
            RotationStep::Prove => "the new key is stored but could not be proven to work",
            RotationStep::Delete if self.0.new == KeyState::Deleted => {
                "the new key was deleted in the place of the old one"
            }
            RotationStep::Delete if self.0.new == KeyState::Unknown => {
                "the new key is stored and did work, but was refused after the deletion of the old one"
            }
            RotationStep::Delete => "the new key is stored and works, but the old one could not be deleted",
        };
        let Inner { old, new, .. } = &*self.0;
        write!(f, "{failed}; the old key {old}, the new key {new}")
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCreated => "was not made",
            Self::Valid => "is valid",
            Self::Unproven => "has not been seen to work",
            Self::Deleted => "is deleted",
            Self::Unknown => "may or may not exist",
        })
    }
}

impl fmt::Debug for KeyRotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { step, old, new, client, key, source } = &*self.0;
        let mut cause = format!("{source:?}");
        // The caller's own error may quote what it could not store.
        if let Some(key) = key {
            cause = cause.replace(key.expose(), "[REDACTED]");
        }
        f.debug_struct("KeyRotationError")
            .field("step", step)
            .field("old_key", old)
            .field("new_key", new)
            .field("client", client)
            .field("secret", key)
            .field("source", &format_args!("{cause}"))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for KeyRotationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0.source)
    }
}
