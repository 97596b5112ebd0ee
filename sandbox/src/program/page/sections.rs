//! The sections of the page, one file for each or for a few that belong together.

mod applications;
mod attention;
mod choices;
mod clock;
mod customers;
mod faults;
mod keys;
mod orders;
mod payment_methods;
mod requests;
mod rewards;
mod transactions;
mod webhooks;

use maud::{Markup, html};

use super::assets;
use super::view::View;

/// Declares the sections in the order of the page: the variant, the id, the title, what is counted, and a sentence.
macro_rules! sections {
    ($($variant:ident, $module:ident, $id:literal, $title:literal, $unit:literal, $about:literal;)*) => {
        /// A section of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Section {
            $($variant,)*
        }

        impl Section {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id of the element, and the name in paths.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What its number counts.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }

        /// What a section shows.
        pub fn render(section: Section, view: &View) -> Rendered {
            match section { $(Section::$variant => $module::render(view),)* }
        }
    };
}

sections! {
    Attention, attention, "attention", "Needs attention", "things that need attention",
        "What a test should not rest on, and webhooks that were refused.";
    Webhooks, webhooks, "webhooks", "Webhooks", "deliveries",
        "Where events are sent to, and each attempt to deliver them.";
    Requests, requests, "requests", "Requests", "requests",
        "What was asked of the API and what was answered, without secrets and personal data.";
    Faults, faults, "faults", "Faults", "faults",
        "What is to go wrong with the answers to requests.";
    Clock, clock, "clock", "Clock", "",
        "The time of the account. Sessions expire, statements close and webhooks come again by it.";
    Applications, applications, "applications", "Applications", "applications",
        "What customers have applied for, and what waits for a decision.";
    Customers, customers, "customers", "Customers", "customers",
        "Names are shown by their initials, and other personal data is not shown.";
    PaymentMethods, payment_methods, "payment-methods", "Payment methods", "payment methods",
        "Cards and loans, and what their bank does with them.";
    Transactions, transactions, "transactions", "Transactions", "transactions",
        "Purchases, step by step.";
    Rewards, rewards, "rewards", "Rewards", "rewards",
        "What customers have earned, and what is taken back.";
    Orders, orders, "orders", "Orders", "orders",
        "The orders that you have recorded, with their captures and refunds.";
    Keys, keys, "keys", "Keys", "keys",
        "API keys by their labels; their texts are not shown.";
    Choices, choices, "choices", "Choices", "choices in use",
        "Where Imprint documents nothing, the sandbox had to decide. These decisions your requests rest on.";
}

/// The content of a section.
pub struct Rendered {
    /// What the menu shows; None if there is nothing to count.
    pub count: Option<usize>,
    body: Markup,
    /// What the version follows from, if that is not the body.
    version: Option<String>,
}

impl Rendered {
    fn new(count: usize, body: Markup) -> Self {
        Self { count: Some(count), body, version: None }
    }

    /// A text that changes when the section does.
    pub fn version(&self) -> String {
        let text = self.version.as_deref().unwrap_or(&self.body.0);
        assets::hash(&format!("{:?} {text}", self.count))
    }
}

impl Section {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|section| section.id() == name).copied()
    }
}

/// A section with its content.
pub fn whole(section: Section, view: &View) -> Markup {
    framed(section, &render(section, view), view)
}

/// A section around its content.
pub fn framed(section: Section, rendered: &Rendered, view: &View) -> Markup {
    let title = format!("{}-title", section.id());
    html! {
        section id=(section.id()) aria-labelledby=(title) tabindex="-1" data-version=(rendered.version())
            data-count=[rendered.count] data-merge {
            h2 id=(title) { (section.title()) }
            p.about { (section.about()) }
            @if let Some(done) = view.done.filter(|done| done.section() == section) {
                p.done role="status" { (done.done()) }
            }
            // What the form was about may be gone, and its form with it.
            @if let Some(refill) = view.refill.as_ref().filter(|refill| refill.action.section() == section)
                && !rendered.body.0.contains("role=\"alert\"") {
                p.problem role="alert" tabindex="-1" autofocus { (refill.problem.message) }
            }
            (rendered.body)
        }
    }
}
