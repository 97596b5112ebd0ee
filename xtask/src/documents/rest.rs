//! What is left of a document after all that is refused has been left out, one refusal after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    failure::catch_panics,
    pipeline::{
        self, AnyClient, Problem,
        walk::{METHODS, escape},
    },
};

/// A document that becomes smaller until the generator takes it.
pub struct Rest {
    document: Value,
    /// How many operations the whole document has. A path item in another file counts as one.
    pub operations: usize,
    /// Why operations were refused, and how many.
    pub refused: BTreeMap<String, usize>,
    /// Why something else was left out, and how many of it.
    pub left_out: BTreeMap<String, usize>,
    /// How long the last run of the generator took.
    pub generating: Duration,
}

/// An operation by its path and method. Method `$ref` is a path item that is not in the document.
type Key = (String, String);

/// What a refusal is about.
enum Culprit {
    Operations(Vec<Key>),
    Webhooks(Vec<String>),
    /// A component that no operation and no webhook reaches: its kind and name.
    Component(String, String),
    Everything,
}

impl Rest {
    pub fn of(document: Value) -> Self {
        let mut rest = Self {
            document,
            operations: 0,
            refused: BTreeMap::new(),
            left_out: BTreeMap::new(),
            generating: Duration::ZERO,
        };
        rest.operations = rest.keys().len();
        rest
    }

    /// Generates, leaves out what is refused, and does it again.
    pub fn generate(&mut self) -> AnyClient {
        loop {
            let started = Instant::now();
            let problem = match attempt(&self.document) {
                Ok(client) => {
                    self.generating = started.elapsed();
                    return client;
                }
                Err(problem) => problem,
            };
            if self.keys().is_empty() {
                // Without operations it is refused as a whole, for its version perhaps.
                *self.left_out.entry(reason(&problem)).or_default() += 1;
                return AnyClient::default();
            }
            match self.culprit(&problem) {
                Culprit::Operations(keys) => {
                    *self.refused.entry(reason(&problem)).or_default() += keys.len();
                    keys.iter().for_each(|key| self.remove(key));
                }
                Culprit::Webhooks(names) => {
                    *self.left_out.entry(reason(&problem)).or_default() += names.len();
                    let webhooks = self.document["webhooks"].as_object_mut().into_iter();
                    webhooks.for_each(|webhooks| webhooks.retain(|name, _| !names.contains(name)));
                }
                Culprit::Component(kind, name) => {
                    *self.left_out.entry(reason(&problem)).or_default() += 1;
                    self.remove_component(&kind, &name);
                }
                Culprit::Everything => {
                    let keys = self.keys();
                    *self.refused.entry(reason(&problem)).or_default() += keys.len();
                    return AnyClient::default();
                }
            }
        }
    }

    /// What has to be left out for a problem. Something is, so that this ends.
    fn culprit(&self, problem: &Problem) -> Culprit {
        let keys = self.keys();
        // A problem of several places names the first of them first.
        let place = problem.place.split([',', ' ']).next().unwrap_or_default();
        let segments: Vec<String> =
            place.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let found = match segments[..] {
            ["paths", path, ref rest @ ..] => {
                let of_path = || keys.iter().filter(|key| key.0 == path).cloned();
                let exact: Vec<Key> =
                    of_path().filter(|key| rest.first().is_some_and(|method| key.1 == *method)).collect();
                if exact.is_empty() { of_path().collect() } else { exact }
            }
            ["webhooks", name, ..] if !self.document["webhooks"][name].is_null() => {
                return Culprit::Webhooks(vec![name.to_string()]);
            }
            ["components", kind, name, ..] => {
                let component = format!("#/components/{kind}/{}", escape(name));
                let webhooks = self.document["webhooks"].as_object().into_iter().flatten();
                let payloads = webhooks.filter(|(_, item)| references(item).contains(&component));
                let payloads: Vec<String> = payloads.map(|(name, _)| name.clone()).collect();
                if !payloads.is_empty() {
                    return Culprit::Webhooks(payloads);
                }
                let users: Vec<Key> =
                    keys.iter().filter(|key| self.reaches(self.holders(key), &component)).cloned().collect();
                let webhooks = self.document["webhooks"].as_object().into_iter().flatten();
                let webhooks = webhooks.filter(|(_, item)| self.reaches(vec![item], &component));
                let webhooks: Vec<String> = webhooks.map(|(name, _)| name.clone()).collect();
                if users.is_empty() && !webhooks.is_empty() {
                    return Culprit::Webhooks(webhooks);
                }
                if users.is_empty() && !self.document["components"][kind][name].is_null() {
                    return Culprit::Component(kind.to_string(), name.to_string());
                }
                users
            }
            _ => Vec::new(),
        };
        let found = match problem.operation.as_deref() {
            Some(id) if found.is_empty() => {
                keys.iter().filter(|key| self.holders(key)[0]["operationId"] == id).cloned().collect()
            }
            _ => found,
        };
        if found.is_empty() { self.bisect(&keys) } else { Culprit::Operations(found) }
    }

    /// The last of the fewest operations that are refused together.
    fn bisect(&self, keys: &[Key]) -> Culprit {
        let fails = |count: usize| {
            let mut part = Self { document: self.document.clone(), ..Self::of(json!({})) };
            keys[count..].iter().for_each(|key| part.remove(key));
            attempt(&part.document).is_err()
        };
        if fails(0) {
            return Culprit::Everything;
        }
        let (mut passes, mut least) = (0, keys.len());
        while least - passes > 1 {
            let middle = (passes + least) / 2;
            if fails(middle) { least = middle } else { passes = middle }
        }
        Culprit::Operations(vec![keys[least - 1].clone()])
    }

    /// The operations that are left.
    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            let item = self.item(item);
            let methods = METHODS.iter().filter(|method| item[**method].is_object());
            let before = keys.len();
            keys.extend(methods.map(|method| (path.clone(), method.to_string())));
            if keys.len() == before && item.get("$ref").is_some() {
                keys.push((path.clone(), "$ref".to_string()));
            }
        }
        keys
    }

    /// A path item, or the one that it refers to.
    fn item<'a>(&'a self, item: &'a Value) -> &'a Value {
        let target = item["$ref"].as_str().and_then(|reference| self.document.pointer(reference.strip_prefix('#')?));
        target.unwrap_or(item)
    }

    /// An operation, and the parameters of its path item.
    fn holders(&self, (path, method): &Key) -> Vec<&Value> {
        let item = self.item(&self.document["paths"][path]);
        vec![&item[method], &item["parameters"]]
    }

    /// Whether these parts of the document refer to a component, directly or through others.
    fn reaches(&self, parts: Vec<&Value>, component: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<String> = parts.into_iter().flat_map(references).collect();
        while let Some(reference) = open.pop() {
            if reference == component {
                return true;
            }
            let target = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
            if seen.insert(reference.clone()) {
                open.extend(target.map(references).unwrap_or_default());
            }
        }
        false
    }

    /// Removes a component, and those that refer to it: nothing else does.
    fn remove_component(&mut self, kind: &str, name: &str) {
        let component = format!("#/components/{kind}/{}", escape(name));
        let mut gone = vec![(kind.to_string(), name.to_string())];
        for (kind, all) in self.document["components"].as_object().into_iter().flatten() {
            let users = all.as_object().into_iter().flatten();
            let users = users.filter(|(_, value)| self.reaches(vec![*value], &component));
            gone.extend(users.map(|(name, _)| (kind.clone(), name.clone())));
        }
        for (kind, name) in gone {
            self.document["components"][kind].as_object_mut().and_then(|all| all.remove(&name));
        }
    }

    fn remove(&mut self, (path, method): &Key) {
        let item = self.item(&self.document["paths"][path]).clone();
        let Some(paths) = self.document["paths"].as_object_mut() else { return };
        paths.insert(path.clone(), item);
        if let Some(item) = paths[path].as_object_mut() {
            item.remove(method);
            if !METHODS.iter().any(|method| item.contains_key(*method)) {
                paths.remove(path);
            }
        }
    }
}

fn attempt(document: &Value) -> Result<AnyClient, Problem> {
    catch_panics(|| pipeline::any(document))
        .unwrap_or_else(|panic| Err(Problem::new("/", format!("the generator panics: {panic}"), "mend it")))
}

/// The local references of a part of a document, wherever they are, and those of its discriminators.
fn references(part: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![part];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_string));
                let mapping = map.get("discriminator").and_then(|one| one["mapping"].as_object());
                found.extend(mapping.into_iter().flatten().filter_map(|(_, to)| to.as_str()).map(str::to_string));
                open.extend(map.values());
            }
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    found
}

/// What is wrong, without the names of what is in this one document, so that equal problems are counted together.
fn reason(problem: &Problem) -> String {
    let parts = problem.message.split('`').enumerate();
    let is_keyword = |name: &str| name.chars().all(|c| c.is_ascii_alphabetic() || c == '$') && KEYWORDS.contains(&name);
    let kept = parts.map(|(index, part)| match index % 2 {
        1 if is_keyword(part) => format!("`{part}`"),
        1 => "`…`".to_string(),
        _ => part.to_string(),
    });
    let words = kept.collect::<String>();
    let words = words.split_whitespace().map(|word| if word.starts_with('/') { "…" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    let most = 120;
    if line.chars().count() > most { line.chars().take(most).chain(['…']).collect() } else { line }
}

/// Names that are the same in every document.
const KEYWORDS: [&str; 12] = [
    "$ref",
    "allOf",
    "anyOf",
    "application",
    "const",
    "default",
    "discriminator",
    "not",
    "object",
    "oneOf",
    "patternProperties",
    "title",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_problems_have_one_reason() {
        let problem = |message: &str| reason(&Problem::new("/", message, ""));
        assert_eq!(problem("parameter `colour` is not a scalar"), problem("parameter `shape` is not a scalar"));
        assert_eq!(problem("taken by /paths/a"), problem("taken by /paths/b"));
        assert_ne!(problem("`oneOf` is not supported"), problem("`not` is not supported"));
        assert_eq!(problem(&"a ".repeat(200)).chars().count(), 121);
    }

    #[test]
    fn components_are_reached_through_others_and_through_discriminators() {
        let rest = Rest::of(json!({
            "paths": {"/a": {"parameters": [{"$ref": "#/components/parameters/P"}], "get": {
                "x": {"$ref": "#/components/schemas/A"}}}},
            "components": {
                "parameters": {"P": {"schema": {"$ref": "#/components/schemas/D"}}},
                "schemas": {
                    "A": {"discriminator": {"mapping": {"b": "#/components/schemas/B"}}},
                    "B": {"$ref": "#/components/schemas/A"}, "C": {}, "D": {},
                },
            },
        }));
        let reached =
            |name: &str| rest.reaches(rest.holders(&rest.keys()[0]), &format!("#/components/schemas/{}", escape(name)));
        assert_eq!(["A", "B", "C", "D"].map(reached), [true, true, false, true]);
    }
}
