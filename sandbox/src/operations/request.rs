//! What a handler is asked, and what it gives.

use std::collections::BTreeMap;

use imprint_client::Secret;
use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::contract::{Contract, Operation};
use crate::index;
use crate::model::key::Key;
use crate::refusal::Refusal;
use crate::table::{Row, Table};
use crate::world::{State, Tx};

/// A request to an operation.
pub struct Asked<'a> {
    pub contract: &'a Contract,
    pub operation: &'a Operation,
    /// The arguments in the path.
    pub arguments: BTreeMap<String, String>,
    /// The query parameters, of the types that the document gives them.
    pub query: Map<String, Value>,
    pub body: Map<String, Value>,
    pub caller: &'a Key,
}

/// The answer of a handler. The document says its status.
#[derive(Default)]
pub struct Reply {
    pub body: Option<Value>,
    /// A key that was made, and opens the account from now on.
    pub new_key: Option<Secret>,
}

impl Reply {
    pub fn of(body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), new_key: None }
    }
}

impl Asked<'_> {
    /// An argument of the path; empty if the document has none of this name.
    pub fn argument(&self, name: &str) -> &str {
        self.arguments.get(name).map_or("", String::as_str)
    }

    /// A query parameter or, for the searches whose parameters are in the body, a field of it.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.query.get(name).or_else(|| self.body.get(name)).filter(|value| !value.is_null())
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given(name)?.as_str()
    }

    /// A text that the operation cannot do without; a sandbox that does not validate requests may get here without it.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::invalid(name, "is required"))
    }

    /// A whole number; None if it is absent. Validation that is off lets other values through.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.given(name) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| Refusal::invalid(name, "has to be a whole number of 64 bits"))
    }

    /// Whether the document gives the operation this query parameter or field of the body.
    pub fn operation_takes(&self, name: &str) -> bool {
        let is_parameter = self.operation.parameters.iter().any(|parameter| parameter.name == name);
        is_parameter || self.operation.body.as_ref().is_some_and(|body| self.contract.has_property(body, name))
    }

    /// Whether the document allows this value in a field of the resource that the operation answers.
    pub fn answer_allows(&self, name: &str, value: &Value) -> bool {
        let (sent, mut shown) = (Map::from_iter([(name.to_owned(), value.clone())]), Map::new());
        if let Some(schema) = self.contract.resource(self.operation) {
            self.contract.echo(schema, &sent, &mut shown);
        }
        shown.contains_key(name)
    }

    /// What an answer shows of a resource: the fields that the sandbox keeps, and those that were sent and that the
    /// answer names as well. So a field that the document gains is kept and shown without a line of code.
    pub fn shown<'s>(
        &self,
        mut view: Map<String, Value>,
        sent: impl IntoIterator<Item = (impl AsRef<str>, &'s Value)>,
    ) -> Value {
        if let Some(schema) = self.contract.resource(self.operation) {
            self.contract.echo(schema, sent, &mut view);
        }
        view.into()
    }
}

/// The value of an index by one of Imprint's ids, in the product of the request.
pub fn of_product(tx: &Tx<'_>, id: &str) -> String {
    index::id(tx.product.key(), id)
}

/// The value of an index by a text that is not Imprint's, in the product of the request.
pub fn text_of_product(tx: &Tx<'_>, text: &str) -> String {
    index::text(tx.product.key(), text)
}

/// The row of an id that belongs to the product of the request.
pub fn find<T: Row>(tx: &mut Tx<'_>, table: fn(&State) -> &Table<T>, product: fn(&T) -> &str, id: &str) -> Option<T> {
    let row = table(tx.state).get(id).filter(|row| product(row) == tx.product.key()).map(|row| T::clone(row))?;
    if row.id() != id {
        tx.choose(Choice::IdsIgnoreCase);
    }
    Some(row)
}
