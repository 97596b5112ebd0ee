//! Values that Imprint's guides have and the document's lists of values lack.
//!
//! The sandbox answers and sends them, so the comparison with the document lets them pass. No other value may differ.

use serde_json::Value;

use super::violation::Violation;

/// Each by the name of its field.
const LISTED: [(&str, &str); 2] = [("status", "REQUIRES_CONFIRMATION"), ("type", "DELAYED")];

/// Whether a violation is a value that the document is known to lack.
pub fn is_listed_drift(body: Option<&Value>, violation: &Violation) -> bool {
    let value = body.and_then(|body| body.pointer(&violation.pointer)).and_then(Value::as_str);
    let field = violation.pointer.rsplit('/').next().unwrap_or_default();
    value.is_some_and(|value| LISTED.contains(&(field, value)))
}
