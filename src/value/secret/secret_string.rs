//! Conversions between [`Secret`] and the type of the crate secrecy for secret texts, behind the feature `secrecy`.
//!
//! Each copies the text into memory of exactly its length, which its new owner wipes. A `String` in between could be
//! moved when it is shortened, and would leave a copy behind that nobody wipes.

use secrecy::{ExposeSecret, SecretString};

use super::Secret;

/// The `SecretString` is wiped.
#[cfg_attr(docsrs, doc(cfg(feature = "secrecy")))]
impl From<SecretString> for Secret {
    fn from(value: SecretString) -> Self {
        Self::from(&value)
    }
}

/// The text is copied.
#[cfg_attr(docsrs, doc(cfg(feature = "secrecy")))]
impl From<&SecretString> for Secret {
    fn from(value: &SecretString) -> Self {
        Self::from(value.expose_secret())
    }
}

/// The `Secret` is wiped.
#[cfg_attr(docsrs, doc(cfg(feature = "secrecy")))]
impl From<Secret> for SecretString {
    fn from(value: Secret) -> Self {
        Self::from(&value)
    }
}

/// The text is copied.
#[cfg_attr(docsrs, doc(cfg(feature = "secrecy")))]
impl From<&Secret> for SecretString {
    fn from(value: &Secret) -> Self {
        Self::from(value.expose())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret, SecretString};

    use super::Secret;
    use crate::value::IntoField;

    const PAN: &str = "4111111592341815";

    #[test]
    fn the_text_is_the_same_there_and_back() {
        for text in ["", PAN, "ü\0 x"] {
            let foreign = SecretString::from(text);
            for secret in [Secret::from(&foreign), Secret::from(foreign.clone())] {
                assert_eq!(secret, Secret::from(text));
                assert_eq!(SecretString::from(&secret).expose_secret(), text);
                assert_eq!(SecretString::from(secret).expose_secret(), text);
            }
        }
    }

    #[test]
    fn neither_side_prints_it() {
        let secret = Secret::from(SecretString::from(PAN));
        let shown = format!("{secret:?} {:?}", SecretString::from(&secret));
        assert!(shown.contains("REDACTED") && !shown.contains("4111"), "{shown}");
    }

    #[test]
    fn setters_take_it_by_value_by_reference_and_in_an_option() {
        fn set<M>(value: impl IntoField<Secret, M>) -> Option<Secret> {
            value.into_field()
        }
        let foreign = SecretString::from(PAN);
        assert_eq!(set(&foreign), Some(Secret::from(PAN)));
        assert_eq!(set(Some(foreign.clone())), Some(Secret::from(PAN)));
        assert_eq!(set(foreign), Some(Secret::from(PAN)));
        assert_eq!(set(None::<SecretString>), None);
    }
}
