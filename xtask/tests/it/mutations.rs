//! Random changes of the document: the command always ends with a report, and the lock always describes the document.

use std::{cell::Cell, fs, path::PathBuf, time::Duration};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};

use xtask::{
    check,
    files::{self, Files},
    lock::{Lock, sha256},
    overlay_actions::correct,
    pipeline,
    refresh::{self, DocumentSource, Options},
    report::RefreshStatus,
};

use crate::frozen;

/// What happens to one place of the document.
#[derive(Clone, Debug)]
enum Mutation {
    Delete,
    Replace(usize),
    Duplicate,
    Rename(usize),
    /// Another part of the document takes its place.
    Graft(Vec<usize>),
}

const NAMES: [&str; 12] =
    ["id", "type", "properties", "$ref", "required", "a b", "", "customer_id", "ssn", "self", "allOf", "x-imprint-id"];

fn scalars() -> Vec<Value> {
    let texts = [
        "",
        "object",
        "string",
        "array",
        "null",
        "date-time",
        "#/components/schemas/Customer",
        "#/nowhere",
        "get",
        "ü\n`",
    ];
    let others = json!([null, true, false, 0, -1, 1.5, 9_000_000_000_000_000_000_u64, [], {}, ["a"], [null], {"type": "string"}]);
    texts.iter().map(|text| json!(text)).chain(others.as_array().cloned().unwrap_or_default()).collect()
}

fn mutations() -> impl Strategy<Value = Vec<(Vec<usize>, Mutation)>> {
    let path = || vec(any::<usize>(), 2..9);
    let mutation = prop_oneof![
        2 => Just(Mutation::Delete),
        2 => any::<usize>().prop_map(Mutation::Replace),
        1 => Just(Mutation::Duplicate),
        2 => any::<usize>().prop_map(Mutation::Rename),
        1 => path().prop_map(Mutation::Graft),
    ];
    vec((path(), mutation), 1..4)
}

/// Follows a path as far as there is something to follow; the key of the last step, and what holds it.
fn holder<'d>(value: &'d mut Value, path: &[usize]) -> Option<(&'d mut Value, String)> {
    let keys: Vec<String> = match &*value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => (0..list.len()).map(|index| index.to_string()).collect(),
        _ => return None,
    };
    let (first, rest) = path.split_first()?;
    let key = keys.get(first.checked_rem(keys.len())?)?.clone();
    let below = match &*value {
        Value::Object(map) => map[&key].is_object() || map[&key].is_array(),
        other => other[key.parse::<usize>().ok()?].is_object(),
    };
    if rest.is_empty() || !below {
        return Some((value, key));
    }
    let next = match value {
        Value::Object(map) => map.get_mut(&key)?,
        other => other.get_mut(key.parse::<usize>().ok()?)?,
    };
    holder(next, rest)
}

fn at(value: &mut Value, path: &[usize]) -> Option<Value> {
    let (holder, key) = holder(value, path)?;
    match holder {
        Value::Object(map) => map.get(&key).cloned(),
        other => other.get(key.parse::<usize>().ok()?).cloned(),
    }
}

fn mutate(document: &mut Value, path: &[usize], mutation: &Mutation) {
    let graft = match mutation {
        Mutation::Graft(from) => at(document, from),
        Mutation::Replace(index) => scalars().get(index % scalars().len()).cloned(),
        _ => None,
    };
    let Some((holder, key)) = holder(document, path) else { return };
    let name = |index: &usize| NAMES[index % NAMES.len()].to_string();
    match (holder, mutation) {
        (Value::Object(map), Mutation::Delete) => drop(map.remove(&key)),
        (Value::Object(map), Mutation::Rename(index)) => {
            let value = map.remove(&key).unwrap_or_default();
            map.insert(name(index), value);
        }
        (Value::Object(map), Mutation::Duplicate) => {
            let value = map.get(&key).cloned().unwrap_or_default();
            map.insert(format!("{key}_2"), value);
        }
        (Value::Object(map), _) => drop(map.insert(key, graft.unwrap_or_default())),
        (Value::Array(list), mutation) => {
            let Ok(index) = key.parse::<usize>() else { return };
            match mutation {
                Mutation::Delete => drop(list.remove(index)),
                Mutation::Duplicate => list.push(list[index].clone()),
                _ => list[index] = graft.unwrap_or_else(|| Value::Object(Map::new())),
            }
        }
        _ => {}
    }
}

/// A repository with the frozen document, removed when it is dropped.
struct FrozenRepository(PathBuf);

impl FrozenRepository {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("refresh-spec-{}", std::process::id()));
        fs::create_dir_all(root.join("openapi")).unwrap();
        Self(root)
    }

    /// Everything as it was on the day of the document.
    fn reset(&self) -> Files {
        let lock = Lock::of("test", "2026-11-20".into(), frozen::DOCUMENT, &frozen::parsed());
        for (name, text) in [
            (files::DOCUMENT, frozen::DOCUMENT),
            (files::OVERLAY, frozen::OVERLAY),
            (files::LOCK, &lock.render()),
            (files::SNAPSHOT, frozen::before().snapshot.as_deref().unwrap()),
            (files::CHANGELOG, "# Changelog\n"),
            (files::MANIFEST, "[package]\nversion = \"0.1.0\"\n"),
        ] {
            fs::write(self.0.join(name), text).unwrap();
        }
        Files::new(&self.0)
    }
}

impl Drop for FrozenRepository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn no_mutation_makes_it_panic_or_leaves_a_lock_of_another_document() {
    let copy = FrozenRepository::new();
    let set = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u32>().ok());
    let cases = set("PROPTEST_CASES").unwrap_or(16);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 12, ..Config::default() };
    // The same ones each time, unless others are asked for.
    let seed = [&set("PROPTEST_SEED").unwrap_or(7).to_le_bytes()[..], &[0; 28]].concat();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let (updated, refused) = (Cell::new(0), Cell::new(0));
    runner
        .run(&mutations(), |mutations| {
            let files = copy.reset();
            let mut document = frozen::parsed();
            for (path, mutation) in &mutations {
                mutate(&mut document, path, mutation);
            }
            let file = copy.0.join("mutated.yaml");
            fs::write(&file, format!("{document}\n")).unwrap();
            let options = Options {
                source: DocumentSource::File(file),
                check: false,
                dry_run: false,
                type_check: true,
                timeout: Duration::from_secs(1),
            };
            let report = refresh::run(&files, &options);
            let said: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
            prop_assert!(!said.iter().any(|said| said.contains("panic")), "{said:?}");
            let read = |name| fs::read_to_string(copy.0.join(name)).unwrap();
            let lock = Lock::parse(&read(files::LOCK)).unwrap();
            prop_assert_eq!(sha256(read(files::DOCUMENT).as_bytes()), lock.sha256);
            match report.outcome {
                RefreshStatus::Updated => {
                    updated.set(updated.get() + 1);
                    prop_assert_eq!(read(files::DOCUMENT), format!("{document}\n"));
                    let problems = check::check(&files).unwrap().problems;
                    // An action of the overlay may have become needless.
                    let others: Vec<_> = problems.iter().filter(|p| !p.message.contains("changes nothing")).collect();
                    prop_assert!(others.is_empty(), "{others:?}");
                    // Every difference is reported; keys in another order are no difference.
                    let same = pipeline::parse("", frozen::DOCUMENT).unwrap()
                        == pipeline::parse("", &document.to_string()).unwrap();
                    let silent = report.changes.is_empty() && report.prose == 0;
                    prop_assert!(!silent || same || is_hidden(&document), "nothing is reported of {mutations:?}");
                    // Every difference of the generated API is explained by a change of the document.
                    prop_assert!(report.public_api.unexplained.is_empty(), "{:#?}", report.public_api.unexplained);
                }
                RefreshStatus::Refused => {
                    refused.set(refused.get() + 1);
                    prop_assert!(!said.is_empty());
                    prop_assert_eq!(read(files::DOCUMENT), frozen::DOCUMENT);
                    prop_assert_eq!(read(files::CHANGELOG), "# Changelog\n");
                }
                other => prop_assert!(other == RefreshStatus::Unchanged, "{other:?}"),
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
    let (updated, refused) = (updated.get(), refused.get());
    assert!(
        cases < 16 || (updated > 2 && refused > 2),
        "{updated} updated, {refused} refused: the mutations are too tame"
    );
}

/// Whether the overlay, or writing both documents in one form, removes the difference.
fn is_hidden(document: &Value) -> bool {
    let correct = |text: &str| {
        let parsed = pipeline::parse("", text).unwrap();
        correct(parsed, frozen::OVERLAY).unwrap().document
    };
    let normalized = |document: &Value| pipeline::normalized(document).unwrap();
    let [old, new] = [frozen::DOCUMENT.to_string(), document.to_string()].map(|text| correct(&text));
    old == new || normalized(&old) == normalized(&new)
}
