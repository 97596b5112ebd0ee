//! The requests that an account received: the list, waiting for more, and what a test asserts about them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::program::failure::Failure;
use crate::sandbox::{Requests, Sandbox};

use super::call::{Call, Outcome, ok};
use super::{verdict, views};

/// How many requests an answer has at most, unless the request says how many.
const LIMIT: usize = 100;

/// Which requests are wanted.
#[derive(Default, Deserialize)]
struct Filter {
    operation: Option<String>,
    method: Option<String>,
    status: Option<u16>,
}

impl Filter {
    fn of(self, sandbox: &Sandbox) -> Result<Requests, Failure> {
        let mut requests = sandbox.requests();
        if let Some(operation) = self.operation {
            requests = to(sandbox, requests, &operation)?;
        }
        if let Some(method) = self.method {
            requests = requests.method(&method.to_ascii_uppercase());
        }
        if let Some(status) = self.status {
            requests = requests.status(status);
        }
        Ok(requests)
    }
}

/// Those to an operation.
fn to(sandbox: &Sandbox, requests: Requests, operation: &str) -> Result<Requests, Failure> {
    sandbox.has_operation(operation).map_err(|why| Failure::invalid("operation", why))?;
    Ok(requests.to(operation))
}

#[derive(Deserialize)]
struct Listed {
    #[serde(flatten)]
    filter: Filter,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

pub async fn list(mut call: Call) -> Outcome {
    let Listed { filter, after, limit } = call.query()?;
    let requests = filter.of(&call.sandbox)?;
    let mut wanted: Vec<_> = requests.iter().filter(|request| request.sequence > after).collect();
    // A request is written down when its answer is made, which another one may overtake.
    wanted.sort_by_key(|request| request.sequence);
    wanted.truncate(limit.unwrap_or(LIMIT));
    let dropped = requests.dropped();
    ok(json!({ "requests": wanted.into_iter().map(views::request).collect::<Vec<_>>(), "dropped": dropped }))
}

#[derive(Deserialize)]
struct Verified {
    #[serde(default = "yes")]
    none_doubled: bool,
    #[serde(default)]
    no_refusals: bool,
    #[serde(default)]
    counts: BTreeMap<String, u64>,
}

fn yes() -> bool {
    true
}

pub async fn verify(mut call: Call) -> Outcome {
    let Verified { none_doubled, no_refusals, counts } = call.body()?;
    let mut found = call.sandbox.verify().err().map(verdict::unverified).unwrap_or_default();
    let requests = call.sandbox.requests();
    if none_doubled {
        found.extend(requests.check_none_doubled().err().map(|why| verdict::found("doubled", why)));
    }
    if no_refusals {
        found.extend(requests.check_no_refusals().err().map(|why| verdict::found("refused", why)));
    }
    for (operation, count) in counts {
        let checked = to(&call.sandbox, requests.clone(), &operation)?.check_count(count);
        found.extend(checked.err().map(|why| verdict::found("count", why)));
    }
    let Some(first) = found.first().and_then(|first| first["message"].as_str()) else {
        return ok(json!({ "verified": true }));
    };
    let message = match found.len() {
        1 => first.to_owned(),
        count => format!("{count} things were found that the test should not rest on; the first: {first}"),
    };
    Err(Failure::unmet("UNVERIFIED_ERROR", message, found.into()))
}

#[derive(Deserialize)]
struct Awaited {
    #[serde(flatten)]
    filter: Filter,
    count: u64,
    seconds: Option<f64>,
}

pub async fn wait(mut call: Call) -> Outcome {
    let Awaited { filter, count, seconds } = call.body()?;
    let requests = filter.of(&call.sandbox)?;
    let patience = super::duration("seconds", seconds)?.unwrap_or(Duration::from_secs(10));
    let waited = call.unless_stopping(requests.wait_for_within(count, patience)).await?;
    let view = |requests: &Requests| requests.iter().map(views::request).collect::<Vec<_>>();
    let requests = waited.map_err(|few| {
        let message = few.to_string();
        Failure::unmet("TOO_FEW_REQUESTS_ERROR", message, view(&few.requests).into())
    })?;
    ok(json!({ "requests": view(&requests), "dropped": requests.dropped() }))
}
