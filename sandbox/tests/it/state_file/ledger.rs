//! What a client was answered, and whether a state file has it, read by SQL and not by the sandbox.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

/// Something that an answer has told, and that must never be lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// A row of a table, by a text that its JSON has under a name.
    Row(&'static str, &'static str, String),
    /// A reward that was set to a status.
    Confirmed(String),
    /// An event whose data has this text under a name.
    Event(&'static str, String),
}

/// What is in a state file.
#[derive(Default)]
pub struct Books {
    /// The rows of the tables, by their numbers.
    rows: BTreeMap<&'static str, BTreeMap<i64, Value>>,
    /// All texts of rows: the table, the name and the text.
    texts: BTreeSet<(&'static str, &'static str, String)>,
    /// The same of the data of events.
    told: BTreeSet<(String, String)>,
    /// The bodies of all events.
    pub bodies: BTreeSet<String>,
}

/// The tables that answers tell of, with the texts that tell one row from all others.
const TABLES: [(&str, &[&str]); 7] = [
    ("sessions", &["id"]),
    ("orders", &["id", "partner_order_id"]),
    ("order_events", &["id", "partner_event_id"]),
    ("transactions", &["id"]),
    ("rewards", &["id"]),
    ("keys", &["text"]),
    ("events", &["id"]),
];

impl Books {
    /// Reads what a killed sandbox has left. Whatever stands there twice is an error.
    pub fn read(path: &Path) -> Result<Self, String> {
        let connection = Connection::open(path).map_err(|e| e.to_string())?;
        let mut books = Self::default();
        for (table, unique) in TABLES {
            let sql = format!("SELECT number, row FROM {table} WHERE account = 1 AND row IS NOT NULL ORDER BY number");
            let mut statement = connection.prepare(&sql).map_err(|e| e.to_string())?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
            for row in rows.map_err(|e| e.to_string())? {
                let (number, text) = row.map_err(|e| e.to_string())?;
                let row: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
                for name in unique {
                    let Some(text) = row[*name].as_str() else { continue };
                    if !books.texts.insert((table, name, text.to_owned())) {
                        return Err(format!("two rows of {table} have the {name} {text}"));
                    }
                }
                if table == "events" {
                    books.add_event(row["body"].as_str().unwrap_or_default());
                }
                books.rows.entry(table).or_default().insert(number, row);
            }
        }
        Ok(books)
    }

    fn add_event(&mut self, body: &str) {
        let event: Value = serde_json::from_str(body).unwrap_or_default();
        for (name, value) in event["data"].as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                self.told.insert((name.clone(), text.to_owned()));
            }
        }
        self.bodies.insert(body.to_owned());
    }

    /// Whether it has what was told.
    pub fn has(&self, told: &Told) -> bool {
        match told {
            Told::Row(table, name, text) => self.texts.contains(&(table, name, text.clone())),
            Told::Event(name, text) => self.told.contains(&((*name).to_owned(), text.clone())),
            Told::Confirmed(id) => {
                let mut rewards = self.rows.get("rewards").into_iter().flatten();
                rewards.any(|(_, row)| row["id"] == **id && row["status"] == "Available")
            }
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(BTreeMap::len).sum()
    }
}
