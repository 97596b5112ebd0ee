//! Endpoints for webhooks. No operation registers them: partners tell Imprint about them by other ways.

use imprint_client::Secret;
use imprint_client::webhook::Reading;

use crate::model::endpoint::Endpoint;
use crate::model::target::Target;
use crate::refusal::Refusal;
use crate::world::Tx;

/// What an endpoint is to be.
pub struct Wanted<'a> {
    pub url: &'a str,
    pub token: &'a Secret,
    pub only: Option<Vec<String>>,
    pub merchant_keys: Option<Vec<String>>,
    pub reading: Reading,
    pub milliseconds: bool,
}

/// Registers an endpoint. Everybody who has seen the refusal may know its words: they have neither token nor query.
pub fn register(tx: &mut Tx<'_>, wanted: Wanted<'_>) -> Result<Endpoint, Refusal> {
    let Wanted { url, token, only, merchant_keys, reading, milliseconds } = wanted;
    let invalid = |param: &str, message: String| Refusal {
        param: Some(param.into()),
        ..Refusal::new(400, "INVALID_REQUEST_ERROR", message)
    };
    let target = Target::parse(url).map_err(|why| invalid("url", why))?;
    if token.expose().trim().is_empty() {
        return Err(invalid("token", "the signing token is empty".into()));
    }
    let contract = tx.settings.contract();
    if let Some(unknown) = only.iter().flatten().find(|kind| contract.event(kind).is_none()) {
        let kinds: Vec<_> = contract.kinds().collect();
        let kinds = kinds.join(", ");
        let message = format!("no webhook is of the kind `{unknown}`; there are {kinds}");
        let details = vec![("only".to_owned(), format!("has a kind that no webhook is of; there are {kinds}"))];
        return Err(Refusal { details, ..invalid("only", message) });
    }
    let (only, merchant_keys) = (only.map(sorted), merchant_keys.map(sorted));
    let id = tx.state.ids.next("endpoint");
    let row =
        Endpoint { id, target, token: token.clone(), only, merchant_keys, reading, milliseconds, is_removed: false };
    if tx.state.endpoints.find("all", "").any(|(_, known)| known.overlaps(&row)) {
        let message = format!(
            "an endpoint at {} exists that takes some of the same events: the receiver would get them twice",
            row.target
        );
        return Err(Refusal::conflict(message));
    }
    tx.state.endpoints.put(row.clone());
    Ok(row)
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}
