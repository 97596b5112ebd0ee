//! The error of `rotate_key`: which step failed, and what is known about both keys.

use std::fmt;

use crate::client::Client;
use crate::error::Error;
use crate::value::Secret;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error, text_and_causes, texts_of};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a key was not rotated; see [`Client::rotate_key`].
///
/// `Display` shows only the step and the states. `Debug` shows the cause as well, with the new key removed from its
/// text. The [`source`](std::error::Error::source) is the error of the call that failed, or the error of the caller's
/// own `store`; the caller is responsible for the text of the latter.
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
    /// Making the new key. You need not undo anything, unless the new key is [`KeyState::Unknown`].
    Create,
    /// The caller's `store`. Store the key that the error carries, or delete it by `delete_key` of the client that the
    /// error carries.
    Store,
    /// The read with the new key. The new key is stored, but no read has succeeded with it: a service that loads this
    /// key may be locked out.
    Prove,
    /// The deletion of the old key. The new key is stored and did work. If the new key is still [`KeyState::Valid`],
    /// delete the old key by the old client. If the new key is [`KeyState::Deleted`], delete nothing: the old key may
    /// be the last one. If the new key is [`KeyState::Unknown`], it worked before but was refused afterwards: try both
    /// keys again before you delete one.
    Delete,
}

/// What is known about a key after a rotation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// The key was never made.
    NotCreated,
    /// The key exists: as far as is known it was not deleted, or it was tried afterwards and worked. A new key that no
    /// read could test afterwards, because of an outage, counts as valid, too.
    Valid,
    /// The key was made, but it did not work when it was tried: it may work later, or never.
    Unproven,
    /// The key is deleted.
    Deleted,
    /// The state cannot be determined: an answer was lost, or the key was refused in a way that may be an outage. A new
    /// key may exist that nobody knows; an old key may be deleted.
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

    /// A client with the new key, if there is a new key that can be sent.
    pub fn client(&self) -> Option<&Client> {
        self.0.client.as_ref()
    }

    /// Returns the client with the new key and drops the rest of the error.
    pub fn into_client(self) -> Option<Client> {
        self.0.client
    }

    /// The new key itself, if it is known.
    pub fn secret(&self) -> Option<&Secret> {
        self.0.key.as_ref()
    }

    /// Makes the error for a failed creation: no client has the new key, and nothing was done about the old key.
    pub(super) fn at_creation(new: KeyState, key: Option<Secret>, source: BoxError) -> Self {
        Self(Box::new(Inner { step: RotationStep::Create, old: KeyState::Valid, new, client: None, key, source }))
    }

    /// Makes the error for a failure after the creation, when both keys exist.
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
        fmt_error(self, f)
    }
}

impl DebugError for KeyRotationError {
    fn causes(&self) -> Vec<String> {
        let Inner { key, source, .. } = &*self.0;
        let causes = source.downcast_ref::<Error>().map_or_else(|| texts_of(&**source), text_and_causes);
        causes.into_iter().map(|cause| hide(cause, key.as_ref())).collect()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { step, old, new, client, key, source } = &*self.0;
        let cause = source
            .downcast_ref::<Error>()
            .map_or_else(|| format!("{source:?}"), |error| format!("{:?}", FieldsOf(error)));
        let cause = hide(cause, key.as_ref());
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

/// Removes the new key from a text: the caller's own error may contain the key that it could not store.
fn hide(text: String, key: Option<&Secret>) -> String {
    match key {
        Some(key) => text.replace(key.expose(), "[REDACTED]"),
        None => text,
    }
}

impl std::error::Error for KeyRotationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0.source)
    }
}
