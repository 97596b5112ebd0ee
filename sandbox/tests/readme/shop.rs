//! The service under test: it books points when Imprint tells of rewards.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use imprint_client::types::{CustomerId, RewardStatus};
use imprint_client::webhook::{Event, Verifier, Webhook};
use imprint_client::{Client, Secret};

type Books = Arc<Mutex<HashMap<CustomerId, i64>>>;

pub struct Shop {
    url: String,
    books: Books,
}

pub async fn start(imprint: Client, token: Secret) -> io::Result<Shop> {
    let books = Books::default();
    let own = books.clone();
    let receive =
        move |webhook: Webhook| book(imprint.clone(), own.clone(), webhook.event);
    let routes =
        Router::new().route("/imprint", post(receive)).with_state(Verifier::new(token));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/imprint", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(Shop { url, books })
}

/// Confirms a reward to Imprint and books it. It is sent again unless this answers with 2xx.
async fn book(imprint: Client, books: Books, event: Event) -> StatusCode {
    let Event::Reward(reward) = event else { return StatusCode::OK };
    let sign = match &reward.status {
        Some(RewardStatus::Pending) => 1,
        Some(RewardStatus::PendingDeduction) => -1,
        _ => return StatusCode::OK, // confirmed when it was pending
    };
    let (Some(id), Some(customer)) = (&reward.reward_id, &reward.customer_id) else {
        return StatusCode::UNPROCESSABLE_ENTITY;
    };
    match imprint.confirm_reward(id).await {
        Ok(confirmed) => {
            let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
            *books.entry(customer.clone()).or_default() += sign * confirmed.amount;
            StatusCode::OK
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl Shop {
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn points(&self, customer: &CustomerId) -> i64 {
        self.books
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(customer)
            .copied()
            .unwrap_or_default()
    }
}
