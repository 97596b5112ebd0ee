//! The environments of the API.

use std::fmt;

/// An environment of the API. Each environment has its own API keys.
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

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Sandbox, Self::Production].into_iter().find(|environment| environment.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

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
        let mut environments = [Environment::Sandbox, Environment::Production].map(Environment::base_url);
        let mut servers = crate::operation::SERVERS.to_vec();
        environments.sort_unstable();
        servers.sort_unstable();
        assert_eq!(environments.as_slice(), servers);
    }

    #[test]
    fn environments() {
        assert_eq!(Environment::default().base_url(), "https://dev.sbx.imprint.co");
        assert_eq!(Environment::Production.base_url(), "https://dev.imprint.co");
        for environment in [Environment::Sandbox, Environment::Production] {
            assert_eq!(Environment::from_name(&environment.to_string()), Some(environment));
        }
        assert_eq!(Environment::from_name("Production"), Some(Environment::Production));
        assert_eq!(Environment::from_name("staging"), None);
    }
}
