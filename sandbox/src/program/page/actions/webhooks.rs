//! Endpoints and deliveries.

use crate::program::page::problem::{Fields, Problem};
use crate::sandbox::{Endpoint, Sandbox};

use super::Done;

pub async fn add(sandbox: &Sandbox, fields: &Fields) -> Done {
    let mut endpoint = Endpoint::at(fields.required("url", "the address of your receiver")?);
    if !fields.get("token").is_empty() {
        endpoint = endpoint.token(fields.get("token"));
    }
    if !fields.get("only").is_empty() {
        endpoint = endpoint.only([fields.get("only")]);
    }
    sandbox.register(endpoint).map_err(|refused| Problem::at("url", refused.to_string()))?;
    Ok(None)
}

pub async fn remove(sandbox: &Sandbox, fields: &Fields) -> Done {
    let endpoint = sandbox.endpoints().into_iter().find(|endpoint| endpoint.id() == fields.get("id"));
    endpoint.ok_or_else(|| Problem::new("There is no such endpoint any more."))?.remove();
    Ok(None)
}

pub async fn replay(sandbox: &Sandbox, fields: &Fields) -> Done {
    sandbox.replay(fields.get("id")).await?;
    Ok(None)
}
