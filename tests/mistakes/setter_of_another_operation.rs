// expect: no method named `customer_id` found for struct `GetReward
// expect: no method named `customer_idd` found for struct `GetCustomer
// expect: there is a method `customer_id` with a similar name

fn main() {
    let client = imprint_client::Client::builder().api_key("key").build().unwrap();
    let _ = client.get_reward().customer_id("BBB815E9");
    let _ = client.get_customer().customer_idd("BBB815E9");
}
