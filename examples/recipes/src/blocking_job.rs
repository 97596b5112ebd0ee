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

    use imprint_client::RetryPolicy;
    use imprint_sandbox::{RewardKind, Sandbox};

    use super::*;

    #[test]
    fn the_rewards_of_each_customer_are_added_up() {
        let sandbox = Sandbox::blocking().unwrap();
        let mut customers = Vec::new();
        for (account, amount) in [("PARTNER_USER_1", 500), ("PARTNER_USER_2", 700)] {
            let customer = sandbox.customer(account).create().unwrap();
            for amount in [amount, 20] {
                let kind = RewardKind::OneTime;
                let reward = sandbox.grant_reward(&customer, kind, amount).unwrap();
                sandbox.confirm_reward(&reward).unwrap();
            }
            sandbox.grant_reward(&customer, RewardKind::Offer, 3).unwrap(); // pending
            customers.push(customer.to_string());
        }
        customers.push("nobody".into());
        let builder =
            Client::builder().api_key(sandbox.key().clone()).base_url(sandbox.url());
        let client = builder
            .retry(RetryPolicy::off())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let sums = all(&client, &customers);
        assert_eq!(
            sums.iter().map(|sum| sum.as_ref().ok().copied()).collect::<Vec<_>>(),
            [Some(520), Some(720), None]
        );
        sandbox.verify().unwrap();
    }
}
