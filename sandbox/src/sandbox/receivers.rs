//! Checking a receiver of webhooks.

use imprint_client::Secret;

use crate::contract::Contract;
use crate::model::target::Target;
use crate::receiver::{self, Report};

use super::{Refused, Sandbox};

/// Checks whether a receiver of webhooks does what it should: it acknowledges genuine deliveries of every kind of the
/// document, repeated ones, one of a kind that nobody knows and a large one, and refuses what is not signed, forged or
/// old. It works for a receiver in any language.
///
/// The receiver gets made-up events that are signed with its token, and does what it does with events: check one that a
/// test started, with a token and a database of its own. The receiver has to be near, as for
/// [`Sandbox::webhook`].
///
/// ```no_run
/// # async fn example() -> Result<(), imprint_sandbox::Refused> {
/// let report = imprint_sandbox::check_receiver("http://127.0.0.1:9000/imprint", "a made-up token").await?;
/// assert!(report.is_ok(), "{report}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the URL is not that of a receiver nearby, or the token is empty. A receiver that does not answer is no error, and a
/// report of one line.
pub async fn check_receiver(url: impl AsRef<str>, token: impl Into<Secret>) -> Result<Report, Refused> {
    check(Contract::shared(), url.as_ref(), token.into()).await
}

impl Sandbox {
    /// Checks a receiver of webhooks as [`check_receiver`] does, with the token of the account and the document that this
    /// sandbox keeps to.
    ///
    /// # Errors
    ///
    /// If the URL is not that of a receiver nearby.
    pub async fn check_receiver(&self, url: impl AsRef<str>) -> Result<Report, Refused> {
        self.check_receiver_with(url, None).await
    }

    /// [`check_receiver`](Self::check_receiver), with a token that is not that of the account.
    pub(crate) async fn check_receiver_with(
        &self,
        url: impl AsRef<str>,
        token: Option<Secret>,
    ) -> Result<Report, Refused> {
        let token = token.unwrap_or_else(|| self.webhook_token());
        check(self.account.settings.contract(), url.as_ref(), token).await
    }
}

async fn check(contract: &Contract, url: &str, token: Secret) -> Result<Report, Refused> {
    let target = Target::parse(url).map_err(Refused::new)?;
    if token.expose().trim().is_empty() {
        return Err(Refused::new("the signing token is empty"));
    }
    Ok(receiver::check(contract, &target, &token).await)
}
