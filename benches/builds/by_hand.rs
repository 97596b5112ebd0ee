//! Five calls and a webhook by reqwest and serde; `client.rs` does the same by the client. `measure` builds both.

// The structs and the webhook of the baseline, of which this program does not use all.
#![allow(dead_code)]

#[path = "../src/bare/types.rs"]
mod types;
#[path = "../src/bare/webhook.rs"]
mod webhook;

use reqwest::Client;
use serde::de::DeserializeOwned;
use types::{Customer, Order, OrderLine, Page, PaymentMethod, Reward, Transaction};

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn get<T: DeserializeOwned>(client: &Client, key: &str, url: String) -> Result<T, Error> {
    let response = client.get(url).bearer_auth(key).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (base, key) = (std::env::var("IMPRINT_BASE_URL")?, std::env::var("IMPRINT_API_KEY")?);
    let client = Client::builder().timeout(std::time::Duration::from_secs(30)).build()?;
    let customer = format!("{base}/v2/customers/9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4");
    println!("{:?}", get::<Customer>(&client, &key, customer.clone()).await?.partner_customer_id);
    println!("{}", get::<Page<Reward>>(&client, &key, format!("{customer}/rewards?limit=100")).await?.data.len());
    println!(
        "{}",
        get::<Page<Transaction>>(&client, &key, format!("{customer}/transactions?limit=100")).await?.data.len()
    );
    println!("{}", get::<Page<PaymentMethod>>(&client, &key, format!("{customer}/payment_methods")).await?.data.len());
    let order = Order {
        customer_id: "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4".into(),
        payment_method_id: "0144ea84-3c39-4382-a37a-03c699b77646".into(),
        partner_order_id: "o-1".into(),
        merchant_id: "m-1".into(),
        merchant_name: "Rest Assured".into(),
        order_lines: vec![OrderLine {
            name: "Couch".into(),
            product_url: None,
            quantity: 1,
            rate: 274_999,
            rewards_rate: 2500,
        }],
        total_order_amount: 274_999,
        currency: "USD".into(),
        created_at: "2025-02-13T19:08:07Z".into(),
    };
    let request = client.post(format!("{base}/v2/orders")).bearer_auth(&key).header("content-type", "application/json");
    let response = request.body(serde_json::to_vec(&order)?).send().await?.error_for_status()?;
    let made: serde_json::Value = serde_json::from_slice(&response.bytes().await?)?;
    println!("{}", made["id"]);
    let (header, body) = (std::env::var("SIGNATURE")?, std::env::var("BODY")?);
    println!("{}", webhook::verify(&std::env::var("TOKEN")?, &header, body.as_bytes()).is_ok());
    Ok(())
}
