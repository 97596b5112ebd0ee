//! The places of rows that were removed, for lists that go on behind such a row.

use std::collections::BTreeMap;

/// The values that a row was found by, each with the name of its index.
pub type FoundBy = Vec<(String, String)>;

/// A row that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The id, in lower case.
    pub id: String,
    pub found_by: FoundBy,
    /// How many were removed before it.
    age: u64,
}

/// The rows that were removed, by the numbers of their creation.
#[derive(Debug, Default)]
pub struct AllGone {
    gone: BTreeMap<u64, Gone>,
    /// Their numbers, in the order in which they were removed.
    by_age: BTreeMap<u64, u64>,
    removed: u64,
}

impl AllGone {
    pub fn get(&self, number: u64) -> Option<&Gone> {
        self.gone.get(&number)
    }

    /// Remembers a row that is removed now.
    pub fn add(&mut self, number: u64, id: String, found_by: FoundBy) {
        self.put_back(number, Gone { id, found_by, age: self.removed });
        self.removed += 1;
    }

    /// Remembers a row as it was remembered before.
    pub fn put_back(&mut self, number: u64, gone: Gone) {
        self.take(number);
        self.by_age.insert(gone.age, number);
        self.gone.insert(number, gone);
    }

    /// Forgets a row.
    pub fn take(&mut self, number: u64) -> Option<Gone> {
        let gone = self.gone.remove(&number)?;
        self.by_age.remove(&gone.age);
        Some(gone)
    }

    /// Forgets the row that was removed first, if more than so many are remembered.
    pub fn take_above(&mut self, kept: usize) -> Option<Gone> {
        let (_, number) = self.by_age.first_key_value().filter(|_| self.gone.len() > kept)?;
        self.take(*number)
    }

    /// The rows in the order in which they were removed, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Gone)> {
        self.by_age.values().filter_map(|number| Some((*number, self.gone.get(number)?)))
    }
}
