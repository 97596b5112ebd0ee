//! An example for every operation that compiles, made from the examples of the document.

use proc_macro2::Ident;
use serde_json::Value;
use syn::Type;

use super::docs;
use super::model::{Call, Code, Shape, Struct, argument_of, last_name};
use crate::build::{plan::Plan, problem::Problem};

/// Writes the doc comments, examples and all.
pub fn add(code: &mut Code, plan: &Plan) -> Result<(), Problem> {
    let written: Vec<_> = code.calls.iter().map(|call| examples(code, call, plan)).collect();
    // What has no words of its own in the document says at least where it belongs.
    for call in &code.calls {
        let owned = [(call.body.clone(), "Body"), (last_name(&call.answer), "Answer")];
        for (name, what) in owned {
            let structure = code.structs.iter_mut().find(|structure| Some(&structure.name) == name.as_ref());
            if let Some(structure) = structure.filter(|structure| structure.docs.is_empty()) {
                let method = &call.method;
                structure.docs = format!("{what} of [`Client::{method}`](crate::Client::{method}).");
            }
        }
    }
    for (call, (send, stream)) in code.calls.iter_mut().zip(written) {
        let errors = plan.errors.get(&call.id).map_or(&[][..], Vec::as_slice);
        let pages = call.paging.as_ref().map(|_| &call.builder);
        call.docs = docs::operation(&plan.operations[&call.id], errors, pages, &send);
        call.stream_example = stream;
    }
    Ok(())
}

/// The call sent, and streamed.
fn examples(code: &Code, call: &Call, plan: &Plan) -> (String, String) {
    let operation = &plan.operations[&call.id];
    let mut steps = Vec::new();
    for argument in &call.arguments {
        let parameter = operation.parameters.iter().find(|p| p.name == argument.wire && p.in_path == argument.in_path);
        let page = call.pages && argument.wire == "limit";
        // A lookup by one optional value shows it.
        let lookup = call.arguments.len() == 1 && call.body.is_none() && !call.pages;
        if argument.required || page || lookup {
            let sample = if page { Value::from(50) } else { parameter.map_or(Value::Null, |p| p.sample.clone()) };
            // A placeholder that says what belongs there.
            let sample = if sample == "…" { Value::from(argument.wire.to_uppercase()) } else { sample };
            steps.extend(literal(code, &argument.ty, &sample).map(|value| format!(".{}({value})", argument.setter)));
        }
    }
    if let Some((body, structure)) = call.body.as_ref().and_then(|name| Some((name, structure(code, name)?))) {
        let sample = operation.body.as_ref().map_or(&Value::Null, |body| &body.sample);
        let setters = setters(code, structure, sample);
        // A builder's own `?` cannot stand in a closure.
        if setters.iter().any(|setter| setter.contains('?')) {
            steps.push(format!(".body({})", chain(&format!("types::{body}::builder()"), &setters, 8)));
        } else if !setters.is_empty() {
            steps.push(format!(".body_map(|b| {})", chain("b", &setters, 8)));
        }
    }
    let answer = if call.empty { "" } else { "let answer = " };
    let shown = format!("println!(\"{}: {{:?}}\", *answer);", call.id);
    let sent: &[&str] = if call.empty { &[] } else { &[&shown] };
    let send = example(call, &steps, answer, "    .send()\n    .await?;", sent);
    let each = ["while let Some(item) = items.try_next().await? {", "    println!(\"{item:?}\");", "}"];
    let stream = example(call, &steps, "let mut items = ", "    .stream();", &each);
    (send, stream)
}

fn example(call: &Call, steps: &[String], start: &str, end: &str, after: &[&str]) -> String {
    let mut lines = vec!["```no_run".to_string()];
    lines.extend(end.contains("stream").then(|| "use futures_util::TryStreamExt;".to_string()));
    let uses_types = steps.iter().any(|step| step.contains("types::"));
    lines.extend(uses_types.then(|| "use imprint_client::types;".to_string()));
    lines.extend(call.deprecated.then(|| "# #[allow(deprecated)]".to_string()));
    lines.push("# async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {".into());
    lines.push(format!("{start}client"));
    lines.push(format!("    .{}()", call.method));
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

fn structure<'a>(code: &'a Code, name: &Ident) -> Option<&'a Struct> {
    code.structs.iter().find(|structure| structure.name == *name)
}

/// The setters that give an object its sample values; a required field without one gets the plainest value.
fn setters(code: &Code, structure: &Struct, sample: &Value) -> Vec<String> {
    let fields = structure.fields.iter().filter_map(|field| {
        let value = sample.get(&field.wire);
        if value.is_none() && field.shape != Shape::Required {
            return None;
        }
        let value = literal(code, &field.ty, value.unwrap_or(&Value::Null))?;
        Some(format!(".{}({value})", field.setter))
    });
    fields.collect()
}

/// A sample as the argument of a setter of that type.
fn literal(code: &Code, ty: &Type, sample: &Value) -> Option<String> {
    if let Some(item) = argument_of(ty, "Vec") {
        let items: Vec<String> = sample.as_array()?.iter().filter_map(|sample| literal(code, item, sample)).collect();
        return (!items.is_empty()).then(|| format!("[{}]", items.join(", ")));
    }
    if let Some(inner) = argument_of(ty, "Box") {
        let value = literal(code, inner, sample)?;
        return Some(if value.contains("::builder()") { format!("{value}.build()?") } else { value });
    }
    let name = last_name(ty)?;
    if let Some(structure) = structure(code, &name) {
        let setters = setters(code, structure, sample);
        return Some(format!("types::{name}::builder(){}", setters.concat()));
    }
    if let Some(item) = code.enums.iter().find(|item| item.name == name) {
        let variant = item.values.iter().find(|v| Some(v.text.as_str()) == sample.as_str()).or(item.values.first())?;
        return Some(format!("types::{name}::{}", variant.ident));
    }
    match name.to_string().as_str() {
        "i32" => Some(sample.as_i64().unwrap_or(1).to_string()),
        "i64" => {
            let value = sample.as_i64().unwrap_or(1);
            // A literal without a suffix is an i32.
            Some(if i32::try_from(value).is_ok() { value.to_string() } else { format!("{value}_i64") })
        }
        "f32" | "f64" => Some(format!("{:?}_{name}", sample.as_f64().unwrap_or(1.0))),
        "bool" => Some(sample.as_bool().unwrap_or(true).to_string()),
        "Map" | "BTreeMap" => None,
        "Value" => Some("true".into()),
        _ => Some(format!("{:?}", sample.as_str().unwrap_or("…"))),
    }
}
