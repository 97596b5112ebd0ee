//! Links customers to accounts, and finds one again: `cargo run --example link_account`.
//!
//! It needs neither a key nor a network: the server is in the example.

mod server;

use imprint_client::Client;
use imprint_client::helpers::LinkError;

const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = server::start().await;
    let client = Client::builder().api_key(server::API_KEY).base_url(server.base_url()).build()?;

    println!("1. Is PARTNER_USER_456 known to Imprint?");
    find(&client, "PARTNER_USER_456").await?;

    println!("\n2. Link the customer to PARTNER_USER_456");
    link(&client, "PARTNER_USER_456").await?;

    println!("\n3. Link it once more: an answer was lost, a job ran twice");
    link(&client, "PARTNER_USER_456").await?;

    println!("\n4. Link it to PARTNER_USER_789, which is another account");
    link(&client, "PARTNER_USER_789").await?;

    println!("\n5. Is PARTNER_USER_456 known now?");
    find(&client, "PARTNER_USER_456").await?;
    Ok(())
}

async fn find(client: &Client, account: &str) -> Result<(), Box<dyn std::error::Error>> {
    match client.find_customer(account).await? {
        Some(customer) => println!("   yes, as the customer {}", customer.id),
        None => println!("   no"),
    }
    Ok(())
}

/// Prints a link that is in the way, since a person has to resolve it. Every other failure ends the example.
async fn link(client: &Client, account: &str) -> Result<(), LinkError> {
    match client.ensure_linked(CUSTOMER, account).await {
        Ok(link) => println!("   linked with {} since {}", link.partner_customer_id, link.created_at),
        Err(LinkError::LinkedElsewhere { existing, partner_customer_id, .. }) => {
            println!("   not linked with {partner_customer_id}: {} is in the way", existing.partner_customer_id);
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
