//! Ids and other texts that look random and are not: each follows from the seed, the account, the kind and its number.
//!
//! So a run can be repeated, and the ids of one account or kind do not depend on what happens at the same time to another.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sha2::{Digest, Sha256};

/// How many texts of each kind were made.
pub type Made = BTreeMap<Cow<'static, str>, u64>;

/// Makes the ids of one account.
pub struct Ids {
    seed: u64,
    account: String,
    made: Made,
    /// The kinds of the texts that were made since `begin`, each as often as it was.
    made_since: Vec<&'static str>,
}

impl Ids {
    pub fn new(seed: u64, account: &str) -> Self {
        Self { seed, account: account.to_owned(), made: BTreeMap::new(), made_since: Vec::new() }
    }

    /// The number that everything follows from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// The next id of a kind, as the text of a UUID in upper case.
    pub fn next(&mut self, kind: &'static str) -> String {
        uuid(&self.next_hash(kind))
    }

    /// The id of a kind that belongs to a name, as the text of a UUID in upper case: always the same one. Give it a kind
    /// that `next` is not given.
    pub fn named(&self, kind: &'static str, name: &str) -> String {
        uuid(&self.hash(kind, name.as_bytes()))
    }

    /// The next text of a kind: this many characters of an alphabet.
    pub fn text(&mut self, kind: &'static str, alphabet: &[u8], length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            for byte in self.next_hash(kind) {
                if text.len() < length {
                    text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
                }
            }
        }
        text
    }

    /// How many of each kind were made; `restore` goes back to it.
    pub fn made(&self) -> Made {
        self.made.clone()
    }

    pub fn restore(&mut self, made: Made) {
        self.made = made;
        self.made_since.clear();
    }

    /// Begins a transaction.
    pub fn begin(&mut self) {
        self.made_since.clear();
    }

    /// Forgets every text that was made since `begin`, so that the next ones are the same again.
    pub fn roll_back(&mut self) {
        for kind in self.made_since.drain(..) {
            if let Entry::Occupied(mut made) = self.made.entry(Cow::Borrowed(kind)) {
                *made.get_mut() -= 1;
                if *made.get() == 0 {
                    made.remove();
                }
            }
        }
    }

    fn next_hash(&mut self, kind: &'static str) -> [u8; 32] {
        self.made_since.push(kind);
        let number = self.made.entry(Cow::Borrowed(kind)).or_default();
        *number += 1;
        let number = number.to_be_bytes();
        self.hash(kind, &number)
    }

    fn hash(&self, kind: &str, which: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Each part with its length, so that no two different lists of parts are the same bytes.
        for part in [&self.seed.to_be_bytes()[..], self.account.as_bytes(), kind.as_bytes(), which] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// The text of a UUID, in upper case, from the first bytes of a hash.
fn uuid(hash: &[u8; 32]) -> String {
    let mut bytes: [u8; 16] = std::array::from_fn(|index| hash[index]);
    // The bits of a random UUID of the standard.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for half in [byte >> 4, byte & 0x0f] {
            text.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_that_depend_on_seed_account_kind_and_number_alone() {
        let mut ids = Ids::new(0, "a");
        let first = ids.next("customer");
        assert_eq!(first.len(), 36);
        assert!(first.bytes().all(|b| b == b'-' || b.is_ascii_digit() || b.is_ascii_uppercase()), "{first}");
        assert_eq!((&first[14..15], first.matches('-').count()), ("4", 4));
        let session = ids.next("session");
        let second = ids.next("customer");
        let mut again = Ids::new(0, "a");
        assert_eq!(
            (again.next("customer"), again.next("customer"), again.next("session")),
            (first.clone(), second, session)
        );
        for other in
            [Ids::new(1, "a").next("customer"), Ids::new(0, "b").next("customer"), Ids::new(0, "a").next("card")]
        {
            assert_ne!(other, first);
        }
    }

    #[test]
    fn the_id_of_a_name_is_always_the_same_and_makes_no_difference_to_the_next_ids() {
        let mut ids = Ids::new(0, "a");
        let named = ids.named("offer", "STORE");
        assert_eq!((named.len(), &named[14..15]), (36, "4"));
        assert_eq!(ids.next("customer"), Ids::new(0, "a").next("customer"));
        assert_eq!(ids.named("offer", "STORE"), named);
        for other in [ids.named("offer", "OTHER"), ids.named("else", "STORE"), Ids::new(1, "a").named("offer", "STORE")]
        {
            assert_ne!(other, named);
        }
    }

    #[test]
    fn what_a_transaction_made_is_forgotten_with_it() {
        let mut ids = Ids::new(0, "a");
        let customer = ids.next("customer");
        let made = ids.made();
        ids.begin();
        ids.next("customer");
        ids.text("key", b"ab", 70);
        ids.roll_back();
        assert_eq!(ids.made(), made);
        ids.roll_back();
        assert_eq!(ids.made(), made);
        ids.restore(Made::new());
        assert_eq!(ids.next("customer"), customer);
    }

    #[test]
    fn texts_have_the_length_and_the_alphabet() {
        let text = Ids::new(0, "a").text("key", b"ab", 70);
        assert_eq!(text.len(), 70);
        assert!(text.bytes().all(|b| b"ab".contains(&b)));
    }
}
