//! Finds the foreign crates whose types and traits the public API of the library names.
//!
//! A release of such a crate that breaks its API is a breaking release of this library, so a test compares the crates
//! that are found with the list in `xtask/foreign-crates.toml`, which has a reason for each.
//!
//! The sources are read, not compiled, so more may be found than users can reach: every item counts whose visibility
//! is plain `pub`, even in a private module. Of a macro all paths count that its text names. What only tests compile
//! is left out.

mod names;
mod public_items;
mod source;

use std::collections::{BTreeMap, BTreeSet};

pub use source::{Module, modules_below, modules_of};

/// The foreign crates that are named in the public API, with the places that name them.
pub fn foreign_crates(modules: &[Module]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in modules {
        for public in public_items::of(module, modules) {
            for path in names::paths_in(public.tokens) {
                for name in names::foreign_crates(&path, module, modules) {
                    found.entry(name).or_default().insert(format!("{}: {}", module.file, public.place));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The foreign crates in the public API of a crate with this root and this module `inner`.
    fn found_in(root: &str, inner: &str) -> Vec<String> {
        let modules =
            [modules_of("lib.rs", &[], root).unwrap(), modules_of("inner.rs", &["inner".into()], inner).unwrap()];
        foreign_crates(&modules.into_iter().flatten().collect::<Vec<_>>()).into_keys().collect()
    }

    #[test]
    fn every_kind_of_public_item_counts() {
        for (code, crates) in [
            ("pub fn a() -> zeroize::Zeroizing<String> { loop {} }", &["zeroize"][..]),
            ("pub fn a() -> ::zeroize::Zeroizing<String> { loop {} }", &["zeroize"]),
            ("pub fn a(value: &mut [Option<progenitor::types::Error>]) {}", &["progenitor"]),
            ("pub fn a<T: serde::Serialize>(value: T) where T: chrono::TimeZone {}", &["chrono", "serde"]),
            ("pub fn a() -> impl Fn(&http::Uri) -> ::url::Url {}", &["http", "url"]),
            ("use zeroize::Zeroizing; pub struct A { pub a: Zeroizing<String> }", &["zeroize"]),
            ("use zeroize::{self, Zeroizing as Z}; pub struct A(pub Z<String>);", &["zeroize"]),
            ("pub enum A { B(zeroize::Zeroizing<u8>), C { d: http::Uri } }", &["http", "zeroize"]),
            ("pub type A = zeroize::Zeroizing<u8>;", &["zeroize"]),
            ("pub const A: http::Method = http::Method::GET;", &["http"]),
            ("pub static A: http::Method = http::Method::GET;", &["http"]),
            ("pub trait A: tower::Service<u8> { type B: http::C; fn d() -> url::Url; }", &["http", "tower", "url"]),
            ("pub use zeroize;", &["zeroize"]),
            ("pub use zeroize::Zeroizing;", &["zeroize"]),
            ("pub use ::zeroize::*;", &["zeroize"]),
            ("#[derive(Clone, serde::Serialize)] pub struct A;", &["serde"]),
            ("#[cfg_attr(feature = \"a\", derive(::schemars::JsonSchema))] pub struct A;", &["schemars"]),
            ("pub struct A; impl A { pub fn b(&self) -> http::Uri { loop {} } }", &["http"]),
            ("pub struct A; impl futures_core::Stream for A { type Item = http::Uri; }", &["futures_core", "http"]),
            ("pub struct A; impl<'de> ::serde::Deserialize<'de> for A {}", &["serde"]),
            ("pub struct A; impl From<http::Uri> for A { fn from(_: http::Uri) -> Self { A } }", &["http"]),
            ("pub trait A {} impl A for http::Uri {}", &["http"]),
            ("pub mod a { pub fn b() -> http::Uri { loop {} } }", &["http"]),
            ("macro_rules! a { ($name:ident) => { impl<'de> ::serde::Deserialize<'de> for $name {} } }", &["serde"]),
            ("make! { pub struct A(pub http::Uri); }", &["http"]),
        ] {
            assert_eq!(found_in(code, ""), crates, "{code}");
        }
    }

    #[test]
    fn what_users_cannot_reach_and_the_standard_library_do_not_count() {
        for code in [
            "fn a() -> http::Uri { loop {} }",
            "pub(crate) fn a() -> http::Uri { loop {} }",
            "pub fn a() -> usize { http::Uri::default().len() }",
            "pub struct A { a: http::Uri, pub(crate) b: http::Uri }",
            "struct A; impl futures_core::Stream for A { type Item = u8; }",
            "trait B {} pub struct A; impl B for http::Uri {}",
            "pub struct A; impl A { fn b(&self) -> http::Uri { loop {} } pub(crate) fn c() -> http::Uri { loop {} } }",
            "use http::Uri; pub fn a() -> String { loop {} }",
            "#[cfg(test)] mod tests { pub fn a() -> http::Uri { loop {} } }",
            "#[cfg(test)] pub fn a() -> http::Uri { loop {} }",
            "thread_local! { static A: http::Uri = http::Uri::default(); }",
            "pub fn a<'http>(a: &'http str) -> ::std::vec::Vec<core::time::Duration> { loop {} }",
            "pub fn a<T: Iterator>() -> <T as Iterator>::Item { loop {} }",
            "pub struct A; impl A { pub fn b() -> Self { loop {} } } pub fn c() -> crate::A { loop {} } pub fn d() -> self::A {}",
            "mod inner; pub fn a() -> inner::A { loop {} }",
        ] {
            assert_eq!(found_in(code, "pub struct A;"), Vec::<String>::new(), "{code}");
        }
    }

    #[test]
    fn names_are_followed_through_other_modules() {
        let root = "mod inner; use inner::Uri; pub fn a() -> Uri { loop {} }";
        for (inner, crates) in [
            ("pub(crate) use http::Uri;", &["http"][..]),
            ("pub(crate) use ::url::Url as Uri;", &["url"]),
            ("pub(crate) type Uri = Option<http::Uri>;", &["http"]),
            ("use zeroize::Zeroizing; pub(crate) type Uri = Zeroizing<http::Uri>;", &["http", "zeroize"]),
            ("pub(crate) struct Uri;", &[]),
        ] {
            assert_eq!(found_in(root, inner), crates, "{inner}");
        }
        let through_super = "use super::Uri; pub fn a() -> Uri { loop {} }";
        assert_eq!(found_in("mod inner; use http::Uri;", through_super), ["http"]);
        let through_glob = "use super::*; pub fn a() -> Uri { loop {} }";
        assert_eq!(found_in("mod inner; use http::Uri;", through_glob), ["http"]);
        let import = "mod inner; mod other { pub(crate) use http::Uri; } use self::other::Uri;";
        assert_eq!(found_in(import, through_glob), ["http"]);
        let through_macro = "macro_rules! make { () => {} } pub(crate) use make;";
        assert_eq!(found_in("mod inner; macro_rules! b { () => { $crate::inner::make!() } }", through_macro), [""; 0]);
    }

    #[test]
    fn a_glob_import_of_a_foreign_crate_counts_because_it_hides_its_names() {
        assert_eq!(found_in("use http::*; pub fn a() -> Uri { loop {} }", ""), ["http"]);
    }
}
