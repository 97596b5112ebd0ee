//! A tour of the client: `cargo run --example quickstart`.
//!
//! It needs neither a key nor a network: the server is in the example. With a key of your own, leave `base_url` out and
//! the same code talks to Imprint's sandbox.

mod server;

use imprint_client::{Client, Error, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = server::start().await;
    println!("A server that plays Imprint listens at {}\n", server.base_url());
    let client = Client::builder().api_key(server::API_KEY).base_url(server.base_url()).build()?;

    println!("1. Search the customer you know as PARTNER_USER_456");
    let found = client.search_customers().partner_customer_id("PARTNER_USER_456").limit(10).send().await?;
    let customer = found.data.first().ok_or("nobody was found")?;
    println!("   {} of {} found: {}", found.data.len(), found.total.unwrap_or_default(), customer.id);
    println!("   a date of birth in a log: {:?}\n", customer.date_of_birth.as_ref().ok_or("no date of birth")?);

    println!("2. Update its language and city");
    let updated = client
        .update_customer()
        .customer_id(&customer.id)
        .body_map(|b| b.preferred_language("en").city("San Francisco"))
        .send()
        .await?;
    println!("   {} now prefers {:?}\n", updated.id, updated.preferred_language.as_deref().unwrap_or("nothing"));

    println!("3. Create a session, to open the application in a browser or an app");
    let session = client
        .create_session()
        .body_map(|b| b.customer_id(&customer.id).transaction_amount(34_000).transaction_currency("USD"))
        .send()
        .await?;
    println!("   session {} until {}", session.id, session.expires_at);
    println!("   its secret in a log: {:?}; `expose()` gives the real one to your frontend\n", session.client_secret);

    println!("4. Link the customer to your account");
    let link = client
        .link_customer_account()
        .customer_id(&customer.id)
        .body_map(|b| b.partner_customer_id("PARTNER_USER_456"))
        .send()
        .await?;
    println!("   {} since {}\n", link.status, link.created_at);

    println!("5. Link it again");
    let again = client
        .link_customer_account()
        .customer_id(&customer.id)
        .body_map(|b| b.partner_customer_id("PARTNER_USER_456"))
        .send()
        .await;
    match again {
        Err(Error::Api(e)) if e.kind() == ErrorKind::Conflict => {
            println!("   {e}");
            let existing = e.existing_link().ok_or("a conflict without its link")?;
            println!("   the link in its way: {} with {}\n", existing.customer_id, existing.partner_customer_id);
        }
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    println!("6. List its payment methods");
    let methods = client.get_payment_methods().customer_id(&customer.id).send().await?;
    for method in &methods.data {
        let last4 = method.card.as_ref().map_or("none", |card| &card.last4);
        println!("   {} {} {}, card ending in {last4}", method.type_, method.id, method.status);
    }

    println!("\n7. List its rewards");
    let rewards = client.get_rewards().customer_id(&customer.id).limit(100).send().await?;
    for reward in &rewards.data {
        let unit = reward.currency.as_ref().map_or("", |currency| currency.as_str());
        println!("   {} {unit}, {} ({})", reward.amount, reward.status, reward.type_);
    }
    Ok(())
}
