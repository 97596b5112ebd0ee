//! The environment variables that the client reads, and the search for variables that are probably meant for it but have
//! another name.
//!
//! The hazard is a silent one: a client that does not read `IMPRINT_ENV=production` goes to the sandbox. So such a
//! variable is an error while the right one is not set. An application may have variables of its own that begin with
//! `IMPRINT_`, so only names that can hardly mean anything else are taken for a mistake.

use std::env::VarError;
use std::ffi::OsString;

use crate::error::ConfigError;

pub(super) const API_KEY: &str = "IMPRINT_API_KEY";
pub(super) const ENVIRONMENT: &str = "IMPRINT_ENVIRONMENT";
pub(super) const BASE_URL: &str = "IMPRINT_BASE_URL";
pub(super) const MERCHANT_KEY: &str = "IMPRINT_MERCHANT_KEY";

/// With this all variables of the client begin.
const PREFIX: &str = "IMPRINT_";

/// The variables that are read, and names in place of which they are meant: without the prefix, in capital letters and
/// without underscores.
const READ: [(&str, &[&str]); 4] = [
    (
        API_KEY,
        &[
            "KEY",
            "TOKEN",
            "SECRET",
            "SECRETKEY",
            "APITOKEN",
            "APISECRET",
            "APISECRETKEY",
            "ACCESSKEY",
            "ACCESSTOKEN",
            "AUTHKEY",
            "AUTHTOKEN",
            "BEARERTOKEN",
            "CLIENTSECRET",
        ],
    ),
    (ENVIRONMENT, &["ENV", "ENVIRON", "ENVNAME", "ENVIRONMENTNAME", "APIENV", "APIENVIRONMENT"]),
    (
        BASE_URL,
        &[
            "URL",
            "URI",
            "ENDPOINT",
            "ENDPOINTURL",
            "BASEURI",
            "SERVERURL",
            "APIURL",
            "APIURI",
            "APIHOST",
            "APIBASE",
            "APIBASEURL",
            "APIBASEURI",
            "APIENDPOINT",
        ],
    ),
    (MERCHANT_KEY, &["MERCHANT", "MERCHANTAPIKEY", "APIMERCHANTKEY", "PRODUCTKEY"]),
];

/// The environment variables of the process, or those of a test.
pub(super) struct Variables<R> {
    read: R,
    /// The names of all variables that begin with the prefix.
    names: Vec<String>,
}

impl<R: Fn(&str) -> Result<String, VarError>> Variables<R> {
    /// `read` gives the value of a variable, `names` are those of all variables.
    pub(super) fn new(read: R, names: impl IntoIterator<Item = OsString>) -> Self {
        let names = names.into_iter().filter_map(|name| name.into_string().ok());
        let mut names: Vec<String> = names.filter(|name| without_prefix(name).is_some()).collect();
        // So that errors do not depend on the order of the environment.
        names.sort();
        Self { read, names }
    }

    /// The value of a variable that must be there.
    pub(super) fn required(&self, name: &'static str, what_to_do: &str) -> Result<String, ConfigError> {
        if let Some(value) = self.value(name)? {
            return Ok(value);
        }
        let hint = match &self.meant_for(name)[..] {
            [] => String::new(),
            [one] => format!("; {one} is set, but it is not read: rename it if it is meant for the client"),
            several => format!("; {} are set, but they are not read: rename the one that is meant", several.join(", ")),
        };
        Err(ConfigError::new(name, format!("{name} is not set; {what_to_do}{hint}")))
    }

    /// The value of a variable. An empty one counts as not set, because many tools that set variables cannot omit one.
    pub(super) fn value(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        match (self.read)(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(ConfigError::new(name, format!("{name} is not valid Unicode"))),
        }
    }

    /// Refuses a variable that is probably meant in the place of this one, which is not set. `consequence` says what would
    /// happen without an error.
    pub(super) fn refuse_misnamed(&self, name: &'static str, consequence: &str) -> Result<(), ConfigError> {
        match self.meant_for(name).first() {
            Some(other) if self.value(name)?.is_none() => Err(ConfigError::new(
                name,
                format!(
                    "{other} is set, but the client does not read it: it reads {name}, which is not set, so that \
                     {consequence}; rename {other} to {name}, or to another name if it is not meant for the client"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The variables that are set and are probably meant for this one.
    fn meant_for(&self, name: &str) -> Vec<&str> {
        let is_set = |name: &str| match (self.read)(name) {
            Ok(value) => !value.is_empty(),
            Err(VarError::NotUnicode(_)) => true,
            Err(VarError::NotPresent) => false,
        };
        let names = self.names.iter().map(String::as_str);
        names.filter(|other| meant(other) == Some(name) && is_set(other)).collect()
    }
}

/// The variable of the client that another variable is probably meant for.
fn meant(name: &str) -> Option<&'static str> {
    if READ.iter().any(|(read, _)| *read == name) {
        return None;
    }
    // An error shows the name, so one that could forge a line of a log is left out.
    let rest = without_prefix(name).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_graphic()))?;
    // `IMPRINT_MERCHANT_KEY_US` beside others of its kind is the application's own.
    let continues = |(read, _): &(&str, _)| {
        name.len() > read.len() + 1
            && name.get(..read.len()).is_some_and(|start| start.eq_ignore_ascii_case(read))
            && name.as_bytes()[read.len()] == b'_'
    };
    if READ.iter().any(continues) {
        return None;
    }
    let rest = normalized(rest);
    let is_meant = |&&(read, synonyms): &&(&str, &[&str])| {
        let own = normalized(read.strip_prefix(PREFIX).unwrap_or(read));
        // One slip of the fingers in five letters: two in `ENVIRONMENT`, one in `APIKEY`.
        synonyms.contains(&rest.as_str()) || distance(&rest, &own) <= own.len() / 5
    };
    READ.iter().find(is_meant).map(|(read, _)| *read)
}

/// The rest of a name that begins with the prefix, in any letter case.
fn without_prefix(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

/// The letters and digits of a name, in capital letters.
fn normalized(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// How many letters have to be added, removed, replaced or exchanged with the next one to make one text of another.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // `lines[i][j]` is the distance of the first `i` letters of the one and the first `j` letters of the other.
    let mut lines: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut line = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = lines[i][j] + usize::from(a != b);
            let mut least = replaced.min(lines[i][j + 1] + 1).min(line[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(lines[i - 1][j - 1] + 1);
            }
            line.push(least);
        }
        lines.push(line);
    }
    lines[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_recognized() {
        for (read, others) in [
            (
                API_KEY,
                "IMPRINT_KEY IMPRINT_API_TOKEN IMPRINT_APIKEY IMPRINT_SECRET_KEY IMPRINT_TOKEN IMPRINT_API_SECRET \
                 imprint_api_key Imprint_Api_Key IMPRINT_API-KEY IMPRINT_API_KEYS IMPRINT_AIP_KEY IMPRINT_API_KE \
                 IMPRINT_API_KEY_ IMPRINT__API_KEY imprint_key IMPRINT_ACCESS_TOKEN",
            ),
            (
                ENVIRONMENT,
                "IMPRINT_ENV IMPRINT_ENVIROMENT IMPRINT_ENVIRNOMENT IMPRINT_ENVIORMENT IMPRINT_ENVIRONMENTS \
                 IMPRINT_ENVIRON IMPRINT_API_ENV imprint_env imprint_environment IMPRINT_ENV_NAME",
            ),
            (
                BASE_URL,
                "IMPRINT_URL IMPRINT_BASEURL IMPRINT_BASE_URI IMPRINT_API_URL IMPRINT_API_BASE_URL IMPRINT_BASE_ULR \
                 IMPRINT_ENDPOINT IMPRINT_API_HOST imprint_url IMPRINT_BASE_URLS",
            ),
            (
                MERCHANT_KEY,
                "IMPRINT_MERCHANT IMPRINT_MERCHANTKEY IMPRINT_MERCHANT_KYE IMPRINT_MERCHNAT_KEY imprint_merchant \
                 IMPRINT_MARCHANT_KEY IMPRINT_PRODUCT_KEY",
            ),
        ] {
            for other in others.split_ascii_whitespace() {
                assert_eq!(meant(other), Some(read), "{other}");
            }
        }
    }

    #[test]
    fn variables_of_applications_are_left_alone() {
        for name in "IMPRINT_WEBHOOK_TOKEN IMPRINT_WEBHOOK_SECRET IMPRINT_WEBHOOK_KEY IMPRINT_WEBHOOK_URL \
                     IMPRINT_SIGNING_TOKEN IMPRINT_SIGNING_KEY IMPRINT_LOG_LEVEL IMPRINT_TIMEOUT IMPRINT_RETRIES \
                     IMPRINT_DEBUG IMPRINT_ENABLED IMPRINT_API_VERSION IMPRINT_API_KEY_FILE IMPRINT_API_KEY_ID \
                     IMPRINT_API_TIMEOUT IMPRINT_ENV_FILE IMPRINT_DATABASE_URL IMPRINT_DB_URL IMPRINT_CALLBACK_URL \
                     IMPRINT_REDIRECT_URI IMPRINT_PROXY_URL IMPRINT_MERCHANT_NAME IMPRINT_MERCHANT_ID IMPRINT_PARTNER_ID \
                     IMPRINT_HOST IMPRINT_PORT IMPRINT_PUBLIC_KEY IMPRINT_PRIVATE_KEY IMPRINT_CA_FILE IMPRINT_TOKEN_TTL \
                     IMPRINT_BASE_PATH IMPRINT_QUEUE_HOST IMPRINT_MERCHANT_KEY_US imprint_merchant_key_b IMPRINT_ENVIRONMENT_ID IMPRINT_TEST_LOOPBACK IMPRINT_CLIENT_TEST_CHILD \
                     IMPRINT_ IMPRINT_X IMPRINT IMPRINTER_ENV MY_IMPRINT_ENV ENV API_KEY IMPRIN IMPRINÜ_ENV \
                     IMPRINT_API_KEY IMPRINT_ENVIRONMENT IMPRINT_BASE_URL IMPRINT_MERCHANT_KEY"
            .split_ascii_whitespace()
        {
            assert_eq!(meant(name), None, "{name}");
        }
        for name in ["IMPRINT_ENV\nforged", "IMPRINT_EN\nV", "IMPRINT_ENVIRONMENT ", "IMPRINT_ENVIRONMENT\u{200b}"] {
            assert_eq!(meant(name), None, "{name:?}");
        }
    }

    #[test]
    fn no_name_is_near_to_two_variables() {
        for (read, synonyms) in READ {
            for synonym in synonyms {
                assert_eq!(*synonym, normalized(synonym));
                assert_eq!(meant(&format!("{PREFIX}{synonym}")), Some(read), "{synonym}");
                let lists = READ.iter().filter(|(_, others)| others.contains(synonym)).count();
                assert_eq!(lists, 1, "{synonym}");
            }
        }
    }

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "acb", 1),
            ("abcd", "badc", 2),
            ("abc", "abcd", 1),
            ("abc", "bc", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }
}
