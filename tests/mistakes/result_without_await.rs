// expect: no field `id` on type `GetCustomer

fn main() {
    let client = imprint_client::Client::builder().api_key("key").build().unwrap();
    let customer = client.get_customer().customer_id("BBB815E9");
    println!("{}", customer.id);
}
