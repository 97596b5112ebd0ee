//! A tour of the client: `cargo run --example quickstart`.
//!
//! It needs neither a key nor a network: the server is in the example. With `IMPRINT_API_KEY` set it takes the same
//! tour through Imprint's sandbox instead, which changes the data there.

mod server;

use std::env;

use imprint_client::{Client, Environment, Error, ErrorKind, StatusCode};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Ok(key) = env::var("IMPRINT_API_KEY") {
        // The tour changes data, so it runs in the sandbox only, whatever else is configured.
        let client = Client::builder().api_key(key).environment(Environment::Sandbox).build()?;
        println!("IMPRINT_API_KEY is set: the tour goes through Imprint's sandbox\n");
        return tour(&client).await;
    }
    let server = server::start().await;
    println!("A server that plays Imprint listens at {}\n", server.base_url());
    tour(&Client::builder().api_key(server::API_KEY).base_url(server.base_url()).build()?).await
}

async fn tour(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    println!("1. Search the customer you know as PARTNER_USER_456");
    let found = client.search_customers().partner_customer_id("PARTNER_USER_456").limit(10).send().await?;
    let Some(customer) = found.data.first() else {
        println!("   nobody: link a customer to that id first, then come back");
        return Ok(());
    };
    println!("   {} of {} found: {}", found.data.len(), found.total.unwrap_or_default(), customer.id);
    println!("   the date of birth in a log: {:?}\n", customer.date_of_birth);

    println!("2. Create a session, to open the application in a browser or an app");
    let session = client
        .create_session()
        .body_map(|b| b.customer_id(&customer.id).transaction_amount(34_000).transaction_currency("USD"))
        .send()
        .await?;
    println!("   session {} until {}", session.id, session.expires_at);
    println!("   its secret in a log: {:?}; `expose()` gives the real one to your frontend\n", session.client_secret);

    println!("3. Link the customer to your account");
    link(client, customer.id.as_str()).await?;

    println!("4. Link it again");
    link(client, customer.id.as_str()).await?;

    println!("5. List its payment methods");
    let methods = client.get_payment_methods().customer_id(&customer.id).send().await?;
    for method in &methods.data {
        let last4 = method.card.as_ref().map_or("none", |card| &card.last4);
        println!("   {} {} {}, card ending in {last4}", method.type_, method.id, method.status);
    }

    println!("\n6. List its rewards");
    let rewards = client.get_rewards().customer_id(&customer.id).limit(100).send().await?;
    for reward in &rewards.data {
        let unit = reward.currency.as_ref().map_or("", |currency| currency.as_str());
        println!("   {} {unit}, {} ({})", reward.amount, reward.status, reward.type_);
    }

    println!("\n7. Update its language and city");
    update(client, customer.id.as_str()).await
}

/// Only older pages of Imprint's documentation have this operation, so a server without it does not fail the tour.
async fn update(client: &Client, customer: &str) -> Result<(), Box<dyn std::error::Error>> {
    let call = client.update_customer().customer_id(customer);
    match call.body_map(|b| b.preferred_language("en").city("San Francisco")).send().await {
        Ok(updated) => {
            println!("   {} now prefers {:?}", updated.id, updated.preferred_language.as_deref().unwrap_or("nothing"));
        }
        Err(Error::Api(e)) if matches!(e.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => {
            println!("   {e}: the operation may be gone, since the current document does not have it");
        }
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// A link that already exists does not fail the tour: the error carries it.
async fn link(client: &Client, customer: &str) -> Result<(), Error> {
    let call = client.link_customer_account().customer_id(customer);
    match call.body_map(|b| b.partner_customer_id("PARTNER_USER_456")).send().await {
        Ok(link) => println!("   {} since {}\n", link.status, link.created_at),
        Err(Error::Api(e)) if e.kind() == ErrorKind::Conflict => {
            println!("   {e}");
            match e.existing_link() {
                Some(there) => {
                    println!("   the link in its way: {} with {}\n", there.customer_id, there.partner_customer_id)
                }
                None => println!("   it does not say which link is in its way\n"),
            }
        }
        Err(e) => return Err(e),
    }
    Ok(())
}
