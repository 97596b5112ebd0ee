// expect: GetCustomer<imprint_client::blocking::Client>` is not a future

use imprint_client::blocking::Client;

async fn customer(client: Client) {
    let _ = client.get_customer().customer_id("BBB815E9").await;
}

fn main() {}
