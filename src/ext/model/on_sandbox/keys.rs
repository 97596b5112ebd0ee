//! Runs of `rotate_key`: the caller never loses the last key that works, and no key is deleted before its replacement is
//! stored and has been seen to work.

use std::cell::RefCell;
use std::time::Duration;

use reqwest::Method;

use super::network::Exchange;
use super::stage::{Ended, Stage};
use super::world::OLD_KEY;
use crate::client::Client;
use crate::ext::{KeyRotationError, KeyState, RotationStep};
use crate::value::Secret;

const OLD_STATE: &str = "a read showed a state in which a deleted key still worked";
const LATE: &str = "the deletion was carried out after the read that looked for it";
const REFUSED_FALSELY: &str = "the server answered 429 to what it had carried out";

type Rotated = Result<Client, KeyRotationError>;

pub(super) fn keys(stage: &mut Stage<'_>) -> Result<Ended, String> {
    let client = stage.client();
    let stored: RefCell<Vec<String>> = RefCell::default();
    let refuses = stage.random.one_in(8);
    let store = async |key: Secret| {
        if refuses {
            return Err("no room");
        }
        stored.borrow_mut().push(key.expose().to_owned());
        Ok(())
    };
    let mut results: Vec<Rotated> = Vec::new();
    let way = stage.random.below(6);
    let at_once = way == 0;
    let mut excused = None;
    if at_once {
        let (one, two) = stage.run_both(client.rotate_key(store), client.rotate_key(store));
        results.extend([one, two]);
    } else {
        let before = Before::of(stage);
        let result = stage.run(client.rotate_key(store));
        // Create, prove, delete and a read with each key have the time limit of one call each.
        super::super::in_time(stage.passed(), Duration::from_secs(500))?;
        stage.tell(format!("it ended with {}", describe(&result)));
        excused = check_claims(stage, &before, &result)?;
        let again = way < 4;
        let deletes = again
            && result.as_ref().is_err_and(|error| {
                // As the documentation of the step says.
                error.step() == RotationStep::Delete
                    && error.new_key() == KeyState::Valid
                    && error.old_key() == KeyState::Valid
            });
        // A caller who does not know whether the old key is deleted may rotate it again.
        let rotates = again
            && result
                .as_ref()
                .is_err_and(|error| error.step() == RotationStep::Create || error.old_key() == KeyState::Unknown);
        let drops = again && result.as_ref().is_err_and(|error| error.step() == RotationStep::Store);
        results.push(result);
        if deletes {
            let deleted = stage.run(async { client.delete_key().send().await.is_ok() });
            stage.tell(format!("the old key was to be deleted: {deleted}"));
        } else if rotates {
            let before = Before::of(stage);
            let result = stage.run(client.rotate_key(store));
            excused = excused.or(check_claims(stage, &before, &result)?);
            results.push(result);
        } else if drops {
            let new = results[0].as_ref().err().and_then(KeyRotationError::client).cloned();
            let deleted = stage.run(async { new.expect("there is a new key").delete_key().send().await.is_ok() });
            stage.tell(format!("the new key was to be deleted: {deleted}"));
        }
    }
    for result in &results {
        stage.tell(format!("it ended with {}", describe(result)));
    }
    stage.network(|network| network.settle());
    let books = stage.world.books();
    let alive = |key: &str| books.rows("keys").any(|row| row["text"] == key && row["deleted_at"].is_null());
    let stored = stored.into_inner();
    check_deletions(stage, &stored, refuses)?;
    let mut known = vec![OLD_KEY.to_owned()];
    known.extend(stored.iter().cloned());
    known.extend(results.iter().filter_map(|result| Some(result.as_ref().err()?.secret()?.expose().to_owned())));
    if !known.iter().any(|key| alive(key)) {
        return Err("no key is left that works".into());
    }
    for row in books.rows("keys").filter(|row| !row["deleted_at"].is_null()) {
        let text = row["text"].as_str().unwrap_or_default();
        if text != OLD_KEY && !refuses {
            return Err(format!("the key {} was deleted, and it was a new one", row["label"]));
        }
    }
    let stale = stage.network(|network| network.exchanges.iter().any(|exchange| exchange.is_stale));
    for result in &results {
        let Ok(client) = result else { continue };
        let own = stored.iter().find(|key| client.sends_key(&Secret::from((*key).as_str())));
        if !own.is_some_and(|key| alive(key)) {
            return Err("Ok, and the returned key does not work or was not stored".into());
        }
        if alive(OLD_KEY) {
            if !stale {
                return Err("Ok, and the old key is not deleted".into());
            }
            excused = Some(OLD_STATE);
        }
    }
    let last = results.last().expect("there is a call");
    if stage.is_sound() && !refuses && last.is_err() && !at_once {
        return Err(format!("nothing went wrong, and it ended with {}", describe(last)));
    }
    Ok(Ended::unless(name(last), excused))
}

/// The keys before a call: how many there are, and whether the old one works.
struct Before {
    keys: usize,
    old: bool,
}

impl Before {
    fn of(stage: &Stage<'_>) -> Self {
        let books = stage.world.books();
        let old = books.rows("keys").any(|row| row["text"] == OLD_KEY && row["deleted_at"].is_null());
        Self { keys: books.rows("keys").count(), old }
    }
}

/// Whether the last request was answered 401.
fn was_unauthorized(stage: &Stage<'_>) -> bool {
    stage.network(|network| {
        let arrived = network.exchanges.last().and_then(|one| one.arrived.as_ref());
        arrived.is_some_and(|(status, _)| *status == 401)
    })
}

/// Checks what the error says about the keys right after the call; the reason if it could not know better.
fn check_claims(stage: &Stage<'_>, before: &Before, result: &Rotated) -> Result<Option<&'static str>, String> {
    let Err(error) = result else { return Ok(None) };
    let books = stage.world.books();
    let alive = |key: &str| books.rows("keys").any(|row| row["text"] == key && row["deleted_at"].is_null());
    let old = alive(OLD_KEY);
    let new = error.secret().is_some_and(|key| alive(key.expose()));
    let made = books.rows("keys").count() > before.keys;
    let broken = match (error.old_key(), error.new_key()) {
        // Valid is what is not known to be deleted: a call that gets no answer learns nothing.
        (KeyState::Valid, _) if !old && (before.old || was_unauthorized(stage)) => {
            "the old key is called valid, and it is gone"
        }
        (KeyState::Deleted, _) if old => "the old key is called deleted, and it is there",
        (_, KeyState::Valid) if !new => "the new key is called valid, and it is gone",
        (_, KeyState::Deleted) if new => "the new key is called deleted, and it is there",
        (_, KeyState::NotCreated) if made => "the new key is called not created, and it was made",
        _ => return Ok(None),
    };
    stage.network(|network| {
        if network.exchanges.iter().any(|one| one.is_stale) {
            Ok(Some(OLD_STATE))
        } else if network.exchanges.iter().any(Exchange::is_falsely_refused) {
            Ok(Some(REFUSED_FALSELY))
        } else if network.exchanges.iter().any(|one| one.method == Method::DELETE && one.is_late) {
            Ok(Some(LATE))
        } else {
            Err(broken.to_owned())
        }
    })
}

/// Checks that the old key is deleted only after a new one was stored and a read with it had succeeded.
fn check_deletions(stage: &Stage<'_>, stored: &[String], refuses: bool) -> Result<(), String> {
    stage.network(|network| {
        let exchanges = &network.exchanges;
        for (at, delete) in exchanges.iter().enumerate().filter(|(_, one)| one.method == Method::DELETE) {
            if delete.key != OLD_KEY {
                if refuses {
                    continue;
                }
                return Err("a new key was deleted".into());
            }
            let proven = |key: &String| exchanges[..at].iter().any(|one| one.key == *key && one.items().is_some());
            if !stored.iter().any(proven) {
                return Err("the old key was deleted before the new one was stored and had been seen to work".into());
            }
        }
        Ok(())
    })
}

fn name(result: &Rotated) -> &'static str {
    match result.as_ref().map_err(KeyRotationError::step) {
        Ok(_) => "rotated",
        Err(RotationStep::Create) => "failed to create",
        Err(RotationStep::Store) => "failed to store",
        Err(RotationStep::Prove) => "failed to prove",
        Err(RotationStep::Delete) => "failed to delete",
    }
}

fn describe(result: &Rotated) -> String {
    result.as_ref().map_or_else(|error| format!("{}: {error}", name(result)), |_| name(result).to_owned())
}
