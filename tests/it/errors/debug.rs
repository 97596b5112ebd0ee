//! The `Debug` of every public error begins with its sentence, because a `main` that returns an error prints `Debug`.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use imprint_client::interceptor::Attempt;
use imprint_client::types::{OrderBase, OrderLine};
use imprint_client::webhook::{Event, Verifier, Webhook};
use imprint_client::{Client, Environment, Error, Interceptor, Timestamp};
use syn::{Item, Type, UseTree};

use crate::raw_server::{RawReply, RawServer};

/// An error as it is shown.
struct Shown {
    /// The name of its type, without module and parameters.
    name: &'static str,
    sentence: String,
    line: String,
    lines: String,
}

fn shown<E: StdError>(error: E) -> Shown {
    let path = std::any::type_name::<E>().split('<').next().unwrap_or_default();
    let name = path.rsplit("::").next().unwrap_or_default();
    Shown { name, sentence: error.to_string(), line: format!("{error:?}"), lines: format!("{error:#?}") }
}

/// An error of a call, and its payload.
fn both(error: Error) -> [Shown; 2] {
    let outer = shown(&error);
    let payload = match error {
        Error::Api(error) => shown(error),
        Error::Transport(error) => shown(error),
        Error::Timeout(error) => shown(error),
        Error::Decode(error) => shown(error),
        Error::InvalidRequest(error) => shown(error),
        Error::Config(error) => shown(error),
        Error::Interceptor(error) => shown(error),
        Error::ResponseTooLarge(error) => shown(error),
        other => panic!("a variant that is not tried: {other}"),
    };
    [outer, payload]
}

/// An interceptor that stops every call with an error that nothing may show.
struct Stops;

impl Interceptor for Stops {
    fn before_attempt(&self, _: &mut Attempt<'_>) -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err("signed with hunter2".into())
    }
}

fn order() -> OrderBase {
    let line = OrderLine::builder().name("Couch").quantity(2).rate(100).rewards_rate(0).build().unwrap();
    let order = OrderBase::builder().partner_order_id("o-1").payment_method_id("PM").total_order_amount(7);
    order.order_lines([line]).build().unwrap()
}

/// Errors of every public type, as they come from calls.
async fn every_error() -> Vec<Shown> {
    let server = RawServer::start().await;
    let client = server.client();
    let mut all = Vec::new();
    let get = async |client: &Client| client.get_customer().customer_id("C").send().await.unwrap_err();

    server.respond_with(401, &[], br#"{"type":"UNAUTHORIZED_ERROR","message":"no"}"#);
    all.extend(both(get(&client).await));
    all.push(shown(client.find_customer("P").await.unwrap_err()));
    all.push(shown(client.ensure_linked("C", "P").await.unwrap_err()));
    all.push(shown(client.confirm_reward("R").await.unwrap_err()));
    all.push(shown(client.create_order_once(order()).await.unwrap_err()));
    all.push(shown(client.rotate_key(async |_| Ok::<(), Error>(())).await.unwrap_err()));
    server.respond_with(200, &[], br#"{"key":"hunter2"}"#);
    all.push(shown(client.rotate_key(async |_| Err::<(), _>("cannot store hunter2")).await.unwrap_err()));
    server.respond_with(200, &[], b"7");
    all.extend(both(get(&client).await));
    all.push(shown(client.find_customer("P").await.unwrap_err()));
    all.extend(both(get(&server.client_with(|builder| builder.max_response_bytes(2).interceptor(Stops))).await));
    server.respond_with(200, &[], b"{  }");
    all.extend(both(get(&server.client_with(|builder| builder.max_response_bytes(2))).await));
    server.set_reply(RawReply::Close((*b"").into()));
    all.extend(both(get(&client).await));
    all.push(shown(client.confirm_reward("R").await.unwrap_err()));
    let quick = server.client_with(|builder| builder.timeout(Duration::from_millis(300)));
    all.push(shown(quick.create_order_once(order()).await.unwrap_err()));
    server.set_reply(RawReply::NeverRespond);
    all.extend(both(get(&server.client_with(|builder| builder.timeout(Duration::from_millis(50)))).await));

    all.extend(both(OrderBase::builder().build().unwrap_err()));
    all.extend(both(Client::builder().build().unwrap_err()));
    all.push(shown(order().check_totals().unwrap_err()));
    all.push(shown("hunter2".parse::<Environment>().unwrap_err()));
    all.push(shown(Timestamp::from("yesterday").to_chrono().unwrap_err()));

    let verifier = Verifier::new("the signing token");
    all.push(shown(verifier.verify("", b"{}").unwrap_err()));
    all.push(shown(Event::parse(b"hunter2").unwrap_err()));
    let request = axum::extract::Request::new(axum::body::Body::empty());
    let rejection = <Webhook as axum::extract::FromRequest<Verifier>>::from_request(request, &verifier).await;
    all.push(shown(rejection.unwrap_err()));
    all
}

#[tokio::test]
async fn debug_begins_with_the_sentence_and_then_gives_the_causes_and_the_fields() {
    let all = every_error().await;
    for Shown { name, sentence, line, lines } in &all {
        assert!(line.starts_with(&format!("{sentence}; ")), "{name}: {line}");
        assert!(lines.starts_with(&format!("{sentence}\n")), "{name}: {lines}");
        assert_eq!((line.matches("fields: ").count(), lines.matches("\nfields: ").count()), (1, 1), "{name}: {line}");
        assert!(!line.contains('\n'), "{name}: {line}");
        // After the word come the fields, under the name of the type or of a variant.
        let (_, fields) = line.split_once("fields: ").unwrap_or_default();
        assert!(fields.starts_with(char::is_uppercase), "{name}: {line}");
        let payloads = ["ApiError", "ConfigError", "DecodeError", "InterceptorError", "InvalidRequestError"];
        let payloads = [&payloads[..], &["ResponseTooLargeError", "TimeoutError", "TransportError"]].concat();
        assert!(!payloads.contains(name) || fields.starts_with(&format!("{name} {{ ")), "{name}: {line}");
        // The sentence of one of these has said all, so that nothing is its cause.
        let alone = ["ApiError", "DecodeError", "InvalidRequestError", "ResponseTooLargeError", "TimeoutError"];
        let alone = [&alone[..], &["UnreadableError", "WebhookError"]].concat();
        assert!(!alone.contains(name) || !line.contains("caused by"), "{name}: {line}");
        assert!(!line.contains("hunter2") && !lines.contains("hunter2"), "{name}: {line}");
    }
    let has = |name: &str, words: &str| {
        assert!(all.iter().any(|error| error.name == name && error.line.contains(words)), "{name}: {words}");
    };
    for name in ["Error", "TransportError"] {
        has(name, "; caused by: error sending request; caused by: ");
    }
    has("InterceptorError", "; caused by: an error of the interceptor, which is not shown");
    has("ConfirmError", "; caused by: error sending request; caused by: ");
    has("OnceError", "; caused by: createOrder: the connection ");
    has("KeyRotationError", "; caused by: createKey answered 401 Unauthorized");
    has("KeyRotationError", "; caused by: cannot store [REDACTED]; fields: ");
}

/// The types for which a source implements the trait `Error`, by whichever name the file has for the trait.
fn errors_in(file: &str, items: &[Item], found: &mut BTreeSet<String>) {
    let mut traits = vec!["Error".to_owned()];
    for item in items {
        if let Item::Use(item) = item {
            add_names_of_error(&item.tree, &mut traits);
        }
    }
    let last = |path: &syn::Path| path.segments.last().map(|segment| segment.ident.to_string());
    for item in items {
        match item {
            Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(path, _)| last(path));
                if of.is_some_and(|name| traits.contains(&name)) {
                    let Type::Path(implementor) = &*item.self_ty else { panic!("{file}: an error without a name") };
                    found.insert(last(&implementor.path).expect("a name"));
                }
            }
            Item::Mod(item) => errors_in(file, item.content.as_ref().map_or(&[], |(_, items)| items), found),
            Item::Macro(item) => {
                let tokens = item.mac.tokens.to_string();
                assert!(
                    !tokens.contains("Error for"),
                    "{file}: a macro implements Error; this test cannot see for what"
                );
            }
            _ => {}
        }
    }
}

/// Adds the other names under which `Error` is imported.
fn add_names_of_error(tree: &UseTree, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => add_names_of_error(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_names_of_error(tree, names)),
        UseTree::Rename(rename) if rename.ident == "Error" => names.push(rename.rename.to_string()),
        _ => {}
    }
}

/// The Rust files of the library, without those of its unit tests.
fn sources(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(below).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

#[tokio::test]
async fn no_error_of_the_sources_is_left_out() {
    let mut paths = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    sources(Path::new(env!("OUT_DIR")), &mut paths);
    let mut in_sources = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable source");
        let mut items = syn::parse_file(&text).expect("Rust").items;
        // Errors in unit tests.
        items.retain(|item| !matches!(item, Item::Mod(item) if item.ident == "tests"));
        errors_in(&path.display().to_string(), &items, &mut in_sources);
    }
    let tried: BTreeSet<String> = every_error().await.iter().map(|error| error.name.to_owned()).collect();
    assert!(tried.len() > 15, "{tried:?}");
    assert_eq!(tried, in_sources, "every_error() of this test and the errors of the sources");
}

#[test]
fn errors_are_found_under_every_name_of_the_trait() {
    let text = "use std::{fmt, error::{self, Error as Failure}}; impl Failure for A {} impl<T: fmt::Debug> error::Error for B<T> {} \
                mod m { impl std::error::Error for super::C {} } impl fmt::Display for D {}";
    let mut found = BTreeSet::new();
    errors_in("a file", &syn::parse_file(text).unwrap().items, &mut found);
    assert_eq!(found, ["A", "B", "C"].map(str::to_owned).into());
}
