// expect: `await` is only allowed inside `async` functions and blocks

fn main() {
    let client = imprint_client::Client::builder().api_key("key").build().unwrap();
    let _ = client.get_customer().customer_id("BBB815E9").await;
}
