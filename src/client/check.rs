//! Checks the settings of a client. Every error says what to change. No error repeats the value, because it may be a
//! key; only the host of a URL with plain http is named.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::header::HeaderValue;
use reqwest::{ClientBuilder, Url};

use super::Environment;
use crate::call::headers;
use crate::error::ConfigError;
use crate::value::{CredentialProblem, Secret};

/// Returns the base URL, after checking that a key may be sent there. `plain_http_to` has the hosts to which plain http
/// is allowed beside this machine.
pub(super) fn base_url(
    environment: Option<Environment>,
    base_url: Option<&str>,
    plain_http_to: &[String],
) -> Result<Url, ConfigError> {
    plain_http_to.iter().try_for_each(|host| plain_http_host(host))?;
    let refuse = |problem| Err(ConfigError::new("base_url", problem));
    let text = match (environment, base_url) {
        (Some(_), Some(_)) => {
            return Err(ConfigError::new("environment", "both an environment and a base URL are set; set one of them"));
        }
        (environment, None) => environment.unwrap_or_default().base_url(),
        (None, Some(text)) => text,
    };
    // The parser would remove these characters without an error.
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refuse("the base URL holds white space or a line end; remove it");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("the base URL is not an absolute URL such as https://dev.sbx.imprint.co");
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            let host = url.host_str().unwrap_or_default();
            if !plain_http_to.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
                return Err(ConfigError::new("base_url", plain_http_problem(host)));
            }
        }
        _ => return refuse("the base URL is not an https URL"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("the base URL holds a user name or password; remove it, the API key is all there is");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("the base URL holds a query or a fragment; remove it");
    }
    if url.path().trim_end_matches('/').ends_with("/v2") {
        return refuse("the base URL ends in /v2, with which every path of the API begins; remove it");
    }
    Ok(url)
}

/// The problem of a base URL with plain http, which names its host.
fn plain_http_problem(host: &str) -> String {
    let problem = "the base URL is plain http, which would send the API key in the clear; use https";
    // Advice that would be refused is not given.
    if plain_http_host(host).is_err() {
        return problem.to_owned();
    }
    format!(
        "{problem}, or call allow_plain_http_to(\"{host}\") if that host is a test server of yours; the API key would be \
         readable on the network"
    )
}

/// The domain of Imprint's own hosts. Partners may be given hosts in it that are not known here.
const IMPRINT_DOMAIN: &str = "imprint.co";

/// Checks the name of a host to which plain http is allowed.
fn plain_http_host(host: &str) -> Result<(), ConfigError> {
    let refuse = |problem| Err(ConfigError::new("allow_plain_http_to", problem));
    let is_usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '[' | ']' | ':');
    // A URL of the host must give the host back: this refuses a port, and numbers that stand for an address.
    let url = Url::parse(&format!("http://{host}/")).ok().filter(|_| host.chars().all(is_usual));
    if !url.and_then(|url| url.host_str().map(|read| read.eq_ignore_ascii_case(host))).unwrap_or(false) {
        return refuse(
            "allow_plain_http_to takes the name of a host such as mock-imprint, without scheme, port and path; give only \
             the name",
        );
    }
    let lower = host.trim_end_matches('.').to_ascii_lowercase();
    if lower == IMPRINT_DOMAIN || lower.strip_suffix(IMPRINT_DOMAIN).is_some_and(|sub| sub.ends_with('.')) {
        return refuse("allow_plain_http_to names a host of Imprint, which is no test server of yours; use https");
    }
    Ok(())
}

/// Whether the host is this machine, so that unencrypted requests do not leave it.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|ip| ip.parse().ok())
            .is_some_and(|ip: Ipv6Addr| ip.is_loopback())
}

/// Host and port of a URL, without anything that may be private: no user name, no path, no query.
pub(super) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns the key, after checking that it can be sent.
pub(super) fn api_key(key: Option<&Secret>) -> Result<&Secret, ConfigError> {
    let refuse = |problem: String| Err(ConfigError::new("api_key", problem));
    let Some(key) = key else {
        return refuse("there is no API key; set the one from the Imprint dashboard with api_key()".into());
    };
    let text = key.expose();
    match CredentialProblem::of(text) {
        Some(CredentialProblem::Blank) => {
            return refuse("the API key is empty or blank; set the one from the Imprint dashboard".into());
        }
        Some(problem) => return refuse(format!("the API key {problem}")),
        None => {}
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "the API key holds a space or another character that no key has; check where it comes from";
        return refuse(problem.into());
    }
    Ok(key)
}

/// The header that selects a product.
pub(super) fn merchant_key(key: &str) -> Result<HeaderValue, ConfigError> {
    let refuse = |problem: String| Err(ConfigError::new("merchant_key", problem));
    match CredentialProblem::of(key) {
        Some(CredentialProblem::Blank) => {
            return refuse("the merchant key is empty or blank; leave it out if you have one product only".into());
        }
        Some(problem) => return refuse(format!("the merchant key {problem}")),
        None => {}
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("the merchant key holds a space or another character that cannot be sent; remove it".into());
    }
    let mut value = HeaderValue::from_str(key).expect("visible ASCII is a header value");
    // The key of a product is not a secret, but it must not appear in the logs of the HTTP stack.
    value.set_sensitive(true);
    Ok(value)
}

/// Refuses default headers of the HTTP client that say where a request goes, which operation it calls, or where its body
/// ends. `host` would be sent in the place of the host of the URL, and a gateway that serves several hosts would pass the
/// calls, with the key, to another one. Other headers of the caller replace none of ours, because ours are set on each
/// request.
pub(super) fn default_headers(http: &ClientBuilder) -> Result<(), ConfigError> {
    // The builder has no accessors, but its `Debug` names the headers. A quotation mark in a value is escaped there. The
    // addresses that the caller has set for names come after them, and `host` may be such a name.
    let set = format!("{http:?}");
    let set_by_caller = set.rsplit_once(", dns_overrides: {").map_or(&*set, |(before, _)| before);
    match headers::refused_as_default().find(|name| set_by_caller.contains(&format!("\"{name}\": "))) {
        Some("host") => {
            let problem = "the HTTP client has a default header `host`; remove it, the host is that of the base URL";
            Err(ConfigError::new("http", problem))
        }
        Some(name) => {
            let problem = "changes where a request goes or how it is read; remove it from default_headers()";
            Err(ConfigError::new("http", format!("the HTTP client has a default header `{name}`, which {problem}")))
        }
        None => Ok(()),
    }
}

/// The name and version of this crate, and those of the application.
pub(super) fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, ConfigError> {
    const OWN: &str = concat!("imprint-client/", env!("CARGO_PKG_VERSION"));
    let Some(suffix) = suffix else {
        return Ok(HeaderValue::from_static(OWN));
    };
    let printable = suffix.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    match HeaderValue::from_str(&format!("{OWN} {}", suffix.trim())) {
        Ok(value) if printable && !suffix.trim().is_empty() => Ok(value),
        _ => Err(ConfigError::new(
            "user_agent_suffix",
            "the suffix of the user agent is blank or holds what cannot be sent; use printable ASCII such as acme/1.2",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<String, String> {
        base_url(None, Some(text), &[]).map(|url| url.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn urls_that_a_key_may_be_sent_to() {
        for text in [
            "https://dev.imprint.co",
            "https://gateway.example.com:8443/imprint/",
            "http://localhost:8080",
            "http://LOCALHOST",
            "http://127.0.0.1:1",
            "http://127.8.9.10",
            "http://[::1]:8080/base",
        ] {
            assert!(url(text).is_ok(), "{text}: {:?}", url(text));
        }
        assert_eq!(base_url(None, None, &[]).unwrap().as_str(), "https://dev.sbx.imprint.co/");
        let production = base_url(Some(Environment::Production), None, &[]).unwrap();
        assert_eq!(production.as_str(), "https://dev.imprint.co/");
    }

    #[test]
    fn urls_that_it_may_not() {
        for (text, word) in [
            ("http://dev.imprint.co", "https"),
            ("http://localhost.example.com", "https"),
            ("http://128.0.0.1", "https"),
            ("http://[::2]", "https"),
            ("http://10.0.0.1", "https"),
            ("ftp://dev.imprint.co", "https"),
            ("file:///a", "https"),
            ("dev.imprint.co", "absolute"),
            ("", "absolute"),
            ("https://hunter2@dev.imprint.co", "user name"),
            ("https://u:hunter2@dev.imprint.co", "user name"),
            ("http://localhost@example.com", "https"),
            ("https://dev.imprint.co?key=hunter2", "query"),
            ("https://dev.imprint.co/?", "query"),
            ("https://dev.imprint.co#hunter2", "fragment"),
            ("https://dev.imprint.co\n", "line end"),
            (" https://dev.imprint.co", "white space"),
        ] {
            let problem = url(text).unwrap_err();
            assert!(problem.contains(word), "{text}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
        let both = base_url(Some(Environment::Sandbox), Some("https://dev.imprint.co"), &[]).unwrap_err();
        assert!(both.to_string().contains("both"));
    }

    #[test]
    fn plain_http_goes_only_to_the_hosts_that_are_named() {
        let check = |text: &str, hosts: &[&str]| {
            let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
            base_url(None, Some(text), &hosts).map(|url| url.to_string()).map_err(|error| error.to_string())
        };
        for (text, hosts) in [
            ("http://mock-imprint:8080", &["mock-imprint"][..]),
            ("http://MOCK-Imprint/base", &["mock-imprint"]),
            ("http://mock-imprint", &["Mock-Imprint"]),
            ("http://mock_imprint.", &["other", "mock_imprint."]),
            ("http://10.0.0.1:8080", &["10.0.0.1"]),
            ("http://[fd00::1]:8080", &["[fd00::1]"]),
            ("https://elsewhere.example.com", &["mock-imprint"]),
            ("http://localhost", &["mock-imprint"]),
        ] {
            assert!(check(text, hosts).is_ok(), "{text}: {:?}", check(text, hosts));
        }
        for (text, host) in [
            ("http://mock-imprint.example.com", "mock-imprint.example.com"),
            ("http://Other:8080/hunter2", "other"),
            ("http://hunter2:hunter2@other", "other"),
            ("http://10.0.0.2", "10.0.0.2"),
            ("http://[fd00::2]:80", "[fd00::2]"),
        ] {
            let problem = check(text, &["mock-imprint", "example.com", "10.0.0.1", "[fd00::1]"]).unwrap_err();
            let advice =
                format!("allow_plain_http_to(\"{host}\") if that host is a test server of yours; the API key would");
            assert!(problem.contains(&advice) && !problem.contains("hunter2"), "{problem}");
            assert!(!check(text, &[host]).is_err_and(|problem| problem.contains("plain http")), "{text}");
        }
        // Whoever allows plain http to one host allows nothing else by it.
        assert!(check("ftp://mock-imprint", &["mock-imprint"]).is_err());
        assert!(check("http://u:p@mock-imprint", &["mock-imprint"]).unwrap_err().contains("user name"));
        // No advice for the hosts of Imprint, because it would be refused.
        assert!(!check("http://dev.imprint.co", &[]).unwrap_err().contains("allow_plain_http_to"));
        for host in ["imprint.co", "api.imprint.co", "API.Imprint.CO.", "dev.sbx.imprint.co"] {
            assert!(check(&format!("http://{host}"), &[host]).unwrap_err().contains("a host of Imprint"), "{host}");
        }
        for host in ["notimprint.co", "imprint.co.example.com", "imprint-co"] {
            assert!(check(&format!("http://{host}"), &[host]).is_ok(), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_wherever_calls_go() {
        for host in [
            "",
            " ",
            "mock imprint",
            "mock-imprint ",
            "mock-imprint\n",
            "http://mock-imprint",
            "//mock-imprint",
            "mock-imprint/",
            "mock-imprint/hunter2",
            "mock-imprint:80",
            "mock-imprint:8080",
            "mock-imprint:hunter2",
            "hunter2@mock-imprint",
            "mock-imprint?hunter2",
            "mock-imprint#hunter2",
            "*",
            "*.example.com",
            "fd00::1",
            "[fd00::1]:80",
            "0x0a.1",
            "bücher.example.com",
            "mock%2dimprint",
            "dev.imprint.co",
            "DEV.SBX.Imprint.co",
            "dev.imprint.co.",
        ] {
            for url in [None, Some("https://example.com"), Some("http://mock-imprint")] {
                let error = base_url(None, url, &["mock-imprint".to_owned(), host.to_owned()]).unwrap_err();
                assert_eq!(error.setting(), "allow_plain_http_to", "{host}: {error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn keys() {
        let check = |key: &str| api_key(Some(&key.into())).map(|_| ()).map_err(|error| error.to_string());
        for key in ["4eC39HqLyjWDarjtT1zdp7dc", "test_", "a:b", "~!@#$%^&*()"] {
            assert_eq!(check(key), Ok(()), "{key}");
        }
        for (key, word) in [
            ("", "empty"),
            (" \t\n", "empty"),
            ("hunter2\n", "from a file"),
            ("hunter2\r\nX-Evil: 1", "a line end inside it"),
            ("hunter2 ", "space"),
            ("hun ter2", "space"),
            ("hunter2\0", "invisible"),
            ("hun\tter2", "invisible"),
            ("\u{feff}hunter2", "invisible"),
            ("hunter2\u{200b}", "invisible"),
            ("hun\u{a0}ter2", "invisible"),
            ("\"hunter2\"", "quotation mark"),
            ("'hunter2'", "quotation mark"),
            ("“hunter2”", "quotation mark"),
            ("hunter2\"", "quotation mark"),
            ("hünter2", "character"),
        ] {
            let problem = check(key).unwrap_err();
            assert!(problem.contains(word) && !problem.contains("ter2"), "{key:?}: {problem}");
        }
        assert!(api_key(None).is_err());
    }

    #[test]
    fn merchant_keys() {
        let value = merchant_key("acme-travel").unwrap();
        assert_eq!(value, "acme-travel");
        assert!(value.is_sensitive());
        for key in ["", " ", "a\nb", "a b", "ü", "\"a\"", "'a'", "“a”", "a\u{200b}", "\u{feff}a"] {
            assert!(merchant_key(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn user_agents() {
        let own = user_agent(None).unwrap();
        assert_eq!(own, concat!("imprint-client/", env!("CARGO_PKG_VERSION")));
        let with = user_agent(Some(" acme/1.2 (test)")).unwrap();
        assert_eq!(with.to_str().unwrap(), format!("{} acme/1.2 (test)", own.to_str().unwrap()));
        for suffix in ["", " ", "a\nb", "ü", "a\u{7f}"] {
            assert!(user_agent(Some(suffix)).is_err(), "{suffix:?}");
        }
    }
}
