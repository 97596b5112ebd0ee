//! What answers made by hand have beside a value or a body: the status, the headers and the number of attempts.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

#[derive(Clone)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) attempts: Attempts,
}

/// How often a call was tried.
#[derive(Clone, Copy)]
pub(super) struct Attempts {
    given: u32,
    /// Whether the API may have acted on an attempt before the last one.
    pub(super) earlier_may_have_been_processed: bool,
}

impl Attempts {
    pub(super) const ONE: Self = Self { given: 1, earlier_may_have_been_processed: false };

    #[track_caller]
    pub(super) fn set(&mut self, count: u32) {
        assert!(count > 0, "an answer comes after at least one attempt");
        self.given = count;
    }

    /// How often the call was tried: at least twice if there was an earlier attempt.
    pub(super) fn count(self) -> u32 {
        if self.earlier_may_have_been_processed { self.given.max(2) } else { self.given }
    }
}

impl Head {
    #[track_caller]
    pub(super) fn new(status: u16) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else { panic!("{status} is no status: use one from 100 to 999") };
        Self { status, headers: HeaderMap::new(), attempts: Attempts::ONE }
    }

    /// Adds a header; those of the same name stay.
    #[track_caller]
    pub(super) fn header(&mut self, name: &str, value: &str) {
        let Ok(name) = name.parse::<HeaderName>() else { panic!("`{name}` cannot be the name of a header") };
        // The value is not shown: it may be a secret.
        let Ok(value) = HeaderValue::from_str(value) else {
            panic!("the value of `{name}` cannot be sent in a header")
        };
        self.headers.append(name, value);
    }
}
