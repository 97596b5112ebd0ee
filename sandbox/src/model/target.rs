//! Where a webhook may be sent to: the machine itself and its private networks, by http.
//!
//! Nothing else is accepted, so that a test cannot send made-up events, signed with a token, to a real system.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use serde::{Deserialize, Serialize};

/// The address of a receiver.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    host: String,
    port: u16,
    /// With the query, which may carry a secret of the receiver.
    path_and_query: String,
}

/// Endings of names that exist in private networks only.
const PRIVATE_ENDINGS: [&str; 2] = [".internal", ".localhost"];

impl Target {
    /// Reads a URL. The error says what is wrong with it, without its query.
    pub fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.trim().parse().map_err(|_| {
            "the URL of the receiver cannot be read; write it as http://127.0.0.1:9000/webhooks".to_owned()
        })?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(
                    "the sandbox sends webhooks without TLS: name the receiver by http, behind whatever ends TLS \
                            for it"
                        .into(),
                );
            }
            Some(_) | None => return Err("the URL of the receiver has to begin with http://".into()),
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err("the URL of the receiver has a user name or a password, which the sandbox does not send".into());
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        let is_allowed = match address {
            Some(address) if address.is_unspecified() => {
                return Err(format!("{host} is an address to listen at and none to send to: name 127.0.0.1"));
            }
            Some(address) => is_private(address),
            None => is_private_name(&host),
        };
        if !is_allowed {
            return Err(format!(
                "`{host}` may be outside of this network: the sandbox sends webhooks to loopback, to private addresses and \
                 to names without a dot only"
            ));
        }
        let sent = uri.path_and_query().map_or("", |path| path.as_str());
        // A URL may begin its query right after the host; a request may not.
        let path_and_query = if sent.starts_with('/') { sent.to_owned() } else { format!("/{sent}") };
        Ok(Self { host, port: uri.port_u16().unwrap_or(80), path_and_query })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the first line of a request has.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or_default()
    }

    /// Host and port, as the header `host` has them.
    pub fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

/// Without the query.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The addresses at which clouds give a machine its credentials. They look like those of a private network.
const CREDENTIALS: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254))];

/// Whether an address is of this machine or of a private network, and none that gives credentials.
pub fn is_private(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if CREDENTIALS.contains(&address) {
        return false;
    }
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

fn is_private_name(host: &str) -> bool {
    // A name whose last part is a number is read as an address by some systems, in whatever notation.
    let is_number = host.bytes().all(|b| b.is_ascii_digit() || b == b'.') || host.starts_with("0x");
    let is_private = !host.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| host.ends_with(ending));
    !host.is_empty() && !is_number && is_private
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_private_networks_are_accepted_and_the_query_is_kept() {
        for (url, host, port, path) in [
            ("http://127.0.0.1:9000/imprint?key=a&b", "127.0.0.1", 9_000, "/imprint?key=a&b"),
            ("http://localhost", "localhost", 80, "/"),
            ("http://localhost?a=b", "localhost", 80, "/?a=b"),
            ("http://my_shop:8080/a#b", "my_shop", 8_080, "/a"),
            ("http://[::1]:9000/", "::1", 9_000, "/"),
            ("http://10.1.2.3/a", "10.1.2.3", 80, "/a"),
            ("http://192.168.0.7/a", "192.168.0.7", 80, "/a"),
            ("http://[fd00::1]/a", "fd00::1", 80, "/a"),
            ("HTTP://Shop:8080/a%20b", "shop", 8_080, "/a%20b"),
            ("http://host.docker.internal:9000/", "host.docker.internal", 9_000, "/"),
        ] {
            let target = Target::parse(url).unwrap_or_else(|e| panic!("{url}: {e}"));
            assert_eq!((target.host(), target.port(), target.path_and_query()), (host, port, path));
        }
    }

    #[test]
    fn everything_else_is_refused_with_a_reason() {
        for (url, reason) in [
            ("https://localhost/", "without TLS"),
            ("ftp://localhost/", "begin with http://"),
            ("localhost:9000", "begin with http://"),
            ("/imprint", "begin with http://"),
            ("http://", "cannot be read"),
            ("http://me:word@localhost/", "password"),
            ("http://8.8.8.8/", "outside of this network"),
            ("http://169.254.169.254/latest", "outside of this network"),
            ("http://[::ffff:169.254.169.254]/", "outside of this network"),
            ("http://[fd00:ec2::254]/", "outside of this network"),
            ("http://172.32.0.1/", "outside of this network"),
            ("http://[2001:db8::1]/", "outside of this network"),
            ("http://[::ffff:8.8.8.8]/", "outside of this network"),
            ("http://example.com/", "outside of this network"),
            ("http://134744072/", "outside of this network"),
            ("http://0x8080808/", "outside of this network"),
            ("http://0.0.0.0:9000/", "name 127.0.0.1"),
        ] {
            let error = Target::parse(url).expect_err(url);
            assert!(error.contains(reason) && !error.contains("word@"), "{url}: {error}");
        }
    }

    #[test]
    fn what_is_shown_has_no_query() {
        let target = Target::parse("http://localhost:9000/imprint?secret=s3cret").expect("a target");
        assert_eq!(format!("{target} {target:?}"), "http://localhost:9000/imprint http://localhost:9000/imprint");
    }
}
