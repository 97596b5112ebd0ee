//! Values that stay in their segment, values that are refused, and the check of the URL itself.

use super::*;

const TEMPLATE: &str = "/v2/customers/{customer_id}/link";

fn fill_one(base: &str, value: &str) -> Result<String, String> {
    let mut problems = Problems::default();
    let base = Url::parse(base).unwrap();
    match fill(&base, TEMPLATE, &[("customer_id", value.to_owned())], &mut problems) {
        Some(url) => {
            assert!(problems.is_empty());
            Ok(url.to_string())
        }
        None => Err(problems.to_string()),
    }
}

#[test]
fn values_are_encoded_into_one_segment() {
    for (value, encoded) in [
        ("2EE24580", "2EE24580"),
        ("a b", "a%20b"),
        ("?a=b#c", "%3Fa%3Db%23c"),
        ("a%b", "a%25b"),
        ("100%", "100%25"),
        ("a%2", "a%252"),
        ("b:c@d&e=f+g$h,i", "b%3Ac%40d%26e%3Df%2Bg%24h%2Ci"),
        ("ü漢", "%C3%BC%E6%BC%A2"),
        ("%c3%bc", "%25c3%25bc"),
        ("a。b", "a%E3%80%82b"),
        ("...", "..."),
        ("a..b", "a..b"),
        ("-._~", "-._~"),
        ("{customer_id}", "%7Bcustomer_id%7D"),
    ] {
        let expected = format!("https://api.example.com/v2/customers/{encoded}/link");
        assert_eq!(fill_one("https://api.example.com", value), Ok(expected), "{value:?}");
    }
}

#[test]
fn values_that_lead_elsewhere_are_refused_and_not_quoted() {
    for value in [
        ".",
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "%25252e%25252e",
        "%2%65%2e",
        "..\\keys",
        "..%5Ckeys",
        "../keys",
        "a/../../keys",
        "a%2f..%2f..%2fkeys",
        "a/.",
        "/",
        "//",
        "%2F",
        "\\",
        "a//b",
        "a/",
        "a/b",
        "a%2Fb",
        "a%252fb",
        "x\\link",
        "x%5clink",
        "a;b=c",
        "..;a=b",
        "a%3Bb",
        "a%253bb",
        " .. ",
        "..%20",
        "%u002e%u002E",
        "%25u002e.",
        "a%u002Fb",
    ] {
        let problem = fill_one("https://api.example.com", value).unwrap_err();
        assert_eq!(problem, "customer_id would change where the request goes", "{value}");
    }
    assert_eq!(fill_one("https://api.example.com", "").unwrap_err(), "customer_id is empty");
}

#[test]
fn values_that_some_take_for_others_are_refused_and_say_why() {
    let refused = |value: &str, why: &str| {
        let problem = fill_one("https://api.example.com", value).unwrap_err();
        assert!(problem.contains(why), "{value:?}: {problem}");
    };
    for character in ['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        refused(&format!("a{character}b"), "control character");
    }
    for value in ["a%00", "a%0d%0ab", "%2509", "a%7f", "a%c2%85", "%u000a"] {
        refused(value, "control character");
    }
    for value in ["%c0%ae%c0%ae", "a%c0%afb", "%c1%9c", "%e0%80%ae", "%f0%80%80%ae", "%25c0%25af", "%ff", "%ed%a0%80"] {
        refused(value, "not UTF-8");
    }
    for value in "․‥…︙﹒．⁄℀℁℅℆∕⧸／∖⧵⧹﹨＼\u{37e}︔﹔；﹪％".chars() {
        refused(&value.to_string(), "dot or a slash");
        refused(&format!("a{value}b"), "dot or a slash");
    }
    for value in ["．．", "．.", "%ef%bc%8e%ef%bc%8e", "%uff0e%uff0e", "..／keys", "％2e％2e"] {
        refused(value, if value.contains("／") { "dot or a slash" } else { "dot" });
    }
}

#[test]
fn a_base_path_is_kept() {
    for base in ["https://example.com/imprint/api", "https://example.com/imprint/api/"] {
        assert_eq!(fill_one(base, "a").unwrap(), "https://example.com/imprint/api/v2/customers/a/link", "{base}");
        assert!(fill_one(base, "..").is_err());
    }
}

#[test]
fn the_url_itself_is_checked() {
    let base = Url::parse("https://api.example.com/base").unwrap();
    let check = |url: &str, path: &str| leads_to(&Url::parse(url).unwrap(), &base, path);
    assert!(check("https://api.example.com/base/v2/a", "/v2/a"));
    for url in [
        "https://api.example.com/base/v2/a/../b",
        "https://api.example.com/base/v2/a/..",
        "https://api.example.com/base/v2/a/b",
        "https://api.example.com/v2/a",
        "https://api.example.com/base/v2/a?x",
        "https://api.example.com/base/v2/a#x",
        "https://u@api.example.com/base/v2/a",
        "https://other.example.com/base/v2/a",
        "http://api.example.com/base/v2/a",
        "https://api.example.com:444/base/v2/a",
    ] {
        assert!(!check(url, "/v2/a"), "{url}");
    }
}

#[test]
fn decoding_ends_and_is_linear() {
    assert_eq!(&*decode_to_the_end(b"%%32%35%2"), b"%%2");
    assert_eq!(&*decode_to_the_end(b"%zz%u12g4%u"), b"%zz%u12g4%u");
    assert_eq!(&*decode_to_the_end(b"%ud800%u00e4"), "\u{fffd}ä".as_bytes());
    let nested = format!("%{}2e", "25".repeat(500_000));
    assert_eq!(&*decode_to_the_end(nested.as_bytes()), b".");
}

#[test]
fn a_missing_value_gives_no_url() {
    let mut problems = Problems::default();
    let base = Url::parse("https://api.example.com").unwrap();
    assert!(fill(&base, TEMPLATE, &[], &mut problems).is_none());
}

fn fill_segment(template: &str, values: &[(&'static str, &str)]) -> Result<String, String> {
    let mut problems = Problems::default();
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    match fill(&Url::parse("https://x").unwrap(), template, &values, &mut problems) {
        Some(url) => Ok(url.path().to_owned()),
        None => Err(problems.to_string()),
    }
}

#[test]
fn a_segment_may_have_parts() {
    for (template, values, expected) in [
        ("/x/{id}:reverse", &[("id", "1 2")][..], "/x/1%202:reverse"),
        ("/x/{id}.pdf", &[("id", "a.b")], "/x/a.b.pdf"),
        ("/x/{a}..{b}/y", &[("a", "1"), ("b", "2.5")], "/x/1..2.5/y"),
        ("/x/v{a}-{b}", &[("a", "1"), ("b", "2")], "/x/v1-2"),
    ] {
        assert_eq!(fill_segment(template, values), Ok(expected.to_owned()), "{template}");
    }
}

#[test]
fn no_value_leaves_its_part_of_a_segment() {
    for (template, values) in [
        ("/x/{id}:reverse", &[("id", "1:cancel")][..]),
        ("/x/{id}:reverse", &[("id", "1%3Acancel")]),
        ("/x/{id}:reverse", &[("id", "1%253acancel")]),
        ("/x/{id}:reverse", &[("id", "")]),
        ("/x/{id}:reverse", &[("id", "a/b")]),
        ("/x/{a}..{b}", &[("a", "1..2"), ("b", "3")]),
        ("/x/{a}..{b}", &[("a", "1"), ("b", "2%2e.3")]),
        ("/x/{a}..{b}", &[("a", ""), ("b", "")]),
        ("/x/{id}.pdf", &[("id", "a.pdf")]),
        // Together they would be `..`, or an escape of a dot or of a slash.
        ("/x/.{a}", &[("a", ".")]),
        ("/x/{a}2e", &[("a", "%2e%")]),
        ("/x/{a}f{b}", &[("a", "%2"), ("b", "y")]),
        ("/x/{a}-{b}", &[("a", "1")]),
        ("/x/{a", &[]),
    ] {
        assert!(fill_segment(template, values).is_err(), "{template} {values:?}");
    }
}
