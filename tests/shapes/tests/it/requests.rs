//! What goes over the wire: parameters in headers, queries and parts of segments, bodies and answers of every kind, and what is repeated.

use serde_json::json;
use shapes::types::{
    CreatedRange, Line, SearchAllFilter, SearchAllKindsItem, SearchAllPage, SearchAllSort, TakePlaceResponse,
};
use shapes::{Error, RetryPolicy, Upload};

use crate::server::{Sent, server, unreachable};

#[tokio::test]
async fn an_idempotency_key_is_the_same_in_every_attempt() {
    let (client, sent) = server(&[(503, ""), (500, ""), (200, r#"{"id":"T"}"#)]);
    let transfer = client.create_transfer().amount(7).idempotency_key("K 1").await.unwrap();
    assert_eq!((transfer.id.as_str(), transfer.attempts()), ("T", 3));
    let sent: Vec<Sent> = sent.iter().collect();
    for one in &sent {
        assert_eq!(one.line, "POST /transfers HTTP/1.1");
        assert_eq!(one.header("idempotency-key"), Some("K 1"));
        assert_eq!(one.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!((one.header("accept"), one.body.as_str()), (Some("application/json"), r#"{"amount":7}"#));
    }
    assert_eq!(sent.len(), 3);
}

#[tokio::test]
async fn without_its_key_a_post_is_sent_once() {
    let (client, sent) = server(&[(503, ""), (200, r#"{"id":"T"}"#)]);
    let error = client.create_transfer().amount(7).await.unwrap_err();
    assert!(!error.is_retryable() && error.may_have_been_processed(), "{error:?}");
    assert_eq!(error.attempts(), 1);
    assert_eq!(sent.recv().unwrap().header("idempotency-key"), None);
    // With a key the error says what is true then: the same call may be made again.
    let (client, _sent) = server(&[(503, "")]);
    let call = client.create_transfer().amount(7).idempotency_key("K").retry(RetryPolicy::off());
    let error = call.await.unwrap_err();
    assert!(error.is_retryable() && error.may_have_been_processed(), "{error:?}");
    assert!(!shapes::operation::CREATE_TRANSFER.is_repeatable());
}

#[tokio::test]
async fn what_cannot_be_a_header_is_refused_before_anything_is_sent() {
    let client = unreachable();
    for (call, name) in [
        (client.create_transfer().amount(1).idempotency_key("a\r\nb: c"), "Idempotency-Key"),
        (client.create_transfer().amount(1).idempotency_key(" "), "Idempotency-Key"),
        (client.create_transfer().amount(1).x_tags(["a", "b\nc"]), "X-Tags"),
        (client.create_transfer().amount(1).x_api_key("a\0b"), "X-Api-Key"),
    ] {
        let Err(Error::InvalidRequest(error)) = call.await else { panic!("{name} was sent") };
        assert_eq!(error.invalid().collect::<Vec<_>>(), [name]);
    }
    let Err(Error::InvalidRequest(error)) = client.reverse_transfer().transfer_id("T").await else { panic!() };
    assert_eq!(error.missing(), ["X-Reason"]);
}

#[tokio::test]
async fn headers_are_sent_and_secret_ones_are_shown_by_no_error() {
    let (client, sent) = server(&[(400, r#"{"message":"the key hunter2hunter2 is unknown"}"#)]);
    let call = client.create_transfer().amount(1).x_tags(["a", "b c"]).x_api_key("hunter2hunter2");
    assert!(!format!("{call:?}").contains("hunter2"));
    let error = call.await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    let sent = sent.recv().unwrap();
    assert_eq!((sent.header("x-tags"), sent.header("x-api-key")), (Some("a,b c"), Some("hunter2hunter2")));
    assert_eq!(sent.head.to_lowercase().matches("authorization:").count(), 1);
}

#[tokio::test]
async fn lists_and_objects_are_written_in_their_style() {
    let (client, sent) = server(&[(204, "")]);
    client
        .search_all()
        .ids(["a,b", "c d&e"])
        .kinds([SearchAllKindsItem::A, SearchAllKindsItem::Unrecognized("x,y".into())])
        .words(["a b", "c"])
        .sizes([1_i64, 2])
        .metadata(json!({"key[1]": "a=b", "k": "v"}))
        .filter(SearchAllFilter::builder().status("open é").amount(5))
        .sort(SearchAllSort::builder().by("na\"me"))
        .page(SearchAllPage::builder().number(2))
        .owners(["o"])
        .await
        .unwrap();
    let sent = sent.recv().unwrap();
    let mut pairs: Vec<&str> = sent.target().strip_prefix("/search?").unwrap().split('&').collect();
    pairs.sort_unstable();
    let expected = [
        "filter%5Bamount%5D=5",
        "filter%5Bstatus%5D=open+%C3%A9",
        "ids=a%2Cb",
        "ids=c+d%26e",
        "kinds=A,x%2Cy",
        "metadata%5Bk%5D=v",
        "metadata%5Bkey%5B1%5D%5D=a%3Db",
        "number=2",
        "owners=o",
        "sizes=1%7C2",
        "sort=%7B%22by%22%3A%22na%5C%22me%22%7D",
        "words=a+b%20c",
    ];
    assert_eq!(pairs, expected);
    let Err(Error::InvalidRequest(error)) = unreachable().search_all().filter(SearchAllFilter::builder()).await else {
        panic!()
    };
    assert_eq!(error.missing(), ["filter.status", "owners"]);
}

/// As Stripe's parameters are. A cookie that may be left out is.
#[tokio::test]
async fn deep_lists_have_numbers_and_a_union_is_written_as_what_it_holds() {
    let (client, sent) = server(&[(204, ""), (204, "")]);
    let since = CreatedRange::builder().gte(5).build().unwrap();
    client.get_expanded().expand(["a.b", "c"]).created(since).await.unwrap();
    client.get_expanded().created(7).await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    let mut pairs: Vec<&str> = sent[0].target().strip_prefix("/expanded?").unwrap().split('&').collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["created%5Bgte%5D=5", "expand%5B0%5D=a.b", "expand%5B1%5D=c"]);
    assert_eq!((sent[1].target(), sent[1].header("cookie")), ("/expanded?created=7", None));
}

#[tokio::test]
async fn a_segment_may_have_parts() {
    let (client, sent) = server(&[(204, ""), (204, ""), (200, "%PDF\0")]);
    client.reverse_transfer().transfer_id("T 1").x_reason("FRAUD").await.unwrap();
    client.get_range().from("1.5").to("2").await.unwrap();
    let statement = client.get_statement().statement_id("S.1").await.unwrap();
    assert_eq!(&**statement, b"%PDF\0");
    let sent: Vec<Sent> = sent.iter().collect();
    let targets: Vec<&str> = sent.iter().map(Sent::target).collect();
    assert_eq!(targets, ["/transfers/T%201:reverse", "/ranges/1.5..2", "/statements/S.1.pdf"]);
    assert_eq!(sent[2].header("accept"), Some("application/pdf"));
    assert_eq!(sent[0].header("x-reason"), Some("FRAUD"));
}

#[tokio::test]
async fn no_value_leaves_its_part_of_a_segment() {
    let client = unreachable();
    let invalid = |error: Result<_, Error>| matches!(error, Err(Error::InvalidRequest(_)));
    for value in ["", ".", "..", "a/b", "a%2fb", "%252e%252e", "a:cancel", "a%3Acancel", "a\\b", "..%2f", "a\n"] {
        let call = client.reverse_transfer().transfer_id(value).x_reason("FRAUD");
        assert!(invalid(call.await.map(|_| ())), "{value:?}");
    }
    for (from, to) in
        [("a..b", "c"), ("a", "b..c"), ("%2e%2e", "c"), ("a%2e%2eb", "c"), ("a", ".."), ("", "a"), ("a", "")]
    {
        assert!(invalid(client.get_range().from(from).to(to).await.map(|_| ())), "{from:?} {to:?}");
    }
    for value in ["../x", "a.pdf", "..", "%2e"] {
        assert!(invalid(client.get_statement().statement_id(value).await.map(|_| ())), "{value:?}");
    }
}

#[tokio::test]
async fn parameters_of_any_name_keep_their_places() {
    let (client, sent) = server(&[(204, "")]);
    let call = client.self_().id("1").query_id("2").header_id("3").client_("c").request("A").response("A").body_("b");
    let call = call.url("u").query("q").result("r").value(["v"]).self_("s").type_("t").send_("x").stream_("y");
    call.timeout_("z").header_("h").await.unwrap();
    let sent = sent.recv().unwrap();
    assert_eq!(sent.header("id"), Some("3"));
    let (path, query) = sent.target().split_once('?').unwrap();
    assert_eq!(path, "/names/1");
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    let expected = "body=b client=c header=h id=2 query=q request=A response=A result=r self=s send=x stream=y timeout=z type=t url=u \
                    value=v";
    assert_eq!(pairs.join(" "), expected);
}

#[tokio::test]
async fn operations_without_an_id_and_path_items_by_reference_are_there() {
    let (client, sent) = server(&[(200, "a;b"), (204, "")]);
    let answer = client.put_nameless_by_nameless_id().nameless_id("N").body("x;y").await.unwrap();
    assert_eq!(&**answer, b"a;b");
    client.get_referred().q("text").await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    assert_eq!((sent[0].line.as_str(), sent[0].body.as_str()), ("PUT /nameless/N HTTP/1.1", "x;y"));
    assert_eq!((sent[0].header("content-type"), sent[0].header("accept")), (Some("text/csv"), Some("text/csv")));
    assert_eq!(sent[1].target(), "/referred?q=text");
    let Err(Error::InvalidRequest(error)) = unreachable().put_nameless_by_nameless_id().nameless_id("N").await else {
        panic!()
    };
    assert_eq!(error.missing(), ["body"]);
}

#[tokio::test]
async fn bodies_that_are_lists_forms_or_maps_are_sent() {
    let (client, sent) = server(&[(200, r#"{"text":"a"}"#), (202, ""), (201, r#"{"text":"b"}"#), (200, "")]);
    let lines = || [Line::builder().text("a"), Line::builder().text("b").count(2)];
    let answer = client.send_list().body(lines()).await.unwrap().into_inner();
    assert_eq!(answer.map(|line| line.text), Some("a".to_owned()));
    // A success without the body that others have.
    assert_eq!(client.send_list().body(lines()).await.unwrap().into_inner(), None);
    let form = client.send_form().name("a b").tags(["x&y", "z"]).line(Line::builder().text("é"));
    assert_eq!(form.await.unwrap().into_inner().unwrap().text, "b");
    client.send_map().body(json!({"a": "b"})).await.unwrap();
    let sent: Vec<Sent> = sent.iter().collect();
    assert_eq!(sent[0].body, r#"[{"text":"a"},{"count":2,"text":"b"}]"#);
    assert_eq!(sent[0].header("content-type"), Some("application/vnd.shapes+json"));
    assert_eq!(sent[0].header("accept"), Some("application/vnd.shapes+json"));
    assert_eq!(sent[2].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(sent[2].body, "line%5Btext%5D=%C3%A9&name=a+b&tags=x%26y&tags=z");
    assert_eq!(sent[3].body, r#"{"a":"b"}"#);
    let Err(Error::InvalidRequest(error)) = unreachable().send_list().await else { panic!() };
    assert_eq!(error.missing(), ["body"]);
    let Err(Error::InvalidRequest(error)) = unreachable().send_list().body([Line::builder()]).await else { panic!() };
    assert_eq!(error.missing(), ["body[0].text"]);
}

#[tokio::test]
async fn files_are_sent_in_parts() {
    let (client, sent) = server(&[(204, "")]);
    let call = client.send_document().file(Upload::new("b\"ill.pdf", "%PDF").content_type("application/pdf"));
    let call = call.pages_([Upload::new("1.png", "one"), Upload::new("2.png", "two")]).kind("BILL").tags(["a", "b"]);
    call.line(Line::builder().text("t")).await.unwrap();
    let sent = sent.recv().unwrap();
    let boundary = sent.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let part =
        |head: &str, content: &str| format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    let expected = [
        part("name=\"kind\"", "BILL"),
        part("name=\"line\"\r\nContent-Type: application/json", r#"{"text":"t"}"#),
        part("name=\"tags\"", "a"),
        part("name=\"tags\"", "b"),
        part("name=\"file\"; filename=\"b%22ill.pdf\"\r\nContent-Type: application/pdf", "%PDF"),
        part("name=\"pages\"; filename=\"1.png\"\r\nContent-Type: application/octet-stream", "one"),
        part("name=\"pages\"; filename=\"2.png\"\r\nContent-Type: application/octet-stream", "two"),
    ];
    assert_eq!(sent.body.replace(boundary, "B"), format!("{}--B--\r\n", expected.concat()));
    let Err(Error::InvalidRequest(error)) = unreachable().send_document().await else { panic!() };
    assert_eq!(error.missing(), ["file", "kind"]);
}

#[tokio::test]
async fn a_file_that_is_read_is_sent_once_and_one_in_memory_again() {
    // A PUT is repeated where its body can be sent again.
    let (client, sent) = server(&[(503, ""), (204, "")]);
    client.put_document().file_file(Upload::new("a", "content")).await.unwrap();
    assert_eq!(sent.iter().count(), 2);
    let (client, sent) = server(&[(503, "")]);
    let content = "x".repeat(200_000);
    let upload = Upload::reader("a", std::io::Cursor::new(content.clone())).length(200_000);
    let error = client.put_document().file("q").file_file(upload.clone()).await.unwrap_err();
    assert_eq!((error.attempts(), error.status().map(|status| status.as_u16())), (1, Some(503)));
    let sent = sent.recv().unwrap();
    assert!(sent.body.contains(&content) && sent.target() == "/documents?file=q");
    let Err(Error::InvalidRequest(error)) = client.put_document().file_file(upload).await else { panic!() };
    assert!(error.to_string().contains("sent before"), "{error}");
    // A source that breaks breaks the call.
    let (client, _sent) = server(&[(204, "")]);
    let pieces = futures_util::stream::iter([Ok(b"abc".to_vec()), Err(std::io::Error::other("gone"))]);
    let broken = client.put_document().file_file(Upload::stream("a", pieces).length(10)).await.unwrap_err();
    assert!(matches!(broken, Error::Transport(_)), "{broken:?}");
}

#[tokio::test]
async fn successes_of_different_bodies_are_told_apart() {
    let (client, _sent) = server(&[(200, r#"{"id":"T"}"#), (202, r#"{"ticket":"7"}"#), (200, r#"{"new":1}"#)]);
    let taken = client.take_place().await.unwrap();
    assert!(matches!(&*taken, TakePlaceResponse::Transfer(transfer) if transfer.id == "T"), "{taken:?}");
    let later = client.take_place().await.unwrap();
    assert!(matches!(&*later, TakePlaceResponse::Ticket(ticket) if ticket.ticket == "7"), "{later:?}");
    assert_eq!(later.status().as_u16(), 202);
    let new = client.take_place().await.unwrap();
    assert!(matches!(&*new, TakePlaceResponse::Unrecognized(_)), "{new:?}");
}
