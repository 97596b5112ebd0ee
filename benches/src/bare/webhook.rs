//! A webhook, verified and read by hand.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use super::Error;
use super::types::TransactionEvent;

const TOLERANCE: Duration = Duration::from_secs(5 * 60);

#[derive(Deserialize)]
struct Envelope<'a> {
    object: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The event of a delivery, `t=seconds,s=hex`.
///
/// # Errors
///
/// If the delivery is not genuine, too old, or cannot be read.
pub fn verify(token: &str, header: &str, body: &[u8]) -> Result<TransactionEvent, Error> {
    let (mut timestamp, mut signature) = ("", "");
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => timestamp = value,
            Some(("s", value)) => signature = value,
            _ => {}
        }
    }
    let signed_at = UNIX_EPOCH + Duration::from_secs(timestamp.parse()?);
    let now = SystemTime::now();
    let age = now.duration_since(signed_at).or_else(|_| signed_at.duration_since(now))?;
    if age > TOLERANCE {
        return Err("too old".into());
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes())?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(&bytes_of(signature)?)?;
    let envelope: Envelope<'_> = serde_json::from_slice(body)?;
    match envelope.object {
        "TRANSACTION" => Ok(serde_json::from_str(envelope.data.get())?),
        other => Err(format!("{other} is not known").into()),
    }
}

fn bytes_of(hex: &str) -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return Err("no signature".into());
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16)?;
    }
    Ok(bytes)
}
