//! Compares the body that an operation is sent.

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Nothing},
        effects,
    },
    content,
    documents::Documents,
    extensions,
    operation::DocumentOperation,
    place::ComparedPlace,
    prose,
};
use crate::{openapi::body_is_required, usage::Side};

pub fn compare(documents: &Documents<'_>, old: &DocumentOperation, new: &DocumentOperation) -> Vec<Change> {
    let (before, after) = (&old.value["requestBody"], &new.value["requestBody"]);
    let location = format!("request of {}", new.id);
    let at = new.part(Side::Request, "requestBody", &location, "body");
    match (before.is_null(), after.is_null()) {
        (true, true) => return Vec::new(),
        (true, false) if after["required"] == true => {
            let why = "calls have to send a body now";
            return vec![at.change("required body added", effects(Breaking, Breaking, Nothing), why)];
        }
        (true, false) => {
            let why = "calls may send a body now: there are setters for it";
            return vec![at.change("body added", effects(Additive, Additive, Nothing), why)];
        }
        (false, true) => {
            let at = ComparedPlace { pointer: format!("{}/requestBody", old.pointer), ..at };
            let why = "calls send no body any more: its setters and its type are removed";
            return vec![at.change("body removed", effects(Breaking, Breaking, Nothing), why)];
        }
        (false, false) => {}
    }
    let mut changes = Vec::new();
    let was_sent = body_is_required(documents.old, &old.method, before);
    let is_sent = body_is_required(documents.new, &new.method, after);
    let sends_empty = "the client sends `{}` if nothing is set, before and now";
    match (before["required"] == true, after["required"] == true) {
        (false, true) => {
            let (rust, why) = match was_sent {
                true => (Nothing, sends_empty),
                false => (Breaking, "calls that set nothing of it are refused before they are sent"),
            };
            changes.push(at.change("body became required", effects(rust, Breaking, Nothing), why));
        }
        (true, false) => {
            let (rust, why) = match is_sent {
                true => (Nothing, sends_empty),
                false => (Additive, "calls that set nothing of it send none"),
            };
            changes.push(at.change("body became optional", effects(rust, Additive, Nothing), why));
        }
        _ => {}
    }
    changes.extend(prose::compare(before, after, &at));
    changes.extend(content::compare(documents, before, after, &at));
    changes.extend(extensions::others(before, after, &["required", "content"], &at));
    changes
}
