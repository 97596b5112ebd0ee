//! How large the future of a call is, which a task or a caller's future has to hold.

use benches::bare;
use benches::rows::CUSTOMER;
use benches::server::Server;

pub fn measure(server: &Server) {
    let (client, bare) = (benches::client(&server.url), bare::Client::new(&server.url));
    let ours = size_of_val(&client.get_customer().customer_id(CUSTOMER).send());
    let by_hand = size_of_val(&bare.customer(CUSTOMER));
    println!("| future of one `send()`, bytes | 600 | {ours}, by hand {by_hand} |");
}
