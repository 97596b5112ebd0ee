//! The baseline: the same calls by reqwest and serde, written by hand.

pub mod types;
pub mod webhook;

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

use types::{Customer, Page, Reward};

/// Whatever goes wrong.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A client of some operations.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    /// # Panics
    ///
    /// If it cannot be built.
    pub fn new(base: &str) -> Self {
        let mut key = HeaderValue::try_from(format!("Bearer {}", crate::KEY)).expect("a header");
        key.set_sensitive(true);
        let headers =
            HeaderMap::from_iter([(AUTHORIZATION, key), (ACCEPT, HeaderValue::from_static("application/json"))]);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(Duration::from_secs(30))
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build();
        Self { http: http.expect("a client"), base: base.to_owned() }
    }

    async fn get<T: DeserializeOwned>(&self, url: String) -> Result<T, Error> {
        let response = self.http.get(url).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    /// `getCustomer`.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong.
    pub async fn customer(&self, id: &str) -> Result<Customer, Error> {
        self.get(format!("{}/v2/customers/{id}", self.base)).await
    }

    /// A page of `getRewards`.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong.
    pub async fn rewards(&self, customer: &str, limit: usize, after: Option<&str>) -> Result<Page<Reward>, Error> {
        let mut url = format!("{}/v2/customers/{customer}/rewards?limit={limit}", self.base);
        if let Some(after) = after {
            url.push_str("&starting_after=");
            url.push_str(after);
        }
        self.get(url).await
    }
}
