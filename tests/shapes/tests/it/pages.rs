//! Lists that are followed over all their pages by what a page says of the next one, and what must not be followed.

use std::sync::mpsc::Receiver;

use shapes::{Client, Error};

use crate::server::{Sent, server};

/// A client of a server that answers these bodies, one after the other, and the requests that the server got.
fn pages(bodies: &[&str]) -> (Client, Receiver<Sent>) {
    server(&bodies.iter().map(|body| (200, *body)).collect::<Vec<_>>())
}

/// What was asked for. Each request has to carry the key.
fn targets(sent: Receiver<Sent>) -> Vec<String> {
    let requests = sent.iter().inspect(|request| assert_eq!(request.header("authorization"), Some("Bearer key")));
    requests.map(|request| request.target().to_owned()).collect()
}

#[tokio::test]
async fn a_cursor_of_a_page_leads_to_the_next_one() {
    let (client, sent) = pages(&[
        r#"{"data":[{"number":1},{"number":2}],"next_page_token":"t 1"}"#,
        r#"{"data":[],"next_page_token":"t2"}"#,
        r#"{"data":[{"number":"x"},{"number":3}],"next_page_token":null}"#,
    ]);
    let mut items = client.list_by_cursor().limit(2).stream();
    let mut numbers = Vec::new();
    let mut broken = 0;
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => numbers.push(item.number),
            Err(Error::Decode(error)) if error.item_json().is_some() => broken += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((numbers, broken), (vec![1, 2, 3], 1));
    assert_eq!(
        targets(sent),
        ["/by_cursor?limit=2", "/by_cursor?limit=2&page_token=t+1", "/by_cursor?limit=2&page_token=t2"]
    );
}

#[tokio::test]
async fn a_cursor_that_leads_in_a_circle_is_an_error() {
    let page = |token: &str| format!(r#"{{"data":[{{"number":1}}],"next_page_token":"{token}"}}"#);
    let (a, b) = (page("a"), page("b"));
    let (client, _sent) = pages(&[&a, &b, &a, &b, &a]);
    let mut pages = client.list_by_cursor().pages();
    let mut read = 0;
    let error = loop {
        match pages.try_next().await {
            Ok(Some(_)) => read += 1,
            Ok(None) => panic!("the list ended"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Decode(_)) && read <= 3, "{error:?} after {read}");
}

#[tokio::test]
async fn the_url_of_the_next_page_is_followed_to_the_same_origin_only() {
    let (client, sent) = pages(&[
        r#"{"data":[{"number":1}],"links":{"next":"{host}/by_url?after=x%2Fy&kind=A"}}"#,
        r#"{"data":[{"number":2}],"links":{"next":"?after=z"}}"#,
        r#"{"data":[{"number":3}],"links":{"next":""}}"#,
    ]);
    let items = client.list_by_url().kind("A").stream().collect_all(10).await.unwrap();
    assert_eq!(items.iter().map(|item| item.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(targets(sent), ["/by_url?kind=A", "/by_url?after=x%2Fy&kind=A", "/by_url?after=z"]);
    for next in
        ["http://127.0.0.1:1/by_url", "https://evil.example/by_url", "//evil.example/x", "{host}@evil.example/x"]
    {
        let page = format!(r#"{{"data":[{{"number":1}}],"links":{{"next":"{next}"}}}}"#);
        let (client, sent) = pages(&[&page]);
        let mut items = client.list_by_url().stream();
        assert_eq!(items.try_next().await.unwrap().unwrap().number, 1);
        let error = items.try_next().await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{next}: {error:?}");
        assert!(error.to_string().contains("the URL of the next page"), "{error}");
        assert_eq!(targets(sent).len(), 1);
    }
}

#[tokio::test]
async fn numbers_go_on_until_a_page_is_empty() {
    let (client, sent) = pages(&[
        r#"{"data":[{"number":1},{"number":2}]}"#,
        // Fewer than the limit are no sign of the end: the server may have a smaller limit of its own.
        r#"{"data":[{"number":3}]}"#,
        r#"{"data":[]}"#,
    ]);
    let items = client.list_by_offset().offset(5).limit(3).stream().collect_all(10).await.unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(
        targets(sent),
        ["/by_offset?limit=3&offset=5", "/by_offset?limit=3&offset=7", "/by_offset?limit=3&offset=8"]
    );
    // An item that cannot be read has its place in the list all the same.
    let (client, sent) = pages(&[r#"{"data":[{"number":"x"},{"number":2},{"number":"y"}]}"#, r#"{"data":[]}"#]);
    let mut items = client.list_by_offset().stream();
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(item.ok().map(|item| item.number));
    }
    assert_eq!(seen, [None, Some(2), None]);
    assert_eq!(targets(sent), ["/by_offset", "/by_offset?offset=3"]);
    let (client, sent) = pages(&[r#"{"data":[{"number":1}]}"#, r#"{"data":[{"number":2}]}"#, r#"{"data":[]}"#]);
    assert_eq!(client.list_by_number().stream().collect_all(10).await.unwrap().len(), 2);
    assert_eq!(targets(sent), ["/by_number", "/by_number?page=2", "/by_number?page=3"]);
}

#[tokio::test]
async fn a_server_that_ignores_the_number_is_an_error() {
    let page = r#"{"data":[{"number":1},{"number":2}]}"#;
    let (client, _sent) = pages(&[page, page, page]);
    let error = client.list_by_offset().stream().collect_all(10).await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    let (client, _sent) = pages(&[page, page, page]);
    let mut pages = client.list_by_offset().pages();
    assert_eq!(pages.try_next().await.unwrap().unwrap().data.len(), 2);
    assert!(matches!(pages.try_next().await.unwrap_err(), Error::Decode(_)));
}
