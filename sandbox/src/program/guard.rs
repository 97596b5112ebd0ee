//! Whether a request may come from where it says it comes: a local server is reached by every web page that is open on
//! the machine.
//!
//! A page of a foreign site can send requests to it (cross-site request forgery), and a foreign name can lead to its address
//! (DNS rebinding), so that the page reads the answers as its own. Both show in headers that no page can set.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method};

/// What is allowed besides this machine.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Hosts that requests may name.
    pub hosts: Vec<String>,
    /// Origins whose scripts may call, as [`origin`] reads them.
    pub origins: Vec<String>,
}

impl Guard {
    /// Why a request is refused, if it is.
    pub fn refusal(&self, method: &Method, headers: &HeaderMap) -> Option<String> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if name_of(host).is_empty() {
            return Some("the request names no host in the header `host`".into());
        }
        if !self.knows(name_of(host)) {
            let name = shown(name_of(host));
            return Some(format!(
                "the request names the host {name}, which may lead here from anywhere (DNS rebinding); name the sandbox by \
                 its address, by localhost or by a name without a dot, or start it with --allow-host {name}"
            ));
        }
        if *method == Method::GET || *method == Method::HEAD || *method == Method::OPTIONS {
            return None;
        }
        let is_foreign = match headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
            Some(origin) => !is_own(origin, host) && !self.allows(origin),
            // A browser that sends no origin says at least this.
            None => headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site"),
        };
        is_foreign.then(|| {
            let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or("another site");
            let origin = shown(origin);
            format!(
                "the request comes from a web page of {origin}; to allow that, start the sandbox with --cors {origin}"
            )
        })
    }

    /// Whether scripts of pages of an origin may call.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }

    /// Whether a host cannot be a foreign name.
    fn knows(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is_address = name.parse::<IpAddr>().is_ok();
        // Nobody outside can own such a name.
        let is_private = !name.is_empty() && !name.contains('.')
            || [".localhost", ".internal"].iter().any(|ending| name.ends_with(ending));
        is_address || is_private || self.hosts.iter().any(|host| host.eq_ignore_ascii_case(&name))
    }
}

/// Reads an origin of the command line.
///
/// # Errors
///
/// If it is none: it has a path, or no scheme, or is `*`.
pub fn origin(text: &str) -> Result<String, String> {
    let wrong = || "an origin is a scheme, a host and perhaps a port, such as http://localhost:3000".to_owned();
    if text == "*" {
        return Err("every page of the internet could call the sandbox; name each origin".into());
    }
    let uri: http::Uri = text.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority))
            if text == format!("{}://{authority}", uri.scheme_str().unwrap_or_default())
                && !authority.as_str().contains('@') =>
        {
            let usual = if text.starts_with("https") { 443 } else { 80 };
            if authority.port_u16() == Some(usual) {
                return Err(format!(
                    "browsers leave the port {usual} out, so that this would never match: leave it out, too"
                ));
            }
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(wrong()),
    }
}

/// Reads a host of the command line.
///
/// # Errors
///
/// If it is more than a name: requests are compared by the name alone, so that one with a port would never match.
pub fn host(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    match is_name {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("a host is a name without a port, such as sandbox.example.com".into()),
    }
}

/// Whether a page of this origin was served at this host itself.
fn is_own(origin: &str, host: &str) -> bool {
    origin.strip_prefix("http://").is_some_and(|of| of.eq_ignore_ascii_case(host))
}

/// The host without its port and without the brackets of an IPv6 address.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// A text of a request in a message: short, and without anything that ends a line.
fn shown(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(guard: &Guard, method: &Method, headers: &[(&'static str, &str)]) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        guard.refusal(method, &map)
    }

    #[test]
    fn a_host_that_anybody_can_own_is_refused() {
        let guard = Guard { hosts: vec!["sandbox.example.com".into()], ..Guard::default() };
        for host in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "localhost",
            "LOCALHOST:80",
            "imprint:8080",
            "host.docker.internal:1",
            "a.localhost:3",
            "10.1.2.3",
            "sandbox.example.com:8080",
            "localhost.:1",
        ] {
            assert_eq!(refusal(&guard, &Method::GET, &[("host", host)]), None, "{host}");
        }
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example:1"] {
            let refused = refusal(&guard, &Method::GET, &[("host", host)]);
            assert!(refused.is_some_and(|why| why.contains("--allow-host")), "{host}");
        }
        assert!(refusal(&guard, &Method::GET, &[]).is_some(), "a request without a host");
    }

    #[test]
    fn a_page_of_another_site_changes_nothing() {
        let guard = Guard { origins: vec!["http://localhost:3000".into()], ..Guard::default() };
        let host = ("host", "localhost:8080");
        for origin in ["http://localhost:8080", "http://localhost:3000"] {
            assert_eq!(refusal(&guard, &Method::POST, &[host, ("origin", origin)]), None, "{origin}");
        }
        for origin in ["http://evil.example", "null", "https://localhost:8080", "http://localhost:8081", ""] {
            let refused = refusal(&guard, &Method::POST, &[host, ("origin", origin)]);
            assert!(refused.is_some_and(|why| why.contains("--cors")), "{origin}");
        }
        assert!(refusal(&guard, &Method::DELETE, &[host, ("sec-fetch-site", "cross-site")]).is_some());
        assert_eq!(refusal(&guard, &Method::POST, &[host]), None, "a program and no browser");
        assert_eq!(refusal(&guard, &Method::GET, &[host, ("origin", "http://evil.example")]), None);
    }

    #[test]
    fn an_origin_is_read_strictly() {
        assert_eq!(origin("HTTP://LocalHost:3000"), Err(origin("x/").unwrap_err()));
        assert_eq!(origin("http://localhost:3000"), Ok("http://localhost:3000".into()));
        assert_eq!(host("Sandbox.example.com"), Ok("sandbox.example.com".into()));
        for wrong in ["a.example:80", "http://a.example", "[::1]", ""] {
            assert!(host(wrong).is_err_and(|e| e.contains("without a port")), "{wrong}");
        }
        for wrong in [
            "*",
            "http://a.example:80",
            "https://a.example:443",
            "localhost:3000",
            "http://localhost:3000/",
            "http://a@b",
            "ftp://a",
            "null",
            "",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
