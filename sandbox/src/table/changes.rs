//! What has changed in a table since a keeper was told last, and a table made of what a keeper has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::gone::{FoundBy, Gone};
use super::{Row, SavedTable, Table};

/// The numbers of the rows that were changed.
#[derive(Default)]
pub(super) struct Touched {
    numbers: Vec<u64>,
    at_begin: usize,
}

impl Touched {
    pub(super) fn add(&mut self, number: u64) {
        self.numbers.push(number);
    }

    pub(super) fn begin(&mut self) {
        self.at_begin = self.numbers.len();
    }

    /// Forgets what was changed since `begin`: the rows are again what they were.
    pub(super) fn roll_back(&mut self) {
        self.numbers.truncate(self.at_begin);
    }
}

/// What can be written as JSON. A keeper does that when it has the time, and not while the account is locked.
pub trait Json: Send + Sync {
    /// The JSON text.
    ///
    /// # Errors
    ///
    /// If the value has no form in JSON.
    fn json(&self) -> serde_json::Result<String>;
}

impl<T: Serialize + Send + Sync> Json for T {
    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// What became of a row.
pub enum RowChange {
    /// It is this.
    Row { id: String, row: Arc<dyn Json> },
    /// It is gone and has left its place behind: its id in lower case, how many rows were removed before it, and what it was
    /// found by.
    Removed { id: String, left: (u64, FoundBy) },
    /// It is gone, and nothing is left of it.
    Gone,
}

/// What has changed in a table.
pub struct TableChanges {
    pub table: &'static str,
    /// The rows by their numbers.
    pub rows: Vec<(u64, RowChange)>,
}

/// A row as a keeper has it.
pub struct KeptRow<'a> {
    pub number: u64,
    pub id: &'a str,
    /// The JSON of the row; None if it was removed and has left its place behind.
    pub row: Option<&'a str>,
    /// The JSON of what a removed row has left: how many were removed before it, and what it was found by.
    pub left: Option<&'a str>,
}

impl<T> Table<T> {
    /// The number of the next row.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Remembers from now on what changes.
    pub fn track(&mut self) {
        self.touched = Some(Touched::default());
    }
}

impl<T: Row + Serialize + Send + Sync + 'static> Table<T> {
    /// Everything that the table has, for a keeper that has nothing of it yet; changes are remembered from now on.
    pub fn all_as_changes(&mut self, table: &'static str) -> TableChanges {
        self.track();
        let mut rows: BTreeMap<u64, RowChange> =
            self.gone.iter().map(|(number, gone)| (number, removed(gone))).collect();
        rows.extend(self.rows.iter().map(|(number, row)| (*number, present(row))));
        TableChanges { table, rows: rows.into_iter().collect() }
    }

    /// What has changed since the last call. None if nothing has, or changes are not remembered.
    pub fn take_changes(&mut self, table: &'static str) -> Option<TableChanges> {
        let touched = self.touched.as_mut()?;
        // Whatever comes back later must not be taken for a part of the transaction that has ended.
        touched.at_begin = 0;
        if touched.numbers.is_empty() {
            return None;
        }
        let touched: BTreeSet<u64> = touched.numbers.drain(..).collect();
        let rows = touched.into_iter().map(|number| {
            let change = match (self.rows.get(&number), self.gone.get(number)) {
                (Some(row), _) => present(row),
                (None, Some(gone)) => removed(gone),
                (None, None) => RowChange::Gone,
            };
            (number, change)
        });
        Some(TableChanges { table, rows: rows.collect() })
    }
}

fn removed(gone: &Gone) -> RowChange {
    RowChange::Removed { id: gone.id.clone(), left: (gone.age, gone.found_by.clone()) }
}

fn present<T: Row + Serialize + Send + Sync + 'static>(row: &Arc<T>) -> RowChange {
    let id = row.id().to_owned();
    let row: Arc<dyn Json> = Arc::<T>::clone(row);
    RowChange::Row { id, row }
}

impl<T: DeserializeOwned> SavedTable<T> {
    /// A table of a keeper that has no row yet.
    pub fn kept(next: u64) -> Self {
        Self { next, ..Self::default() }
    }

    /// Adds a row that a keeper has.
    ///
    /// # Errors
    ///
    /// If its JSON is not that of a row of the table.
    pub fn add(&mut self, kept: &KeptRow<'_>) -> serde_json::Result<()> {
        match kept.row {
            Some(row) => self.rows.push((kept.number, serde_json::from_str(row)?)),
            None => {
                let (age, found_by): (u64, FoundBy) = serde_json::from_str(kept.left.unwrap_or_default())?;
                self.removed.push((kept.id.to_owned(), kept.number));
                self.found_before.push((kept.number, found_by));
                self.ages.push(age);
            }
        }
        Ok(())
    }

    /// Ends the adding: what was removed stands in the order of a table that was saved.
    pub fn finish(mut self) -> Self {
        self.removed.sort();
        let mut left: Vec<_> = std::mem::take(&mut self.ages).into_iter().zip(self.found_before).collect();
        left.sort_by_key(|(age, _)| *age);
        (self.ages, self.found_before) = left.into_iter().unzip();
        self
    }
}
