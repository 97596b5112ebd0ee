//! A table of rows: by id, in the order of their creation, and by the indexes that lists need.
//!
//! A table keeps a journal of what has changed since `begin`, so that a transaction that fails is undone whatever it did
//! before. Where lists need it, rows that were removed leave their place behind: a list can go on after an item that is
//! gone. Elsewhere nothing is left, so that timers, of which there are many, do not fill the memory and the snapshots.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What can be kept in a table.
pub trait Row: Clone {
    /// Whether the place of a row that was removed stays known. Set it where a list can begin after such a row.
    const LEAVES_ITS_PLACE: bool = false;

    /// The id, unique in its table without regard to letter case.
    fn id(&self) -> &str;

    /// The values that the row is found by, each with the name of its index.
    fn indexes(&self) -> Vec<(&'static str, String)>;

    /// A number that rows are ordered by, besides the order of creation.
    fn rank(&self) -> Option<i64> {
        None
    }
}

/// A table as a snapshot has it.
#[derive(Clone, Serialize, Deserialize)]
pub struct SavedTable<T> {
    /// The number of the next row.
    next: u64,
    rows: Vec<(u64, T)>,
    /// The ids of rows that were removed, with their numbers, if such rows leave their place behind.
    removed: Vec<(String, u64)>,
    /// What rows that were removed were found by.
    #[serde(default = "Vec::new")]
    found_before: Vec<(u64, FoundBy)>,
}

/// The values that a row is found by, each with the name of its index.
type FoundBy = Vec<(String, String)>;

impl<T> Default for SavedTable<T> {
    fn default() -> Self {
        Self { next: 0, rows: Vec::new(), removed: Vec::new(), found_before: Vec::new() }
    }
}

impl<T> SavedTable<T> {
    /// The rows, in the order of their creation.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().map(|(_, row)| row)
    }
}

/// Rows, each with the number of its creation.
pub struct Table<T> {
    rows: BTreeMap<u64, Arc<T>>,
    /// The numbers of the rows, by their ids in lower case; also of those that were removed, if they leave their place.
    numbers: HashMap<String, u64>,
    found_by: HashMap<(&'static str, String), BTreeSet<u64>>,
    /// What rows that were removed were found by, so that a list knows its own ones.
    found_before: BTreeMap<u64, FoundBy>,
    ranked: BTreeSet<(i64, u64)>,
    next: u64,
    next_at_begin: u64,
    /// The rows as they were before each change since `begin`.
    journal: Vec<Change<T>>,
}

/// A row as it was before a change.
struct Change<T> {
    number: u64,
    row: Option<Arc<T>>,
    /// What it had been found by if it was removed then.
    found_before: Option<FoundBy>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            numbers: HashMap::new(),
            found_by: HashMap::new(),
            found_before: BTreeMap::new(),
            ranked: BTreeSet::new(),
            next: 0,
            next_at_begin: 0,
            journal: Vec::new(),
        }
    }
}

impl<T: Row> Table<T> {
    /// The row of an id, in whatever letter case.
    pub fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.rows.get(&self.number(id)?)
    }

    /// The number of the row of an id, also if the row has been removed and such rows leave their place behind.
    fn number(&self, id: &str) -> Option<u64> {
        self.numbers.get(&id.to_ascii_lowercase()).copied()
    }

    /// The number of the row of an id that an index finds, or found before the row was removed.
    pub fn place(&self, id: &str, index: &'static str, value: &str) -> Option<u64> {
        let number = self.number(id)?;
        let is_found = match self.rows.contains_key(&number) {
            true => self.found_by.get(&(index, value.to_owned())).is_some_and(|numbers| numbers.contains(&number)),
            false => self.found_before.get(&number)?.iter().any(|(name, own)| name == index && own == value),
        };
        is_found.then_some(number)
    }

    /// Inserts a row, or replaces the one of the same id at its place.
    pub fn put(&mut self, row: T) {
        let number = self.number(row.id()).unwrap_or(self.next);
        self.set(number, Some(Arc::new(row)), true);
    }

    /// Removes a row. Its place stays known if [`Row::LEAVES_ITS_PLACE`].
    pub fn remove(&mut self, id: &str) -> Option<Arc<T>> {
        let number = self.number(id)?;
        let row = self.rows.get(&number).cloned()?;
        self.set(number, None, true);
        Some(row)
    }

    /// The rows whose index has this value, in the order of their creation.
    pub fn find(&self, index: &'static str, value: &str) -> impl DoubleEndedIterator<Item = (u64, &Arc<T>)> {
        let numbers = self.found_by.get(&(index, value.to_owned()));
        numbers.into_iter().flatten().filter_map(|number| Some((*number, self.rows.get(number)?)))
    }

    /// The same, from the row after this number.
    pub fn find_after(
        &self,
        index: &'static str,
        value: &str,
        after: Option<u64>,
    ) -> impl Iterator<Item = (u64, &Arc<T>)> {
        let numbers = self.found_by.get(&(index, value.to_owned()));
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let numbers = numbers.into_iter().flat_map(move |numbers| numbers.range((from, Bound::Unbounded)));
        numbers.filter_map(|number| Some((*number, self.rows.get(number)?)))
    }

    /// How many rows an index finds and `keep` accepts; without it no row is looked at.
    pub fn count(&self, index: &'static str, value: &str, keep: Option<&dyn Fn(&T) -> bool>) -> usize {
        match keep {
            None => self.found_by.get(&(index, value.to_owned())).map_or(0, BTreeSet::len),
            Some(keep) => self.find(index, value).filter(|(_, row)| keep(row)).count(),
        }
    }

    /// The first row whose index has this value.
    pub fn first(&self, index: &'static str, value: &str) -> Option<&Arc<T>> {
        self.find(index, value).next().map(|(_, row)| row)
    }

    /// All rows, in the order of their creation.
    pub fn all(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values()
    }

    /// All rows, the latest first.
    #[cfg(feature = "program")]
    pub fn latest(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values().rev()
    }

    /// How many rows there are.
    #[cfg(feature = "program")]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row with the lowest rank.
    pub fn lowest(&self) -> Option<&Arc<T>> {
        self.ranked.first().and_then(|(_, number)| self.rows.get(number))
    }

    /// The table for a snapshot.
    pub fn save(&self) -> SavedTable<T> {
        let rows = self.rows.iter().map(|(number, row)| (*number, T::clone(row))).collect();
        let removed = self.numbers.iter().filter(|(_, number)| !self.rows.contains_key(number));
        let mut removed: Vec<_> = removed.map(|(id, number)| (id.clone(), *number)).collect();
        removed.sort();
        let found_before = self.found_before.iter().map(|(number, found)| (*number, found.clone())).collect();
        SavedTable { next: self.next, rows, removed, found_before }
    }

    /// The table of a snapshot.
    pub fn load(saved: SavedTable<T>) -> Self {
        let mut table = Self::default();
        for (number, row) in saved.rows {
            table.set(number, Some(Arc::new(row)), false);
        }
        table.numbers.extend(saved.removed);
        table.found_before.extend(saved.found_before);
        table.next = table.next.max(saved.next);
        table
    }

    /// Begins a transaction.
    pub fn begin(&mut self) {
        self.journal.clear();
        self.next_at_begin = self.next;
    }

    /// Whether something has changed since `begin`.
    pub fn has_changed(&self) -> bool {
        !self.journal.is_empty()
    }

    /// Takes back every change since `begin`.
    pub fn roll_back(&mut self) {
        while let Some(Change { number, row: before, found_before }) = self.journal.pop() {
            if number >= self.next_at_begin
                && let Some(row) = self.rows.get(&number)
            {
                // Without this the place of a row that never was would stay known.
                let id = row.id().to_ascii_lowercase();
                self.numbers.remove(&id);
            }
            self.set(number, before, false);
            match found_before {
                Some(found) => drop(self.found_before.insert(number, found)),
                None => drop(self.found_before.remove(&number)),
            }
        }
        self.next = self.next_at_begin;
    }

    fn set(&mut self, number: u64, row: Option<Arc<T>>, journaled: bool) {
        let before = self.rows.remove(&number);
        let found_before = self.found_before.remove(&number);
        if T::LEAVES_ITS_PLACE
            && row.is_none()
            && let Some(before) = &before
        {
            let found = before.indexes().into_iter().map(|(index, value)| (index.to_owned(), value));
            self.found_before.insert(number, found.collect());
        }
        if let Some(before) = &before {
            for index in before.indexes() {
                if let Some(numbers) = self.found_by.get_mut(&index) {
                    numbers.remove(&number);
                    if numbers.is_empty() {
                        self.found_by.remove(&index);
                    }
                }
            }
            if let Some(rank) = before.rank() {
                self.ranked.remove(&(rank, number));
            }
            if row.is_none() && !T::LEAVES_ITS_PLACE {
                self.numbers.remove(&before.id().to_ascii_lowercase());
            }
        }
        if let Some(row) = row {
            for index in row.indexes() {
                self.found_by.entry(index).or_default().insert(number);
            }
            if let Some(rank) = row.rank() {
                self.ranked.insert((rank, number));
            }
            self.numbers.insert(row.id().to_ascii_lowercase(), number);
            self.next = self.next.max(number + 1);
            self.rows.insert(number, row);
        }
        if journaled {
            self.journal.push(Change { number, row: before, found_before });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A row that leaves its place behind or does not.
    #[derive(Clone, Debug, PartialEq)]
    struct Note<const LEAVES: bool> {
        id: String,
        owner: String,
        due: Option<i64>,
    }

    impl<const LEAVES: bool> Row for Note<LEAVES> {
        const LEAVES_ITS_PLACE: bool = LEAVES;

        fn id(&self) -> &str {
            &self.id
        }

        fn indexes(&self) -> Vec<(&'static str, String)> {
            vec![("owner", self.owner.clone())]
        }

        fn rank(&self) -> Option<i64> {
            self.due
        }
    }

    fn note<const LEAVES: bool>(id: &str, owner: &str, due: Option<i64>) -> Note<LEAVES> {
        Note { id: id.into(), owner: owner.into(), due }
    }

    fn ids<'a>(rows: impl Iterator<Item = (u64, &'a Arc<Note<true>>)>) -> Vec<&'a str> {
        rows.map(|(_, row)| row.id.as_str()).collect()
    }

    #[test]
    fn rows_are_found_by_id_in_any_letter_case_and_by_index_in_the_order_of_creation() {
        let mut table = Table::<Note<true>>::default();
        for (id, owner) in [("B", "x"), ("A", "y"), ("C", "x")] {
            table.put(note(id, owner, None));
        }
        assert_eq!(table.get("a").map(|row| row.owner.as_str()), Some("y"));
        assert_eq!(ids(table.find("owner", "x")), ["B", "C"]);
        table.put(note("B", "y", None));
        assert_eq!((ids(table.find("owner", "x")), ids(table.find("owner", "y"))), (vec!["C"], vec!["B", "A"]));
    }

    #[test]
    fn a_removed_row_leaves_its_place_behind() {
        let mut table = Table::<Note<true>>::default();
        table.put(note("A", "x", None));
        table.put(note("B", "x", None));
        assert!(table.remove("a").is_some() && table.remove("A").is_none());
        for table in [&table, &Table::load(table.save())] {
            assert_eq!((table.get("A"), table.place("a", "owner", "x")), (None, Some(0)));
            assert_eq!((table.place("A", "owner", "y"), table.place("B", "owner", "y")), (None, None));
            assert_eq!((table.place("B", "owner", "x"), table.place("C", "owner", "x")), (Some(1), None));
        }
        assert_eq!(ids(table.find("owner", "x")), ["B"]);
        assert_eq!(table.save().removed, [("a".to_owned(), 0)]);
    }

    #[test]
    fn where_no_list_needs_it_a_removed_row_leaves_nothing_behind() {
        let mut table = Table::<Note<false>>::default();
        for number in 0..100 {
            table.put(note(&format!("A{number}"), "x", Some(number)));
            assert!(table.remove(&format!("a{number}")).is_some());
        }
        assert!(table.numbers.is_empty() && table.found_by.is_empty() && table.ranked.is_empty());
        assert!(table.found_before.is_empty());
        assert!(table.save().removed.is_empty());
        table.put(note("A0", "x", None));
        assert_eq!(table.number("A0"), Some(100), "a place is not given twice");
    }

    #[test]
    fn the_lowest_rank_comes_first() {
        let mut table = Table::<Note<true>>::default();
        for (id, due) in [("A", Some(5)), ("B", Some(3)), ("C", None)] {
            table.put(note(id, "x", due));
        }
        assert_eq!(table.lowest().map(|row| row.id.as_str()), Some("B"));
        table.put(note("B", "x", None));
        assert_eq!(table.lowest().map(|row| row.id.as_str()), Some("A"));
    }

    /// What can be seen of a table.
    fn seen<const LEAVES: bool>(table: &Table<Note<LEAVES>>) -> String {
        let mut numbers: Vec<_> = table.numbers.iter().collect();
        numbers.sort();
        let mut found: Vec<_> = table.found_by.iter().collect();
        found.sort();
        let before = &table.found_before;
        format!("{:?} {numbers:?} {found:?} {before:?} {:?} {}", table.rows, table.ranked, table.next)
    }

    type Steps = [(u8, u8, Option<i64>)];

    fn apply<const LEAVES: bool>(table: &mut Table<Note<LEAVES>>, steps: &Steps) {
        for (id, owner, due) in steps {
            match owner {
                3 => drop(table.remove(&id.to_string())),
                _ => table.put(note(&id.to_string(), &owner.to_string(), *due)),
            }
        }
    }

    /// What is seen of a table before the second steps, and after they were taken back.
    fn before_and_after<const LEAVES: bool>(first: &Steps, second: &Steps) -> (String, String) {
        let mut table = Table::<Note<LEAVES>>::default();
        apply(&mut table, first);
        table.begin();
        let before = seen(&table);
        apply(&mut table, second);
        table.roll_back();
        assert!(!table.has_changed());
        (before, seen(&table))
    }

    proptest! {
        #[test]
        fn rolling_back_undoes_everything(
            first in prop::collection::vec((0u8..6, 0u8..4, prop::option::of(0i64..4)), 0..12),
            second in prop::collection::vec((0u8..9, 0u8..4, prop::option::of(0i64..4)), 0..12),
        ) {
            let (before, after) = before_and_after::<true>(&first, &second);
            prop_assert_eq!(before, after);
            let (before, after) = before_and_after::<false>(&first, &second);
            prop_assert_eq!(before, after);
        }
    }
}
