//! Seed files: what an account has before a test begins, written down in YAML or JSON.
//!
//! A file is read and compared with its schema, then its parts with each other. It is applied by the commands of the API
//! and of the methods for tests, all of them in one transaction: either everything is there afterwards, or nothing.

mod apply;
mod error;
mod format;
mod locate;
mod read;
mod relations;
mod scalars;
mod schema;
mod seeded;
mod settings;

use std::fmt;
use std::sync::Arc;

use imprint_client::Secret;

use crate::world::Tx;

use error::Fault;
use format::File;
use read::{Syntax, Unreadable};

pub use error::SeedError;
pub use seeded::{Seeded, UnknownName};

/// What an account has before a test begins: keys, products, endpoints, customers, and what has happened to them.
///
/// It is read from a text in YAML or JSON, which have the same structure; the [schema] tells editors about it, and the
/// [example] has everything. [`Builder::seed`](crate::Builder::seed) starts a sandbox with it, and
/// [`Sandbox::seed`](crate::Sandbox::seed) applies it to one that runs.
///
/// `Debug` shows nothing of it, since it has keys, tokens and personal data.
///
/// ```
/// use imprint_sandbox::{Sandbox, Seed};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seed = Seed::from_json(
///     r#"{
///         "customers": [{"name": "ada", "partner_customer_id": "PARTNER_USER_456", "applied": "approve"}],
///         "transactions": [{"payment_method_of": "ada", "steps": [{"status": "CAPTURED", "amount": 5000}]}]
///     }"#,
/// )?;
/// let sandbox = Sandbox::builder().seed(seed).start().await?;
///
/// let ada = sandbox.seeded().customer("ada")?;
/// let transactions = sandbox.client().get_transactions().customer_id(ada).await?;
/// assert_eq!(transactions.data[0].amount, 5_000);
/// # Ok(())
/// # }
/// ```
///
/// [schema]: https://docs.rs/crate/imprint-sandbox/latest/source/openapi/seed.schema.json
/// [example]: https://docs.rs/crate/imprint-sandbox/latest/source/openapi/seed.example.yaml
#[derive(Clone)]
pub struct Seed {
    file: Arc<File>,
    /// The text, to find the line of what is wrong when the file is applied.
    text: Secret,
    syntax: Syntax,
}

impl Seed {
    /// A seed file with everything in it, and with comments, in YAML.
    pub const EXAMPLE: &str = include_str!("../openapi/seed.example.yaml");

    /// The JSON Schema of seed files, for editors.
    pub const SCHEMA: &str = schema::SCHEMA;

    /// Reads a seed from JSON.
    ///
    /// # Errors
    ///
    /// If the text is no JSON, does not keep to the [schema](Self::SCHEMA), or has parts that do not fit together, such as
    /// the name of a customer who is not in it. What depends on the account is found out when the seed is applied.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        Self::read(text, Syntax::Json)
    }

    /// Reads a seed from YAML. Anchors and aliases have their meaning; merge keys and tags have none and are refused.
    ///
    /// # Errors
    ///
    /// Those of [`from_json`](Self::from_json), for YAML.
    #[cfg(feature = "seed-files")]
    #[cfg_attr(docsrs, doc(cfg(feature = "seed-files")))]
    pub fn from_yaml(text: &str) -> Result<Self, SeedError> {
        Self::read(text, Syntax::Yaml)
    }

    fn read(text: &str, syntax: Syntax) -> Result<Self, SeedError> {
        // Some editors begin a file with a mark of its byte order, which is no part of either syntax.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let error = |fault: &Fault| SeedError::new(locate::place(text, syntax, fault), fault);
        let unreadable = |Unreadable { place, fault }| SeedError::new(place, &fault);
        let value = read::read(text, syntax).map_err(unreadable)?;
        if let Some(first) = schema::faults(&value).first() {
            return Err(error(first));
        }
        let file: File = serde_path_to_error::deserialize(value).map_err(|found| {
            let pointer: String = found.path().iter().map(|segment| format!("/{}", segment_name(segment))).collect();
            // The words of the error may have values.
            error(&Fault::new(pointer, "has a value that cannot be used here"))
        })?;
        relations::check(&file).map_err(|fault| error(&fault))?;
        Ok(Self { file: Arc::new(file), text: text.into(), syntax })
    }

    /// Does everything that the seed says, in the transaction. The webhook token is that of endpoints without one of
    /// their own. It returns the ids of the endpoints.
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, webhook_token: &Secret) -> Result<Vec<String>, SeedError> {
        apply::apply(tx, &self.file, webhook_token).map_err(|fault| self.error(&fault))
    }

    fn error(&self, fault: &Fault) -> SeedError {
        SeedError::new(locate::place(self.text.expose(), self.syntax, fault), fault)
    }
}

fn segment_name(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => String::new(),
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").finish_non_exhaustive()
    }
}
