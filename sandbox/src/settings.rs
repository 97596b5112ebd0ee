//! What a sandbox is told when it is built.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use imprint_client::Secret;
use serde::{Deserialize, Serialize};

use crate::contract::Contract;
use crate::product::Product;

/// The time that a sandbox starts with, and whether it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// Time stands still, except for a millisecond with each change, so that the times of two changes differ. It goes on
    /// by [`Sandbox::advance`](crate::Sandbox::advance). The default, from 2026-01-01T00:00:00Z.
    Frozen(SystemTime),
    /// Time passes as it does outside. `advance` puts it forward.
    Running,
}

/// How closely the sandbox looks at requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validation {
    /// Values have to be what the document says, formats and patterns included. A field that the document does not name
    /// is ignored, with a note in the log, and the empty text counts as absent.
    #[default]
    AsImprint,
    /// The same, except that a field or parameter that the document does not name is refused with 400, and so is the empty
    /// text where the document does not allow it. Elsewhere it counts as absent, since Imprint's own guide sends it.
    Strict,
    /// Values are not compared with the document, and the empty text is a value like any other. A field that the document
    /// does not name is ignored, with a note, as in the default. What an operation cannot do without is refused all the same.
    Off,
}

/// The shape of the errors, to see whether a client reads all that Imprint documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorShapes {
    /// The shape that the document declares for the status of the operation.
    #[default]
    AsDeclared,
    /// `{"error": {"type", "message", "param"}}`.
    Nested,
    /// `{"type", "message", "param"}`.
    Flat,
    /// `{"path", "details", "error", "status", "timestamp"}`.
    Spring,
    /// One after the other, by the number of the request.
    Rotating,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Operations that only read.
    pub read: bool,
    /// All other operations.
    pub write: bool,
    /// Card numbers and security codes in answers.
    pub pci: bool,
}

impl Permissions {
    /// Read and write, without card numbers: what a key has that nobody says more about.
    pub const NORMAL: Self = Self { read: true, write: true, pci: false };
    /// Everything, card numbers included.
    pub const PCI: Self = Self { read: true, write: true, pci: true };
    /// Only reading, without card numbers.
    pub const READ_ONLY: Self = Self { read: true, write: false, pci: false };
}

impl Default for Permissions {
    fn default() -> Self {
        Self::NORMAL
    }
}

/// When a webhook that was not acknowledged is sent again. Imprint publishes no schedule beyond growing pauses.
///
/// The times are those of the account's clock: as long as it stands still, a repetition waits for
/// [`Sandbox::advance`](crate::Sandbox::advance).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// After 5 seconds, then 10, 20 and so on, at most an hour apart, until twelve attempts were made.
    #[default]
    Documented,
    /// After 10 milliseconds, then 20, 40 and so on, at most a second apart, until twelve attempts were made.
    Fast,
    /// Never.
    Off,
}

impl Retry {
    /// How many attempts there are at most.
    const ATTEMPTS: usize = 12;

    /// The pause after so many failed attempts. None if there is no other attempt.
    pub(crate) fn pause(self, failures: usize) -> Option<Duration> {
        let (first, longest) = match self {
            Self::Documented => (Duration::from_secs(5), Duration::from_secs(3_600)),
            Self::Fast => (Duration::from_millis(10), Duration::from_secs(1)),
            Self::Off => return None,
        };
        let doublings = u32::try_from(failures.saturating_sub(1)).ok().filter(|_| failures < Self::ATTEMPTS)?;
        Some(first.saturating_mul(1 << doublings).min(longest))
    }
}

/// How webhooks are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Webhooks {
    pub retry: Retry,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// Whether signatures have the time of the account's clock instead of that of the system.
    pub virtual_time: bool,
    /// How many deliveries are kept of those that are through, and as many of those that are dead.
    pub kept: usize,
    /// How many events are kept.
    pub events_kept: usize,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            retry: Retry::default(),
            timeout: Duration::from_secs(10),
            virtual_time: false,
            kept: 10_000,
            events_kept: 10_000,
        }
    }
}

/// What all accounts of a server have in common.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub seed: u64,
    pub clock: Clock,
    pub products: Vec<Arc<Product>>,
    pub session_lifetime: Duration,
    pub existing_link: bool,
    pub is_production: bool,
    pub simulation_takes: Duration,
    pub lower_case_webhook_ids: bool,
    pub validation: Validation,
    pub error_shapes: ErrorShapes,
    pub examples: bool,
    /// How many records the log of an account keeps.
    pub log_size: usize,
    /// Two-part credentials for Basic authorization, each with the key that it stands for.
    pub basic_pairs: Vec<BasicPair>,
    pub webhooks: Webhooks,
    /// The document that the sandbox was told to keep to; None is the client's.
    pub document: Option<Arc<Contract>>,
}

/// The id and the secret of a key, for Basic authorization.
#[derive(Clone, Debug)]
pub(crate) struct BasicPair {
    pub id: String,
    pub secret: Secret,
}

impl Settings {
    /// The document. The client's is read with the first request to any sandbox of the process.
    pub fn contract(&self) -> &Contract {
        match &self.document {
            Some(document) => document,
            None => Contract::shared(),
        }
    }

    /// The product of a merchant key, or the default one for a request without. None if products were declared and the
    /// key is of none of them.
    pub fn product(&self, merchant_key: Option<&str>) -> Option<Arc<Product>> {
        static DEFAULT: LazyLock<Arc<Product>> = LazyLock::new(Arc::default);
        let declared = self.products.first();
        match merchant_key {
            None => Some(declared.cloned().unwrap_or_else(|| Arc::clone(&DEFAULT))),
            Some(key) if declared.is_none() && key == DEFAULT.key() => Some(Arc::clone(&DEFAULT)),
            Some(key) if declared.is_none() => Some(Arc::new(Product::default().merchant_key(key))),
            Some(key) => self.products.iter().find(|product| product.key() == key).cloned(),
        }
    }
}
