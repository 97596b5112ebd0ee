//! Where the rows are that an index finds, in the order that lists show them in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

/// The place of a row among those that an index finds: by a number that the row says or, if it says none, by that of its
/// creation; where that is equal, by creation.
pub type Place = (i64, u64);

/// The places of the rows that have one value of an index. Most often there is one row, so that a set is made only for
/// the second: it takes several times the memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    one: Option<Place>,
    more: BTreeSet<Place>,
}

impl Places {
    pub fn len(&self) -> usize {
        usize::from(self.one.is_some()) + self.more.len()
    }

    pub fn contains(&self, place: Place) -> bool {
        self.one == Some(place) || self.more.contains(&place)
    }

    /// The places behind one, or all.
    pub fn after(&self, after: Option<Place>) -> impl DoubleEndedIterator<Item = Place> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let one = self.one.filter(|one| after.is_none_or(|after| *one > after));
        one.into_iter().chain(self.more.range((from, Bound::Unbounded)).copied())
    }

    fn insert(&mut self, place: Place) {
        if self.len() == 0 {
            self.one = Some(place);
        } else {
            self.more.extend(self.one.take());
            self.more.insert(place);
        }
    }

    fn remove(&mut self, place: Place) {
        self.one = self.one.filter(|one| *one != place);
        self.more.remove(&place);
    }
}

/// The indexes of a table: by name and value the places of the rows.
#[derive(Debug, Default)]
pub struct Indexes(BTreeMap<&'static str, HashMap<Box<str>, Places>>);

impl Indexes {
    pub fn get(&self, index: &str, value: &str) -> Option<&Places> {
        self.0.get(index)?.get(value)
    }

    pub fn insert(&mut self, index: &'static str, value: String, place: Place) {
        self.0.entry(index).or_default().entry(value.into()).or_default().insert(place);
    }

    pub fn remove(&mut self, index: &'static str, value: &str, place: Place) {
        let Some(values) = self.0.get_mut(index) else { return };
        let Some(places) = values.get_mut(value) else { return };
        places.remove(place);
        if places.len() == 0 {
            values.remove(value);
        }
    }

    /// All of it in an order that does not depend on hashes, for tests.
    #[cfg(test)]
    pub fn seen(&self) -> Vec<(&'static str, &str, Vec<Place>)> {
        let values =
            self.0.iter().flat_map(|(index, values)| values.iter().map(move |(value, places)| (index, value, places)));
        let mut seen: Vec<_> =
            values.map(|(index, value, places)| (*index, &**value, places.after(None).collect())).collect();
        seen.sort();
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_and_many_are_told_in_their_order_from_behind_any_of_them() {
        let mut indexes = Indexes::default();
        for place in [(5, 0), (3, 1), (3, 2)] {
            indexes.insert("owner", "x".into(), place);
            let places = indexes.get("owner", "x").expect("there are some");
            assert!(places.contains(place) && !places.contains((9, 9)));
        }
        let after = |indexes: &Indexes, after| -> Vec<Place> {
            indexes.get("owner", "x").into_iter().flat_map(|places| places.after(after)).collect()
        };
        assert_eq!(after(&indexes, None), [(3, 1), (3, 2), (5, 0)]);
        assert_eq!(after(&indexes, Some((3, 1))), [(3, 2), (5, 0)]);
        indexes.remove("owner", "x", (3, 1));
        indexes.remove("owner", "x", (5, 0));
        assert_eq!((after(&indexes, None), after(&indexes, Some((3, 2)))), (vec![(3, 2)], vec![]));
        indexes.remove("owner", "x", (3, 2));
        assert!(indexes.get("owner", "x").is_none() && indexes.seen().is_empty());
        indexes.insert("owner", "x".into(), (1, 1));
        assert_eq!((after(&indexes, Some((0, 9))), after(&indexes, Some((1, 1)))), (vec![(1, 1)], vec![]));
    }
}
