//! The error for a client that cannot work as it is configured.

use std::borrow::Cow;
use std::fmt;

use super::Context;
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error, texts_of};

/// The client cannot work as configured. The text says which setting is wrong and what to do about it. It never repeats
/// the value, except for the host of a base URL with plain http.
pub struct ConfigError(Box<Inner>);

struct Inner {
    setting: &'static str,
    problem: Cow<'static, str>,
    source: Option<reqwest::Error>,
    /// `None` for an error outside of a call.
    context: Option<Context>,
}

impl ConfigError {
    /// The setting that is wrong: the name of its method on [`ClientBuilder`](crate::ClientBuilder), or the name of the
    /// environment variable it was read from. `rustls` stands for the feature that is missing, and `runtime` for the
    /// tokio runtime around the call.
    pub fn setting(&self) -> &'static str {
        self.0.setting
    }

    pub(crate) fn new(setting: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { setting, problem: problem.into(), source: None, context: None }))
    }

    /// The same problem, with the names of the environment variables that the setting was read from.
    pub(crate) fn of_variables(self) -> Self {
        let (setting, variables) = match self.0.setting {
            "api_key" => ("IMPRINT_API_KEY", "IMPRINT_API_KEY"),
            "base_url" => ("IMPRINT_BASE_URL", "IMPRINT_BASE_URL"),
            "environment" => ("IMPRINT_ENVIRONMENT", "IMPRINT_ENVIRONMENT and IMPRINT_BASE_URL"),
            "merchant_key" => ("IMPRINT_MERCHANT_KEY", "IMPRINT_MERCHANT_KEY"),
            _ => return self,
        };
        let Inner { problem, source, context, .. } = *self.0;
        Self(Box::new(Inner { setting, problem: format!("{variables}: {problem}").into(), source, context }))
    }

    /// The same problem, which ended a call after so many attempts. Without the context, the error would not say that
    /// the API may have acted on one of them.
    pub(crate) fn in_call(mut self, operation: &'static Operation, attempts: u32) -> Self {
        self.0.context = Some(Context::new(operation, None, attempts));
        self
    }

    pub(super) fn context(&self) -> Option<&Context> {
        self.0.context.as_ref()
    }

    pub(super) fn context_mut(&mut self) -> Option<&mut Context> {
        self.0.context.as_mut()
    }

    pub(crate) fn transport(problem: &'static str, source: reqwest::Error) -> Self {
        let problem = problem.into();
        Self(Box::new(Inner { setting: "http", problem, source: Some(source.without_url()), context: None }))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.problem)?;
        if self.0.context.as_ref().is_some_and(|context| context.may_have_been_processed) {
            f.write_str("; an earlier attempt of the call may have been processed")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for ConfigError {
    fn causes(&self) -> Vec<String> {
        self.0.source.as_ref().map_or_else(Vec::new, |source| texts_of(source))
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The problem is the sentence, which has been said.
        let Inner { setting, problem: _, source, context } = &*self.0;
        f.debug_struct("ConfigError")
            .field("setting", setting)
            .field("source", source)
            .field("context", context)
            .finish()
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn the_setting_and_the_cause_are_told() {
        let url = "https://api.example.com/?key=hunter2".parse().unwrap();
        let refused = reqwest::Proxy::all("no URL").unwrap_err().with_url(url);
        assert!(refused.to_string().contains("hunter2"), "{refused}");
        let error = ConfigError::transport("the HTTP client cannot be made", refused);
        assert_eq!((error.setting(), error.to_string().as_str()), ("http", "the HTTP client cannot be made"));
        assert!(error.source().is_some());
        let debug = format!("{error:?}");
        assert!(debug.starts_with("the HTTP client cannot be made; caused by: builder error; caused by: "), "{debug}");
        assert!(debug.contains("; fields: ConfigError { setting: \"http\", ") && !debug.contains("hunter2"), "{debug}");
        assert!(crate::error::Error::from(error).source().is_some());
        let error = ConfigError::new("timeout", "is too short");
        assert!(error.source().is_none() && !format!("{error:?}").contains("caused by"), "{error:?}");
    }

    #[test]
    fn what_was_read_from_a_variable_is_named_by_it() {
        for (setting, variable, named) in [
            ("api_key", "IMPRINT_API_KEY", "IMPRINT_API_KEY: "),
            ("base_url", "IMPRINT_BASE_URL", "IMPRINT_BASE_URL: "),
            ("environment", "IMPRINT_ENVIRONMENT", "IMPRINT_ENVIRONMENT and IMPRINT_BASE_URL: "),
            ("merchant_key", "IMPRINT_MERCHANT_KEY", "IMPRINT_MERCHANT_KEY: "),
            ("timeout", "timeout", ""),
        ] {
            let error = ConfigError::new(setting, "is wrong").of_variables();
            assert_eq!((error.setting(), error.to_string()), (variable, format!("{named}is wrong")));
        }
    }
}
