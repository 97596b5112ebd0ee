//! What somebody who can change the document, or the way to it, can try against the machine that refreshes, and against
//! those who read the report of it in a pull request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use crate::{frozen, server::TestServer, support::RepositoryCopy};

/// Every change of openapi.yaml that did not come by `refresh-spec`, even one that leaves all counts and the generated
/// API as they were.
#[test]
fn an_edited_document_does_not_pass_the_check() {
    let copy = RepositoryCopy::new();
    let text = copy.read("openapi/openapi.yaml");
    copy.run(&["check"]).says(0, &["belong to openapi.yaml"]);
    let host = "https://dev.sbx.imprint.co";
    assert!(text.contains(host));
    for edited in [text.clone() + "# a comment\n", text.replacen(host, "https://api.evil.example", 1)] {
        copy.write("openapi/openapi.yaml", &edited);
        copy.run(&["check"]).says(1, &["is not the document that openapi/openapi.lock describes"]);
    }
}

/// Small documents that stand for huge ones.
#[test]
fn aliases_of_aliases_are_refused_before_they_fill_the_memory() {
    let levels = |first: &str, next: &dyn Fn(usize) -> String| {
        let more: String = (1..12).map(next).collect();
        format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{}}\nx-0: &a0 {first}\n{more}")
    };
    let lists = levels("[lol, lol, lol, lol, lol, lol, lol, lol, lol]", &|level| {
        format!("x-{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    let maps = levels("{k: lol}", &|level| {
        let entries: Vec<String> = (0..9).map(|entry| format!("k{entry}: *a{}", level - 1)).collect();
        format!("x-{level}: &a{level} {{{}}}\n", entries.join(", "))
    });
    let merged = levels("{k: lol}", &|level| {
        let entries: Vec<String> = (0..9).map(|entry| format!("k{level}{entry}: {{<<: *a{}}}", level - 1)).collect();
        format!("x-{level}: &a{level} {{{}}}\n", entries.join(", "))
    });
    let deep = format!("openapi: {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let itself = "openapi: 3.1.0\nx-0: &a [*a]\n".to_string();
    for bomb in [lists, maps, merged, deep, itself] {
        let copy = RepositoryCopy::new();
        let before = copy.state();
        let started = Instant::now();
        copy.refresh(&TestServer::with(bomb.clone()).url(), &[]).says(2, &["not YAML", "what to do: "]);
        assert!(started.elapsed() < Duration::from_secs(60), "{bomb:.100}");
        assert!(copy.state() == before);
    }
}

/// Reading this one would take about a minute. The limit, which is that of fetching as well, is short for the sake of the test.
#[test]
fn a_document_that_takes_too_long_to_read_is_refused_in_time() {
    let slow = format!("openapi: {}\n", "[".repeat(100_000));
    let copy = RepositoryCopy::new();
    let before = copy.state();
    let started = Instant::now();
    copy.refresh(&TestServer::with(slow).url(), &["--timeout", "5"])
        .says(2, &["was not read within 5 s", "what to do: "]);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!(copy.state() == before);
}

/// A reference leads to another place of the document or nowhere: no file and no URL is read for it.
#[test]
fn references_out_of_the_document_are_refused_and_nothing_is_read() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let server = TestServer::start(move |connection| {
        counted.fetch_add(1, Ordering::Relaxed);
        connection.respond("200 OK", "x: y", br#"{"type": "string", "description": "STOLEN"}"#);
    });
    let copy = RepositoryCopy::new();
    copy.write("secret.yaml", "type: string\ndescription: STOLEN\n");
    let file = copy.root.join("secret.yaml").display().to_string();
    let targets = [file.clone(), format!("file://{file}"), "secret.yaml".into(), format!("{file}#/type"), server.url()];
    let before = copy.state();
    for target in targets {
        let reference = json!({ "$ref": target });
        for place in [
            "/components/schemas/Reward/properties/amount",
            "/paths/~1v2~1offers/get/parameters/0",
            "/paths/~1v2~1offers/get/responses/200",
            "/paths/~1v2~1offers",
        ] {
            let mut document = frozen::parsed();
            *document.pointer_mut(place).expect("the place") = reference.clone();
            let served = TestServer::with(document.to_string());
            let ended = copy.refresh(&served.url(), &["--check"]);
            ended.says(2, &["What is in the way"]);
            assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("STOLEN"), "{target} at {place}");
            assert!(copy.state() == before, "{target} at {place}");
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

/// The servers of the document reach the client only as the list to which a test of the client compares `Environment`.
#[test]
fn other_servers_are_reported_and_become_no_place_that_calls_go_to() {
    const EVIL: &str = "https://evil.example";
    let code = |document: &Value| xtask::pipeline::run(&document.to_string(), frozen::OVERLAY).unwrap().code;
    let mut document = frozen::parsed();
    let before = code(&document);
    document["servers"] = json!([{"url": EVIL}]);
    let after = code(&document);
    let different: Vec<(&str, &str)> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    let rest = after.split_once(EVIL).expect("the list of servers").1;
    assert!(!rest.contains(EVIL) && after.matches("SERVERS").count() == 1, "{different:?}");
    let copy = RepositoryCopy::new();
    copy.refresh(&TestServer::with(document.to_string()).url(), &["--check"])
        .says(1, &["server added", EVIL, "server removed", "https://dev.sbx.imprint.co", "change that by hand"]);
}

/// What a reader of the pull request would see as more than text: markup, and names that would be notified.
fn effects(markdown: &str) -> Vec<String> {
    let mut effects = Vec::new();
    // Text may come in several events, and a mention can span them.
    let mut text = String::new();
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Text(words) if !in_code => text.push_str(&words),
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Html(html) | Event::InlineHtml(html) if !is_ours(&html) => {
                effects.push(format!("HTML {html}"));
            }
            Event::Start(Tag::Link { dest_url, .. }) => effects.push(format!("a link to {dest_url}")),
            Event::Start(Tag::Image { dest_url, .. }) => effects.push(format!("an image of {dest_url}")),
            Event::Start(Tag::Heading { .. }) => text.push_str("\nHEADING "),
            Event::Start(_) | Event::End(_) | Event::SoftBreak | Event::HardBreak | Event::Code(_) => text.push('\n'),
            _ => {}
        }
    }
    effects.extend(text.split("@evil").skip(1).map(|rest| format!("a mention @evil{rest:.40}")));
    effects.extend(text.lines().filter(|line| line.contains("HEADING EVIL")).map(String::from));
    effects
}

/// The line break in a table, and the comments by which a summary is found again.
fn is_ours(html: &str) -> bool {
    let id = html.trim().strip_suffix(" -->").and_then(|rest| rest.strip_prefix("<!-- "));
    let id = id.map(|rest| rest.trim_start_matches("end of ")).and_then(|rest| rest.strip_prefix("refresh-spec "));
    html == "<br>" || id.is_some_and(|id| id.len() == 12 && id.chars().all(|c| c.is_ascii_hexdigit()))
}

#[test]
fn no_text_of_the_document_is_markup_or_a_mention_in_the_pull_request() {
    let hostile = [
        "@evil",
        "x` @evil <img src=//evil> `y",
        "``@evil<img src=//evil>",
        "x\\<img src=//evil> [click](//evil) ![x](//evil) | <details> &lt;img&gt; <!-- `@evil",
        "x\n\n# EVIL\n\n@evil\n```\n@evil",
    ];
    for text in hostile {
        let mut document = frozen::parsed();
        document["info"]["version"] = json!(text);
        document["info"]["title"] = json!(text);
        document["servers"] = json!([{"url": text, "description": text}]);
        document["components"]["schemas"]["Reward"]["properties"][text] =
            json!({"type": "string", "description": text, "enum": [text, "B"]});
        document["components"]["schemas"]["Reward"]["properties"]["amount"]["description"] = json!(text);
        document["components"]["schemas"]["RewardType"]["enum"].as_array_mut().expect("values").push(json!(text));
        let parameters = document["paths"]["/v2/orders"]["get"]["parameters"].as_array_mut().expect("parameters");
        parameters.push(json!({"name": text, "in": "query", "schema": {"type": "string", "default": text}}));
        let mut refused = document.clone();
        refused["components"]["schemas"]["Reward"]["properties"][text] = json!({"$ref": text});
        refused["paths"]["/v2/offers"]["get"]["operationId"] = json!(text);
        refused["paths"]["/v2/offers"]["get"]["parameters"][0]["in"] = json!(text);
        for document in [document, refused] {
            let copy = RepositoryCopy::new();
            let ended = copy.refresh(&TestServer::with(document.to_string()).url(), &["--format", "markdown"]);
            assert!(ended.stdout.contains("evil"), "{text:?} is not in the report:\n{}{}", ended.stdout, ended.stderr);
            assert_eq!(effects(&ended.stdout), [""; 0], "{text:?} in\n{}", ended.stdout);
            assert_eq!(effects(&copy.read("CHANGELOG.md")), [""; 0], "{text:?} in\n{}", copy.read("CHANGELOG.md"));
        }
    }
}
