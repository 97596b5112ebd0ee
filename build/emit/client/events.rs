//! The table of events: a line of facts for each webhook. What an event is and can do is written in
//! `src/webhook/event.rs`, whose macro `events!` takes this table.

use std::collections::BTreeSet;

use quote::quote;

use super::{docs, layout::Piece, names::type_name, rust};
use crate::build::{
    api::{Api, Shape, Struct, Type, Webhook},
    problem::Problem,
};

/// The fields that `Event` gives whatever the kind, with the type that it expects of them.
fn common() -> [(&'static str, Type); 4] {
    [
        ("customer_id", Type::Named("CustomerId".into())),
        ("partner_customer_id", Type::Named("PartnerCustomerId".into())),
        ("merchant_key", Type::Text),
        ("customer_metadata", Type::Map(Box::new(Type::Text))),
    ]
}

pub fn write(api: &Api) -> Result<Vec<Piece>, Problem> {
    unique(&api.webhooks)?;
    let kinds: String = api.webhooks.iter().map(|webhook| kind(api, webhook)).collect::<Result<_, _>>()?;
    let tag = &api.event_tag;
    Ok(vec![
        Piece::Items(quote! {
            /// The property of a body that tells the kinds of events apart.
            pub(super) const TAG: &str = #tag;
            /// The kind of an event.
            struct EventKind { object: ::std::string::String }
        }),
        Piece::Macro(format!("crate::value::object!(EventKind {{ object: Plain = {} }});", rust::literal(tag))),
        Piece::Macro(format!("events! {{\n{kinds}}}")),
    ])
}

fn kind(api: &Api, webhook: &Webhook) -> Result<String, Problem> {
    let holds = api.structure(&webhook.holds).ok_or_else(|| {
        Problem::new(
            format!("/webhooks/{}", webhook.name),
            "nobody knows what this webhook carries",
            "this is a defect of build/: `api/webhooks.rs` has to find it",
        )
    })?;
    // A paragraph of its own: what begins a block of code is none behind other words, but its end would begin one.
    let docs = format!("{}.\n\n{}", docs::span(&webhook.object), holds.description);
    let mut lines = docs::comment_text(docs.trim_end(), 4);
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| rust::literal(name)).collect();
        format!("[{}]", names.join(", "))
    };
    let body = if webhook.in_data { "data" } else { "whole" };
    lines += &format!("    {}({}) {{\n", type_name(&webhook.name), holds.name);
    lines += &format!("        object: {},\n", rust::literal(&webhook.object));
    lines += &format!("        body: {body},\n");
    lines += &format!("        dedupe: {},\n", list(&webhook.dedupe));
    lines += &format!("        dedupe_also: {},\n", list(&webhook.dedupe_also));
    for (field, ty) in common() {
        lines += &format!("        {field}: {},\n", if has(holds, webhook, field, &ty)? { "some" } else { "none" });
    }
    lines += "    }\n";
    Ok(lines)
}

/// Whether a kind of event has one of the common fields.
fn has(holds: &Struct, webhook: &Webhook, wire: &str, expected: &Type) -> Result<bool, Problem> {
    let Some(field) = holds.fields.iter().find(|field| field.wire == wire) else { return Ok(false) };
    // Nothing is required of an event, so that each of them can be given as an Option.
    if field.ty == *expected && field.shape != Shape::Required {
        return Ok(true);
    }
    Err(Problem::new(
        format!("/components/schemas/{}", webhook.schema),
        format!("`{wire}` has another type here than `Event::{wire}` of src/webhook/event.rs expects"),
        "give it the same schema as in the other webhooks by an overlay action, or change src/webhook/event.rs",
    ))
}

fn unique(webhooks: &[Webhook]) -> Result<(), Problem> {
    let (mut variants, mut objects) = (BTreeSet::from(["Unrecognized".to_string()]), BTreeSet::new());
    for webhook in webhooks {
        let taken =
            [(variants.insert(type_name(&webhook.name)), "name"), (objects.insert(&webhook.object), "`object`")];
        if let Some((_, what)) = taken.iter().find(|(free, _)| !free) {
            return Err(Problem::new(
                format!("/webhooks/{}", webhook.name),
                format!("the {what} of this webhook is taken: no two events could be told apart"),
                "rename one of the two by an overlay action",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
