//! Values that must not be shown: [`Secret`], and the mark that replaces personal data in `Debug`.

mod own;
#[cfg(feature = "secrecy")]
mod secret_string;

use std::fmt;
use std::hint::black_box;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

pub(crate) use own::OwnSecrets;

/// A value that must not be printed: an API key, a card number, a social security number, a client secret.
///
/// - `Debug` prints `[REDACTED]`; there is no `Display`, so a secret cannot end up in a message or a URL by accident.
/// - [`expose`](Secret::expose) is the one way to the value.
/// - The memory is wiped when the secret is dropped. Copies made elsewhere, for example by the HTTP stack while the
///   value is sent, are not wiped.
/// - serde reads and writes the real value, because it has to be sent to the API and read from it.
/// - Comparing two secrets takes the same time whether they differ early or late, so the time shows nothing about the
///   values but their lengths.
///
/// ```
/// use imprint_client::Secret;
///
/// let key = Secret::from("4eC39HqLyjWDarjtT1zdp7dc");
/// assert_eq!(format!("{key:?}"), "[REDACTED]");
/// assert_eq!(key.expose(), "4eC39HqLyjWDarjtT1zdp7dc");
/// ```
///
/// With the feature `secrecy` it converts from and into the `SecretString` of the crate [`secrecy`] 0.10, by value or by
/// reference. So a key that a configuration holds as one is given to the client without exposing it, and so is every
/// secret that a setter takes:
///
/// [`secrecy`]: https://docs.rs/secrecy/0.10
///
/// ```
/// # #[cfg(feature = "secrecy")]
/// # fn example() -> Result<(), imprint_client::Error> {
/// use imprint_client::Client;
/// use secrecy::SecretString;
///
/// let (key, ssn) = (SecretString::from("4eC39HqLyjWDarjtT1zdp7dc"), SecretString::from("123456789"));
/// let client = Client::builder().api_key(key).build()?;
/// let call = client.search_customers_post().body_map(|body| body.ssn(&ssn));
/// # Ok(())
/// # }
/// # #[cfg(feature = "secrecy")]
/// # example().unwrap();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The value itself. It is no longer protected: the caller has to keep it out of logs and messages.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted.fmt(f)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        let differing = one.iter().zip(two).fold(0, |seen, (a, b)| seen | (a ^ b));
        // `black_box` keeps the compiler from ending the comparison at the first difference.
        one.len() == two.len() && black_box(differing) == 0
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl From<&String> for Secret {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<&Self> for Secret {
    fn from(value: &Self) -> Self {
        value.clone()
    }
}

crate::value::string_schema!(Secret);

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::value::text::deserialize(deserializer)
    }
}

/// Its `Debug` prints `[REDACTED]`. It is used in the place of a value that must not be shown.
#[derive(Clone, Copy)]
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAN: &str = "4111111592341815";

    #[test]
    fn debug_never_shows_the_value() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "read by Debug only")]
        struct Card {
            pan: Option<Secret>,
        }
        let card = Card { pan: Some(Secret::from(PAN)) };
        assert_eq!(format!("{card:?}"), "Card { pan: Some([REDACTED]) }");
        assert!(!format!("{card:#?}").contains(PAN));
        assert_eq!(format!("{:?}", Some(Redacted)), "Some([REDACTED])");
    }

    #[test]
    fn serde_carries_the_real_value() {
        let secret: Secret = serde_json::from_str(&format!("\"{PAN}\"")).unwrap();
        assert_eq!(secret.expose(), PAN);
        assert_eq!(serde_json::to_string(&secret).unwrap(), format!("\"{PAN}\""));
        assert_eq!(serde_json::from_value::<Secret>(PAN.into()).unwrap(), secret);
    }

    #[test]
    fn equality_looks_at_all_of_the_value() {
        assert_eq!(Secret::from("abc"), Secret::from(String::from("abc")));
        assert_ne!(Secret::from("abc"), Secret::from("xbc"));
        assert_ne!(Secret::from("abc"), Secret::from("abx"));
        assert_ne!(Secret::from("abc"), Secret::from("ab"));
        assert_ne!(Secret::from(""), Secret::from("a"));
        assert_eq!(Secret::from(&String::from("abc")), Secret::from(&Secret::from("abc")));
    }
}
