//! The rows that time, instructions and allocations are measured of: what the client does and what is written by hand.

use std::hint::black_box;
use std::rc::Rc;

use imprint_client::types;
use imprint_client::webhook::Verifier;
use imprint_client::webhook::testing::Signer;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::bare::types::{Order, OrderLine, Page, PaymentMethod, Transaction};
use crate::server::{Server, customer_with};
use crate::{bare, payloads};

/// Does once what is measured.
pub type Work = Box<dyn FnMut()>;

/// A row of the table: the same work done twice.
pub struct Row {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// What is done.
    pub what: &'static str,
    /// Done with the client.
    pub ours: Work,
    /// Done by hand.
    pub bare: Work,
    /// How often the work is done in a turn, which then takes some milliseconds.
    pub times: u32,
}

/// All rows.
pub fn rows(server: &Server) -> Vec<Row> {
    vec![get(server), page(server), transactions(), payment_methods(), order(), built_order(), webhook(), forged()]
}

/// The id of the customer that is asked for.
pub const CUSTOMER: &str = "9B5E1EE0-2E1C-46E7-81B9-3C3917204BE4";

/// A runtime in this thread.
///
/// # Panics
///
/// If there is none.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A runtime of two threads.
///
/// # Panics
///
/// If there is none.
pub fn several_threads() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn get(server: &Server) -> Row {
    let runtime = Rc::new(runtime());
    let (client, bare) = (crate::client(&server.url), bare::Client::new(&server.url));
    let same = runtime.clone();
    let ours = move || {
        let customer = runtime.block_on(async { client.get_customer().customer_id(CUSTOMER).send().await });
        black_box(customer.expect("a customer"));
    };
    let bare = move || {
        let customer = same.block_on(async { bare.customer(CUSTOMER).await });
        black_box(customer.expect("a customer"));
    };
    Row { name: "get", what: "one GET", ours: Box::new(ours), bare: Box::new(bare), times: 200 }
}

/// How many items the page of the row `page` has.
const ITEMS: usize = 1_000;

fn page(server: &Server) -> Row {
    let runtime = Rc::new(runtime());
    let (client, bare) = (crate::client(&server.url), bare::Client::new(&server.url));
    let (same, customer) = (runtime.clone(), customer_with(ITEMS, 0));
    let (limit, by_hand) = (i64::try_from(ITEMS).expect("a number"), customer.clone());
    let ours = move || {
        let page = runtime.block_on(async { client.get_rewards().customer_id(&*customer).limit(limit).send().await });
        assert_eq!(page.expect("a page").data.len(), ITEMS);
    };
    let bare = move || {
        let page = same.block_on(async { bare.rewards(&by_hand, ITEMS, None).await });
        assert_eq!(page.expect("a page").data.len(), ITEMS);
    };
    Row { name: "page", what: "a page of 1,000 rewards", ours: Box::new(ours), bare: Box::new(bare), times: 20 }
}

/// Decodes a text into a type.
fn decode<T: DeserializeOwned + 'static>(text: &str) -> Work {
    let text = text.to_owned();
    Box::new(move || drop(black_box(serde_json::from_slice::<T>(black_box(text.as_bytes())).expect("it is read"))))
}

fn transactions() -> Row {
    let text = payloads::transactions(100);
    Row {
        name: "transactions",
        what: "decode 100 transactions",
        ours: decode::<types::GetTransactionsResponse>(&text),
        bare: decode::<Page<Transaction>>(&text),
        times: 20,
    }
}

fn payment_methods() -> Row {
    let text = payloads::payment_methods(100);
    Row {
        name: "payment_methods",
        what: "decode 100 payment methods",
        ours: decode::<types::GetPaymentMethodsResponse>(&text),
        bare: decode::<Page<PaymentMethod>>(&text),
        times: 20,
    }
}

const LINES: i64 = 50;
const CREATED_AT: &str = "2025-02-13T19:08:07Z";

fn order() -> Row {
    let (ours, bare) = (our_order(), bare_order());
    Row {
        name: "order",
        what: "encode an order of 50 lines",
        ours: Box::new(move || drop(black_box(serde_json::to_vec(black_box(&ours)).expect("JSON")))),
        bare: Box::new(move || drop(black_box(serde_json::to_vec(black_box(&bare)).expect("JSON")))),
        times: 500,
    }
}

fn built_order() -> Row {
    Row {
        name: "built_order",
        what: "the same, made by its builders",
        ours: Box::new(|| drop(black_box(serde_json::to_vec(&our_order()).expect("JSON")))),
        bare: Box::new(|| drop(black_box(serde_json::to_vec(&bare_order()).expect("JSON")))),
        times: 200,
    }
}

fn our_order() -> types::OrderBase {
    let line = |number: i64| {
        types::OrderLine::builder()
            .name("Couch Supreme")
            .product_url("www.restassured.com/couch-supreme")
            .quantity(number)
            .rate(274_999_i64)
            .rewards_rate(2500_i64)
    };
    types::OrderBase::builder()
        .customer_id(CUSTOMER)
        .payment_method_id("0144ea84-3c39-4382-a37a-03c699b77646")
        .partner_order_id("o-c8a1fe46bbff4a18ba1d")
        .merchant_id("m-123456789")
        .merchant_name("Rest Assured")
        .order_lines((0..LINES).map(line).collect::<Vec<_>>())
        .total_order_amount(274_999_i64)
        .currency("USD")
        .created_at(CREATED_AT)
        .build()
        .expect("an order")
}

fn bare_order() -> Order {
    let line = |quantity| OrderLine {
        name: "Couch Supreme".to_owned(),
        product_url: Some("www.restassured.com/couch-supreme".to_owned()),
        quantity,
        rate: 274_999,
        rewards_rate: 2500,
    };
    Order {
        customer_id: CUSTOMER.to_owned(),
        payment_method_id: "0144ea84-3c39-4382-a37a-03c699b77646".to_owned(),
        partner_order_id: "o-c8a1fe46bbff4a18ba1d".to_owned(),
        merchant_id: "m-123456789".to_owned(),
        merchant_name: "Rest Assured".to_owned(),
        order_lines: (0..LINES).map(line).collect(),
        total_order_amount: 274_999,
        currency: "USD".to_owned(),
        created_at: CREATED_AT.to_owned(),
    }
}

const TOKEN: &str = "whtok_9f8e7d6c";

/// The signature header and the body of a delivery.
fn delivery(token: &str) -> (String, Vec<u8>) {
    let delivery = Signer::new(token).sign(payloads::webhook());
    (delivery.signature, delivery.body)
}

fn by_hand() -> Work {
    let (header, body) = delivery(TOKEN);
    Box::new(move || drop(black_box(bare::webhook::verify(TOKEN, &header, &body).expect("it is genuine"))))
}

fn webhook() -> Row {
    let ((header, body), verifier) = (delivery(TOKEN), Verifier::new(TOKEN));
    let ours = move || drop(black_box(verifier.verify(&header, &body).expect("it is genuine")));
    Row { name: "webhook", what: "webhook of 4 KiB, right", ours: Box::new(ours), bare: by_hand(), times: 200 }
}

fn forged() -> Row {
    let ((header, body), verifier) = (delivery("another token"), Verifier::new(TOKEN));
    let ours = move || drop(black_box(verifier.verify(&header, &body).expect_err("it is forged")));
    let what = "webhook of 4 KiB, wrong under all readings, against a right one by hand";
    Row { name: "forged", what, ours: Box::new(ours), bare: by_hand(), times: 100 }
}
