//! Whether a new document seems to be cut off: a download that broke off has consequences everywhere, and none of them says
//! what is wrong.

use crate::pipeline;

/// How many lines at the end of a text are taken for what a cut may have left half of.
const BROKEN_LINES: usize = 3;

/// How many names may be missing at the end of a document that ends with a line break without being taken for a cut.
const FEW: usize = 3;

/// How much of a text can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    Whole,
    /// All but its end.
    WithoutItsEnd,
    Not,
}

impl Readable {
    /// `parses` says whether the text as a whole could be read. Where it could not, this reads it again without its end.
    pub fn of(text: &str, parses: bool) -> Self {
        match parses {
            true => Self::Whole,
            false if at_the_end(text) => Self::WithoutItsEnd,
            false => Self::Not,
        }
    }
}

/// What makes a new document seem cut off, in a sentence.
pub fn reason(old: &str, new: &str, readable: Readable) -> Option<String> {
    match readable {
        Readable::Whole => {}
        // A text that has all of the old names was not cut: something stands behind its end.
        Readable::WithoutItsEnd if has_all_names(old, new) => return None,
        Readable::WithoutItsEnd => {
            return Some("it cannot be read at its very end, and can be without that".to_string());
        }
        Readable::Not => return None,
    }
    let (before, after) = (names(old), names(new));
    let last = after.last()?;
    let position = before.iter().position(|name| name == last)?;
    let missing = &before[position + 1..];
    if missing.is_empty() || missing.iter().any(|name| after.contains(name)) {
        return None;
    }
    let ends_in_a_line = !new.ends_with('\n') && old.ends_with('\n');
    (ends_in_a_line || missing.len() > FEW).then(|| {
        let how = if ends_in_a_line { "without a line break, " } else { "" };
        let first = missing.first().map_or("", String::as_str);
        format!(
            "it ends {how}in `{last}`, and lacks all that follows there in the old document: {} names, from `{first}` on",
            missing.len()
        )
    })
}

/// Whether a text has all the names of the old one, which has some: JSON in one line has none that are found.
fn has_all_names(old: &str, new: &str) -> bool {
    let (before, after) = (names(old), names(new));
    !before.is_empty() && before.iter().all(|name| after.contains(name))
}

/// Whether a text that cannot be read could be if it ended a little earlier, or is JSON that has not ended.
fn at_the_end(text: &str) -> bool {
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        return !trimmed.ends_with('}');
    }
    let lines: Vec<&str> = text.trim_end().lines().collect();
    (1..=BROKEN_LINES.min(lines.len().saturating_sub(1)))
        .any(|broken| pipeline::parse("", &lines[..lines.len() - broken].join("\n")).is_ok())
}

/// The names of the outer parts of a YAML document, in its order: keys of the first three levels, each with those around it.
fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut around: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let Some((key, _)) = line.trim_start().split_once(':') else { continue };
        let is_key = !key.is_empty() && !key.contains([' ', '#', '"']) && !key.starts_with('-');
        if !is_key && !key.starts_with('/') {
            continue;
        }
        around.retain(|(outer, _)| *outer < indent);
        if around.len() < 3 {
            around.push((indent, key.trim_matches('\'').to_string()));
            let path: Vec<&str> = around.iter().map(|(_, key)| key.as_str()).collect();
            found.push(path.join(" › "));
        } else {
            around.push((indent, String::new()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> String {
        let mut text = "openapi: 3.1.0\ninfo:\n  title: t\npaths:\n  /a:\n    get:\n      operationId: a\n".to_string();
        text += "components:\n  schemas:\n";
        for name in ["A", "B", "C", "D", "E", "F"] {
            text += &format!("    {name}:\n      type: object\n      description: >-\n        Text of {name}: more.\n");
        }
        text
    }

    #[test]
    fn a_text_that_lost_its_end_is_cut_off() {
        let old = whole();
        // Wherever it is cut: in a key, in a text, after a line.
        for cut in 90..old.len() - 1 {
            let new = &old[..cut];
            let parses = pipeline::parse("", new).is_ok();
            let missing = names(&old).len() - names(new).len();
            let found = reason(&old, new, Readable::of(new, parses));
            assert!(found.is_some() || missing <= FEW, "{new:?}");
        }
        assert!(reason(&old, &old, Readable::Whole).is_none());
        assert!(reason("{\"a\": 1}", "{\"a\":", Readable::of("{\"a\":", false)).is_some());
    }

    #[test]
    fn what_stands_behind_the_end_is_no_cut() {
        let old = whole();
        for more in ["}\n", "--- \nb: 1\n", "<<<<<<< HEAD\n"] {
            let new = format!("{old}{more}");
            assert!(pipeline::parse("", &new).is_err(), "{more}");
            assert_eq!(reason(&old, &new, Readable::of(&new, false)), None, "{more}");
        }
    }

    #[test]
    fn other_changes_at_the_end_are_no_cut() {
        let old = whole();
        let without_last =
            old.replace("    F:\n      type: object\n      description: >-\n        Text of F: more.\n", "");
        assert!(reason(&old, &without_last, Readable::Whole).is_none());
        let renamed = old.replace("    F:\n", "    G:\n");
        assert!(reason(&old, &renamed, Readable::Whole).is_none());
        let sorted_otherwise = old.replace("    A:\n", "    Z:\n").replace("    F:\n", "    A:\n");
        assert!(reason(&old, &sorted_otherwise, Readable::Whole).is_none());
        // Broken in the middle.
        let broken = old.replacen("  /a:\n", "  /a:\n  - b\n", 1);
        assert!(reason(&old, &broken, Readable::of(&broken, false)).is_none());
    }
}
