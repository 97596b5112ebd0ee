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
use crate::usage::Side;

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
    let why = "the client always sends the body";
    match (before["required"] == true, after["required"] == true) {
        (false, true) => changes.push(at.change("body became required", effects(Nothing, Breaking, Nothing), why)),
        (true, false) => changes.push(at.change("body became optional", effects(Nothing, Additive, Nothing), why)),
        _ => {}
    }
    changes.extend(prose::compare(before, after, &at));
    changes.extend(content::compare(documents, before, after, &at));
    changes.extend(extensions::others(before, after, &["required", "content"], &at));
    changes
}
