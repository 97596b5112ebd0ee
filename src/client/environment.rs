//! The environments of the API.

use std::fmt;
use std::str::FromStr;

use crate::value::error_debug::{DebugError, fmt_error};

/// An environment of the API. Each environment has its own API keys.
///
/// It is read from the texts `sandbox` and `production`, in any letter case:
///
/// ```
/// use imprint_client::Environment;
///
/// assert_eq!("production".parse(), Ok(Environment::Production));
/// assert_eq!("Sandbox".parse(), Ok(Environment::Sandbox));
/// let error = "staging".parse::<Environment>().unwrap_err();
/// assert_eq!(error.to_string(), "the environment is neither `sandbox` nor `production`");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// `https://dev.sbx.imprint.co`: no real money and no real persons. The default.
    #[default]
    Sandbox,
    /// `https://dev.imprint.co`: production, with this host as third parties report it.
    ///
    /// Imprint's OpenAPI document lists only the sandbox. Check the host with Imprint before the first production key,
    /// and set another one by [`base_url`](crate::ClientBuilder::base_url).
    Production,
}

impl Environment {
    /// The URL of the API in this environment.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://dev.sbx.imprint.co",
            Self::Production => "https://dev.imprint.co",
        }
    }

    pub(super) const ALL: [Self; 2] = [Self::Sandbox, Self::Production];

    fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

impl FromStr for Environment {
    type Err = ParseEnvironmentError;

    /// Reads `sandbox` or `production`, in any letter case.
    fn from_str(text: &str) -> Result<Self, ParseEnvironmentError> {
        let named = |environment: &Self| environment.name().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(named).ok_or(ParseEnvironmentError { _private: () })
    }
}

/// A text is not the name of an [`Environment`]. The error does not hold the text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseEnvironmentError {
    // The text is not kept here: it may be anything, such as a key in the wrong variable.
    _private: (),
}

impl fmt::Display for ParseEnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sandbox, production] = Environment::ALL.map(Environment::name);
        write!(f, "the environment is neither `{sandbox}` nor `{production}`")
    }
}

impl fmt::Debug for ParseEnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for ParseEnvironmentError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParseEnvironmentError")
    }
}

impl std::error::Error for ParseEnvironmentError {}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_are_the_servers_of_the_document() {
        let mut environments = Environment::ALL.map(Environment::base_url);
        let mut servers = crate::operation::SERVERS.to_vec();
        environments.sort_unstable();
        servers.sort_unstable();
        assert_eq!(environments.as_slice(), servers);
    }

    #[test]
    fn environments() {
        assert_eq!(Environment::default().base_url(), "https://dev.sbx.imprint.co");
        assert_eq!(Environment::Production.base_url(), "https://dev.imprint.co");
        for environment in Environment::ALL {
            assert_eq!(environment.to_string().parse(), Ok(environment));
            assert_eq!(environment.to_string().to_uppercase().parse(), Ok(environment));
        }
        for text in ["", "staging", "prod", " sandbox", "sandbox\n", "hunter2"] {
            let error = text.parse::<Environment>().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            for environment in Environment::ALL {
                assert!(error.to_string().contains(environment.name()), "{error}");
            }
        }
    }
}
