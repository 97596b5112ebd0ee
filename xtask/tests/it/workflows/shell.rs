//! The commands of a script for bash, as far as scripts of workflows go. What it does not understand it takes for a command, and
//! no list allows that.

use std::{iter::Peekable, str::Chars};

/// Words before a command that begin or end something, and run nothing.
const KEYWORDS: [&str; 13] =
    ["!", "(", ")", "do", "done", "elif", "else", "fi", "if", "then", "until", "while", "time"];

/// The commands of a script with their words, also those of `$(…)`; without keywords, assignments and redirections.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    read(&mut script.chars().peekable(), false, &mut found);
    found.into_iter().map(bare).filter(|command| !command.is_empty()).collect()
}

/// Leaves out what stands before the name of a program.
fn bare(mut words: Vec<String>) -> Vec<String> {
    while let Some(first) = words.first() {
        let is_assignment = first
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let is_redirection = first.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['<', '>']);
        if first == "for" {
            // `for NAME in WORDS`, which are read already.
            return Vec::new();
        }
        if is_redirection && first.ends_with(['<', '>']) && words.len() > 1 {
            words.drain(..2);
        } else if is_assignment || is_redirection || KEYWORDS.contains(&first.as_str()) {
            words.remove(0);
        } else {
            break;
        }
    }
    words
}

/// Reads to the end, or to the parenthesis that closes a `$(`.
fn read(script: &mut Peekable<Chars>, inside: bool, found: &mut Vec<Vec<String>>) {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut open = 0;
    while let Some(c) = script.next() {
        match c {
            '\\' => match script.next() {
                Some('\n') | None => {}
                Some(c) => word.get_or_insert_default().push(c),
            },
            '\'' => word.get_or_insert_default().extend(script.by_ref().take_while(|c| *c != '\'')),
            '"' => read_quoted(script, word.get_or_insert_default(), found),
            '$' if script.next_if_eq(&'(').is_some() => {
                word.get_or_insert_default();
                read(script, true, found);
            }
            '`' => found.push(vec!["`".to_owned()]),
            '#' if word.is_none() => while script.next_if(|c| *c != '\n').is_some() {},
            ' ' | '\t' => words.extend(word.take()),
            '&' if word.as_ref().is_some_and(|word| word.ends_with('>')) => word.get_or_insert_default().push('&'),
            ')' if inside && open == 0 => break,
            '\n' | ';' | '&' | '|' | '(' | ')' => {
                open = match c {
                    '(' => open + 1,
                    ')' if open > 0 => open - 1,
                    _ => open,
                };
                words.extend(word.take());
                found.push(std::mem::take(&mut words));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    found.push(words);
}

/// Reads a text between double quotes, in which `$(…)` is run as well.
fn read_quoted(script: &mut Peekable<Chars>, word: &mut String, found: &mut Vec<Vec<String>>) {
    while let Some(c) = script.next() {
        match c {
            '"' => return,
            '\\' => word.extend(script.next()),
            '`' => found.push(vec!["`".to_owned()]),
            '$' if script.next_if_eq(&'(').is_some() => read(script, true, found),
            c => word.push(c),
        }
    }
}
