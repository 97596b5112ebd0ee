//! What a page is about: the account, how much of it is shown, and a form that was refused.

use serde::Deserialize;

use crate::program::failure::Failure;
use crate::program::served::Served;
use crate::sandbox::Sandbox;

use super::actions::Action;
use super::problem::Refill;

/// How many rows of a table are shown, if nothing else is asked for.
const ROWS: usize = 15;

/// How many rows of a table are shown at most.
pub const MOST_ROWS: usize = 500;

/// The query of a page. What it does not know is ignored: links to the page come from elsewhere.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    account: Option<String>,
    rows: Option<String>,
    /// The form that was carried out last.
    done: Option<String>,
}

/// What is to be shown.
pub struct View {
    pub sandbox: Sandbox,
    pub rows: usize,
    asked: Asked,
    pub done: Option<Action>,
    pub refill: Option<Refill>,
}

impl Asked {
    pub fn of_account(name: &str) -> Self {
        Self { account: Some(name.to_owned()), ..Self::default() }
    }

    /// A link that keeps the account and the number of rows.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    fn link_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let own = [("account", &self.account), ("rows", &self.rows)];
        for (name, value) in own.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))) {
            query.append_pair(name, value);
        }
        query.extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

impl View {
    /// # Errors
    ///
    /// If no account has the name.
    pub fn of(served: &Served, asked: &Asked) -> Result<Self, Failure> {
        let sandbox = served.account(asked.account.as_deref())?;
        let rows = asked.rows.as_deref().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS);
        Ok(Self {
            sandbox,
            rows: rows.clamp(1, MOST_ROWS),
            done: asked.done.as_deref().and_then(Action::named),
            asked: asked.clone(),
            refill: None,
        })
    }

    pub fn with_refill(self, refill: Refill) -> Self {
        Self { refill: Some(refill), done: None, ..self }
    }

    /// A link that keeps the account and the number of rows.
    pub fn link(&self, path: &str) -> String {
        self.asked.link(path)
    }

    /// A link to a section with as many rows as there can be.
    pub fn link_to_more(&self, section: &str) -> String {
        let rows = Some(MOST_ROWS.to_string());
        format!("{}#{section}", Asked { rows, ..self.asked.clone() }.link("/"))
    }

    /// Where the browser goes after a form was carried out.
    pub fn back(&self, action: Action) -> String {
        let link = self.asked.link_with("/", &[("done", action.name())]);
        format!("{link}#{}", action.section().id())
    }
}
