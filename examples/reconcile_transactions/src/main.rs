//! Compares a customer's transactions at Imprint with the partner's own ledger:
//! `cargo run --package reconcile_transactions`.
//!
//! It needs neither a key nor a network: it starts `imprint-sandbox`, a server on loopback that imitates Imprint, and
//! simulates the customer's purchases there.

mod ledger;
mod purchases;

use std::error::Error;
use std::time::Duration;

use imprint_client::Client;
use imprint_client::types::CustomerId;
use imprint_sandbox::Sandbox;
use indicatif::{ProgressBar, ProgressStyle};

use ledger::{Difference, Ledger};

/// How long the sandbox waits before it answers with a page, as a server far away would.
const ANSWER_DELAY: Duration = Duration::from_millis(40);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();
    let customer = sandbox.customer("PARTNER_USER_456").approved().await?;
    purchases::make(&client, &customer.payment_method).await?;
    sandbox.on("getTransactions").always().delay(ANSWER_DELAY);

    let mut ledger = Ledger::of_the_day();
    println!("The ledger has {} payments; Imprint is asked for its own\n", ledger.open());
    let differences = reconcile(&client, &customer.customer_id, &mut ledger).await?;
    for difference in &differences {
        println!("{difference}");
    }
    println!("\n{} payments agree, {} differ", ledger.settled(), differences.len());

    if differences.len() != purchases::DIFFERENCES {
        return Err(format!("{} differences were made", purchases::DIFFERENCES).into());
    }
    sandbox.verify()?;
    Ok(())
}

async fn reconcile(
    client: &Client,
    customer: &CustomerId,
    ledger: &mut Ledger,
) -> Result<Vec<Difference>, Box<dyn Error>> {
    // The bar is drawn on a terminal only.
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?;
    let bar = ProgressBar::new(ledger.open()).with_style(style);
    let mut differences = Vec::new();

    // While a page is compared with the ledger, the next one is already requested.
    let mut transactions = client.get_transactions().customer_id(customer).limit(10).stream().prefetch();
    loop {
        match transactions.try_next().await {
            Ok(Some(transaction)) => {
                differences.extend(ledger.settle(&transaction));
                // The time that a ledger in a database would need.
                tokio::time::sleep(Duration::from_millis(3)).await;
                bar.inc(1);
            }
            Ok(None) => break,
            Err(error) => {
                // The cursor to continue from the next time: nothing before it has to be read again.
                bar.abandon_with_message(format!("stopped behind {:?}", transactions.cursor()));
                return Err(error.into());
            }
        }
    }
    bar.finish_and_clear();
    differences.extend(ledger.unmatched());
    Ok(differences)
}
