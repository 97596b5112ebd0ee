//! Bodies that are one of several things, that may be left out, or that may be empty, and forms that say how their parts are written.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use serde_json::json;
use shapes::types::{
    AccountPayee, AddPayeeBody, BatchPayeesBody, CartItem, CodePayeeBody, Payee, PayeeById, PayeeByName, PayeeOrText,
};
use shapes::{Error, Timestamp, Upload};

use crate::server::{Sent, server, unreachable};

fn by_name(name: &str) -> PayeeByName {
    PayeeByName::builder().name(name).build().unwrap()
}

#[tokio::test]
async fn a_body_may_be_one_of_several_things() {
    let (client, sent) =
        server(&[(204, ""), (200, r#"{"id":7}"#), (204, ""), (204, ""), (204, ""), (204, ""), (204, ""), (204, "")]);
    let account = AccountPayee::builder().iban("DE1").build().unwrap();
    client.add_payee().body(account).await.unwrap();
    let answer = client.replace_payee().body(Payee::PayeeByName(by_name("N"))).await.unwrap();
    assert!(matches!(&*answer, Payee::PayeeById(payee) if payee.id == 7), "{answer:?}");
    client.change_payee().await.unwrap();
    client.change_payee().body(PayeeById::builder().id(1).build().unwrap()).await.unwrap();
    client.code_payee().body(CodePayeeBody::Text("a".into())).await.unwrap();
    client.batch_payees().body(BatchPayeesBody::List(vec![by_name("A"), by_name("B")])).await.unwrap();
    client.form_payee().body(by_name("a b")).await.unwrap();
    client.parts_payee().await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    let bodies: Vec<&str> = sent.iter().map(|sent| sent.body.as_str()).collect();
    let list = r#"[{"name":"A"},{"name":"B"}]"#;
    assert_eq!(bodies, [r#"{"iban":"DE1"}"#, r#"{"name":"N"}"#, "", r#"{"id":1}"#, r#""a""#, list, "name=a+b", ""]);
    assert_eq!((sent[2].header("content-type"), sent[7].header("content-type")), (None, None));
    let Err(Error::InvalidRequest(error)) = unreachable().add_payee().await else { panic!() };
    assert_eq!(error.missing(), ["body"]);
    let unknown = AddPayeeBody::Unrecognized(json!({"other": true}));
    let strict = unreachable().add_payee().body(unknown);
    assert!(format!("{strict:?}").contains("AddPayee"));
}

#[tokio::test]
async fn a_form_holds_an_object_and_nothing_else() {
    let text = || PayeeOrText::Text("text".into());
    let invalid = |error: Error| match error {
        Error::InvalidRequest(error) => error.invalid().map(str::to_owned).collect::<Vec<_>>(),
        error => panic!("{error:?}"),
    };
    assert_eq!(invalid(unreachable().form_payee().body(text()).await.unwrap_err()), ["body"]);
    assert_eq!(invalid(unreachable().parts_payee().body(text()).await.unwrap_err()), ["body"]);
}

#[tokio::test]
async fn a_body_that_may_be_left_out_is_sent_where_a_part_of_it_is_set() {
    let (client, sent) = server(&[(204, ""), (204, ""), (204, ""), (204, ""), (204, ""), (204, ""), (204, "")]);
    client.capture().await.unwrap();
    client.list_captures().await.unwrap();
    client.put_receipt().await.unwrap();
    client.add_receipt().await.unwrap();
    client.capture().amount(5).await.unwrap();
    client.list_captures().body_map(|body| body).await.unwrap();
    client.add_receipt().file(Upload::new("r", "content")).await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    for sent in &sent[..4] {
        assert_eq!((sent.header("content-type"), sent.body.as_str()), (None, ""), "{}", sent.line);
    }
    assert_eq!((sent[4].body.as_str(), sent[5].body.as_str()), (r#"{"amount":5}"#, "{}"));
    assert!(sent[6].body.contains("content"));
    for (call, missing) in [
        (unreachable().capture().note("n").await, vec!["amount"]),
        (unreachable().put_receipt().kind("k").await, vec!["file"]),
        (unreachable().put_receipt().file(Upload::new("r", "c")).await, vec!["kind"]),
    ] {
        let Err(Error::InvalidRequest(error)) = call else { panic!("{missing:?}") };
        assert_eq!(error.missing(), missing);
    }
}

#[tokio::test]
async fn a_list_is_read_on_by_a_body_that_may_be_left_out() {
    let (client, sent) = server(&[
        (200, r#"{"has_more":true,"data":[{"id":"a"}]}"#),
        (200, r#"{"has_more":false,"data":[{"id":"b"}]}"#),
    ]);
    let found: Vec<String> =
        client.search_captures().stream().map_ok(|found| found.id.as_str().to_owned()).try_collect().await.unwrap();
    assert_eq!(found, ["a", "b"]);
    let bodies: Vec<String> = sent.iter().map(|sent| sent.body).collect();
    // Nothing is required of it, and it is a POST: `{}` says the same as no body.
    assert_eq!(bodies, ["{}", r#"{"starting_after":"a"}"#]);
}

#[tokio::test]
async fn a_list_or_map_may_be_sent_empty() {
    let (client, sent) = server(&[(204, ""); 8]);
    client.put_labels().body(Vec::<String>::new()).await.unwrap();
    client.add_labels().await.unwrap();
    client.add_labels().body(Vec::<Timestamp>::new()).await.unwrap();
    client.put_payees().body(Vec::<PayeeByName>::new()).await.unwrap();
    client.name_labels().body(json!({})).await.unwrap();
    client.count_labels().body(BTreeMap::new()).await.unwrap();
    client.put_labels().body(["a"]).await.unwrap();
    client.name_labels().body([("a", "b")]).await.unwrap();
    let bodies: Vec<String> = sent.iter().map(|sent| sent.body).collect();
    assert_eq!(bodies, ["[]", "", "[]", "[]", "{}", "{}", r#"["a"]"#, r#"{"a":"b"}"#]);
    for call in [
        unreachable().put_labels().await,
        unreachable().put_labels().body(None::<Vec<String>>).await,
        unreachable().put_payees().await,
        unreachable().name_labels().await,
        unreachable().name_labels().body(None::<()>).await,
        unreachable().count_labels().await,
    ] {
        let Err(Error::InvalidRequest(error)) = call else { panic!() };
        assert_eq!(error.missing(), ["body"]);
    }
}

#[tokio::test]
async fn a_form_is_written_as_its_encoding_says() {
    let (client, sent) = server(&[(204, ""), (204, "")]);
    let cart = client.fill_cart().always(["a", "b"]).commas(["a,b", "c"]).bars([1, 2]).text("t");
    let cart = cart.json(by_name("j")).flat(by_name("f"));
    cart.items([CartItem::builder().price("1"), CartItem::builder().price("2").parts([3, 4])]).await.unwrap();
    let import = client.import_cart().file(Upload::new("f", "x").content_type("text/csv"));
    import.each(["a", "b"]).whole(["c", "d"]).number(5).await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    let mut pairs: Vec<&str> = sent[0].body.split('&').collect();
    pairs.sort_unstable();
    let expected = [
        "always=a",
        "always=b",
        "bars=1%7C2",
        "commas=a%2Cb,c",
        "items%5B0%5D%5Bprice%5D=1",
        "items%5B1%5D%5Bparts%5D%5B0%5D=3",
        "items%5B1%5D%5Bparts%5D%5B1%5D=4",
        "items%5B1%5D%5Bprice%5D=2",
        "json=%7B%22name%22%3A%22j%22%7D",
        "name=f",
        "text=t",
    ];
    assert_eq!(pairs, expected);
    for part in [
        "name=\"each\"\r\n\r\na\r\n",
        "name=\"each\"\r\n\r\nb\r\n",
        "name=\"whole\"\r\nContent-Type: application/json\r\n\r\n[\"c\",\"d\"]\r\n",
        "name=\"number\"\r\nContent-Type: application/json\r\n\r\n5\r\n",
    ] {
        assert!(sent[1].body.contains(part), "{part}: {}", sent[1].body);
    }
}
