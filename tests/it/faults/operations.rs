//! The operations that meet the faults, and good answers to them.

use std::sync::Arc;

use imprint_client::{Client, Error, Response};

use super::server::answer;
use crate::support::payload;

/// What the rule of repeating tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// GET, PUT and searches by POST.
    Safe,
    /// Other POSTs, and PATCH.
    Other,
    Delete,
}

#[derive(Clone, Copy)]
pub struct Operation {
    pub id: &'static str,
    pub kind: Kind,
}

const fn operation(id: &'static str, kind: Kind) -> Operation {
    Operation { id, kind }
}

pub const GET: Operation = operation("getCustomer", Kind::Safe);
pub const SEARCH: Operation = operation("searchCustomersPost", Kind::Safe);
pub const PUT: Operation = operation("putOrder", Kind::Safe);
pub const POST: Operation = operation("linkCustomerAccount", Kind::Other);
pub const PATCH: Operation = operation("patchReward", Kind::Other);
pub const DELETE: Operation = operation("deleteOrder", Kind::Delete);

pub const OPERATIONS: &[Operation] = &[GET, SEARCH, PUT, POST, PATCH, DELETE];

/// What is looked at of a success.
#[derive(Debug)]
pub struct Done {
    pub status: u16,
    pub attempts: u32,
}

impl Operation {
    /// Calls it for the thing with this id, which stands in the path of all but the search.
    pub async fn call(self, client: &Client, id: &str) -> Result<Done, Error> {
        match self.id {
            "getCustomer" => client.get_customer().customer_id(id).send().await.map(done),
            "searchCustomersPost" => {
                client.search_customers_post().body_map(|b| b.partner_customer_id(id)).send().await.map(done)
            }
            "putOrder" => {
                let body = client
                    .put_order()
                    .order_id(id)
                    .body_map(|b| b.partner_order_id("o-1").payment_method_id("p-1").total_order_amount(274_999));
                body.send().await.map(done)
            }
            "linkCustomerAccount" => {
                let call = client.link_customer_account().customer_id(id);
                call.body_map(|b| b.partner_customer_id(id)).send().await.map(done)
            }
            "patchReward" => client.patch_reward().reward_id(id).send().await.map(done),
            "deleteOrder" => client.delete_order().order_id(id).send().await.map(done),
            other => panic!("{other} does not take part"),
        }
    }
}

fn done<T>(response: Response<T>) -> Done {
    Done { status: response.status().as_u16(), attempts: response.attempts() }
}

/// The answer that a request would like.
pub fn good(line: &str) -> Arc<[u8]> {
    let json = |body: &str| answer(200, &[("content-type", "application/json")], body);
    match line.split_once('/').map(|(method, rest)| (method.trim(), rest)) {
        Some(("GET", _)) => json(r#"{"id": "C"}"#),
        Some(("PUT", _)) => json(&payload("createOrder--openapi-composed.json")),
        Some(("PATCH", _)) => json(&payload("getReward--openapi-composed.json")),
        Some(("POST", rest)) if rest.contains("/link ") => json(&payload("linkCustomerAccount--openapi-composed.json")),
        Some(("POST", _)) => json(r#"{"data":[]}"#),
        Some(("DELETE", _)) => "HTTP/1.1 204 No Content\r\n\r\n".as_bytes().into(),
        other => panic!("{other:?} is no request of ours"),
    }
}
