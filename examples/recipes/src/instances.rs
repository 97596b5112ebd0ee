//! Orders that several instances of a service record, each order by one instance at a
//! time.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use imprint_client::Client;
use imprint_client::helpers::OnceError;
use imprint_client::types::{Order, OrderBase};
use rusqlite::{Connection, OptionalExtension as _};

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        partner_order_id TEXT PRIMARY KEY,
        claims INTEGER NOT NULL,
        claimed_until INTEGER NOT NULL,
        -- later 'recorded', or 'doubtful' if a person has to look at it
        state TEXT NOT NULL DEFAULT 'open'
    );";

/// Claims an order for ten minutes, which must be longer than `record` can take: its two
/// calls take 100 seconds each at most, unless the client has another timeout. Nobody can
/// claim an order that another instance has, that is recorded, or that is doubtful.
const CLAIM: &str = "
    INSERT INTO orders (partner_order_id, claims, claimed_until)
    VALUES (?1, 1, unixepoch() + 600)
    ON CONFLICT (partner_order_id)
    DO UPDATE SET claims = orders.claims + 1, claimed_until = excluded.claimed_until
    WHERE orders.state = 'open' AND orders.claimed_until < unixepoch()
    RETURNING claims";

/// The table of orders, in a database that all instances share.
pub struct Orders(Mutex<Connection>);

impl Orders {
    pub fn new(database: Connection) -> rusqlite::Result<Self> {
        database.execute_batch(TABLE)?;
        Ok(Self(Mutex::new(database)))
    }

    /// How often the order has been claimed, this claim included; `None` if it cannot be
    /// claimed now.
    fn claim(&self, id: &str) -> rusqlite::Result<Option<u32>> {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        database.query_row(CLAIM, [id], |row| row.get(0)).optional()
    }

    fn set_state(&self, id: &str, state: &str) -> rusqlite::Result<()> {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        database
            .execute(
                "UPDATE orders SET state = ?2 WHERE partner_order_id = ?1",
                [id, state],
            )
            .map(drop)
    }
}

/// Records an order, unless another instance does so or has done so: then the result is
/// `None`.
pub async fn record(
    client: &Client,
    orders: &Orders,
    order: OrderBase,
) -> Result<Option<Order>, Box<dyn Error>> {
    let id = order.partner_order_id.clone();
    let Some(claims) = orders.claim(id.as_str())? else { return Ok(None) };
    // An instance that claimed it before may have died after it sent the order.
    let found = if claims > 1 { client.find_order(&id).await? } else { None };
    let recorded = match found {
        Some(order) => order,
        None => match client.create_order_once(order).await {
            Ok(order) => order.into_inner(),
            // It is not recorded: the next claim, after ten minutes, tries again.
            Err(error @ OnceError::Refused(_)) => return Err(error.into()),
            // It may be recorded, or is recorded with another content: nobody may send it
            // again without a look.
            Err(error) => {
                orders.set_state(id.as_str(), "doubtful")?;
                return Err(error.into());
            }
        },
    };
    orders.set_state(id.as_str(), "recorded")?;
    Ok(Some(recorded))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::testing;

    /// A database of its own for each test, removed at the end.
    struct Database(PathBuf);

    impl Database {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir()
                .join(format!("imprint-recipes-{}-{name}.sqlite", std::process::id()));
            let _ = std::fs::remove_file(&path);
            Self(path)
        }

        /// The table as one of the instances sees it.
        fn open(&self) -> Orders {
            let connection = Connection::open(&self.0).unwrap();
            connection.busy_timeout(Duration::from_secs(10)).unwrap();
            Orders::new(connection).unwrap()
        }
    }

    impl Drop for Database {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[tokio::test]
    async fn two_instances_record_an_order_once() {
        let (sandbox, card) = testing::sandbox().await;
        sandbox.on("createOrder").next(1).delay(Duration::from_millis(200));
        let database = Database::new("two");
        let (one, other) = (database.open(), database.open());
        let client = || testing::settings(&sandbox).build().unwrap();
        let (here, there) = (client(), client());
        let (first, second) = tokio::join!(
            record(&here, &one, testing::order("o-1", &card)),
            record(&there, &other, testing::order("o-1", &card)),
        );
        let ids = [first.unwrap(), second.unwrap()]
            .map(|order| order.map(|order| order.partner_order_id.to_string()));
        assert_eq!(ids.iter().flatten().collect::<Vec<_>>(), ["o-1"]);
        sandbox.requests().to("createOrder").assert_count(1);
        sandbox.verify().unwrap();
    }

    #[tokio::test]
    async fn an_order_of_an_instance_that_died_is_looked_up_first() {
        let (sandbox, card) = testing::sandbox().await;
        let client = testing::settings(&sandbox).build().unwrap();
        let order = testing::order("o-1", &card);
        let database = Database::new("died");
        let orders = database.open();
        // The instance that died had claimed the order and sent it.
        assert_eq!(orders.claim("o-1").unwrap(), Some(1));
        let sent = client.create_order_once(order.clone()).await.unwrap().into_inner();
        assert!(record(&client, &orders, order.clone()).await.unwrap().is_none());
        let later = "UPDATE orders SET claimed_until = unixepoch() - 1";
        orders.0.lock().unwrap().execute(later, []).unwrap();

        let found = record(&client, &orders, order.clone()).await.unwrap().unwrap();
        assert_eq!(found.id, sent.id);
        sandbox.requests().to("listOrders").assert_count(1);
        sandbox.requests().to("createOrder").assert_count(1);
        // It is recorded now, so nobody claims it any more.
        orders.0.lock().unwrap().execute(later, []).unwrap();
        assert!(record(&client, &orders, order).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn only_an_order_that_was_refused_is_tried_again() {
        let (sandbox, card) = testing::sandbox().await;
        sandbox.on("createOrder").nth(1).status(400);
        sandbox.on("createOrder").nth(2).status(500);
        let database = Database::new("refused");
        let orders = database.open();
        // Too short for the helper to look the unknown order up, which takes 2.5 seconds
        // at least.
        let client =
            testing::settings(&sandbox).timeout(Duration::from_secs(2)).build().unwrap();
        for (id, again) in [("refused", Some(2)), ("unknown", None)] {
            let order = testing::order(id, &card);
            assert!(record(&client, &orders, order).await.is_err());
            orders
                .0
                .lock()
                .unwrap()
                .execute("UPDATE orders SET claimed_until = unixepoch() - 1", [])
                .unwrap();
            assert_eq!(orders.claim(id).unwrap(), again, "{id}");
        }
    }
}
