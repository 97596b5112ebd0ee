//! The builder of a client: its settings, and the settings that are read from environment variables.

use std::env::VarError;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, USER_AGENT};

use super::auth::Auth;
use super::variables::{self, Variables};
use super::{Client, Environment, check};
use crate::call::headers::MERCHANT_KEY;
use crate::call::interceptor::Interceptor;
use crate::call::{Clock, RetryPolicy, TokioClock, Transport, default_http_client};
use crate::error::{ConfigError, Error};
use crate::value::{IntoValue, Secret};

/// Builds a [`Client`].
///
/// Only the API key is required.
///
/// ```
/// use std::time::Duration;
///
/// use imprint_client::{Client, Environment};
///
/// let client = Client::builder()
///     .api_key("4eC39HqLyjWDarjtT1zdp7dc")
///     .environment(Environment::Sandbox)
///     .merchant_key("acme-travel")
///     .timeout(Duration::from_secs(60))
///     .build()?;
/// # Ok::<(), imprint_client::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    http: reqwest::ClientBuilder,
    api_key: Option<Secret>,
    auth: Auth,
    environment: Option<Environment>,
    base_url: Option<String>,
    /// Hosts to which plain http is allowed beside this machine.
    plain_http_to: Vec<String>,
    merchant_key: Option<String>,
    user_agent_suffix: Option<String>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    max_response_bytes: usize,
    retry: RetryPolicy,
    strict_requests: bool,
    clock: Arc<dyn Clock>,
    interceptors: Vec<Box<dyn Interceptor>>,
    /// The settings that were read from environment variables, so that errors can name the variables.
    from_variables: Vec<&'static str>,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            http: default_http_client(),
            api_key: None,
            auth: Auth::Bearer,
            environment: None,
            base_url: None,
            plain_http_to: Vec::new(),
            merchant_key: None,
            user_agent_suffix: None,
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(100),
            max_response_bytes: 16 << 20,
            retry: RetryPolicy::default(),
            strict_requests: false,
            clock: Arc::new(TokioClock),
            interceptors: Vec::new(),
            from_variables: Vec::new(),
        }
    }

    /// The API key, from the Imprint dashboard. Each environment has its own. Required.
    ///
    /// It is sent as a bearer token; see [`basic_auth`](Self::basic_auth).
    pub fn api_key(mut self, key: impl IntoValue<Secret>) -> Self {
        self.api_key = Some(key.into_value());
        self.set_in_code("api_key")
    }

    /// Sends the API key by HTTP Basic instead of as a bearer token: as the user name, with an empty password.
    ///
    /// Imprint's page on authentication lists this scheme first; its reference pages show the bearer token.
    ///
    /// A key with a colon in it is read as the two parts that Imprint's OpenAPI document describes, `id:secret`.
    pub fn basic_auth(mut self) -> Self {
        self.auth = Auth::Basic;
        self
    }

    /// The environment to talk to; [`Environment::Sandbox`] unless set.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self.set_in_code("environment")
    }

    /// Another URL in place of an environment, such as that of a gateway or of a mock server. A path in it is kept.
    ///
    /// It must be https, because the API key goes with every request. Plain http is accepted for this machine
    /// (`localhost`, `127.0.0.1`, `[::1]`) and for the hosts of [`allow_plain_http_to`](Self::allow_plain_http_to), and
    /// then no proxy is used. User name, query and fragment are refused.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self.set_in_code("base_url")
    }

    /// Allows plain http to a test server of yours that is on another machine, such as a container with a mock of the API
    /// in docker-compose.
    ///
    /// **Everybody on the network between can read the API key and all data**, and can change the answers: use a key of
    /// the sandbox and no real data. `host` is a name such as `mock-imprint`, or an address, without scheme, port and
    /// path; [`build`](Self::build) refuses anything else, and the hosts of Imprint. Letter case is ignored. Call it once
    /// for each host. It does not change where calls go, and no environment variable does what it does.
    ///
    /// ```
    /// use imprint_client::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("4eC39HqLyjWDarjtT1zdp7dc")
    ///     .base_url("http://mock-imprint:8080")
    ///     .allow_plain_http_to("mock-imprint")
    ///     .build()?;
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    pub fn allow_plain_http_to(mut self, host: impl Into<String>) -> Self {
        self.plain_http_to.push(host.into());
        self
    }

    /// The product to work on, for partners with several: sent as `x-imprint-merchant-key`. Imprint assigns it.
    pub fn merchant_key(mut self, key: impl Into<String>) -> Self {
        self.merchant_key = Some(key.into());
        self.set_in_code("merchant_key")
    }

    /// A name and version to append to the `User-Agent`, such as `acme-checkout/1.2`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// How long a connection may take to be made, TLS included. 10 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, from the connection to the last byte of the answer. 30 seconds unless set.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long a whole call may take, with all its attempts and the pauses between them. 100 seconds unless set. See
    /// also [`Client::with_timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How large the body of an answer may be. 16 MiB unless set; a larger one is an
    /// [`Error::ResponseTooLarge`].
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// How often a failed attempt is made again, if that does no harm: up to 3 attempts unless set. See also
    /// [`CallOptions::retry`](crate::CallOptions::retry).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether a request is refused if it has a value that this version of the library does not understand: an
    /// `Unrecognized` value of an enum, or a timestamp that is no RFC 3339 text. False unless set.
    ///
    /// If it is false, such a request is sent as it is, because the value may have come from the API; with the feature
    /// `tracing`, an event of level WARN names the field. If it is true, the call is an [`Error::InvalidRequest`] that
    /// names all such fields, and nothing is sent: for tests, and for services that never send back what they have read.
    ///
    /// Looked at are the parameters and the fields of the body that are an enum or a timestamp, in nested objects and in
    /// lists as well. Free-form values and [raw requests](Client::request) are not looked at.
    pub fn strict_requests(mut self, strict: bool) -> Self {
        self.strict_requests = strict;
        self
    }

    /// Another clock for the pauses between attempts, for tests that should not wait.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Adds hooks that run before and after each attempt, and at the end of each call: for headers, for signatures and
    /// for metrics. Several run in the order in which they were added. See [`Interceptor`].
    pub fn interceptor(mut self, interceptor: impl Interceptor) -> Self {
        self.interceptors.push(Box::new(interceptor));
        self
    }

    /// Changes the HTTP client underneath: a proxy, the certificates of a private CA, a client certificate, the TLS
    /// backend, the pool. Its types are in [`imprint_client::reqwest`](reqwest), so that no dependency of your own is
    /// needed.
    ///
    /// These settings are made after `change` and cannot be changed by it: only HTTP/1.1 is used, redirects are not
    /// followed, reqwest repeats nothing, the API key is sent over https only (or to this machine and the hosts of
    /// [`allow_plain_http_to`](Self::allow_plain_http_to)), and plain http uses no proxy and no certificates.
    ///
    /// A default header `host` is refused by [`build`](Self::build), because it would replace the host of the URL, and so are
    /// those that change the operation (`x-http-method-override`) or how the message is read (`transfer-encoding`). Other
    /// default headers are sent where this client sets none of that name itself.
    ///
    /// Timeouts are set by the methods of this builder: a `timeout` and a `connect_timeout` of `change` are replaced. A
    /// `read_timeout` stays, and breaks the connection of an attempt: the error is
    /// [`Error::Transport`](crate::Error::Transport).
    ///
    /// TLS is 1.2 at least. A higher `tls_version_min` stays, a lower one is refused by [`build`](Self::build). The
    /// backend is rustls where one of its features is on, and `tls_backend_native()` chooses the other one where
    /// `native-tls` is on as well. A backend given by `tls_backend_preconfigured()`, such as one for FIPS, for an HSM
    /// or for pinned certificates, is taken as it is: reqwest cannot change it, so the oldest version of TLS and the
    /// list of protocols (ALPN: none, or `http/1.1` alone) are for you to set in it.
    ///
    /// ```
    /// use imprint_client::reqwest::{Certificate, Proxy};
    ///
    /// # fn example(private_ca: &[u8]) -> Result<imprint_client::Client, Box<dyn std::error::Error>> {
    /// let proxy = Proxy::https("http://proxy.example.com:3128")?;
    /// let client = imprint_client::Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc");
    /// # #[cfg(feature = "rustls")]
    /// let client = {
    ///     let ca = Certificate::from_pem(private_ca)?;
    ///     client.http(|http| http.proxy(proxy).tls_certs_merge([ca]).pool_max_idle_per_host(4))
    /// };
    /// # Ok(client.build()?)
    /// # }
    /// ```
    pub fn http(mut self, change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> Self {
        self.http = change(self.http);
        self
    }

    /// A builder with the settings from the environment variables of [`Client::from_env`], for further settings in
    /// code.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use imprint_client::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?.timeout(Duration::from_secs(20)).build()?;
    /// # Ok::<(), imprint_client::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Config`] when `IMPRINT_API_KEY` is not set, when a variable has a value that cannot be read, or when another
    /// variable is set in the place of one that is not, as [`Client::from_env`] describes.
    /// [`build`](Self::build) reports the other problems, and names the variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::new().variables(|name: &str| std::env::var(name), std::env::vars_os().map(|(name, _)| name))
    }

    /// Notes that a setting is made in code: an error about it must not name the environment variable.
    fn set_in_code(mut self, setting: &'static str) -> Self {
        self.from_variables.retain(|read| *read != setting);
        self
    }

    /// Makes the error name the environment variables if the setting that is wrong was read from them.
    fn name_variables(from_variables: &[&str], error: ConfigError) -> ConfigError {
        let read = |setting| from_variables.contains(&setting);
        let is_from_variables = match error.setting() {
            // Two settings that contradict each other.
            "environment" => read("environment") && read("base_url"),
            setting => read(setting),
        };
        if is_from_variables { error.of_variables() } else { error }
    }

    /// `read` gives the value of a variable, `names` are those of all variables.
    fn variables(
        self,
        read: impl Fn(&str) -> Result<String, VarError>,
        names: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, Error> {
        let set = Variables::new(read, names);
        let key = set.required(variables::API_KEY, "put the API key from the Imprint dashboard there")?;
        let refuse = |error| ConfigError::new(variables::ENVIRONMENT, format!("{}: {error}", variables::ENVIRONMENT));
        let environment = set.value(variables::ENVIRONMENT)?;
        let environment = environment.map(|name| name.parse::<Environment>().map_err(refuse)).transpose()?;
        let base_url = set.value(variables::BASE_URL)?;
        let merchant_key = set.value(variables::MERCHANT_KEY)?;
        let place = match (environment, &base_url) {
            (Some(environment), _) => format!("calls would go to the {environment} environment"),
            (None, Some(_)) => format!("calls would go to the URL in {}", variables::BASE_URL),
            (None, None) => "calls would go to the sandbox".to_owned(),
        };
        set.refuse_misnamed(variables::ENVIRONMENT, &place)?;
        // With an environment, another URL of the application's own is no contradiction.
        if environment.is_none() {
            set.refuse_misnamed(variables::BASE_URL, &place)?;
        }
        set.refuse_misnamed(variables::MERCHANT_KEY, "calls would name no product")?;
        Ok(Self {
            api_key: Some(key.into()),
            environment,
            base_url,
            merchant_key,
            from_variables: vec!["api_key", "environment", "base_url", "merchant_key"],
            ..self
        })
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Config`], with a sentence that says what to change, when
    ///
    /// - there is no API key, or it is blank, in quotation marks, or holds a line end, an invisible character or
    ///   another character that no key has,
    /// - the base URL is not one that a key may be sent to, or an environment is set beside it,
    /// - [`allow_plain_http_to`](Self::allow_plain_http_to) was given what is no host, or a host of Imprint,
    /// - the merchant key is in quotation marks, or it or the suffix of the `User-Agent` cannot be sent in a header,
    /// - a timeout, the size limit or the number of attempts is zero,
    /// - the HTTP client cannot be set up: there are no CA certificates on the machine, no cryptography is installed
    ///   for the feature `rustls-no-provider`, or [`http`](Self::http) made a setting that cannot be used.
    pub fn build(mut self) -> Result<Client, Error> {
        let from_variables = std::mem::take(&mut self.from_variables);
        self.checked().map_err(|error| Self::name_variables(&from_variables, error).into())
    }

    fn checked(self) -> Result<Client, ConfigError> {
        for (setting, timeout) in [
            ("connect_timeout", self.connect_timeout),
            ("attempt_timeout", self.attempt_timeout),
            ("timeout", self.timeout),
        ] {
            if timeout.is_zero() {
                return Err(ConfigError::new(setting, format!("{setting} is zero; no call would ever succeed")));
            }
        }
        if self.max_response_bytes == 0 {
            let problem = "max_response_bytes is zero; no answer would ever be accepted";
            return Err(ConfigError::new("max_response_bytes", problem));
        }
        if let Some(problem) = self.retry.problem() {
            return Err(ConfigError::new("retry", problem));
        }
        let base = check::base_url(self.environment, self.base_url.as_deref(), &self.plain_http_to)?;
        let key = check::api_key(self.api_key.as_ref())?;
        let merchant_key = self.merchant_key.as_deref().map(check::merchant_key).transpose()?;
        let user_agent = check::user_agent(self.user_agent_suffix.as_deref())?;
        check::default_headers(&self.http)?;
        let transport =
            Transport::new(self.http, &base, self.connect_timeout, self.attempt_timeout, self.max_response_bytes)?;
        let authorization = self.auth.header(transport.empty_request(&base), key)?;
        let headers = [Some((AUTHORIZATION, authorization)), Some((USER_AGENT, user_agent))];
        let headers = headers.into_iter().chain([merchant_key.map(|value| (MERCHANT_KEY, value))]).flatten();
        let interceptors = self.interceptors.into();
        Ok(Client::new(
            transport,
            base,
            (self.auth, headers),
            self.timeout,
            (self.retry, self.strict_requests),
            self.clock,
            interceptors,
        ))
    }
}

/// Shows the settings without the key, and without the URL, which may hold a password until it is checked.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key)
            .field("auth", &self.auth)
            .field("environment", &self.environment)
            .field("connect_timeout", &self.connect_timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("timeout", &self.timeout)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ClientBuilder {
        ClientBuilder::new().api_key("key")
    }

    fn problem(builder: ClientBuilder) -> (&'static str, String) {
        match builder.build() {
            Err(Error::Config(error)) => (error.setting(), error.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn zero_is_refused() {
        for (built, setting) in [
            (builder().timeout(Duration::ZERO), "timeout"),
            (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
            (builder().attempt_timeout(Duration::ZERO), "attempt_timeout"),
            (builder().max_response_bytes(0), "max_response_bytes"),
            (builder().retry(RetryPolicy::default().max_attempts(0)), "retry"),
        ] {
            assert_eq!(problem(built).0, setting);
        }
    }

    #[test]
    fn the_rules_of_each_setting_are_applied() {
        assert_eq!(problem(ClientBuilder::new()).0, "api_key");
        assert_eq!(problem(builder().api_key(" ")).0, "api_key");
        assert_eq!(problem(builder().base_url("http://example.com")).0, "base_url");
        let both = builder().environment(Environment::Sandbox).base_url("https://example.com");
        assert_eq!(problem(both).0, "environment");
        assert_eq!(problem(builder().merchant_key("")).0, "merchant_key");
        assert_eq!(problem(builder().user_agent_suffix("a\nb")).0, "user_agent_suffix");
        assert!(builder().environment(Environment::Production).build().is_ok());
    }

    /// A builder from these variables and no others.
    fn with(set: &[(&str, &str)]) -> Result<ClientBuilder, Error> {
        let read = |name: &str| {
            let found = set.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        };
        ClientBuilder::new().variables(read, set.iter().map(|(name, _)| OsString::from(name)))
    }

    #[test]
    fn variables() {
        let all =
            with(&[("IMPRINT_API_KEY", "k"), ("IMPRINT_ENVIRONMENT", "Production"), ("IMPRINT_MERCHANT_KEY", "m")]);
        let all = all.unwrap();
        assert_eq!(all.api_key, Some("k".into()));
        assert_eq!((all.environment, all.merchant_key.as_deref()), (Some(Environment::Production), Some("m")));

        let blanks =
            with(&[("IMPRINT_API_KEY", "k"), ("IMPRINT_ENVIRONMENT", ""), ("IMPRINT_BASE_URL", "https://a.b")]);
        let blanks = blanks.unwrap();
        assert_eq!((blanks.environment, blanks.base_url.as_deref()), (None, Some("https://a.b")));

        for (set, named) in [
            (&[][..], "IMPRINT_API_KEY"),
            (&[("IMPRINT_API_KEY", "")], "IMPRINT_API_KEY"),
            (&[("IMPRINT_API_KEY", "k"), ("IMPRINT_ENVIRONMENT", "stage")], "IMPRINT_ENVIRONMENT"),
        ] {
            let error = with(set).unwrap_err().to_string();
            assert!(error.starts_with(named), "{error}");
        }
        let refused = |set: &[(&str, &str)]| with(set).and_then(ClientBuilder::build).unwrap_err().to_string();
        let key = ("IMPRINT_API_KEY", "k");
        for (set, says) in [
            (&[("IMPRINT_API_KEY", "k\n")][..], "IMPRINT_API_KEY: the API key ends with a line end"),
            (&[key, ("IMPRINT_BASE_URL", "http://a.b")], "IMPRINT_BASE_URL: the base URL is plain http"),
            (&[key, ("IMPRINT_MERCHANT_KEY", " ")], "IMPRINT_MERCHANT_KEY: the merchant key is empty"),
            (
                &[key, ("IMPRINT_ENVIRONMENT", "sandbox"), ("IMPRINT_BASE_URL", "https://a.b")],
                "IMPRINT_ENVIRONMENT and IMPRINT_BASE_URL: both",
            ),
        ] {
            assert!(refused(set).starts_with(says), "{}", refused(set));
        }
        // An error about a setting made in code does not name a variable.
        let builder = || with(&[key, ("IMPRINT_BASE_URL", "https://a.b")]).unwrap();
        for (builder, says) in [
            (builder().base_url("nonsense"), "the base URL is not"),
            (builder().environment(Environment::Sandbox), "both an environment and a base URL"),
            (builder().merchant_key(" "), "the merchant key is empty"),
            (builder().api_key(" "), "the API key is empty"),
        ] {
            let error = builder.build().unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
        let secret = "hunter2";
        let odd = ClientBuilder::new().variables(|_| Err(VarError::NotUnicode(secret.into())), []);
        assert!(!format!("{:?}", odd.unwrap_err()).contains(secret));
    }

    #[test]
    fn misnamed_variables_are_pointed_at() {
        let key = ("IMPRINT_API_KEY", "k");
        // Names of the variable that is set, and of the one that is read.
        for (other, read, says) in [
            ("IMPRINT_ENV", "IMPRINT_ENVIRONMENT", "calls would go to the sandbox"),
            ("imprint_environment", "IMPRINT_ENVIRONMENT", "calls would go to the sandbox"),
            ("IMPRINT_URL", "IMPRINT_BASE_URL", "calls would go to the sandbox"),
            ("IMPRINT_BASEURL", "IMPRINT_BASE_URL", "calls would go to the sandbox"),
            ("IMPRINT_MERCHANT", "IMPRINT_MERCHANT_KEY", "calls would name no product"),
            ("IMPRINT_KEY", "IMPRINT_API_KEY", "rename it"),
            ("IMPRINT_API_TOKEN", "IMPRINT_API_KEY", "rename it"),
            ("imprint_api_key", "IMPRINT_API_KEY", "rename it"),
        ] {
            let required = read == "IMPRINT_API_KEY";
            let base = if required { ("IMPRINT_LOG_LEVEL", "debug") } else { key };
            for right in ["", "unset"] {
                let set = [base, (other, "hunter2"), (if right.is_empty() { read } else { "PATH" }, "")];
                let error = with(&set).unwrap_err();
                let Error::Config(config) = &error else { panic!("{error:?}") };
                let shown = format!("{error} {error:?}");
                assert_eq!(config.setting(), read);
                assert!(shown.contains(other) && shown.contains(read) && shown.contains(says), "{shown}");
                assert!(!shown.contains("hunter2"), "{shown}");
            }
            // With the right variable set, or the other one empty, there is nothing to say.
            let good = if read == "IMPRINT_ENVIRONMENT" { "sandbox" } else { "https://a.b" };
            assert!(with(&[base, (other, "hunter2"), (read, good)]).is_ok(), "{other}");
            let empty = with(&[base, (other, "")]).map_err(|error| error.to_string());
            assert_eq!(empty.is_ok(), !required, "{other}");
            assert!(empty.err().is_none_or(|problem| !problem.contains(other)));
        }
        let error = with(&[key, ("IMPRINT_BASE_URL", "https://a.b"), ("IMPRINT_ENV", "x")]).unwrap_err().to_string();
        assert!(error.contains("calls would go to the URL in IMPRINT_BASE_URL"), "{error}");
        // With an environment, another URL may be the application's own. So may the products of a partner with several.
        assert!(with(&[key, ("IMPRINT_ENVIRONMENT", "production"), ("IMPRINT_API_URL", "x")]).is_ok());
        assert!(with(&[key, ("IMPRINT_MERCHANT_KEY_US", "a"), ("IMPRINT_MERCHANT_KEY_EU", "b")]).is_ok());
        let both = with(&[("IMPRINT_TOKEN", "hunter2"), ("IMPRINT_KEY", "hunter2")]).unwrap_err().to_string();
        assert!(both.contains("IMPRINT_KEY, IMPRINT_TOKEN are set") && !both.contains("hunter2"), "{both}");
        // Variables of the application are no hint, and no error.
        let own =
            [("IMPRINT_WEBHOOK_TOKEN", "hunter2"), ("IMPRINT_WEBHOOK_SECRET", "hunter2"), ("IMPRINT_TIMEOUT", "7")];
        assert!(with(&[&own[..], &[key]].concat()).is_ok());
        assert!(!with(&own).unwrap_err().to_string().contains("WEBHOOK"));
        // A value that cannot be read counts as set.
        let read = |name: &str| match name {
            "IMPRINT_API_KEY" => Ok("k".to_owned()),
            "IMPRINT_ENV" => Err(VarError::NotUnicode("hunter2".into())),
            _ => Err(VarError::NotPresent),
        };
        let error = ClientBuilder::new().variables(read, ["IMPRINT_ENV".into()]).unwrap_err();
        assert!(error.to_string().starts_with("IMPRINT_ENV is set") && !format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown =
            format!("{:?}", builder().api_key("hunter2").base_url("https://u:hunter2@a.b").merchant_key("hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
