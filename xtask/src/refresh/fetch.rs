//! Gets a document from a URL or a file, whole or not at all.

use std::{
    fs,
    io::Read,
    net::IpAddr,
    path::Path,
    time::{Duration, Instant},
};

use reqwest::{
    Url,
    blocking::Client,
    header::{ACCEPT, USER_AGENT},
    redirect::Policy,
};

use crate::failure::Failure;

/// Eighty times the size of the document in the repository.
const LIMIT: u64 = 8 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;

/// A document as it was received.
pub struct Fetched {
    /// Where it came from, as openapi.lock names it.
    pub source: String,
    pub text: String,
}

pub fn file(path: &Path) -> Result<Fetched, Failure> {
    let refuse = |what: String| Failure::new(what, "name a file that holds an OpenAPI document");
    let size = fs::metadata(path).map_err(|e| refuse(format!("{} cannot be read: {e}", path.display())))?.len();
    if size > LIMIT {
        return Err(too_large(&path.display().to_string()));
    }
    let bytes = fs::read(path).map_err(|e| refuse(format!("{} cannot be read: {e}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Fetched { source: format!("file {name}"), text: text(&path.display().to_string(), bytes)? })
}

/// Fetches by https; by plain http from this machine alone.
pub fn url(address: &str, timeout: Duration) -> Result<Fetched, Failure> {
    let advice = "give an https URL such as https://docs.imprint.co/openapi.yaml, or a file by --file";
    let url = Url::parse(address).map_err(|e| Failure::new(format!("{address} is not a URL: {e}"), advice))?;
    let local = is_loopback(&url);
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(Failure::new(
            format!("{address} is not https: anyone on the network could change the document"),
            advice,
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::new("the URL holds credentials, which would end up in openapi.lock", advice));
    }
    let started = Instant::now();
    let failed = |what: String| {
        Failure::new(
            format!("{address} could not be fetched: {what}"),
            "nothing has been changed. Try again later, or fetch the document by other means and give it by --file",
        )
    };
    // reqwest prefers the TLS of the system where another crate of the workspace turns that on.
    let mut builder = Client::builder().tls_backend_rustls();
    builder = builder.connect_timeout(CONNECT).timeout(timeout).redirect(same_host());
    if local {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|e| failed(with_causes(&e)))?;
    let request = client.get(url).header(ACCEPT, "application/yaml, application/json, text/plain, */*");
    let request = request.header(USER_AGENT, "imprint-client refresh-spec");
    let response = request.send().map_err(|e| failed(with_causes(&e)))?;
    if !response.status().is_success() {
        return Err(failed(format!("the server answered {}", response.status())));
    }
    if response.content_length().is_some_and(|length| length > LIMIT) {
        return Err(too_large(address));
    }
    let mut bytes = Vec::new();
    let mut body = response.take(LIMIT + 1);
    let mut chunk = [0; 64 * 1024];
    loop {
        // The timeout of the client applies to each read, so an answer that comes byte by byte could last for ever.
        if started.elapsed() > timeout {
            return Err(failed(format!("it has not ended after {} seconds", timeout.as_secs())));
        }
        match body.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            Err(e) => return Err(failed(with_causes(&e))),
        }
    }
    if bytes.len() as u64 > LIMIT {
        return Err(too_large(address));
    }
    Ok(Fetched { source: address.to_string(), text: text(address, bytes)? })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Follows redirects on the same host only: another host, or plain http, could serve another document.
fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let origin = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if origin.is_some_and(|origin| origin != attempt.url().origin()) {
            let other = format!("it redirects to {}, another host: if that is right, give it by --url", attempt.url());
            attempt.error(other)
        } else {
            attempt.follow()
        }
    })
}

/// An error with all its causes, which the text of an error of reqwest leaves out.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

fn too_large(name: &str) -> Failure {
    let limit = LIMIT / 1024 / 1024;
    let advice = "nothing has been changed. Look at what it is; the limit is in xtask/src/refresh/fetch.rs";
    Failure::new(format!("{name} is larger than {limit} MiB, which no document of this API is"), advice)
}

/// The text of bytes that could be a document. The content type decides nothing: many servers send YAML as plain text.
fn text(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let advice = "nothing has been changed. Look at it in a browser: the document may have moved to another URL";
    let refuse = |what: &str| Err(Failure::new(format!("{name} is not an OpenAPI document: {what}"), advice));
    let Ok(text) = String::from_utf8(bytes) else { return refuse("it is not UTF-8 text") };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return refuse("it is empty");
    }
    if start.starts_with('<') {
        return refuse("it is HTML or XML");
    }
    Ok(text)
}
