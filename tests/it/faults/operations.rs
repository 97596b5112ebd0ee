//! The operations that the fault tests call, and the success responses to them.

use std::sync::Arc;

use imprint_client::{Client, Error, Response};

use super::fault_server::response;
use crate::support::payload;

/// The classes of operations that the retry rule distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// GET, PUT and searches by POST.
    Safe,
    /// Other POSTs, and PATCH.
    Other,
    Delete,
}

#[derive(Clone, Copy)]
pub struct FaultOperation {
    pub id: &'static str,
    pub kind: RetryClass,
}

const fn operation(id: &'static str, kind: RetryClass) -> FaultOperation {
    FaultOperation { id, kind }
}

pub const GET: FaultOperation = operation("getCustomer", RetryClass::Safe);
pub const SEARCH: FaultOperation = operation("searchCustomersPost", RetryClass::Safe);
pub const PUT: FaultOperation = operation("putOrder", RetryClass::Safe);
pub const POST: FaultOperation = operation("linkCustomerAccount", RetryClass::Other);
pub const PATCH: FaultOperation = operation("patchReward", RetryClass::Other);
pub const DELETE: FaultOperation = operation("deleteOrder", RetryClass::Delete);

pub const OPERATIONS: &[FaultOperation] = &[GET, SEARCH, PUT, POST, PATCH, DELETE];

/// The parts of a success response that the tests compare.
#[derive(Debug)]
pub struct CallSuccess {
    pub status: u16,
    pub attempts: u32,
}

impl FaultOperation {
    /// Calls the operation with this id, which is part of the path of all operations but the search.
    pub async fn call(self, client: &Client, id: &str) -> Result<CallSuccess, Error> {
        match self.id {
            "getCustomer" => client.get_customer().customer_id(id).send().await.map(call_success),
            "searchCustomersPost" => {
                client.search_customers_post().body_map(|b| b.partner_customer_id(id)).send().await.map(call_success)
            }
            "putOrder" => {
                let body = client
                    .put_order()
                    .order_id(id)
                    .body_map(|b| b.partner_order_id("o-1").payment_method_id("p-1").total_order_amount(274_999));
                body.send().await.map(call_success)
            }
            "linkCustomerAccount" => {
                let call = client.link_customer_account().customer_id(id);
                call.body_map(|b| b.partner_customer_id(id)).send().await.map(call_success)
            }
            "patchReward" => client.patch_reward().reward_id(id).send().await.map(call_success),
            "deleteOrder" => client.delete_order().order_id(id).send().await.map(call_success),
            other => panic!("{other} is not one of the tested operations"),
        }
    }
}

fn call_success<T>(response: Response<T>) -> CallSuccess {
    CallSuccess { status: response.status().as_u16(), attempts: response.attempts() }
}

/// The success response to a request with this request line.
pub fn success_response(line: &str) -> Arc<[u8]> {
    let json = |body: &str| response(200, &[("content-type", "application/json")], body);
    match line.split_once('/').map(|(method, rest)| (method.trim(), rest)) {
        Some(("GET", _)) => json(r#"{"id": "C"}"#),
        Some(("PUT", _)) => json(&payload("createOrder--openapi-composed.json")),
        Some(("PATCH", _)) => json(&payload("getReward--openapi-composed.json")),
        Some(("POST", rest)) if rest.contains("/link ") => json(&payload("linkCustomerAccount--openapi-composed.json")),
        Some(("POST", _)) => json(r#"{"data":[]}"#),
        Some(("DELETE", _)) => "HTTP/1.1 204 No Content\r\n\r\n".as_bytes().into(),
        other => panic!("unexpected request: {other:?}"),
    }
}
