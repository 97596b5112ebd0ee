//! API keys, by their labels.

use maud::html;

use crate::program::page::parts::{Tone, badge, table, time};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let keys = view.sandbox.keys_overview();
    let body = table(
        "keys",
        "Keys, the oldest first",
        &["Label", "May", "Since", "State"],
        &html! {
            @for (place, key) in keys.iter().enumerate() {
                tr id=(format!("key-{place}")) {
                    th scope="row" { (key.label) }
                    td {
                        @let permissions = key.permissions;
                        @let may = [(permissions.read, "read"), (permissions.write, "write"), (permissions.pci, "see card numbers")];
                        (may.iter().filter(|(may, _)| *may).map(|(_, what)| *what).collect::<Vec<_>>().join(", "))
                    }
                    td { (time(key.created_at)) }
                    td { @if key.is_deleted { (badge(Tone::Calm, "deleted")) } @else { (badge(Tone::Good, "valid")) } }
                }
            }
        },
    );
    Rendered::new(keys.iter().filter(|key| !key.is_deleted).count(), body)
}
