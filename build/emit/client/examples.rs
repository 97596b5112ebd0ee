//! An example for every operation that compiles, made from the examples of the document.

use serde_json::Value;

use super::{
    HandWritten,
    names::{self, Names},
};
use crate::build::{
    api::{Api, BodyType, Field, Operation, Shape, Struct, Type},
    problem::Problem,
};

/// Refuses an example that is to set what the operation does not have.
pub fn known(api: &mut Api, _: &HandWritten) -> Result<(), Problem> {
    for operation in &api.operations {
        if let Some(name) = &operation.facts.unknown_in_example {
            return Err(operation.problem(
                format!("`{name}` of `x-imprint-example` is neither a parameter nor a property of the body"),
                "correct the overlay action that sets the example",
            ));
        }
    }
    Ok(())
}

/// The call, sent.
pub fn of_send(api: &Api, names: &Names<'_>, operation: &Operation) -> String {
    let is_empty = operation.answer.is_none() && !operation.answers_bytes();
    let answer = if is_empty { "" } else { "let answer = " };
    // Whatever the document calls the operation, its name is text here and no code.
    let id = operation.facts.id.replace('{', "{{").replace('}', "}}");
    let shown = format!("println!({:?}, *answer);", format!("{id}: {{:?}}"));
    let sent: &[&str] = if is_empty { &[] } else { &[&shown] };
    example(names, operation, &steps(api, operation), answer, "    .send()\n    .await?;", sent)
}

/// The call, streamed.
pub fn of_stream(api: &Api, names: &Names<'_>, operation: &Operation) -> String {
    let each = ["while let Some(item) = items.try_next().await? {", "    println!(\"{item:?}\");", "}"];
    example(names, operation, &steps(api, operation), "let mut items = ", "    .stream();", &each)
}

/// The setters that the example of an operation calls.
fn steps(api: &Api, operation: &Operation) -> Vec<String> {
    let mut steps = Vec::new();
    let is_paged = operation.facts.cursor.is_some();
    for parameter in &operation.parameters {
        let page = is_paged && parameter.facts.wire == "limit";
        // A lookup by one optional value shows it.
        let lookup = operation.parameters.len() == 1 && operation.body.is_none() && !is_paged;
        if parameter.required || parameter.facts.shown || page || lookup {
            let sample = if page { Value::from(50) } else { parameter.facts.sample.clone() };
            // A placeholder that says what belongs there.
            let sample = if sample == "…" { Value::from(parameter.facts.wire.to_uppercase()) } else { sample };
            let setter = names::parameter_setter(parameter);
            steps.extend(literal(api, &parameter.ty, &sample, &[]).map(|value| format!(".{setter}({value})")));
        }
    }
    for file in operation.files().iter().filter(|file| file.required) {
        let upload = "imprint_client::Upload::new(\"file.pdf\", \"…\")";
        let upload = if file.many { format!("[{upload}]") } else { upload.to_string() };
        steps.push(format!(".{}({upload})", names::file_setter(file)));
    }
    match operation.body.as_ref().map(|body| (&body.ty, &body.facts)) {
        Some((BodyType::Value(ty), facts)) => {
            steps.extend(literal(api, ty, &facts.sample, &[]).map(|value| format!(".body({value})")));
        }
        Some((BodyType::Bytes, facts)) => {
            let text = if facts.media.starts_with("text/") {
                "\"…\""
            } else {
                "std::fs::read(\"file\").unwrap_or_default()"
            };
            steps.push(format!(".body({text})"));
        }
        Some((BodyType::Fields(_) | BodyType::Files, _)) | None => {}
    }
    if let Some((body, structure)) =
        operation.body.as_ref().and_then(|body| Some((body, api.structure(body.structure()?)?)))
    {
        let is_flat = |field: &Field| names::body_fields(operation, structure).any(|flat| flat.name == field.name);
        let sample = &body.facts.sample;
        let shown = |chosen: &dyn Fn(&Field) -> bool| {
            let all = setters(api, structure, sample, chosen, &[structure.name.as_str()]);
            all.into_iter().flatten().collect::<Vec<_>>()
        };
        steps.extend(shown(&is_flat));
        // Fields whose name means something else in the call.
        let others = shown(&|field| !is_flat(field));
        if !others.is_empty() {
            steps.push(format!(".body_map(|b| {})", chain("b", &others, 8)));
        }
    }
    steps
}

fn example(
    names: &Names<'_>,
    operation: &Operation,
    steps: &[String],
    start: &str,
    end: &str,
    after: &[&str],
) -> String {
    let mut lines = vec!["```no_run".to_string()];
    let uses_types = steps.iter().any(|step| step.contains("types::"));
    lines.extend(uses_types.then(|| "use imprint_client::types;".to_string()));
    lines.extend(operation.facts.deprecated.then(|| "# #[allow(deprecated)]".to_string()));
    lines.push("# async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {".into());
    lines.push(format!("{start}client"));
    lines.push(format!("    .{}()", names.method(operation)));
    lines.extend(steps.iter().map(|step| format!("    {step}")));
    lines.push(end.into());
    lines.extend(after.iter().map(|line| line.to_string()));
    lines.push("# Ok(())".into());
    lines.push("# }".into());
    lines.push("```".into());
    lines.join("\n")
}

/// One line while it is short, else a call a line.
fn chain(start: &str, setters: &[String], indent: usize) -> String {
    let flat: String = setters.concat();
    if start.len() + flat.len() < 80 {
        return format!("{start}{flat}");
    }
    let pad = " ".repeat(indent);
    let lines: String = setters.iter().map(|setter| format!("\n{pad}{setter}")).collect();
    format!("{start}{lines}")
}

/// How many types may be open at once, each within the one before: what refers to itself in many ways would else take too long.
const MAX_OPEN: usize = 8;

/// The setters that give an object its sample values, for the fields that `chosen` accepts; a required field without one
/// gets the plainest value. `None` stands for a required field that can be given none. `open` are the types that the object
/// is within, and its own.
fn setters(
    api: &Api,
    structure: &Struct,
    sample: &Value,
    chosen: &dyn Fn(&Field) -> bool,
    open: &[&str],
) -> Vec<Option<String>> {
    let fields = structure.fields.iter().filter(|field| chosen(field)).filter_map(|field| {
        let value = sample.get(&field.wire);
        let is_required = field.shape == Shape::Required;
        if value.is_none() && !is_required {
            return None;
        }
        let value = literal(api, &field.ty, value.unwrap_or(&Value::Null), open);
        let setter = value.map(|value| format!(".{}({value})", names::field_setter(field)));
        (setter.is_some() || is_required).then_some(setter)
    });
    fields.collect()
}

/// A sample as the argument of a setter of that type. `None` if there is none that ends: a type within itself, and what
/// requires one.
fn literal(api: &Api, ty: &Type, sample: &Value, open: &[&str]) -> Option<String> {
    match ty {
        Type::List(item) => {
            let items = sample.as_array()?.iter().filter_map(|sample| literal(api, item, sample, open));
            let items: Vec<String> = items.collect();
            (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
        }
        Type::Boxed(inner) => {
            let value = literal(api, inner, sample, open)?;
            Some(if value.contains("::builder()") { format!("{value}.build()?") } else { value })
        }
        Type::Named(name) => {
            if open.contains(&name.as_str()) || open.len() >= MAX_OPEN {
                return None;
            }
            let open = &[open, &[name.as_str()]].concat();
            if let Some(structure) = api.structure(name) {
                let setters: Option<String> = setters(api, structure, sample, &|_| true, open).into_iter().collect();
                return Some(format!("types::{name}::builder(){}", setters?));
            }
            if let Some(union) = api.union(name) {
                return union.variants.iter().find_map(|variant| {
                    let value =
                        literal(api, &variant.ty, &Value::Null, open).filter(|_| !variant.ty.is_collection())?;
                    let value = if value.contains("::builder()") { format!("{value}.build()?") } else { value };
                    Some(format!("types::{name}::{}({value}{})", variant.name, into_variant(api, &variant.ty)))
                });
            }
            match api.enums.iter().find(|item| item.name == *name) {
                Some(item) => {
                    let values = &item.values;
                    let named = values.iter().find(|value| Some(value.text.as_str()) == sample.as_str());
                    Some(format!("types::{name}::{}", named.or(values.first())?.name))
                }
                None => Some(text(sample)),
            }
        }
        Type::I32 => Some(grouped(sample.as_i64().unwrap_or(1))),
        Type::I64 => {
            let value = sample.as_i64().unwrap_or(1);
            // A literal without a suffix is an i32.
            let digits = grouped(value);
            Some(if i32::try_from(value).is_ok() { digits } else { format!("{digits}_i64") })
        }
        Type::F32 => Some(format!("{:?}_f32", sample.as_f64().unwrap_or(1.0))),
        Type::F64 => Some(format!("{:?}_f64", sample.as_f64().unwrap_or(1.0))),
        Type::Bool => Some(sample.as_bool().unwrap_or(true).to_string()),
        Type::Nullable(inner) => literal(api, inner, sample, open).map(|value| format!("Some({value}.into())")),
        Type::Map(_) | Type::FreeObject => None,
        Type::Any => Some("true".into()),
        Type::Text | Type::Secret | Type::Timestamp => Some(text(sample)),
    }
}

/// What has to be written behind a literal to have a value of the type, where a variant takes it and no setter.
fn into_variant(api: &Api, ty: &Type) -> &'static str {
    match ty {
        Type::Text | Type::Secret | Type::Timestamp | Type::Any | Type::Boxed(_) => ".into()",
        Type::Named(name) if api.texts.iter().any(|text| text.name == *name) => ".into()",
        _ => "",
    }
}

/// An integer as Rust code, with underscores between thousands from five digits on.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    if digits.len() < 5 {
        return format!("{sign}{digits}");
    }
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    let groups: Vec<String> = (first > 0).then(|| digits[..first].to_string()).into_iter().chain(groups).collect();
    format!("{sign}{}", groups.join("_"))
}

fn text(sample: &Value) -> String {
    format!("{:?}", sample.as_str().unwrap_or("…"))
}
