//! Unions: what `oneOf` and `anyOf` allow is settled here, with a name for each variant and what tells the variants apart.
//!
//! `settle` simplifies: variants that are one Rust type are one, a union within a union is spread, and what is left has
//! two keywords beside its members that only lowering knows: `tag`, the property that tells the variants apart, and
//! `variants`, the name of each with its values of that property. `carry` writes a union as an object with a property for
//! each variant, since typify reads objects without surprises; the model makes a union of it again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Lowered, merge, shapes};
use crate::build::{
    problem::Problem,
    rust_names::variant,
    walk::{self, Place, Role, component_name, resolve},
};

/// The keywords that make a union.
pub(super) const KEYWORDS: [&str; 2] = ["anyOf", "oneOf"];

/// What lowering writes beside the members of a union.
const TAG: &str = "tag";
const VARIANTS: &str = "variants";

/// The keyword of a discriminator, of OpenAPI 3.2, that names the schema of the values that are of no other.
pub(super) const DEFAULT: &str = "defaultMapping";

/// How deep unions may stand within unions.
const MAX_DEPTH: usize = 16;

/// A union that `carry` has written as an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Union {
    /// The property that tells the variants apart, if one does.
    pub tag: Option<String>,
    /// The variants in the order of the document. That at index `i` is the property `property(i)` of the object.
    pub variants: Vec<Variant>,
}

/// One of the shapes that a union allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// Its name in Rust.
    pub name: String,
    /// The values of the tag that mean it.
    pub values: Vec<String>,
}

/// The property that stands for the variant at an index.
pub fn property(index: usize) -> String {
    format!("v{index}")
}

/// The members of a union.
pub(super) fn members(schema: &Value) -> Option<&Vec<Value>> {
    KEYWORDS.iter().find_map(|keyword| schema.get(*keyword)?.as_array())
}

/// The names of the variants of a union that has been settled.
pub(super) fn variants(schema: &Value) -> Vec<String> {
    let variants = schema[VARIANTS].as_array().into_iter().flatten();
    variants.map(|variant| variant["name"].as_str().unwrap_or_default().to_string()).collect()
}

/// The named schema that a schema refers to.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    component_name(schema.get("$ref")?.as_str()?, "schemas")
}

/// Whether what a discriminator maps a value to is a schema: it may be a reference, the name alone, or the name of a file.
pub(super) fn is_mapped_to(target: &str, name: &str) -> bool {
    let last = target.rsplit(['/', '#']).next().unwrap_or_default();
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|ending| last.strip_suffix(ending)).unwrap_or(last);
    component_name(target, "schemas").unwrap_or(target) == name || stem == name
}

/// Removes unions whose members only say which properties have to be there: they change no type.
///
/// A `discriminator` without a union goes as well: it is that of a base of which no schema is made.
pub fn only_validating(lowered: &mut Lowered) -> Result<(), Problem> {
    if !has_unions(lowered) {
        return Ok(());
    }
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        for keyword in KEYWORDS {
            let Some(members) = map.get(keyword).and_then(Value::as_array) else { continue };
            let says_no_shape = |member: &Value| {
                let mut keywords = member.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str());
                keywords.all(|keyword| matches!(keyword, "required" | "not") || merge::is_harmless(keyword))
            };
            if map.contains_key("type") && members.iter().all(says_no_shape) {
                map.remove(keyword);
            }
        }
        if !KEYWORDS.iter().any(|keyword| map.contains_key(*keyword)) {
            map.remove("discriminator");
        }
        Ok(())
    })
}

fn has_unions(lowered: &Lowered) -> bool {
    let words = KEYWORDS.into_iter().chain(["discriminator"]);
    walk::any_map(&lowered.document, &|map| words.clone().any(|keyword| map.contains_key(keyword)))
}

/// Brings every union into its simplest form.
pub fn settle(lowered: &mut Lowered) -> Result<(), Problem> {
    if !has_unions(lowered) {
        return Ok(());
    }
    let known = lowered.document.clone();
    let aliases = lowered.aliases.clone();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(settled) = Settling { known: &known, aliases: &aliases, place }.settled(schema)? else {
            return Ok(());
        };
        *schema = settled;
        Ok(())
    })?;
    // A named union of one schema has become another name of it.
    shapes::aliases(lowered)
}

/// What is known while one union is settled.
struct Settling<'a> {
    known: &'a Value,
    aliases: &'a BTreeMap<String, String>,
    place: &'a Place,
}

/// A member on its way to be a variant.
#[derive(Clone)]
struct Member {
    schema: Value,
    /// The values of the discriminator that the document maps to it.
    mapped: Vec<String>,
    /// It is the schema of the values that are of no other member.
    is_default: bool,
    /// Another variant has the same schema, and the value of the discriminator tells which it is.
    by_value: bool,
}

/// The members of a union and of those within it.
#[derive(Default)]
struct Spread {
    members: Vec<Member>,
    /// The properties that are said to tell the members apart.
    tags: BTreeSet<String>,
    nullable: bool,
}

impl Settling<'_> {
    /// The union in its simplest form; `None` for a schema that is no union.
    fn settled(&self, schema: &Value) -> Result<Option<Value>, Problem> {
        if members(schema).is_none() || schema.get(VARIANTS).is_some() {
            return Ok(None);
        }
        let mut spread = Spread::default();
        self.spread(schema, &self.place.pointer, 0, &mut spread)?;
        let Spread { mut members, tags, nullable } = spread;
        let mut beside = Map::new();
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            if matches!(keyword.as_str(), "description" | "title" | "deprecated" | "nullable")
                || keyword.starts_with("x-")
            {
                beside.insert(keyword.clone(), value.clone());
            }
        }
        if nullable {
            beside.insert("nullable".into(), json!(true));
        }
        distinct(&mut members);
        // Whatever fits no other variant is kept by every union, but not by a type that is no union.
        let before = members.len();
        members.retain(|member| !is_any(&member.schema));
        let takes_any = members.len() < before && !matches!(self.place.role, Role::Parameter { .. });
        if let Some(only) = self.one_type(&members) {
            let only = if takes_any { json!({}) } else { only };
            let mut only = only.as_object().cloned().unwrap_or_default();
            only.extend(beside);
            return Ok(Some(Value::Object(only)));
        }
        let (tag, values) = self.tag(&members, &tags);
        let (members, values) = self.by_value(tag.as_deref(), members, values);
        let mut taken = vec!["Unrecognized".to_string()];
        let variants: Vec<Value> = members
            .iter()
            .zip(&values)
            .enumerate()
            .map(|(index, (member, values))| {
                let name = self.name(member, values, index, &taken);
                taken.push(name.clone());
                json!({"name": name, "values": values})
            })
            .collect();
        beside.insert("oneOf".into(), members.into_iter().map(|member| member.schema).collect());
        beside.insert(VARIANTS.into(), Value::Array(variants));
        beside.extend(tag.map(|tag| (TAG.to_string(), json!(tag))));
        Ok(Some(Value::Object(beside)))
    }

    /// Adds the members of a union. A member that is a union itself is spread; what stands beside the members is part of
    /// each.
    fn spread(&self, schema: &Value, pointer: &str, depth: usize, spread: &mut Spread) -> Result<(), Problem> {
        if depth == MAX_DEPTH {
            return Err(self.place.problem("a union that contains itself", "name its shapes by an overlay action"));
        }
        let mut rest = schema.as_object().cloned().unwrap_or_default();
        let discriminator = rest.remove("discriminator").unwrap_or_default();
        spread.tags.extend(discriminator["propertyName"].as_str().map(str::to_string));
        spread.nullable |= rest.remove("nullable") == Some(json!(true));
        let unions: Vec<(&str, Value)> =
            KEYWORDS.iter().filter_map(|keyword| Some((*keyword, rest.remove(*keyword)?))).collect();
        rest.retain(|keyword, _| !merge::is_harmless(keyword) && keyword != "type");
        if let ([_, _], _) | (_, true) = (unions.as_slice(), rest.contains_key("enum")) {
            return Err(self.place.problem(
                "`oneOf` and `anyOf`, or one of them and an `enum`, that are both to hold",
                "write the shapes that are allowed as one `oneOf` by an overlay action",
            ));
        }
        for (keyword, of_union) in unions {
            for (index, member) in of_union.as_array().into_iter().flatten().enumerate() {
                let pointer = format!("{pointer}/{keyword}/{index}");
                let mapped = reference(member).map(|name| self.mapped(&discriminator, name)).unwrap_or_default();
                let default = discriminator[DEFAULT].as_str();
                let is_default = reference(member).zip(default).is_some_and(|(name, to)| self.is_mapped_to(to, name));
                let target = resolve(self.known, member);
                if members(target).is_some() && target.get(VARIANTS).is_none() {
                    self.spread(target, &pointer, depth + 1, spread)?;
                    continue;
                }
                let mut schema = member.clone();
                if !rest.is_empty() {
                    let title = member.get("title").cloned().or_else(|| reference(member).map(|name| json!(name)));
                    let base = Value::Object(rest.clone());
                    schema = merge::both(self.known, (&base, &self.place.pointer), (member, &pointer))?;
                    if let (Some(title), Some(map)) = (title, schema.as_object_mut()) {
                        map.insert("title".into(), title);
                    }
                }
                if let Some(map) = schema.as_object_mut() {
                    spread.nullable |= map.remove("nullable") == Some(json!(true));
                }
                spread.members.push(Member { schema, mapped, is_default, by_value: false });
            }
        }
        Ok(())
    }

    /// The values of a discriminator that mean a schema, by the mapping.
    fn mapped(&self, discriminator: &Value, name: &str) -> Vec<String> {
        let mapping = discriminator["mapping"].as_object().into_iter().flatten();
        let mut values: Vec<String> = mapping
            .filter(|(_, target)| target.as_str().is_some_and(|target| self.is_mapped_to(target, name)))
            .map(|(value, _)| value.clone())
            .collect();
        values.sort();
        values
    }

    /// The same as the function of this name, also where the schema has become another name of another one.
    fn is_mapped_to(&self, target: &str, name: &str) -> bool {
        let stand_for = self.aliases.iter().filter(|(_, of)| *of == name).map(|(alias, _)| alias.as_str());
        stand_for.chain([name]).any(|name| is_mapped_to(target, name))
    }

    /// The schema that all members are, if they are one Rust type.
    fn one_type(&self, members: &[Member]) -> Option<Value> {
        let targets: Vec<&Value> = members.iter().map(|member| resolve(self.known, &member.schema)).collect();
        let kinds: BTreeSet<&str> = targets.iter().map(|target| target["type"].as_str().unwrap_or("")).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        match (members, kinds.as_slice()) {
            ([], _) => Some(json!({})),
            ([only], _) => Some(only.schema.clone()),
            (_, ["string"]) => {
                let mut values: Vec<&Value> = Vec::new();
                for value in targets.iter().filter_map(|target| target["enum"].as_array()).flatten() {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                // Of several formats none is that of all values.
                let formats: BTreeSet<_> = targets.iter().map(|target| target["format"].as_str()).collect();
                let format = formats
                    .into_iter()
                    .next()
                    .flatten()
                    .filter(|format| targets.iter().all(|target| target["format"] == *format));
                Some(match (values.is_empty(), format) {
                    (false, _) => json!({"type": "string", "enum": values}),
                    (true, Some(format)) => json!({"type": "string", "format": format}),
                    (true, None) => json!({"type": "string"}),
                })
            }
            (_, ["integer"]) => Some(json!({"type": "integer"})),
            (_, ["number"] | ["integer", "number"]) => Some(json!({"type": "number"})),
            (_, ["boolean"]) => Some(json!({"type": "boolean"})),
            // Whatever scalar it is, a URL has its text.
            (_, kinds) if matches!(self.place.role, Role::Parameter { .. }) => {
                let scalars = ["boolean", "integer", "number", "string"];
                kinds.iter().all(|kind| scalars.contains(kind)).then(|| json!({"type": "string"}))
            }
            _ => None,
        }
    }

    /// The property that tells the members apart, and the values of it that mean each, as texts.
    fn tag(&self, members: &[Member], said: &BTreeSet<String>) -> (Option<String>, Vec<Vec<String>>) {
        let property = |member: &Member, name: &str| -> Vec<String> {
            let property = &resolve(self.known, &member.schema)["properties"][name];
            let values = resolve(self.known, property)["enum"].as_array().into_iter().flatten();
            values.filter_map(text).collect()
        };
        if let Some(tag) = said.first().filter(|_| said.len() == 1) {
            let declared: Vec<Vec<String>> = members.iter().map(|member| property(member, tag)).collect();
            let mut taken: BTreeSet<String> = BTreeSet::new();
            // What is mapped counts more, and a value that several declare tells none of them apart.
            let is_free = |value: &&String| {
                let declare = declared.iter().filter(|values| values.contains(value)).count();
                declare == 1 && !members.iter().any(|member| member.mapped.contains(value))
            };
            let values = members.iter().zip(&declared).map(|(member, declared)| {
                // It is also what has a value that nobody knows, and its type keeps the value.
                if member.is_default && self.keeps(member, tag) {
                    return Vec::new();
                }
                let mut values = member.mapped.clone();
                values.extend(declared.iter().filter(is_free).cloned());
                let name = reference(&member.schema).map(str::to_string);
                // Without a mapping the value is the name of the schema, if it may be.
                let may_be = |name: &String| declared.is_empty() || declared.contains(name);
                if values.is_empty() && !member.is_default {
                    values.extend(name.filter(may_be));
                }
                values.retain(|value| taken.insert(value.clone()));
                values
            });
            return (Some(tag.clone()), values.collect());
        }
        let first = members.first().map(|member| resolve(self.known, &member.schema)["properties"].clone());
        let mut names: Vec<String> =
            first.as_ref().and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect();
        names.sort_by_key(|name| (!matches!(name.as_str(), "type" | "object" | "kind"), name.clone()));
        for name in names {
            let values: Vec<Vec<String>> = members.iter().map(|member| property(member, &name)).collect();
            let all: BTreeSet<&String> = values.iter().flatten().collect();
            if values.iter().all(|values| !values.is_empty()) && all.len() == values.iter().flatten().count() {
                return (Some(name), values);
            }
        }
        (None, vec![Vec::new(); members.len()])
    }

    /// Whether the type of a member has the property that tells the members apart.
    fn keeps(&self, member: &Member, tag: &str) -> bool {
        resolve(self.known, &member.schema)["properties"].get(tag).is_some()
    }

    /// The members with one value each, where their type does not keep the value: a value that was read as one of several
    /// could not be written back otherwise.
    fn by_value(
        &self,
        tag: Option<&str>,
        members: Vec<Member>,
        values: Vec<Vec<String>>,
    ) -> (Vec<Member>, Vec<Vec<String>>) {
        let Some(tag) = tag else { return (members, values) };
        let each = members.into_iter().zip(values).flat_map(|(member, values)| {
            if self.keeps(&member, tag) || values.len() < 2 {
                return vec![(member, values)];
            }
            values.into_iter().map(|value| (Member { by_value: true, ..member.clone() }, vec![value])).collect()
        });
        each.unzip()
    }

    /// The name of a variant.
    fn name(&self, member: &Member, values: &[String], index: usize, taken: &[String]) -> String {
        let title = member.schema["title"].as_str();
        let value = values.first().filter(|_| values.len() == 1).map(String::as_str);
        let kind = match resolve(self.known, &member.schema)["type"].as_str() {
            Some("string") if member.schema["format"] == "date-time" => Some("Timestamp"),
            Some("string") => Some("Text"),
            Some("integer") => Some("Integer"),
            Some("number") => Some("Number"),
            Some("boolean") => Some("Bool"),
            Some("array") => Some("List"),
            _ => None,
        };
        let named = reference(&member.schema).filter(|_| !member.by_value);
        let said = named.or(value).or(title).or(kind);
        let says_something = |text: &&str| text.contains(char::is_alphanumeric);
        let base =
            said.filter(says_something).map_or_else(|| format!("Variant{}", index + 1), |said| variant(said, false));
        let mut name = base.clone();
        for number in 2.. {
            if !taken.contains(&name) {
                break;
            }
            name = format!("{base}{number}");
        }
        name
    }
}

/// The text of a value of a tag: a discriminator writes numbers and booleans as texts, too.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Leaves one of several members that say the same.
fn distinct(members: &mut Vec<Member>) {
    let mut kept: Vec<Member> = Vec::new();
    for member in std::mem::take(members) {
        match kept.iter_mut().find(|other| super::inline::shape(&other.schema) == super::inline::shape(&member.schema))
        {
            Some(other) => {
                other.mapped.extend(member.mapped);
                other.is_default |= member.is_default;
            }
            None => kept.push(member),
        }
    }
    *members = kept;
}

/// Whether a schema allows any value.
fn is_any(schema: &Value) -> bool {
    schema.as_object().is_some_and(|map| map.keys().all(|keyword| merge::is_harmless(keyword)))
}

/// Writes every union, which has a name by now, as an object with a property for each variant.
pub fn carry(lowered: &mut Lowered) -> Result<(), Problem> {
    let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    for (name, schema) in schemas {
        let Some(map) = schema.as_object_mut() else { continue };
        let Some(Value::Array(variants)) = map.remove(VARIANTS) else { continue };
        let tag = map.remove(TAG).and_then(|tag| tag.as_str().map(str::to_string));
        let members = map.remove("oneOf").unwrap_or_default();
        let mut properties = Map::new();
        for (index, member) in members.as_array().into_iter().flatten().enumerate() {
            let mut member = member.clone();
            if let Some(map) = member.as_object_mut() {
                map.remove("nullable");
            }
            properties.insert(property(index), member);
        }
        map.insert("type".into(), json!("object"));
        map.insert("properties".into(), Value::Object(properties));
        let variants = variants.iter().map(|variant| Variant {
            name: variant["name"].as_str().unwrap_or_default().to_string(),
            values: variant["values"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_string))
                .collect(),
        });
        let union = Union { tag, variants: variants.collect() };
        lowered.unions.insert(name.clone(), union);
    }
    Ok(())
}
