// expect: a field of type `CustomerId` cannot be set from `RewardId`
// expect: a field of type `CustomerId` cannot be set from `&RewardId`
// expect: expected a value that converts into `CustomerId`, or an `Option` of one
// expect: an argument of type `PartnerCustomerId` cannot be made from `CustomerId`
// expect: an id of one kind does not convert into another kind; where the value is right all the same, pass its text: `id.as_str()`

use imprint_client::Client;
use imprint_client::types::{CustomerId, RewardId};

async fn by_value(client: Client, reward: RewardId) {
    let _ = client.get_customer().customer_id(reward).await;
}

async fn by_reference(client: Client, reward: RewardId) {
    let _ = client.get_customer().customer_id(&reward).await;
}

async fn in_a_helper(client: Client, customer: CustomerId) {
    let _ = client.find_customer(customer).await;
}

fn main() {}
