//! Puts a new API key in the place of the old one: `cargo run --example rotate_key`.
//!
//! It needs neither a key nor a network: it starts `imprint-sandbox`, a server on loopback that imitates Imprint. The store
//! of secrets is in the example.

use std::error::Error;
use std::sync::Mutex;

use imprint_client::helpers::{KeyRotationError, RotationStep};
use imprint_client::{Client, Secret};
use imprint_sandbox::Sandbox;

/// Stands for a vault. It fails while it is sealed.
#[derive(Default)]
struct Vault {
    key: Mutex<Option<Secret>>,
    sealed: bool,
}

impl Vault {
    /// Stores the key. It returns only when the key is stored.
    async fn put(&self, key: Secret) -> Result<(), &'static str> {
        if self.sealed {
            return Err("the vault is sealed");
        }
        *self.key.lock().map_err(|_| "the vault is broken")? = Some(key);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = sandbox.client();

    println!("1. Rotate the key, with a vault that is sealed");
    let sealed = Vault { sealed: true, ..Vault::default() };
    match client.rotate_key(async |key| sealed.put(key).await).await {
        Ok(_) => println!("   rotated"),
        Err(error) => tidy_up(error).await?,
    }
    println!("   the old key still works: {}", works(&client).await);

    println!("\n2. Rotate the key, with a vault that is open");
    let vault = Vault::default();
    let rotated = client.rotate_key(async |key| vault.put(key).await).await?;
    println!("   the vault has it: {:?}", vault.key.lock().map_err(|_| "the vault is broken")?);
    println!("   the new key works: {}", works(&rotated).await);
    println!("   the old key works: {}", works(&client).await);

    sandbox.verify()?; // every answer was right, and made of what the sandbox remembers
    Ok(())
}

/// A new key that was not stored is of no use: its own client deletes it. After any other step it is stored, and may
/// be the only one that works.
async fn tidy_up(error: KeyRotationError) -> Result<(), imprint_client::Error> {
    println!("   {error}");
    if let Some(cause) = error.source() {
        println!("   because: {cause}");
    }
    if error.step() == RotationStep::Store
        && let Some(unused) = error.into_client()
    {
        unused.delete_key().await?;
        println!("   the new key is deleted by its own client");
    }
    Ok(())
}

async fn works(client: &Client) -> bool {
    client.search_rewards().limit(1).await.is_ok()
}
