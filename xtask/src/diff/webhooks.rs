//! Compares the webhooks: what Imprint sends by itself.

use super::{
    Effect::{Additive, Breaking, Documentation},
    Side, names,
    schemas::{At, Walker, keys, rule},
    usage::{Carriers, json_schema},
};
use crate::build::walk::escape;

/// Webhooks are compared by their event and by the name of what they carry; its fields are compared with the schemas.
pub fn compare(walker: &mut Walker<'_>) {
    let (old, new) = (&walker.old["webhooks"], &walker.new["webhooks"]);
    for name in keys(old).union(&keys(new)) {
        let (before, after) = (&old[*name], &new[*name]);
        let at = At {
            pointer: format!("/webhooks/{}", escape(name)),
            location: format!("webhook {name}"),
            carriers: Carriers::of(Side::Webhook, name),
            owner: name.to_string(),
            leaf: name.to_string(),
        };
        match (before.is_null(), after.is_null()) {
            (true, _) => {
                let why = "a new kind of event, which arrives as `Event::Unrecognized` until this version";
                walker.change(&at, "webhook added", rule(Additive, Additive, Additive), why);
            }
            (_, true) => {
                let why = "the event and its type vanish; should it still come, it is `Event::Unrecognized`";
                walker.change(&at, "webhook removed", rule(Breaking, Breaking, Breaking), why);
            }
            _ => {
                let (before, after) = (&before["post"], &after["post"]);
                walker.prose(before, after, &at);
                walker.prose(&before["requestBody"], &after["requestBody"], &at);
                let body = at.part("post/requestBody/content/application~1json/schema", "");
                walker.schema(json_schema(&before["requestBody"]), json_schema(&after["requestBody"]), &body);
                for key in keys(before).union(&keys(after)) {
                    let known = names::PROSE.contains(key) || matches!(*key, "tags" | "requestBody");
                    if !known && before[*key] != after[*key] {
                        let prose = names::bare(&before[*key]) == names::bare(&after[*key]);
                        let kind = if prose { super::PROSE } else { "keyword changed" };
                        let why = format!("`{key}` of the webhook differs");
                        walker.change(&at, kind, rule(Documentation, Documentation, Documentation), why);
                    }
                }
            }
        }
    }
}
