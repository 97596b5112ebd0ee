//! A job without async that adds up the rewards of customers.

use std::thread;

use imprint_client::blocking::Client;
use imprint_client::{Error, types::RewardStatus};

/// The sum of the available rewards of a customer, in minor units or in points.
pub fn available(client: &Client, customer: &str) -> Result<i64, Error> {
    let mut sum = 0;
    for reward in client.get_rewards().customer_id(customer).limit(100).stream() {
        let reward = reward?;
        if reward.status == RewardStatus::Available {
            sum += reward.amount;
        }
    }
    Ok(sum)
}

/// The sums of several customers, each in a thread of its own. Threads can share a
/// client, or have a clone each.
pub fn all(client: &Client, customers: &[String]) -> Vec<Result<i64, Error>> {
    thread::scope(|scope| {
        let threads: Vec<_> = customers
            .iter()
            .map(|customer| scope.spawn(move || available(client, customer)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a call does not panic"))
            .collect()
    })
}

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let customers: Vec<String> = std::env::args().skip(1).collect();
    for (customer, sum) in customers.iter().zip(all(&client, &customers)) {
        println!("{customer} {}", sum?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use httpmock::MockServer;
    use imprint_client::RetryPolicy;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_rewards_of_each_customer_are_added_up() {
        let server = MockServer::start();
        let payload =
            include_str!("../../../tests/payloads/getReward--openapi-composed.json");
        let reward = |id: &str, status: &str, amount: i64| {
            let mut reward: Value = serde_json::from_str(payload).unwrap();
            (reward["id"], reward["status"], reward["amount"]) =
                (json!(id), json!(status), json!(amount));
            reward
        };
        for (customer, amount) in [("C1", 500), ("C2", 700)] {
            let data = [
                reward("R1", "AVAILABLE", amount),
                reward("R2", "PENDING", 3),
                reward("R3", "AVAILABLE", 20),
            ];
            server.mock(|when, then| {
                when.method("GET").path(format!("/v2/customers/{customer}/rewards"));
                then.status(200).json_body(json!({ "data": data, "has_more": false }));
            });
        }
        let builder =
            Client::builder().api_key("recipes-key").base_url(server.base_url());
        let client = builder
            .retry(RetryPolicy::off())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let customers = ["C1", "C2", "C3"].map(String::from);
        let sums = all(&client, &customers);
        assert_eq!(
            sums.iter().map(|sum| sum.as_ref().ok().copied()).collect::<Vec<_>>(),
            [Some(520), Some(720), None]
        );
    }
}
