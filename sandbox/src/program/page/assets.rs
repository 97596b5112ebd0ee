//! The style, the script and the icon of the page. Their paths have a hash, so that browsers may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use crate::program::failure::Failure;

/// The path of all of them.
pub const PATH: &str = "/_sandbox/page/asset/{name}";

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/script.js");
const ICON: &str = include_str!("assets/icon.svg");

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| named("style", STYLE, "css"));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| named("script", SCRIPT, "js"));
static ICON_NAME: LazyLock<String> = LazyLock::new(|| named("icon", ICON, "svg"));

/// The path of the style.
pub fn style() -> String {
    path(&STYLE_NAME)
}

/// The path of the script.
pub fn script() -> String {
    path(&SCRIPT_NAME)
}

/// The path of the icon.
pub fn icon_path() -> String {
    path(&ICON_NAME)
}

pub async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let (content_type, text) = match name {
        name if name == *STYLE_NAME => ("text/css; charset=utf-8", STYLE),
        name if name == *SCRIPT_NAME => ("text/javascript; charset=utf-8", SCRIPT),
        name if name == *ICON_NAME => ("image/svg+xml", ICON),
        _ => return Err(Failure::not_found("the page has no such file")),
    };
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, text).into_response())
}

/// The icon at the path that browsers ask for by themselves.
pub async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=3600")], ICON).into_response()
}

/// A short text that changes when another one does.
pub fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn named(name: &str, text: &str, ending: &str) -> String {
    format!("{name}-{}.{ending}", hash(text))
}

fn path(name: &str) -> String {
    PATH.replace("{name}", name)
}
