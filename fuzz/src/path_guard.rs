//! The guard of paths. The first byte of the input chooses a template. What follows are the values, or a template and its
//! values, divided by bytes of 0xFF, which no text has.

use std::sync::{Arc, LazyLock, Mutex};

use imprint_client::interceptor::Attempt;
use imprint_client::{Client, Error, Interceptor, Method, RetryPolicy};

/// The names of parameters that a template may have.
const NAMES: [&str; 3] = ["a", "b", "c"];

/// Templates in the forms that the API has, or may come to have.
const TEMPLATES: [&str; 7] = [
    "/v2/customers/{a}",
    "/v2/customers/{a}/payment_methods/{b}",
    "/v2/transactions/{a}:reverse",
    "/v2/x/{a}-{b}",
    "/v2/x/{a}{b}/c",
    "/{a}",
    "/v2/{a}/{b}/{c}",
];

/// Notes the host, the path and the query that would be sent, and stops the call.
#[derive(Default)]
struct Witness(Mutex<Option<(String, String, String)>>);

impl Interceptor for Witness {
    fn before_attempt(&self, attempt: &mut Attempt<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let query = attempt.query().unwrap_or_default().to_owned();
        *self.0.lock().unwrap() = Some((attempt.host(), attempt.path().to_owned(), query));
        Err("seen".into())
    }
}

struct Stage {
    runtime: tokio::runtime::Runtime,
    client: Client,
    witness: Arc<Witness>,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let witness = Arc::new(Witness::default());
    let client = Client::builder()
        .api_key("4eC39HqLyjWDarjtT1zdp7dc")
        .base_url("http://localhost:8080/base")
        .retry(RetryPolicy::off())
        .interceptor(Arc::clone(&witness))
        .build()
        .expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Stage { runtime, client, witness }
});

/// The host, the path and the query that would be sent, or `None` if the call is refused.
fn sent(template: &str, values: &[&str]) -> Option<(String, String, String)> {
    let Stage { runtime, client, witness } = &*STAGE;
    let mut request = client.request(Method::GET, template);
    for (name, value) in NAMES.iter().zip(values) {
        request = request.path(name, value);
    }
    *witness.0.lock().unwrap() = None;
    let result = runtime.block_on(request.send::<()>());
    match (result, witness.0.lock().unwrap().take()) {
        (Err(Error::Interceptor(_)), Some(seen)) => Some(seen),
        (Err(Error::InvalidRequest(error)), None) => {
            let said = format!("{error} {error:?}");
            for value in values.iter().filter(|value| value.len() > 20) {
                assert!(!said.contains(value), "the error quotes {value:?}: {said}");
            }
            None
        }
        (result, seen) => panic!("{template} with {values:?} gives {result:?} after {seen:?}"),
    }
}

pub fn check(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let parts: Option<Vec<&str>> =
        rest.split(|byte| *byte == 0xFF).map(|part| std::str::from_utf8(part).ok()).collect();
    let Some(parts) = parts else { return };
    if let Some(template) = TEMPLATES.get(usize::from(choice.wrapping_sub(b'0'))) {
        let count = template.matches('{').count();
        if parts.len() >= count {
            of_the_api(template, &parts[..count]);
        }
    } else {
        let values = &parts[1..parts.len().min(1 + NAMES.len())];
        if let Some((host, path, query)) = sent(parts[0], values) {
            // Whoever writes a template decides what is called, but not another server, nor a place above the base.
            assert_eq!((host.as_str(), query.as_str()), ("localhost:8080", ""));
            let below = path.strip_prefix("/base/").unwrap_or_else(|| panic!("{path} is not below the base"));
            assert!(!below.split('/').any(climbs), "{path} climbs");
        }
    }
}

/// A template of the API is filled exactly, or the call is refused.
fn of_the_api(template: &str, values: &[&str]) {
    let seen = sent(template, values);
    let is_plain = |value: &&str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(seen.is_some() || !values.iter().all(is_plain), "{template} refuses {values:?}");
    let Some((host, path, query)) = seen else { return };
    assert_eq!((host.as_str(), query.as_str()), ("localhost:8080", ""));
    let mut expected = format!("/base{template}");
    let mut plain = template.to_owned();
    for (name, value) in NAMES.iter().zip(values) {
        expected = expected.replacen(&format!("{{{name}}}"), &encoded(value), 1);
        plain = plain.replacen(&format!("{{{name}}}"), value, 1);
    }
    assert_eq!(path, expected, "{template} with {values:?}");
    // However often a server decodes the path, it has the segments of the template, and none of them leads elsewhere.
    let mut decoded = path.into_bytes();
    for round in 0.. {
        let text = String::from_utf8(decoded.clone()).expect("every round of decoding gives a text");
        let text = text.strip_prefix("/base").unwrap_or_else(|| panic!("{text} is not below the base"));
        assert_eq!(text.split(['/', '\\']).count(), template.split('/').count(), "{template} with {values:?}: {text}");
        assert!(!text.split('/').any(climbs), "{template} with {values:?}: {text}");
        assert!(!text.contains(['\0', '\r', '\n', ';']), "{template} with {values:?}: {text}");
        if round == 1 && !values.iter().any(|value| value.contains('{')) {
            assert_eq!(text, plain, "{template} with {values:?}");
        }
        let next = decode(&decoded);
        if next == decoded {
            break;
        }
        decoded = next;
    }
}

fn climbs(segment: &str) -> bool {
    matches!(segment.trim(), "." | "..")
}

/// All bytes are escaped but the unreserved characters of RFC 3986.
fn encoded(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}

/// The text with each percent escape decoded once.
fn decode(text: &[u8]) -> Vec<u8> {
    let (mut decoded, mut at) = (Vec::new(), 0);
    let digit =
        |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    while at < text.len() {
        match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}
