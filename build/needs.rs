//! What hand-written code needs of the API: read from `openapi/needs.yaml`, and compared with the model.
//!
//! Without this check a document that lacks something of it would make rustc complain about hand-written code, which
//! the reader of its message has never seen. `cargo xtask check` proves that the file is complete: it compiles the
//! hand-written code against an API of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    api::{Api, Body, BodyType, Operation, Shape, Struct, Type},
    http::Place,
    problem::Problem,
};

/// Everything that is needed.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    pub schemas: BTreeMap<String, Need>,
    pub ids: BTreeMap<String, Need>,
    pub enums: BTreeMap<String, Need>,
    pub operations: BTreeMap<String, Need>,
    /// By the name of a property of errors. They have no types, so only xtask compares them with the document.
    #[allow(dead_code, reason = "xtask reads it")]
    pub errors: BTreeMap<String, Need>,
}

/// What is needed of one schema or operation.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// The hand-written files, or the helpers in them, for the message.
    pub used_by: Vec<String>,
    /// The properties of a schema or the parameters of an operation, by their names in the document, with their types
    /// as `spelled` writes them.
    pub members: BTreeMap<String, String>,
    /// The values of an enum.
    pub values: Vec<String>,
    /// The hand-written methods that make an operation safe or do the whole task, such as `Client::ensure_linked`: the path
    /// of each from the root of the crate. The page of the operation names them.
    pub helpers: Vec<String>,
    /// The type that an operation takes in its body, and the one that it answers; `None` is "nothing".
    pub body: Option<String>,
    pub answers: Option<String>,
}

const ADVICE: &str = "restore it by an overlay action if the API still has it, or change the hand-written code and \
                      openapi/needs.yaml with it";

impl Needs {
    /// Reads the file.
    pub fn parse(file: &Value) -> Result<Self, Problem> {
        let Some(sections) = file.as_object() else { return Err(refuse("", "it is no map")) };
        let mut needs = Self::default();
        for (section, entries) in sections {
            let into = match section.as_str() {
                "schemas" => &mut needs.schemas,
                "ids" => &mut needs.ids,
                "enums" => &mut needs.enums,
                "operations" => &mut needs.operations,
                "errors" => &mut needs.errors,
                _ => return Err(refuse(section, "it is none of schemas, ids, enums, operations and errors")),
            };
            for (name, entry) in entries.as_object().into_iter().flatten() {
                into.insert(name.clone(), Need::parse(&format!("{section}/{name}"), entry)?);
            }
        }
        Ok(needs)
    }

    /// Compares the model with what is needed.
    pub fn check(&self, api: &Api) -> Result<(), Problem> {
        self.missing(api).into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything that is needed and that the model does not have.
    pub fn missing(&self, api: &Api) -> Vec<Problem> {
        let mut missing = Vec::new();
        let mut differing = Vec::new();
        for (id, need) in &self.operations {
            let Some(operation) = api.operations.iter().find(|operation| operation.facts.id == *id) else {
                let problem = need.missing("/paths".into(), "the document no longer has an operation of this id");
                missing.push(problem.in_operation(id));
                continue;
            };
            let answers_nothing = operation.answer.is_none() && need.answers.is_some();
            let problem = check_operation(operation, need).err().map(|problem| problem.in_operation(id));
            if answers_nothing { &mut missing } else { &mut differing }.extend(problem);
        }
        // What only such an operation carried is gone with it, and is not to blame.
        let carriers_are_there = missing.is_empty();
        for (name, need) in &self.schemas {
            if carriers_are_there || structure(api, name).is_some() {
                missing.extend(check_schema(api, name, need).err());
            }
        }
        for (name, need) in self.ids.iter().filter(|_| carriers_are_there) {
            if !api.texts.iter().any(|text| text.name == *name) {
                let message = "the document no longer has this kind of id";
                missing.push(need.missing(format!("/components/schemas/{name}"), message));
            }
        }
        for (name, need) in &self.enums {
            let place = format!("/components/schemas/{name}");
            let Some(found) = api.enums.iter().find(|item| item.name == *name) else {
                let problem = need.missing(place, "the document no longer has this list of values");
                missing.extend(Some(problem).filter(|_| carriers_are_there));
                continue;
            };
            let lacks = |value: &&String| !found.values.iter().any(|found| found.text == **value);
            let lacking = need.values.iter().filter(lacks);
            missing.extend(
                lacking.map(|value| need.missing(place.clone(), format!("its values no longer include `{value}`"))),
            );
        }
        missing.extend(differing);
        missing
    }

    /// Removes from the model all that is not needed. What is left refers to nothing that is gone.
    #[allow(dead_code, reason = "`cargo xtask check` proves with it that the file is complete")]
    pub fn prune(&self, api: &mut Api) {
        api.operations.retain(|operation| self.operations.contains_key(&operation.facts.id));
        for operation in &mut api.operations {
            let need = &self.operations[&operation.facts.id];
            let is_needed = |wire: &String| need.members.contains_key(wire);
            operation
                .parameters
                .retain(|parameter| parameter.facts.place == Place::Path || is_needed(&parameter.facts.wire));
            operation.body = operation.body.take().filter(|_| need.body.is_some());
            operation.answer = operation.answer.take().filter(|_| need.answers.is_some());
            operation.paging = None;
            operation.follow = None;
            operation.facts.cursor = None;
        }
        api.aliases.retain(|name, _| self.schemas.contains_key(name));
        for structure in &mut api.structs {
            // A schema may be needed under a name that only stands for it.
            let aliases = api.aliases.iter().filter(|(_, target)| **target == structure.name).map(|(name, _)| name);
            let needs: Vec<&Need> =
                aliases.chain([&structure.name]).filter_map(|name| self.schemas.get(name)).collect();
            structure.fields.retain(|field| needs.iter().any(|need| need.members.contains_key(&field.wire)));
        }
        for item in &mut api.enums {
            let values = self.enums.get(&item.name).map(|need| need.values.as_slice()).unwrap_or_default();
            item.values.retain(|value| values.contains(&value.text));
        }
        let used = self.reached(api);
        api.structs.retain(|structure| used.contains(&structure.name));
        api.enums.retain(|item| used.contains(&item.name));
        api.texts.retain(|text| used.contains(&text.name));
        api.unions.retain(|union| used.contains(&union.name));
    }

    /// The types that are needed by name, and those that what is left of the API holds.
    fn reached(&self, api: &Api) -> BTreeSet<String> {
        let named = self.schemas.keys().chain(self.ids.keys()).chain(self.enums.keys()).cloned();
        let mut open: Vec<String> = named.chain(api.aliases.values().cloned()).collect();
        open.extend(api.webhooks.iter().map(|webhook| webhook.holds.clone()));
        for operation in &api.operations {
            open.extend(operation.body.as_ref().and_then(Body::structure).map(str::to_string));
            let body = operation.body.as_ref().and_then(|body| match &body.ty {
                BodyType::Value(ty) => Some(ty),
                BodyType::Fields(_) | BodyType::Bytes | BodyType::Files => None,
            });
            let types =
                operation.answer.iter().chain(operation.parameters.iter().map(|parameter| &parameter.ty)).chain(body);
            open.extend(types.filter_map(named_in));
        }
        let mut reached = BTreeSet::new();
        while let Some(name) = open.pop() {
            if let Some(structure) = api.structure(&name).filter(|_| !reached.contains(&name)) {
                open.extend(structure.fields.iter().filter_map(|field| named_in(&field.ty)));
            }
            if let Some(union) = api.union(&name).filter(|_| !reached.contains(&name)) {
                open.extend(union.variants.iter().filter_map(|variant| named_in(&variant.ty)));
            }
            reached.insert(name);
        }
        reached
    }
}

/// The type of the API that a type is, or has in its lists, maps or boxes.
fn named_in(ty: &Type) -> Option<String> {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) | Type::Boxed(inner) => named_in(inner),
        ty => ty.named().map(str::to_string),
    }
}

impl Need {
    fn parse(place: &str, entry: &Value) -> Result<Self, Problem> {
        let Some(map) = entry.as_object() else { return Err(refuse(place, "it is no map")) };
        let mut need = Self::default();
        for (key, value) in map {
            let texts = || -> Option<Vec<String>> {
                value.as_array()?.iter().map(|value| value.as_str().map(str::to_string)).collect()
            };
            let wrong = || refuse(place, &format!("`{key}` is not what it should be"));
            match key.as_str() {
                "used_by" => need.used_by = texts().ok_or_else(wrong)?,
                "values" => need.values = texts().ok_or_else(wrong)?,
                "helpers" => need.helpers = texts().ok_or_else(wrong)?,
                "properties" | "parameters" => {
                    for (name, ty) in value.as_object().ok_or_else(wrong)? {
                        need.members.insert(name.clone(), ty.as_str().ok_or_else(wrong)?.to_string());
                    }
                }
                "body" => need.body = Some(value.as_str().ok_or_else(wrong)?.to_string()),
                "answers" => {
                    let name = value.as_str().ok_or_else(wrong)?;
                    need.answers = Some(name.to_string()).filter(|name| name != "nothing");
                }
                _ => return Err(refuse(place, &format!("it has the unknown key `{key}`"))),
            }
        }
        if need.used_by.is_empty() {
            return Err(refuse(place, "it does not say by `used_by` which hand-written files need it"));
        }
        Ok(need)
    }

    fn missing(&self, place: String, what: impl Into<String>) -> Problem {
        let need = if self.used_by.len() == 1 { "needs" } else { "need" };
        Problem::new(place, format!("{}, and {} {need} it", what.into(), self.used_by.join(", ")), ADVICE)
    }
}

fn refuse(place: &str, what: &str) -> Problem {
    let advice = "see the comment at the beginning of the file for what it may hold";
    Problem::new(format!("openapi/needs.yaml, {place}"), what, advice)
}

/// The object that a schema has become, whether under its own name or another one.
fn structure<'a>(api: &'a Api, name: &str) -> Option<&'a Struct> {
    api.structure(api.aliases.get(name).map_or(name, String::as_str))
}

fn check_schema(api: &Api, name: &str, need: &Need) -> Result<(), Problem> {
    let place = format!("/components/schemas/{name}");
    let Some(structure) = structure(api, name) else {
        let what = "the document no longer has this schema as an object that an operation or a webhook carries";
        return Err(need.missing(place, what));
    };
    for (wire, expected) in &need.members {
        let place = format!("{place}/properties/{wire}");
        let Some(field) = structure.fields.iter().find(|field| field.wire == *wire) else {
            return Err(need.missing(place, "the document no longer has this property"));
        };
        let found = spelled(&field.ty, field.shape == Shape::Optional);
        if found != *expected {
            return Err(need.missing(place, format!("it was `{expected}` and has become `{found}`")));
        }
    }
    Ok(())
}

fn check_operation(operation: &Operation, need: &Need) -> Result<(), Problem> {
    let place = || operation.facts.pointer.clone();
    for (wire, expected) in &need.members {
        let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.facts.wire == *wire) else {
            return Err(need.missing(place(), format!("it no longer has the parameter `{wire}`")));
        };
        let found = spelled(&parameter.ty, !parameter.required);
        if found != *expected {
            let what = format!("its parameter `{wire}` was `{expected}` and has become `{found}`");
            return Err(need.missing(place(), what));
        }
    }
    // A helper that sends no body does not care for an optional one.
    let body = operation.body.as_ref().filter(|_| need.body.is_some()).map(body_name);
    let answer = operation.answer.as_ref().map(|ty| spelled(ty, false));
    for (what, found, expected) in [("takes", body, &need.body), ("answers", answer, &need.answers)] {
        if found != *expected {
            let [found, expected] = [&found, expected].map(|ty| ty.as_deref().unwrap_or("nothing"));
            let what = format!("it {what} `{found}` where `{expected}` is expected");
            return Err(need.missing(place(), what));
        }
    }
    Ok(())
}

/// What a body is called in `openapi/needs.yaml`.
fn body_name(body: &Body) -> String {
    match &body.ty {
        BodyType::Fields(name) => name.clone(),
        BodyType::Value(ty) => spelled(ty, false),
        BodyType::Bytes => "bytes".to_string(),
        BodyType::Files => "files".to_string(),
    }
}

/// A type as `openapi/needs.yaml` writes it: the Rust type without paths.
pub fn spelled(ty: &Type, is_optional: bool) -> String {
    let name = match ty {
        Type::Text => "String".to_string(),
        Type::Bool => "bool".to_string(),
        Type::I32 => "i32".to_string(),
        Type::I64 => "i64".to_string(),
        Type::F32 => "f32".to_string(),
        Type::F64 => "f64".to_string(),
        Type::Secret => "Secret".to_string(),
        Type::Timestamp => "Timestamp".to_string(),
        Type::Any => "Value".to_string(),
        Type::FreeObject => "Map".to_string(),
        Type::Named(name) => name.clone(),
        Type::List(item) => format!("Vec<{}>", spelled(item, false)),
        Type::Map(value) => format!("BTreeMap<{}>", spelled(value, false)),
        Type::Nullable(inner) => spelled(inner, true),
        Type::Boxed(inner) => spelled(inner, false),
    };
    if is_optional { format!("Option<{name}>") } else { name }
}
