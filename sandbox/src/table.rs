//! A table of rows: by id, in the order of their creation, and by the indexes that lists need.
//!
//! A table keeps a journal of what has changed since `begin`, so that a transaction that fails is undone whatever it did
//! before. Where lists need it, rows that were removed leave their place behind: a list can go on after an item that is
//! gone. Elsewhere nothing is left, so that timers, of which there are many, do not fill the memory and the snapshots.

#[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program keeps states outside the memory"))]
mod changes;
mod gone;
mod places;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use gone::{AllGone, FoundBy, Gone};
use places::Indexes;

pub use places::Place;

/// How many rows that were removed keep their place in a table. A list cannot go on behind one that was removed before
/// all of them.
pub const PLACES_KEPT: usize = 10_000;
#[cfg(feature = "program")]
pub use changes::RowChange;
use changes::Touched;
pub use changes::{KeptRow, TableChanges};

/// What can be kept in a table.
pub trait Row: Clone {
    /// Whether the place of a row that was removed stays known. Set it where a list can begin after such a row; its order
    /// has to be that of creation.
    const LEAVES_ITS_PLACE: bool = false;

    /// The id, unique in its table without regard to letter case.
    fn id(&self) -> &str;

    /// The values that the row is found by besides its id, each with the name of its index.
    fn indexes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The number that the rows of an index are ordered by, the lowest first. None is the order of their creation.
    fn order(&self, _index: &'static str) -> Option<i64> {
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
    /// What rows that were removed were found by, in the order in which they were removed.
    #[serde(default = "Vec::new")]
    found_before: Vec<(u64, FoundBy)>,
    /// For each of them how many were removed before it, if that is known, as it is of a table that a keeper has.
    #[serde(skip)]
    ages: Vec<u64>,
}

impl<T> Default for SavedTable<T> {
    fn default() -> Self {
        Self { next: 0, rows: Vec::new(), removed: Vec::new(), found_before: Vec::new(), ages: Vec::new() }
    }
}

impl<T> SavedTable<T> {
    /// The rows, in the order of their creation.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().map(|(_, row)| row)
    }
}

/// Numbers of rows and counters of a snapshot are below this, so that counting on never overflows.
pub const COUNT_LIMIT: u64 = 1 << 53;

impl<T: Row> SavedTable<T> {
    /// Checks what the types do not: numbers that can be counted on from, and one row for each number and each id.
    ///
    /// # Errors
    ///
    /// What is wrong, in words without values of the snapshot.
    pub fn check(&self) -> Result<(), &'static str> {
        let removed = || self.removed.iter().map(|(id, number)| (*number, id.as_str()));
        let (mut numbers, mut ids) = (HashSet::new(), HashSet::new());
        for (number, id) in self.rows.iter().map(|(number, row)| (*number, row.id())).chain(removed()) {
            if number >= COUNT_LIMIT {
                return Err("has a row with a number that is too large");
            }
            if !numbers.insert(number) {
                return Err("has two rows with the same number");
            }
            if !ids.insert(id.to_ascii_lowercase()) {
                return Err("has two rows with the same id");
            }
        }
        if self.next >= COUNT_LIMIT {
            return Err("counts its rows to a number that is too large");
        }
        let mut left = HashSet::new();
        if !self.found_before.iter().all(|(number, _)| left.insert(*number)) {
            return Err("says twice what a removed row was found by");
        }
        Ok(())
    }
}

/// Rows, each with the number of its creation.
pub struct Table<T> {
    rows: BTreeMap<u64, Arc<T>>,
    /// The numbers of the rows, by their ids in lower case; also of those that were removed, if they leave their place.
    numbers: HashMap<String, u64>,
    indexes: Indexes,
    /// The rows that were removed, so that a list knows its own ones.
    gone: AllGone,
    next: u64,
    next_at_begin: u64,
    /// The rows as they were before each change since `begin`.
    journal: Vec<Change<T>>,
    /// What has changed since a keeper was told last; None if there is no keeper.
    touched: Option<Touched>,
}

/// A row as it was before a change.
struct Change<T> {
    number: u64,
    row: Option<Arc<T>>,
    /// What was remembered of it if it was removed then.
    gone: Option<Gone>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            numbers: HashMap::new(),
            indexes: Indexes::default(),
            gone: AllGone::default(),
            next: 0,
            next_at_begin: 0,
            journal: Vec::new(),
            touched: None,
        }
    }
}

impl<T: Row> Table<T> {
    /// The row of an id, in whatever letter case.
    pub fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.rows.get(&self.number(id)?)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of the row of an id, also if the row has been removed and such rows leave their place behind.
    fn number(&self, id: &str) -> Option<u64> {
        self.numbers.get(&id.to_ascii_lowercase()).copied()
    }

    /// The place of the row of an id among those that an index finds, or found before the row was removed.
    pub fn place(&self, id: &str, index: &'static str, value: &str) -> Option<Place> {
        let number = self.number(id)?;
        match self.rows.get(&number) {
            Some(row) => {
                let place = place(&**row, index, number);
                self.indexes.get(index, value)?.contains(place).then_some(place)
            }
            None => {
                let mut found = self.gone.get(number)?.found_by.iter();
                found.any(|(name, own)| name == index && own == value).then_some(by_creation(number))
            }
        }
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

    /// Removes the oldest row that an index finds, as long as there are more of them than are kept; each is told.
    pub fn remove_above(&mut self, kept: usize, index: &'static str, value: &str, mut told: impl FnMut(&T)) {
        while self.count(index, value, None) > kept {
            let Some(oldest) = self.first(index, value).map(Arc::clone) else { break };
            self.remove(oldest.id());
            told(&oldest);
        }
    }

    /// The rows whose index has this value, in the order of the index.
    pub fn find(&self, index: &'static str, value: &str) -> impl DoubleEndedIterator<Item = (u64, &Arc<T>)> {
        self.find_after(index, value, None)
    }

    /// The same, from the row behind this place.
    pub fn find_after(
        &self,
        index: &'static str,
        value: &str,
        after: Option<Place>,
    ) -> impl DoubleEndedIterator<Item = (u64, &Arc<T>)> {
        let places = self.indexes.get(index, value).into_iter().flat_map(move |places| places.after(after));
        places.filter_map(|(_, number)| {
            #[cfg(test)]
            tests::LOOKED_AT.set(tests::LOOKED_AT.get() + 1);
            Some((number, self.rows.get(&number)?))
        })
    }

    /// How many rows an index finds and `keep` accepts; without it no row is looked at.
    pub fn count(&self, index: &'static str, value: &str, keep: Option<&dyn Fn(&T) -> bool>) -> usize {
        match keep {
            None => self.indexes.get(index, value).map_or(0, |places| places.len()),
            Some(keep) => self.find(index, value).filter(|(_, row)| keep(row)).count(),
        }
    }

    /// The first row whose index has this value.
    pub fn first(&self, index: &'static str, value: &str) -> Option<&Arc<T>> {
        self.find(index, value).next().map(|(_, row)| row)
    }

    /// The rows that were created after the one with this number, in the order of their creation.
    #[cfg(feature = "program")]
    pub fn all_after(&self, after: Option<u64>) -> impl DoubleEndedIterator<Item = (u64, &Arc<T>)> {
        let from = after.map_or(0, |after| after.saturating_add(1));
        self.rows.range(from..).map(|(number, row)| (*number, row))
    }

    /// All rows, in the order of their creation.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.rows.values()
    }

    /// All rows, the latest first.
    #[cfg(feature = "program")]
    pub fn latest(&self) -> impl Iterator<Item = &Arc<T>> {
        self.rows.values().rev()
    }

    /// The table for a snapshot.
    pub fn save(&self) -> SavedTable<T> {
        let rows = self.rows.iter().map(|(number, row)| (*number, T::clone(row))).collect();
        let mut removed: Vec<_> = self.gone.iter().map(|(number, gone)| (gone.id.clone(), number)).collect();
        removed.sort();
        let found_before = self.gone.iter().map(|(number, gone)| (number, gone.found_by.clone())).collect();
        SavedTable { next: self.next, rows, removed, found_before, ages: Vec::new() }
    }

    /// The table of a snapshot.
    pub fn load(saved: SavedTable<T>) -> Self {
        let mut table = Self::default();
        for (number, row) in saved.rows {
            table.set(number, Some(Arc::new(row)), false);
        }
        let mut ids: HashMap<u64, String> = saved.removed.into_iter().map(|(id, number)| (number, id)).collect();
        for (place, (number, found_by)) in saved.found_before.into_iter().enumerate() {
            if let Some(id) = ids.remove(&number) {
                table.numbers.insert(id.clone(), number);
                let age = saved.ages.get(place).copied();
                table.gone.add_at(number, id, found_by, age);
            }
        }
        table.next = table.next.max(saved.next);
        table
    }

    /// Begins a transaction.
    pub fn begin(&mut self) {
        self.journal.clear();
        self.next_at_begin = self.next;
        while let Some((number, gone)) = self.gone.take_above(PLACES_KEPT) {
            self.numbers.remove(&gone.id);
            if let Some(touched) = &mut self.touched {
                touched.add(number);
            }
        }
        if let Some(touched) = &mut self.touched {
            touched.begin();
        }
    }

    /// Whether something has changed since `begin`.
    pub fn has_changed(&self) -> bool {
        !self.journal.is_empty()
    }

    /// Takes back every change since `begin`.
    pub fn roll_back(&mut self) {
        while let Some(Change { number, row: before, gone }) = self.journal.pop() {
            if number >= self.next_at_begin
                && let Some(row) = self.rows.get(&number)
            {
                // Without this the place of a row that never was would stay known.
                let id = row.id().to_ascii_lowercase();
                self.numbers.remove(&id);
            }
            self.set(number, before, false);
            match gone {
                Some(gone) => self.gone.put_back(number, gone),
                None => drop(self.gone.take(number)),
            }
        }
        self.next = self.next_at_begin;
        if let Some(touched) = &mut self.touched {
            touched.roll_back();
        }
    }

    fn set(&mut self, number: u64, row: Option<Arc<T>>, journaled: bool) {
        let before = self.rows.remove(&number);
        if let Some(touched) = &mut self.touched {
            touched.add(number);
        }
        let gone = self.gone.take(number);
        let old = before.as_deref().map(|row| found_at(row, number)).unwrap_or_default();
        let new = row.as_deref().map(|row| found_at(row, number)).unwrap_or_default();
        for (index, value, place) in old.iter().filter(|found| !new.contains(found)) {
            self.indexes.remove(index, value, *place);
        }
        match (&before, &row) {
            (Some(before), None) if T::LEAVES_ITS_PLACE => {
                let found_by = old.iter().map(|(index, value, _)| ((*index).to_owned(), value.clone())).collect();
                self.gone.add(number, before.id().to_ascii_lowercase(), found_by);
            }
            (Some(before), None) => drop(self.numbers.remove(&before.id().to_ascii_lowercase())),
            (None, Some(row)) => drop(self.numbers.insert(row.id().to_ascii_lowercase(), number)),
            // It has the same id, since the number was found by it.
            (Some(_), Some(_)) | (None, None) => {}
        }
        for (index, value, place) in new.into_iter().filter(|found| !old.contains(found)) {
            self.indexes.insert(index, value, place);
        }
        if let Some(row) = row {
            self.next = self.next.max(number + 1);
            self.rows.insert(number, row);
        }
        if journaled {
            self.journal.push(Change { number, row: before, gone });
        }
    }
}

/// What a row is found by, and where.
fn found_at<T: Row>(row: &T, number: u64) -> Vec<(&'static str, String, Place)> {
    let indexes = row.indexes().into_iter();
    indexes.map(|(index, value)| (index, value, place(row, index, number))).collect()
}

/// The place of a row among those that an index finds.
fn place<T: Row>(row: &T, index: &'static str, number: u64) -> Place {
    row.order(index).map_or(by_creation(number), |order| (order, number))
}

/// The place of a row in the order of creation.
fn by_creation(number: u64) -> Place {
    (i64::try_from(number).unwrap_or(i64::MAX), number)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    thread_local! {
        /// How many rows this thread has looked at, for tests of what a list costs.
        pub static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
    }

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
            let due = self.due.map(|_| ("due", String::new()));
            [("owner", self.owner.clone())].into_iter().chain(due).collect()
        }

        fn order(&self, index: &'static str) -> Option<i64> {
            self.due.filter(|_| index == "due")
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
            assert_eq!((table.get("A"), table.place("a", "owner", "x")), (None, Some((0, 0))));
            assert_eq!((table.place("A", "owner", "y"), table.place("B", "owner", "y")), (None, None));
            assert_eq!((table.place("B", "owner", "x"), table.place("C", "owner", "x")), (Some((1, 1)), None));
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
        assert!(table.numbers.is_empty() && table.indexes.seen().is_empty() && table.gone.iter().count() == 0);
        assert!(table.save().removed.is_empty());
        table.put(note("A0", "x", None));
        assert_eq!(table.number("A0"), Some(100), "a place is not given twice");
    }

    #[test]
    fn as_many_removed_rows_leave_their_place_as_are_kept() {
        let mut table = Table::<Note<true>>::default();
        let last = PLACES_KEPT + 2;
        for number in 0..=last {
            table.begin();
            table.put(note(&format!("A{number}"), "x", None));
        }
        // The newest is removed first, so that it is not the age of a row that counts.
        for number in (0..=last).rev() {
            table.begin();
            table.remove(&format!("A{number}"));
        }
        table.begin();
        let is_known = |table: &Table<_>, number: usize| table.place(&format!("A{number}"), "owner", "x").is_some();
        for table in [&table, &Table::load(table.save())] {
            assert_eq!((table.gone.iter().count(), table.numbers.len()), (PLACES_KEPT, PLACES_KEPT));
            assert!(
                is_known(table, 0) && is_known(table, last - 3) && !is_known(table, last) && !is_known(table, last - 2)
            );
        }
        let (mut table, mut oldest) = (Table::load(table.save()), last - 3);
        table.put(note("B", "x", None));
        table.remove("B");
        table.begin();
        assert!(!is_known(&table, oldest), "the order of removal is kept by a snapshot");
        oldest -= 1;
        assert!(is_known(&table, oldest));
    }

    #[test]
    fn an_index_has_the_order_that_its_rows_say() {
        let mut table = Table::<Note<true>>::default();
        for (id, due) in [("A", Some(5)), ("B", Some(3)), ("C", None), ("D", Some(3))] {
            table.put(note(id, "x", due));
        }
        assert_eq!(ids(table.find("due", "")), ["B", "D", "A"]);
        assert_eq!(ids(table.find_after("due", "", table.place("b", "due", ""))), ["D", "A"]);
        assert_eq!((table.place("C", "due", ""), table.count("due", "", None)), (None, 3));
        table.put(note("B", "x", Some(9)));
        assert_eq!(ids(table.find("due", "")), ["D", "A", "B"]);
        assert_eq!(ids(table.find("owner", "x")), ["A", "B", "C", "D"]);
        let mut told = Vec::new();
        table.remove_above(1, "due", "", |row| told.push(row.id.clone()));
        assert_eq!((told, ids(table.find("due", ""))), (vec!["D".to_owned(), "A".to_owned()], vec!["B"]));
    }

    /// What can be seen of a table.
    fn seen<const LEAVES: bool>(table: &Table<Note<LEAVES>>) -> String {
        let mut numbers: Vec<_> = table.numbers.iter().collect();
        numbers.sort();
        let gone: Vec<_> = table.gone.iter().map(|(number, gone)| (number, &gone.id, &gone.found_by)).collect();
        format!("{:?} {numbers:?} {:?} {gone:?} {}", table.rows, table.indexes.seen(), table.next)
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
