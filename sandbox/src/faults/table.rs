//! The faults that are set for an account, and which of them a request is struck by.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::{Effects, FaultStatus, Turn};

/// Of how many requests a fault remembers that it changed nothing about them.
const REMEMBERED: usize = 10;

/// The faults of an account.
pub struct FaultTable {
    seed: u64,
    account: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// How many were ever set.
    set: u64,
    /// Those that may strike a later request. Each request looks at all of them.
    faults: Vec<Fault>,
    /// Those that are over, and are still told of.
    over: Vec<Fault>,
}

struct Fault {
    number: u64,
    operation: Option<String>,
    merchant_key: Option<String>,
    turn: Turn,
    effects: Effects,
    /// How many requests it was for.
    seen: u64,
    struck: u64,
    ineffective: Vec<(u64, String)>,
}

/// A fault that strikes a request.
#[derive(Clone, Debug)]
pub struct Struck {
    pub number: u64,
    pub effects: Effects,
}

impl FaultTable {
    pub fn new(seed: u64, account: &str) -> Self {
        Self { seed, account: account.to_owned(), kept: Mutex::default() }
    }

    /// Sets a fault that does nothing yet; its number.
    pub fn add(&self, operation: Option<String>, merchant_key: Option<String>, turn: Turn) -> u64 {
        self.add_with(operation, merchant_key, turn, Effects::default()).number
    }

    /// Sets a fault with what it does, so that no request comes in between.
    pub fn add_with(
        &self,
        operation: Option<String>,
        merchant_key: Option<String>,
        turn: Turn,
        effects: Effects,
    ) -> FaultStatus {
        let mut kept = self.lock();
        kept.set += 1;
        let number = kept.set;
        let (seen, struck, ineffective) = (0, 0, Vec::new());
        let fault = Fault { number, operation, merchant_key, turn, effects, seen, struck, ineffective };
        let status = fault.status();
        kept.faults.push(fault);
        status
    }

    /// Changes what a fault does. Nothing happens if it was removed.
    pub fn amend(&self, number: u64, change: impl FnOnce(&mut Effects)) {
        if let Some(fault) = self.lock().find(number) {
            change(&mut fault.effects);
        }
    }

    /// The fault that strikes a request, if one does: of those whose turn it is the one that was set first.
    pub fn strike(&self, operation: Option<&str>, merchant_key: Option<&str>) -> Option<Struck> {
        let mut struck = None;
        let is_for = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        let mut kept = self.lock();
        for fault in &mut kept.faults {
            if fault.effects.is_empty()
                || !is_for(&fault.operation, operation)
                || !is_for(&fault.merchant_key, merchant_key)
            {
                continue;
            }
            fault.seen += 1;
            let is_due = || fault.turn.is_due(fault.seen, fault.struck, self.roll(fault.number, fault.seen));
            if struck.is_none() && is_due() {
                fault.struck += 1;
                struck = Some(Struck { number: fault.number, effects: fault.effects.clone() });
            }
        }
        let Kept { faults, over, .. } = &mut *kept;
        over.extend(faults.extract_if(.., |fault| fault.turn.is_over(fault.seen, fault.struck)));
        struck
    }

    /// Remembers that a fault struck a request and changed nothing about it.
    pub fn was_ineffective(&self, number: u64, request: u64, why: String) {
        if let Some(fault) = self.lock().find(number)
            && fault.ineffective.len() < REMEMBERED
        {
            fault.ineffective.push((request, why));
        }
    }

    /// Removes a fault; whether it was there.
    pub fn remove(&self, number: u64) -> bool {
        let mut kept = self.lock();
        let before = kept.faults.len() + kept.over.len();
        kept.faults.retain(|fault| fault.number != number);
        kept.over.retain(|fault| fault.number != number);
        kept.faults.len() + kept.over.len() < before
    }

    pub fn clear(&self) {
        let mut kept = self.lock();
        kept.faults.clear();
        kept.over.clear();
    }

    /// All faults that are set, in the order in which they were.
    pub fn all(&self) -> Vec<FaultStatus> {
        let kept = self.lock();
        let mut all: Vec<_> = kept.faults.iter().chain(&kept.over).map(Fault::status).collect();
        all.sort_by_key(|fault| fault.number);
        all
    }

    /// A fault; None if it was removed.
    pub fn status(&self, number: u64) -> Option<FaultStatus> {
        self.lock().find(number).map(|fault| fault.status())
    }

    /// A number from zero to below one that follows from the seed, the account, the fault and the request alone.
    fn roll(&self, fault: u64, seen: u64) -> f64 {
        let mut hash = Sha256::new();
        let account = self.account.as_bytes();
        for part in [&self.seed.to_be_bytes()[..], account, b"fault", &fault.to_be_bytes()[..], &seen.to_be_bytes()[..]]
        {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize();
        let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, number: u64) -> Option<&mut Fault> {
        self.faults.iter_mut().chain(&mut self.over).find(|fault| fault.number == number)
    }
}

impl Fault {
    fn status(&self) -> FaultStatus {
        FaultStatus {
            number: self.number,
            operation: self.operation.clone(),
            merchant_key: self.merchant_key.clone(),
            turn: self.turn.to_string(),
            effects: self.effects.to_string(),
            struck: self.struck,
            expected: self.turn.expected(),
            ineffective: self.ineffective.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ending;
    use super::*;

    /// A table with a fault of each turn, all for the operation `a`.
    fn table(turns: &[Turn]) -> FaultTable {
        let table = FaultTable::new(0, "test");
        for turn in turns {
            let number = table.add(Some("a".into()), None, *turn);
            table.amend(number, |effects| effects.ending = Ending::Lost);
        }
        table
    }

    /// The numbers of the faults that strike so many requests to `a`.
    fn struck(table: &FaultTable, requests: usize) -> Vec<Option<u64>> {
        (0..requests).map(|_| table.strike(Some("a"), None).map(|struck| struck.number)).collect()
    }

    #[test]
    fn faults_of_the_same_operation_strike_one_after_the_other() {
        let table = table(&[Turn::Next(1), Turn::Next(2), Turn::Nth(5)]);
        assert_eq!(struck(&table, 6), [Some(1), Some(2), Some(2), None, Some(3), None]);
        assert!(table.all().iter().all(|fault| !fault.is_unused()));
    }

    #[test]
    fn a_fault_whose_turn_another_one_takes_is_unused() {
        let table = table(&[Turn::Always, Turn::Nth(1)]);
        struck(&table, 3);
        let unused: Vec<_> = table.all().into_iter().filter(FaultStatus::is_unused).collect();
        assert_eq!(unused.len(), 1);
        assert_eq!(unused[0].to_string(), "fault 2 on a, nth 1: lose_answer; struck 0 of 1");
    }

    #[test]
    fn only_requests_that_a_fault_is_for_are_counted() {
        let table = FaultTable::new(0, "test");
        let number = table.add(None, Some("STORE".into()), Turn::Nth(2));
        table.amend(number, |effects| effects.status = Some(503));
        assert!(table.strike(Some("a"), None).is_none());
        assert!(table.strike(Some("a"), Some("SHOP")).is_none());
        assert!(table.strike(None, Some("STORE")).is_none());
        assert!(table.strike(Some("b"), Some("STORE")).is_some());
    }

    #[test]
    fn a_fault_without_effects_strikes_nothing_and_is_unused() {
        let table = FaultTable::new(0, "test");
        table.add(None, None, Turn::Always);
        assert!(table.strike(Some("a"), None).is_none());
        assert!(table.all()[0].is_unused());
        assert!(table.all()[0].to_string().contains("it was not told what to do"));
    }

    #[test]
    fn faults_that_are_over_are_told_of_and_looked_at_no_more() {
        let table = table(&[Turn::Nth(1), Turn::Always, Turn::Next(3)]);
        assert_eq!(struck(&table, 5), [Some(1), Some(2), Some(2), Some(2), Some(2)]);
        let looked_at: Vec<_> = table.lock().faults.iter().map(|fault| fault.number).collect();
        assert_eq!(looked_at, [2, 3], "the third waits behind the second");
        let all = |table: &FaultTable| table.all().iter().map(|fault| (fault.number, fault.struck)).collect::<Vec<_>>();
        assert_eq!(all(&table), [(1, 1), (2, 4), (3, 0)]);
        table.was_ineffective(1, 7, "why".into());
        assert!(table.status(1).is_some_and(|fault| fault.ineffective.len() == 1));
        table.remove(1);
        assert_eq!(all(&table), [(2, 4), (3, 0)]);
        table.clear();
        assert!(all(&table).is_empty());
    }

    #[test]
    fn chance_follows_from_the_seed() {
        let strikes = |seed| {
            let table = FaultTable::new(seed, "test");
            let number = table.add(None, None, Turn::Chance(0.3));
            table.amend(number, |effects| effects.status = Some(503));
            (0..1_000).map(|_| table.strike(None, None).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(strikes(1), strikes(1));
        assert_ne!(strikes(1), strikes(2));
        let count = strikes(1).into_iter().filter(|struck| *struck).count();
        assert!((200..400).contains(&count), "{count}");
    }
}
