// expect: nothing is sent before `send`, or in async code before `.await`
// expect: nothing is sent before the stream is polled
// expect: nothing is sent before `send`
// expect: futures do nothing unless you `.await` or poll them

fn main() {
    let client = imprint_client::Client::builder().api_key("key").build().unwrap();
    client.link_customer_account().customer_id("BBB815E9").partner_customer_id("PARTNER_USER_456");
    client.get_rewards().customer_id("BBB815E9").stream();
    client.request(imprint_client::Method::GET, "/v2/statements");
    client.get_customer().customer_id("BBB815E9").send();
}
