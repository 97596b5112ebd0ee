//! Options for single calls: they are set on a variant of a client, which shares the connection pool of that client.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use super::check;
use crate::call::RetryPolicy;
use crate::call::headers::{self, MERCHANT_KEY, RefusedHeader};

/// Settings of a call that replace those of its client; see [`Client::with_options`](crate::Client::with_options).
///
/// A setting that is not made here stays as the client has it. A value that cannot be sent is reported when a call is
/// made: the call is then an [`Error::Config`](crate::Error::Config) and sends nothing.
///
/// ```
/// use std::time::Duration;
///
/// use imprint_client::CallOptions;
///
/// # let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").build()?;
/// let options = CallOptions::new().timeout(Duration::from_secs(5)).header("x-request-id", "7f3a");
/// let call = client.with_options(options).get_customer().customer_id("2EE24580");
/// # Ok::<(), imprint_client::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until a client has them"]
pub struct CallOptions {
    pub(super) timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) refused: Vec<RefusedSetting>,
}

/// A setting that cannot be used, and why. It is reported by each call, because setters cannot return an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefusedSetting {
    pub(super) setting: &'static str,
    pub(super) problem: &'static str,
}

impl CallOptions {
    /// Options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a whole call may take, with all its attempts and the pauses between them. An attempt still ends after
    /// its own timeout, see [`attempt_timeout`](Self::attempt_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        if timeout.is_zero() {
            self.refuse("timeout", "the timeout of the call is zero, it could not succeed; nothing was sent");
        }
        self.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from the connection to the last byte of the answer.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        if timeout.is_zero() {
            self.refuse("attempt_timeout", "the timeout of an attempt is zero, it could not succeed; nothing was sent");
        }
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How often a failed attempt is made again; [`RetryPolicy::off`] for never.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        if policy.problem().is_some() {
            self.refuse("retry", "the retry policy of the call allows no attempt at all; nothing was sent");
        }
        self.retry = Some(policy);
        self
    }

    /// The product to work on, for partners with several: sent as `x-imprint-merchant-key`.
    pub fn merchant_key(mut self, key: impl AsRef<str>) -> Self {
        match check::merchant_key(key.as_ref()) {
            Ok(value) => self.headers.push((MERCHANT_KEY, value)),
            // The setting is refused, because without the header the calls would be for another product.
            Err(_) => self.refuse(
                "merchant_key",
                "the merchant key of the call is empty, in quotation marks, or holds what cannot be sent; nothing was sent",
            ),
        }
        self
    }

    /// A header to send along, such as one for tracing. Its value is kept out of logs.
    ///
    /// Headers that the client sets itself are refused: `Authorization`, the merchant key (see
    /// [`merchant_key`](Self::merchant_key)), the `User-Agent` (see
    /// [`user_agent_suffix`](crate::ClientBuilder::user_agent_suffix)) and those of the body. So are headers that
    /// describe the connection (such as `Connection`, `TE`, `Upgrade`, `Expect` and all that begin with `Proxy-`), the
    /// coding of a message (such as `Content-Encoding` and `Accept-Encoding`) or a part of it (`Range`): the client
    /// would not follow them, or could not read the answer. And so are those by which gateways treat a request as one with
    /// another method, path or host (such as `X-HTTP-Method-Override`).
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match headers::settable(name.as_ref(), value.as_ref()) {
            Ok(header) => self.headers.push(header),
            Err(RefusedHeader::SetByClient) => {
                self.refuse("header", "the options set a header that the client sets itself; nothing was sent");
            }
            Err(RefusedHeader::OfConnection) => {
                let problem = "the options set a header that describes the connection, or how messages are coded or cut, \
                    which is for the HTTP client to do; nothing was sent";
                self.refuse("header", problem);
            }
            Err(RefusedHeader::Overrides) => {
                let problem = "the options set a header that asks a gateway for another method, path or host, which would \
                    change the operation that is called; nothing was sent";
                self.refuse("header", problem);
            }
            Err(RefusedHeader::Unsendable) => self.refuse(
                "header",
                "the options set a header whose name or value cannot be sent, a line end in it perhaps; nothing was sent",
            ),
        }
        self
    }

    /// The settings of `earlier` that stay refused when these options are applied after it: a setting that is now
    /// replaced by a usable value is no longer refused.
    ///
    /// Each refused setting is kept separately, so that correcting one does not drop another.
    pub(super) fn still_refused(&self, earlier: &[RefusedSetting]) -> Vec<RefusedSetting> {
        let mended = |refused: &RefusedSetting| match refused.setting {
            "timeout" => self.timeout.is_some(),
            "attempt_timeout" => self.attempt_timeout.is_some(),
            "retry" => self.retry.is_some(),
            "merchant_key" => self.headers.iter().any(|(name, _)| *name == MERCHANT_KEY),
            _ => false,
        };
        self.refused.iter().chain(earlier.iter().filter(|refused| !mended(refused))).copied().collect()
    }

    fn refuse(&mut self, setting: &'static str, problem: &'static str) {
        self.refused.push(RefusedSetting { setting, problem });
    }
}

/// Shows the options without the values of the headers.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("retry", &self.retry)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_for_refusing_a_header_has_its_own_words() {
        for (name, words) in [
            ("authorization", "sets itself"),
            ("connection", "describes the connection"),
            ("bad name", "cannot be sent"),
        ] {
            let refused = CallOptions::new().header(name, "x").refused;
            assert!(refused[0].problem.contains(words), "{name}");
        }
        assert!(CallOptions::new().header("x-request-id", "x").refused.is_empty());
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let new = CallOptions::new;
        for (options, setting) in [
            (new().header("bad name", "x"), "header"),
            (new().header("x-a", "a\r\nb: c"), "header"),
            (new().merchant_key(" "), "merchant_key"),
            (new().timeout(Duration::ZERO), "timeout"),
            (new().attempt_timeout(Duration::ZERO), "attempt_timeout"),
            (new().retry(RetryPolicy::default().max_attempts(0)), "retry"),
        ] {
            assert_eq!(settings(&options.refused), [setting]);
        }
        let both = new().merchant_key("").header("bad name", "x");
        assert_eq!(settings(&both.refused), ["merchant_key", "header"]);
    }

    fn settings(refused: &[RefusedSetting]) -> Vec<&'static str> {
        refused.iter().map(|refused| refused.setting).collect()
    }

    #[test]
    fn making_one_setting_good_does_not_forget_another() {
        let new = CallOptions::new;
        let bad = new().timeout(Duration::ZERO).merchant_key(" ");
        let mended = new().timeout(Duration::from_secs(5)).still_refused(&bad.refused);
        assert_eq!(settings(&mended), ["merchant_key"]);
        let later = new().timeout(Duration::ZERO).still_refused(&mended);
        assert_eq!(settings(&new().timeout(Duration::from_secs(5)).still_refused(&later)), ["merchant_key"]);
        assert!(new().timeout(Duration::from_secs(5)).merchant_key("acme").still_refused(&later).is_empty());
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", CallOptions::new().header("x-request-id", "hunter2").merchant_key("hunter3"));
        assert!(shown.contains("x-request-id") && !shown.contains("hunter"), "{shown}");
    }
}
