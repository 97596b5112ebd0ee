//! The readings: the ways in which Imprint's description of the signature can be understood.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::canonical::Escapes;
use crate::value::Secret;

/// How the key of the HMAC is made from the signing token.
///
/// The documentation keys the HMAC with the "signing token (hashed with SHA-256)". This may only name the hash function
/// of the HMAC, or it may mean that the token is hashed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyReading {
    /// The bytes of the token: the plain meaning of Imprint's guide.
    Token,
    /// The 32 bytes of the token's SHA-256.
    Sha256,
    /// The 64 lowercase hex digits of the token's SHA-256, as text.
    Sha256Hex,
}

/// Which form of the body is signed.
///
/// The documentation says that the raw body is signed, and shows one without white space and with its keys sorted.
///
/// A body that has a key twice, or a number that may be spelled in another way, has no sorted form, so only its raw
/// form can match. The same is true of a body of more than 128 KiB or 10,000 values: a sorted form is made before it is
/// known who sent the body, and a stranger must not be able to cause much work with it. Events are a few kilobytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyReading {
    /// The bytes as they came.
    Raw,
    /// JSON without white space, with keys sorted by their bytes, and only those characters escaped that have to be.
    Sorted,
    /// The same, but with the characters escaped that Go's `json.Marshal` also escapes: `<`, `>`, `&`, U+2028 and
    /// U+2029.
    SortedGo,
}

/// One way to understand how Imprint signs: its documentation allows several, and shows no token to find out which one
/// is right.
///
/// A [`Verifier`](crate::webhook::Verifier) reports which one your first deliveries match:
/// [pin](crate::webhook::Verifier::pin) that one.
///
/// ```
/// use imprint_client::webhook::{BodyReading, KeyReading, Reading};
///
/// let reading = Reading::new(KeyReading::Token, BodyReading::Raw);
/// assert_eq!(reading, Reading::default());
/// assert_eq!(reading.to_string(), "the token as key, the raw body");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Reading {
    /// How the key is made from the token.
    pub key: KeyReading,
    /// Which form of the body is signed.
    pub body: BodyReading,
}

impl Reading {
    /// Every reading, the likeliest first: the order in which they are tried.
    pub const ALL: [Self; 9] = {
        use {BodyReading as B, KeyReading as K};
        [
            Self::new(K::Token, B::Raw),
            Self::new(K::Sha256, B::Raw),
            Self::new(K::Sha256Hex, B::Raw),
            Self::new(K::Token, B::Sorted),
            Self::new(K::Sha256, B::Sorted),
            Self::new(K::Sha256Hex, B::Sorted),
            Self::new(K::Token, B::SortedGo),
            Self::new(K::Sha256, B::SortedGo),
            Self::new(K::Sha256Hex, B::SortedGo),
        ]
    };

    /// Makes a reading of a way to make the key and a form of the body.
    pub const fn new(key: KeyReading, body: BodyReading) -> Self {
        Self { key, body }
    }

    /// Whether this reading counts as the same as the other. The two sorted forms count as the same, because most
    /// bodies are the same text in both, so one delivery does not show which of them is right.
    pub(super) fn covers(self, other: Self) -> bool {
        self.key == other.key && (self.body == BodyReading::Raw) == (other.body == BodyReading::Raw)
    }
}

/// The token as key and the raw body: most of the documentation describes this reading.
impl Default for Reading {
    fn default() -> Self {
        Self::ALL[0]
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.key {
            KeyReading::Token => "the token as key",
            KeyReading::Sha256 => "the SHA-256 of the token as key",
            KeyReading::Sha256Hex => "the hex of the token's SHA-256 as key",
        })?;
        f.write_str(match self.body {
            BodyReading::Raw => ", the raw body",
            BodyReading::Sorted => ", the sorted body",
            BodyReading::SortedGo => ", the sorted body with Go's escapes",
        })
    }
}

impl BodyReading {
    /// How the canonical form is written; `None` for the raw body.
    pub(super) fn escapes(self) -> Option<Escapes> {
        match self {
            Self::Raw => None,
            Self::Sorted => Some(Escapes::Few),
            Self::SortedGo => Some(Escapes::Go),
        }
    }
}

impl KeyReading {
    /// The HMAC of `timestamp.body` under the key.
    pub(super) fn mac(self, token: &Secret, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let token = token.expose().as_bytes();
        let mut mac = match self {
            Self::Token => keyed(token),
            Self::Sha256 => keyed(&*hash(token)),
            Self::Sha256Hex => keyed(hex(&*hash(token)).as_bytes()),
        };
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("an HMAC takes keys of any length")
}

fn hash(token: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(Sha256::digest(token).into())
}

/// The bytes as lowercase hex digits. The memory of the text is wiped when it is dropped.
pub(super) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}
