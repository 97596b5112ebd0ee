//! What a page is about: the account, how much of it is shown, and a form that was refused.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::program::failure::Failure;
use crate::program::served::Served;
use crate::sandbox::Sandbox;

use super::actions::Action;
use super::problem::Refill;
use super::query;

/// How many rows of a table are shown, if nothing else is asked for.
const ROWS: usize = 15;

/// How many rows of a table are shown at most.
pub const MOST_ROWS: usize = 500;

/// The query of a page. See [`query`].
#[derive(Clone, Debug, Default)]
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

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let named = |name| query::first(parts, name);
        Ok(Self { account: named("account"), rows: named("rows"), done: named("done") })
    }
}

impl Asked {
    pub fn of_account(name: &str) -> Self {
        Self { account: Some(name.to_owned()), ..Self::default() }
    }

    /// A link that keeps the account and the number of rows.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    fn shown_rows(&self) -> usize {
        let rows = self.rows.as_deref().and_then(|rows| rows.parse().ok());
        rows.unwrap_or(ROWS).clamp(1, MOST_ROWS)
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
        Ok(Self {
            sandbox,
            rows: asked.shown_rows(),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::super::layout;
    use super::*;

    #[tokio::test]
    async fn a_page_is_about_the_account_that_was_asked_for_and_its_forms_keep_to_it() {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let other = sandbox.account("a & b");
        other.customer("ONLY_THERE").create().expect("a customer");
        let (guard, streams) = (Default::default(), Arc::new(Semaphore::new(1)));
        let served = Served { sandbox: sandbox.clone(), guard, has_control: true, is_strict: false, streams };
        let page = |asked: &Asked| View::of(&served, asked).map(|view| layout::page(&view).into_string());
        let first = page(&Asked::default()).expect("the first account");
        assert!(!first.contains("ONLY_THERE") && first.contains(r#"<option value="sandbox" selected>"#));
        let second = page(&Asked::of_account("a & b")).expect("the other account");
        assert!(second.contains("ONLY_THERE") && second.contains(r#"<option value="a &amp; b" selected>"#));
        assert!(second.contains(r#"action="/_sandbox/page/do/clock-advance?account=a+%26+b""#));
        assert!(second.contains(r#"data-changes="/_sandbox/changes?account=a+%26+b""#));
        assert!(page(&Asked::of_account("none")).is_err());
    }

    #[test]
    fn the_number_of_rows_is_bounded_and_nonsense_is_ignored() {
        for (rows, expected) in
            [(None, ROWS), (Some("0"), 1), (Some("7"), 7), (Some("9999999"), MOST_ROWS), (Some("x"), ROWS)]
        {
            let asked = Asked { rows: rows.map(str::to_owned), ..Asked::default() };
            assert_eq!(asked.shown_rows(), expected, "{rows:?}");
        }
    }
}
