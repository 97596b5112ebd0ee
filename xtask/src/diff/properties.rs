//! Compares the properties of objects: which there are, and whether they may be missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Effect::{Additive, Breaking, Documentation, None as Nothing},
    names,
    schemas::{At, Walker, kind, reference, rule, sides},
};

/// An object with the inline members of its `allOf` merged into it.
struct Object<'a> {
    properties: BTreeMap<&'a str, &'a Value>,
    /// Where each property stands below the schema.
    below: BTreeMap<&'a str, String>,
    required: BTreeSet<&'a str>,
    /// The named schemas it is made of.
    bases: BTreeSet<&'a str>,
}

fn object(schema: &Value) -> Object<'_> {
    let mut object = Object {
        properties: BTreeMap::new(),
        below: BTreeMap::new(),
        required: BTreeSet::new(),
        bases: BTreeSet::new(),
    };
    let members = schema["allOf"].as_array().into_iter().flatten().enumerate();
    let inline = members.map(|(index, member)| (member, format!("allOf/{index}/")));
    for (part, below) in inline.chain([(schema, String::new())]) {
        object.bases.extend(reference(part));
        object.required.extend(part["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            object.properties.insert(name, property);
            object.below.insert(name, below.clone());
        }
    }
    object
}

impl Object<'_> {
    fn at(&self, at: &At, name: &str) -> At {
        let below = self.below.get(name).map_or("", String::as_str);
        let inner = At { pointer: format!("{}/{below}", at.pointer), ..at.clone() };
        let inner = At { pointer: inner.pointer.trim_end_matches('/').to_string(), ..inner };
        inner.property(name)
    }
}

impl Walker<'_> {
    pub fn properties(&mut self, old: &Value, new: &Value, at: &At) {
        let (old, new) = (object(old), object(new));
        for base in old.bases.difference(&new.bases) {
            if self.renames.get(*base).is_some_and(|to| new.bases.contains(to.as_str())) {
                continue;
            }
            let why = format!("it no longer includes the properties of `{base}`");
            self.change(&at.part("allOf", ""), "composition changed", rule(Breaking, Breaking, Breaking), why);
        }
        for base in new.bases.difference(&old.bases) {
            if self.renames.values().any(|to| to == base) {
                continue;
            }
            let why = format!("it includes the properties of `{base}`");
            self.change(&at.part("allOf", ""), "composition changed", rule(Additive, Additive, Additive), why);
        }
        let gone: Vec<&str> =
            old.properties.keys().filter(|name| !new.properties.contains_key(*name)).copied().collect();
        let come: Vec<&str> =
            new.properties.keys().filter(|name| !old.properties.contains_key(*name)).copied().collect();
        let same =
            |before: &str, after: &str| names::bare(old.properties[before]) == names::bare(new.properties[after]);
        let renamed = names::pairs(&gone, &come, &same);
        for (before, after) in &renamed {
            let why = format!(
                "`{before}` seems to be called `{after}` now; if the two have nothing to do with each other, one is removed \
                 and the other added"
            );
            let at = old.at(at, before);
            self.renamed(&at, after, "property renamed", rule(Breaking, Breaking, Breaking), why);
            self.required(&old, &new, before, after, &at);
        }
        for name in gone.iter().filter(|name| !renamed.iter().any(|pair| pair.0 == **name)) {
            let why = "its field and its setter vanish; Imprint may ignore or refuse it where it is sent";
            self.change(&old.at(at, name), "property removed", rule(Breaking, Breaking, Breaking), why);
        }
        for name in come.iter().filter(|name| !renamed.iter().any(|pair| pair.1 == **name)) {
            let at = new.at(at, name);
            if new.required.contains(name) {
                let why = "calls that do not set it are refused before they are sent, and answers have to carry it";
                let ruling = sides([Breaking, Additive], [Breaking, Additive]);
                self.change(&at, "required property added", ruling, why);
            } else {
                let why = "a new field with a setter; types are non-exhaustive";
                self.change(&at, "property added", rule(Additive, Additive, Additive), why);
            }
        }
        for (name, before) in &old.properties {
            if let Some(after) = new.properties.get(name) {
                let at = new.at(at, name);
                self.required(&old, &new, name, name, &at);
                self.schema(before, after, &at);
            }
        }
        self.required_elsewhere(&old, &new, at);
    }

    /// Whether a property may be missing or null, and so whether its field is an Option.
    fn required(&mut self, old: &Object<'_>, new: &Object<'_>, before: &str, after: &str, at: &At) {
        let (was, is) = (old.required.contains(before), new.required.contains(after));
        let null = |document: &Value, schema: &Value| self.resolve(document, schema)["nullable"] == true;
        let (had_null, has_null) = (null(self.old, old.properties[before]), null(self.new, new.properties[after]));
        let resolved = self.resolve(self.new, new.properties[after]);
        // Lists and maps are never in an Option.
        let collection = matches!(kind(&resolved), "a list" | "a map");
        let optional = |required: bool, null: bool| !required || null;
        let changed = optional(was, had_null) != optional(is, has_null) && !collection;
        let rust = if changed { Breaking } else { Nothing };
        if !was && is {
            let why = match rust {
                Breaking => "the field is no Option any more, and calls have to set it",
                _ => "the Rust type of the field stays",
            };
            self.change(at, "property became required", rule(rust, Breaking, Additive), why);
        } else if was && !is {
            let why = match rust {
                Breaking => "the field becomes an Option: answers may come without it",
                _ => "the Rust type of the field stays",
            };
            self.change(at, "property became optional", rule(rust, Additive, Breaking), why);
        }
        if had_null != has_null {
            // The schema it refers to may have changed; either way the field is here.
            self.nullable(has_null, rust, at);
        }
    }

    /// Names in `required` that are properties of a base, or of nothing.
    fn required_elsewhere(&mut self, old: &Object<'_>, new: &Object<'_>, at: &At) {
        let known = |name: &&&str| old.properties.contains_key(**name) || new.properties.contains_key(**name);
        let differing: Vec<&str> =
            old.required.symmetric_difference(&new.required).filter(|name| !known(name)).copied().collect();
        for name in differing {
            let is = new.required.contains(name);
            let at = At { leaf: name.to_string(), ..at.part("required", &format!(".{name}")) };
            if new.bases.is_empty() && old.bases.is_empty() {
                let why = "`required` names what is no property, which the pipeline leaves out";
                self.change(&at, "required without a property", rule(Nothing, Documentation, Documentation), why);
            } else if is {
                let why = "the field, which comes from another schema, is no Option any more, and calls have to set it";
                self.change(&at, "property became required", rule(Breaking, Breaking, Additive), why);
            } else {
                let why = "the field, which comes from another schema, becomes an Option";
                self.change(&at, "property became optional", rule(Breaking, Additive, Breaking), why);
            }
        }
    }
}
