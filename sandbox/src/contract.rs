//! The contract with the API document: what each operation takes and answers, and whether a value keeps to it.
//!
//! The document is the one that the client is generated from, after the overlay and before the lowering, which removes
//! most constraints. This code shares nothing with lowering and emitting: otherwise a mistake in them would be on both
//! sides of a comparison and no test would find it.
//!
//! [`Contract::read`] reads the operations and checks every reference, so that nothing later can fail on a document
//! that was read. Schemas are compiled for validation one by one, when a value is checked against them for the first
//! time, and a contract is shared by all sandboxes of the process.

mod answer_members;
mod answers;
mod check;
mod compose;
mod document;
mod drift;
mod echo;
mod empty_text;
mod error_shape;
mod events;
mod example;
mod marks;
mod operation;
mod places;
mod references;
mod resolve;
mod resource;
mod route;
mod schema;
mod similar;
mod unknown_fields;
mod validate;
mod violation;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use jsonschema::Registry;
use serde_json::Value;

pub use answers::Undeclared;
pub use compose::PropertySet;
pub use document::DocumentError;
pub use drift::is_listed_drift;
pub use error_shape::ErrorShape;
pub use example::Sent;
pub use marks::Marked;
pub use operation::{Answer, Operation, Parameter};
pub use places::{Place, ValueKind, remove};
pub use route::Route;
pub use schema::Schema;
pub use similar::nearest;
pub use unknown_fields::UnknownField;
pub use violation::{Violation, of as violations};

/// The document, and what is derived from it once.
pub struct Contract {
    /// The document after the overlay.
    document: Value,
    version: String,
    operations: Vec<Operation>,
    /// The position of each operation, by its id.
    positions: BTreeMap<String, usize>,
    routes: route::Routes,
    /// The named schemas of the document. Each is copied when it is asked for.
    named: BTreeMap<String, OnceLock<Schema>>,
    /// The payloads of the webhooks, by the name of the webhook.
    webhooks: BTreeMap<String, Schema>,
    /// The names of the webhooks by the `object` of their events. Made when the first event is looked at.
    kinds: OnceLock<BTreeMap<String, String>>,
    /// The schema of `data` of each kind of event. Made when it is asked for.
    event_data: OnceLock<BTreeMap<String, Schema>>,
    /// The references that schemas have. Each points to something.
    references: Vec<String>,
    /// What the references of schemas point to, converted to JSON Schema. Made by the first check.
    referenced: OnceLock<Result<Registry<'static>, String>>,
    /// The names of the marked properties. Made by the first redaction.
    marked_names: OnceLock<marks::Names>,
}

impl Contract {
    /// The contract of the document that the client is generated from. It is read once per process.
    ///
    /// # Panics
    ///
    /// If that document cannot be read. It is part of the client, and a test reads it.
    pub fn shared() -> &'static Arc<Self> {
        static SHARED: LazyLock<Arc<Contract>> = LazyLock::new(|| {
            let contract = Contract::read(imprint_client::openapi::DOCUMENT);
            Arc::new(contract.unwrap_or_else(|e| panic!("the document of the client cannot be used: {e}")))
        });
        &SHARED
    }

    /// Reads an OpenAPI document, as JSON text.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or if an operation, a parameter or a reference cannot be understood. The error names
    /// the place and says what to do.
    pub fn read(document: &str) -> Result<Self, DocumentError> {
        document::read(document)
    }

    /// The version of the document, from `info.version`. Empty if it has none.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.get(*self.positions.get(id)?)
    }

    /// A schema of `components`.
    pub fn named(&self, name: &str) -> Option<&Schema> {
        let place = self.named.get(name)?;
        Some(place.get_or_init(|| Schema::new(self.document["components"]["schemas"][name].clone())))
    }

    /// The schema of the payload of a webhook, by the name that the document gives the webhook.
    pub fn webhook(&self, name: &str) -> Option<&Schema> {
        self.webhooks.get(name)
    }

    /// The names of the webhooks whose payload the document declares.
    pub fn webhooks(&self) -> impl Iterator<Item = &str> {
        self.webhooks.keys().map(String::as_str)
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, operations, .. } = self;
        f.debug_struct("Contract")
            .field("version", version)
            .field("operations", &operations.len())
            .finish_non_exhaustive()
    }
}
