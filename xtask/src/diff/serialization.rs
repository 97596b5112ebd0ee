//! Compares how the value of a parameter is written in a request: `style`, `explode` and `allowReserved`.

use serde_json::{Value, json};

use super::{
    change::{
        Change,
        Effect::{Breaking, Documentation, Nothing},
        effects,
    },
    documents::{Documents, resolve_with_siblings},
    place::ComparedPlace,
};
use crate::openapi::{Form, Media, Style};

/// What a value is, as far as it matters to how it is written.
#[derive(Clone, Copy)]
enum Shape {
    Single,
    List,
    Object,
}

pub fn compare(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    if ["style", "explode"].iter().any(|key| old[*key] != new[*key]) {
        let shape = shape(&resolve_with_siblings(documents.new, &new["schema"]));
        let (before, after) = (example(old, shape), example(new, shape));
        changes.push(if before == after {
            let why = format!("how it is written is said otherwise, and it is still sent as {after}");
            at.change("serialization described otherwise", effects(Nothing, Documentation, Nothing), why)
        } else {
            let why = format!("it was sent as {before} and is sent as {after}");
            at.change("serialization changed", effects(Nothing, Breaking, Nothing), why)
        });
    }
    let reserved = |parameter: &Value| parameter["allowReserved"] == true;
    if reserved(old) != reserved(new) {
        let may = if reserved(new) { "may stand" } else { "may no longer stand" };
        let why = format!("characters such as `/` and `?` {may} in it as they are; the client escapes them either way");
        changes.push(at.change("reserved characters", effects(Nothing, Documentation, Nothing), why));
    }
    changes
}

/// What is sent for a property of a form, by the styles that the generator has for its properties.
pub fn in_form(media: Media<'_>, name: &str, property: &Value, styles: &[(String, Style)]) -> String {
    let shape = shape(property);
    let given = styles.iter().find(|(named, _)| named == name).map(|(_, style)| *style);
    // Numbers and truth values are the same text in JSON.
    let given = given.filter(|_| !matches!(property["type"].as_str(), Some("integer" | "number" | "boolean")));
    let (style, explode) = match given.unwrap_or(Style::Repeated) {
        Style::Repeated if matches!(shape, Shape::Object) && media.form == Form::Multipart => ("json", true),
        Style::Repeated if matches!(shape, Shape::Object) => ("deepObject", true),
        Style::Repeated | Style::Form => ("form", true),
        Style::Simple | Style::Commas => ("form", false),
        Style::Spaces => ("spaceDelimited", false),
        Style::Bars => ("pipeDelimited", false),
        Style::Deep => ("deepObject", true),
        Style::Json => ("json", true),
    };
    example(&json!({"name": name, "in": "query", "style": style, "explode": explode}), shape)
}

fn shape(schema: &Value) -> Shape {
    match schema["type"].as_str() {
        Some("array") => Shape::List,
        Some("object") => Shape::Object,
        _ => Shape::Single,
    }
}

/// What is sent for a list of 1 and 2, or for an object with a = 1 and b = 2, by the rules and defaults of OpenAPI.
fn example(parameter: &Value, shape: Shape) -> String {
    let name = parameter["name"].as_str().unwrap_or_default();
    let in_query = matches!(parameter["in"].as_str(), Some("query" | "cookie"));
    let style = parameter["style"].as_str().unwrap_or(if in_query { "form" } else { "simple" });
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    let joined = |separator: &str| match shape {
        Shape::Single => "1".to_string(),
        Shape::List => format!("1{separator}2"),
        Shape::Object => format!("a{separator}1{separator}b{separator}2"),
    };
    let pairs = |separator: &str| format!("a=1{separator}b=2");
    let is_object = matches!(shape, Shape::Object);
    let sent = match (style, shape, explode) {
        ("json", ..) => "JSON".to_string(),
        ("simple", Shape::Object, true) => pairs(","),
        ("simple", ..) => joined(","),
        ("label", Shape::Object, true) => format!(".{}", pairs(".")),
        ("label", _, true) => format!(".{}", joined(".")),
        ("label", ..) => format!(".{}", joined(",")),
        ("matrix", Shape::Object, true) => format!(";{}", pairs(";")),
        ("matrix", Shape::List, true) => format!(";{name}=1;{name}=2"),
        ("matrix", ..) => format!(";{name}={}", joined(",")),
        ("deepObject", Shape::Object, _) => format!("{name}[a]=1&{name}[b]=2"),
        ("deepObject", Shape::List, _) => format!("{name}[0]=1&{name}[1]=2"),
        (_, Shape::Single, _) => format!("{name}=1"),
        (_, _, true) if is_object => pairs("&"),
        (_, _, true) => format!("{name}=1&{name}=2"),
        ("spaceDelimited", ..) => format!("{name}={}", joined("%20")),
        ("pipeDelimited", ..) => format!("{name}={}", joined("%7C")),
        ("form", ..) => format!("{name}={}", joined(",")),
        (other, ..) => format!("{name} in the style {other}"),
    };
    format!("`{sent}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_depend_on_the_place_and_the_style() {
        let written = |place: &str, style: Value, explode: Value, shape: Shape| {
            example(&json!({"name": "id", "in": place, "style": style, "explode": explode}), shape)
        };
        let (none, list, object) = (json!(null), Shape::List, Shape::Object);
        for (place, style, explode, shape, sent) in [
            ("query", none.clone(), none.clone(), list, "`id=1&id=2`"),
            ("query", json!("form"), json!(true), list, "`id=1&id=2`"),
            ("query", json!("form"), json!(false), list, "`id=1,2`"),
            ("query", json!("pipeDelimited"), none.clone(), list, "`id=1%7C2`"),
            ("query", json!("spaceDelimited"), json!(true), list, "`id=1&id=2`"),
            ("query", json!("deepObject"), none.clone(), object, "`id[a]=1&id[b]=2`"),
            ("query", json!("deepObject"), none.clone(), list, "`id[0]=1&id[1]=2`"),
            ("query", json!("deepObject"), json!(false), list, "`id[0]=1&id[1]=2`"),
            ("query", json!("deepObject"), none.clone(), Shape::Single, "`id=1`"),
            ("query", none.clone(), none.clone(), object, "`a=1&b=2`"),
            ("query", json!("pipeDelimited"), none.clone(), Shape::Single, "`id=1`"),
            ("path", none.clone(), json!(true), list, "`1,2`"),
            ("path", json!("label"), none.clone(), Shape::Single, "`.1`"),
            ("path", json!("matrix"), json!(true), list, "`;id=1;id=2`"),
            ("header", json!("simple"), json!(true), object, "`a=1,b=2`"),
            ("header", none.clone(), none.clone(), object, "`a,1,b,2`"),
        ] {
            assert_eq!(written(place, style.clone(), explode.clone(), shape), sent, "{place} {style} {explode}");
        }
    }
}
