//! The frame of the pages: head, header, menu and footer.

use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::sections::{self, Section};
use super::view::{Asked, View};

/// The page with all its sections.
pub fn page(view: &View) -> Markup {
    let rendered: Vec<_> = Section::ALL.iter().map(|section| (*section, sections::render(*section, view))).collect();
    let script = html! { script src=(assets::script()) defer {} };
    let body = html! {
        header.top {
            div.brand {
                h1 { "Imprint sandbox" }
                p.muted { "Not Imprint: nothing here moves money. Enter no real personal data." }
            }
            (accounts(view))
            // The script says here whether the page is kept up to date.
            p #live .live role="status" { noscript { "Load the page again to see what has changed." } }
        }
        div.columns {
            nav.sections aria-label="Sections" {
                ul {
                    @for (section, rendered) in &rendered {
                        li { a href=(format!("#{}", section.id())) {
                            (section.title())
                            @if let Some(number) = rendered.count { (count(*section, number)) }
                        } }
                    }
                }
            }
            main #main tabindex="-1" data-changes=(view.link("/_sandbox/changes"))
                data-sections=(view.link("/_sandbox/page/section/")) {
                @for (section, rendered) in &rendered { (sections::framed(*section, rendered, view)) }
            }
        }
        footer.bottom {
            p {
                "imprint-sandbox " (env!("CARGO_PKG_VERSION")) ", API document " (view.sandbox.document_version()) ". "
                a href="/_sandbox/health" { "Health" } ", "
                a href="/_sandbox/imprint-openapi.json" { "OpenAPI document" } "."
            }
        }
    };
    document("Imprint sandbox", &script, &body)
}

/// A page with little on it.
pub fn short(title: &str, content: Markup) -> Markup {
    let body = html! {
        main #main .short tabindex="-1" {
            h1 { (title) }
            (content)
        }
    };
    document(title, &html! {}, &body)
}

fn document(title: &str, script: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href=(assets::icon_path()) type="image/svg+xml";
                link rel="stylesheet" href=(assets::style());
                (script)
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    }
}

/// The number of a section in the menu. The script changes the text in place, so that it is read out.
fn count(section: Section, count: usize) -> Markup {
    html! {
        span.count aria-live="polite" aria-atomic="true" data-count-of=(section.id()) data-count=(count) {
            b { (count) } span.hidden { " " (section.unit()) }
        }
    }
}

/// The menu of the accounts, if there are several.
fn accounts(view: &View) -> Markup {
    let names = view.sandbox.account_names();
    let own = view.sandbox.account_name();
    html! {
        @if names.len() > 1 {
            form.accounts method="get" action=(Asked::default().link("/")) {
                label for="account" { "Account" }
                select #account name="account" {
                    @for name in &names { option value=(name) selected[name == own] { (name) } }
                }
                button { "Show" }
            }
        } @else {
            p.accounts { span.muted { "Account " } (own) }
        }
    }
}
