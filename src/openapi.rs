//! The OpenAPI document that this client is generated from, as text: for programs that read documents.
//!
//! [`DOCUMENT`] is Imprint's OpenAPI 3.1 document after the corrections of this crate, as JSON in one line of about
//! 120 KB, with the keys of every map in order. Without the feature `openapi` it is not in your program.
//!
//! **What is corrected.** Imprint's document has mistakes: names that answers do not use, an operation that is missing,
//! values that are required and not always sent. The corrections are the actions of `openapi/overlay.yaml` in this crate,
//! each with its reason. Nothing else is changed: this is the document before it is prepared for the generator of this
//! crate, so it still has its limits, patterns, defaults, examples, webhooks and the schemas of errors.
//!
//! **What is marked.** Two keywords are added to schemas, and tell a program what it must not print or keep:
//!
//! - `x-imprint-secret: true` is on keys, card numbers, security codes, social security numbers and tokens. In the types
//!   of this crate they are a [`Secret`](crate::Secret).
//! - `x-imprint-personal: true` is on names, addresses, dates of birth, phone numbers and mail addresses. The `Debug` of
//!   the types of this crate does not print them.
//!
//! A mark stands on the schema of the property or parameter itself; beside `$ref` if the schema is a reference. On a list
//! or map of plain values it holds for all of its values. An object that holds personal data has no mark: its properties
//! have. The value `false` says that a place is neither, although its name sounds like it. The schemas of error bodies and
//! webhooks are marked by the same rules; headers of answers are not marked.
//!
//! **Who uses it**: partners who generate a client in another language, programs that send requests made from a schema
//! to test a service, and servers for tests that imitate Imprint.
//!
//! ```
//! use imprint_client::openapi;
//!
//! let document: serde_json::Value = serde_json::from_str(openapi::DOCUMENT)?;
//! let paths = document["paths"].as_object().ok_or("the document has no paths")?;
//! let mut ids: Vec<&str> = Vec::new();
//! for operation in paths.values().filter_map(|path| path.as_object()).flat_map(|path| path.values()) {
//!     ids.extend(operation["operationId"].as_str());
//! }
//! assert!(ids.contains(&"getCustomer") && ids.contains(&"createOrder"));
//!
//! let key = &document["components"]["schemas"]["Key"]["properties"]["key"];
//! assert_eq!(key["x-imprint-secret"], true);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Imprint's OpenAPI document with the corrections of this crate and the marks of secrets and personal data, as JSON.
///
/// It is that of the version of this crate: a later version may have a later document.
pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));
