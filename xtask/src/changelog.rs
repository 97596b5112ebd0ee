//! Puts the summary of a refresh into the changelog's Unreleased section, and leaves the rest as it is.

use crate::{lock::Lock, report::plain};

const HEADING: &str = "## Unreleased";

/// The changelog with the summary in it. A summary of the same document is replaced. One of another document stays,
/// because both belong to the next release.
pub fn with_summary(changelog: &str, lock: &Lock, title: &str, summary: &str) -> String {
    let newline = if changelog.contains("\r\n") { "\r\n" } else { "\n" };
    let id = lock.sha256.get(..12).unwrap_or(&lock.sha256);
    let (opening, closing) = (format!("<!-- refresh-spec {id} -->"), format!("<!-- end of refresh-spec {id} -->"));
    let generated = format!("Generated from \"{}\" {}, as of {}.", plain(title), plain(&lock.version), lock.date);
    let block = format!("{opening}\n### The document of {}\n\n{}\n{closing}", lock.date, summary.trim_end());
    let block = block.replace('\n', newline);

    let mut lines: Vec<&str> = changelog.split('\n').collect();
    let is = |line: &&str, text: &str| line.trim_end() == text;
    let start = match lines.iter().position(|line| is(line, HEADING)) {
        Some(start) => start,
        None => {
            // Before the newest release, or at the end.
            let at = lines.iter().position(|line| line.starts_with("## ")).unwrap_or(lines.len());
            let (carriage, empty) = if newline == "\r\n" { (HEADING_CRLF, "\r") } else { (HEADING, "") };
            lines.splice(at..at, [carriage, empty]);
            at
        }
    };
    let end =
        lines.iter().skip(start + 1).position(|line| line.starts_with("## ")).map_or(lines.len(), |at| start + 1 + at);
    let mut section: Vec<String> = lines[start..end].iter().map(|line| line.to_string()).collect();
    let carriage = |text: String| if newline == "\r\n" { format!("{text}\r") } else { text };
    let named = section.iter().position(|line| line.starts_with("Generated from \""));
    match named {
        Some(at) => section[at] = carriage(generated),
        None => drop(section.splice(1..1, [carriage(String::new()), carriage(generated)])),
    }
    let place = |text: &str| section.iter().position(|line| line.trim_end() == text);
    match (place(&opening), place(&closing)) {
        (Some(from), Some(to)) if from < to => drop(section.splice(from..=to, [carriage(block)])),
        _ => {
            // Under the line about the document, which every section has by now.
            let at = section.iter().position(|line| line.starts_with("Generated from \"")).map_or(1, |at| at + 1);
            section.splice(at..at, [carriage(String::new()), carriage(block)]);
        }
    }
    let [before, after] = [&lines[..start], &lines[end..]].map(|part| part.iter().map(|line| line.to_string()));
    before.chain(section).chain(after).collect::<Vec<_>>().join("\n")
}

const HEADING_CRLF: &str = "## Unreleased\r";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lock(text: &str) -> Lock {
        Lock::of("u", "2026-11-21".into(), text, &json!({"info": {"version": "2.1"}}))
    }

    const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\nGenerated from \"Public Imprint API\" 2.0, reconstructed.\n\n### Added\n\n- A.  \n\n## 0.1.0\n\n- B.\n";

    #[test]
    fn the_summary_comes_into_the_unreleased_section_and_the_rest_stays() {
        let text = with_summary(CHANGELOG, &lock("a"), "Public Imprint API", "- one\n");
        let id = &lock("a").sha256[..12];
        assert_eq!(
            text,
            format!(
                "# Changelog\n\n## Unreleased\n\nGenerated from \"Public Imprint API\" 2.1, as of 2026-11-21.\n\n\
                 <!-- refresh-spec {id} -->\n### The document of 2026-11-21\n\n- one\n<!-- end of refresh-spec {id} -->\n\n\
                 ### Added\n\n- A.  \n\n## 0.1.0\n\n- B.\n"
            )
        );
    }

    #[test]
    fn twice_is_once_and_another_document_is_another_summary() {
        let once = with_summary(CHANGELOG, &lock("a"), "T", "- one");
        assert_eq!(with_summary(&once, &lock("a"), "T", "- one"), once);
        let corrected = with_summary(&once, &lock("a"), "T", "- two");
        assert!(corrected.contains("- two") && !corrected.contains("- one"), "{corrected}");
        let both = with_summary(&once, &lock("b"), "T", "- two");
        assert!(both.contains("- two") && both.contains("- one"), "{both}");
    }

    #[test]
    fn a_changelog_without_the_section_gets_one_and_line_ends_stay() {
        let text = with_summary("# Changelog\r\n\r\n## 0.1.0\r\n\r\n- B.\r\n", &lock("a"), "T", "- one");
        assert!(text.find("## Unreleased").unwrap() < text.find("## 0.1.0").unwrap(), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
        assert!(text.ends_with("## 0.1.0\r\n\r\n- B.\r\n"));
        assert_eq!(with_summary(&text, &lock("a"), "T", "- one"), text);
        let bare = with_summary("# Changelog\n", &lock("a"), "T", "- one");
        assert_eq!(with_summary(&bare, &lock("a"), "T", "- one"), bare);
        // A release of before keeps its own line.
        let old = "## Unreleased\n\n## 0.1.0\n\nGenerated from \"T\" 2.0.\n";
        assert!(with_summary(old, &lock("a"), "T", "- one").ends_with("## 0.1.0\n\nGenerated from \"T\" 2.0.\n"));
    }
}
