//! The books of a sandbox: the rows of its tables, read from a snapshot.

use serde_json::Value;

/// A snapshot as JSON.
#[derive(Clone, PartialEq)]
pub struct Books(Value);

impl Books {
    pub fn of(snapshot: &str) -> Self {
        Self(serde_json::from_str(snapshot).expect("a snapshot is JSON"))
    }

    /// The rows of a table, in the order of their creation.
    pub fn rows(&self, table: &str) -> Vec<&Value> {
        let rows = self.0["account"][table]["rows"].as_array();
        rows.unwrap_or_else(|| panic!("a table {table}")).iter().map(|row| &row[1]).collect()
    }

    /// A text of each row of a table.
    pub fn texts(&self, table: &str, field: &str) -> Vec<String> {
        let rows = self.rows(table);
        rows.iter().map(|row| row[field].as_str().unwrap_or_else(|| panic!("{table}: {field}")).to_owned()).collect()
    }

    /// A text of each row of a table that is of a product.
    pub fn texts_of(&self, table: &str, field: &str, product: &str) -> Vec<String> {
        let rows = self.rows(table).into_iter().filter(|row| row["product"] == product);
        rows.map(|row| row[field].as_str().unwrap_or_else(|| panic!("{table}: {field}")).to_owned()).collect()
    }

    /// The rows of a table that are of another product.
    pub fn rows_besides(&self, table: &str, product: &str) -> Vec<&Value> {
        self.rows(table).into_iter().filter(|row| row["product"] != product).collect()
    }

    /// The time of the clock in milliseconds.
    pub fn now(&self) -> i64 {
        self.0["account"]["clock"]["at"].as_i64().expect("a time")
    }

    /// The bodies of the events, the oldest first.
    pub fn events(&self) -> Vec<Value> {
        let bodies = self.texts("events", "body");
        bodies.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect()
    }

    /// The ids of the events of all transactions.
    pub fn step_ids(&self) -> Vec<String> {
        let steps = self.rows("transactions").into_iter().flat_map(|row| row["steps"].as_array().into_iter().flatten());
        steps.map(|step| step["event_id"].as_str().expect("an id").to_owned()).collect()
    }

    /// The ids of the captures of a transaction.
    pub fn captures_of(&self, transaction: &str) -> Vec<String> {
        let own = self.rows("transactions").into_iter().filter(|row| row["id"] == transaction);
        let captures = own.flat_map(|row| row["captures"].as_array().into_iter().flatten());
        captures.map(|capture| capture["event_id"].as_str().expect("an id").to_owned()).collect()
    }

    /// The payment method of a transaction.
    pub fn method_of(&self, transaction: &str) -> Option<String> {
        let row = self.rows("transactions").into_iter().find(|row| row["id"] == transaction)?;
        Some(row["payment_method_id"].as_str()?.to_owned())
    }

    /// When the session of a client secret expires, in milliseconds.
    pub fn session_expiry(&self, secret: &str) -> Option<i64> {
        self.rows("sessions").into_iter().find(|row| row["client_secret"] == secret)?["expires_at"].as_i64()
    }

    /// The numbers of all cards.
    pub fn pans(&self) -> Vec<String> {
        let cards = self.rows("payment_methods").into_iter().filter_map(|row| row["what"]["Card"]["pan"].as_str());
        cards.map(str::to_owned).collect()
    }
}
