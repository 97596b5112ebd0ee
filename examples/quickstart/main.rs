//! A tour of the client: `cargo run --example quickstart`.
//!
//! It needs no API key and no network, because it starts a server of its own. If `IMPRINT_API_KEY` is set, it makes the
//! same calls to Imprint's sandbox instead, and changes data there.

mod server;

use std::env;

use imprint_client::{Client, Environment, Error, ErrorKind, StatusCode};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Ok(key) = env::var("IMPRINT_API_KEY") {
        // Other environment variables are ignored: the calls change data, so they must reach the sandbox only.
        let client = Client::builder().api_key(key).environment(Environment::Sandbox).build()?;
        println!("IMPRINT_API_KEY is set: the calls go to Imprint's sandbox\n");
        return tour(&client).await;
    }
    let server = server::start().await;
    println!("A local server that imitates Imprint listens at {}\n", server.base_url());
    tour(&Client::builder().api_key(server::API_KEY).base_url(server.base_url()).build()?).await
}

async fn tour(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    println!("1. Search for the customer with your id PARTNER_USER_456");
    let found = client.search_customers().partner_customer_id("PARTNER_USER_456").limit(10).await?;
    let Some(customer) = found.data.first() else {
        println!("   there is none: link a customer to that id first, then run the example again");
        return Ok(());
    };
    println!("   {} of {} found: {}", found.data.len(), found.total.unwrap_or_default(), customer.id);
    println!("   the date of birth, as `Debug` prints it in a log: {:?}\n", customer.date_of_birth);

    println!("2. Create a session, so that the customer can apply in a browser or an app");
    let session = client
        .create_session()
        .customer_id(&customer.id)
        .transaction_amount(34_000)
        .transaction_currency("USD")
        .await?;
    println!("   session {} expires at {}", session.id, session.expires_at);
    println!("   its secret, as `Debug` prints it in a log: {:?}", session.client_secret);
    println!("   `expose()` returns the real value for your frontend\n");

    println!("3. Link the customer to your account");
    link(client, customer.id.as_str()).await?;

    println!("4. Link the same customer again");
    link(client, customer.id.as_str()).await?;

    println!("5. List the customer's payment methods");
    let methods = client.get_payment_methods().customer_id(&customer.id).await?;
    for method in &methods.data {
        let last4 = method.card.as_ref().map_or("none", |card| &card.last4);
        println!("   {} {} {}, card ending in {last4}", method.type_, method.id, method.status);
    }

    println!("\n6. List the customer's rewards");
    let rewards = client.get_rewards().customer_id(&customer.id).limit(100).await?;
    for reward in &rewards.data {
        let unit = reward.currency.as_ref().map_or("", |currency| currency.as_str());
        println!("   {} {unit}, {} ({})", reward.amount, reward.status, reward.type_);
    }

    println!("\n7. Update the customer's language and city");
    update(client, customer.id.as_str()).await
}

/// Updates a customer. Only older pages of Imprint's documentation have this operation, so the example also succeeds
/// if the server does not have it.
async fn update(client: &Client, customer: &str) -> Result<(), Box<dyn std::error::Error>> {
    let call = client.update_customer().customer_id(customer);
    match call.preferred_language("en").city("San Francisco").await {
        Ok(updated) => {
            println!("   {} now prefers {:?}", updated.id, updated.preferred_language.as_deref().unwrap_or("nothing"));
        }
        Err(Error::Api(e)) if matches!(e.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => {
            println!("   {e}: Imprint may have removed the operation, since the current document does not have it");
        }
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// Links a customer. If a link exists already, the example prints the link that the error contains, and succeeds.
async fn link(client: &Client, customer: &str) -> Result<(), Error> {
    let call = client.link_customer_account().customer_id(customer);
    match call.partner_customer_id("PARTNER_USER_456").await {
        Ok(link) => println!("   {} since {}\n", link.status, link.created_at),
        Err(Error::Api(e)) if e.kind() == ErrorKind::Conflict => {
            println!("   {e}");
            match e.existing_link() {
                Some(existing) => {
                    println!("   existing link: {} with {}\n", existing.customer_id, existing.partner_customer_id)
                }
                None => println!("   the error does not contain the existing link\n"),
            }
        }
        Err(e) => return Err(e),
    }
    Ok(())
}
